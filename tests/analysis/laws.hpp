// Samples of known laws, and how often an interval holds a known value.
#pragma once

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "analysis/estimate.hpp"
#include "md/support/random.hpp"

namespace glasscape::test {

inline std::vector<double> normal_sample(std::size_t n, double mean, double deviation, Rng& rng) {
  std::vector<double> sample(n);
  for (double& value : sample) value = mean + deviation * rng.normal();
  return sample;
}

inline std::vector<double> exponentials(std::vector<double> sample) {
  for (double& value : sample) value = std::exp(value);
  return sample;
}

inline std::vector<double> log_normal_sample(std::size_t n, double mu, double sigma, Rng& rng) {
  return exponentials(normal_sample(n, mu, sigma, rng));
}

/// n normal values at equal steps of probability: a sample without scatter.
inline std::vector<double> normal_quantiles(std::size_t n, double mean, double deviation) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i)
    values.push_back(quantile(boost::math::normal(mean, deviation),
                              (static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  return values;
}

inline bool holds(const Interval& interval, double truth) {
  return interval.low <= truth && truth <= interval.high;
}

/// The share of repeats whose interval holds the truth.
template <typename Draw>
double coverage(int repeats, double truth, Draw draw) {
  int held = 0;
  for (int r = 0; r < repeats; ++r) held += holds(draw().interval, truth) ? 1 : 0;
  return static_cast<double>(held) / repeats;
}

}  // namespace glasscape::test
