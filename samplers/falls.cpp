#include "samplers/falls.hpp"

namespace glasscape {

Quenched fall_quickly(Surface& surface, const Positions& from, double fmax, double same, FollowingNetwork& network, IsKnown is_known) {
  constexpr double coarse = 0.01;  // eV/Angstrom
  constexpr int first = 8;         // calls
  Minimise options{.fmax = std::max(coarse, fmax), .max_calls = first, .max_step = same / 3.0, .network = &network};
  Quenched begun = minimise(surface, from, options);
  if (begun.converged()) return begun;
  options.max_calls = 1000;
  options.max_step = 2.0 * same / 3.0;
  options.stop = std::move(is_known);
  Quenched fallen = minimise(surface, std::move(begun.positions), options);
  if (fallen.ended == Ended::stopped) fallen.ended = Ended::converged;
  return fallen;
}

std::optional<Quenched> fall_straight(Surface& surface, const Quenched& from, const Positions& way, const IsKnown& is_known) {
  double before = std::numeric_limits<double>::infinity();
  for (const double part : {0.0, 0.1, 0.25, 0.5, 0.75, 0.9}) {
    const Positions x = from.positions + part * way;
    const Evaluation at = surface.evaluate(x);
    if (!(at.energy < before && dot(at.forces, way) > 0.0)) return std::nullopt;
    if (is_known(x, at)) return Quenched{x, at.energy, fmax(at.forces), Ended::converged, from.calls};
    before = at.energy;
  }
  return std::nullopt;
}

Quenched fall_steepest(Surface& surface, Positions x, double relaxed_fmax, double same, FollowingNetwork& network) {
  constexpr double longest = 0.01;    // Angstrom, of an atom in one step
  constexpr double flat = 0.002;      // Angstrom^2/eV: steps are shorter where the force is small
  constexpr int most = 5000, floor = 3;
  Evaluation at = surface.evaluate(x);
  for (int k = 0, rises = 0; k < most && rises < floor && fmax(at.forces) > relaxed_fmax; ++k) {
    x += std::min(longest / fmax(at.forces), flat) * at.forces;
    Evaluation next = surface.evaluate(x);
    rises = next.energy > at.energy ? rises + 1 : 0;
    at = std::move(next);
  }
  return minimise(surface, std::move(x), {.fmax = relaxed_fmax, .max_calls = 1000, .max_step = same / 3.0, .network = &network});
}

}  // namespace glasscape
