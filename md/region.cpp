#include "md/region.hpp"

#include <limits>

#include "md/kinds.hpp"

namespace glasscape {

double distance_from(const Balls& balls, const Cell& cell, const Vector3d& x) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Ball& ball : balls) nearest = std::min(nearest, cell.nearest(x - ball.centre).norm() - ball.radius);
  return nearest;
}

Eigen::VectorXd distances_from(const Balls& balls, const Cell& cell, const Positions& x) {
  Eigen::VectorXd nearest = Eigen::VectorXd::Constant(x.cols(), std::numeric_limits<double>::infinity());
  for (const Ball& ball : balls) nearest = nearest.array().min(cell.distances(x, ball.centre).array() - ball.radius);
  return nearest;
}

namespace {

struct Shells {
  std::vector<Eigen::Index> mobile, mediating, near, far;  // to the radius; around it those through which these feel others; those that they feel as pairs alone; those that the mediating feel
};

Shells shells_of(const Eigen::VectorXd& distances, const Potential& potential) {
  Shells shells;
  const double mediating = potential.many_body_cutoff() + Region::slack, near = potential.cutoff() + Region::slack, far = potential.influence() + Region::slack;
  for (Eigen::Index i = 0; i < distances.size(); ++i) {
    if (distances[i] < 0.0) shells.mobile.push_back(i);
    else if (distances[i] < mediating) shells.mediating.push_back(i);
    else if (distances[i] < near) shells.near.push_back(i);
    else if (distances[i] < far) shells.far.push_back(i);
  }
  return shells;
}

std::shared_ptr<const Species> species_of(const Species& whole, const std::vector<Eigen::Index>& atoms) {
  auto species = std::make_shared<Species>();
  species->elements = whole.elements;
  for (const Eigen::Index i : atoms) species->element_of.push_back(whole.element_of[static_cast<std::size_t>(i)]);
  return species;
}

Configuration configuration_of(const Configuration& whole, const std::vector<Eigen::Index>& atoms) {
  return {species_of(*whole.species, atoms), whole.cell, whole.positions(Eigen::all, atoms), {}};
}

void sort_in_space(std::vector<Eigen::Index>& atoms, const Configuration& whole, double range) {
  std::vector<Eigen::Index> sorted;
  for (const Eigen::Index k : order_in_space(whole.positions(Eigen::all, atoms), whole.cell, range)) sorted.push_back(atoms[static_cast<std::size_t>(k)]);
  atoms = std::move(sorted);
}

/// Of the first `known` of atoms that stay.
std::shared_ptr<const Background> background_of(const Potential& potential, const Configuration& staying, Eigen::Index known, int threads) {
  Neighbours neighbours(potential.many_body_cutoff(), kinds_per_atom(potential, *staying.species), potential.lists());
  neighbours.list_only(known);
  neighbours.build(staying.positions, staying.cell, threads);
  return potential.background(neighbours.atoms(threads));
}

}  // namespace

Region::Region(std::shared_ptr<const Potential> potential, const Configuration& whole, Balls balls, const Eigen::VectorXd& distances, int threads)
    : balls_(std::move(balls)), all_(whole.atoms()) {
  Shells shells = shells_of(distances, *potential);
  for (auto* shell : {&shells.mobile, &shells.mediating, &shells.near, &shells.far}) sort_in_space(*shell, whole, potential->cutoff());
  const std::vector<Eigen::Index> felt = joined(shells.mediating, shells.near), all = joined(felt, shells.far);
  auto background = background_of(*potential, configuration_of(whole, all), static_cast<Eigen::Index>(shells.mediating.size()), threads);
  const std::vector<Eigen::Index>& around = background ? felt : all;
  const Configuration inside = configuration_of(whole, shells.mobile);
  surface_ = std::make_unique<Surface>(std::move(potential), inside, Surface::Options{.threads = threads},
                                       Surroundings{species_of(*whole.species, around), whole.positions(Eigen::all, around), std::move(background)});
  atoms_ = std::move(shells.mobile);
}

Positions Region::put(const Positions& part, Positions whole) const {
  whole(Eigen::all, atoms_) = part;
  return whole;
}

bool Region::holds(const Positions& part) const {
  for (Eigen::Index i = 0; i < part.cols(); ++i)
    if (distance_from(balls_, surface_->cell(), part.col(i)) > slack) return false;
  return true;
}

}  // namespace glasscape
