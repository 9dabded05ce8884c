#include "samplers/far_field.hpp"

#include <algorithm>
#include <limits>

namespace glasscape {

bool FarField::settle(FoundSaddle& saddle, double near, double within) {
  constexpr int most = 5;  // rounds
  const auto medium = whole_.medium(start_.positions);
  if (!medium) return false;
  cost_ += 1.0;
  FoundSaddle s = saddle;
  Balls settling{{centre_, near}};
  Forces forces = beyond(within, s, *medium);
  double largest = std::numeric_limits<double>::infinity();
  for (int round = 0; round < most; ++round) {
    const Medium::Response response = medium->respond(forces.saddle, forces.end, 0.25 * promise());
    cost_ += response.products;
    const double gain = std::max(response.gain[0], response.gain[1]);
    if (!(gain <= std::max(largest, tolerance_))) return false;
    largest = gain;
    if (response.products > 0 || round == 0) {
      s.positions += response.displacement[0];
      s.end.positions += response.displacement[1];
      s.energy -= response.gain[0];
      s.end.energy -= response.gain[1];
      if (!is_near(s, saddle) || !settle_near(s, settling)) return false;
      forces = of_all(s);
    }
    if (!is_at_rest(s, forces, *medium)) {
      const FoundSaddle before = s;
      if (!add_spots(forces, settling) && response.products > 0) continue;
      if (!settle_near(s, settling)) return false;
      forces = near_to(settling, before, s, forces);
      if (!is_at_rest(s, forces, *medium)) continue;
    }
    if (!is_near(s, saddle)) return false;
    saddle = std::move(s);
    return true;
  }
  return false;
}

bool FarField::is_at_rest(const FoundSaddle& saddle, const Forces& forces, const Medium& medium) const {
  if (!(saddle.fmax < options_.fmax && saddle.end.fmax <= options_.relaxed_fmax)) return false;
  const std::array<double, 2> left = medium.promise(forces.saddle, forces.end);
  return left[0] < promise() && left[1] < promise();
}

/// Forces on the atoms outside of a radius, where none has moved yet: linear in what those inside but near to them did.
FarField::Forces FarField::beyond(double within, const FoundSaddle& saddle, const Medium& medium) {
  const double felt = 2.0 * whole_.potential().cutoff();
  std::array<Positions, 2> moved{saddle.positions - start_.positions, saddle.end.positions - start_.positions};
  const Eigen::VectorXd distances = distances_from({{centre_, within}}, whole_.cell(), start_.positions);
  const auto clear = [&](std::array<Positions, 2>& both, auto chosen) {
    for (Eigen::Index i = 0; i < distances.size(); ++i)
      if (chosen(distances[i])) both[0].col(i) = both[1].col(i) = Vector3d::Zero();
  };
  clear(moved, [&](double distance) { return distance < -felt; });
  std::array<Positions, 2> forces = medium.restoring(moved[0], moved[1]);
  cost_ += 1.0;
  clear(forces, [](double distance) { return distance < 0.0; });
  return {std::move(forces[0]), std::move(forces[1])};
}

/// Energies and forces once atoms in balls have settled, from those before.
FarField::Forces FarField::near_to(Balls balls, const FoundSaddle& before, FoundSaddle& saddle, const Forces& known) {
  for (Ball& ball : balls) ball.radius += 2.0 * whole_.potential().cutoff();
  const auto look = [&](const Positions& x_before, double energy_before, const Positions& forces_before, const Positions& x, double& energy, double& largest) {
    SearchRegion region(whole_, whole_.at(x_before), energy_before, balls);
    const Evaluation at = region.surface().evaluate(region.part(x));
    cost_ += region.cost();
    Positions forces = region.put(at.forces, forces_before);
    energy = region.of_whole(at.energy);
    largest = fmax(forces);
    return forces;
  };
  return {look(before.positions, before.energy, known.saddle, saddle.positions, saddle.energy, saddle.fmax),
          look(before.end.positions, before.end.energy, known.end, saddle.end.positions, saddle.end.energy, saddle.end.fmax)};
}

/// Energies and largest forces are told to the saddle.
FarField::Forces FarField::of_all(FoundSaddle& saddle) {
  Evaluation at = evaluate(saddle.positions), at_end = evaluate(saddle.end.positions);
  saddle.energy = at.energy;
  saddle.fmax = fmax(at.forces);
  saddle.end.energy = at_end.energy;
  saddle.end.fmax = fmax(at_end.forces);
  return {std::move(at.forces), std::move(at_end.forces)};
}

/// Energy and forces of all atoms: with those that have moved far put back, so that the lists of the start hold, and what a region around them changes.
Evaluation FarField::evaluate(const Positions& x) {
  const double far = 0.4 * whole_.skin();
  Positions nearly = x;
  double reach = 0.0;
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    if ((x.col(i) - start_.positions.col(i)).norm() <= far) continue;
    nearly.col(i) = start_.positions.col(i);
    reach = std::max({reach, distance(x.col(i)), distance(nearly.col(i))});
  }
  const double felt = reach + 2.0 * whole_.potential().cutoff();
  const bool is_small = 2.0 * felt < whole_.cell().heights().minCoeff();
  whole_.restart(is_small ? start_.positions : x);
  Evaluation at = whole_.evaluate(is_small ? nearly : x);
  cost_ += 1.0;
  if (reach == 0.0 || !is_small) return at;
  Region region(whole_.shared_potential(), whole_.at(nearly), {{centre_, felt}}, whole_.most_threads());
  const Evaluation before = region.surface().evaluate(region.part(nearly)), after = region.surface().evaluate(region.part(x));
  at.energy += after.energy - before.energy;
  at.forces(Eigen::all, region.atoms()) += after.forces - before.forces;
  cost_ += 3.0 * region.share();
  return at;
}

/// Whether neither of them has become another one.
bool FarField::is_near(const FoundSaddle& saddle, const FoundSaddle& before) const {
  const double furthest = flipped * options_.same;
  return fmax(saddle.positions - before.positions) < furthest && fmax(saddle.end.positions - before.end.positions) < furthest;
}

/// Saddle and minimum, each in its own surroundings.
bool FarField::settle_near(FoundSaddle& saddle, const Balls& balls) {
  const double gain = 0.25 * promise();
  SearchRegion at_saddle(whole_, whole_.at(saddle.positions), saddle.energy, balls);
  FoundSaddle settled = at_saddle.inside(saddle);
  bool kept = relax_saddle(at_saddle.surface(), at_saddle.inside(start_), settled, {.gain = gain, .follow = false, .end = false}, at_saddle.part(local_), options_, rng_);
  cost_ += at_saddle.cost();
  if (!kept || !at_saddle.holds(settled.positions)) return false;
  saddle.positions = at_saddle.put(settled.positions, saddle.positions);
  SearchRegion at_end(whole_, whole_.at(saddle.end.positions), saddle.end.energy, balls);
  const Positions before = at_end.part(saddle.end.positions);
  const Quenched end = minimise(at_end.surface(), before, {.fmax = options_.relaxed_fmax, .max_calls = 1000, .gain = gain});
  cost_ += at_end.cost();
  if (!end.converged() || !at_end.holds(end.positions)) return false;
  saddle.end.positions = at_end.put(end.positions, saddle.end.positions);
  return true;
}

/// Balls around atoms outside that feel more than a minimum may have: those that feel most, and so is the rest a linear response to them. Whether there are any.
bool FarField::add_spots(const Forces& forces, Balls& balls) const {
  constexpr std::size_t many = 8;
  constexpr double most_forced = 0.2;  // of the largest force
  const double radius = 2.2 * whole_.potential().cutoff(), least = std::max(options_.relaxed_fmax, most_forced * std::max(fmax(forces.saddle), fmax(forces.end)));
  std::vector<std::pair<double, Eigen::Index>> forced;
  for (Eigen::Index i = 0; i < forces.end.cols(); ++i) {
    const double force = std::max(forces.saddle.col(i).norm(), forces.end.col(i).norm());
    if (force > least) forced.push_back({-force, i});
  }
  std::sort(forced.begin(), forced.end());
  std::size_t added = 0;
  for (std::size_t k = 0; k < forced.size() && added < many; ++k) {
    const Vector3d place = start_.positions.col(forced[k].second);
    if (distance_from(balls, whole_.cell(), place) < -0.5 * radius) continue;
    balls.push_back({place, radius});
    ++added;
  }
  return added > 0;
}

}  // namespace glasscape
