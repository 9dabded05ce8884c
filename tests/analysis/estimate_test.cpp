#include <boost/math/distributions/students_t.hpp>
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>

#include "analysis/bootstrap.hpp"
#include "md/support/error.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double middle(std::span<const double> values) { return quantile(sorted(values), 0.5); }

std::int64_t poisson(double mean_count, Rng& rng) {
  std::int64_t count = 0;
  for (double product = rng.uniform(); product > std::exp(-mean_count); product *= rng.uniform()) ++count;
  return count;
}

}  // namespace

TEST_CASE("quantiles interpolate between order statistics") {
  const std::vector<double> four{1, 2, 3, 4};
  CHECK(quantile(four, 0.0) == 1.0);
  CHECK(quantile(four, 0.25) == Approx(1.75));
  CHECK(quantile(four, 0.5) == Approx(2.5));
  CHECK(quantile(four, 1.0) == 4.0);
  CHECK(quantile(std::vector<double>{7.0}, 0.3) == 7.0);
}

TEST_CASE("quantiles next to infinite values are never not-a-number") {
  const std::vector<double> wide{-infinity, -infinity, 1.0, infinity, infinity};
  CHECK(quantile(wide, 0.1) == -infinity);
  CHECK(quantile(wide, 0.3) == -infinity);
  CHECK(quantile(wide, 0.5) == 1.0);
  CHECK(quantile(wide, 0.7) == infinity);
  CHECK(quantile(wide, 0.9) == infinity);
}

TEST_CASE("the mean of a sample of one value has no known scatter") {
  const std::vector<double> one{0.4};
  CHECK(std::isnan(standard_deviation(one)));
  Rng rng(1, 0);
  const Estimate estimate = bootstrap(one, mean, rng);
  CHECK(estimate.value == 0.4);
  CHECK(estimate.interval.low == -infinity);
  CHECK(estimate.interval.high == infinity);
}

TEST_CASE("the interval of a proportion is Wilson's") {
  const Estimate most = proportion(8, 10);
  CHECK(most.value == Approx(0.8));
  CHECK(most.interval.low == Approx(0.4901625).epsilon(1e-6));
  CHECK(most.interval.high == Approx(0.9433178).epsilon(1e-6));
  CHECK(proportion(0, 10).interval.low == 0.0);
  CHECK(proportion(0, 10).interval.high == Approx(0.2775328).epsilon(1e-6));
  CHECK(proportion(10, 10).interval.low == Approx(1 - 0.2775328).epsilon(1e-6));
  CHECK(proportion(10, 10).interval.high == 1.0);
}

TEST_CASE("the interval of a Poisson mean is Garwood's") {
  CHECK(poisson_mean(10).interval.low == Approx(4.795389).epsilon(1e-6));
  CHECK(poisson_mean(10).interval.high == Approx(18.390356).epsilon(1e-6));
  CHECK(poisson_mean(0).interval.low == 0.0);
  CHECK(poisson_mean(0).interval.high == Approx(3.688879).epsilon(1e-6));
}

TEST_CASE("95 % of the intervals of a proportion hold it, averaged over proportions") {
  Rng rng(2, stream_of("proportion"));
  int held = 0;
  for (int r = 0; r < 4000; ++r) {
    const double truth = rng.uniform();
    std::int64_t successes = 0;
    for (int trial = 0; trial < 30; ++trial) successes += rng.uniform() < truth ? 1 : 0;
    held += holds(proportion(successes, 30).interval, truth) ? 1 : 0;
  }
  CHECK(held / 4000.0 == Approx(0.95).margin(0.012));
}

TEST_CASE("at least 95 % of the intervals of a count hold its mean, and not all of them") {
  Rng rng(3, stream_of("poisson"));
  for (const double truth : {0.5, 3.0, 20.0}) {
    const double held = coverage(2000, truth, [&] { return poisson_mean(poisson(truth, rng)); });
    CHECK(held > 0.94);
    CHECK(held < 0.995);
  }
}

TEST_CASE("resampling holds the mean as often as Student's t says it must, and the median nearly so") {
  Rng rng(4, stream_of("bootstrap"));
  const Bootstrap options{.resamples = 300};
  const std::size_t n = 40;
  const double of_mean =
      coverage(600, 1.5, [&] { return bootstrap(normal_sample(n, 1.5, 0.4, rng), mean, rng, options); });
  const boost::math::students_t law(static_cast<double>(n - 1));
  const double expected =
      1 - 2 * cdf(complement(law, 1.959964 * std::sqrt(1 - 1.0 / static_cast<double>(n))));
  CHECK(of_mean == Approx(expected).margin(0.03));
  const double of_median =
      coverage(300, 1.5, [&] { return bootstrap(normal_sample(n, 1.5, 0.4, rng), middle, rng, options); });
  CHECK(of_median == Approx(0.94).margin(0.035));
}

TEST_CASE("a wider level gives a wider interval") {
  Rng rng(5, 0);
  const std::vector<double> sample = normal_sample(30, 0, 1, rng);
  Rng first(6, 0), second(6, 0);
  const Interval half = bootstrap(sample, mean, first, {.level = 0.5}).interval;
  const Interval most = bootstrap(sample, mean, second, {.level = 0.99}).interval;
  CHECK(most.low < half.low);
  CHECK(half.high < most.high);
  CHECK(proportion(3, 10, 0.5).interval.high < proportion(3, 10, 0.99).interval.high);
}

TEST_CASE("enough values are what the header says") {
  const auto held = [](std::size_t n) {
    const auto freedom = static_cast<double>(n - 1);
    const boost::math::students_t law(freedom);
    return 1 - 2 * cdf(complement(law, 1.959964 * std::sqrt(freedom / (freedom + 1))));
  };
  CHECK(held(enough_values - 1) < 0.928);
  CHECK(held(enough_values) >= 0.928);
}

TEST_CASE("values that come in groups have an interval that holds the mean only when groups are drawn as wholes") {
  constexpr int samples = 300, groups = 25, each = 6;
  int held_alone = 0, held_together = 0;
  Rng rng(8, 0);
  for (int s = 0; s < samples; ++s) {
    std::vector<double> values;
    Bootstrap together{.resamples = 400, .level = 0.95, .groups = {}};
    for (std::size_t g = 0; g < groups; ++g) {
      const double own = rng.normal();
      for (int k = 0; k < each; ++k) {
        values.push_back(own + 0.3 * rng.normal());
        together.groups.push_back(g);
      }
    }
    const auto holds = [](const Estimate& e) { return e.interval.low < 0 && 0 < e.interval.high ? 1 : 0; };
    held_alone += holds(bootstrap(values, mean, rng, {.resamples = 400, .level = 0.95, .groups = {}}));
    held_together += holds(bootstrap(values, mean, rng, together));
  }
  CHECK(held_alone < 0.7 * samples);
  CHECK(held_together > 0.88 * samples);
  CHECK(held_together < 0.98 * samples);
}

TEST_CASE("what is no sample or no option is refused") {
  Rng rng(7, 0);
  const std::vector<double> fine{1.0, 2.0}, broken{1.0, std::nan("")}, endless{infinity, 1.0}, none;
  CHECK_THROWS_AS(bootstrap(none, mean, rng), InputError);
  CHECK_THROWS_WITH(bootstrap(broken, mean, rng), Catch::Contains("2 of 2 is nan"));
  CHECK_THROWS_AS(bootstrap(endless, mean, rng), InputError);
  CHECK_THROWS_AS(bootstrap(fine, mean, rng, {.resamples = 0}), InputError);
  CHECK_THROWS_AS(bootstrap(fine, mean, rng, {.level = 1.0}), InputError);
  CHECK_THROWS_AS(bootstrap(fine, mean, rng, {.level = std::nan("")}), InputError);
  const auto not_a_number = [](std::span<const double>) { return std::nan(""); };
  CHECK_THROWS_WITH(bootstrap(fine, not_a_number, rng), Catch::Contains("not a number"));
  CHECK_THROWS_WITH(bootstrap(fine, mean, rng, {.resamples = 10, .level = 0.95, .groups = {1}}), Catch::Contains("1 groups for 2 values"));
  CHECK_THROWS_AS(proportion(3, 2), InputError);
  CHECK_THROWS_AS(proportion(-1, 2), InputError);
  CHECK_THROWS_AS(proportion(0, 0), InputError);
  CHECK_THROWS_AS(proportion(1, 2, 95.0), InputError);
  CHECK_THROWS_AS(poisson_mean(-1), InputError);
}
