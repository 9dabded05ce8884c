#include "samplers/art.hpp"

namespace glasscape {
namespace {

/// Atoms within a distance of a centre by nearest image.
std::vector<Eigen::Index> atoms_near(const Configuration& c, Eigen::Index centre, double radius) {
  std::vector<Eigen::Index> near;
  for (Eigen::Index i = 0; i < c.atoms(); ++i)
    if (c.cell.nearest(c.positions.col(i) - c.positions.col(centre)).norm() < radius) near.push_back(i);
  return near;
}

Positions mask(Eigen::Index atoms, const std::vector<Eigen::Index>& chosen) {
  Positions m = Positions::Zero(3, atoms);
  for (const Eigen::Index i : chosen) m.col(i).setOnes();
  return m;
}

}  // namespace

Art::Options Art::read(Input& in) {
  Options o;
  o.searches = in.integer("searches", 300, "number of searches", positive);
  o.around = in.text("around", "all", "element of the central atom, or all");
  o.centres = in.integers("centres", std::vector<long long>{}, "central atoms by number from 0, instead of all of `around`");
  o.radius = in.length("radius", "4 A", "atoms this near to the central atom are pushed", positive);
  o.soft_radius = in.length("soft_radius", "5 A", "atoms this near take part in the soft direction that is followed", positive);
  in.expect(o.soft_radius >= o.radius, "soft_radius", "a length not below `radius`");
  o.active_radius = in.length("active_radius", "0 A", "atoms further away are frozen; 0 freezes none", non_negative);
  in.expect(o.active_radius == 0.0 || o.active_radius > o.soft_radius, "active_radius", "0, or a length above `soft_radius`");
  o.search = SaddleSearch::read(in);
  return o;
}

Eigen::Index Art::draw_centre(Run& run) const {
  const Configuration& c = run.start.configuration;
  std::vector<Eigen::Index> candidates;
  for (const long long centre : options_.centres) {
    if (centre < 0 || centre >= c.atoms()) throw InputError("art: centre {} is not an atom; there are {}, numbered from 0", centre, c.atoms());
    candidates.push_back(static_cast<Eigen::Index>(centre));
  }
  for (Eigen::Index i = 0; candidates.size() < static_cast<std::size_t>(c.atoms()) && options_.centres.empty() && i < c.atoms(); ++i)
    if (options_.around == "all" || c.species->of(i).name == options_.around) candidates.push_back(i);
  if (candidates.empty()) throw InputError("art: no atom of element '{}' to search around", options_.around);
  return candidates[run.rng.below(candidates.size())];
}

Events Art::step(Run& run) {
  const Configuration& c = run.start.configuration;
  const Eigen::Index centre = draw_centre(run);
  const auto pushed = atoms_near(c, centre, options_.radius);
  Positions direction = mask(c.atoms(), pushed);
  for (const Eigen::Index i : pushed)
    for (int k = 0; k < 3; ++k) direction(k, i) = run.rng.normal();
  std::vector<Eigen::Index> frozen;
  if (options_.active_radius > 0.0) {
    const Positions active = mask(c.atoms(), atoms_near(c, centre, options_.active_radius));
    for (Eigen::Index i = 0; i < c.atoms(); ++i)
      if (active(0, i) == 0.0) frozen.push_back(i);
  }
  run.surface.freeze(frozen);
  const SearchOutcome found = search_saddle(run.surface, {c.positions, run.start.energy}, direction,
                                            mask(c.atoms(), atoms_near(c, centre, options_.soft_radius)), options_.search, run.rng);
  run.surface.freeze({});
  if (!found.saddle)
    return {SearchFailed{run.start_ref, centre, found.reason, found.detail, found.energy, found.calls}};
  const FoundSaddle& s = *found.saddle;
  return {SaddleFound{run.start_ref, centre, s.positions, s.energy, s.fmax, s.curvature, s.next_curvature, s.mode, s.back.energy,
                      s.back_distance, s.end.positions, s.end.energy, s.end.fmax, found.calls}};
}

}  // namespace glasscape
