// One barrier for a whole spectrum: Yang et al., PRB 102, 174103 (2020), Eqs. 4-6. With averages <> over
// the sample,
//   parallel    F_para = -kT ln <exp(-F/kT)>    rates add up: a lower bound, ruled by the lowest barriers
//   sequential  F_seq  = +kT ln <exp(+F/kT)>    times add up: an upper bound, ruled by the highest barriers
//   effective   F_eff  = (F_para + F_seq) / 2
// These are averages, not sums: n channels together have the rate n nu exp(-F_para/kT), whose barrier is
// lower by kT ln n and falls with the size of the system. Barriers in eV, of any sign; temperatures in K. An
// average of exponentials is carried by few samples once the spread of the barriers exceeds kT. Each
// therefore comes with the number of samples that carry it. The sequential one is the worse: of a log-normal
// law <exp(+F/kT)> is infinite at every temperature, because exp(F/kT) outgrows its tail exp(-(ln F)^2 / 2
// sigma^2). What a finite sample gives is close to its highest barrier and grows with the sample.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/barrier_spectrum.hpp"

namespace glasscape {

/// -kT ln <exp(-F/kT)> or +kT ln <exp(+F/kT)>. The weight of a sample is its share w of the sum of
/// exponentials.
struct ExponentialBarrier {
  Estimate barrier;           // eV; by resampling, which cannot know of barriers beyond the sample's extremes
  double participation = 0;   // 1 / sum w^2: how many samples carry it, 1 to n (Kish 1965)
  double largest_weight = 0;  // of one sample
  /// The largest weight is above 1/2: the barrier is one sample's and its interval too short.
  bool one_sample_carries_it = false;
};

/// Each alone, eV. Throws InputError for an empty or non-finite sample, or a temperature not above 0.
double parallel_barrier(std::span<const double> barriers, double temperature);
double sequential_barrier(std::span<const double> barriers, double temperature);

struct EffectiveBarriers {
  double temperature = 0;  // K
  ExponentialBarrier parallel, sequential;
  Estimate effective;  // eV; from the same resamples, so that the errors of its two parts go together
  std::vector<std::string> doubts;
};

/// Throws InputError for an empty or non-finite sample, a temperature not above 0, or options out of range.
EffectiveBarriers effective_barriers(std::span<const double> barriers, double temperature, Rng& rng,
                                     const Bootstrap& options = {});

/// The parallel barrier of a log-normal law, eV: -kT ln of the integral of P(F) exp(-F/kT), Eq. 4. Its
/// sequential barrier is infinite. Throws InputError for a temperature not above 0, a negative sigma, or a
/// law beyond all numbers.
double parallel_barrier_of_log_normal(double mu, double sigma, double temperature);

/// The same of the law fitted to the barriers above 0 (maximum likelihood), fitted anew to each resample.
/// Nothing where `fit_log_normal` gives nothing; throws as `effective_barriers`.
std::optional<Estimate> fitted_parallel_barrier(std::span<const double> barriers, double temperature,
                                                Rng& rng, const Bootstrap& options = {});

/// What the first `count` barriers say.
struct ConvergencePoint {
  std::size_t count = 0;
  Summary summary;  // mean, and quartiles for a box plot
  EffectiveBarriers effective;
};

/// One point per count, in the order given. Throws InputError for a count of 0 or above the number of
/// barriers, and as `effective_barriers`.
std::vector<ConvergencePoint> barrier_convergence(std::span<const double> barriers, double temperature,
                                                  std::span<const std::size_t> counts, Rng& rng,
                                                  const Bootstrap& options = {});

}  // namespace glasscape
