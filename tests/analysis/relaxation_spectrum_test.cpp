#include "analysis/relaxation_spectrum.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;
using Eigen::VectorXd;

namespace {

VectorXd decades(double from, double to, Eigen::Index points) { return Eigen::pow(10.0, VectorXd::LinSpaced(points, from, to).array()); }

/// Strain after times of constraint released: areas at times, a constant, and noise of so much of the whole.
ResponseData recovery(const std::vector<std::pair<double, double>>& areas, double constant, const VectorXd& times, double noise, std::uint64_t seed) {
  ResponseData d{"made up", Response::recovery, times, VectorXd::Constant(times.size(), constant), {}};
  double whole = constant;
  for (const auto& [tau, area] : areas) {
    d.value.array() += area * (-times.array() / tau).exp();
    whole += area;
  }
  Rng rng(seed, 1);
  for (double& y : d.value) y += noise * whole * rng.normal();
  return d;
}

/// Area and mean of ln tau between two relaxation times.
std::pair<double, double> peak(const RelaxationSpectrum& s, double from, double to) {
  double area = 0, first = 0;
  for (Eigen::Index i = 0; i < s.tau.size(); ++i)
    if (s.tau[i] > from && s.tau[i] < to) {
      area += s.density[i] * s.spacing;
      first += s.density[i] * s.spacing * std::log(s.tau[i]);
    }
  return {area, first / area};
}

}  // namespace

TEST_CASE("two relaxation times and a constant are found in noisy recovery, by every rule") {
  const ResponseData data = recovery({{1e2, 0.3}, {1e5, 0.5}}, 0.1, decades(0, 7, 80), 0.002, 3);
  for (const Rule rule : {Rule::gcv, Rule::aicc, Rule::evidence, Rule::prob1}) {
    const RelaxationSpectrum s = relaxation_spectrum({data}, {.rule = rule});
    INFO(to_string(rule) << " lambda " << s.lambda);
    const auto [fast, fast_at] = peak(s, 1, 3e3);
    const auto [slow, slow_at] = peak(s, 3e3, 1e7);
    CHECK(fast == Approx(0.3).epsilon(0.05));
    CHECK(slow == Approx(0.5).epsilon(0.05));
    CHECK(fast_at == Approx(std::log(1e2)).margin(0.15));
    CHECK(slow_at == Approx(std::log(1e5)).margin(0.15));
    CHECK(s.background.front()[0] == Approx(0.1).margin(0.01));
    CHECK(s.noise == Approx(0.0018).epsilon(0.3));
    CHECK(s.kkt < 1e-10);
    CHECK((s.fitted.front() - data.value).norm() / std::sqrt(80.0) < 0.003);
  }
}

TEST_CASE("a Debye peak of a loss modulus has the area of its relaxation, and its storage the same spectrum") {
  const VectorXd omega = decades(-3, 3, 60);
  ResponseData loss{"loss", Response::loss, omega, {}, {}}, storage{"storage", Response::storage, omega, {}, {}};
  loss.value = 2.0 * omega.array() * 0.5 / (1.0 + (0.5 * omega.array()).square());
  storage.value = 7.0 + 2.0 * (0.5 * omega.array()).square() / (1.0 + (0.5 * omega.array()).square());
  Rng rng(4, 1);
  for (Eigen::Index k = 0; k < 60; ++k) {
    loss.value[k] += 0.002 * rng.normal();
    storage.value[k] += 0.002 * rng.normal();
  }
  CHECK(peak(relaxation_spectrum({loss}), 1e-2, 1e2).first == Approx(2.0).epsilon(0.02));
  const RelaxationSpectrum both = relaxation_spectrum({loss, storage});
  CHECK(peak(both, 1e-2, 1e2).first == Approx(2.0).epsilon(0.02));
  CHECK(peak(both, 1e-2, 1e2).second == Approx(std::log(0.5)).margin(0.05));
  CHECK(both.background[0].size() == 0);
  CHECK(both.background[1][0] == Approx(7.0).epsilon(0.01));
}

TEST_CASE("creep under load has the spectrum of the recovery after it, beside a drift") {
  const VectorXd times = decades(-2, 4, 90);
  ResponseData creep{"creep", Response::creep, times, {}, {}};
  creep.drift = true;
  creep.value = 0.2 + 1e-6 * times.array() - 0.4 * (-times.array() / 10.0).exp();
  Rng rng(5, 1);
  for (double& y : creep.value) y += 1e-3 * rng.normal();
  const RelaxationSpectrum s = relaxation_spectrum({creep}, {.longest = 1e3});
  CHECK(peak(s, 1, 100).first == Approx(0.4).epsilon(0.05));
  CHECK(s.background.front()[0] == Approx(0.2).epsilon(0.05));
  CHECK(s.background.front()[1] == Approx(1e-6).margin(4e-7));
}

TEST_CASE("the band of a spectrum is wide where noise is, and holds what is certain") {
  const ResponseData data = recovery({{1e3, 1.0}}, 0.0, decades(0, 6, 60), 0.01, 8);
  const RelaxationSpectrum s = relaxation_spectrum({data});
  Rng rng(2, 2);
  const std::vector<Estimate> band = density_band({data}, s, rng, 100);
  REQUIRE(band.size() == 60);
  Eigen::Index most = 0;
  s.density.maxCoeff(&most);
  const Estimate& top = band[static_cast<std::size_t>(most)];
  CHECK(top.interval.low > 0.2 * top.value);
  CHECK(top.interval.high > top.interval.low);
  CHECK(band.front().interval.low < 0.01 * top.value);
}

TEST_CASE("the band holds the law that noisy data were made of, nearly everywhere") {
  const VectorXd times = decades(0, 6, 60);
  const auto law = [](double ln) { return 0.5 * (std::exp(-0.5 * std::pow((ln + 3) / 0.6, 2)) + std::exp(-0.5 * std::pow((ln - 3) / 0.6, 2))) / (0.6 * std::sqrt(2 * std::numbers::pi)); };
  std::vector<std::pair<double, double>> modes;
  for (double ln = -8; ln < 8; ln += 0.05) modes.push_back({1e3 * std::exp(ln), 0.05 * law(ln)});
  int held = 0, seen = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const ResponseData data = recovery(modes, 0.1, times, 0.01, seed);
    const RelaxationSpectrum s = relaxation_spectrum({data}, {.points = 40});
    Rng rng(seed, 3);
    const std::vector<Estimate> band = density_band({data}, s, rng, 60);
    for (std::size_t i = 0; i < band.size(); ++i, ++seen) {
      const double f = law(std::log(s.tau[static_cast<Eigen::Index>(i)] / 1e3)), slack = 1e-3 * s.density.maxCoeff();
      held += band[i].interval.low - slack <= f && f <= band[i].interval.high + slack ? 1 : 0;
    }
  }
  CHECK(held > 0.88 * seen);
}

TEST_CASE("areas do not grow with noise: what is too fast or too slow to be seen is left out") {
  double error = 0;
  constexpr int seeds = 20;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) error += (relaxation_spectrum({recovery({{1e3, 1.0}}, 0.1, decades(0, 6, 80), 0.02, seed)}).area() - 1.0) / seeds;
  CHECK(error == Approx(0.0).margin(0.04));
}

TEST_CASE("errors of points weigh them, and equal ones change nothing but the scale of the noise") {
  ResponseData data = recovery({{1e3, 1.0}}, 0.0, decades(0, 6, 50), 0.01, 8);
  const RelaxationSpectrum plain = relaxation_spectrum({data});
  data.error = VectorXd::Constant(50, 0.01);
  const RelaxationSpectrum weighed = relaxation_spectrum({data});
  CHECK(weighed.density.isApprox(plain.density, 1e-6));
  CHECK(weighed.noise == Approx(100 * plain.noise));
  CHECK(weighed.noise == Approx(1.0).epsilon(0.3));
}

TEST_CASE("the weights that are tried have more freedom the softer they are, and every rule chooses one of them") {
  const RelaxationSpectrum s = relaxation_spectrum({recovery({{1e2, 0.3}, {1e4, 0.5}}, 0.0, decades(0, 6, 60), 0.01, 2)});
  REQUIRE(s.tried.size() == 49);
  CHECK(s.tried.front().lambda < s.tried.back().lambda);
  CHECK(s.tried.front().freedom > s.tried.back().freedom);
  for (std::size_t k = 1; k < s.tried.size(); ++k) CHECK(s.tried[k].squares >= s.tried[k - 1].squares * (1 - 1e-9));
  REQUIRE(s.chosen.size() == 4);
  CHECK(s.chosen.front().second == s.lambda);
  CHECK(s.tried.front().prob1 == Approx(0).margin(1e-12));
  CHECK(s.tried.back().prob1 > 0.9);
}

TEST_CASE("data that make no sense are refused with their row") {
  const ResponseData good = recovery({{10, 1.0}}, 0.0, decades(0, 2, 20), 0.01, 1);
  const auto refused = [&](auto change, const std::string& message) {
    ResponseData bad = good;
    change(bad);
    CHECK_THROWS_WITH(relaxation_spectrum({bad}), Catch::Contains("made up") && Catch::Contains(message));
  };
  refused([](ResponseData& d) { std::swap(d.at[3], d.at[4]); }, "row 5");
  refused([](ResponseData& d) { d.at[6] = d.at[5]; }, "row 7");
  refused([](ResponseData& d) { d.value[2] = std::nan(""); }, "row 3");
  refused([](ResponseData& d) { d.at[0] = -1; }, "row 1");
  refused([](ResponseData& d) { d.error = VectorXd::Constant(20, -1.0); }, "standard error");
  refused([](ResponseData& d) { d.value.conservativeResize(5); }, "20, 5 and 0 numbers");
  refused([](ResponseData& d) {
    d.at.conservativeResize(2);
    d.value.conservativeResize(2);
  }, "2 points for 1 term");
  CHECK_THROWS_AS(relaxation_spectrum({}), InputError);
  CHECK_THROWS_AS(relaxation_spectrum({good}, {.points = 2}), InputError);
}
