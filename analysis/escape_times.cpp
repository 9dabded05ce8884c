#include "analysis/escape_times.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// The largest gap between the sample and the exponential law of its own mean.
double gap(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const double average = mean(times), n = static_cast<double>(times.size());
  double largest = 0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const double law = -std::expm1(-times[k] / average), below = static_cast<double>(k) / n;
    largest = std::max({largest, law - below, below + 1.0 / n - law});
  }
  return largest;
}

/// The share of exponential samples of the same size with a larger gap.
Estimate chance_of(double distance, std::size_t size, Rng& rng, double level, int replicas) {
  std::int64_t larger = 0;
  std::vector<double> drawn(size);
  for (int r = 0; r < replicas; ++r) {
    for (double& time : drawn) time = -std::log1p(-rng.uniform());
    larger += gap(drawn) >= distance ? 1 : 0;
  }
  return proportion(larger + 1, replicas + 1, level);  // the sample itself is one: no chance is 0 (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010))
}

constexpr double rejected = 0.05;

std::vector<std::string> doubts_of(const EscapeTimes& e, std::size_t groups) {
  std::vector<std::string> doubts;
  if (groups > 1) doubts.push_back(fmt::format("times of {} groups: each has a law of its own, and whether it is exponential was not tested", groups));
  if (e.ended > e.escaped)
    doubts.push_back(fmt::format("{} of {} samplings ended without escape: their time counts, but whether the times are exponential was not tested", e.ended - e.escaped, e.ended));
  if (e.p_value && e.p_value->value < rejected)
    doubts.push_back(fmt::format("the times are not exponential (p = {:.2g}): the bias has touched the barrier, the variable misses it, or they are of several basins", e.p_value->value));
  if (groups < 2 && e.escaped < enough_values) doubts.push_back(fmt::format("{} escapes are few: a law that is not exponential would hardly be seen", e.escaped));
  return doubts;
}

/// ln(sum of the times / escapes); infinite without an escape.
double log_mean(std::span<const BoostedTime> times) {
  double longest = -std::numeric_limits<double>::infinity(), sum = 0, escapes = 0;
  for (const BoostedTime& t : times) longest = std::max(longest, t.log_time);
  for (const BoostedTime& t : times) {
    sum += std::exp(t.log_time - longest);
    escapes += t.escaped ? 1 : 0;
  }
  return std::log(sum / escapes) + longest;
}

/// 2 sum/tau has the chi-squared law of 2 escapes degrees of freedom.
Estimate exponential_mean(double log_mean, std::size_t escapes, double level) {
  const double freedom = 2.0 * static_cast<double>(escapes), log_sum = log_mean + std::log(freedom);
  return {log_mean, {log_sum - std::log(chi_squared_quantile(freedom, 0.5 + 0.5 * level)), log_sum - std::log(chi_squared_quantile(freedom, 0.5 - 0.5 * level))}, level};
}

}  // namespace

std::optional<EscapeTimes> escape_times(std::span<const BoostedTime> times, Rng& rng, const Bootstrap& options) {
  EscapeTimes e;
  if (!times.empty()) check(options, times.size());
  for (const BoostedTime& t : times) {
    if (!std::isfinite(t.log_time)) throw InputError("the time of an escape is not a number");
    e.escaped += t.escaped ? 1 : 0;
  }
  e.ended = times.size();
  if (e.escaped == 0) return std::nullopt;
  const std::size_t groups = options.groups.empty() ? 1 : drawn_together(options, times.size()).size();
  if (groups < 2 && e.escaped == e.ended && e.escaped > 1) {
    const double longest = std::max_element(times.begin(), times.end(), [](const BoostedTime& a, const BoostedTime& b) { return a.log_time < b.log_time; })->log_time;
    std::vector<double> scaled;
    for (const BoostedTime& t : times) scaled.push_back(std::exp(t.log_time - longest));
    e.distance = gap(scaled);
    e.p_value = chance_of(*e.distance, e.escaped, rng, options.level, options.resamples);
  }
  const auto resampled = [&](const Bootstrap& by) {
    return bootstrap_jointly(times, [](std::span<const BoostedTime> some) { return std::vector<double>{log_mean(some)}; }, rng, by).front();
  };
  if (groups > 1) e.log_mean = resampled(options);
  else if (e.p_value && e.p_value->value < rejected) e.log_mean = resampled({options.resamples, options.level});
  else e.log_mean = exponential_mean(log_mean(times), e.escaped, options.level);
  e.doubts = doubts_of(e, groups);
  return e;
}

}  // namespace glasscape
