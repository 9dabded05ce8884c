#include "md/minimise.hpp"

#include <cmath>

namespace glasscape {
namespace {

constexpr double first_scale = 0.02;  // Angstrom^2/eV

Quenched lbfgs(Surface& surface, Positions x, const Minimise& options);
Quenched fire(Surface& surface, Positions x, const Minimise& options);

Quenched finished(const Surface& surface, std::int64_t calls_before, Positions x, const Evaluation& at, Ended ended) {
  return {std::move(x), at.energy, fmax(at.forces), ended, surface.calls() - calls_before};
}

}  // namespace

std::string to_string(Ended ended) {
  switch (ended) {
    case Ended::converged: return "converged";
    case Ended::step_limit: return "step limit";
    case Ended::stopped: return "stopped";
    case Ended::stuck: return "stuck";
  }
  return "";
}

Minimise Minimise::read(Input& in) {
  Minimise options;
  options.method = in.choice("method", {"lbfgs", "fire"}, "lbfgs", "minimiser") == "fire" ? Method::fire : Method::lbfgs;
  options.fmax = in.force("fmax", "0.001 eV/A", "largest force on an atom at which it has converged");
  options.max_calls = in.integer("max_calls", 20000, "force calls after which it gives up", positive);
  return options;
}

Quenched minimise(Surface& surface, Positions x, const Minimise& options) {
  return options.method == Minimise::Method::fire ? fire(surface, std::move(x), options) : lbfgs(surface, std::move(x), options);
}

void shorten(Positions& step, double longest) {
  const double length = fmax(step);
  if (length > longest) step *= longest / length;
}

void QuasiNewton::learn(const Positions& s, const Positions& y) {
  const double sy = dot(s, y);
  if (!(sy > 1e-10 * s.norm() * y.norm())) return;
  if (static_cast<int>(pairs_.size()) == memory_) pairs_.erase(pairs_.begin());
  pairs_.push_back({s, y, 1.0 / sy});
}

Positions QuasiNewton::direction(const Positions& gradient, const ElasticNetwork* network) const {
  Positions q = -gradient;
  std::vector<double> alpha(pairs_.size());
  for (std::size_t k = pairs_.size(); k-- > 0;) {
    alpha[k] = pairs_[k].inverse * dot(pairs_[k].s, q);
    q -= alpha[k] * pairs_[k].y;
  }
  if (network != nullptr) q = network->solve(q);
  else q *= pairs_.empty() ? first_scale : 1.0 / (pairs_.back().inverse * pairs_.back().y.squaredNorm());
  for (std::size_t k = 0; k < pairs_.size(); ++k)
    q += (alpha[k] - pairs_[k].inverse * dot(pairs_[k].y, q)) * pairs_[k].s;
  return q;
}

namespace {

/// Steps are not line-searched: a step that raises the energy is shortened, as in OPTIM (Wales), since on glassy
/// surfaces one force call per step beats an exact search.
Quenched lbfgs(Surface& surface, Positions x, const Minimise& options) {
  constexpr double allowed_rise = 1e-9;  // eV; below it lies the rounding of sums over thousands of atoms
  const std::int64_t before = surface.calls();
  QuasiNewton inverse(options.memory);
  if (options.known) inverse.learn(options.known->step, options.known->change);
  FollowingNetwork own(surface);
  FollowingNetwork& following = options.network != nullptr ? *options.network : own;
  Evaluation at = surface.evaluate(x);
  if (!std::isfinite(at.energy)) return finished(surface, before, std::move(x), at, Ended::stuck);
  for (;;) {
    const bool small = fmax(at.forces) <= options.fmax;
    if (small && std::isinf(options.gain)) return finished(surface, before, std::move(x), at, Ended::converged);
    if (surface.calls() - before >= options.max_calls) return finished(surface, before, std::move(x), at, Ended::step_limit);
    const auto network = following.at(x);
    Positions step = inverse.direction(-at.forces, network.get());
    if (dot(step, at.forces) <= 0.0) {
      inverse.forget();
      step = inverse.direction(-at.forces, network.get());
    }
    if (small && inverse.can_promise() && 0.5 * dot(step, at.forces) <= options.gain) return finished(surface, before, std::move(x), at, Ended::converged);
    shorten(step, options.max_step);
    Evaluation next = surface.evaluate(x + step);
    int shortened = 0;
    while (!(next.energy <= at.energy + allowed_rise) && shortened < 10) {
      step *= 0.1;
      inverse.forget();
      next = surface.evaluate(x + step);
      ++shortened;
    }
    if (!(next.energy <= at.energy + allowed_rise)) return finished(surface, before, std::move(x), at, Ended::stuck);
    inverse.learn(step, at.forces - next.forces);
    x += step;
    at = std::move(next);
    if (options.stop && options.stop(x, at)) return finished(surface, before, std::move(x), at, Ended::stopped);
  }
}

/// FIRE 2.0: Guenole et al., Comput. Mater. Sci. 175, 109584 (2020), semi-implicit Euler, unit masses. Its time step is
/// in Angstrom*sqrt(u/eV); the parameters are those of the paper.
Quenched fire(Surface& surface, Positions x, const Minimise& options) {
  constexpr double dt_start = 0.1, dt_max = 10 * dt_start, dt_min = 0.02 * dt_start;
  constexpr double alpha_start = 0.25, alpha_shrink = 0.99, grow = 1.1, shrink = 0.5;
  constexpr int delay = 20, most_uphill = 2000;
  const std::int64_t before = surface.calls();
  Positions v = Positions::Zero(3, x.cols());
  Evaluation at = surface.evaluate(x);
  if (!std::isfinite(at.energy)) return finished(surface, before, std::move(x), at, Ended::stuck);
  double dt = dt_start, alpha = alpha_start;
  int downhill = 0, uphill = 0;
  while (fmax(at.forces) > options.fmax) {
    if (surface.calls() - before >= options.max_calls) return finished(surface, before, std::move(x), at, Ended::step_limit);
    if (dot(at.forces, v) > 0.0) {
      uphill = 0;
      if (++downhill > delay) {
        dt = std::min(dt * grow, dt_max);
        alpha *= alpha_shrink;
      }
    } else {
      downhill = 0;
      if (++uphill > most_uphill) return finished(surface, before, std::move(x), at, Ended::stuck);
      if (surface.calls() - before > delay && dt * shrink >= dt_min) dt *= shrink;
      alpha = alpha_start;
      x -= 0.5 * dt * v;
      v.setZero();
    }
    v += dt * at.forces;
    const double force_norm = at.forces.norm();
    if (force_norm > 0.0) v = (1.0 - alpha) * v + alpha * v.norm() / force_norm * at.forces;
    Positions step = dt * v;
    shorten(step, options.max_step);
    v = step / dt;  // a shortened step is a slowed-down walker: else it would overshoot when turned back
    x += step;
    at = surface.evaluate(x);
    if (!std::isfinite(at.energy)) return finished(surface, before, std::move(x), at, Ended::stuck);
    if (options.stop && options.stop(x, at)) return finished(surface, before, std::move(x), at, Ended::stopped);
  }
  return finished(surface, before, std::move(x), at, Ended::converged);
}

}  // namespace

}  // namespace glasscape
