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

std::vector<std::string> doubts_of(const EscapeTimes& e) {
  constexpr double rejected = 0.05;
  std::vector<std::string> doubts;
  if (e.ended > e.escaped)
    doubts.push_back(fmt::format("{} of {} samplings ended without escape: their time counts, but whether the times are exponential was not tested", e.ended - e.escaped, e.ended));
  if (e.p_value && e.p_value->value < rejected)
    doubts.push_back(fmt::format("the times are not exponential (p = {:.2g}): the bias has touched the barrier, the variable misses it, or they are of several basins", e.p_value->value));
  if (e.escaped < enough_values) doubts.push_back(fmt::format("{} escapes are few: a law that is not exponential would hardly be seen", e.escaped));
  return doubts;
}

}  // namespace

std::optional<EscapeTimes> escape_times(std::span<const BoostedTime> times, Rng& rng, double level, int replicas) {
  check_level(level);
  if (replicas < 1) throw InputError("{} replicas, expected one at least", replicas);
  EscapeTimes e;
  double longest = -std::numeric_limits<double>::infinity();
  for (const BoostedTime& t : times) {
    if (!std::isfinite(t.log_time)) throw InputError("the time of an escape is not a number");
    e.escaped += t.escaped ? 1 : 0;
    longest = std::max(longest, t.log_time);
  }
  e.ended = times.size();
  if (e.escaped == 0) return std::nullopt;
  std::vector<double> scaled;
  double sum = 0;
  for (const BoostedTime& t : times) {
    scaled.push_back(std::exp(t.log_time - longest));
    sum += scaled.back();
  }
  // 2 sum/tau has the chi-squared law of 2 escapes degrees of freedom
  const double freedom = 2.0 * static_cast<double>(e.escaped), log_sum = std::log(2.0 * sum) + longest;
  e.log_mean = {std::log(sum / static_cast<double>(e.escaped)) + longest,
                {log_sum - std::log(chi_squared_quantile(freedom, 0.5 + 0.5 * level)), log_sum - std::log(chi_squared_quantile(freedom, 0.5 - 0.5 * level))}, level};
  if (e.escaped == e.ended && e.escaped > 1) {
    e.distance = gap(scaled);
    e.p_value = chance_of(*e.distance, e.escaped, rng, level, replicas);
  }
  e.doubts = doubts_of(e);
  return e;
}

}  // namespace glasscape
