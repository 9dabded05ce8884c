// Escape times of speeded-up samplings: the mean, its interval, and whether they are exponential.
#include "analysis/escape_times.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace glasscape;

namespace {

std::vector<BoostedTime> drawn(std::size_t count, double log_mean, Rng& rng, double power = 1) {
  std::vector<BoostedTime> times;
  for (std::size_t k = 0; k < count; ++k) times.push_back({log_mean + power * std::log(-std::log1p(-rng.uniform())), true});
  return times;
}

}  // namespace

TEST_CASE("the interval of the mean escape time holds it in 95 % of samples, also where times are beyond a double") {
  Rng rng(3, 1);
  int held = 0;
  constexpr int samples = 400;
  for (int s = 0; s < samples; ++s) {
    const auto e = escape_times(drawn(8, 900, rng), rng, {.resamples = 1});
    REQUIRE(e);
    held += e->log_mean.interval.low < 900 && 900 < e->log_mean.interval.high ? 1 : 0;
  }
  CHECK(held > 0.92 * samples);
  CHECK(held < 0.98 * samples);
}

TEST_CASE("exponential times are rejected in 5 % of samples, others nearly always") {
  Rng rng(4, 1);
  int rejected = 0;
  for (int s = 0; s < 200; ++s) rejected += escape_times(drawn(30, 2, rng), rng, {.resamples = 200})->p_value->value < 0.05 ? 1 : 0;
  CHECK(rejected >= 3);
  CHECK(rejected <= 20);
  int found = 0;
  for (int s = 0; s < 20; ++s) found += escape_times(drawn(50, 2, rng, 3), rng, {.resamples = 200})->p_value->value < 0.05 ? 1 : 0;
  CHECK(found >= 19);
}

TEST_CASE("samplings without escape lengthen the mean, and then no law is tested") {
  Rng rng(5, 1);
  const std::vector<BoostedTime> times{{std::log(2.0), true}, {std::log(3.0), false}, {std::log(1.0), true}};
  const auto e = escape_times(times, rng);
  REQUIRE(e);
  CHECK(e->log_mean.value == Approx(std::log(3.0)));
  CHECK(!e->p_value);
  CHECK(e->doubts.front().find("1 of 3 samplings ended without escape") != std::string::npos);
  CHECK(!escape_times(std::vector<BoostedTime>{{1, false}}, rng));
  CHECK_THROWS_WITH(escape_times(std::vector<BoostedTime>{{std::nan(""), true}}, rng), "the time of an escape is not a number");
}

TEST_CASE("times of groups with laws of their own have the interval of whole groups, and rejected times that of their scatter") {
  Rng rng(6, 1);
  std::vector<BoostedTime> times;
  Bootstrap by_group;
  for (std::size_t g = 0; g < 5; ++g)
    for (const BoostedTime& t : drawn(12, 3.0 * static_cast<double>(g), rng)) {
      times.push_back(t);
      by_group.groups.push_back(g);
    }
  const auto alone = escape_times(times, rng), grouped = escape_times(times, rng, by_group);
  REQUIRE((alone && grouped));
  CHECK(grouped->log_mean.value == Approx(alone->log_mean.value));
  CHECK(!grouped->p_value);
  CHECK(grouped->doubts.front().find("times of 5 groups") == 0);
  CHECK(alone->p_value->value < 0.05);
  const auto width = [](const Estimate& e) { return e.interval.high - e.interval.low; };
  const double as_exponential = 4 / std::sqrt(60.0);  // of ln(tau)
  CHECK(width(alone->log_mean) > 1.5 * as_exponential);
  CHECK(width(grouped->log_mean) > 1.5 * width(alone->log_mean));
}
