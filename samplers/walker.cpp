#include "samplers/walker.hpp"

#include <utility>

#include "md/zero_modes.hpp"
#include "samplers/falls.hpp"

namespace glasscape {
namespace {

constexpr double longest_relaxation = 0.1;  // Angstrom, of one step across the mode

Positions across(const Positions& force, const Positions& mode) { return force - dot(force, mode) * mode; }

}  // namespace

Walker::Walker(Surface& surface, const SearchStart& start, const Positions& local, const SaddleSearch& options, Rng& rng)
    : surface_(surface), start_(start), options_(options), project_(physical_directions(surface, start.positions)), network_(surface), inverse_(20), rng_(rng),
      local_modes_(surface, start.positions, local) {}

void Walker::step(const Positions& by) {
  Evaluation next = surface_.evaluate(x_ + by);
  inverse_.learn(by, at_.forces - next.forces);
  x_ += by;
  at_ = std::move(next);
}

Positions Walker::relaxation_across() {
  const Positions force = across(at_.forces, mode_);
  const auto network = network_.at(x_);
  Positions by = across(inverse_.direction(-force, network.get()), mode_);
  if (dot(by, force) < 0.0) by = across(QuasiNewton(1).direction(-force, network.get()), mode_);
  shorten(by, longest_relaxation);
  return by;
}

void Walker::relax_across(int steps, double target) {
  constexpr double part_of_force_along = 0.3;
  for (int k = 0; k < steps; ++k) {
    const double enough = std::max(target, part_of_force_along * std::abs(dot(at_.forces, mode_)));
    if (fmax(across(at_.forces, mode_)) < enough) return;
    step(relaxation_across());
  }
}

void Walker::place(Positions x, Positions mode) {
  x_ = std::move(x);
  mode_ = mode / mode.norm();
  inverse_.forget();
}

const Hessian& Walker::hessian_here() {
  if (hessian_at_.size() == x_.size() && hessian_at_ == x_) return *hessian_;
  surface_.count_call();
  hessian_ = surface_.hessian(x_);
  hessian_at_ = x_;
  return *hessian_;
}

/// Turns the mode towards the soft ones of the local atoms.
void Walker::soften(double softening) {
  const Direction turned = local_modes_.softened(hessian_here(), mode_, softening);
  mode_ = turned.vector;
  curvature_ = turned.curvature;
}

/// The lowest mode of all atoms, from the one that is followed.
void Walker::follow_lowest() {
  constexpr int vectors = 5;
  const auto network = network_.at(x_);
  const Mode found = lowest_mode(hessian_here(), mode_, {.max_vectors = vectors, .residual = 0.05, .relative = 0.2, .network = network.get()}, project_);
  mode_ = dot(found.vector, mode_) < 0.0 ? Positions(-found.vector) : found.vector;
  curvature_ = found.eigenvalue;
}

/// As one that pointed away from the start; where it has become another, so does that.
void Walker::point_as(const Positions& before) {
  if (is_another(mode_, before)) point_away();
  else if (dot(mode_, before) < 0.0) mode_ = -mode_;
}

/// The lowest mode beside the one that is climbed, from a random start.
Mode Walker::second_mode() {
  constexpr int vectors = 80;
  Positions guess(3, x_.cols());
  for (double& c : guess.reshaped()) c = rng_.normal();
  const auto network = network_.at(x_);
  if (network) guess = network->solve(guess);  // rich in soft modes
  return lowest_mode(hessian_here(), guess, {.max_vectors = vectors, .residual = 0.0, .relative = 0.4, .network = network.get()}, [this](Positions& v) {
    project_(v);
    v -= dot(v, mode_) * mode_;
  });
}

Quenched Walker::fall(const Positions& from) {
  const std::int64_t before = surface_.calls();
  Quenched fallen = options_.descent == Descent::steepest
                        ? fall_steepest(surface_, from, options_.relaxed_fmax, options_.same, network_)
                        : fall_quickly(surface_, from, options_.relaxed_fmax, options_.same, network_, known());
  calls_falling_ += surface_.calls() - before;
  return fallen;
}

Quenched Walker::settle(Quenched fallen) {
  return minimise(surface_, std::move(fallen.positions), {.fmax = options_.relaxed_fmax, .max_calls = 1000, .network = &network_});
}

/// Close minima can be told apart only when the forces are small, or no other lies on the way; one far from the start needs no such care.
Quenched Walker::fall_back(const Positions& from) {
  Quenched fallen = fall(from);
  const double far = distance(fallen.positions);
  if (far >= flipped * options_.same || is_at_start(fallen.positions, fallen.energy)) return fallen;
  Positions way = start_.positions - fallen.positions;
  project_(way);
  const auto straight = far < 2.0 * options_.same && fallen.fmax > options_.relaxed_fmax ? fall_straight(surface_, fallen, way, known()) : std::nullopt;
  return straight ? *straight : settle(std::move(fallen));
}

/// No other minimum is that near to it.
bool Walker::is_at_start(const Positions& x, double energy) const {
  constexpr double little = 2e-3;  // eV
  return energy - start_.energy < little && distance(x) < options_.same / 3.0;
}

double Walker::distance_between(const Positions& x, const Positions& y) const {
  Positions u = x - y;
  project_(u);
  return fmax(u);
}

}  // namespace glasscape
