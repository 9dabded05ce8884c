// The barrier that one biased sampling gives, by each of the three free energies of free_energy_profile, with the rate over
// it. The bias gives the value; the spread of the three is an error that no statistics of one of them knows. eV, K, ps.
#pragma once

#include "analysis/free_energy_profile.hpp"

namespace glasscape {

struct SampledBarrier {
  ProfileGrid grid;
  FreeEnergyProfile bias, averaged, reweighted;
  ProfileBarrier barrier;                     // of `bias`
  std::optional<double> averaged_height, reweighted_height;  // between the same two places, eV; nothing where one is unknown
  std::optional<double> block_error;          // standard error of the reweighted height from blocks of the time, eV
  ProfileRate rate;
  double disagreement() const;                // largest distance between two of the three heights, eV
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
