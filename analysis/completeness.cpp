#include "analysis/completeness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// ACE: events found more often are taken as surely known (Chao and Lee 1992).
constexpr std::int64_t often = 10;
/// Equal chances look as uneven as this in 5 % of the samples of 60 searches among 100 events, and less often
/// for more searches.
constexpr double uneven = 0.5;

struct Counts {
  double n = 0, distinct = 0;
  std::map<std::int64_t, std::int64_t> times;

  double of(std::int64_t k) const {
    const auto found = times.find(k);
    return found == times.end() ? 0.0 : static_cast<double>(found->second);
  }
  bool no_repeat() const { return distinct == n; }
};
Counts count(std::span<const std::int64_t> events);

Estimate coverage_of(const Counts& counts, double level);

/// Unseen events by Chao, and the derivatives by f_1 and f_2.
struct Unseen {
  double number, by_once, by_twice;
};
Unseen unseen_by_chao(const Counts& counts);
Estimate chao(const Counts& counts, double level);
/// The N for which n different events in n draws have the chance (1 - level)/2.
double fewest_without_repeat(double n, double level);
/// All known at the value, so the interval opens upwards only.
Estimate all_seen(const Counts& counts, double level);
/// distinct + unseen, the unseen ones log-normal (Chao 1987).
Estimate with_unseen(double distinct, double unseen, double variance, double level);
void add_ace(Completeness& result, const Counts& counts, double level);

/// The chance that an event found k times is missed by `drawn` of the n searches, for k from 0.
std::vector<double> chances_to_miss(const Counts& counts, double drawn, std::int64_t up_to);
std::optional<double> p_value_of_order(const Counts& counts, std::span<const std::int64_t> events);
Estimate rarefied(const Counts& counts, double drawn, double level);
Estimate extrapolated(const Counts& counts, double more, double level);
std::vector<std::int64_t> distinct_so_far(std::span<const std::int64_t> events);
std::vector<std::string> doubts_about(const Completeness& found);

}  // namespace

Completeness completeness(std::span<const std::int64_t> events, double level) {
  check_level(level);
  const Counts counts = count(events);
  Completeness result;
  result.searches = static_cast<std::int64_t>(events.size());
  result.distinct = static_cast<std::int64_t>(counts.distinct);
  result.found_times = counts.times;
  result.coverage = coverage_of(counts, level);
  result.at_least = chao(counts, level);
  add_ace(result, counts, level);
  result.p_value_of_order = p_value_of_order(counts, events);
  result.doubts = doubts_about(result);
  return result;
}

std::optional<std::vector<std::int64_t>> draw_unseen(const Completeness& found, std::size_t draws, Rng& rng) {
  const Estimate& all = found.at_least;
  if (!std::isfinite(all.interval.high)) return std::nullopt;
  const auto distinct = static_cast<double>(found.distinct);
  const double unseen = all.value - distinct;
  const double z = normal_two_sided(all.level), most = all.interval.high - distinct;
  std::vector<std::int64_t> numbers;
  for (std::size_t k = 0; k < draws; ++k) {
    const double normal = rng.normal();
    const double number = unseen > 0 ? unseen * std::pow(most / unseen, normal / z) : std::abs(normal) / z * most;
    numbers.push_back(static_cast<std::int64_t>(number + rng.uniform()));
  }
  return numbers;
}

std::vector<DiscoveryPoint> discovery_curve(std::span<const std::int64_t> events, std::size_t points,
                                            double level) {
  check_level(level);
  const Counts counts = count(events);
  if (points < 2) throw InputError("points is {}, expected at least 2", points);
  const auto n = static_cast<std::int64_t>(events.size());
  std::set<std::int64_t> searches{1, n, 2 * n};
  for (std::size_t k = 1; k < points; ++k)
    searches.insert(std::max<std::int64_t>(
        1, std::llround(2.0 * counts.n * static_cast<double>(k) / static_cast<double>(points))));
  const std::vector<std::int64_t> so_far = distinct_so_far(events);
  std::vector<DiscoveryPoint> curve;
  for (const std::int64_t m : searches) {
    const auto drawn = static_cast<double>(m);
    if (m <= n)
      curve.push_back({m, rarefied(counts, drawn, level), so_far[static_cast<std::size_t>(m - 1)]});
    else
      curve.push_back({m, extrapolated(counts, drawn - counts.n, level), std::nullopt});
  }
  return curve;
}

/// The uncovered share is (f_1/n) a^m after m more, a = (n-1) f_1/((n-1) f_1 + 2 f_2).
std::optional<Estimate> searches_to_coverage(std::span<const std::int64_t> events, double coverage,
                                             double level) {
  check_level(level);
  const Counts counts = count(events);
  if (!(coverage > 0 && coverage < 1))
    throw InputError("coverage is {}, expected a value between 0 and 1 such as 0.9", coverage);
  const double once = counts.of(1), twice = counts.of(2);
  const double target = (1 - coverage) * counts.n;
  if (once == 0 || twice == 0) {
    if (once > target * (1 + 1e-12)) return std::nullopt;  // (1 - 0.9) 70 is a little below 7
    const bool surely = coverage_of(counts, level).interval.low >= coverage;
    return Estimate{0.0, {0.0, surely ? 0.0 : std::numeric_limits<double>::infinity()}, level};
  }
  const double ratio = 2 * twice / ((counts.n - 1) * once);
  const double decay = std::log1p(ratio);
  const double more = std::log(once / target) / decay;
  const double by_once = (1 / once + more * ratio / (once * (1 + ratio))) / decay;
  const double by_twice = -more * ratio / (twice * (1 + ratio)) / decay;
  const double mean = by_once * once + by_twice * twice;
  const double variance = by_once * by_once * once + by_twice * by_twice * twice -
                          mean * mean / (counts.distinct + unseen_by_chao(counts).number);
  const double half = normal_two_sided(level) * std::sqrt(std::max(0.0, variance));
  return Estimate{std::max(0.0, more), {std::max(0.0, more - half), std::max(0.0, more + half)}, level};
}

namespace {

Counts count(std::span<const std::int64_t> events) {
  if (events.empty()) throw InputError("there is no event to count; expected at least one successful search");
  std::unordered_map<std::int64_t, std::int64_t> found;
  for (const std::int64_t event : events) ++found[event];
  Counts counts;
  counts.n = static_cast<double>(events.size());
  counts.distinct = static_cast<double>(found.size());
  for (const auto& [event, times] : found) ++counts.times[times];
  return counts;
}

/// Esty: f_1/n less the true uncovered share u has the variance (f_1 (1 - f_1/n) + 2 f_2)/n^2. With n u for
/// f_1, a quadratic equation for x = n u, it gives no interval of length 0 for f_1 = 0 or n. Where the list
/// is complete, u = 0, only the variance with f_1 itself allows for the single finds: the lower of both.
Estimate coverage_of(const Counts& counts, double level) {
  const double n = counts.n, once = counts.of(1), twice = counts.of(2), z = normal_two_sided(level);
  const double a = 1 + z * z / n, b = once + 0.5 * z * z, c = once * once - 2 * z * z * twice;
  const double root = std::sqrt(std::max(0.0, b * b - a * c));
  const double esty = once - z * std::sqrt(once * (1 - once / n) + 2 * twice);
  // without f_1 and f_2 the two terms cancel to the last bits only
  const double low = c == 0 ? 0.0 : std::clamp(std::min((b - root) / a, esty), 0.0, n);
  const double high = std::clamp((b + root) / a, 0.0, n);
  return {1 - once / n, {1 - high / n, 1 - low / n}, level};
}

Unseen unseen_by_chao(const Counts& counts) {
  const double h = (counts.n - 1) / counts.n, once = counts.of(1), twice = counts.of(2);
  if (twice > 0)
    return {h * once * once / (2 * twice), h * once / twice, -h * once * once / (2 * twice * twice)};
  // the bias-corrected form f_1 (f_1 - 1) / 2 (f_2 + 1)
  return {h * once * (once - 1) / 2, h * (2 * once - 1) / 2, -h * once * (once - 1) / 2};
}

Estimate chao(const Counts& counts, double level) {
  const Unseen unseen = unseen_by_chao(counts);
  const double value = counts.distinct + unseen.number;
  if (counts.no_repeat())
    return {value, {fewest_without_repeat(counts.n, level), std::numeric_limits<double>::infinity()}, level};
  if (!(unseen.number > 0)) return all_seen(counts, level);
  const double h = (counts.n - 1) / counts.n, once = counts.of(1), twice = counts.of(2);
  double variance = 0;
  if (twice > 0) {
    const double r = once / twice;
    variance = twice * (h * r * r / 2 + h * h * r * r * r + h * h * r * r * r * r / 4);
  } else {
    variance = h * once * (once - 1) / 2 + h * h * once * (2 * once - 1) * (2 * once - 1) / 4 -
               h * h * once * once * once * once / (4 * value);
  }
  return with_unseen(counts.distinct, unseen.number, variance, level);
}

double fewest_without_repeat(double n, double level) {
  const auto chance = [n](double total) {
    double logarithm = 0;
    for (double k = 1; k < n; ++k) logarithm += std::log1p(-k / total);
    return std::exp(logarithm);
  };
  const double wanted = 0.5 - 0.5 * level;
  double low = n, high = n;
  while (chance(high) < wanted) high *= 2;
  for (int k = 0; k < 60 && high - low > 1e-9 * high; ++k) {
    const double middle = 0.5 * (low + high);
    (chance(middle) < wanted ? low : high) = middle;
  }
  return std::ceil(high * (1 - 1e-8));
}

/// Each event found k times is missed with the chance exp(-k) (EstimateS 9 manual, Eq. 14).
Estimate all_seen(const Counts& counts, double level) {
  double missed = 0, variance = 0, mean = 0;
  for (const auto& [k, number] : counts.times) {
    const double chance = std::exp(-static_cast<double>(k)), f = static_cast<double>(number);
    missed += f * chance / counts.distinct;
    variance += f * chance * (1 - chance);
    mean += f * chance * static_cast<double>(k);
  }
  variance = std::max(0.0, variance - mean * mean / counts.n);
  const double high = (counts.distinct + normal_two_sided(level) * std::sqrt(variance)) / (1 - missed);
  return {counts.distinct, {counts.distinct, high}, level};
}

Estimate with_unseen(double distinct, double unseen, double variance, double level) {
  const double factor =
      std::exp(normal_two_sided(level) * std::sqrt(std::log1p(std::max(0.0, variance) / (unseen * unseen))));
  return {distinct + unseen, {distinct + unseen / factor, distinct + unseen * factor}, level};
}

/// Derivatives by every f_k, whose covariances are f_k (1 - f_k/S) and -f_j f_k/S.
void add_ace(Completeness& result, const Counts& counts, double level) {
  double rare = 0, draws = 0, pairs = 0;
  for (const auto& [times, number] : counts.times) {
    if (times > often) break;
    const auto k = static_cast<double>(times), f = static_cast<double>(number);
    rare += f;
    draws += k * f;
    pairs += k * (k - 1) * f;
  }
  const double once = counts.of(1);
  if (once == draws) {  // nothing known of the rare ones, or no rare ones at all
    if (draws == 0) result.total = all_seen(counts, level);
    return;
  }
  const double cover = 1 - once / draws;
  const double ratio = rare / cover * pairs / (draws * (draws - 1));
  const double variation = std::max(0.0, ratio - 1);
  result.heterogeneity = std::sqrt(variation);
  if (once == 0) {
    result.total = all_seen(counts, level);
    return;
  }
  const double value = counts.distinct - rare + rare / cover + once / cover * variation;
  double squares = 0, mean = 0;
  for (const auto& [times, number] : counts.times) {
    const auto k = static_cast<double>(times), f = static_cast<double>(number);
    double by = 1;
    if (times <= often) {
      const double single = times == 1 ? 1.0 : 0.0;
      const double d_cover = -single / draws + once * k / (draws * draws);
      const double d_ratio = ratio * (1 / rare - d_cover / cover + k * (k - 1) / pairs -
                                      k * (2 * draws - 1) / (draws * (draws - 1)));
      by = 1 / cover - rare * d_cover / (cover * cover);
      if (variation > 0)
        by += single * variation / cover - once * variation * d_cover / (cover * cover) +
              once / cover * d_ratio;
    }
    squares += f * by * by;
    mean += f * by;
  }
  result.total = with_unseen(counts.distinct, value - counts.distinct, squares - mean * mean / value, level);
}

/// C(n-k, m)/C(n, m), factor by factor.
std::vector<double> chances_to_miss(const Counts& counts, double drawn, std::int64_t up_to) {
  std::vector<double> chances{1.0};
  for (std::int64_t k = 0; k < up_to; ++k) {
    const double left = counts.n - drawn - static_cast<double>(k);
    chances.push_back(left > 0 ? chances.back() * left / (counts.n - static_cast<double>(k)) : 0.0);
  }
  return chances;
}

/// Number of distinct events in a random half, of which variance and mean are exact: events i and j are both
/// missed as one event found k_i + k_j times.
std::optional<double> p_value_of_order(const Counts& counts, std::span<const std::int64_t> events) {
  if (events.size() < 4 || counts.no_repeat()) return std::nullopt;
  const std::size_t half = events.size() / 2;
  const std::int64_t most = counts.times.rbegin()->first;
  const std::vector<double> miss = chances_to_miss(counts, static_cast<double>(half), 2 * most);
  const auto at = [&](std::int64_t k) { return miss[static_cast<std::size_t>(k)]; };
  double missed = 0, variance = 0;
  for (const auto& [k, f_k] : counts.times) {
    const auto f = static_cast<double>(f_k);
    missed += f * at(k);
    variance += f * (at(k) - at(2 * k));
    for (const auto& [l, f_l] : counts.times) variance += f * static_cast<double>(f_l) * at(k + l);
  }
  variance -= missed * missed;
  if (!(variance > 1e-9)) return std::nullopt;
  const auto found = static_cast<double>(distinct_so_far(events.first(half)).back());
  // a step of one event is no evidence: continuity correction
  const double off = std::max(0.0, std::abs(found - (counts.distinct - missed)) - 0.5);
  return 2 * normal_cdf(-(off / std::sqrt(variance)));
}

Estimate rarefied(const Counts& counts, double drawn, double level) {
  const std::vector<double> miss = chances_to_miss(counts, drawn, counts.times.rbegin()->first);
  double value = 0, squares = 0;
  for (const auto& [k, number] : counts.times) {
    const double found = 1 - miss[static_cast<std::size_t>(k)], f = static_cast<double>(number);
    value += f * found;
    squares += f * found * found;
  }
  const double total = counts.distinct + unseen_by_chao(counts).number;
  const double half = normal_two_sided(level) * std::sqrt(std::max(0.0, squares - value * value / total));
  return {value, {std::max(1.0, value - half), std::min(drawn, value + half)}, level};
}

Estimate extrapolated(const Counts& counts, double more, double level) {
  const Unseen unseen = unseen_by_chao(counts);
  const double once = counts.of(1), total = counts.distinct + unseen.number;
  const double sum = counts.n * unseen.number + once;
  const double left = sum > 0 ? counts.n * unseen.number / sum : 0.0;  // of the unseen, after one more search
  const double power = std::pow(left, more);
  const auto derivative = [&](double by, double of_once) {
    const double d_left = sum > 0 ? counts.n * (by * once - unseen.number * of_once) / (sum * sum) : 0.0;
    const double d_power = left > 0 ? more * power / left * d_left : 0.0;
    return 1 + by * (1 - power) - unseen.number * d_power;
  };
  const double by_once = derivative(unseen.by_once, 1), by_twice = derivative(unseen.by_twice, 0);
  const double twice = counts.of(2), others = counts.distinct - once - twice;
  const double mean = by_once * once + by_twice * twice + others;
  const double variance =
      by_once * by_once * once + by_twice * by_twice * twice + others - mean * mean / total;
  const double value = counts.distinct + unseen.number * (1 - power);
  const double half = normal_two_sided(level) * std::sqrt(std::max(0.0, variance));
  return {value, {std::max(1.0, value - half), std::min(counts.n + more, value + half)}, level};
}

std::vector<std::int64_t> distinct_so_far(std::span<const std::int64_t> events) {
  std::set<std::int64_t> known;
  std::vector<std::int64_t> so_far;
  for (const std::int64_t event : events) {
    known.insert(event);
    so_far.push_back(static_cast<std::int64_t>(known.size()));
  }
  return so_far;
}

std::vector<std::string> doubts_about(const Completeness& found) {
  std::vector<std::string> doubts;
  if (found.searches < static_cast<std::int64_t>(enough_values))
    doubts.push_back(
        fmt::format("{}: intervals are too short below {}", counted(static_cast<std::size_t>(found.searches), "search", "searches"), enough_values));
  if (found.distinct == found.searches)
    doubts.push_back(
        fmt::format("none of {} searches found an event again: there are at least {:.0f}, and nothing bounds "
                    "them from above",
                    found.searches, found.at_least.interval.low));
  else if (found.coverage.value < 0.5)
    doubts.push_back(
        fmt::format("half of the searches or more still find events seen only once (coverage {:.0f} %): the "
                    "totals are lower bounds",
                    100 * found.coverage.value));
  if (found.heterogeneity && *found.heterogeneity > uneven)
    doubts.push_back(
        fmt::format("events differ widely in how often they are found (coefficient of variation {:.2g}): "
                    "Chao1 is a lower bound, and ACE may be one",
                    *found.heterogeneity));
  if (found.p_value_of_order && *found.p_value_of_order < 0.05)
    doubts.push_back(
        fmt::format("the two halves of the searches find unlike numbers of events (p = {:.2g}): the searches "
                    "changed on the way, or are not independent",
                    *found.p_value_of_order));
  return doubts;
}

}  // namespace
}  // namespace glasscape
