#include "samplers/art.hpp"

#include "md/zero_modes.hpp"
#include "samplers/atom_group.hpp"

namespace glasscape {
namespace {

constexpr long long most_searches = 10'000'000;

}  // namespace

Art::Options Art::read(Input& in) {
  Options o;
  o.searches = in.integer("searches", 300, "number of searches", positive, most_searches);
  o.around = in.text("around", "all", "element of the central atom, or all");
  o.centres = in.integers("centres", std::vector<long long>{}, "central atoms by number from 0, instead of all of `around`");
  o.radius = in.length("radius", "4 A", "atoms this near to the central atom are pushed", positive);
  o.displacement = in.choice("displacement", {"random", "inward"}, "random", "atoms within `radius` at random, or the central one towards their middle or away") == "inward"
                       ? Displacement::inward
                       : Displacement::random;
  o.soft_radius = in.length("soft_radius", "5 A", "atoms this near take part in the soft direction that is followed", positive);
  in.expect(o.soft_radius >= o.radius, "soft_radius", "a length not below `radius`");
  o.search = SaddleSearch::read(in);
  o.regions = LocalSearch::read(in);
  if (!in.has("region")) o.regions.radius = std::max(o.regions.radius, 2.0 * o.soft_radius);
  in.expect(o.regions.radius == 0.0 || o.regions.radius > o.soft_radius, "region", "0, or a length above `soft_radius`");
  return o;
}

void Art::check_start(const Species& start, const Input& in) const {
  for (const long long centre : options_.centres)
    in.expect(centre >= 0 && centre < start.atoms(), "centres", fmt::format("atoms from 0 to {}", start.atoms() - 1));
  std::vector<std::string> known;
  for (const Element& element : start.elements) known.push_back(element.name);
  in.expect(!candidates(start).empty(), "around", fmt::format("an element of the start{}", suggestion(options_.around, known)));
}

/// The atoms that a search may be around.
std::vector<Eigen::Index> Art::candidates(const Species& species) const {
  if (!options_.centres.empty()) return {options_.centres.begin(), options_.centres.end()};
  return atoms_of(species, options_.around);
}

Eigen::Index Art::draw_centre(Run& run) const {
  const Species& species = *run.start.configuration.species;
  for (const long long centre : options_.centres)
    if (centre < 0 || centre >= species.atoms())
      throw InputError("key 'centres': got {}, expected atoms from 0 to {}", centre, species.atoms() - 1);
  const std::vector<Eigen::Index> all = candidates(species);
  if (all.empty()) throw InputError("key 'around': the start has no atom of element '{}'", options_.around);
  return all[run.rng.below(all.size())];
}

Positions Art::draw_displacement(Run& run, Eigen::Index centre) const {
  const Configuration& c = run.start.configuration;
  const auto near = atoms_within(c, centre, options_.radius);
  Positions direction = Positions::Zero(3, c.atoms());
  if (options_.displacement == Displacement::random) {
    for (const Eigen::Index i : near)
      for (int k = 0; k < 3; ++k) direction(k, i) = run.rng.normal();
    return direction;
  }
  const double sign = run.rng.below(2) == 0 ? 1.0 : -1.0;
  for (const Eigen::Index i : near) direction.col(centre) += sign * c.cell.nearest(c.positions.col(i) - c.positions.col(centre));
  constexpr double rounding = 1e-6;  // Angstrom: a centre of inversion has no way inward
  return direction.norm() > rounding ? direction : Positions::Zero(3, c.atoms());
}

/// 0 when there is nothing to push, or when what is pushed can only move as one with all that there is.
Positions Art::draw_direction(Run& run, Eigen::Index centre) const {
  const Positions direction = draw_displacement(run, centre);
  Positions physical = direction;
  physical_directions(run.surface, run.start.configuration.positions)(physical);
  return physical.norm() > 1e-8 * direction.norm() ? direction : Positions::Zero(3, direction.cols());
}

Events Art::step(Run& run) {
  const Configuration& c = run.start.configuration;
  const Eigen::Index centre = draw_centre(run);
  const Positions direction = draw_direction(run, centre);
  if (direction.isZero(0.0))
    return {SearchFailed{run.start_ref, centre, "no-direction", "nothing can be pushed: the atoms balance, or can only move all together", run.start.energy, 0}};
  const Positions local = mask_of(c.atoms(), atoms_within(c, centre, options_.soft_radius));
  const SearchOutcome found = search_saddle_near(run.surface, {c.positions, run.start.energy}, centre, direction, local, options_.search, options_.regions, run.rng);
  if (!found.saddle)
    return {SearchFailed{run.start_ref, centre, found.reason, found.detail, found.energy, found.calls}};
  const FoundSaddle& s = *found.saddle;
  return {SaddleFound{run.start_ref, centre, s.positions, s.energy, s.fmax, s.curvature, s.next_curvature, s.mode, s.back.energy,
                      s.back_distance, s.end.positions, s.end.energy, s.end.fmax, found.calls}};
}

}  // namespace glasscape
