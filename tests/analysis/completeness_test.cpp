#include "analysis/completeness.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>

#include "md/support/error.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

using Events = std::vector<std::int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Chances of N events that sum to 1: equal ones, or log-normal with the width given.
std::vector<double> chances(std::size_t total, double width, Rng& rng) {
  std::vector<double> p(total);
  for (double& chance : p) chance = std::exp(width * rng.normal());
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& chance : p) chance /= sum;
  return p;
}

Events draw(const std::vector<double>& p, std::size_t n, Rng& rng) {
  std::vector<double> cumulative(p.size());
  std::partial_sum(p.begin(), p.end(), cumulative.begin());
  Events events;
  for (std::size_t k = 0; k < n; ++k) {
    const auto at = std::upper_bound(cumulative.begin(), cumulative.end(), rng.uniform());
    events.push_back(
        std::min<std::int64_t>(at - cumulative.begin(), static_cast<std::int64_t>(p.size()) - 1));
  }
  return events;
}

double uncovered(const std::vector<double>& p, const Events& events) {
  const std::set<std::int64_t> known(events.begin(), events.end());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += known.contains(static_cast<std::int64_t>(i)) ? 0 : p[i];
  return sum;
}

/// Every sequence of n draws from the chances p, with its chance.
void every_sequence(const std::vector<double>& p, std::size_t n,
                    const std::function<void(const Events&, double)>& visit) {
  std::size_t count = 1;
  for (std::size_t k = 0; k < n; ++k) count *= p.size();
  for (std::size_t code = 0; code < count; ++code) {
    Events events;
    double chance = 1;
    for (std::size_t k = 0, rest = code; k < n; ++k, rest /= p.size()) {
      events.push_back(static_cast<std::int64_t>(rest % p.size()));
      chance *= p[rest % p.size()];
    }
    visit(events, chance);
  }
}

/// Six events found 1, 1, 1, 2, 2, 5 times.
const Events twelve{7, 7, 7, 3, 3, 9, 9, 1, 2, 4, 7, 7};

}  // namespace

TEST_CASE("events are counted by how often they were found, whatever their names and order") {
  const Completeness found = completeness(twelve);
  CHECK(found.searches == 12);
  CHECK(found.distinct == 6);
  CHECK(found.found_times == std::map<std::int64_t, std::int64_t>{{1, 3}, {2, 2}, {5, 1}});
  Events other = twelve;
  std::reverse(other.begin(), other.end());
  for (std::int64_t& event : other) event = -1000000007 * event;
  CHECK(completeness(other).at_least.interval.high == found.at_least.interval.high);
  CHECK(completeness(other).total->value == found.total->value);
}

TEST_CASE("coverage, Chao1 and ACE of a small sample are what their formulas give by hand") {
  const Completeness found = completeness(twelve);
  CHECK(found.coverage.value == Approx(0.75));
  CHECK(found.at_least.value == Approx(6 + 11.0 / 12 * 9 / 4));
  // ACE: all are rare; C = 3/4, sum k(k-1)f_k = 24
  const double variation = 6 / 0.75 * 24 / (12 * 11) - 1;
  CHECK(*found.heterogeneity == Approx(std::sqrt(variation)));
  CHECK(found.total->value == Approx(6 / 0.75 + 3 / 0.75 * variation));
  // Chao 1987
  const double h = 11.0 / 12, r = 1.5, unseen = h * 9 / 4;
  const double variance = 2 * (h * r * r / 2 + h * h * r * r * r + h * h * r * r * r * r / 4);
  const double factor = std::exp(1.959964 * std::sqrt(std::log(1 + variance / (unseen * unseen))));
  CHECK(found.at_least.interval.low == Approx(6 + unseen / factor));
  CHECK(found.at_least.interval.high == Approx(6 + unseen * factor));
}

TEST_CASE("the expected curve is the mean over all orders of the searches") {
  Events events{1, 1, 1, 2, 2, 3, 4};
  std::vector<double> sums(events.size(), 0);
  double orders = 0;
  std::vector<std::size_t> order(events.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::set<std::int64_t> known;
    for (std::size_t m = 0; m < order.size(); ++m) {
      known.insert(events[order[m]]);
      sums[m] += static_cast<double>(known.size());
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  const std::vector<DiscoveryPoint> curve = discovery_curve(events, 14);
  REQUIRE(curve.size() == 14);
  for (std::size_t m = 0; m < events.size(); ++m) {
    CHECK(curve[m].searches == static_cast<std::int64_t>(m + 1));
    CHECK(curve[m].distinct.value == Approx(sums[m] / orders).epsilon(1e-12));
    CHECK(curve[m].so_far.has_value());
  }
  CHECK(curve[6].distinct.value == Approx(4).epsilon(1e-14));
  CHECK(*curve[3].so_far == 2);
  CHECK_FALSE(curve[7].so_far);
}

TEST_CASE(
    "beyond the data the curve rises ever slower from what was found towards Chao1, and is continuous") {
  const std::vector<DiscoveryPoint> curve = discovery_curve(twelve, 24);
  REQUIRE(curve.size() == 24);
  const double chao = completeness(twelve).at_least.value;
  double rise = infinity;
  for (std::size_t k = 1; k < curve.size(); ++k) {
    const double step = curve[k].distinct.value - curve[k - 1].distinct.value;
    CHECK(step > 0);
    CHECK(step < rise + 1e-12);
    rise = step;
    CHECK(curve[k].distinct.value < chao);
    CHECK(curve[k].distinct.interval.low <= curve[k].distinct.value);
    CHECK(curve[k].distinct.value <= curve[k].distinct.interval.high);
  }
  // the first step of one search finds something new with the uncovered share as Chao and Jost have it
  const double f0 = chao - 6;
  CHECK(curve[12].distinct.value - 6 == Approx(f0 * 3 / (12 * f0 + 3)));
}

TEST_CASE("over all sequences f_1/n is the uncovered share after one search less (Good and Turing)") {
  const std::vector<double> p{0.5, 0.3, 0.15, 0.05};
  double share = 0, unseen = 0;
  every_sequence(p, 6, [&](const Events& events, double chance) {
    share += chance * (1 - completeness(events).coverage.value);
  });
  every_sequence(p, 5, [&](const Events& events, double chance) { unseen += chance * uncovered(p, events); });
  CHECK(share == Approx(unseen).epsilon(1e-12));
}

TEST_CASE("over all sequences the rarefied curve is the expected number of distinct events") {
  const std::vector<double> p{0.6, 0.25, 0.15};
  std::vector<double> curve(6, 0);
  every_sequence(p, 6, [&](const Events& events, double chance) {
    const std::vector<DiscoveryPoint> points = discovery_curve(events, 12);
    for (std::size_t m = 0; m < 6; ++m) curve[m] += chance * points[m].distinct.value;
  });
  for (std::size_t m = 0; m < 6; ++m) {
    double expected = 0;
    for (const double chance : p) expected += 1 - std::pow(1 - chance, static_cast<double>(m + 1));
    CHECK(curve[m] == Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("equal chances: 95 % of the intervals of Chao1, ACE and the coverage hold the truth") {
  Rng rng(1, stream_of("uniform"));
  const std::vector<double> p = chances(100, 0, rng);
  const int repeats = 600;
  int chao = 0, ace = 0, cover = 0, trusted = 0;
  double mean_chao = 0, mean_ace = 0;
  for (int r = 0; r < repeats; ++r) {
    const Events events = draw(p, 150, rng);
    const Completeness found = completeness(events);
    chao += holds(found.at_least.interval, 100) ? 1 : 0;
    ace += holds(found.total->interval, 100) ? 1 : 0;
    cover += holds(found.coverage.interval, 1 - uncovered(p, events)) ? 1 : 0;
    trusted += found.doubts.empty() ? 1 : 0;
    mean_chao += found.at_least.value / repeats;
    mean_ace += found.total->value / repeats;
  }
  CHECK(chao / static_cast<double>(repeats) == Approx(0.95).margin(0.035));
  CHECK(ace / static_cast<double>(repeats) == Approx(0.95).margin(0.035));
  CHECK(cover / static_cast<double>(repeats) == Approx(0.95).margin(0.035));
  CHECK(trusted / static_cast<double>(repeats) > 0.9);
  CHECK(mean_chao == Approx(100).margin(4));
  CHECK(mean_ace == Approx(100).margin(4));
}

TEST_CASE("unequal chances: Chao1 and, less so, ACE stay below the truth, and that is doubted") {
  Rng rng(2, stream_of("log-normal"));
  const int repeats = 400;
  double chao = 0, ace = 0;
  int above = 0, doubted = 0, cover = 0;
  for (int r = 0; r < repeats; ++r) {
    const std::vector<double> p = chances(200, 1.5, rng);
    const Events events = draw(p, 300, rng);
    const Completeness found = completeness(events);
    chao += found.at_least.value / repeats;
    ace += found.total->value / repeats;
    above += found.at_least.interval.low > 200 ? 1 : 0;
    cover += holds(found.coverage.interval, 1 - uncovered(p, events)) ? 1 : 0;
    doubted += found.doubts.empty() ? 0 : 1;
  }
  CHECK(chao < 180);
  CHECK(ace > chao);
  CHECK(ace < 180);
  CHECK(above / static_cast<double>(repeats) < 0.03);
  CHECK(cover / static_cast<double>(repeats) == Approx(0.95).margin(0.04));  // no law of the chances enters
  CHECK(doubted / static_cast<double>(repeats) > 0.5);
}

TEST_CASE("the interval of the coverage holds it also where nearly all or nearly nothing is covered") {
  Rng rng(3, stream_of("coverage"));
  for (const auto& [total, n] : {std::pair<std::size_t, std::size_t>{10, 60}, {30, 60}, {600, 60}}) {
    const std::vector<double> p = chances(total, 0.7, rng);
    int held = 0;
    for (int r = 0; r < 600; ++r) {
      const Events events = draw(p, n, rng);
      held += holds(completeness(events).coverage.interval, 1 - uncovered(p, events)) ? 1 : 0;
    }
    CHECK(held / 600.0 > 0.92);
  }
}

TEST_CASE(
    "95 % of the bands hold the number of distinct events of another sample, within and beyond the data") {
  Rng rng(4, stream_of("curve"));
  const std::vector<double> p = chances(80, 0.5, rng);
  const auto expected = [&](double m) {
    double sum = 0;
    for (const double chance : p) sum += 1 - std::pow(1 - chance, m);
    return sum;
  };
  int within = 0, at_n = 0, beyond = 0;
  const int repeats = 500;
  for (int r = 0; r < repeats; ++r) {
    const std::vector<DiscoveryPoint> curve = discovery_curve(draw(p, 100, rng), 4);  // 1 50 100 150 200
    REQUIRE(curve.size() == 5);
    within += holds(curve[1].distinct.interval, expected(50)) ? 1 : 0;
    at_n += holds(curve[2].distinct.interval, expected(100)) ? 1 : 0;
    beyond += holds(curve[4].distinct.interval, expected(200)) ? 1 : 0;
  }
  CHECK(within / static_cast<double>(repeats) > 0.92);
  CHECK(at_n / static_cast<double>(repeats) > 0.92);
  CHECK(beyond / static_cast<double>(repeats) == Approx(0.94).margin(0.04));
}

TEST_CASE("without any repeat there is no estimate but an exact lower bound of the number of events") {
  Events events(20);
  std::iota(events.begin(), events.end(), 0);
  const Completeness found = completeness(events);
  CHECK(found.coverage.value == 0.0);
  CHECK(found.coverage.interval.low == 0.0);
  CHECK(found.coverage.interval.high == Approx(3.841459 / 23.841459));
  CHECK_FALSE(found.total);
  CHECK_FALSE(found.heterogeneity);
  CHECK(found.at_least.interval.high == infinity);
  const double fewest = found.at_least.interval.low;
  const auto chance = [](double total) {  // of no repeat among equal chances
    double product = 1;
    for (int k = 0; k < 20; ++k) product *= 1 - k / total;
    return product;
  };
  CHECK(chance(fewest) >= 0.025 * (1 - 1e-6));
  CHECK(chance(fewest - 1) < 0.025);
  CHECK(fewest < found.at_least.value);
  CHECK_THAT(found.doubts.front(), Catch::Contains("none of 20 searches found an event again"));
  CHECK_FALSE(searches_to_coverage(events, 0.5));
  CHECK_FALSE(found.p_value_of_order);
}

TEST_CASE(
    "when every event was found many times the list is taken as complete, with the chance of one more") {
  Events events;
  for (int k = 0; k < 30; ++k)
    for (int event = 0; event < 5; ++event) events.push_back(event);
  const Completeness found = completeness(events);
  CHECK(found.coverage.value == 1.0);
  CHECK(found.coverage.interval.low == Approx(1 - 3.841459 / 153.841459));
  CHECK(found.coverage.interval.high == 1.0);
  CHECK(found.at_least.value == 5.0);
  CHECK(found.at_least.interval.low == 5.0);
  CHECK(found.at_least.interval.high == Approx(5).margin(1e-4));
  CHECK(found.total->value == 5.0);
  CHECK(searches_to_coverage(events, 0.9)->interval.high == 0.0);
  CHECK(searches_to_coverage(events, 0.999)->interval.high == infinity);
  CHECK(discovery_curve(events).back().distinct.value == Approx(5));
}

TEST_CASE("the searches foretold reach the coverage asked for") {
  Rng rng(5, stream_of("searches"));
  const std::vector<double> p = chances(100, 0, rng);
  // uncovered after n + m: (99/100)^(n + m)
  const double truth = std::log(0.1) / std::log(0.99) - 120;
  double sum = 0;
  int held = 0;
  const int repeats = 500;
  for (int r = 0; r < repeats; ++r) {
    const Estimate more = *searches_to_coverage(draw(p, 120, rng), 0.9);
    sum += more.value / repeats;
    held += holds(more.interval, truth) ? 1 : 0;
  }
  CHECK(sum == Approx(truth).epsilon(0.1));
  CHECK(held / static_cast<double>(repeats) == Approx(0.94).margin(0.04));
  const Events events = draw(p, 120, rng);
  CHECK(searches_to_coverage(events, 0.95)->value > searches_to_coverage(events, 0.9)->value);
  CHECK(searches_to_coverage(events, 0.1)->value == 0.0);
}

TEST_CASE(
    "the order of the searches matters in at most 5 % of the cases where it should not, and where they "
    "changed") {
  Rng rng(6, stream_of("order"));
  const std::vector<double> p = chances(60, 0.8, rng);
  int odd = 0;
  for (int r = 0; r < 1000; ++r) {
    const std::optional<double> chance = completeness(draw(p, 120, rng)).p_value_of_order;
    odd += chance && *chance < 0.05 ? 1 : 0;
  }
  CHECK(odd / 1000.0 < 0.06);
  CHECK(odd > 0);
  // first one atom is searched, then the others
  Events changed = draw(chances(5, 0, rng), 60, rng);
  for (const std::int64_t event : draw(p, 60, rng)) changed.push_back(100 + event);
  const Completeness found = completeness(changed);
  CHECK(*found.p_value_of_order < 0.01);
  CHECK_THAT(found.doubts.back(), Catch::Contains("changed on the way"));
}

TEST_CASE("few searches are doubted, and no events or odd options are refused") {
  CHECK_THAT(completeness(twelve).doubts.front(), Catch::Contains("12 searches"));
  const Completeness one = completeness(Events{4});
  CHECK(one.distinct == 1);
  CHECK(one.at_least.interval.low == 1.0);
  CHECK(one.at_least.interval.high == infinity);
  CHECK(completeness(Events{4, 4}).total->value == 1.0);
  CHECK_THROWS_WITH(completeness(Events{}), Catch::Contains("no event to count"));
  CHECK_THROWS_AS(completeness(twelve, 1.0), InputError);
  CHECK_THROWS_WITH(discovery_curve(twelve, 1), Catch::Contains("points is 1"));
  CHECK_THROWS_WITH(searches_to_coverage(twelve, 1.0), Catch::Contains("coverage is 1"));
  CHECK_THROWS_AS(searches_to_coverage(twelve, std::nan("")), InputError);
}

TEST_CASE("a coverage that is met exactly is met") {
  std::vector<std::int64_t> events(63, 0);  // 7 of 70 searches found what no other did
  for (std::int64_t k = 1; k <= 7; ++k) events.push_back(k);
  const auto more = searches_to_coverage(events, 0.9);
  REQUIRE(more);
  CHECK(more->value == 0);
}

TEST_CASE("draws of unseen events have the median and the interval of Chao1, and no repeat gives none") {
  Rng rng(3, 1);
  const auto quantiles = [&](const Completeness& found) {
    const auto drawn = draw_unseen(found, 20000, rng);
    REQUIRE(drawn);
    std::vector<double> numbers(drawn->begin(), drawn->end());
    std::sort(numbers.begin(), numbers.end());
    return std::array{quantile(numbers, 0.025), quantile(numbers, 0.5), quantile(numbers, 0.975)};
  };
  Events many;  // 60 once, 20 twice, 5 ten times
  for (std::int64_t event = 0; event < 85; ++event)
    many.insert(many.end(), static_cast<std::size_t>(event < 60 ? 1 : event < 80 ? 2 : 10), event);
  const Completeness some = completeness(many);
  const auto [low, median, high] = quantiles(some);
  CHECK(median == Approx(some.at_least.value - 85).margin(1.5));
  CHECK(low == Approx(some.at_least.interval.low - 85).margin(2));
  CHECK(high == Approx(some.at_least.interval.high - 85).epsilon(0.05));
  const Completeness all = completeness(Events{0, 0, 1, 1, 2, 2, 3, 3, 3});
  CHECK(all.at_least.value == 4);
  CHECK(quantiles(all)[0] == 0);
  CHECK(quantiles(all)[2] <= std::ceil(1.2 * (all.at_least.interval.high - 4)));
  CHECK_FALSE(draw_unseen(completeness(Events{0, 1, 2}), 10, rng));
}
