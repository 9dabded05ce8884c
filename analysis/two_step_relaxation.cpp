#include "analysis/two_step_relaxation.hpp"

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/bootstrap.hpp"
#include "analysis/distributions.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Density of ln tau of exp(-u^chi): 1/pi chi/(1-chi) int_0^pi w e^{-w} dphi with w = a(phi) tau^{chi/(1-chi)} and
/// a = sin((1-chi) phi) sin(chi phi)^{chi/(1-chi)} / sin(phi)^{1/(1-chi)}. In v = ln phi/(pi - phi), in which the integrand is analytic
/// and falls off on both sides, the trapezoidal rule converges exponentially.
double stable_density(double chi, double ln_tau) {
  constexpr double from = -36, to = 400, negligible = 45;  // e^-36 of the integral; w e^-w there is below 1e-17
  const double power = chi / (1.0 - chi), step = pi * pi * (1.0 - chi) / 36.0;
  double sum = 0;
  for (double v = from; v < to; v += step) {
    const double part = 1.0 / (1.0 + std::exp(-v)), rest = 1.0 / (1.0 + std::exp(v)), phi = pi * part;
    const double ln_sine = std::log(std::sin(pi * std::min(part, rest)));  // of phi and of pi - phi, without the rounding of pi - phi
    const double ln_w = std::log(std::sin((1.0 - chi) * phi)) + power * std::log(std::sin(chi * phi)) - ln_sine / (1.0 - chi) + power * ln_tau;
    if (ln_w > std::log(negligible)) break;
    const double w = std::exp(ln_w);
    sum += w * std::exp(-w) * pi * part * rest;
  }
  return power / pi * step * sum;
}

double decay_rate(std::span<const RelaxationMode> modes, double time) {
  double rate = 0;
  for (const RelaxationMode& m : modes) rate += m.strength * time / m.tau * std::exp(-time / m.tau);
  return rate;
}

/// By ln t.
double slope_of_decay_rate(std::span<const RelaxationMode> modes, double time) {
  double slope = 0;
  for (const RelaxationMode& m : modes) slope += m.strength * time / m.tau * (1.0 - time / m.tau) * std::exp(-time / m.tau);
  return slope;
}

struct Turn {
  double time = 0;
  bool maximum = false;
};

/// Where the decay rate turns between two times, ascending: at sign changes of its slope, to rounding.
std::vector<Turn> turns_of(std::span<const RelaxationMode> modes, double from, double to) {
  constexpr double spacing = 0.04;  // of ln t: two turns of sums of t e^{-t} this near are none
  const auto steps = static_cast<int>(std::ceil(std::log(to / from) / spacing)) + 1;
  std::vector<Turn> turns;
  double before = std::log(from);
  bool rising = slope_of_decay_rate(modes, from) > 0;
  for (int k = 1; k <= steps; ++k) {
    const double here = std::log(from) + std::log(to / from) * k / steps;
    if ((slope_of_decay_rate(modes, std::exp(here)) > 0) != rising) {
      double a = before, b = here;
      for (int cut = 0; cut < 60 && a < b; ++cut) {
        const double middle = 0.5 * (a + b);
        ((slope_of_decay_rate(modes, std::exp(middle)) > 0) == rising ? a : b) = middle;
      }
      turns.push_back({std::exp(0.5 * (a + b)), rising});
      rising = !rising;
    }
    before = here;
  }
  return turns;
}

std::vector<RelaxationMode> modes_of(const RelaxationSpectrum& s) {
  std::vector<RelaxationMode> modes;
  for (Index i = 0; i < s.tau.size(); ++i)
    if (s.density[i] > 0) modes.push_back({s.density[i] * s.spacing, s.tau[i]});
  return modes;
}

std::vector<DecayMaximum> prominent(std::vector<DecayMaximum> maxima, double least) {
  double highest = 0;
  for (const DecayMaximum& m : maxima) highest = std::max(highest, m.height);
  std::erase_if(maxima, [&](const DecayMaximum& m) { return m.prominence < least * highest; });
  return maxima;
}

/// ln of the times and the heights that fits with new noise find for each maximum.
std::vector<std::vector<double>> refitted(const ResponseData& stress, const RelaxationSpectrum& spectrum, const std::vector<DecayMaximum>& maxima, const StressDecayOptions& o, Rng& rng) {
  constexpr double same = 1.5;  // a maximum farther off, in ln t, is another one
  const std::size_t n = maxima.size();
  std::vector<std::vector<double>> drawn(2 * n);
  SpectrumOptions options = o.spectrum;
  options.weights = std::min(options.weights, 17);
  options.shortest = spectrum.tau[0];
  options.longest = spectrum.tau[spectrum.tau.size() - 1];
  for (int r = 0; r < o.resamples; ++r) {
    ResponseData again = stress;
    for (Index k = 0; k < again.value.size(); ++k) again.value[k] = spectrum.fitted.front()[k] + spectrum.noise * (stress.error.size() > 0 ? stress.error[k] : 1.0) * rng.normal();
    const std::vector<RelaxationMode> modes = modes_of(relaxation_spectrum({again}, options));
    const std::vector<DecayMaximum> found = prominent(decay_maxima(modes, *options.shortest, *options.longest), o.least_prominence);
    for (std::size_t k = 0; k < n; ++k) {
      const auto distance = [&](const DecayMaximum& m) { return std::abs(std::log(m.time / maxima[k].time)); };
      const auto nearest = std::min_element(found.begin(), found.end(), [&](const DecayMaximum& a, const DecayMaximum& b) { return distance(a) < distance(b); });
      if (nearest == found.end() || distance(*nearest) > same) continue;
      drawn[k].push_back(std::log(nearest->time));
      drawn[n + k].push_back(nearest->height);
    }
  }
  return drawn;
}

/// What remains when the fit errs from the truth as fits to it err from it, both by smoothing and by noise: the basic bootstrap of Davison and
/// Hinkley, Bootstrap Methods and their Application (1997), section 5.2.
Estimate reflected(const Estimate& percentiles, std::span<const double> drawn) {
  if (drawn.empty()) return percentiles;
  const double twice = 2.0 * percentiles.value;
  return {twice - quantile(sorted(drawn), 0.5), {twice - percentiles.interval.high, twice - percentiles.interval.low}, percentiles.level};
}

/// A parabola a + b z + c z^2 by weighted least squares, with the covariance of b and c for errors of unit variance.
struct Parabola {
  Eigen::Vector3d terms;
  Eigen::Matrix3d covariance;
  double squares = 0;
};

Parabola parabola_of(const VectorXd& z, const VectorXd& y, const VectorXd& weight) {
  MatrixXd rows(z.size(), 3);
  rows << weight, weight.cwiseProduct(z), weight.cwiseProduct(z.cwiseAbs2());
  const VectorXd values = weight.cwiseProduct(y);
  Parabola p;
  p.terms = rows.colPivHouseholderQr().solve(values);
  p.covariance = Eigen::Matrix3d(rows.transpose() * rows).inverse();
  p.squares = (values - rows * p.terms).squaredNorm();
  return p;
}

void check(const VectorXd& frequency, const VectorXd& loss, const VectorXd& error, const LossPeakOptions& o) {
  check_level(o.level);
  if (frequency.size() < 5 || loss.size() != frequency.size() || (error.size() > 0 && error.size() != frequency.size()))
    throw InputError("a loss peak of {} frequencies, {} losses and {} errors, expected five or more and as many of each", frequency.size(), loss.size(), error.size());
  if (!(o.half_width > 0)) throw InputError("a parabola of half width {}, expected one above 0", o.half_width);
  for (Index k = 0; k < frequency.size(); ++k) {
    if (!(frequency[k] > 0 && std::isfinite(frequency[k]) && loss[k] > 0 && std::isfinite(loss[k]))) throw InputError("row {}: frequency {} and loss {}, expected numbers above 0", k + 1, frequency[k], loss[k]);
    if (k > 0 && !(frequency[k] > frequency[k - 1])) throw InputError("row {}: frequency {} follows {}, expected ascending ones", k + 1, frequency[k], frequency[k - 1]);
    if (error.size() > 0 && !(error[k] > 0 && std::isfinite(error[k]))) throw InputError("row {}: standard error {}, expected a number above 0", k + 1, error[k]);
  }
}

/// Five rows or more, those within the half width of a place if they are as many.
std::pair<Index, Index> rows_around(const VectorXd& ln, double place, double half_width) {
  Index first = 0, last = ln.size() - 1;
  while (last - first > 4 && std::max(place - ln[first], ln[last] - place) > half_width) (place - ln[first] > ln[last] - place ? ++first : --last);
  return {first, last - first + 1};
}

bool two_are_seen(const HierarchicalRelaxation& law, std::span<const RelaxationMode> stretched, const Observation& o, double temperature) {
  constexpr double over = 1e-3;  // of the first record: what is faster is over by then, to e^-1000
  return visible_steps(relaxation_of(law.compliance(temperature, stretched, over * o.cut_off)), o).size() > 1;
}

void check(std::span<const StrainStep> steps) {
  for (std::size_t k = 0; k < steps.size(); ++k)
    if (!std::isfinite(steps[k].time) || !std::isfinite(steps[k].strain) || (k > 0 && !(steps[k].time > steps[k - 1].time)))
      throw InputError("step {} to a strain of {} at {} s, expected finite numbers and ascending times", k + 1, steps[k].strain, steps[k].time);
}

}  // namespace

std::vector<RelaxationMode> stretched_exponential(double exponent) {
  if (!(exponent >= 0.1 && exponent <= 0.95)) throw InputError("a stretched exponential of exponent {}, expected 0.1 to 0.95", exponent);
  constexpr double accuracy = 25;  // -ln of the error of the trapezoidal rule in ln tau, and of the part that is faster than its end
  const double strip = std::min(0.5 * pi, 0.5 * pi * (1.0 - exponent) / exponent);  // in which the integrand is analytic
  const double spacing = 2.0 * pi * strip / accuracy;
  std::vector<RelaxationMode> modes;
  for (double ln = -accuracy / exponent;; ln += spacing) {
    const double density = stable_density(exponent, ln);
    if (ln > 0 && density < 1e-16) break;
    modes.push_back({density * spacing, std::exp(ln)});
  }
  double sum = 0;
  for (const RelaxationMode& m : modes) sum += m.strength;
  modes.front().strength = std::max(modes.front().strength + 1.0 - sum, 0.0);
  std::erase_if(modes, [](const RelaxationMode& m) { return m.strength == 0; });
  return modes;
}

void check(const HierarchicalRelaxation& l) {
  if (!(l.elastic > 0 && l.beta >= 0 && l.alpha >= 0 && std::isfinite(l.elastic + l.beta + l.alpha))) throw InputError("compliances of {} elastic, {} beta, {} alpha, expected one above 0 and two not below", l.elastic, l.beta, l.alpha);
  if (!(l.correlation > 0 && l.correlation < 1 && l.beta_attempt_time > 0 && l.beta_energy > 0 && l.scaling_time > 0))
    throw InputError("a correlation of {}, an attempt time of {} s, an energy of {} eV, a scaling time of {} s: expected one between 0 and 1 and numbers above 0", l.correlation, l.beta_attempt_time, l.beta_energy, l.scaling_time);
}

double HierarchicalRelaxation::beta_time(double temperature) const { return beta_attempt_time * std::exp(beta_energy / thermal_energy(temperature)); }

double HierarchicalRelaxation::alpha_time(double temperature) const {
  return std::exp((std::log(beta_attempt_time) + beta_energy / thermal_energy(temperature) - (1.0 - correlation) * std::log(scaling_time)) / correlation);
}

double HierarchicalRelaxation::compliance_at(double time, double temperature) const {
  const double slow = time / alpha_time(temperature);
  return elastic - beta * std::expm1(-time / beta_time(temperature)) - alpha * std::expm1(-std::pow(slow, correlation) / correlation) + (flows ? alpha * slow : 0.0);
}

Compliance HierarchicalRelaxation::compliance(double temperature, std::span<const RelaxationMode> stretched, double fastest) const {
  check(*this);
  const double slow = alpha_time(temperature), scale = slow * std::pow(correlation, 1.0 / correlation);
  Compliance c{elastic, {}, flows ? alpha / slow : 0.0};
  const auto add = [&](double strength, double tau) {
    if (tau < fastest)
      c.instantaneous += strength;
    else
      c.modes.push_back({strength, tau});
  };
  add(beta, beta_time(temperature));
  for (const RelaxationMode& m : stretched) add(alpha * m.strength, scale * m.tau);
  return c;
}

Relaxation HierarchicalRelaxation::relaxation(double temperature) const { return relaxation_of(compliance(temperature, stretched_exponential(correlation))); }

HierarchicalRelaxation la60ni15al25_demonstration() {
  HierarchicalRelaxation l{1.0, 1.0 / 0.95 - 1.0, 0.45, 0.38, 0, 0.860, 0};
  constexpr double glass_transition = 461, tau_beta = 1e-4, tau_alpha = 100;
  l.beta_attempt_time = tau_beta * std::exp(-l.beta_energy / thermal_energy(glass_transition));
  l.scaling_time = std::pow(tau_beta / std::pow(tau_alpha, l.correlation), 1.0 / (1.0 - l.correlation));
  return l;
}

std::vector<DecayMaximum> decay_maxima(std::span<const RelaxationMode> modes, double from, double to) {
  if (!(from > 0 && to > from && std::isfinite(to))) throw InputError("times from {} to {} s, expected ascending ones above 0", from, to);
  const std::vector<Turn> turns = turns_of(modes, from, to);
  std::vector<DecayMaximum> maxima;
  for (std::size_t k = 0; k < turns.size(); ++k) {
    if (!turns[k].maximum) continue;
    const double before = k > 0 ? turns[k - 1].time : from, after = k + 1 < turns.size() ? turns[k + 1].time : to, height = decay_rate(modes, turns[k].time);
    maxima.push_back({turns[k].time, height, height - std::max(decay_rate(modes, before), decay_rate(modes, after))});
  }
  return maxima;
}

StressDecay stress_decay(const ResponseData& stress, Rng& rng, const StressDecayOptions& o) {
  if (stress.kind != Response::recovery) throw InputError("{}: expected a stress at constant strain, that is a recovery", stress.source);
  if (o.resamples < 0 || !(o.least_prominence >= 0 && o.least_prominence < 1)) throw InputError("{} fits with new noise and a least prominence of {}, expected 0 or more, and 0 to 1", o.resamples, o.least_prominence);
  StressDecay found;
  found.spectrum = relaxation_spectrum({stress}, o.spectrum);
  found.doubts = found.spectrum.doubts;
  const double first = found.spectrum.tau[0], last = found.spectrum.tau[found.spectrum.tau.size() - 1];
  const std::vector<DecayMaximum> maxima = prominent(decay_maxima(modes_of(found.spectrum), first, last), o.least_prominence);
  const std::vector<std::vector<double>> drawn = refitted(stress, found.spectrum, maxima, o, rng);
  const std::size_t n = maxima.size();
  std::vector<double> values;
  for (const DecayMaximum& m : maxima) values.push_back(std::log(m.time));
  for (const DecayMaximum& m : maxima) values.push_back(m.height);
  const std::vector<Estimate> estimates = percentile_estimates(values, drawn, 0.95);
  for (std::size_t k = 0; k < n; ++k) {
    const Estimate ln = reflected(estimates[k], drawn[k]);
    found.steps.push_back({{std::exp(ln.value), {std::exp(ln.interval.low), std::exp(ln.interval.high)}, ln.level}, reflected(estimates[n + k], drawn[n + k]), o.resamples > 0 ? static_cast<double>(drawn[k].size()) / o.resamples : 0.0});
    const double time = maxima[k].time;
    if (o.resamples > 0 && found.steps[k].seen < 0.9) found.doubts.push_back(fmt::format("The maximum at {:.3g} s is in {:.0f} % of the fits with new noise only: it may be noise", time, 100 * found.steps[k].seen));
    if (time < std::numbers::e * first || time > last / std::numbers::e) found.doubts.push_back(fmt::format("The maximum at {:.3g} s lies within a factor e of the end of the data: only one side of it was measured", time));
  }
  return found;
}

LossPeak loss_peak(const VectorXd& frequency, const VectorXd& loss, const VectorXd& error, const LossPeakOptions& o) {
  check(frequency, loss, error, o);
  const VectorXd ln = frequency.array().log(), y = loss.array().log();
  const VectorXd weight = error.size() > 0 ? VectorXd(loss.cwiseQuotient(error)) : VectorXd::Ones(loss.size());
  Index most = 0;
  loss.maxCoeff(&most);
  double place = ln[most], half = infinite;
  LossPeak found;
  for (int k = 0; k < 20; ++k) {
    const auto [first, rows] = rows_around(ln, place, o.half_width);
    const Parabola p = parabola_of(ln.segment(first, rows).array() - place, y.segment(first, rows), weight.segment(first, rows));
    const double b = p.terms[1], c = p.terms[2], vertex = -0.5 * b / c;
    if (!(c < 0) || place + vertex < ln[0] || place + vertex > ln[ln.size() - 1]) {
      half = infinite;
      found.doubts.push_back(fmt::format("The loss around {:.3g} Hz has no maximum within the data", frequency[most]));
      place = ln[most];
      break;
    }
    const Eigen::Vector3d slope(0, -0.5 / c, 0.5 * b / (c * c));
    const auto freedom = static_cast<double>(rows - 3);
    half = student_two_sided(freedom, o.level) * std::sqrt(p.squares / freedom * slope.dot(p.covariance * slope));
    place += vertex;
    if (std::abs(vertex) < 1e-6) break;
  }
  if (found.doubts.empty() && std::min(place - ln[0], ln[ln.size() - 1] - place) < 0.5 * o.half_width)
    found.doubts.push_back(fmt::format("The peak at {:.3g} Hz lies at the end of the data: only one side of it was measured", std::exp(place)));
  found.frequency = {std::exp(place), {std::exp(place - half), std::exp(place + half)}, o.level};
  found.tau = {0.5 / pi * std::exp(-place), {0.5 / pi * std::exp(-place - half), 0.5 / pi * std::exp(-place + half)}, o.level};
  return found;
}

std::vector<VisibleStep> visible_steps(const Relaxation& relaxation, const Observation& o) {
  if (!(o.cut_off > 0 && o.longest > o.cut_off && std::isfinite(o.longest) && o.least_drop >= 0)) throw InputError("a record from {} to {} s that shows drops of {}, expected ascending times above 0, and 0 or more", o.cut_off, o.longest, o.least_drop);
  std::vector<VisibleStep> steps;
  const double whole = relaxation.at(o.cut_off);
  double from = o.cut_off;
  VisibleStep step{o.cut_off, 0, false};  // where the rate falls from the first record on
  const auto finish = [&](double to) {
    step.drop = (relaxation.at(from) - relaxation.at(to)) / whole;
    if (step.drop > o.least_drop) steps.push_back(step);
    from = to;
    step = {o.longest, 0, false};  // where it rises up to the last
  };
  const std::vector<Turn> turns = turns_of(relaxation.modes, o.cut_off, o.longest);
  if (turns.empty() && slope_of_decay_rate(relaxation.modes, o.cut_off) > 0) step.time = o.longest;
  for (const Turn& turn : turns) {
    if (turn.maximum)
      step = {turn.time, 0, true};
    else
      finish(turn.time);
  }
  finish(o.longest);
  return steps;
}

std::optional<Interval> two_step_range(const HierarchicalRelaxation& law, const Observation& observation, double coldest, double hottest) {
  if (!(coldest > 0 && hottest > coldest && std::isfinite(hottest))) throw InputError("temperatures from {} to {} K, expected ascending ones above 0", coldest, hottest);
  constexpr double coarse = 2.5, fine = 0.01;  // K
  const std::vector<RelaxationMode> stretched = stretched_exponential(law.correlation);
  const auto two = [&](double temperature) { return two_are_seen(law, stretched, observation, temperature); };
  std::vector<double> seen;
  for (double t = coldest; t <= hottest; t += coarse)
    if (two(t)) seen.push_back(t);
  if (seen.empty()) return std::nullopt;
  const auto edge = [&](double inside, double outside) {
    while (std::abs(outside - inside) > fine) {
      const double middle = 0.5 * (inside + outside);
      (two(middle) ? inside : outside) = middle;
    }
    return inside;
  };
  return Interval{seen.front() > coldest ? edge(seen.front(), seen.front() - coarse) : coldest, seen.back() + coarse <= hottest ? edge(seen.back(), seen.back() + coarse) : hottest};
}

double stress_after(const Relaxation& relaxation, std::span<const StrainStep> steps, double time) {
  check(steps);
  double stress = 0, before = 0;
  for (const StrainStep& s : steps) {
    if (s.time > time) break;
    stress += (s.strain - before) * relaxation.at(time - s.time);
    before = s.strain;
  }
  return stress;
}

double difference_of_stages(const Relaxation& relaxation, std::span<const StrainStep> steps, std::size_t first, std::size_t second, double duration) {
  check(steps);
  constexpr int points = 240;
  constexpr double decades = 12;  // down from the duration
  for (const std::size_t stage : {first, second}) {
    if (stage >= steps.size()) throw InputError("stage {} of {}, counted from 0", stage, steps.size());
    if (!(duration > 0) || (stage + 1 < steps.size() && steps[stage].time + duration > steps[stage + 1].time)) throw InputError("{} s of the stage at {} s, expected a time above 0 that is over before the next", duration, steps[stage].time);
  }
  if (steps[first].strain != steps[second].strain || steps[first].strain == 0) throw InputError("stages of strain {} and {}, expected equal ones that are not 0", steps[first].strain, steps[second].strain);
  double most = 0;
  for (int k = 0; k <= points; ++k) {
    const double time = k == 0 ? 0.0 : duration * std::pow(10.0, decades * (static_cast<double>(k) / points - 1.0));
    most = std::max(most, std::abs(stress_after(relaxation, steps.first(second + 1), steps[second].time + time) - stress_after(relaxation, steps.first(first + 1), steps[first].time + time)));
  }
  return most / std::abs(stress_after(relaxation, steps.first(first + 1), steps[first].time));
}

}  // namespace glasscape
