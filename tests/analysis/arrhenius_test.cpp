#include "analysis/arrhenius.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "md/support/error.hpp"
#include "md/support/units.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Estimate around(double value, double error) {
  return {value, {value - 1.959964 * error, value + 1.959964 * error}, 0.95};
}

/// dF_para, dF_eff and dF_seq with the entropies of Yang et al., 200 to 450 K; errors grow with T.
std::vector<EffectiveBarriers> as_published(double curvature = 0) {
  std::vector<EffectiveBarriers> barriers;
  for (int k = 0; k < 6; ++k) {
    const double t = 200 + 50 * k, kT = units::boltzmann * t, error = 1e-4 * t + 2e-7 * t * t;
    EffectiveBarriers at;
    at.temperature = t;
    at.parallel.barrier = around(0.8 - 5.8 * kT, error);
    at.effective = around(1.36 - 14.8 * kT + curvature * t * t, error);
    at.sequential.barrier = around(1.92 - 23.9 * kT, error);
    barriers.push_back(at);
  }
  return barriers;
}

}  // namespace

TEST_CASE("frequencies lie between the bounds, which the lower and the upper barrier give") {
  const Arrhenius found = arrhenius(as_published(), 2e12);
  REQUIRE(found.points.size() == 6);
  for (const ArrheniusPoint& point : found.points) {
    CHECK(point.sequential.value < point.effective.value);
    CHECK(point.effective.value < point.parallel.value);
    CHECK(point.effective.interval.low < point.effective.value);
    CHECK(point.effective.value < point.effective.interval.high);
  }
  const double kT = units::boltzmann * 300;
  const Estimate at_300 = found.points[2].effective;
  const Estimate barrier = as_published()[2].effective;
  CHECK(at_300.value == Approx(std::log(2e12) - (1.36 - 14.8 * kT) / kT));
  CHECK(at_300.interval.high == Approx(std::log(2e12) - barrier.interval.low / kT));
}

TEST_CASE("a straight dF(T) gives dH as apparent energy and nu0 exp(dS/kB) as prefactor") {
  const Arrhenius found = arrhenius(as_published(), 2e12);
  CHECK(found.effective->energy.value == Approx(1.36));
  CHECK(found.effective->log_prefactor.value == Approx(std::log(2e12) + 14.8));
  CHECK(found.parallel->log_prefactor.value == Approx(std::log(2e12) + 5.8));
  CHECK(found.sequential->energy.value == Approx(1.92));
  // the six orders of magnitude of the paper
  CHECK((found.effective->log_prefactor.value - std::log(2e12)) / std::log(10.0) ==
        Approx(6.43).margin(0.01));
  const Estimate between = log_frequency(found.effective->barriers.line, 2e12, 275);
  CHECK(between.value == Approx(std::log(2e12) + 14.8 - 1.36 / (units::boltzmann * 275)));
  CHECK(between.interval.low < between.value);
}

TEST_CASE("the Arrhenius fit is the weighted fit of ln nu against 1/kT, also where dF(T) is not straight") {
  const std::vector<EffectiveBarriers> barriers = as_published(6e-7);
  const Arrhenius found = arrhenius(barriers, 2e12);
  double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const EffectiveBarriers& at : barriers) {
    const double kT = units::boltzmann * at.temperature;
    const double error = (at.effective.interval.high - at.effective.value) / 1.959964 / kT;
    const double w = 1 / (error * error), x = 1 / kT, y = std::log(2e12) - at.effective.value / kT;
    s += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
  }
  const double determinant = s * sxx - sx * sx;
  CHECK(found.effective->energy.value == Approx(-(s * sxy - sx * sy) / determinant).epsilon(1e-9));
  CHECK(found.effective->log_prefactor.value == Approx((sxx * sy - sx * sxy) / determinant).epsilon(1e-9));
  const Interval energy = found.effective->energy.interval;
  CHECK((energy.high - energy.low) / 2 == Approx(1.959964 * std::sqrt(s / determinant)).epsilon(1e-6));
  const Interval prefactor = found.effective->log_prefactor.interval;
  CHECK((prefactor.high - prefactor.low) / 2 ==
        Approx(1.959964 * std::sqrt(sxx / determinant)).epsilon(1e-6));
}

TEST_CASE("a bound that one sample carries is doubted, and so is a line that the frequencies leave") {
  std::vector<EffectiveBarriers> barriers = as_published();
  barriers[1].sequential.one_sample_carries_it = barriers[2].sequential.one_sample_carries_it = true;
  barriers[4].effective.value += 0.5;
  const Arrhenius found = arrhenius(barriers, 2e12);
  REQUIRE(found.doubts.size() == 4);
  CHECK_THAT(found.doubts[0], Catch::Contains("sequential barrier is one sample's at 2 of 6"));
  CHECK_THAT(found.doubts[1], Catch::Contains("parallel: ") && Catch::Contains("closer"));
  CHECK_THAT(found.doubts[2], Catch::Contains("effective: ") && Catch::Contains("further"));
}

TEST_CASE("barriers drawn from one spectrum at every temperature have the entropy of counting them, k ln n") {
  // the highest of n barriers rules at low temperature: dF_seq = max - kT ln n, dF_para = min + kT ln n
  Rng rng(1, 0);
  const std::vector<double> sample = log_normal_sample(50, -0.2, 1.0, rng);
  std::vector<EffectiveBarriers> barriers;
  for (const double t : {20.0, 30.0, 40.0, 50.0})
    barriers.push_back(effective_barriers(sample, t, rng, {.resamples = 200}));
  const Arrhenius found = arrhenius(barriers, 2e12);
  CHECK(found.sequential->barriers.line.entropy.value == Approx(std::log(50)).margin(0.1));
  CHECK(found.parallel->barriers.line.entropy.value == Approx(-std::log(50)).margin(1.0));
}

TEST_CASE("one temperature has frequencies and no line, and what has no error is refused") {
  const std::vector<EffectiveBarriers> barriers = as_published();
  const Arrhenius one = arrhenius(std::span(barriers).first(1), 2e12);
  CHECK(one.points.size() == 1);
  CHECK_FALSE(one.effective);
  REQUIRE(one.doubts.size() == 1);
  CHECK_THROWS_WITH(arrhenius(barriers, 0), Catch::Contains("attempt frequency is 0 Hz"));
  CHECK_THROWS_AS(arrhenius(std::span<const EffectiveBarriers>(), 2e12), InputError);
  CHECK_THROWS_AS(arrhenius(barriers, 2e12, 0), InputError);
  std::vector<EffectiveBarriers> open = barriers;
  open[1].sequential.barrier.interval.high = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(arrhenius(open, 2e12), Catch::Contains("sequential barrier at 250 K"));
  open = barriers;
  open[0].temperature = 0;
  CHECK_THROWS_WITH(arrhenius(open, 2e12), Catch::Contains("temperature is 0 K"));
  CHECK_THROWS_AS(log_frequency(ActivationLine{}, 2e12, 0), InputError);
}
