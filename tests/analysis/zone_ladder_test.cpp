#include "analysis/zone_ladder.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/random.hpp"

using namespace glasscape;
using Eigen::VectorXd;

namespace {

SpectrumPeak peak(double tau, double area, double part = 0.05) { return {{tau, {tau * (1 - part), tau * (1 + part)}}, {area, {area * 0.9, area * 1.1}}}; }

std::vector<SpectrumPeak> ladder_of(const ShearTransformation& law, const std::vector<int>& atoms) {
  std::vector<SpectrumPeak> peaks;
  for (const int n : atoms) peaks.push_back(peak(law.relaxation_time(n * law.atomic_volume), 0.001 * (n - 10)));
  return peaks;
}

}  // namespace

TEST_CASE("zones of 14 to 21 atoms make a ladder of one atom per step") {
  const ShearTransformation law;
  const ZoneLadder ladder = zone_ladder(law, ladder_of(law, {14, 15, 16, 17, 18, 19, 20, 21}));
  REQUIRE(ladder.zones.size() == 8);
  CHECK(ladder.step_atoms.value == Approx(1.0).epsilon(1e-9));
  CHECK(ladder.step.value == Approx(16.6));
  CHECK(ladder.zones.front().barrier.value == Approx(0.85).margin(0.008));
  CHECK(ladder.zones.back().barrier.value == Approx(1.26).margin(0.008));
  CHECK(ladder.zones.back().m == 8);
  CHECK(ladder.zones[3].atoms.interval.high - ladder.zones[3].atoms.interval.low == Approx(2 * 0.05 / std::log(9.7)).epsilon(0.05));  // in the exponent: a tenth of tau is little
  CHECK(ladder.percolation.rigid == Approx(std::exp(-(0.004 + 0.011) * 4)));
  CHECK(ladder.percolation.rigid + ladder.percolation.sheared == Approx(1.0));
}

TEST_CASE("a size that is not seen leaves its number free") {
  const ShearTransformation law;
  const ZoneLadder ladder = zone_ladder(law, ladder_of(law, {14, 15, 16, 18, 19}));
  CHECK(ladder.zones[3].m == 5);
  CHECK(ladder.step_atoms.value == Approx(1.0).epsilon(1e-9));
  CHECK(ladder.doubts.front().find("a size is") != std::string::npos);
}

TEST_CASE("few sizes with a gap are numbered by the smallest step, and steps of no common unit are doubted") {
  const ShearTransformation law;
  for (const std::vector<int>& atoms : {std::vector<int>{14, 15, 17}, {14, 16, 17}, {14, 15, 17, 19}}) {
    const ZoneLadder ladder = zone_ladder(law, ladder_of(law, atoms));
    CHECK(ladder.step_atoms.value == Approx(1.0).epsilon(1e-6));
    CHECK(ladder.zones.back().m == atoms.back() - 13);
  }
  std::vector<SpectrumPeak> peaks;
  for (const double n : {14.0, 15.0, 16.5, 18.73, 20.1}) peaks.push_back(peak(law.relaxation_time(n * law.atomic_volume), 0.01));
  CHECK(zone_ladder(law, peaks).doubts.front().find("no multiples") != std::string::npos);
}

TEST_CASE("a peak at the end of what was searched is no zone") {
  const ShearTransformation law;
  std::vector<SpectrumPeak> peaks = ladder_of(law, {14, 15, 16});
  peaks.back().tau.interval.high = std::numeric_limits<double>::infinity();
  CHECK(zone_ladder(law, peaks).zones.size() == 2);
}

TEST_CASE("the slope's interval holds it when times scatter") {
  const ShearTransformation law;
  Rng rng(1, 1);
  int held = 0;
  for (int r = 0; r < 200; ++r) {
    std::vector<SpectrumPeak> peaks;
    for (const int n : {14, 15, 16, 17, 18, 19}) peaks.push_back(peak(law.relaxation_time(n * law.atomic_volume) * std::exp(0.1 * rng.normal()), 0.01));
    const Estimate step = zone_ladder(law, peaks).step_atoms;
    held += step.interval.low <= 1.0 && 1.0 <= step.interval.high ? 1 : 0;
  }
  CHECK(held >= 180);
  CHECK(held <= 199);
}

TEST_CASE("one peak alone has no step, and says so") {
  const ShearTransformation law;
  const ZoneLadder ladder = zone_ladder(law, ladder_of(law, {18}));
  CHECK(std::isnan(ladder.step.value));
  CHECK(ladder.zones.front().zone.modulus == Approx(law.young_modulus() / 0.008));
  CHECK(zone_ladder(law, {}).zones.empty());
}

TEST_CASE("eight sizes of zones are found in a recovery that its load has not filled, at half a percent of noise") {
  const ShearTransformation law;
  const VectorXd cantilever = Eigen::pow(10.0, VectorXd::LinSpaced(120, -3, std::log10(200.0)).array()), mandrel = Eigen::pow(10.0, VectorXd::LinSpaced(80, 2, 7.9).array());
  ResponseData fast{"cantilever", Response::creep, cantilever, VectorXd::Zero(120), {}}, slow{"mandrel", Response::recovery, mandrel, VectorXd::Zero(80), {}};
  fast.drift = true;
  slow.loaded = 2e6;
  for (int n = 14; n <= 21; ++n) {
    const double tau = law.relaxation_time(n * law.atomic_volume), c = 0.002 * std::pow(1.3, n - 14);
    fast.value.array() += c * (1.0 - (-cantilever.array() / tau).exp());
    slow.value.array() += c * -std::expm1(-2e6 / tau) * (-mandrel.array() / tau).exp();
  }
  Rng rng(5, 2);
  for (ResponseData* d : {&fast, &slow}) {
    const double noise = 0.005 * d->value.maxCoeff();
    for (double& y : d->value) y += noise * rng.normal();
    d->error = VectorXd::Constant(d->value.size(), noise);
  }
  Rng again(1, 3);
  const SpectrumPeaks found = spectrum_peaks({fast, slow}, again, {.resamples = 30});
  INFO("peaks " << found.peaks.size() << " width " << found.width.value);
  REQUIRE(found.peaks.size() == 8);
  for (int n = 14; n <= 21; ++n) {
    const SpectrumPeak& p = found.peaks[static_cast<std::size_t>(n - 14)];
    INFO(n << " tau " << p.tau.value << " area " << p.area.value);
    CHECK(std::log(p.tau.value / law.relaxation_time(n * law.atomic_volume)) == Approx(0.0).margin(0.35));
    CHECK(p.area.value == Approx(0.002 * std::pow(1.3, n - 14)).epsilon(0.1));
  }
  CHECK(zone_ladder(law, found.peaks).step_atoms.value == Approx(1.0).epsilon(0.02));
}
