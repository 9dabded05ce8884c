#include "analysis/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"

namespace glasscape {

void check_sample(std::span<const double> sample, std::string_view what) {
  if (sample.empty()) throw InputError("there is no {} to analyse; expected at least one", what);
  for (std::size_t i = 0; i < sample.size(); ++i)
    if (!std::isfinite(sample[i]))
      throw InputError("{} {} of {} is {}, expected a finite number", what, i + 1, sample.size(), sample[i]);
}

void check_level(double level) {
  if (!(level > 0 && level < 1))
    throw InputError("confidence level is {}, expected a value between 0 and 1 such as 0.95", level);
}

double mean(std::span<const double> sample) {
  double sum = 0;
  for (const double value : sample) sum += value;
  return sum / static_cast<double>(sample.size());
}

double standard_deviation(std::span<const double> sample) {
  if (sample.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const double centre = mean(sample);
  double sum = 0;
  for (const double value : sample) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(sample.size() - 1));
}

std::vector<double> sorted(std::span<const double> sample) {
  std::vector<double> values(sample.begin(), sample.end());
  std::sort(values.begin(), values.end());
  return values;
}

double quantile(std::span<const double> sorted_sample, double fraction) {
  const double at = fraction * static_cast<double>(sorted_sample.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double between = at - static_cast<double>(below);
  const double low = sorted_sample[below];
  // infinite values must not meet in a difference
  if (between == 0.0 || sorted_sample[below + 1] == low || std::isinf(low)) return low;
  return low + between * (sorted_sample[below + 1] - low);
}

Estimate proportion(std::int64_t successes, std::int64_t trials, double level) {
  check_level(level);
  if (trials <= 0 || successes < 0 || successes > trials)
    throw InputError("{} successes in {} trials, expected 0 <= successes <= trials and at least one trial",
                     successes, trials);
  const double z = normal_two_sided(level);
  const auto n = static_cast<double>(trials);
  const double ratio = static_cast<double>(successes) / n;
  const double centre = (ratio + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(ratio * (1 - ratio) / n + z * z / (4 * n * n));
  // at 0 and at all successes the two terms cancel to the last bits only
  const double low = successes == 0 ? 0.0 : centre - half;
  const double high = successes == trials ? 1.0 : centre + half;
  return {ratio, {low, high}, level};
}

Estimate poisson_mean(std::int64_t count, double level) {
  check_level(level);
  if (count < 0) throw InputError("a count is {}, expected 0 or above", count);
  const auto n = static_cast<double>(count);
  const double low = count == 0 ? 0.0 : 0.5 * chi_squared_quantile(2 * n, 0.5 - 0.5 * level);
  return {n, {low, 0.5 * chi_squared_quantile(2 * n + 2, 0.5 + 0.5 * level)}, level};
}

}  // namespace glasscape
