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
  std::array<Balls, 2> settling{Balls{{centre_, near}}, Balls{{centre_, near}}};
  Both at = left_by(region, reach, saddle, *medium);
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0;; ++round) {
    const Medium::Response response = medium->respond(at[0].forces, at[1].forces, promise());
    cost_ += response.products;
    std::array<bool, 2> is_still{}, is_at_rest{};
    for (std::size_t k = 0; k < at.size(); ++k) {
      is_still[k] = round > 0 && response.gain[k] <= little * tolerance_ && response.promise[k] < promise();
      is_at_rest[k] = is_still[k] && has_small_forces(at[k], k);
    }
    if (is_at_rest[0] && is_at_rest[1]) {
      tell(at, saddle);
      return true;
    }
    const double gain = std::max(response.gain[0], response.gain[1]);
    if (round == most || !(gain <= std::max(before, astray * tolerance_))) return false;
    before = gain;
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!is_still[k] && !give_way(at, k, response, saddle, settling[k])) return false;
      if (!is_at_rest[k] && !settle_spots(at, k, saddle, settling[k])) return false;
    }
  }
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

/// One of them, with all atoms; those in balls settle. False when it is lost, or has become another.
bool FarField::give_way(Both& at, std::size_t which, const Medium::Response& response, const FoundSaddle& saddle, const Balls& settling) {
  Point& point = at[which];
  point.positions += response.displacement[which];
  point.energy -= response.gain[which];
  if (!is_near(at, saddle) || !settle_in(settling, at, which, saddle)) return false;
  look_at_all(point);
  return true;
}

/// Those in spots that feel too much settle; all that settle, when that was tried before.
bool FarField::settle_spots(Both& at, std::size_t which, const FoundSaddle& saddle, Balls& settling) {
  Point& point = at[which];
  Balls spots = spots_of(point.forces, which, settling);
  const bool is_new = !spots.empty();
  if (!is_new && has_small_forces(point, which)) return true;
  settling.insert(settling.end(), spots.begin(), spots.end());
  if (!is_new || which == 0) spots = settling;  // what a saddle climbs lies in the first ball
  const Positions unsettled = point.positions;
  if (!settle_in(spots, at, which, saddle)) return false;
  look_near(std::move(spots), unsettled, point);
  return true;
}

bool FarField::settle_in(const Balls& balls, Both& at, std::size_t which, const FoundSaddle& saddle) {
  Point& point = at[which];
  SearchRegion region(whole_, whole_.at(point.positions), point.energy, balls);
  Positions settled = region.part(point.positions);
  const bool is_kept = which == 0 ? settle_saddle(region, saddle, settled) : settle_end(region, settled);
  cost_ += region.cost();
  if (!is_kept || !region.holds(settled)) return false;
  point.positions = region.put(settled, std::move(point.positions));
  return is_near(at, saddle);
}

bool FarField::settle_saddle(SearchRegion& region, const FoundSaddle& saddle, Positions& x) {
  FoundSaddle here = region.inside(saddle);
  here.positions = x;
  if (!relax_saddle(region.surface(), region.inside(start_), here, {.gain = promise(), .follow = false, .end = false}, region.part(local_), options_, rng_)) return false;
  x = std::move(here.positions);
  return true;
}

bool FarField::settle_end(SearchRegion& region, Positions& x) {
  Quenched end = minimise(region.surface(), x, {.fmax = options_.relaxed_fmax, .max_calls = 1000, .gain = promise()});
  x = std::move(end.positions);
  return end.converged();
}

/// Whether neither of them has become another one.
bool FarField::is_near(const Both& at, const FoundSaddle& saddle) const {
  const double furthest = flipped * options_.same;
  return fmax(at[0].positions - saddle.positions) < furthest && fmax(at[1].positions - saddle.end.positions) < furthest;
}

void FarField::look_at_all(Point& at) {
  Evaluation all = evaluate(at.positions);
  at.energy = all.energy;
  at.forces = std::move(all.forces);
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

/// Balls around atoms outside of others that feel more than they may: those that feel most, and so is the rest a linear response to them.
Balls FarField::spots_of(const Positions& forces, std::size_t which, const Balls& balls) const {
  constexpr std::size_t many = 8;
  constexpr double most_forced = 0.2, of_saddle = 0.3;  // of the largest force, of what a saddle may have
  const double radius = 2.2 * whole_.potential().cutoff(), least = std::max(most_forced * fmax(forces), which == 0 ? of_saddle * options_.fmax : options_.relaxed_fmax);
  std::vector<std::pair<double, Eigen::Index>> forced;
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i)
    if (const double force = forces.col(i).norm(); force > least) forced.push_back({-force, i});
  std::sort(forced.begin(), forced.end());
  Balls spots;
  for (std::size_t k = 0; k < forced.size() && spots.size() < many; ++k) {
    const Vector3d place = start_.positions.col(forced[k].second);
    const bool is_inside = distance_from(balls, whole_.cell(), place) < -0.5 * radius || (!spots.empty() && distance_from(spots, whole_.cell(), place) < -0.5 * radius);
    if (!is_inside) spots.push_back({place, radius});
  }
  return spots;
}

/// Energy and forces once atoms in balls have settled, from where they had not: where few atoms feel it.
void FarField::look_near(Balls balls, const Positions& before, Point& at) {
  constexpr Eigen::Index one_in = 8;  // with more a region costs as much as the whole
  for (Ball& ball : balls) ball.radius += 2.0 * whole_.potential().cutoff();
  if (one_in * (distances_from(balls, whole_.cell(), before).array() < 0.0).count() > whole_.atoms()) return look_at_all(at);
  SearchRegion region(whole_, whole_.at(before), at.energy, balls);
  const Evaluation here = region.surface().evaluate(region.part(at.positions));
  cost_ += region.cost();
  at.forces = region.put(here.forces, std::move(at.forces));
  at.energy = region.of_whole(here.energy);
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
