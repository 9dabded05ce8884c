// Spectrum of barriers by temperature stepping (Argon and Kuo, J. Non-Cryst. Solids 37, 241 (1980)), and what the method makes of a known
// one (Atzmon, Ju and Lei, Materials 16, 7444 (2023), section 8): a strained sample recovers without load, at temperatures that rise by steps:
//   strain(t) = int p(dF) exp(-sum_i dt_i / tau(dF, T_i)) ddF,   tau = tau_0 exp(dF/kT),   rate = -dstrain/dt > 0
// From the rates just before and just after a step, with the same sample,
//   dF_i = -k [ln rate(T_{i+1}) - ln rate(T_i)] / (1/T_{i+1} - 1/T_i)
// and the strain recovered between two steps, over the difference of their dF, is the apparent p midway. As one barrier at a time is taken
// to move while all above it are frozen, high barriers that moved too early are counted too low, and an apparent p drops at its upper
// end even where p rises (Ju and Atzmon, J. Alloys Compd. 643, S8 (2015)). eV, K, s; p in units of the strain per eV.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace glasscape {

/// Straight between its points, 0 beyond them.
struct BarrierDensity {
  Eigen::VectorXd barrier, density;  // eV, ascending; 0 or more

  double at(double energy) const;
  double area() const;
};

struct TemperatureHold {
  double temperature = 0, duration = 0;  // K, s
};

/// What a hold shows, measured or computed.
struct HoldRecovery {
  double temperature = 0;                   // K
  double first_strain = 0, last_strain = 0; // still to be recovered
  double first_rate = 0, last_rate = 0;     // of the recovery, 1/s
};

/// Throws InputError for a density that is negative, not ascending or of fewer than two points, a tau_0 or a duration not above 0, and
/// temperatures that do not rise.
std::vector<HoldRecovery> recover_by_steps(const BarrierDensity& density, const std::vector<TemperatureHold>& holds, double tau_0);

struct SteppingErrors {
  double rate = 0, strain = 0;  // standard errors: of a rate, over it; of a strain, absolute
};

struct ApparentBin {
  double temperature = 0;        // of the hold, K
  Estimate barrier;              // midway between the apparent dF of the steps before and after the hold, eV
  Estimate density;              // strain recovered in the hold over their difference
  double low = 0, high = 0;      // those apparent dF
};

struct ApparentSpectrum {
  std::vector<ApparentBin> bins; // in the order of the holds; the first and the last hold have none
  double place_of_maximum = 0;   // eV
  double last_over_maximum = 0;  // of the density: near 0 for whatever ends at high barriers
  double strain = 0;             // recovered in the bins
  std::vector<std::string> doubts;
};

/// Throws InputError for fewer than three holds, temperatures that do not rise, rates not above 0 and numbers that are not finite.
ApparentSpectrum apparent_spectrum(const std::vector<HoldRecovery>& holds, const SteppingErrors& errors = {}, double level = 0.95);

/// What the method does to a spectrum that is known.
struct SteppingArtefact {
  ApparentSpectrum apparent;
  Eigen::VectorXd truth;         // at the barriers of the bins
  double true_place_of_maximum = 0;   // eV, of the whole input
  double median_misfit = 0;      // |apparent - true| over true, where the input is above 0
};

SteppingArtefact stepping_artefact(const BarrierDensity& density, const std::vector<TemperatureHold>& holds, double tau_0);

}  // namespace glasscape
