// What a report says of a stage of normal modes: prefactors and activation entropies of the passages from the start, what
// they do to the rate of escape, and whether entropy goes with energy. Derived from facts, as all findings.
// eV, THz, K; entropies in kB, dS = ln(nu*/nu0), and so meaningless without nu0.
#pragma once

#include <optional>

#include "analysis/barrier_spectrum.hpp"
#include "apps/study.hpp"
#include "landscape/same_basin.hpp"
#include "landscape/store.hpp"
#include "md/potential.hpp"

namespace glasscape {

/// What the energy and the vibrations of a refined point are made of: its ModesFound without the positions.
struct PointModes {
  double energy = 0;           // eV
  double log_determinant = 0;  // of the positive modes
  std::int64_t positive = 0;
  double trace = 0, trace_of_square = 0;  // of all modes, eV/(Angstrom^2 u) and its square
  std::vector<double> frequencies;        // THz, all of them, the unstable one below 0; empty unless they were kept
  std::optional<StressComponents> stress = {};  // inherent, of a basin, eV/A^3; nothing in an open cell
};

/// One passage from the start over a saddle. What a failure left unknown is not there.
struct Passage {
  EventRef ref;                              // the SaddleFound
  std::optional<double> forward, reverse;    // barriers between refined points, eV
  std::optional<double> log_nu_forward, log_nu_reverse;  // ln(nu*/THz)
  double unstable = 0;                       // frequency of the unstable mode at the saddle, THz, below 0
  double displacement = 0;                   // of an atom by the refinement of the saddle, Angstrom
  std::int64_t times_found = 1;              // searches' distinct saddles that are this one after refinement
  std::optional<RegionPrefactors> regions;
  PointModes saddle;
  std::optional<std::size_t> from, to;  // ModesFindings::basins; nothing when start or end has no modes
  std::vector<EventRef> others;   // SaddleFound of the other saddles that are this one
};

/// The rate of escape from the start over all saddles found, as ln(k * 1 s).
struct EscapeRate {
  double temperature = 0;          // K
  Estimate constant, harmonic;     // with nu0 for every passage, and with its own nu*
  Estimate gain;                   // harmonic - constant, kB
  double energy = 0, entropy = 0;  // of the harmonic one: apparent, -d ln k/d(1/kT) in eV, and ln(k/nu0) + energy/kT
};

/// A straight line of entropy against energy. Each is computed on its own, so no error of a fit binds them.
struct EntropyAgainstEnergy {
  Estimate correlation;         // Pearson
  Estimate slope;               // kB/eV: 1 / (kB T_c)
  double intercept = 0;         // kB
  std::optional<Estimate> compensation_temperature;  // T_c, K; nothing unless the slope excludes 0
};

/// How far the forward entropies with only the atoms within a radius free are from those with all of them.
struct RadiusConvergence {
  double radius = 0;              // Angstrom
  double atoms = 0;               // mean over the passages
  std::vector<double> distances;  // dS of the region - dS of all atoms, kB, ascending
  int none = 0;                   // regions that hold no saddle of first order
};

struct ModesFindings {
  std::string stage, type, from;
  double nu0 = 0;               // THz
  double compared_entropy = 0;  // kB for that nu0
  double temperature = 0;       // K, of kT/h: the middle one of the report
  std::vector<Passage> passages;  // in the order found, each once
  std::vector<PointModes> basins; // the start, unless its refinement failed, then the ends, each once
  std::vector<ModesFailed> failures;
  std::int64_t saddles = 0;     // of the searches, distinct before refinement
  double fmax = 0;              // largest residual force, eV/Angstrom
  static constexpr double tight = 1e-4;  // eV/Angstrom
  std::int64_t loose = 0;       // points with a residual force above `tight`
  double wall_seconds = 0;
  // with at least one prefactor:
  std::optional<Summary> forward, reverse;  // of dS, in kB
  std::vector<EscapeRate> escape;           // one per temperature; none for passages from several basins
  std::optional<EntropyAgainstEnergy> against_energy;

  /// dS of the forward or reverse prefactors that are known.
  std::vector<double> entropies(std::optional<double> Passage::* log_nu) const;
  /// By ascending radius.
  std::vector<RadiusConvergence> by_radius() const;
  /// ln(nu0 h / kT): what is added to dS when kT/h at `temperature` takes the place of nu0.
  double shift_to_kT_over_h() const;
};

/// The facts of one stage of normal modes, read once.
class ModesReading {
 public:
  ModesReading(const Study& study, const Store& store, const StudyStage& stage);
  void take(const Shard& shard);
  ModesFindings findings();

 private:
  void take_saddle(const ModesFound& saddle);
  void take_end(const ModesFound& end);
  bool same(const ModesFound& a, const ModesFound& b) const;
  std::size_t basin_of(const ModesFound& minimum);

  const Study& study_;
  Configuration start_configuration_;
  CommonFrame frame_;
  std::vector<ModesFound> basins_;     // of the findings
  bool one_start_ = true;              // all passages leave one basin, and a rate of escape has a meaning
  std::optional<ModesFound> start_;    // of the shard that is read
  std::optional<std::size_t> from_;    // its basin
  std::vector<ModesFound> saddles_;    // of the passages, in their order
  std::optional<std::size_t> newest_;  // the passage that an end belongs to; nothing after one that is known
  ModesFindings findings_;
};

}  // namespace glasscape
