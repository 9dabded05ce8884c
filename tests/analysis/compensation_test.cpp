#include "analysis/compensation.hpp"

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
constexpr double harmonic_mean = 301.3152650458;  // 6 / (1/200 + ... + 1/450)

/// Fits to six barriers of error `error` * T / 300 K, as ln k of equal error gives.
MeasuredActivation fitted(double enthalpy, double entropy, double error, Rng& rng, double noise = 1) {
  std::vector<BarrierAt> points;
  for (const double t : six)
    points.push_back({t, enthalpy - units::boltzmann * t * entropy + noise * error * t / 300 * rng.normal(),
                      error * t / 300});
  const std::vector<ActivationFit> fit{fit_activation(points)};
  return measured(fit).front();
}

/// dH of standard deviation `spread` eV; dS = 12 kB + (dH - 1.3 eV) / kT_c + own scatter.
std::vector<MeasuredActivation> sample(std::size_t count, double spread, double inverse_t_c, double own,
                                       double error, Rng& rng, double noise = 1) {
  std::vector<MeasuredActivation> glasses;
  for (std::size_t g = 0; g < count; ++g) {
    const double off = spread * rng.normal();
    glasses.push_back(
        fitted(1.3 + off, 12 + off * inverse_t_c / units::boltzmann + own * rng.normal(), error, rng, noise));
  }
  return glasses;
}

struct Shares {
  double distinguishable = 0, held = 0, enthalpy = 0, entropy = 0, naive = 0, naive_excludes_nothing = 0;
};

/// Of many samples: verdicts for compensation, slopes b held, p values below 0.05, mean naive temperature.
Shares shares(int repeats, double true_slope, Rng& rng, std::size_t count, double spread, double inverse_t_c,
              double own, double error, double noise = 1) {
  Shares sum;
  for (int r = 0; r < repeats; ++r) {
    const Compensation found = compensation(sample(count, spread, inverse_t_c, own, error, rng, noise));
    sum.distinguishable += found.distinguishable ? 1.0 / repeats : 0;
    sum.held += !found.slope || holds(found.slope->interval, true_slope) ? 1.0 / repeats : 0;
    sum.enthalpy += found.enthalpy.p_value < 0.05 ? 1.0 / repeats : 0;
    sum.entropy += found.entropy.p_value < 0.05 ? 1.0 / repeats : 0;
    sum.naive += found.naive_temperature.value / repeats;
    sum.naive_excludes_nothing += found.naive_temperature.interval.low > 0 ? 1.0 / repeats : 0;
  }
  return sum;
}

}  // namespace

TEST_CASE(
    "dH and dF are independent at the harmonic mean where errors grow as T, elsewhere where they do not") {
  Rng rng(1, 0);
  const std::vector<MeasuredActivation> growing = sample(5, 0.1, 0, 0, 0.02, rng);
  const Compensation found = compensation(growing);
  CHECK(found.harmonic_mean == Approx(harmonic_mean).epsilon(1e-6));
  CHECK(found.enthalpy.temperature == Approx(harmonic_mean).epsilon(1e-6));
  CHECK(found.entropy.temperature == Approx(278.6).epsilon(1e-3));  // sum 1/T / sum 1/T^2
  std::vector<ActivationFit> constant;
  for (int g = 0; g < 5; ++g) {
    std::vector<BarrierAt> points;
    for (const double t : six) points.push_back({t, 1 + 0.1 * rng.normal(), 0.02});
    constant.push_back(fit_activation(points));
  }
  const Compensation other = compensation(measured(constant));
  CHECK(other.enthalpy.temperature == Approx(677500.0 / 1950));  // sum T^2 / sum T
  CHECK(other.entropy.temperature == Approx(325));
  CHECK(other.harmonic_mean == Approx(harmonic_mean).epsilon(1e-6));
}

TEST_CASE("the barrier to draw is that of the line, with its error") {
  Rng rng(2, 0);
  const std::vector<MeasuredActivation> glasses = sample(5, 0.1, 0, 0, 0.02, rng);
  const Compensation found = compensation(glasses);
  const Estimate drawn = found.barrier_at_harmonic_mean(glasses[0]);
  CHECK(drawn.value ==
        Approx(glasses[0].enthalpy - units::boltzmann * found.enthalpy.temperature * glasses[0].entropy));
  const Eigen::Matrix2d& c = glasses[0].covariance;
  const double x = units::boltzmann * found.enthalpy.temperature;
  CHECK(drawn.interval.high - drawn.value ==
        Approx(1.959964 * std::sqrt(c(0, 0) - 2 * x * c(0, 1) + x * x * c(1, 1))));
}

TEST_CASE("pairs on a line without errors give its temperature, and the slope b = 1 - T_hm / T_c") {
  Rng rng(3, 0);
  for (const double t_c : {150.0, 600.0, 900.0}) {
    const Compensation found = compensation(sample(12, 0.2, 1 / t_c, 0, 1e-7, rng));
    REQUIRE(found.compensation_temperature);
    CHECK(found.compensation_temperature->value == Approx(t_c).epsilon(1e-4));
    CHECK(found.slope->value == Approx(1 - harmonic_mean / t_c).epsilon(1e-4));
    CHECK(found.naive_temperature.value == Approx(t_c).epsilon(1e-4));
    CHECK(found.distinguishable);
    CHECK_THAT(found.verdict, Catch::Contains("is distinguishable"));
  }
  const Compensation inverse = compensation(sample(12, 0.2, -1 / 500.0, 0, 1e-7, rng));
  CHECK(inverse.compensation_temperature->value == Approx(-500).epsilon(1e-4));
  CHECK_FALSE(inverse.distinguishable);
  CHECK_THAT(inverse.verdict, Catch::Contains("opposite of compensation"));
}

TEST_CASE(
    "errors alone draw a line of the temperatures measured, and 95 % of them are not taken for physics") {
  Rng rng(4, stream_of("errors alone"));
  const Shares noise = shares(1500, 0, rng, 15, 0, 0, 0, 0.02);
  CHECK(noise.naive == Approx(278.6).epsilon(0.02));
  CHECK(noise.naive_excludes_nothing > 0.99);
  CHECK(noise.enthalpy == Approx(0.05).margin(0.02));
  CHECK(noise.entropy == Approx(0.05).margin(0.02));
  CHECK(noise.distinguishable < 0.05 + 0.02);
}

TEST_CASE(
    "one dS for all, dH different: 95 % of the verdicts see no compensation, the naive plot sees its T_m") {
  Rng rng(5, stream_of("constant entropy"));
  for (const double spread : {0.02, 0.1, 0.4}) {
    const Shares found = shares(1000, 1, rng, 15, spread, 0, 0, 0.02);
    CHECK(found.entropy == Approx(0.05).margin(0.025));
    CHECK(found.distinguishable < 0.05 + 0.025);
    CHECK(found.naive == Approx(278.6).epsilon(0.25));
  }
  // also with errors that are three times those given
  CHECK(shares(1000, 1, rng, 15, 0.1, 0, 0, 0.02, 3).distinguishable < 0.05 + 0.025);
}

TEST_CASE("dS that scatters on its own is no compensation in 95 % of the cases") {
  Rng rng(6, stream_of("own scatter"));
  const Shares found = shares(1000, 1, rng, 15, 0.1, 0, 6, 0.02);
  CHECK(found.entropy > 0.5);  // dS is no constant
  CHECK(found.distinguishable < 0.05 + 0.025);
  CHECK(found.held == Approx(0.95).margin(0.025));
}

TEST_CASE("true compensation is seen, and 95 % of the intervals of b hold it, by errors and own scatter") {
  Rng rng(7, stream_of("compensation"));
  for (const double t_c : {150.0, 700.0}) {
    const Shares found = shares(800, 1 - harmonic_mean / t_c, rng, 15, 0.15, 1 / t_c, 0.3, 0.02);
    CHECK(found.distinguishable > 0.9);
    CHECK(found.held == Approx(0.95).margin(0.03));
  }
}

TEST_CASE("compensation at the temperatures measured cannot be told from fit correlation, and that is said") {
  Rng rng(8, 0);
  const Compensation found = compensation(sample(15, 0.15, 1 / harmonic_mean, 0, 0.02, rng));
  CHECK_FALSE(found.distinguishable);
  CHECK_THAT(found.verdict, Catch::Contains("not distinguishable from fit correlation"));
}

TEST_CASE("dH that scatters less than its errors has no slope") {
  Rng rng(9, 0);
  const Compensation found = compensation(sample(10, 0, 0, 0, 0.02, rng, 0.1));
  CHECK_FALSE(found.slope);
  CHECK_FALSE(found.compensation_temperature);
  const Compensation equal = compensation(sample(5, 0, 0, 0, 0.02, rng, 0));
  CHECK_FALSE(equal.distinguishable);
}

TEST_CASE("another unit of energy changes no temperature, no p value and no slope") {
  Rng rng(10, 0);
  const std::vector<MeasuredActivation> glasses = sample(12, 0.1, 1 / 700.0, 1, 0.02, rng);
  std::vector<MeasuredActivation> other = glasses;
  for (MeasuredActivation& glass : other) glass.enthalpy *= 9, glass.entropy *= 9, glass.covariance *= 81;
  const Compensation one = compensation(glasses), two = compensation(other);
  CHECK(two.enthalpy.p_value == Approx(one.enthalpy.p_value));
  CHECK(two.entropy.temperature == Approx(one.entropy.temperature));
  CHECK(two.slope->interval.low == Approx(one.slope->interval.low));
  CHECK(two.naive_temperature.interval.high == Approx(one.naive_temperature.interval.high));
  CHECK(two.verdict == one.verdict);
}

TEST_CASE("few pairs, one bad pair and other temperatures are doubted, and what is no fit is refused") {
  Rng rng(11, 0);
  std::vector<MeasuredActivation> glasses = sample(12, 0.1, 0, 0, 0.02, rng);
  CHECK(compensation(glasses).doubts.empty());
  CHECK_THAT(compensation(std::span(glasses).first(4)).doubts.front(),
             Catch::Contains("4 pairs are too few"));
  glasses[2] = fitted(1.3, 12, 0.2, rng);
  CHECK_THAT(compensation(glasses).doubts.front(),
             Catch::Contains("pair 3") && Catch::Contains("leave it out"));
  std::vector<BarrierAt> hot;
  for (const double t : {600.0, 700.0, 800.0}) hot.push_back({t, 1 - 1e-3 * t, 0.02});
  const std::vector<ActivationFit> fit{fit_activation(hot)};
  std::vector<MeasuredActivation> mixed = sample(11, 0.1, 0, 0, 0.02, rng);
  mixed.push_back(measured(fit).front());
  CHECK_THAT(compensation(mixed).doubts.back(), Catch::Contains("other temperatures"));

  CHECK_THROWS_WITH(compensation(std::span(mixed).first(3)), Catch::Contains("at least 4"));
  CHECK_THROWS_AS(compensation(mixed, 2.0), InputError);
  std::vector<MeasuredActivation> bad = mixed;
  bad[4].entropy = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(compensation(bad), Catch::Contains("pair 5 of 12"));
  bad = mixed;
  bad[1].covariance(0, 1) = bad[1].covariance(1, 0) = 0;
  CHECK_THROWS_WITH(compensation(bad), Catch::Contains("expected that of a fit"));
  bad = mixed;
  bad[0].temperatures.clear();
  CHECK_THROWS_WITH(compensation(bad), Catch::Contains("no temperatures"));
  bad[0].temperatures = {300, 0};
  CHECK_THROWS_WITH(compensation(bad), Catch::Contains("temperature is 0 K"));
}
