#include "samplers/far_field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glasscape {
namespace {

Balls joined(Balls first, const Balls& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

bool FarField::settle(FoundSaddle& saddle, double near, double reach) {
  constexpr int most = 8;  // rounds
  constexpr double little = 0.3, astray = 10.0;  // times the tolerance: to gain; and in a later round, as a soft spot may that gives way at last
  const auto medium = whole_.medium(start_.positions);
  if (!medium) return false;
  cost_ += 1.0;
  Both at = where_found(saddle, near, reach, medium->forces());
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0;; ++round) {
    const auto [to, products] = medium->respond(at[0].forces, at[1].forces, promise());
    cost_ += products;
    std::array<bool, 2> is_still{}, is_at_rest{};
    for (std::size_t k = 0; k < at.size(); ++k) {
      is_still[k] = round > 0 && to[k].gain <= little * tolerance_ && to[k].promise < promise();
      is_at_rest[k] = is_still[k] && at[k].has_small_forces();
    }
    if (is_at_rest[0] && is_at_rest[1]) {
      tell(at, saddle);
      return true;
    }
    const double gain = std::max(to[0].gain, to[1].gain);
    if (round == most || !(gain <= std::max(before, astray * tolerance_))) return false;
    before = gain;
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!is_still[k] && !give_way(at[k], to[k], saddle, *medium)) return false;
      if (!is_at_rest[k] && !settle_spots(at[k], saddle)) return false;
    }
  }
}

/// With what is left, where no atom beyond a radius has moved yet: what is felt by those it does not reach are the forces at the start.
FarField::Both FarField::where_found(const FoundSaddle& saddle, double near, double reach, const Positions& elsewhere) {
  constexpr double of_saddle = 0.3;  // of what a saddle may have: a force from which on a spot settles
  Both at{Point{true, saddle.positions, options_.fmax, of_saddle * options_.fmax, {{centre_, near}}},
          Point{false, saddle.end.positions, options_.relaxed_fmax, options_.relaxed_fmax, {{centre_, near}}}};
  SearchRegion around(whole_, whole_.at(saddle.positions), saddle.energy, {{centre_, reach + Region::felt(whole_.potential())}});
  for (Point& point : at) {
    const Evaluation here = point.is_saddle ? around.at_first() : around.surface().evaluate(around.part(point.positions));
    point.forces = around.put(here.forces, elsewhere);
    point.energy = around.of_whole(here.energy);
  }
  cost_ += around.cost();
  return at;
}

/// Takes note of where a response changes forces in another way than linear and with the Hessian of the start.
void FarField::note_not_linear(const Positions& before, const Positions& response, const Medium& medium, Point& at) const {
  const double least2 = std::pow(linear(), 2);
  const Eigen::ArrayXd first = medium.apart(before - start_.positions), then = medium.apart(response), not_linear2 = then * (then + 2.0 * first);
  const Eigen::VectorXd outside = distances_from(joined(at.settling, at.not_linear), whole_.cell(), start_.positions);
  std::vector<std::pair<double, Eigen::Index>> noted;  // - distance from the centre: the furthest first
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i)
    if (not_linear2[i] > least2 && outside[i] > 0.0) noted.push_back({-whole_.cell().nearest(start_.positions.col(i) - centre_).norm(), i});
  std::sort(noted.begin(), noted.end());
  cover(noted, at);
}

/// The furthest of these atoms in balls of their own, all others in one around the centre, so many of each that it costs least to look there.
void FarField::cover(const std::vector<std::pair<double, Eigen::Index>>& noted, Point& at) const {
  struct Cover {
    double volume, central;
    std::size_t balls;
  };
  const double radius = 0.7 * whole_.potential().cutoff(), least = std::max(at.not_linear.front().radius, at.settling.front().radius);
  const auto volume = [&](double ball) { return std::pow(ball + Region::felt(whole_.potential()), 3); };
  const auto left = [&](std::size_t k) { return k < noted.size() ? -noted[k].first : 0.0; };
  Balls own;
  Cover best{volume(std::max(least, left(0))), left(0), 0};
  for (std::size_t k = 0; k < noted.size() && static_cast<double>(own.size()) * volume(radius) < best.volume; ++k) {
    if (const Vector3d place = start_.positions.col(noted[k].second); distance_from(own, whole_.cell(), place) > 0.0) own.push_back({place, radius});
    const double all = volume(std::max(least, left(k + 1))) + static_cast<double>(own.size()) * volume(radius);
    if (all < best.volume) best = {all, left(k + 1), own.size()};
  }
  at.not_linear.front().radius = std::max(at.not_linear.front().radius, best.central);
  at.not_linear.insert(at.not_linear.end(), own.begin(), own.begin() + static_cast<std::ptrdiff_t>(best.balls));
}

/// With all atoms; those that always do settle. False when it is lost, or has become another.
bool FarField::give_way(Point& at, const Medium::Response& response, const FoundSaddle& saddle, const Medium& medium) {
  const Positions before = at.positions;
  at.positions += response.displacement;
  at.energy -= response.gain;
  at.forces = response.left;
  if (!at.is_near(options_) || !settle_in(at.settling, at, saddle)) return false;
  note_not_linear(before, response.displacement, medium, at);
  look_near(joined(at.settling, at.not_linear), before, &response.displacement, at);
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

/// By how much near neighbours that stand as at the start may move apart while what they feel changes in a linear way, Angstrom: energies are then told to a tenth of their tolerance, forces to 0.35 of
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
  for (Ball& ball : balls) ball.radius += Region::felt(whole_.potential());
  SearchRegion region(whole_, whole_.at(at.positions), at.energy, balls);
  const Evaluation& is = region.at_first();
  if (region.is_whole()) {
    at.energy = is.energy;
  } else {
    const Evaluation was = region.surface().evaluate(region.part(before));
    at.energy += is.energy - was.energy;
    if (response) at.energy += 0.5 * dot(region.part(*response), was.forces + region.part(at.forces));
  }
  at.forces = region.put(is.forces, std::move(at.forces));
  cost_ += region.cost();
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
