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

Transform transform_of(const Compliance& c) {
  if (!(c.instantaneous > 0 && std::isfinite(c.instantaneous) && c.fluidity >= 0 && std::isfinite(c.fluidity)))
    throw InputError("a compliance of {} at once and a fluidity of {}, expected one above 0 and one not below", c.instantaneous, c.fluidity);
  Transform f{c.instantaneous, c.fluidity, {}};
  std::vector<RelaxationMode> modes = c.modes;
  std::sort(modes.begin(), modes.end(), [](const auto& a, const auto& b) { return a.tau < b.tau; });
  for (const RelaxationMode& m : modes) {
    if (!(m.strength >= 0 && std::isfinite(m.strength) && m.tau > 0 && std::isfinite(m.tau))) throw InputError("a mode of compliance {} and time {}, expected numbers not below and above 0", m.strength, m.tau);
    if (m.strength == 0) continue;
    if (!f.modes.empty() && f.modes.back().tau == m.tau)
      f.modes.back().strength += m.strength;
    else
      f.modes.push_back(m);
  }
  return f;
}

/// The zero between `low` and `high`, of which F is below 0 next to the one and above 0 next to the other.
double zero_between(const Transform& f, double low, double high) {
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

}  // namespace glasscape
