// From saddles to the laboratory: what the known landscape around a basin says of the shear modulus, as a discrete spectrum of relaxation
// times {tau_k, G_k} (network_relaxation.hpp), and with the elastic modulus of the basin as stress relaxation, creep, storage and loss.
// Saddles that share no basin but the start, and move no atom in common, are independent: both may have happened at once, though no search
// from the start has seen that basin. So they are taken as groups of their own, whose relaxations add, as they would in a larger cell with
// more of them. As one connected network, in which one event at a time can have happened, they would relax less the more of them there
// are; each saddle by itself relaxes most. Both stand beside it. Only what the glass reaches within the time observed relaxes. GPa, s, K.
#pragma once

#include "analysis/linear_solid.hpp"
#include "apps/report/kinetics_findings.hpp"
#include "apps/report/response_findings.hpp"

namespace glasscape {

/// At one temperature.
struct AnelasticAt {
  double temperature = 0;
  std::vector<RelaxationMode> modes;      // ascending times
  std::vector<RelaxationMode> two_level;  // the saddles out of the start, each as if it were alone
  std::size_t groups = 0;                 // that are independent, and reach a basin
  double connected = 0;                   // relaxing, were all of them one network
  double start_share = 0;                 // of equilibrium: the chance that no group has left the start
  std::size_t reached = 0;                // basins, the start included
  double relaxing = 0;                    // sum of all strengths
  double relaxing_sooner = 0, relaxing_later = 0;  // the same for a thousandth and a thousandfold of the time observed

  /// What stays is `shear_modulus` less all that relaxes; nothing where that would be below 0.
  std::optional<Relaxation> relaxation(double shear_modulus) const;
};

/// A cyclic shear of the same glass.
struct ShearedLoss {
  double temperature = 0, frequency = 0;  // K, Hz
  Estimate storage, loss;
};

/// A measurement on another piece of such a glass, on the landscape's axes.
struct MeasuredRelaxation {
  std::string source;
  std::vector<double> tau, density;      // s, GPa per unit of ln tau
  std::vector<double> frequency, loss;   // Hz, GPa; of a loss modulus
};

struct AnelasticFindings {
  /// More would take minutes.
  static constexpr std::size_t most_basins = 800;
  /// Its twelve minimisations would take minutes.
  static constexpr Eigen::Index most_atoms = 20000;

  std::string stage, modes;        // as KineticsFindings
  RateLaw law = RateLaw::constant;
  double nu0 = 0;                  // THz
  double observed = 0;             // s
  double volume = 0;               // Angstrom^3
  Eigen::Index atoms = 0;
  std::optional<double> shear_modulus;  // of the start without temperature, all directions alike; nothing for too many atoms
  bool shear_modulus_converged = true;
  std::optional<Estimate> coverage;     // of the searches
  std::int64_t without_stress = 0;      // basins that are taken to have the stress of the start
  std::int64_t too_many = 0;            // temperatures at which more than `most_basins` are reached
  std::vector<AnelasticAt> at;
  std::vector<ShearedLoss> sheared;
  std::optional<MeasuredRelaxation> measured;
  std::optional<std::string> not_measured;  // why it could not be drawn
};

/// Saddles of the graph in groups that share a basin other than the first, or an atom that moves.
std::vector<std::vector<std::size_t>> independent_groups(const KineticGraph& graph);

/// Of the landscape around `start`; nothing for an open cell, or a landscape without stresses.
std::optional<AnelasticFindings> anelastic_of(const KineticsFindings& kinetics, const Configuration& start, const std::shared_ptr<const Potential>& potential, const ReportOptions& options);

}  // namespace glasscape
