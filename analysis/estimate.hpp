// What every estimator of this room shares: a number with its interval, moments and quantiles of a sample,
// and the intervals of a proportion and of a count. Samples are plain numbers in the order they were found;
// units are the caller's. `doubts` in the result structs are sentences that say why a number should not be
// trusted; empty: nothing found.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glasscape {

struct Interval {
  double low = 0, high = 0;
};

/// A number and the interval that holds the true one with probability `level`. A sample that says nothing
/// about its scatter (a single value) has the interval from minus to plus infinity.
struct Estimate {
  double value = 0;
  Interval interval;
  double level = 0.95;
};

/// Below this many values, 95 % intervals by resampling hold the mean of a normal sample less than 92.8 %
/// of the time: P(|t_{n-1}| < 1.96 sqrt((n-1)/n)).
inline constexpr std::size_t enough_values = 20;

/// Throws InputError for an empty sample or a value that is not finite; `what` names one value, "barrier".
void check_sample(std::span<const double> sample, std::string_view what);
/// Throws InputError unless 0 < level < 1.
void check_level(double level);

double mean(std::span<const double> sample);
/// Square root of the unbiased variance (n - 1); not a number for a single value.
double standard_deviation(std::span<const double> sample);

std::vector<double> sorted(std::span<const double> sample);
/// Linear interpolation between order statistics (type 7 of Hyndman and Fan, Am. Stat. 50, 361 (1996)),
/// 0 <= fraction <= 1. The sample must be sorted and not empty.
double quantile(std::span<const double> sorted_sample, double fraction);

/// successes / trials with the score interval of Wilson, J. Am. Stat. Assoc. 22, 209 (1927), which keeps to
/// [0, 1] and is right for 0 and for all successes too. Throws InputError unless 0 <= successes <= trials and
/// trials > 0.
Estimate proportion(std::int64_t successes, std::int64_t trials, double level = 0.95);

/// The mean of a Poisson law of which one count is known, with the interval of Garwood, Biometrika 28, 437
/// (1936), which holds it at least with probability `level`. Throws InputError for a negative count.
Estimate poisson_mean(std::int64_t count, double level = 0.95);

}  // namespace glasscape
