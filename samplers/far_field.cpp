#include "samplers/far_field.hpp"

#include <algorithm>
#include <limits>

#include "md/medium.hpp"

namespace glasscape {

bool FarField::settle(FoundSaddle& saddle, double near) {
  constexpr int most = 5;  // rounds
  const auto medium = whole_.medium(start_.positions);
  if (!medium) return false;
  cost_ += 1.0;
  FoundSaddle s = saddle;
  Balls settling{{centre_, near}};
  Forces forces = of_all(s);
  double largest = std::numeric_limits<double>::infinity();
  for (int round = 0; round < most; ++round) {
    const Medium::Response response = medium->respond(forces.saddle, forces.end, promise());
    cost_ += response.products;
    const double gain = std::max(response.gain[0], response.gain[1]);
    if (!(gain <= std::max(largest, tolerance_))) return false;
    largest = gain;
    s.positions += response.displacement[0];
    s.end.positions += response.displacement[1];
    s.energy -= response.gain[0];
    s.end.energy -= response.gain[1];
    if (!is_near(s, saddle)) return false;
    if (response.products > 0 && !settle_near(s, settling)) return false;
    forces = of_all(s);
    const std::array<double, 2> left = medium->promise(forces.saddle, forces.end);
    if (is_at_rest(s) && left[0] < promise() && left[1] < promise()) {
      if (!is_near(s, saddle)) return false;
      saddle = std::move(s);
      return true;
    }
    if (round + 1 == most) break;
    add_spots(forces, settling);
    if (!settle_near(s, settling)) return false;
    forces = near_to(settling, s, std::move(forces));
  }
  return false;
}

/// Forces on atoms that feel those in balls, beside what is known of the others.
FarField::Forces FarField::near_to(Balls balls, const FoundSaddle& saddle, Forces known) {
  for (Ball& ball : balls) ball.radius += 2.0 * whole_.potential().cutoff();
  const auto in_balls = [&](const Positions& x, double energy, const Positions& before) {
    SearchRegion region(whole_, whole_.at(x), energy, balls);
    const Positions forces = region.surface().evaluate(region.part(x)).forces;
    cost_ += region.cost();
    return region.put(forces, before);
  };
  return {in_balls(saddle.positions, saddle.energy, known.saddle), in_balls(saddle.end.positions, saddle.end.energy, known.end)};
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
  const double gain = promise();
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

/// Balls around atoms outside that feel more than a minimum may have: those that feel most, and so is the rest a linear response to them.
void FarField::add_spots(const Forces& forces, Balls& balls) const {
  constexpr std::size_t many = 4;
  constexpr double most_forced = 0.3;  // of the largest force
  const double radius = 1.5 * whole_.potential().cutoff(), least = std::max(options_.relaxed_fmax, most_forced * std::max(fmax(forces.saddle), fmax(forces.end)));
  std::vector<std::pair<double, Eigen::Index>> forced;
  for (Eigen::Index i = 0; i < forces.end.cols(); ++i) {
    const double force = std::max(forces.saddle.col(i).norm(), forces.end.col(i).norm());
    if (force > least) forced.push_back({-force, i});
  }
  std::sort(forced.begin(), forced.end());
  for (std::size_t k = 0, added = 0; k < forced.size() && added < many; ++k) {
    const Vector3d place = start_.positions.col(forced[k].second);
    if (distance_from(balls, whole_.cell(), place) < -0.5 * radius) continue;
    balls.push_back({place, radius});
    ++added;
  }
}

}  // namespace glasscape
