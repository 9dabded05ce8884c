#include "analysis/temperature_steps.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;

namespace {

constexpr double tau_0 = 5e-14;

std::vector<TemperatureHold> program(double first = 250, double last = 440, double step = 10, double duration = 600) {
  std::vector<TemperatureHold> holds;
  for (double t = first; t <= last; t += step) holds.push_back({t, duration});
  return holds;
}

/// p rises from 0.85 to 1.26 eV, where it ends.
BarrierDensity rising(bool exponential) {
  BarrierDensity d;
  d.barrier = Eigen::VectorXd::LinSpaced(200, 0.85, 1.26);
  d.density = 0.05 + (d.barrier.array() - 0.85);
  if (exponential) d.density = (8.0 * (d.barrier.array() - 0.85)).exp();
  return d;
}

}  // namespace

TEST_CASE("a single barrier recovers as an exponential and is found by every step") {
  BarrierDensity d;
  d.barrier.resize(2);
  d.barrier << 1.0 - 1e-7, 1.0 + 1e-7;
  d.density = Eigen::VectorXd::Constant(2, 0.5e7);
  const std::vector<HoldRecovery> holds = recover_by_steps(d, program(280, 330), tau_0);
  double exponent = 0;
  for (const HoldRecovery& h : holds) {
    const double tau = tau_0 * std::exp(1.0 / thermal_energy(h.temperature));
    CHECK(h.first_strain == Approx(std::exp(-exponent)).epsilon(1e-5));
    CHECK(h.first_rate == Approx(h.first_strain / tau).epsilon(1e-5));
    exponent += 600 / tau;
    CHECK(h.last_strain == Approx(std::exp(-exponent)).epsilon(1e-5));
  }
  for (const ApparentBin& b : apparent_spectrum(holds).bins) CHECK(b.barrier.value == Approx(1.0).margin(1e-5));
}

TEST_CASE("no strain is lost: holds follow each other, rates are its slopes, and bins hold what is recovered") {
  const BarrierDensity d = rising(false);
  const std::vector<HoldRecovery> holds = recover_by_steps(d, program(), tau_0);
  CHECK(holds.front().first_strain == Approx(d.area()).epsilon(1e-12));
  for (std::size_t k = 1; k < holds.size(); ++k) CHECK(holds[k].first_strain == holds[k - 1].last_strain);
  CHECK(holds.back().last_strain < 1e-12 * d.area());
  // the last 1 ms of a hold, made a hold of its own
  std::vector<TemperatureHold> cut = program(250, 330);
  cut.back().duration -= 0.001;
  const HoldRecovery shorter = recover_by_steps(d, cut, tau_0).back();
  const HoldRecovery& whole = holds[cut.size() - 1];
  CHECK((shorter.last_strain - whole.last_strain) / 0.001 == Approx(whole.last_rate).epsilon(1e-5));
  const ApparentSpectrum s = apparent_spectrum(holds);
  CHECK(s.strain == Approx(holds[1].first_strain - holds[holds.size() - 2].last_strain));
  double area = 0;
  for (const ApparentBin& b : s.bins) area += b.density.value * (b.high - b.low);
  CHECK(area == Approx(s.strain));
}

TEST_CASE("the strain left does not depend on how finely the density is written") {
  BarrierDensity coarse;
  coarse.barrier.resize(2);
  coarse.barrier << 0.85, 1.26;
  coarse.density.resize(2);
  coarse.density << 0.05, 0.46;
  const auto few = recover_by_steps(coarse, program(), tau_0), many = recover_by_steps(rising(false), program(), tau_0);
  for (std::size_t k = 0; k < few.size(); ++k) CHECK(few[k].last_strain == Approx(many[k].last_strain).epsilon(1e-6).margin(1e-9));
}

TEST_CASE("an apparent spectrum falls at its upper end though the true one is greatest there") {
  for (const bool exponential : {false, true}) {
    const SteppingArtefact a = stepping_artefact(rising(exponential), program(), tau_0);
    CHECK(a.true_place_of_maximum == Approx(1.26));
    CHECK(a.apparent.place_of_maximum < 1.25);
    CHECK(a.apparent.place_of_maximum > 1.2);
    CHECK(a.apparent.last_over_maximum < 0.05);
    REQUIRE(a.apparent.doubts.size() == 1);
    CHECK(a.apparent.doubts.front().find("whether or not") != std::string::npos);
    for (const ApparentBin& b : a.apparent.bins)
      if (b.barrier.value > 1.252) CHECK(b.density.value < 0.2 * rising(exponential).at(b.barrier.value));
  }
}

TEST_CASE("in the middle the method is right to 2 percent, and strain piles up below the end") {
  const SteppingArtefact a = stepping_artefact(rising(false), program(), tau_0);
  int middle = 0;
  double most = 0;
  for (std::size_t k = 0; k < a.apparent.bins.size(); ++k) {
    const double energy = a.apparent.bins[k].barrier.value, ratio = a.apparent.bins[k].density.value / a.truth[static_cast<Eigen::Index>(k)];
    if (energy > 1.15) most = std::max(most, ratio);
    if (energy < 0.95 || energy > 1.1) continue;
    ++middle;
    CHECK(ratio == Approx(1).margin(0.02));
  }
  CHECK(middle == 4);
  CHECK(most == Approx(1.24).margin(0.02));
}

TEST_CASE("intervals from errors of rates and strains hold what is found without errors") {
  const std::vector<HoldRecovery> exact = recover_by_steps(rising(false), program(270, 380), tau_0);
  const ApparentSpectrum truth = apparent_spectrum(exact);
  CHECK(truth.bins.front().barrier.interval.low == truth.bins.front().barrier.value);
  Rng rng(5, 0);
  int barriers = 0, densities = 0, all = 0;
  for (int seed = 0; seed < 200; ++seed) {
    std::vector<HoldRecovery> noisy = exact;
    for (HoldRecovery& h : noisy) {
      for (double* rate : {&h.first_rate, &h.last_rate}) *rate *= 1 + 0.005 * rng.normal();
      for (double* strain : {&h.first_strain, &h.last_strain}) *strain += 1e-5 * rng.normal();
    }
    const ApparentSpectrum s = apparent_spectrum(noisy, {0.005, 1e-5});
    for (std::size_t k = 0; k < s.bins.size(); ++k, ++all) {
      const auto holds = [](const Estimate& e, double value) { return e.interval.low <= value && value <= e.interval.high; };
      barriers += holds(s.bins[k].barrier, truth.bins[k].barrier.value);
      densities += holds(s.bins[k].density, truth.bins[k].density.value);
    }
  }
  CHECK(static_cast<double>(barriers) / all == Approx(0.95).margin(0.03));
  CHECK(static_cast<double>(densities) / all == Approx(0.95).margin(0.03));
}

TEST_CASE("temperature steps that cannot be are refused, and apparent barriers that fall are doubted") {
  const BarrierDensity d = rising(false);
  CHECK_THROWS_WITH(recover_by_steps(d, {{300, 600}, {290, 600}}, tau_0), Catch::Contains("temperatures that rise"));
  CHECK_THROWS_WITH(recover_by_steps(d, {{300, 0}}, tau_0), Catch::Contains("above 0"));
  CHECK_THROWS_AS(recover_by_steps(d, program(), 0), InputError);
  CHECK_THROWS_AS(recover_by_steps(d, {}, tau_0), InputError);
  BarrierDensity wrong = d;
  wrong.density[3] = -1;
  CHECK_THROWS_AS(recover_by_steps(wrong, program(), tau_0), InputError);
  wrong = d;
  wrong.barrier[3] = wrong.barrier[2];
  CHECK_THROWS_WITH(recover_by_steps(wrong, program(), tau_0), Catch::Contains("ascending"));
  std::vector<HoldRecovery> holds = recover_by_steps(d, program(270, 330), tau_0);
  CHECK_THROWS_AS(apparent_spectrum({holds[0], holds[1]}), InputError);
  holds[2].first_rate *= -1;
  CHECK_THROWS_WITH(apparent_spectrum(holds), Catch::Contains("sign"));
  holds[2].first_rate *= -100;
  CHECK(apparent_spectrum(holds).doubts.front().find("falls over") != std::string::npos);
}
