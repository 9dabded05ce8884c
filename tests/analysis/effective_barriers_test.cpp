#include "analysis/effective_barriers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "md/support/error.hpp"
#include "md/support/units.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr Bootstrap quick{.resamples = 20};

/// Eq. 4 by the midpoint rule over barriers F = highest t^4, 0 <= t <= 1.
double parallel_by_force(double mu, double sigma, double temperature) {
  const double kT = units::boltzmann * temperature, pi = std::acos(-1.0);
  const double highest = std::exp(mu + 9 * sigma);
  const int steps = 400000;
  double sum = 0;
  for (int k = 0; k < steps; ++k) {
    const double t = (k + 0.5) / steps, barrier = highest * std::pow(t, 4),
                 z = (std::log(barrier) - mu) / sigma;
    sum += 4 * highest * std::pow(t, 3) * std::exp(-0.5 * z * z - barrier / kT) /
           (barrier * sigma * std::sqrt(2 * pi));
  }
  return -kT * std::log(sum / steps);
}

}  // namespace

TEST_CASE("parallel <= mean <= sequential at every temperature, and the effective barrier is their middle") {
  Rng rng(1, 0);
  for (const double temperature : {0.01, 10.0, 300.0, 1000.0, 1e6}) {
    const std::vector<double> barriers = log_normal_sample(60, -0.7, 0.6, rng);
    const EffectiveBarriers found = effective_barriers(barriers, temperature, rng, quick);
    const auto [least, greatest] = std::minmax_element(barriers.begin(), barriers.end());
    CHECK(*least <= found.parallel.barrier.value);
    CHECK(found.parallel.barrier.value < mean(barriers));
    CHECK(mean(barriers) < found.sequential.barrier.value);
    CHECK(found.sequential.barrier.value <= *greatest);
    CHECK(found.effective.value ==
          Approx(0.5 * (found.parallel.barrier.value + found.sequential.barrier.value)));
    CHECK(found.temperature == temperature);
  }
}

TEST_CASE("a hotter system has a higher parallel and a lower sequential barrier, both tending to the mean") {
  Rng rng(2, 0);
  const std::vector<double> barriers = log_normal_sample(60, -0.7, 0.6, rng);
  double parallel = -1, sequential = 1e9;
  for (const double temperature : {100.0, 300.0, 1000.0, 1e4, 1e8}) {
    const EffectiveBarriers found = effective_barriers(barriers, temperature, rng, quick);
    CHECK(found.parallel.barrier.value > parallel);
    CHECK(found.sequential.barrier.value < sequential);
    parallel = found.parallel.barrier.value;
    sequential = found.sequential.barrier.value;
  }
  CHECK(parallel == Approx(mean(barriers)).epsilon(1e-4));
  CHECK(sequential == Approx(mean(barriers)).epsilon(1e-4));
}

TEST_CASE("two barriers give what the formulas give by hand") {
  Rng rng(3, 0);
  const double kT = units::boltzmann * 400;
  const EffectiveBarriers found = effective_barriers(std::vector<double>{0.3, 0.35}, 400, rng, quick);
  const double parallel = -kT * std::log((std::exp(-0.3 / kT) + std::exp(-0.35 / kT)) / 2);
  const double sequential = kT * std::log((std::exp(0.3 / kT) + std::exp(0.35 / kT)) / 2);
  CHECK(found.parallel.barrier.value == Approx(parallel).epsilon(1e-12));
  CHECK(found.sequential.barrier.value == Approx(sequential).epsilon(1e-12));
  const double w = 1 / (1 + std::exp(-0.05 / kT));
  CHECK(found.parallel.largest_weight == Approx(w));
  CHECK(found.sequential.largest_weight == Approx(w));
  CHECK(found.parallel.participation == Approx(1 / (w * w + (1 - w) * (1 - w))));
}

TEST_CASE("barriers of a normal law F, s give F - s^2/2kT and F + s^2/2kT") {
  Rng rng(4, 0);
  const double kT = units::boltzmann * 600, s = 0.8 * kT;
  const EffectiveBarriers found =
      effective_barriers(normal_quantiles(100000, 0.9, s), 600, rng, {.resamples = 1});
  CHECK(found.parallel.barrier.value == Approx(0.9 - s * s / (2 * kT)).margin(1e-3 * kT));
  CHECK(found.sequential.barrier.value == Approx(0.9 + s * s / (2 * kT)).margin(1e-3 * kT));
  CHECK(found.effective.value == Approx(0.9).epsilon(1e-9));
}

TEST_CASE(
    "shifting all barriers shifts every effective barrier and its interval, and swapping their sign swaps "
    "the two") {
  Rng rng(5, 0);
  const std::vector<double> barriers = normal_sample(40, 0.5, 0.1, rng);
  std::vector<double> shifted = barriers, opposite = barriers;
  for (double& b : shifted) b += 7.0;
  for (double& b : opposite) b = -b;
  Rng first(6, 0), second(6, 0), third(6, 0);
  const EffectiveBarriers one = effective_barriers(barriers, 300, first);
  const EffectiveBarriers other = effective_barriers(shifted, 300, second);
  CHECK(other.parallel.barrier.value == Approx(one.parallel.barrier.value + 7));
  CHECK(other.sequential.barrier.value == Approx(one.sequential.barrier.value + 7));
  CHECK(other.effective.interval.low == Approx(one.effective.interval.low + 7));
  CHECK(other.parallel.barrier.interval.high == Approx(one.parallel.barrier.interval.high + 7));
  CHECK(other.parallel.participation == Approx(one.parallel.participation));
  const EffectiveBarriers swapped = effective_barriers(opposite, 300, third);
  CHECK(swapped.parallel.barrier.value == Approx(-one.sequential.barrier.value));
  CHECK(swapped.sequential.barrier.interval.low == Approx(-one.parallel.barrier.interval.high));
}

TEST_CASE("barriers of 5 eV at 10 K, and any others at any temperature, neither overflow nor vanish") {
  Rng rng(7, 0);
  const std::vector<double> barriers{4.9, 5.0, 5.0, 5.1};
  const double kT = units::boltzmann * 10;
  const EffectiveBarriers cold = effective_barriers(barriers, 10, rng, quick);
  CHECK(cold.parallel.barrier.value == Approx(4.9 + kT * std::log(4)).epsilon(1e-12));
  CHECK(cold.sequential.barrier.value == Approx(5.1 - kT * std::log(4)).epsilon(1e-12));
  const EffectiveBarriers frozen = effective_barriers(barriers, 1e-300, rng, quick);
  CHECK(frozen.parallel.barrier.value == 4.9);
  CHECK(frozen.sequential.barrier.value == 5.1);
  const EffectiveBarriers hot = effective_barriers(barriers, 1e30, rng, quick);
  CHECK(hot.parallel.barrier.value == Approx(5.0).epsilon(1e-12));
  CHECK(hot.sequential.barrier.value == Approx(5.0).epsilon(1e-12));
}

TEST_CASE("equal barriers are their own effective barrier, carried by all of them") {
  Rng rng(8, 0);
  const EffectiveBarriers found = effective_barriers(std::vector<double>(30, 0.7), 50, rng, quick);
  CHECK(found.parallel.barrier.value == 0.7);
  CHECK(found.sequential.barrier.value == 0.7);
  CHECK(found.parallel.participation == Approx(30));
  CHECK(found.sequential.largest_weight == Approx(1.0 / 30));
  CHECK(found.doubts.empty());
}

TEST_CASE("a barrier that one sample carries says so") {
  Rng rng(9, 0);
  std::vector<double> barriers(30, 0.7);
  barriers[3] = 0.2;
  const EffectiveBarriers found = effective_barriers(barriers, 300, rng, quick);
  CHECK(found.parallel.one_sample_carries_it);
  CHECK(found.parallel.participation == Approx(1.0).margin(0.01));
  CHECK_FALSE(found.sequential.one_sample_carries_it);
  REQUIRE(found.doubts.size() == 1);
  CHECK_THAT(found.doubts.front(), Catch::Contains("parallel") && Catch::Contains("lowest"));
  CHECK(effective_barriers(barriers, 1e5, rng, quick).doubts.empty());
  CHECK(effective_barriers(std::vector<double>{0.5, 0.5}, 1e5, rng, quick).doubts.size() == 1);  // too few
}

TEST_CASE("the parallel barrier of a log-normal law is the integral of Eq. 4") {
  for (const double sigma : {0.1, 0.4, 1.0})
    for (const double temperature : {100.0, 300.0, 2000.0})
      CHECK(parallel_barrier_of_log_normal(-0.7, sigma, temperature) ==
            Approx(parallel_by_force(-0.7, sigma, temperature)).epsilon(1e-6));
  // carried by barriers 11 sigma below the median
  CHECK(parallel_barrier_of_log_normal(-0.7, 0.4, 2) ==
        Approx(parallel_by_force(-0.7, 0.4, 2)).epsilon(1e-6));
  CHECK(parallel_barrier_of_log_normal(-0.7, 0.0, 300) == Approx(std::exp(-0.7)));
  CHECK(parallel_barrier_of_log_normal(-0.7, 1e-9, 300) == Approx(std::exp(-0.7)));
  CHECK(parallel_barrier_of_log_normal(-0.7, 0.5, 1e9) == Approx(std::exp(-0.7 + 0.125)).epsilon(1e-4));
}

TEST_CASE(
    "the parallel barrier of a log-normal sample tends to its law's, the sequential one grows without end") {
  Rng rng(10, 0);
  double sequential = 0;
  for (const std::size_t n : {std::size_t{100}, std::size_t{1000}, std::size_t{10000}, std::size_t{100000}}) {
    const std::vector<double> barriers = exponentials(normal_quantiles(n, -1.5, 0.4));
    const EffectiveBarriers found = effective_barriers(barriers, 500, rng, {.resamples = 1});
    CHECK(found.sequential.barrier.value > sequential + 0.1);
    CHECK(found.sequential.one_sample_carries_it);
    sequential = found.sequential.barrier.value;
    if (n == 100000)
      CHECK(found.parallel.barrier.value ==
            Approx(parallel_barrier_of_log_normal(-1.5, 0.4, 500)).epsilon(1e-4));
  }
}

TEST_CASE(
    "95 % of the intervals of the parallel barrier hold that of the law, by sample where many carry it, and "
    "by fit") {
  Rng rng(11, stream_of("parallel"));
  const double mu = -1.5, sigma = 0.4, temperature = 1000;
  const double truth = parallel_barrier_of_log_normal(mu, sigma, temperature);
  const Bootstrap options{.resamples = 200};
  const double by_sample = coverage(300, truth, [&] {
    return effective_barriers(log_normal_sample(60, mu, sigma, rng), temperature, rng, options)
        .parallel.barrier;
  });
  CHECK(by_sample == Approx(0.94).margin(0.035));
  const double by_fit = coverage(200, truth, [&] {
    return *fitted_parallel_barrier(log_normal_sample(40, mu, sigma, rng), temperature, rng,
                                    {.resamples = 100});
  });
  CHECK(by_fit == Approx(0.93).margin(0.045));
}

TEST_CASE("the fitted parallel barrier is that of the fitted law") {
  Rng rng(12, 0);
  std::vector<double> barriers = log_normal_sample(40, -0.7, 0.5, rng);
  barriers.push_back(-0.3);  // left out by both
  const LogNormalFit fit = *fit_log_normal(barriers, rng, {.replicas = 1});
  const Estimate found = *fitted_parallel_barrier(barriers, 300, rng, quick);
  CHECK(found.value == Approx(parallel_barrier_of_log_normal(fit.mu.value, fit.sigma.value, 300)));
  CHECK_FALSE(fitted_parallel_barrier(std::vector<double>{0.4, 0.4}, 300, rng));
  CHECK_FALSE(fitted_parallel_barrier(std::vector<double>{-0.4, -0.5}, 300, rng));
}

TEST_CASE("convergence is the effective barriers of the first barriers") {
  Rng rng(13, 0);
  const std::vector<double> barriers = log_normal_sample(50, -0.7, 0.5, rng);
  const std::vector<std::size_t> counts{1, 10, 50};
  const std::vector<ConvergencePoint> points = barrier_convergence(barriers, 300, counts, rng, quick);
  REQUIRE(points.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    const std::vector<double> first(barriers.begin(),
                                    barriers.begin() + static_cast<std::ptrdiff_t>(counts[k]));
    CHECK(points[k].count == counts[k]);
    CHECK(points[k].summary.median.value == quantile(sorted(first), 0.5));
    CHECK(points[k].effective.effective.value == effective_barriers(first, 300, rng, quick).effective.value);
  }
  CHECK(points[0].effective.effective.interval.high == std::numeric_limits<double>::infinity());
  for (const std::vector<std::size_t>& wrong : {std::vector<std::size_t>{0}, std::vector<std::size_t>{51}})
    CHECK_THROWS_AS(barrier_convergence(barriers, 300, wrong, rng, quick), InputError);
}

TEST_CASE("effective barriers of what is no sample, temperature or law are refused") {
  Rng rng(14, 0);
  const std::vector<double> none, broken{0.2, std::nan("")}, fine{0.2, 0.3};
  for (const auto& barriers : {none, broken}) {
    CHECK_THROWS_AS(effective_barriers(barriers, 300, rng), InputError);
    CHECK_THROWS_AS(fitted_parallel_barrier(barriers, 300, rng), InputError);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double temperature : {0.0, -300.0, std::nan(""), infinity}) {
    CHECK_THROWS_AS(effective_barriers(fine, temperature, rng), InputError);
    CHECK_THROWS_AS(parallel_barrier_of_log_normal(-1, 0.5, temperature), InputError);
    CHECK_THROWS_AS(fitted_parallel_barrier(fine, temperature, rng), InputError);
  }
  CHECK_THROWS_AS(effective_barriers(fine, 300, rng, {.resamples = 0}), InputError);
  for (const double mu : {1000.0, infinity, std::nan("")})
    CHECK_THROWS_AS(parallel_barrier_of_log_normal(mu, 0.5, 300), InputError);
  for (const double sigma : {-0.1, infinity, std::nan("")})
    CHECK_THROWS_AS(parallel_barrier_of_log_normal(-1, sigma, 300), InputError);
}
