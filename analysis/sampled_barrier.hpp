// The barrier that one biased sampling gives, by each of the three free energies of free_energy_profile, with the rate over
// it. The bias at the end gives the height and the places of well and top; a sampling that has come back over its barrier in
// every block of its time has a reweighted free energy between these places too, which is smoother, and its errors. The spread
// of the three is an error that no statistics of one of them knows. eV, K, ps.
#pragma once

#include "analysis/free_energy_profile.hpp"

namespace glasscape {

/// Standard errors from blocks of the time.
struct BlockErrors {
  double height = 0, free_energy = 0;  // eV
  double log_rate = 0, attempt_THz = 0;
  std::vector<double> profile;            // of F - F(well) at the points of the grid, eV; infinite where some block knows nothing
};

struct SampledBarrier {
  ProfileGrid grid;
  FreeEnergyProfile bias, averaged, reweighted;
  ProfileBarrier barrier;                     // of `bias`
  ProfileRate rate;                           // over it
  std::optional<double> averaged_height, reweighted_height;  // between the same two places, eV; nothing where one is unknown
  std::optional<ProfileRate> reweighted_rate;                // likewise
  std::optional<BlockErrors> errors;          // of the reweighted height and rate; nothing unless every block knows the barrier

  /// The reweighted one where its errors are known, or that of the bias.
  const ProfileRate& best_rate() const { return errors ? *reweighted_rate : rate; }
  /// The largest distance between two of the three heights, eV.
  double disagreement() const;
};

struct SampledRange {
  double inside = 0;   // of s: in the well that is left
  double outside = 0;  // the barrier lies before; it may be the smaller of the two
  double settled = 0;  // ps: what came before is left out of the averaged and the reweighted free energy
  int blocks = 5;      // of the time from `settled` to the end; below 2: no block error
};

/// Nothing when the free energy from the bias has no barrier in the range. Throws InputError for a sampling without hills, or
/// without rows of the trace, or without their inverse masses.
std::optional<SampledBarrier> barrier_of(const BiasedSampling& sampling, const SampledRange& range, double shell_power);

}  // namespace glasscape
