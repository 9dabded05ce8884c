#include "samplers/far_field.hpp"

#include <algorithm>
#include <limits>

namespace glasscape {

bool FarField::settle(FoundSaddle& saddle, double near, SearchRegion& region, double reach) {
  constexpr int most = 8;  // rounds
  constexpr double little = 0.3, astray = 10.0;  // times the tolerance: to gain; and in a later round, as a soft spot may that gives way at last
  const auto medium = whole_.medium(start_.positions);
  if (!medium) return false;
  cost_ += 1.0;
  Balls settling{{centre_, near}};
  Both at = left_by(region, reach, saddle, *medium);
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0;; ++round) {
    const Medium::Response response = medium->respond(at[0].forces, at[1].forces, promise());
    cost_ += response.products;
    const double gain = std::max(response.gain[0], response.gain[1]), left = std::max(response.promise[0], response.promise[1]);
    const bool has_given_way = round > 0 && gain <= little * tolerance_ && left < promise();
    if (has_given_way && has_small_forces(at)) {
      tell(at, saddle);
      return true;
    }
    if (round == most || !(gain <= std::max(before, astray * tolerance_))) return false;
    before = gain;
    if (!has_given_way) {
      for (std::size_t k = 0; k < at.size(); ++k) {
        at[k].positions += response.displacement[k];
        at[k].energy -= response.gain[k];
      }
      if (!is_near(at, saddle) || !settle_near(at, saddle, settling)) return false;
      look_at_all(at);
    }
    if (!add_spots(at, settling) && !has_given_way) continue;
    const Both unsettled = at;
    if (!settle_near(at, saddle, settling)) return false;
    look_near(settling, unsettled, at);
  }
  return false;
}

/// Where no atom outside of a region has moved yet: what is left inside, and on those outside what is linear in what those inside but near to them did.
FarField::Both FarField::left_by(SearchRegion& region, double reach, const FoundSaddle& saddle, const Medium& medium) {
  const double felt = 2.0 * whole_.potential().cutoff();
  std::array<Positions, 2> moved{saddle.positions - start_.positions, saddle.end.positions - start_.positions};
  const Eigen::VectorXd distances = distances_from({{centre_, reach}}, whole_.cell(), start_.positions);
  for (Eigen::Index i = 0; i < distances.size(); ++i)
    if (distances[i] < -felt) moved[0].col(i) = moved[1].col(i) = Vector3d::Zero();
  std::array<Positions, 2> forces = medium.restoring(moved[0], moved[1]);
  cost_ += 1.0;
  Both at{Point{saddle.positions, std::move(forces[0]), saddle.energy}, Point{saddle.end.positions, std::move(forces[1]), saddle.end.energy}};
  for (Point& point : at) point.forces = region.put(region.surface().evaluate(region.part(point.positions)).forces, std::move(point.forces));
  cost_ += region.cost();
  return at;
}

/// Each in its own surroundings. False when one is lost, or has become another.
bool FarField::settle_near(Both& at, const FoundSaddle& saddle, const Balls& balls) {
  SearchRegion at_saddle(whole_, whole_.at(at[0].positions), at[0].energy, balls);
  FoundSaddle settled = at_saddle.inside(saddle);
  settled.positions = at_saddle.part(at[0].positions);
  const bool is_kept = relax_saddle(at_saddle.surface(), at_saddle.inside(start_), settled, {.gain = promise(), .follow = false, .end = false}, at_saddle.part(local_), options_, rng_);
  cost_ += at_saddle.cost();
  if (!is_kept || !at_saddle.holds(settled.positions)) return false;
  at[0].positions = at_saddle.put(settled.positions, std::move(at[0].positions));
  SearchRegion at_end(whole_, whole_.at(at[1].positions), at[1].energy, balls);
  const Quenched end = minimise(at_end.surface(), at_end.part(at[1].positions), {.fmax = options_.relaxed_fmax, .max_calls = 1000, .gain = promise()});
  cost_ += at_end.cost();
  if (!end.converged() || !at_end.holds(end.positions)) return false;
  at[1].positions = at_end.put(end.positions, std::move(at[1].positions));
  return is_near(at, saddle);
}

/// Whether neither of them has become another one.
bool FarField::is_near(const Both& at, const FoundSaddle& saddle) const {
  const double furthest = flipped * options_.same;
  return fmax(at[0].positions - saddle.positions) < furthest && fmax(at[1].positions - saddle.end.positions) < furthest;
}

void FarField::look_at_all(Both& at) {
  for (Point& point : at) {
    Evaluation all = evaluate(point.positions);
    point.energy = all.energy;
    point.forces = std::move(all.forces);
  }
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

/// Balls around atoms outside that feel more than a minimum may have: those that feel most, and so is the rest a linear response to them. Whether there are any.
bool FarField::add_spots(const Both& at, Balls& balls) const {
  constexpr std::size_t many = 8;
  constexpr double most_forced = 0.2;  // of the largest force
  const double radius = 2.2 * whole_.potential().cutoff(), least = std::max(options_.relaxed_fmax, most_forced * std::max(fmax(at[0].forces), fmax(at[1].forces)));
  std::vector<std::pair<double, Eigen::Index>> forced;
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i) {
    const double force = std::max(at[0].forces.col(i).norm(), at[1].forces.col(i).norm());
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

/// Energies and forces once atoms in balls have settled, from those before: where few atoms feel it.
void FarField::look_near(Balls balls, const Both& before, Both& at) {
  constexpr Eigen::Index one_in = 8;  // with more a region costs as much as the whole
  for (Ball& ball : balls) ball.radius += 2.0 * whole_.potential().cutoff();
  if (one_in * (distances_from(balls, whole_.cell(), before[0].positions).array() < 0.0).count() > whole_.atoms()) return look_at_all(at);
  for (std::size_t k = 0; k < at.size(); ++k) {
    SearchRegion region(whole_, whole_.at(before[k].positions), before[k].energy, balls);
    const Evaluation here = region.surface().evaluate(region.part(at[k].positions));
    cost_ += region.cost();
    at[k].forces = region.put(here.forces, std::move(at[k].forces));
    at[k].energy = region.of_whole(here.energy);
  }
}

void FarField::tell(Both& at, FoundSaddle& saddle) {
  saddle.fmax = fmax(at[0].forces);
  saddle.energy = at[0].energy;
  saddle.positions = std::move(at[0].positions);
  saddle.end.fmax = fmax(at[1].forces);
  saddle.end.energy = at[1].energy;
  saddle.end.positions = std::move(at[1].positions);
}

}  // namespace glasscape
