#include "analysis/search_statistics.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "md/support/error.hpp"
#include "tests/analysis/laws.hpp"
#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// A graph, and the attempts of the same facts.
struct Landscape {
  LandscapeGraph graph;
  std::vector<SearchAttempt> attempts;
  std::int64_t next = 0;

  EventRef add(const Event& event) {
    const EventRef ref{"task", next++};
    graph.apply(ref, event);
    for (const SearchAttempt& attempt : search_attempts(std::span(&event, 1))) attempts.push_back(attempt);
    return ref;
  }
  void fail(const std::string& reason, std::int64_t calls) {
    add(SearchFailed{{"task", 0}, 3, reason, "", -1.0, calls});
  }
};

/// Saddles of different `kind` differ in structure and energy.
SaddleFound saddle(const EventRef& from, const Configuration& start, int kind, std::int64_t calls) {
  const double far = 0.4 * kind;
  Positions displaced = start.positions, end = start.positions;
  displaced.col(0).array() += far;
  end.col(0).array() += 2 * far;
  SaddleFound found;
  found.from = from;
  found.saddle = displaced;
  found.energy = -100 + 0.1 * kind;
  found.mode = (end - start.positions).normalized();
  found.end = end;
  found.end_energy = -101 + 0.01 * kind;
  found.force_calls = calls;
  return found;
}

/// Seven attempts, three of them connected, two of these equal.
Landscape seven_attempts() {
  Landscape known;
  const Configuration start = disordered(3, 1);
  const EventRef basin = known.add(BasinFound{start, -102.0, 1e-4, 999});
  known.add(saddle(basin, start, 1, 100));
  known.fail("returned", 10);
  known.add(saddle(basin, start, 2, 200));
  known.fail("too-high", 20);
  known.fail("not-connected", 30);
  known.add(saddle(basin, start, 1, 300));
  known.fail("not-connected", 40);
  known.add(TraceRecorded{"quench", {"temperature (K)"}, random_rows(3, 1)});
  return known;
}

}  // namespace

TEST_CASE("searches are counted with their failures, and minima and traces are no searches") {
  const Landscape known = seven_attempts();
  Rng rng(1, 0);
  const SearchStatistics found = search_statistics(known.graph, known.attempts, rng);
  CHECK(found.attempts == 7);
  CHECK(found.connected == 3);
  CHECK(found.distinct == 2);
  CHECK(found.force_calls == 700);
  CHECK(found.success_ratio->value == Approx(3.0 / 7));
  CHECK(found.success_ratio->interval.low == Approx(proportion(3, 7).interval.low));
  CHECK(found.calls_per_attempt->value == Approx(100));
  CHECK(found.calls_per_connected->value == Approx(700.0 / 3));
  CHECK(*found.calls_per_distinct == Approx(350));
  REQUIRE(found.doubts.size() == 1);
  CHECK_THAT(found.doubts.front(), Catch::Contains("7 attempts"));
}

TEST_CASE("the most frequent failure comes first, and equal ones by name") {
  const Landscape known = seven_attempts();
  Rng rng(2, 0);
  const std::vector<FailureCount> failures = search_statistics(known.graph, known.attempts, rng).failures;
  REQUIRE(failures.size() == 3);
  CHECK(failures[0].reason == "not-connected");
  CHECK(failures[0].count == 2);
  CHECK(failures[0].share.value == Approx(2.0 / 7));
  CHECK(failures[0].share.interval.high == Approx(proportion(2, 7).interval.high));
  CHECK(failures[1].reason == "returned");
  CHECK(failures[2].reason == "too-high");
}

TEST_CASE("without success there is no cost of a saddle, and without attempts there is nothing") {
  Landscape known;
  Rng rng(3, 0);
  const SearchStatistics nothing = search_statistics(known.graph, known.attempts, rng);
  CHECK(nothing.attempts == 0);
  CHECK_FALSE(nothing.success_ratio);
  CHECK_FALSE(nothing.calls_per_attempt);
  CHECK_FALSE(nothing.calls_per_connected);
  CHECK_FALSE(nothing.calls_per_distinct);
  for (int k = 0; k < 30; ++k) known.fail("returned", 50 + k);
  const SearchStatistics failed = search_statistics(known.graph, known.attempts, rng);
  CHECK(failed.success_ratio->value == 0.0);
  CHECK(failed.success_ratio->interval.high > 0.05);
  CHECK(failed.calls_per_attempt->value == Approx(64.5));
  CHECK_FALSE(failed.calls_per_connected);
  CHECK_FALSE(failed.calls_per_distinct);
  CHECK_THAT(failed.doubts.back(), Catch::Contains("none of 30"));
}

TEST_CASE("one success among many failures leaves the cost of a saddle open upwards") {
  Landscape known;
  known.add(saddle({"elsewhere", 0}, disordered(2, 1), 1, 500));
  for (int k = 0; k < 49; ++k) known.fail("returned", 100);
  Rng rng(4, 0);
  const SearchStatistics found = search_statistics(known.graph, known.attempts, rng);
  CHECK(found.calls_per_connected->value == Approx(5400));
  CHECK(found.calls_per_connected->interval.high == std::numeric_limits<double>::infinity());
  CHECK(found.calls_per_connected->interval.low > 500);
  CHECK(std::isfinite(found.calls_per_connected->interval.low));
}

TEST_CASE("a saddle whose start is unknown is connected but not among the distinct ones, and that is said") {
  Landscape known;
  known.add(saddle({"elsewhere", 0}, disordered(2, 1), 1, 500));
  Rng rng(5, 0);
  const SearchStatistics found = search_statistics(known.graph, known.attempts, rng);
  CHECK(found.connected == 1);
  CHECK(found.distinct == 0);
  CHECK_FALSE(found.calls_per_distinct);
  CHECK_THAT(found.doubts.back(), Catch::Contains("1 of 1 connected saddles"));
}

TEST_CASE("95 % of the intervals of the cost of an attempt and of a saddle hold it") {
  Rng rng(6, stream_of("searches"));
  const double chance = 0.3, calls_of_success = 400,
               calls_of_failure = 150;  // and half of each again, at random
  const double per_attempt = chance * calls_of_success + (1 - chance) * calls_of_failure;
  const SaddleFound success = saddle({"elsewhere", 0}, disordered(1, 1), 1, 0);
  int held_attempt = 0, held_saddle = 0;
  const int repeats = 300;
  for (int r = 0; r < repeats; ++r) {
    Landscape known;
    for (int k = 0; k < 100; ++k) {
      const double scatter = 0.5 + rng.uniform();
      SaddleFound found = success;
      found.force_calls = std::llround(calls_of_success * scatter);
      if (rng.uniform() < chance)
        known.add(found);
      else
        known.fail("returned", std::llround(calls_of_failure * scatter));
    }
    const SearchStatistics statistics =
        search_statistics(known.graph, known.attempts, rng, {.resamples = 200});
    held_attempt += holds(statistics.calls_per_attempt->interval, per_attempt) ? 1 : 0;
    held_saddle += holds(statistics.calls_per_connected->interval, per_attempt / chance) ? 1 : 0;
  }
  CHECK(static_cast<double>(held_attempt) / repeats == Approx(0.945).margin(0.035));
  CHECK(static_cast<double>(held_saddle) / repeats == Approx(0.945).margin(0.035));
}

TEST_CASE("attempts of other facts than the graph's are refused, and so are odd options") {
  const Landscape known = seven_attempts();
  Rng rng(7, 0);
  const std::span<const SearchAttempt> all(known.attempts);
  CHECK_THROWS_WITH(search_statistics(known.graph, all.first(6), rng), Catch::Contains("same facts"));
  std::vector<SearchAttempt> changed = known.attempts;
  ++changed[1].force_calls;
  CHECK_THROWS_AS(search_statistics(known.graph, changed, rng), InputError);
  CHECK_THROWS_AS(search_statistics(known.graph, all, rng, {.resamples = 0}), InputError);
  CHECK_THROWS_AS(search_statistics(known.graph, all, rng, {.level = 1.5}), InputError);
}
