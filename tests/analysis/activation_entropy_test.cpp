#include "analysis/activation_entropy.hpp"

#include <Eigen/LU>
#include <boost/math/distributions/students_t.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "md/support/error.hpp"
#include "md/support/units.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const std::vector<double> six{200, 250, 300, 350, 400, 450};

/// On dH - T dS + bend T^2, with normal errors of the size `noise` times those given.
std::vector<BarrierAt> barriers(double enthalpy, double entropy, double error, double noise, Rng& rng,
                                double bend = 0) {
  std::vector<BarrierAt> points;
  for (const double t : six)
    points.push_back(
        {t, enthalpy - units::boltzmann * t * entropy + bend * t * t + noise * error * rng.normal(), error});
  return points;
}

std::vector<BarrierAt> exact(double enthalpy, double entropy, double error = 0.02, double bend = 0) {
  Rng rng(0, 0);
  return barriers(enthalpy, entropy, error, 0, rng, bend);
}

/// Glasses whose true (dH, dS) scatter with standard deviations 0.1 eV and 2 kB, correlation 0.6, and whose
/// errors differ by a factor of 3.
std::vector<GlassBarriers> scattered_glasses(std::size_t count, Rng& rng, double scatter = 1) {
  std::vector<GlassBarriers> glasses;
  for (std::size_t g = 0; g < count; ++g) {
    const double a = rng.normal(), b = rng.normal();
    glasses.push_back(
        {fmt::format("g{}", g), barriers(1.3 + scatter * 0.1 * a, 12 + scatter * 2 * (0.6 * a + 0.8 * b),
                                         0.01 + 0.02 * rng.uniform(), 1, rng)});
  }
  return glasses;
}

}  // namespace

TEST_CASE("barriers on a line give that line to rounding, at every temperature") {
  const ActivationFit fit = fit_activation(exact(1.36, 14.8));
  CHECK(fit.line.enthalpy.value == Approx(1.36).epsilon(1e-13));
  CHECK(fit.line.entropy.value == Approx(14.8).epsilon(1e-13));
  CHECK(fit.line.barrier(0).value == fit.line.enthalpy.value);
  CHECK(fit.line.barrier(0).interval.low == Approx(fit.line.enthalpy.interval.low).epsilon(1e-13));
  CHECK(fit.line.barrier(325).value == Approx(1.36 - units::boltzmann * 325 * 14.8).epsilon(1e-13));
  CHECK(fit.chi_squared < 1e-20);
  CHECK(fit.freedom == 4);
  CHECK(fit.temperatures == six);
}

TEST_CASE("the covariance of a fit with equal errors is the closed form, and dH and dS go together") {
  const double error = 0.02, k = units::boltzmann, squares = 43750;  // of T - 325 K
  const ActivationLine line = fit_activation(exact(1, 10, error)).line;
  CHECK(line.covariance(0, 0) == Approx(error * error * (1.0 / 6 + 325.0 * 325.0 / squares)));
  CHECK(line.covariance(0, 1) == Approx(error * error * 325.0 / squares / k));
  CHECK(line.covariance(1, 0) == line.covariance(0, 1));
  CHECK(line.covariance(1, 1) == Approx(error * error / squares / (k * k)));
  CHECK(line.covariance(0, 1) / std::sqrt(line.covariance(0, 0) * line.covariance(1, 1)) ==
        Approx(325 / std::sqrt(325.0 * 325.0 + squares / 6)));
  CHECK(line.enthalpy.interval.high - 1 == Approx(1.959964 * std::sqrt(line.covariance(0, 0))));
  // at the mean temperature the barrier is known best: as the mean of six
  const Interval middle = line.barrier(325).interval;
  CHECK(middle.high - middle.low == Approx(2 * 1.959964 * error / std::sqrt(6.0)));
}

TEST_CASE("a barrier with a huge error is ignored, and two barriers of equal error count as their mean") {
  std::vector<BarrierAt> points = exact(1.2, 8);
  const ActivationLine before = fit_activation(points).line;
  points.push_back({300, 50, 1e7});
  const ActivationLine after = fit_activation(points).line;
  CHECK(after.enthalpy.value == Approx(before.enthalpy.value).epsilon(1e-12));
  CHECK(after.entropy.value == Approx(before.entropy.value).epsilon(1e-12));
  CHECK(after.covariance.isApprox(before.covariance, 1e-12));
  std::vector<BarrierAt> twice = exact(1.2, 8), once = exact(1.2, 8);
  twice[0].barrier += 0.03;
  twice.push_back({200, twice[0].barrier - 0.02, 0.02});
  once[0].barrier += 0.02;
  once[0].error = 0.02 / std::sqrt(2.0);
  CHECK(fit_activation(twice).line.entropy.value == Approx(fit_activation(once).line.entropy.value));
  CHECK(fit_activation(twice).line.covariance.isApprox(fit_activation(once).line.covariance, 1e-12));
}

TEST_CASE("another unit of energy scales dH, dS and their errors, and a shift moves dH alone") {
  Rng rng(1, 0);
  const std::vector<BarrierAt> points = barriers(1.2, 8, 0.02, 1, rng);
  std::vector<BarrierAt> scaled = points, shifted = points;
  for (BarrierAt& p : scaled) p.barrier *= 1000, p.error *= 1000;
  for (BarrierAt& p : shifted) p.barrier += 7;
  const ActivationFit one = fit_activation(points), meV = fit_activation(scaled),
                      up = fit_activation(shifted);
  CHECK(meV.line.enthalpy.value == Approx(1000 * one.line.enthalpy.value));
  CHECK(meV.line.entropy.interval.low == Approx(1000 * one.line.entropy.interval.low));
  CHECK(meV.chi_squared == Approx(one.chi_squared));
  CHECK(up.line.enthalpy.value == Approx(one.line.enthalpy.value + 7));
  CHECK(up.line.entropy.value == Approx(one.line.entropy.value).epsilon(1e-10));
  CHECK(up.chi_squared == Approx(one.chi_squared).epsilon(1e-8));
}

TEST_CASE("95 % of the intervals of dH, dS and a barrier hold them, and 5 % of the fits are doubted") {
  Rng rng(2, stream_of("fit"));
  const int repeats = 3000;
  int enthalpy = 0, entropy = 0, between = 0, doubted = 0;
  for (int r = 0; r < repeats; ++r) {
    const ActivationFit fit = fit_activation(barriers(1.3, 12, 0.02, 1, rng));
    enthalpy += holds(fit.line.enthalpy.interval, 1.3) ? 1 : 0;
    entropy += holds(fit.line.entropy.interval, 12) ? 1 : 0;
    between += holds(fit.line.barrier(600).interval, 1.3 - units::boltzmann * 600 * 12) ? 1 : 0;
    doubted += *fit.p_value < 0.05 ? 1 : 0;
  }
  // 3.5 standard deviations of a proportion
  CHECK(enthalpy / static_cast<double>(repeats) == Approx(0.95).margin(0.014));
  CHECK(entropy / static_cast<double>(repeats) == Approx(0.95).margin(0.014));
  CHECK(between / static_cast<double>(repeats) == Approx(0.95).margin(0.014));
  CHECK(doubted / static_cast<double>(repeats) == Approx(0.05).margin(0.014));
}

TEST_CASE("glasses of equal errors have the mean and the scatter of their lines, less the errors") {
  const std::vector<std::pair<double, double>> truths{{1.0, 8}, {1.3, 16}, {1.5, 9}, {1.1, 15}, {1.6, 20}};
  std::vector<GlassBarriers> glasses;
  for (const auto& [enthalpy, entropy] : truths) glasses.push_back({"a", exact(enthalpy, entropy, 0.01)});
  const ActivationOfGlasses found = activation_of_glasses(glasses);
  Eigen::Matrix2d seen = Eigen::Matrix2d::Zero();
  for (const auto& [enthalpy, entropy] : truths) {
    const Eigen::Vector2d off(enthalpy - 1.3, entropy - 13.6);
    seen += off * off.transpose() / 4;
  }
  CHECK(found.mean.enthalpy.value == Approx(1.3));
  CHECK(found.mean.entropy.value == Approx(13.6));
  CHECK(found.mean.covariance.isApprox(seen / 5, 1e-9));
  const Eigen::Matrix2d error = found.glasses[0].line.covariance;
  CHECK(found.between.isApprox(seen - error, 1e-9));
  CHECK(found.enthalpy_scatter.value == Approx(std::sqrt(seen(0, 0) - error(0, 0))));
  CHECK(found.entropy_scatter.value == Approx(std::sqrt(seen(1, 1) - error(1, 1))));
  const double t = quantile(boost::math::students_t(4), 0.975);
  CHECK(found.mean.entropy.interval.high - 13.6 == Approx(t * std::sqrt(seen(1, 1) / 5)));
  CHECK(found.common.line.entropy.value == Approx(13.6));
  CHECK(found.common.line.covariance.isApprox(error / 5, 1e-9));
  CHECK(found.heterogeneity == Approx((error.inverse() * seen).trace() * 4));
  CHECK(found.freedom == 8);
  CHECK(found.inconsistency == Approx(1 - 8 / found.heterogeneity));
  CHECK(found.p_value < 1e-6);
}

TEST_CASE("95 % of the mean's intervals hold it where glasses differ, and most of the common line's do not") {
  Rng rng(3, stream_of("glasses"));
  const int repeats = 1000;
  int enthalpy = 0, entropy = 0, at_zero = 0, common = 0, scatter = 0;
  for (int r = 0; r < repeats; ++r) {
    const ActivationOfGlasses found = activation_of_glasses(scattered_glasses(8, rng));
    enthalpy += holds(found.mean.enthalpy.interval, 1.3) ? 1 : 0;
    entropy += holds(found.mean.entropy.interval, 12) ? 1 : 0;
    at_zero += holds(found.mean.barrier(300).interval, 1.3 - units::boltzmann * 300 * 12) ? 1 : 0;
    common += holds(found.common.line.enthalpy.interval, 1.3) ? 1 : 0;
    scatter += holds(found.enthalpy_scatter.interval, 0.1) ? 1 : 0;
  }
  CHECK(enthalpy / static_cast<double>(repeats) == Approx(0.945).margin(0.025));
  CHECK(entropy / static_cast<double>(repeats) == Approx(0.945).margin(0.025));
  CHECK(at_zero / static_cast<double>(repeats) == Approx(0.945).margin(0.025));
  CHECK(common / static_cast<double>(repeats) < 0.7);
  CHECK(scatter / static_cast<double>(repeats) == Approx(0.95).margin(0.025));
}

TEST_CASE(
    "glasses that are one glass are found to be one in 95 % of the cases, and the mean keeps its level") {
  Rng rng(4, stream_of("one glass"));
  const int repeats = 1000;
  int same = 0, mean_holds = 0, none = 0;
  for (int r = 0; r < repeats; ++r) {
    const ActivationOfGlasses found = activation_of_glasses(scattered_glasses(6, rng, 0));
    same += found.p_value >= 0.05 ? 1 : 0;
    mean_holds += holds(found.mean.entropy.interval, 12) ? 1 : 0;
    none += found.entropy_scatter.interval.low == 0 ? 1 : 0;
  }
  CHECK(same / static_cast<double>(repeats) == Approx(0.95).margin(0.025));
  CHECK(mean_holds / static_cast<double>(repeats) > 0.93);  // what is cut off makes intervals longer
  CHECK(none / static_cast<double>(repeats) == Approx(0.975).margin(0.02));
}

TEST_CASE("the scatter between glasses does not depend on the units, even where it is cut off at nothing") {
  Rng rng(5, 0);
  for (int r = 0; r < 20; ++r) {
    const std::vector<GlassBarriers> glasses = scattered_glasses(3, rng, 0.1);
    std::vector<GlassBarriers> other = glasses;  // energies in another unit, temperatures from another zero
    for (GlassBarriers& glass : other)
      for (BarrierAt& p : glass.points) p.barrier *= 23, p.error *= 23, p.temperature += 500;
    const ActivationOfGlasses one = activation_of_glasses(glasses), two = activation_of_glasses(other);
    Eigen::Matrix2d moved;  // dH' = 23 (dH + 500 kB dS), dS' = 23 dS
    moved << 23, 23 * 500 * units::boltzmann, 0, 23;
    CHECK((moved * one.between * moved.transpose()).isApprox(two.between, 1e-6));
    CHECK(two.mean.barrier(800).interval.high == Approx(23 * one.mean.barrier(300).interval.high));
    CHECK(two.heterogeneity == Approx(one.heterogeneity));
    CHECK(one.between.determinant() > -1e-12);
  }
}

TEST_CASE("a bend that all glasses share is found exactly, whatever their lines") {
  const double bend = 4e-7;  // eV/K^2
  const std::vector<GlassBarriers> glasses{{"a", exact(1.3, 12, 0.001, bend)},
                                           {"b", exact(0.7, 3, 0.003, bend)}};
  const std::optional<Curvature> found = curvature(glasses);
  REQUIRE(found);
  CHECK(found->entropy_slope.value == Approx(-2 * bend / units::boltzmann).epsilon(1e-9));
  const double line_at_zero = 0.5 * (fit_activation(glasses[0].points).line.enthalpy.value +
                                     fit_activation(glasses[1].points).line.enthalpy.value);
  CHECK(line_at_zero + found->enthalpy_shift.value == Approx(1.0).epsilon(1e-9));
  CHECK(found->p_value < 1e-3);
  CHECK(*found->p_value_by_scatter < 1e-3);
  REQUIRE_FALSE(found->doubts.empty());
  CHECK_THAT(found->doubts.front(), Catch::Contains("not straight"));
  CHECK_FALSE(curvature(std::vector<GlassBarriers>{{"c", {{300, 1, 0.1}, {400, 1, 0.1}}}}));
}

TEST_CASE("straight lines fail both tests of curvature in 5 % of the cases, that by scatter for any errors") {
  Rng rng(6, stream_of("curvature"));
  const int repeats = 2000;
  int bent = 0, by_scatter = 0, by_scatter_wrong_errors = 0, held = 0;
  for (int r = 0; r < repeats; ++r) {
    const std::vector<GlassBarriers> right{{"a", barriers(1.3, 12, 0.02, 1, rng)},
                                           {"b", barriers(1.1, 7, 0.01, 1, rng)}};
    const std::vector<GlassBarriers> wrong{{"a", barriers(1.3, 12, 0.02, 3, rng)}};
    const Curvature found = *curvature(right);
    bent += found.p_value < 0.05 ? 1 : 0;
    by_scatter += *found.p_value_by_scatter < 0.05 ? 1 : 0;
    by_scatter_wrong_errors += *curvature(wrong)->p_value_by_scatter < 0.05 ? 1 : 0;
    held += holds(found.enthalpy_shift.interval, 0) ? 1 : 0;
  }
  CHECK(bent / static_cast<double>(repeats) == Approx(0.05).margin(0.018));
  CHECK(by_scatter / static_cast<double>(repeats) == Approx(0.05).margin(0.018));
  CHECK(by_scatter_wrong_errors / static_cast<double>(repeats) == Approx(0.05).margin(0.018));
  CHECK(held == repeats - bent);
}

TEST_CASE("a fit says why it should not be trusted") {
  CHECK(fit_activation(exact(1.3, 12)).doubts.size() == 1);  // closer to the line than the errors allow
  CHECK_THAT(fit_activation(exact(1.3, 12)).doubts.front(), Catch::Contains("closer"));
  const std::vector<BarrierAt> two{{300, 1.0, 0.02}, {350, 0.9, 0.02}};
  const ActivationFit short_range = fit_activation(two);
  CHECK_FALSE(short_range.p_value);
  REQUIRE(short_range.doubts.size() == 2);
  CHECK_THAT(short_range.doubts[0], Catch::Contains("2 temperatures"));
  CHECK_THAT(short_range.doubts[1], Catch::Contains("0 K lies 300 K below"));
  std::vector<BarrierAt> off = exact(1.3, 12);
  off[2].barrier += 0.2;
  REQUIRE(fit_activation(off).doubts.size() == 1);
  CHECK_THAT(fit_activation(off).doubts.front(), Catch::Contains("further from the line"));
  Rng rng(7, 0);
  const ActivationOfGlasses few = activation_of_glasses(scattered_glasses(3, rng, 5));
  REQUIRE(few.doubts.size() >= 2);
  CHECK_THAT(few.doubts[0], Catch::Contains("3 glasses"));
  CHECK_THAT(few.doubts[1], Catch::Contains("differ by more than their errors"));
}

TEST_CASE("what is no barrier, no error and no second temperature is refused by name") {
  const std::vector<BarrierAt> none, one{{300, 1, 0.1}}, same{{300, 1, 0.1}, {300, 2, 0.1}};
  CHECK_THROWS_WITH(fit_activation(none), Catch::Contains("0 different temperatures"));
  CHECK_THROWS_WITH(fit_activation(one), Catch::Contains("needs at least 2"));
  CHECK_THROWS_WITH(fit_activation(same), Catch::Contains("2 barriers at 1 different"));
  const std::vector<BarrierAt> no_error{{300, 1, 0.1}, {400, 1, 0}};
  CHECK_THROWS_WITH(fit_activation(no_error), Catch::Contains("barrier 2: its standard error is 0 eV"));
  CHECK_THROWS_WITH(fit_activation(std::vector<BarrierAt>{{-3, 1, 1}, {300, 1, 1}}),
                    Catch::Contains("temperature is -3 K"));
  CHECK_THROWS_WITH(fit_activation(std::vector<BarrierAt>{{200, std::nan(""), 1}, {300, 1, 1}}),
                    Catch::Contains("dF is nan eV"));
  CHECK_THROWS_AS(fit_activation(exact(1, 1), 1.0), InputError);
  const std::vector<GlassBarriers> glasses{{"first", exact(1, 1)}, {"second", one}};
  CHECK_THROWS_WITH(activation_of_glasses(glasses), Catch::Contains("of glass 'second'"));
  CHECK_THROWS_WITH(activation_of_glasses(std::span(glasses).first(1)), Catch::Contains("at least 2"));
  CHECK_THROWS_AS(curvature(glasses), InputError);
  CHECK_THROWS_WITH(fit_activation(exact(1, 1)).line.barrier(-1), Catch::Contains("-1 K"));
}
