#include "samplers/far_field.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace glasscape {

bool FarField::settle(SearchRegion& region, FoundSaddle& saddle, double near, double reach) {
  constexpr int most = 8;  // rounds
  constexpr double little = 0.3, astray = 10.0;  // times the tolerance: to gain at last; in a later round, for a soft spot that gives way there
  constexpr double at_last = 2.0;                // or as many times what was to be gained at first
  const auto medium = whole_.medium(start_.positions);
  if (!medium) return false;
  Both at = where_found(region, saddle, near, reach, *medium);
  double first = 0.0;
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
    if (round == 0) first = gain;
    if (round == most || !(gain <= std::max(at_last * first, astray * tolerance_))) return false;
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!is_still[k] && !give_way(at[k], to[k], saddle, *medium)) return false;
      if (!is_at_rest[k] && !settle_spots(at[k], saddle)) return false;
    }
  }
}

/// With what is left: inside of the region the forces of the potential; outside, where no atom has moved yet, those of the start and what the Hessian says that is felt of those inside.
FarField::Both FarField::where_found(SearchRegion& region, const FoundSaddle& saddle, double near, double reach, const Medium& medium) {
  constexpr double of_saddle = 0.3;  // of what a saddle may have: a force from which on a spot settles
  Both at{Point{true, saddle.positions, options_.fmax, of_saddle * options_.fmax, {{centre_, near}}},
          Point{false, saddle.end.positions, options_.relaxed_fmax, options_.relaxed_fmax, {{centre_, near}}}};
  at[0].energy = saddle.energy;
  at[1].energy = saddle.end.energy;
  const std::array<Positions, 2> as_linear = medium.forces_after(at[0].found - start_.positions, at[1].found - start_.positions);
  cost_ += 1.0;
  for (const std::size_t k : {1U, 0U}) {  // the surface was last where the minimum is
    at[k].forces = region.put(region.surface().evaluate(region.part(at[k].found)).forces, as_linear[k]);
    look_at_edge(as_linear[k], reach, at[k]);
  }
  cost_ += region.cost();
  return at;
}

/// Around atoms inside of its edge whose forces are not as linear, those outside may not be either.
void FarField::look_at_edge(const Positions& as_linear, double reach, Point& at) {
  constexpr double curvature = 3.5;  // eV/Angstrom^3: by which forces are off where near neighbours moved apart by `linear` (measured: docs/saddle_search.md)
  const double most = curvature * std::pow(linear(), 2);
  Balls places;
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i) {
    if ((at.forces.col(i) - as_linear.col(i)).norm() <= most) continue;
    const Vector3d place = start_.positions.col(i);
    if (whole_.cell().nearest(place - centre_).norm() > reach - own_radius() && distance_from(places, whole_.cell(), place) > 0.0) places.push_back({place, own_radius()});
  }
  if (places.empty()) return;
  SearchRegion around = all_who_feel(std::move(places), at);
  at.forces = around.put(around.at_first().forces, std::move(at.forces));
  cost_ += around.cost();
}

/// Takes note of where a response changes forces in another way than linear and with the Hessian of the start.
void FarField::note_not_linear(const Positions& before, const Positions& response, const Medium& medium, Point& at) const {
  const double most = std::pow(linear(), 2);
  const Eigen::VectorXd not_linear = medium.not_linear(before - start_.positions, response);
  const Balls known = joined(at.settling, at.not_linear);
  std::vector<Ranked> noted;
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i) {
    if (not_linear[i] <= most) continue;
    const Vector3d place = start_.positions.col(i);
    if (distance_from(known, whole_.cell(), place) > 0.0) noted.push_back({whole_.cell().nearest(place - centre_).norm(), i});
  }
  most_first(noted);
  cover(noted, at);
}

/// The furthest of these atoms in balls of their own, all others in one around the centre, so many of each that it costs least to look there.
void FarField::cover(const std::vector<Ranked>& noted, Point& at) const {
  struct Cover {
    double volume, central;
    std::size_t balls;
  };
  const double least = std::max(at.not_linear.front().radius, at.settling.front().radius);
  const auto volume = [&](double radius) { return std::pow(radius + Region::felt(whole_.potential()), 3); };
  const auto left = [&](std::size_t k) { return k < noted.size() ? noted[k].by : 0.0; };
  Balls own;
  Cover best{volume(std::max(least, left(0))), left(0), 0};
  for (std::size_t k = 0; k < noted.size() && static_cast<double>(own.size()) * volume(own_radius()) < best.volume; ++k) {
    if (const Vector3d place = start_.positions.col(noted[k].atom); distance_from(own, whole_.cell(), place) > 0.0) own.push_back({place, own_radius()});
    const double all = volume(std::max(least, left(k + 1))) + static_cast<double>(own.size()) * volume(own_radius());
    if (all < best.volume) best = {all, left(k + 1), own.size()};
  }
  Ball& central = at.not_linear.front();
  central.radius = std::max(central.radius, best.central);
  std::erase_if(at.not_linear, [&](const Ball& ball) { return whole_.cell().nearest(ball.centre - central.centre).norm() + ball.radius < central.radius; });
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
  at.settling = joined(std::move(at.settling), spots);
  if (!is_new || at.is_saddle) spots = at.settling;  // what a saddle climbs lies in the first ball
  const Positions unsettled = at.positions;
  if (!settle_in(spots, at, saddle)) return false;
  look_near(spots, unsettled, nullptr, at);
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
/// the lesser of `fmax` and `relaxed_fmax` (measured: docs/saddle_search.md). What is left out is of third order in energies, of second in forces.
double FarField::linear() const {
  constexpr double as_measured = 0.01, energy = 1e-4, force = 1e-3;  // Angstrom, eV, eV/Angstrom
  return as_measured * std::min({1.0, std::cbrt(tolerance_ / energy), std::sqrt(std::min(options_.fmax, options_.relaxed_fmax) / force)});
}

bool FarField::settle_saddle(SearchRegion& region, const FoundSaddle& saddle, Positions& x) {
  FoundSaddle here = region.inside(saddle);
  here.positions = x;
  if (!relax_saddle(region.surface(), region.inside(start_), here, {.gain = promise()}, region.part(local_), options_, rng_)) return false;
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
void FarField::look_near(const Balls& balls, const Positions& before, const Positions* response, Point& at) {
  SearchRegion region = all_who_feel(balls, at);
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

/// Of those in these balls.
SearchRegion FarField::all_who_feel(Balls balls, const Point& at) const {
  for (Ball& ball : balls) ball.radius += Region::felt(whole_.potential());
  return SearchRegion(whole_, whole_.at(at.positions), at.energy, balls);
}

/// Balls around atoms that feel more than they may, outside of those that settle: those that feel most, and so is the rest a linear response to them.
Balls FarField::spots_of(const Point& at) const {
  constexpr std::size_t many = 8;
  constexpr double most_forced = 0.2;  // of the largest force
  const double radius = 2.2 * whole_.potential().cutoff(), least = std::max(most_forced * fmax(at.forces), at.forced);
  std::vector<Ranked> forced;
  for (Eigen::Index i = 0; i < whole_.atoms(); ++i)
    if (const double force = at.forces.col(i).norm(); force > least) forced.push_back({force, i});
  most_first(forced);
  Balls balls = at.settling;
  const auto known = static_cast<std::ptrdiff_t>(balls.size());
  for (std::size_t k = 0; k < forced.size() && balls.size() < at.settling.size() + many; ++k)
    if (const Vector3d place = start_.positions.col(forced[k].atom); distance_from(balls, whole_.cell(), place) >= -0.5 * radius) balls.push_back({place, radius});
  return {balls.begin() + known, balls.end()};
}

/// Of as much, the first atom.
void FarField::most_first(std::vector<Ranked>& atoms) {
  std::sort(atoms.begin(), atoms.end(), [](const Ranked& a, const Ranked& b) { return std::tie(b.by, a.atom) < std::tie(a.by, b.atom); });
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
