#include "samplers/far_field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glasscape {

bool FarField::settle(FoundSaddle& saddle, double near, double reach) {
  constexpr int most = 8;  // rounds
  constexpr double little = 0.3, astray = 10.0;  // times the tolerance: to gain; and in a later round, as a soft spot may that gives way at last
  const auto medium = whole_.medium(start_.positions);
  if (!medium) return false;
  cost_ += 1.0;
  Both at = where_found(saddle, near, reach, *medium);
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0;; ++round) {
    const Medium::Response response = medium->respond(at[0].forces, at[1].forces, promise());
    cost_ += response.products;
    std::array<bool, 2> is_still{}, is_at_rest{};
    for (std::size_t k = 0; k < at.size(); ++k) {
      is_still[k] = round > 0 && response.gain[k] <= little * tolerance_ && response.promise[k] < promise();
      is_at_rest[k] = is_still[k] && at[k].has_small_forces();
    }
    if (is_at_rest[0] && is_at_rest[1]) {
      tell(at, saddle);
      return true;
    }
    const double gain = std::max(response.gain[0], response.gain[1]);
    if (round == most || !(gain <= std::max(before, astray * tolerance_))) return false;
    before = gain;
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!is_still[k] && !give_way(at[k], response, k, saddle, *medium)) return false;
      if (!is_at_rest[k] && !settle_spots(at[k], saddle)) return false;
    }
  }
}

/// With what is left, where no atom beyond a radius has moved yet.
FarField::Both FarField::where_found(const FoundSaddle& saddle, double near, double reach, const Medium& medium) {
  constexpr double of_saddle = 0.3;  // of what a saddle may have: a force from which on a spot settles
  constexpr double much = 0.1;       // Angstrom that near neighbours have moved apart: then their Hessian is another
  Both at{Point{true, saddle.positions, options_.fmax, of_saddle * options_.fmax, saddle.positions, {}, 0.0, {{centre_, near}}, 0.0},
          Point{false, saddle.end.positions, options_.relaxed_fmax, options_.relaxed_fmax, saddle.end.positions, {}, 0.0, {{centre_, near}}, 0.0}};
  SearchRegion around(whole_, whole_.at(start_.positions), start_.energy, {{centre_, reach + felt()}});
  for (Point& point : at) {
    point.changed = furthest_apart(point.positions - start_.positions, much, medium);
    const Evaluation here = around.surface().evaluate(around.part(point.positions));
    point.forces = around.put(here.forces, medium.forces());
    point.energy = around.of_whole(here.energy);
  }
  cost_ += around.cost();
  return at;
}

/// How far from the centre there are near neighbours that move apart by more than a limit, Angstrom.
double FarField::furthest_apart(const Positions& displacement, double limit, const Medium& medium) const {
  const Eigen::VectorXd apart = medium.apart(displacement), distances = whole_.cell().distances(start_.positions, centre_);
  return (apart.array() > limit).select(distances, 0.0).maxCoeff();
}

/// With all atoms; those that always do settle. False when it is lost, or has become another.
bool FarField::give_way(Point& at, const Medium::Response& response, std::size_t which, const FoundSaddle& saddle, const Medium& medium) {
  const Positions before = at.positions;
  at.positions += response.displacement[which];
  at.energy -= response.gain[which];
  at.forces = response.left[which];
  if (!at.is_near(options_) || !settle_in(at.settling, at, saddle)) return false;
  at.changed = std::max(at.changed, furthest_apart(response.displacement[which], linear(), medium));
  Balls not_linear = at.settling;
  not_linear.front().radius = std::max(not_linear.front().radius, at.changed);
  look_near(std::move(not_linear), before, &response.displacement[which], at);
  return true;
}

/// Those in spots that feel too much settle; all that settle, when that was tried before.
bool FarField::settle_spots(Point& at, const FoundSaddle& saddle) {
  Balls spots = spots_of(at);
  const bool is_new = !spots.empty();
  if (!is_new && at.has_small_forces()) return true;
  at.settling.insert(at.settling.end(), spots.begin(), spots.end());
  if (!is_new || at.is_saddle) spots = at.settling;  // what a saddle climbs lies in the first ball
  const Positions unsettled = at.positions;
  if (!settle_in(spots, at, saddle)) return false;
  look_near(std::move(spots), unsettled, nullptr, at);
  return true;
}

/// False when it does not come to rest there, or has become another.
bool FarField::settle_in(const Balls& balls, Point& at, const FoundSaddle& saddle) {
  SearchRegion region(whole_, whole_.at(at.positions), at.energy, balls);
  Positions settled = region.part(at.positions);
  const bool is_kept = at.is_saddle ? settle_saddle(region, saddle, settled) : settle_end(region, settled);
  cost_ += region.cost();
  if (!is_kept || !region.holds(settled)) return false;
  at.positions = region.put(settled, std::move(at.positions));
  return at.is_near(options_);
}

/// By how much near neighbours may move apart while what they feel changes in a linear way, Angstrom: energies are then told to 3% of their tolerance, forces to 0.3 of
/// `relaxed_fmax` (measured: docs/saddle_search.md). What is left out is of third order in energies, of second in forces.
double FarField::linear() const {
  constexpr double as_measured = 0.01, energy = 1e-4, force = 1e-3;  // Angstrom, eV, eV/Angstrom
  return as_measured * std::min({1.0, std::cbrt(tolerance_ / energy), std::sqrt(options_.relaxed_fmax / force)});
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

/// Energy and forces around balls, whose atoms have moved from where they were. What is known is as if these had not; or, where all have given way, as if
/// they had done so alone and in a linear way: then the work of that, by the forces before and after it once all others have, is taken back.
void FarField::look_near(Balls balls, const Positions& before, const Positions* response, Point& at) {
  constexpr Eigen::Index one_in = 2;  // with more of the atoms a region costs as much as the whole and its lists
  for (Ball& ball : balls) ball.radius += felt();
  const Eigen::VectorXd distances = distances_from(balls, whole_.cell(), before);
  if (one_in * (distances.array() < 0.0).count() > whole_.atoms()) return look_at_all(at);
  Positions others_moved = at.positions;
  for (Eigen::Index i = 0; i < distances.size(); ++i)
    if (distances[i] < 0.0) others_moved.col(i) = before.col(i);
  Region region(whole_.shared_potential(), whole_.at(others_moved), balls, whole_.most_threads());
  const Evaluation was = region.surface().evaluate(region.part(others_moved)), is = region.surface().evaluate(region.part(at.positions));
  cost_ += 3.0 * region.share();
  at.energy += is.energy - was.energy;
  if (response)
    for (std::size_t k = 0; k < region.atoms().size(); ++k)
      if (const Eigen::Index i = region.atoms()[k]; distances[i] < 0.0) at.energy += 0.5 * response->col(i).dot(was.forces.col(static_cast<Eigen::Index>(k)) + at.forces.col(i));
  at.forces = region.put(is.forces, std::move(at.forces));
}

void FarField::look_at_all(Point& at) {
  whole_.restart(at.positions);  // what follows must not depend on what came before
  Evaluation all = whole_.evaluate(at.positions);
  cost_ += 1.0;
  at.energy = all.energy;
  at.forces = std::move(all.forces);
}

/// Balls around atoms that feel more than they may, outside of those that settle: those that feel most, and so is the rest a linear response to them.
Balls FarField::spots_of(const Point& at) const {
  constexpr std::size_t many = 8;
  constexpr double most_forced = 0.2;  // of the largest force
  const double radius = 2.2 * whole_.potential().cutoff(), least = std::max(most_forced * fmax(at.forces), at.forced);
  std::vector<std::pair<double, Eigen::Index>> forced;
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i)
    if (const double force = at.forces.col(i).norm(); force > least) forced.push_back({-force, i});
  std::sort(forced.begin(), forced.end());
  Balls balls = at.settling;
  const auto known = static_cast<std::ptrdiff_t>(balls.size());
  for (std::size_t k = 0; k < forced.size() && balls.size() < at.settling.size() + many; ++k)
    if (const Vector3d place = start_.positions.col(forced[k].second); distance_from(balls, whole_.cell(), place) >= -0.5 * radius) balls.push_back({place, radius});
  return {balls.begin() + known, balls.end()};
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
