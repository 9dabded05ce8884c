#include "analysis/empirical_fits.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;
using Eigen::VectorXd;

namespace {

constexpr double pi = std::numbers::pi;

/// Over ln tau from e^-40 to e^40 about 1 s: spectrally accurate for what is smooth and vanishes at both ends.
double integral(const std::function<double(double)>& of_tau, double step = 0.01) {
  double sum = 0;
  for (int k = -4000; k <= 4000; ++k) sum += of_tau(std::exp(0.01 * k));
  return sum * step;
}

ResponseData decay_of(const StretchedExponential& curve, const VectorXd& times, double noise = 0, std::uint64_t seed = 1) {
  Rng rng(seed, 0);
  ResponseData d{.source = "test", .at = times, .value = times};
  for (double& v : d.value) v = curve.at(v) + noise * rng.normal();
  return d;
}

VectorXd logarithmic(double first, double last, int count) { return VectorXd::LinSpaced(count, std::log(first), std::log(last)).array().exp(); }

ResponseData modulus_of(const HavriliakNegami& curve, Response kind, double noise = 0, std::uint64_t seed = 1) {
  Rng rng(seed, kind == Response::loss ? 1 : 2);
  ResponseData d{.source = "test", .kind = kind, .at = logarithmic(1e-4, 1e4, 60), .value = {}};
  d.value.resize(d.at.size());
  for (Eigen::Index k = 0; k < d.at.size(); ++k) d.value[k] = (kind == Response::loss ? curve.loss(d.at[k]) : curve.storage(d.at[k])) + noise * rng.normal();
  return d;
}

bool holds(const Estimate& e, double truth) { return e.interval.low <= truth && truth <= e.interval.high; }

bool says(const std::vector<std::string>& doubts, const std::string& part) {
  for (const std::string& d : doubts)
    if (d.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a straight line has the intervals of Student and the correlation of linear regression") {
  FitProblem p{.parameters = {{.name = "a"}, {.name = "b"}}};
  p.values.resize(6);
  p.values << 1.1, 1.9, 3.2, 3.9, 5.1, 5.8;
  p.model = [](const VectorXd& x) { return VectorXd(x[0] + x[1] * VectorXd::LinSpaced(6, 0, 5).array()); };
  const ProfileFit f = profile_fit(p, {VectorXd::Zero(2)});
  // slope and intercept by hand; t_4(0.975) = 2.776445
  CHECK(f.parameters[1].value == Approx(16.9 / 17.5).epsilon(1e-7));
  CHECK(f.parameters[0].value == Approx(3.5 - 2.5 * 16.9 / 17.5).epsilon(1e-7));
  const double error = std::sqrt(f.squares / 4.0 / 17.5);
  CHECK(f.parameters[1].interval.high - f.parameters[1].value == Approx(2.776445 * error).epsilon(0.003));
  CHECK(f.parameters[1].value - f.parameters[1].interval.low == Approx(2.776445 * error).epsilon(0.003));
  CHECK(f.correlation(0, 1) == Approx(-15.0 / std::sqrt(6.0 * 55.0)).epsilon(1e-5));
  CHECK(f.noise == Approx(std::sqrt(f.squares / 4.0)));
}

TEST_CASE("a least at a limit is found, its interval ends there, and a parameter without effect is bounded by nothing") {
  FitProblem p{.parameters = {{.name = "a", .low = 0}}};
  p.values = VectorXd::LinSpaced(9, -1.0, 0.5);  // mean -0.25
  p.model = [](const VectorXd& x) { return VectorXd(VectorXd::Constant(9, x[0])); };
  const ProfileFit f = profile_fit(p, {VectorXd::Constant(1, 3.0)});
  CHECK(f.parameters[0].value == 0);
  CHECK(f.parameters[0].interval.low == 0);
  // S(a) = S(0) (1 + t^2/8) with S(a) = 9 a^2 + 4.5 a + S(0)
  const double s = p.values.squaredNorm(), q = 2.306004 * 2.306004 / 8.0 * s;
  CHECK(f.parameters[0].interval.high == Approx((-4.5 + std::sqrt(20.25 + 36.0 * q)) / 18.0).epsilon(0.003));
  CHECK(says(f.doubts, "do not bound a from below"));
  FitProblem two{.parameters = {{.name = "a"}, {.name = "b"}}};
  two.values = p.values;
  two.model = [](const VectorXd& x) { return VectorXd(VectorXd::Constant(9, x[0] + 0 * x[1])); };
  const ProfileFit open = profile_fit(two, {VectorXd::Ones(2)});
  CHECK(open.parameters[1].interval.low == -std::numeric_limits<double>::infinity());
  CHECK(open.parameters[1].interval.high == std::numeric_limits<double>::infinity());
  CHECK(says(open.doubts, "leave a combination"));
  two.values = VectorXd::Ones(2);
  CHECK_THROWS_AS(profile_fit(two, {VectorXd::Ones(2)}), InputError);
  CHECK_THROWS_AS(profile_fit(p, {}), InputError);
}

TEST_CASE("a stretched exponential without noise comes back with all its parameters") {
  for (const double beta : {0.4, 0.7, 1.0, 1.5}) {
    const StretchedExponential truth{0.3, -2.0, 5e3, beta, 0};
    ResponseData d = decay_of(truth, logarithmic(1, 1e6, 60));
    d.kind = Response::creep;
    const StretchedFit f = fit_stretched_exponential(d);
    CHECK(f.curve.tau == Approx(truth.tau).epsilon(1e-7));
    CHECK(f.curve.exponent == Approx(beta).epsilon(1e-7));
    CHECK(f.curve.amplitude == Approx(-2.0).epsilon(1e-7));
    CHECK(f.curve.constant == Approx(0.3).epsilon(1e-7));
    CHECK(says(f.doubts, "is above 1") == (beta > 1));
  }
}

TEST_CASE("profile intervals of tau and beta hold the truth 95 times in 100") {
  const StretchedExponential truth{0.2, 1.0, 100, 0.6, 0};
  const VectorXd times = logarithmic(0.1, 1e4, 50);
  int tau = 0, beta = 0, mean_time = 0;
  constexpr int seeds = 200;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const StretchedFit f = fit_stretched_exponential(decay_of(truth, times, 0.01, seed));
    tau += holds(f.tau, truth.tau);
    beta += holds(f.exponent, truth.exponent);
    mean_time += holds(f.mean_time, truth.mean_time());
  }
  for (const int held : {tau, beta, mean_time}) CHECK(static_cast<double>(held) / seeds == Approx(0.95).margin(0.045));  // three standard deviations
}

TEST_CASE("intervals reach along a valley that is bent, where the amplitude is hardly known") {
  const StretchedExponential truth{0.2, 1.0, 100, 0.35, 0};
  int amplitude = 0, wide = 0;
  constexpr int seeds = 100;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const StretchedFit f = fit_stretched_exponential(decay_of(truth, logarithmic(0.1, 1e4, 50), 0.15, seed));
    amplitude += holds(f.amplitude, 1.0);
    wide += f.amplitude.interval.high > 1.5 * f.amplitude.value;
    CHECK(f.amplitude.interval.low < 0.99 * f.amplitude.value);
  }
  CHECK(static_cast<double>(amplitude) / seeds == Approx(0.95).margin(0.075));
  CHECK(wide > seeds / 2);
}

TEST_CASE("a tenth of tau on the clock raises the fitted tau by half with a good fit, and fitting the shift mends it") {
  const StretchedExponential truth{0, 1, 30, 0.5, 3};
  ResponseData d = decay_of(truth, VectorXd::LinSpaced(101, 0, 300));
  d.constant = false;
  const StretchedFit f = fit_stretched_exponential(d);
  CHECK(f.curve.amplitude == Approx(0.7514).margin(5e-5));
  CHECK(f.curve.tau == Approx(47.90).margin(5e-3));
  CHECK(f.curve.exponent == Approx(0.5963).margin(5e-5));
  CHECK(f.fit.r_squared > 0.998);
  CHECK(f.curve.tau > 1.3 * truth.tau);
  CHECK(says(f.doubts, "residuals keep their sign"));
  CHECK(says(f.doubts, "shift of time was not fitted"));
  StretchedOptions free;
  free.shift = true;
  const StretchedFit g = fit_stretched_exponential(d, free);
  CHECK(g.curve.tau == Approx(30).epsilon(1e-4));
  CHECK(g.curve.exponent == Approx(0.5).epsilon(1e-4));
  CHECK(g.curve.shift == Approx(3).epsilon(1e-4));
  CHECK_FALSE(says(g.doubts, "residuals keep their sign"));
  CHECK(says(g.doubts, "stand in for each other"));
}

TEST_CASE("with the amplitude fixed at what was measured first, an unknown shift lowers tau and spoils the fit") {
  ResponseData d = decay_of({0, 1, 30, 0.5, 3}, VectorXd::LinSpaced(101, 0, 300));
  d.constant = false;
  StretchedOptions fixed;
  fixed.amplitude = false;
  const StretchedFit f = fit_stretched_exponential(d, fixed);
  CHECK(f.curve.amplitude == 1);
  CHECK(f.amplitude.interval.low == f.amplitude.interval.high);
  CHECK(f.fit.r_squared < 0.98);
}

TEST_CASE("the spectrum of the root exponential has area 1, its mean time, and decays as it") {
  const StretchedExponential curve{0, 1, 7, 0.5, 0};
  CHECK(integral([](double tau) { return root_exponential_density(tau, 7); }) == Approx(1).epsilon(1e-8));
  CHECK(integral([](double tau) { return tau * root_exponential_density(tau, 7); }) == Approx(curve.mean_time()).epsilon(1e-8));
  CHECK(curve.mean_time() == Approx(14));
  for (const double t : {0.1, 3.0, 40.0}) CHECK(integral([&](double tau) { return root_exponential_density(tau, 7) * std::exp(-t / tau); }) == Approx(curve.at(t)).epsilon(1e-7));
  CHECK_THROWS_AS(root_exponential_density(0, 1), InputError);
}

TEST_CASE("the spectrum of Havriliak and Negami has the area of the strength and gives back both moduli") {
  for (const auto& [alpha, gamma] : {std::pair{0.8, 0.6}, {0.6, 1.5}, {0.7, 1.0}, {0.9, 1.1}}) {
    const HavriliakNegami c{10, 3, 2, alpha, gamma};
    CHECK(integral([&](double tau) { return c.density(tau); }) == Approx(3).epsilon(1e-6));
    for (const double w : {1e-3, 0.4, 1.0, 30.0}) {
      CHECK(integral([&](double tau) { return c.density(tau) * w * tau / (1 + w * w * tau * tau); }) == Approx(c.loss(w)).epsilon(1e-6));
      CHECK(10 - integral([&](double tau) { return c.density(tau) / (1 + w * w * tau * tau); }) == Approx(c.storage(w)).epsilon(1e-6));
    }
    for (double tau = 1e-6; tau < 1e6; tau *= 1.7) CHECK(c.density(tau) >= 0);
  }
  const HavriliakNegami cut{0, 1, 2, 1, 0.5};  // Davidson and Cole: nothing beyond tau
  CHECK(cut.density(2.1) == Approx(0).margin(1e-12));
  CHECK(cut.density(1.0) == Approx(1 / pi).epsilon(1e-12));  // sin(pi/2)/pi sqrt(x/(1 - x)) at x = 1/2
  CHECK_THROWS_AS((HavriliakNegami{0, 1, 2, 1, 1}.density(2)), InputError);
}

TEST_CASE("Havriliak and Negami hold Cole and Cole, and Debye") {
  const HavriliakNegami debye{5, 2, 0.1, 1, 1};
  CHECK(debye.loss(10) == Approx(1));  // D/2 at w tau = 1
  CHECK(debye.loss(10) > debye.loss(10.1));
  CHECK(debye.loss(10) > debye.loss(9.9));
  CHECK(debye.storage(10) == Approx(4));
  CHECK(debye.storage(1e9) == Approx(5));
  CHECK(debye.storage(1e-9) == Approx(3));
  const HavriliakNegami cole{5, 2, 0.1, 0.6, 1};
  for (const double f : {2.0, 30.0, 1e4}) CHECK(cole.loss(10 * f) == Approx(cole.loss(10 / f)));
  CHECK(cole.loss(10) == Approx(std::tan(0.15 * pi)));  // D/2 tan(alpha pi/4)
  const HavriliakNegami skewed{5, 2, 0.1, 0.6, 0.5};
  // slopes alpha below and alpha gamma above
  CHECK(std::log10(skewed.loss(1e-9) / skewed.loss(1e-10)) == Approx(0.6).margin(1e-3));
  CHECK(std::log10(skewed.loss(1e10) / skewed.loss(1e11)) == Approx(0.3).margin(1e-3));
}

TEST_CASE("loss, storage and both give back a Havriliak-Negami curve") {
  const HavriliakNegami truth{30, 4, 0.3, 0.7, 0.5};
  const ResponseData loss = modulus_of(truth, Response::loss), storage = modulus_of(truth, Response::storage);
  for (const auto& sets : {std::vector{loss}, {storage}, {loss, storage}}) {
    const HavriliakNegamiFit f = fit_havriliak_negami(sets);
    CHECK(f.curve.tau == Approx(0.3).epsilon(1e-6));
    CHECK(f.curve.alpha == Approx(0.7).epsilon(1e-6));
    CHECK(f.curve.gamma == Approx(0.5).epsilon(1e-6));
    CHECK(f.curve.strength == Approx(4).epsilon(1e-6));
    CHECK(f.unrelaxed.has_value() == (sets.back().kind == Response::storage));
    if (f.unrelaxed) CHECK(f.unrelaxed->value == Approx(30).epsilon(1e-7));
  }
}

TEST_CASE("intervals of alpha, gamma and tau hold the truth of noisy moduli, and are shorter for both than for one") {
  const HavriliakNegami truth{30, 4, 0.3, 0.8, 0.5};
  int alpha = 0, gamma = 0, tau = 0;
  double ratio = 0;
  constexpr int seeds = 60;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const ResponseData loss = modulus_of(truth, Response::loss, 0.01, seed), storage = modulus_of(truth, Response::storage, 0.01, seed);
    const HavriliakNegamiFit both = fit_havriliak_negami({loss, storage});
    alpha += holds(both.alpha, truth.alpha);
    gamma += holds(both.gamma, truth.gamma);
    tau += holds(both.tau, truth.tau);
    if (seed > 10) continue;
    const HavriliakNegamiFit one = fit_havriliak_negami({loss});
    ratio += (both.gamma.interval.high - both.gamma.interval.low) / (one.gamma.interval.high - one.gamma.interval.low) / 10;
  }
  for (const int held : {alpha, gamma, tau}) CHECK(static_cast<double>(held) / seeds == Approx(0.95).margin(0.085));  // three standard deviations
  CHECK(ratio < 0.9);
}

TEST_CASE("a Debye peak with noise is fitted at the limit of alpha, and its interval ends there") {
  const HavriliakNegamiFit f = fit_havriliak_negami({modulus_of({0, 1, 1, 1, 1}, Response::loss, 0.002, 3)});
  CHECK(f.alpha.value == Approx(1).margin(0.01));
  CHECK(f.alpha.interval.high == Approx(1));
  CHECK(holds(f.gamma, 1));
  CHECK(f.product.interval.low > 0.97);
}

TEST_CASE("fits of the wrong data are refused with what was expected") {
  ResponseData d = decay_of({0, 1, 30, 0.5, 0}, logarithmic(1, 300, 20));
  CHECK_THROWS_WITH(fit_havriliak_negami({d}), Catch::Contains("expected a loss or a storage"));
  CHECK_THROWS_AS(fit_havriliak_negami({}), InputError);
  d.drift = true;
  CHECK_THROWS_WITH(fit_stretched_exponential(d), Catch::Contains("without drift"));
  d.drift = false;
  StretchedOptions early;
  early.fixed.shift = -2;
  CHECK_THROWS_WITH(fit_stretched_exponential(d, early), Catch::Contains("negative"));
  d.kind = Response::loss;
  CHECK_THROWS_AS(fit_stretched_exponential(d), InputError);
}
