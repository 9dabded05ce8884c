#include "analysis/linear_solid.hpp"

#include <algorithm>
#include <cmath>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// F at s = -u, and its slope in u, which is above 0 everywhere.
struct Transform {
  double jump, fluidity;
  std::vector<RelaxationMode> modes;  // ascending tau, all different

  double operator()(double u) const {
    double f = jump - fluidity / u;
    for (const RelaxationMode& m : modes) f += m.strength / (1.0 - u * m.tau);
    return f;
  }
  double slope(double u) const {
    double f = fluidity / (u * u);
    for (const RelaxationMode& m : modes) f += m.strength * m.tau / std::pow(1.0 - u * m.tau, 2);
    return f;
  }
};

/// Ascending times, all different and of some strength. Throws InputError for what is below 0.
std::vector<RelaxationMode> tidy(std::vector<RelaxationMode> modes) {
  std::sort(modes.begin(), modes.end(), [](const auto& a, const auto& b) { return a.tau < b.tau; });
  std::vector<RelaxationMode> kept;
  for (const RelaxationMode& m : modes) {
    if (!(m.strength >= 0 && std::isfinite(m.strength) && m.tau > 0 && std::isfinite(m.tau))) throw InputError("a mode of strength {} and time {}, expected numbers not below and above 0", m.strength, m.tau);
    if (m.strength == 0) continue;
    if (!kept.empty() && kept.back().tau == m.tau)
      kept.back().strength += m.strength;
    else
      kept.push_back(m);
  }
  return kept;
}

Transform transform_of(const Compliance& c) {
  if (!(c.instantaneous > 0 && std::isfinite(c.instantaneous) && c.fluidity >= 0 && std::isfinite(c.fluidity)))
    throw InputError("a compliance of {} at once and a fluidity of {}, expected one above 0 and one not below", c.instantaneous, c.fluidity);
  return {c.instantaneous, c.fluidity, tidy(c.modes)};
}

/// The zero between `low` and `high`, of which F is below 0 next to the one and above 0 next to the other.
template <typename Function>
double zero_between(const Function& f, double low, double high) {
  double a = std::log(low), b = std::log(high);
  for (int k = 0; k < 200; ++k) {
    const double middle = 0.5 * (a + b);
    if (middle == a || middle == b) break;
    (f(std::exp(middle)) < 0 ? a : b) = middle;
  }
  return std::exp(0.5 * (a + b));
}

}  // namespace

double Compliance::at(double time) const {
  double j = instantaneous + fluidity * time;
  for (const RelaxationMode& m : modes) j -= m.strength * std::expm1(-time / m.tau);
  return j;
}

double Relaxation::at(double time) const {
  double e = equilibrium;
  for (const RelaxationMode& m : modes) e += m.strength * std::exp(-time / m.tau);
  return e;
}

double Relaxation::instantaneous() const { return at(0.0); }

double Relaxation::storage(double omega) const {
  double e = equilibrium;
  for (const RelaxationMode& m : modes) {
    const double x = omega * m.tau;
    e += m.strength / (1.0 + 1.0 / (x * x));
  }
  return e;
}

double Relaxation::loss(double omega) const {
  double e = 0;
  for (const RelaxationMode& m : modes) {
    const double x = omega * m.tau;
    e += m.strength / (x + 1.0 / x);
  }
  return e;
}

Relaxation relaxation_of(const Compliance& compliance) {
  const Transform f = transform_of(compliance);
  Relaxation found;
  const auto add = [&](double u) { found.modes.push_back({1.0 / (u * f.slope(u)), 1.0 / u}); };
  const auto outwards = [&](double from, double factor, bool until_above) {
    double u = from * factor;
    while ((f(u) > 0) != until_above) u *= factor;
    return u;
  };
  double whole = f.jump;
  for (const RelaxationMode& m : f.modes) whole += m.strength;
  if (!f.modes.empty()) {
    const double fastest = 1.0 / f.modes.front().tau;
    add(zero_between(f, fastest, outwards(fastest, 2.0, true)));
  }
  for (std::size_t k = 0; k + 1 < f.modes.size(); ++k) add(zero_between(f, 1.0 / f.modes[k + 1].tau, 1.0 / f.modes[k].tau));
  if (f.fluidity > 0) {
    const double slowest = f.modes.empty() ? 2.0 * f.fluidity / f.jump : 1.0 / f.modes.back().tau;
    add(zero_between(f, outwards(slowest, 0.5, false), slowest));
  } else {
    found.equilibrium = 1.0 / whole;
  }
  return found;
}

Compliance compliance_of(const Relaxation& relaxation) {
  const std::vector<RelaxationMode> modes = tidy(relaxation.modes);
  double instantaneous = relaxation.equilibrium, viscosity = 0;
  for (const RelaxationMode& m : modes) {
    instantaneous += m.strength;
    viscosity += m.strength * m.tau;
  }
  if (!(relaxation.equilibrium >= 0 && instantaneous > 0 && std::isfinite(instantaneous))) throw InputError("a modulus of {} at first and {} in the end, expected numbers above and not below 0", instantaneous, relaxation.equilibrium);
  // minus the transform of s E at s = -u, which rises from pole to pole: E_inf at u = 0, E(0) far beyond the fastest
  const auto h = [&](double u) {
    double sum = -instantaneous;
    for (const RelaxationMode& m : modes) sum += m.strength / (1.0 - u * m.tau);
    return sum;
  };
  const auto slope = [&](double u) {
    double sum = 0;
    for (const RelaxationMode& m : modes) sum += m.strength * m.tau / std::pow(1.0 - u * m.tau, 2);
    return sum;
  };
  Compliance found{1.0 / instantaneous, {}, relaxation.equilibrium > 0 || modes.empty() ? 0.0 : 1.0 / viscosity};
  const auto add = [&](double low, double high) {
    const double u = zero_between(h, low, high);
    found.modes.push_back({1.0 / (u * slope(u)), 1.0 / u});
  };
  for (std::size_t k = 0; k + 1 < modes.size(); ++k) add(1.0 / modes[k + 1].tau, 1.0 / modes[k].tau);
  if (relaxation.equilibrium > 0 && !modes.empty()) {
    double low = 0.5 / modes.back().tau;
    while (h(low) > 0) low *= 0.5;
    add(low, 1.0 / modes.back().tau);
  }
  return found;
}

}  // namespace glasscape
