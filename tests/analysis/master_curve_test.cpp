#include "analysis/master_curve.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "analysis/shear_transformation.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;
using Eigen::VectorXd;

namespace {

constexpr double reference = 388;

VectorXd decades(double from, double to, Eigen::Index points) { return Eigen::pow(10.0, VectorXd::LinSpaced(points, from, to).array()); }

/// Strengths and ln of their times at a temperature.
using Processes = std::function<std::vector<std::pair<double, double>>(double temperature)>;

Isotherm isotherm(const Processes& processes, double temperature, Response kind, double noise, Rng& rng) {
  ResponseData d{fmt::format("{} K", temperature), kind, decades(-4, 0, 31), VectorXd::Constant(31, kind == Response::storage ? 5.0 : 0.0), {}};
  for (const auto& [strength, ln] : processes(temperature))
    for (Eigen::Index k = 0; k < d.at.size(); ++k) d.value[k] += strength * kernel(kind, d.at[k], std::exp(ln));
  d.error = noise * d.value;
  for (Eigen::Index k = 0; k < d.at.size(); ++k) d.value[k] += d.error[k] * rng.normal();
  return {temperature, d};
}

std::vector<Isotherm> losses(const Processes& processes, double noise, std::uint64_t seed) {
  Rng rng(seed, 1);
  std::vector<Isotherm> curves;
  for (double t = 358; t <= 418; t += 10) curves.push_back(isotherm(processes, t, Response::loss, noise, rng));
  return curves;
}

/// A log-normal spectrum, 2 wide in ln tau, whose times move as `law` says from what they are at the reference.
Processes broad(const std::function<double(double ln, double temperature)>& law) {
  return [law](double temperature) {
    std::vector<std::pair<double, double>> all;
    for (double z = -6; z <= 6; z += 0.1) all.emplace_back(0.1 * std::exp(-z * z / 8), law(4 + z, temperature));
    return all;
  };
}

double one_barrier(double ln, double t) { return ln + 1.2 * (1 / thermal_energy(t) - 1 / thermal_energy(reference)); }
double one_attempt_time(double ln, double t) { return -30 + (ln + 30) * reference / t; }

/// Zones of 14 to 21 atoms, each larger one twice as frequent.
std::vector<std::pair<double, double>> zones(double temperature) {
  ShearTransformation law;
  law.temperature = temperature;
  std::vector<std::pair<double, double>> all;
  for (int n = 14; n <= 21; ++n) all.emplace_back(0.01 * std::pow(2.0, n - 14), std::log(law.relaxation_time(n * law.atomic_volume)));
  return all;
}

const MasterCurveOptions quick{.reference = reference, .spectrum = {.points = 40, .weights = 17}};

bool holds(const Estimate& e, double value) { return e.interval.low <= value && value <= e.interval.high; }

}  // namespace

TEST_CASE("zones of 0.84 to 1.27 eV overlay with shifts on one Arrhenius line, and many barriers describe them better all the same") {
  for (const double noise : {0.001, 0.005}) {
    const MasterCurve m = master_curve(losses(zones, noise, 1), {.reference = 390});
    INFO(m.sentence);
    CHECK(m.reference == reference);
    CHECK(m.apparent.r_squared > 0.999);
    CHECK(m.apparent.energy.value > 1.15);
    CHECK(m.apparent.energy.value < 1.28);
    CHECK(m.one_shift.overlay < 0.02);
    CHECK(m.verdict == Superposition::many_barriers);
    CHECK(m.many_barriers.bic < std::min(m.one_shift.bic, m.arrhenius_shift.bic) - 100);
    CHECK(m.many_barriers.overlay < 0.5 * m.one_shift.overlay);
    ShearTransformation law;
    law.temperature = reference;
    for (const int n : {17, 21}) CHECK(m.barrier_of(law.relaxation_time(n * law.atomic_volume)) == Approx(law.barrier(n * law.atomic_volume)).margin(0.06));
  }
}

TEST_CASE("a broad spectrum with one barrier is found superposable, and the barrier is within its interval") {
  int held = 0;
  constexpr int seeds = 8;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const MasterCurve m = master_curve(losses(broad(one_barrier), 0.005, seed), quick);
    INFO(m.sentence);
    CHECK(m.verdict == Superposition::one_shift);
    CHECK(m.apparent.energy.value == Approx(1.2).epsilon(0.003));
    CHECK(m.one_shift.overlay == Approx(0.005).epsilon(0.2));
    CHECK(m.arrhenius_energy.interval.high - m.arrhenius_energy.interval.low < 0.01);
    held += holds(m.arrhenius_energy, 1.2) ? 1 : 0;
  }
  CHECK(held >= seeds - 1);
}

TEST_CASE("the attempt time that broad barriers share is found, and the shift that overlays them best does not fit") {
  int held = 0;
  constexpr int seeds = 6;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const MasterCurve m = master_curve(losses(broad(one_attempt_time), 0.005, seed), quick);
    INFO(m.sentence);
    CHECK(m.verdict == Superposition::many_barriers);
    CHECK(m.ln_attempt_time.value == Approx(-30).margin(0.2));
    CHECK(m.barrier_of(std::exp(4.0)) == Approx(34 * thermal_energy(reference)).epsilon(0.005));
    held += holds(m.ln_attempt_time, -30) ? 1 : 0;
  }
  CHECK(held >= seeds - 1);
}

TEST_CASE("shifts are the times' true ones, 0 at the reference, and moving any of them makes the fit worse") {
  const MasterCurve m = master_curve(losses(broad(one_barrier), 0.002, 3), quick);
  REQUIRE(m.ln_shift.size() == 7);
  CHECK(m.ln_shift[3].value == 0);
  for (std::size_t k = 0; k < 7; ++k) CHECK(m.ln_shift[k].value == Approx(one_barrier(0, m.temperatures[k])).margin(0.02));
  const SpectrumOptions grid{.points = 40, .shortest = m.one_shift.spectrum.tau[0], .longest = m.one_shift.spectrum.tau[39]};
  const auto misfit = [&](const std::vector<ResponseData>& curves) {
    const RelaxationSpectrum s = spectrum_at(curves, m.one_shift.spectrum.lambda, grid);
    return s.tried.front().squares + s.lambda * (second_differences(40) * s.density).squaredNorm();
  };
  for (const std::size_t k : {0u, 2u, 6u})
    for (const double step : {-0.02, 0.02}) {
      std::vector<ResponseData> curves = m.one_shift.curves;
      curves[k].shift += step;
      CHECK(misfit(curves) > misfit(m.one_shift.curves));
    }
}

TEST_CASE("loss and storage of the same temperatures go together") {
  Rng rng(5, 1);
  std::vector<Isotherm> curves;
  for (const double t : {368.0, 378.0, 388.0, 398.0})
    for (const Response kind : {Response::loss, Response::storage}) curves.push_back(isotherm(broad(one_barrier), t, kind, 0.003, rng));
  const MasterCurve m = master_curve(curves, quick);
  CHECK(m.verdict == Superposition::one_shift);
  CHECK(m.temperatures == std::vector<double>{368, 378, 388, 398});
  CHECK(holds(m.arrhenius_energy, 1.2));
  CHECK(m.one_shift.curves[0].shift == m.one_shift.curves[1].shift);
  for (std::size_t k = 1; k < curves.size(); k += 2) CHECK(m.arrhenius_shift.spectrum.background[k][0] == Approx(5).epsilon(0.02));
}

TEST_CASE("one process does not tell the laws apart") {
  const MasterCurve m = master_curve(losses([](double t) { return std::vector<std::pair<double, double>>{{1.0, one_barrier(4, t)}}; }, 0.02, 2), quick);
  INFO(m.sentence);
  CHECK(m.verdict == Superposition::undecided);
  CHECK(m.arrhenius_energy.value == Approx(1.2).epsilon(0.01));
  CHECK(m.barrier_of(std::exp(4.0)) == Approx(1.2).epsilon(0.02));
  CHECK(m.doubts.size() > 0);
}

TEST_CASE("curves that do not overlap and errors that are too small are told") {
  std::vector<Isotherm> curves = losses(broad(one_barrier), 0.005, 1);
  curves = {curves.front(), curves.back()};
  for (Isotherm& i : curves) {
    i.data.at = i.data.at.head(12).eval();
    i.data.value = i.data.value.head(12).eval();
    i.data.error = 0.1 * i.data.error.head(12).eval();
  }
  const MasterCurve m = master_curve(curves, quick);
  const auto told = [&](const std::string& part) { return std::any_of(m.doubts.begin(), m.doubts.end(), [&](const std::string& d) { return d.find(part) != std::string::npos; }); };
  CHECK(told("do not overlap"));
  CHECK(told("times the errors"));
  CHECK(told("Two temperatures"));
  CHECK(std::isinf(m.apparent.energy.interval.high));
}

TEST_CASE("a set that sees the spectrum with shifted and stretched times finds it unmoved") {
  const VectorXd times = decades(0, 6, 50);
  ResponseData plain{"made up", Response::recovery, times, (0.2 + 0.5 * (-times.array() / 1e3).exp()).matrix(), {}}, other = plain;
  other.shift = 2.0;
  other.stretch = 0.8;
  const double there = other.time_of(1e3);
  CHECK(there == Approx(std::exp(2.0 + 0.8 * std::log(1e3))));
  CHECK(other.spectral_time(there) == Approx(1e3));
  CHECK(plain.time_of(0.3) == 0.3);
  other.value = 0.2 + 0.5 * (-times.array() / there).exp();
  const RelaxationSpectrum one = relaxation_spectrum({plain}, {.shortest = 1, .longest = 1e6}), both = relaxation_spectrum({plain, other}, {.shortest = 1, .longest = 1e6});
  Eigen::Index at = 0, at_both = 0;
  one.density.maxCoeff(&at);
  both.density.maxCoeff(&at_both);
  CHECK(at == at_both);
  CHECK(both.area() == Approx(0.5).epsilon(0.01));
  CHECK(range_of_times({other}).second == Approx(std::exp((std::log(1e6) - 2.0) / 0.8)));
  other.stretch = 0;
  CHECK_THROWS_WITH(relaxation_spectrum({other}), Catch::Contains("stretched by 0"));
}

TEST_CASE("the spectrum at one weight is that of the scan") {
  const std::vector<ResponseData> sets{losses(broad(one_barrier), 0.01, 1).front().data};
  const RelaxationSpectrum scanned = relaxation_spectrum(sets);
  const RelaxationSpectrum alone = spectrum_at(sets, scanned.lambda), begun = spectrum_at(sets, scanned.lambda, {}, VectorXd::Ones(60));
  CHECK(alone.density.isApprox(scanned.density, 1e-8));
  CHECK(begun.density.isApprox(scanned.density, 1e-8));
  CHECK(alone.noise == Approx(scanned.noise));
  CHECK(alone.freedom == Approx(scanned.freedom));
  CHECK_THROWS_AS(spectrum_at(sets, 0.0), InputError);
}

TEST_CASE("curves shifted along the axis of frequency give the shift back") {
  Rng rng(1, 1);
  const ResponseData a = isotherm(broad(one_barrier), 388, Response::loss, 1e-6, rng).data, b = isotherm(broad(one_barrier), 398, Response::loss, 1e-6, rng).data;
  CHECK(pairwise_shift(a, b) == Approx(one_barrier(0, 398)).margin(0.05));
  CHECK(pairwise_shift(b, a) == Approx(-one_barrier(0, 398)).margin(0.05));
}

TEST_CASE("a line of ln of times against 1/kT has the energy and the attempt time, with intervals that hold in 95 of 100 cases") {
  const std::vector<double> temperatures{300, 310, 320, 330, 345, 360}, errors{0.1, 0.1, 0.05, 0.05, 0.1, 0.2};
  std::vector<double> ln;
  for (const double t : temperatures) ln.push_back(-30 + 0.86 / thermal_energy(t));
  const ThermalActivation exact = thermal_activation(temperatures, ln);
  CHECK(exact.energy.value == Approx(0.86).epsilon(1e-10));
  CHECK(exact.ln_attempt_time.value == Approx(-30).epsilon(1e-10));
  CHECK(exact.r_squared == Approx(1));
  Rng rng(7, 1);
  int energies = 0, times = 0, doubts = 0;
  for (int r = 0; r < 1000; ++r) {
    std::vector<double> noisy = ln;
    for (std::size_t k = 0; k < ln.size(); ++k) noisy[k] += errors[k] * rng.normal();
    const ThermalActivation a = thermal_activation(temperatures, noisy, errors);
    energies += holds(a.energy, 0.86) ? 1 : 0;
    times += holds(a.ln_attempt_time, -30) ? 1 : 0;
    doubts += a.doubts.empty() ? 0 : 1;
  }
  CHECK(energies == Approx(950).margin(25));
  CHECK(times == Approx(950).margin(25));
  CHECK(doubts < 10);
  ln[2] += 1.0;
  CHECK(thermal_activation(temperatures, ln, errors).doubts.size() == 1);
}

TEST_CASE("curves that make no sense are refused by their name") {
  const std::vector<Isotherm> good = losses(broad(one_barrier), 0.01, 1);
  const auto refused = [&](auto change, const std::string& message) {
    std::vector<Isotherm> bad = good;
    change(bad);
    CHECK_THROWS_WITH(master_curve(bad, quick), Catch::Contains(message));
    CHECK_THROWS_AS(master_curve(bad, quick), InputError);
  };
  refused([](auto& c) { c.resize(1); }, "curves at 1 temperature");
  refused([](auto& c) { c.clear(); }, "curves at 0 temperature");
  refused([](auto& c) { std::swap(c[1], c[2]); }, "368 K: 368 K follows 378 K");
  refused([](auto& c) { c[2].temperature = c[1].temperature; }, "378 K: 368 K was there before");
  refused([](auto& c) { c[4].data.value[6] = 0; }, "398 K: row 7: modulus 0");
  refused([](auto& c) { c[0].data.kind = Response::recovery; }, "358 K: a measurement in time");
  refused([](auto& c) { c[0].temperature = -3; }, "temperature is -3");
  CHECK_THROWS_AS(master_curve(good, {}), InputError);
  CHECK_THROWS_AS(master_curve(good, {.reference = 388, .rounds = 0}), InputError);
  CHECK_THROWS_AS(master_curve(good, {.reference = 388, .spectrum = {.lambda = 1.0}}), InputError);
  CHECK_THROWS_AS(thermal_activation(std::vector<double>{300, 300}, std::vector<double>{1, 2}), InputError);
  CHECK_THROWS_AS(thermal_activation(std::vector<double>{300, 310}, std::vector<double>{1}), InputError);
}
