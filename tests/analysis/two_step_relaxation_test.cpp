#include "analysis/two_step_relaxation.hpp"

#include <boost/math/special_functions/gamma.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "analysis/master_curve.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"

using namespace glasscape;
using Eigen::VectorXd;

namespace {

const HierarchicalRelaxation law = la60ni15al25_demonstration();

VectorXd decades(double from, double to, Eigen::Index points) { return Eigen::pow(10.0, VectorXd::LinSpaced(points, from, to).array()); }

bool holds(const Estimate& e, double value) { return e.interval.low <= value && value <= e.interval.high; }

bool told(const std::vector<std::string>& doubts, const std::string& part) {
  return std::any_of(doubts.begin(), doubts.end(), [&](const std::string& d) { return d.find(part) != std::string::npos; });
}

/// The integral of Eq. 2 over time, by the incomplete gamma function.
double integral_of_compliance(const HierarchicalRelaxation& l, double time, double temperature) {
  const double beta = l.beta_time(temperature), alpha = l.alpha_time(temperature), chi = l.correlation;
  const double stretched = alpha / chi * std::pow(chi, 1.0 / chi) * boost::math::tgamma_lower(1.0 / chi, std::pow(time / alpha, chi) / chi);
  return (l.elastic + l.beta + l.alpha) * time + l.beta * beta * std::expm1(-time / beta) - l.alpha * stretched + 0.5 * l.alpha * time * time / alpha;
}

/// E(t) out of t = int_0^t E(s) J(t - s) ds, step by step: Hopkins and Hamming, J. Appl. Phys. 28, 906 (1957).
std::vector<std::pair<double, double>> stepped_modulus(const HierarchicalRelaxation& l, double temperature, double from, double to) {
  constexpr double ratio = 1.06;
  std::vector<double> t{0.0};
  for (double time = from; time < to; time *= ratio) t.push_back(time);
  std::vector<std::pair<double, double>> modulus;
  for (std::size_t n = 1; n < t.size(); ++n) {
    double sum = t[n];
    for (std::size_t i = 0; i + 1 < n; ++i) sum -= modulus[i].second * (integral_of_compliance(l, t[n] - t[i], temperature) - integral_of_compliance(l, t[n] - t[i + 1], temperature));
    modulus.emplace_back(0.5 * (t[n] + t[n - 1]), sum / integral_of_compliance(l, t[n] - t[n - 1], temperature));
  }
  return modulus;
}

/// Stress at constant strain as an instrument records it.
ResponseData recorded(const Relaxation& e, double noise, std::uint64_t seed) {
  ResponseData d{"stress", Response::recovery, decades(std::log10(0.5), 4, 80), VectorXd(80), {}};
  Rng rng(seed, 1);
  for (Eigen::Index k = 0; k < 80; ++k) d.value[k] = e.at(d.at[k]) + noise * rng.normal();
  return d;
}

double loss(const Relaxation& e, double frequency) {
  double sum = 0;
  for (const RelaxationMode& m : e.modes) sum += m.strength * kernel(Response::loss, 2 * std::numbers::pi * frequency, m.tau);
  return sum;
}

}  // namespace

TEST_CASE("a stretched exponential is a sum of positive exponentials, at all times") {
  for (const double exponent : {0.1, 0.38, 0.5, 0.7, 0.9}) {
    const std::vector<RelaxationMode> modes = stretched_exponential(exponent);
    double worst = 0;
    for (double ln = -60; ln < 15; ln += 0.13) {
      double sum = 0;
      for (const RelaxationMode& m : modes) sum += m.strength * std::exp(-std::exp(ln) / m.tau);
      worst = std::max(worst, std::abs(sum - std::exp(-std::exp(exponent * ln))));
    }
    CHECK(worst < 1e-10);
    for (const RelaxationMode& m : modes) REQUIRE(m.strength > 0);
  }
  for (const double bad : {0.05, 1.0, -1.0}) CHECK_THROWS_AS(stretched_exponential(bad), InputError);
}

TEST_CASE("the spectrum of exp(-sqrt u) is that of its closed form") {
  // density of ln tau: sqrt(tau/pi) exp(-tau/4) / 2
  const std::vector<RelaxationMode> modes = stretched_exponential(0.5);
  const double spacing = std::log(modes[1].tau / modes[0].tau);
  for (std::size_t k = 1; k < modes.size(); ++k)
    CHECK(modes[k].strength / spacing == Approx(0.5 * std::sqrt(modes[k].tau / std::numbers::pi) * std::exp(-modes[k].tau / 4)).epsilon(1e-8).margin(1e-13));
}

TEST_CASE("times of the demonstration are those of the paper's estimate, and the alpha energy is the beta energy over chi") {
  CHECK(law.beta_attempt_time == Approx(3.94e-14).epsilon(0.01));
  CHECK(law.scaling_time == Approx(2.10e-8).epsilon(0.002));
  for (const auto& [temperature, tau] : {std::pair{461.0, 1e-4}, {360.0, 0.044}, {340.0, 0.22}, {315.0, 2.3}, {290.0, 35.0}, {280.0, 120.0}}) CHECK(law.beta_time(temperature) == Approx(tau).epsilon(0.02));
  for (const auto& [temperature, tau] : {std::pair{461.0, 100.0}, {420.0, 2.6e4}, {380.0, 1.9e7}}) CHECK(law.alpha_time(temperature) == Approx(tau).epsilon(0.02));
  CHECK(law.alpha_energy() == Approx(0.860 / 0.38));
  const ThermalActivation alpha = thermal_activation(std::vector<double>{380, 420, 461}, std::vector<double>{std::log(law.alpha_time(380)), std::log(law.alpha_time(420)), std::log(law.alpha_time(461))});
  CHECK(alpha.energy.value == Approx(law.alpha_energy()).epsilon(1e-10));
}

TEST_CASE("the compliance in exponentials is Eq. 2, and its relaxation solves the equation of Volterra for Eq. 2 itself") {
  for (const double temperature : {315.0, 380.0, 440.0}) {
    const Compliance j = law.compliance(temperature, stretched_exponential(law.correlation));
    const double beta = law.beta_time(temperature), alpha = law.alpha_time(temperature);
    for (double t = 1e-6 * beta; t < 100 * alpha; t *= 3) CHECK(std::abs(j.at(t) - law.compliance_at(t, temperature)) < 1e-9 * std::max(law.alpha, law.compliance_at(t, temperature)));
  }
  const double temperature = 440;
  const Relaxation e = law.relaxation(temperature);
  CHECK(e.instantaneous() == Approx(1 / law.elastic).epsilon(1e-9));
  double worst = 0;
  for (const auto& [time, modulus] : stepped_modulus(law, temperature, 1e-3 * law.beta_time(temperature), 3 * law.alpha_time(temperature))) worst = std::max(worst, std::abs(modulus - e.at(time)));
  CHECK(worst < 2e-4);
}

TEST_CASE("what is faster than the first record is elastic to it, and a solid without flow keeps a part of its stress") {
  const std::vector<RelaxationMode> stretched = stretched_exponential(law.correlation);
  const Compliance whole = law.compliance(340, stretched), late = law.compliance(340, stretched, 1e-3);
  CHECK(late.modes.size() < whole.modes.size());
  for (const double t : {0.1, 1.0, 1e4}) CHECK(relaxation_of(late).at(t) == Approx(relaxation_of(whole).at(t)).epsilon(1e-9));
  HierarchicalRelaxation solid = law;
  solid.flows = false;
  CHECK(solid.relaxation(400).equilibrium == Approx(1 / (solid.elastic + solid.beta + solid.alpha)).epsilon(1e-9));
  CHECK(law.relaxation(400).equilibrium == 0);
}

TEST_CASE("the first plateau is at 0.95 where the relaxations are apart, and the first step is largest at tau_beta shortened by the modulus") {
  for (const double temperature : {300.0, 320.0, 340.0}) {
    const Relaxation e = law.relaxation(temperature);
    const double tau = law.beta_time(temperature);
    CHECK(e.at(10 * tau) == Approx(0.95).margin(0.002));
    const std::vector<DecayMaximum> maxima = decay_maxima(e.modes, 1e-2 * tau, 1e2 * tau);
    REQUIRE(maxima.size() == 1);
    CHECK(maxima.front().time == Approx(tau * 0.95).epsilon(0.005));
    CHECK(maxima.front().height == Approx(0.05 / std::numbers::e).epsilon(0.02));
  }
  const std::vector<DecayMaximum> both = decay_maxima(law.relaxation(380).modes, 1e-4, 1e10);
  REQUIRE(both.size() == 2);
  CHECK(both[1].time == Approx(law.alpha_time(380) * (law.elastic + law.beta + law.alpha) / law.alpha).epsilon(0.1));  // of flow, all else being over
  CHECK(both[1].prominence > 10 * both[0].prominence);
}

TEST_CASE("the maxima of a decay rate of two exponentials are at their times") {
  const std::vector<RelaxationMode> two{{0.3, 1.0}, {0.5, 1e5}};
  const std::vector<DecayMaximum> maxima = decay_maxima(two, 1e-3, 1e8);
  REQUIRE(maxima.size() == 2);
  CHECK(maxima[0].time == Approx(1.0).epsilon(1e-4));
  CHECK(maxima[1].time == Approx(1e5).epsilon(1e-4));
  CHECK(maxima[0].height == Approx(0.3 / std::numbers::e).epsilon(1e-4));
  CHECK(maxima[1].prominence == Approx(0.5 / std::numbers::e).epsilon(0.01));
  CHECK(decay_maxima(two, 10, 100).empty());
  CHECK_THROWS_AS(decay_maxima(two, 1, 1), InputError);
}

TEST_CASE("an instrument that first records after half a second sees two steps at 315 to 345 K and one above 360 K") {
  const Observation paper{};
  for (const double temperature : {315.0, 325.0, 345.0}) CHECK(visible_steps(law.relaxation(temperature), paper).size() == 2);
  for (const double temperature : {280.0, 361.0, 380.0}) CHECK(visible_steps(law.relaxation(temperature), paper).size() == 1);
  CHECK(visible_steps(law.relaxation(380), {1e-4, 1e10}).size() == 2);
  const std::vector<VisibleStep> at_315 = visible_steps(law.relaxation(315), paper), at_345 = visible_steps(law.relaxation(345), paper);
  CHECK(at_315.front().complete);
  CHECK(at_315.front().time == Approx(0.95 * law.beta_time(315)).epsilon(0.01));
  CHECK_FALSE(at_345.front().complete);
  CHECK(at_345.front().time == 0.5);
  CHECK(at_345.back().time == 1e4);
  const auto blind = two_step_range(law, paper, 290, 400), keen = two_step_range(law, {0.5, 1e4, 0}, 290, 400), fast = two_step_range(law, {0.01, 1e4}, 290, 450);
  REQUIRE((blind && keen && fast));
  CHECK(blind->low < 315);
  CHECK(blind->high > 345);
  CHECK(keen->high == Approx(360).margin(2));
  CHECK(keen->low == 290);
  CHECK(fast->high > blind->high + 30);
  CHECK(visible_steps(law.relaxation(blind->high + 0.1), paper).size() == 1);
  CHECK_FALSE(two_step_range(law, paper, 400, 450));
  CHECK_THROWS_AS(visible_steps(law.relaxation(315), {1, 1}), InputError);
}

TEST_CASE("tau_1 of noisy stress follows the Arrhenius line of the beta relaxation") {
  std::vector<double> temperatures, ln, errors;
  int held = 0;
  for (double temperature = 285; temperature <= 315; temperature += 6) {
    Rng rng(3, 1);
    const Relaxation e = law.relaxation(temperature);
    const StressDecay d = stress_decay(recorded(e, 2e-4, static_cast<std::uint64_t>(temperature)), rng, {.spectrum = {.points = 40, .weights = 17}, .resamples = 40});
    REQUIRE(d.steps.size() >= 1);
    const DecayStep& step = d.steps.front();
    const double truth = decay_maxima(e.modes, 0.5, 1e3).front().time;
    CHECK(step.time.value == Approx(truth).epsilon(0.03));
    CHECK(step.seen == 1);
    CHECK(step.time.interval.high < 1.1 * step.time.interval.low);
    held += holds(step.time, truth) ? 1 : 0;
    temperatures.push_back(temperature);
    ln.push_back(std::log(step.time.value));
    errors.push_back(std::log(step.time.interval.high / step.time.interval.low) / 3.92);
  }
  CHECK(held >= 5);
  const ThermalActivation a = thermal_activation(temperatures, ln, errors);
  CHECK(holds(a.energy, 0.860));
  CHECK(a.energy.value == Approx(0.860).epsilon(0.02));
  CHECK(a.r_squared > 0.999);
}

TEST_CASE("what noise alone could make, and what lies at an end, is told") {
  Rng rng(4, 1);
  const StressDecay early = stress_decay(recorded(law.relaxation(326), 1e-4, 2), rng, {.spectrum = {.points = 40, .weights = 17}, .resamples = 10});
  CHECK(told(early.doubts, "within a factor e of the end"));
  std::size_t of_noise = 0;
  for (const std::uint64_t seed : {1u, 3u, 8u, 10u}) {
    const StressDecay noise = stress_decay(recorded({1.0, {}}, 5e-3, seed), rng, {.spectrum = {.points = 40, .weights = 17}, .resamples = 30});
    for (const DecayStep& step : noise.steps) CHECK(step.seen < 0.9);
    CHECK(told(noise.doubts, "it may be noise") == !noise.steps.empty());
    of_noise += noise.steps.size();
  }
  CHECK(of_noise > 2);
  ResponseData creep = recorded(law.relaxation(300), 1e-3, 1);
  creep.kind = Response::creep;
  CHECK_THROWS_AS(stress_decay(creep, rng), InputError);
}

TEST_CASE("a loss peak is at 1/(2 pi tau), with an interval that holds in 95 of 100 cases") {
  const double temperature = 360, tau = decay_maxima(law.relaxation(temperature).modes, 1e-3, 1).front().time;
  const Relaxation debye{0.0, {{1.0, tau}}};
  const VectorXd frequency = decades(0, 2, 25);
  Rng rng(5, 1);
  int held = 0;
  for (int r = 0; r < 400; ++r) {
    VectorXd values(25);
    for (Eigen::Index k = 0; k < 25; ++k) values[k] = loss(debye, frequency[k]) * (1 + 0.02 * rng.normal());
    const LossPeak p = loss_peak(frequency, values);
    held += holds(p.tau, tau) ? 1 : 0;
    REQUIRE(p.tau.value == Approx(1 / (2 * std::numbers::pi * p.frequency.value)));
  }
  CHECK(held == Approx(380).margin(14));
}

TEST_CASE("loss peaks of the two-step solid give the beta energy, and a loss without a peak is told") {
  const VectorXd frequency = decades(-2, 3, 51);
  std::vector<double> temperatures{310, 320, 330, 340, 350, 360}, ln;
  Rng rng(9, 1);
  for (const double temperature : temperatures) {
    const Relaxation e = law.relaxation(temperature);
    VectorXd values(51);
    for (Eigen::Index k = 0; k < 51; ++k) values[k] = loss(e, frequency[k]) * (1 + 0.005 * rng.normal());
    ln.push_back(std::log(loss_peak(frequency, values, 0.005 * values).tau.value));
    CHECK(std::exp(ln.back()) == Approx(0.95 * law.beta_time(temperature)).epsilon(0.03));
  }
  const ThermalActivation a = thermal_activation(temperatures, ln);
  CHECK(holds(a.energy, 0.860));
  CHECK(a.energy.interval.high - a.energy.interval.low < 0.03);
  const VectorXd rising = decades(0, 1, 12), power = rising.array().pow(0.7);
  CHECK(told(loss_peak(rising, power).doubts, "no maximum"));
  CHECK(std::isinf(loss_peak(rising, power).tau.interval.high));
  const VectorXd at_end = (-0.5 * (rising.array().log() - 0.2).square()).exp();
  CHECK(told(loss_peak(rising, at_end).doubts, "only one side"));
  CHECK_THROWS_AS(loss_peak(rising.head(4), power.head(4)), InputError);
  CHECK_THROWS_AS(loss_peak(rising, -power), InputError);
  CHECK_THROWS_AS(loss_peak(rising.reverse(), power), InputError);
}

TEST_CASE("stages of loading coincide when the solid does not flow and has had time, and not otherwise") {
  const double tau = law.beta_time(315);
  const auto cycles = [](double rest) { return std::vector<StrainStep>{{0, 0.006}, {1e3, 0}, {1e3 + rest, 0.006}, {2e3 + rest, 0}, {2e3 + 2 * rest, 0.006}}; };
  HierarchicalRelaxation elastic = law;
  elastic.alpha = 0;
  elastic.flows = false;
  const Relaxation beta = elastic.relaxation(315), whole = law.relaxation(315), hot = law.relaxation(410);
  CHECK(difference_of_stages(beta, cycles(40 * tau), 2, 4, 1e3) < 1e-12);
  CHECK(difference_of_stages(beta, cycles(0.5 * tau), 0, 2, 1e3) > 0.01);
  CHECK(difference_of_stages(whole, cycles(1e3), 2, 4, 1e3) < 1e-3);
  CHECK(difference_of_stages(hot, cycles(1e3), 0, 2, 1e3) > 0.02);
}

TEST_CASE("stress after steps of strain is the sum of what each step leaves") {
  const Relaxation e{1.0, {{2.0, 10.0}}};
  const std::vector<StrainStep> steps{{1, 0.5}, {4, 0.2}};
  CHECK(stress_after(e, steps, 0.5) == 0);
  CHECK(stress_after(e, steps, 1) == Approx(1.5));
  CHECK(stress_after(e, steps, 9) == Approx(0.2 + 1.0 * std::exp(-0.8) - 0.6 * std::exp(-0.5)));
  CHECK_THROWS_AS(stress_after(e, std::vector<StrainStep>{{1, 0.5}, {1, 0.2}}, 2), InputError);
  CHECK_THROWS_AS(difference_of_stages(e, steps, 0, 1, 1), InputError);
  const std::vector<StrainStep> equal{{0, 1}, {5, 0}, {10, 1}};
  CHECK_THROWS_AS(difference_of_stages(e, equal, 0, 2, 6), InputError);
  CHECK_THROWS_AS(difference_of_stages(e, equal, 0, 3, 1), InputError);
}

TEST_CASE("a law that makes no sense is refused") {
  const auto refused = [](auto change) {
    HierarchicalRelaxation bad = law;
    change(bad);
    CHECK_THROWS_AS(bad.relaxation(300), InputError);
  };
  refused([](auto& l) { l.elastic = 0; });
  refused([](auto& l) { l.beta = -0.1; });
  refused([](auto& l) { l.correlation = 1; });
  refused([](auto& l) { l.scaling_time = 0; });
  CHECK_THROWS_AS(law.relaxation(-1), InputError);
  CHECK_THROWS_AS(two_step_range(law, {}, 300, 300), InputError);
}
