#include "analysis/spectrum_peaks.hpp"

#include <catch2/catch.hpp>

#include "md/support/error.hpp"

using namespace glasscape;
using Eigen::VectorXd;

namespace {

VectorXd decades(double from, double to, Eigen::Index points) { return Eigen::pow(10.0, VectorXd::LinSpaced(points, from, to).array()); }

/// Four zones of 18 to 21 atoms in the recovery of a metallic glass after bending, a decade of tau apart.
struct Made {
  std::vector<double> tau{9.7e3, 9.6e4, 9.5e5, 9.5e6}, area{.006, .009, .0135, .020};
  double constant = .004;

  ResponseData data(double noise, std::uint64_t seed, double width = 0) const {
    ResponseData d{"made up", Response::recovery, decades(3, std::log10(8e7), 80), VectorXd::Constant(80, constant), {}};
    double whole = constant;
    for (std::size_t k = 0; k < tau.size(); ++k) {
      whole += area[k];
      for (int n = 0; n < 41; ++n) {
        const double z = 0.2 * (n - 20), weight = std::exp(-0.5 * z * z) * 0.2 / std::sqrt(2 * std::numbers::pi);
        d.value.array() += area[k] * weight * (-d.at.array() / (tau[k] * std::exp(width * z))).exp();
      }
    }
    Rng rng(seed, 2);
    for (double& y : d.value) y += noise * whole * rng.normal();
    return d;
  }
};

}  // namespace

TEST_CASE("four relaxation times a decade apart are counted at 0.1 and 0.5 % of noise, with times and areas within their intervals") {
  const Made made;
  int counted = 0, right = 0, intervals = 0;
  for (const double noise : {0.001, 0.005})
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      Rng rng(seed, 1);
      const SpectrumPeaks found = spectrum_peaks({made.data(noise, seed)}, rng, {.most = 7, .resamples = 40});
      counted += found.peaks.size() == 4 ? 1 : 0;
      if (found.peaks.size() != 4) continue;
      for (std::size_t k = 0; k < 4; ++k) {
        CHECK(std::abs(std::log(found.peaks[k].tau.value / made.tau[k])) < 0.3);
        CHECK(found.peaks[k].area.value == Approx(made.area[k]).epsilon(0.2));
        right += found.peaks[k].tau.interval.low < made.tau[k] && made.tau[k] < found.peaks[k].tau.interval.high ? 1 : 0;
        ++intervals;
      }
      CHECK(found.background.front()[0] == Approx(made.constant).margin(0.002));
    }
  CHECK(counted == 8);
  CHECK(right >= intervals * 8 / 10);
}

TEST_CASE("peaks that have a width are not split at low noise") {
  const Made made;
  int counted = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Rng rng(seed, 1);
    const SpectrumPeaks found = spectrum_peaks({made.data(0.001, seed, 0.4)}, rng, {.most = 7, .resamples = 0});
    counted += found.peaks.size() == 4 ? 1 : 0;
    if (found.peaks.size() == 4) CHECK(found.width.value == Approx(0.4).epsilon(0.3));
  }
  CHECK(counted == 4);
}

TEST_CASE("noise alone has no peak, and one Debye peak of a loss is one") {
  Rng rng(3, 1);
  ResponseData noise{"noise", Response::recovery, decades(0, 5, 50), VectorXd(50), {}};
  for (double& y : noise.value) y = 1.0 + 0.01 * rng.normal();
  CHECK(spectrum_peaks({noise}, rng, {.resamples = 0}).peaks.empty());
  ResponseData loss{"loss", Response::loss, decades(-3, 3, 50), {}, {}};
  loss.value = 2.0 * loss.at.array() * 0.5 / (1.0 + (0.5 * loss.at.array()).square());
  for (double& y : loss.value) y += 0.005 * rng.normal();
  const SpectrumPeaks one = spectrum_peaks({loss}, rng, {.resamples = 40});
  REQUIRE(one.peaks.size() == 1);
  CHECK(one.peaks.front().tau.value == Approx(0.5).epsilon(0.03));
  CHECK(one.peaks.front().area.interval.low < 2.0);
  CHECK(one.peaks.front().area.interval.high > 2.0);
  CHECK(one.background.front().size() == 0);
}

TEST_CASE("the resolution that noise leaves is that of McWhirter and Pike") {
  CHECK(resolution_limit(1e-3) == Approx(1.97).epsilon(0.01));
  CHECK(resolution_limit(1e-2) == Approx(2.71).epsilon(0.01));
  CHECK(resolution_limit(5e-2) == Approx(4.38).epsilon(0.01));
  CHECK(std::isnan(resolution_limit(0)));
  Rng rng(1, 1);
  CHECK_THROWS_AS(spectrum_peaks({}, rng), InputError);
}

TEST_CASE("a process slower than the data has an open end, in time and in area") {
  const VectorXd times = Eigen::pow(10.0, VectorXd::LinSpaced(60, 0, 4).array());
  ResponseData d{"slow", Response::recovery, times, (0.4 * (-times.array() / 1e5).exp() + 0.2 * (-times.array() / 30.0).exp()).matrix(), {}};
  d.constant = false;
  Rng rng(3, 1), again(1, 1);
  for (double& y : d.value) y += 2e-4 * rng.normal();
  const SpectrumPeaks found = spectrum_peaks({d}, again, {.resamples = 20});
  REQUIRE(found.peaks.size() >= 2);
  CHECK(std::isinf(found.peaks.back().tau.interval.high));
  CHECK(std::isinf(found.peaks.back().area.interval.high));
  CHECK(std::isfinite(found.peaks.front().tau.interval.high));
}
