#include "samplers/atom_group.hpp"

#include <Eigen/LU>
#include <set>

#include "md/support/error.hpp"

namespace glasscape {

AtomGroup::AtomGroup(const Configuration& reference, std::vector<Eigen::Index> atoms) : atoms_(std::move(atoms)), cell_(reference.cell) {
  if (atoms_.empty()) throw InputError("the group of a collective variable has no atoms, expected at least one");
  std::set<Eigen::Index> seen;
  for (const Eigen::Index i : atoms_) {
    if (i < 0 || i >= reference.atoms())
      throw InputError("atom {} of a group does not exist: there are {}, numbered from 0", i, reference.atoms());
    if (!seen.insert(i).second) throw InputError("atom {} is twice in a group", i);
  }
  places_ = reference.positions(Eigen::all, atoms_);
}

Matrix3d AtomGroup::deformation(const Cell& cell) const {
  if (cell.lattice() == cell_.lattice()) return Matrix3d::Identity();
  return cell.lattice() * cell_.lattice().inverse();
}

Positions AtomGroup::displacements(const Positions& x, const Cell& cell) const {
  const Matrix3d follow = deformation(cell);
  Positions d(3, size());
  for (Eigen::Index k = 0; k < size(); ++k) d.col(k) = x.col(atoms_[static_cast<std::size_t>(k)]) - follow * places_.col(k);
  // the first atom may be the one that moves, so images are taken about the mean drift and not about its own
  Vector3d drift = d.col(0), mean = Vector3d::Zero();
  for (Eigen::Index k = 0; k < size(); ++k) mean += cell.nearest(d.col(k) - drift);
  drift += mean / static_cast<double>(size());
  for (Eigen::Index k = 0; k < size(); ++k) d.col(k) = cell.nearest(d.col(k) - drift);
  return d.colwise() - d.rowwise().mean();
}

Positions AtomGroup::body() const {
  Positions body(3, size());
  for (Eigen::Index k = 0; k < size(); ++k) body.col(k) = cell_.nearest(places_.col(k) - places_.col(0));
  for (Eigen::Index k = 0; k < size(); ++k)
    for (Eigen::Index l = 0; l < k; ++l) {
      const Vector3d between = body.col(k) - body.col(l);
      if ((cell_.nearest(between) - between).norm() > 1e-6)
        throw InputError("the group of a collective variable is as wide as half the cell: atoms {} and {} are {:.4g} A apart within it and nearer as images; choose a "
                         "smaller group, or a variable without rotation",
                         atoms_[static_cast<std::size_t>(l)], atoms_[static_cast<std::size_t>(k)], between.norm());
    }
  return body.colwise() - body.rowwise().mean();
}

std::vector<Eigen::Index> atoms_of(const Species& species, std::string_view element) {
  std::vector<Eigen::Index> atoms;
  for (Eigen::Index i = 0; i < species.atoms(); ++i)
    if (element == "all" || species.of(i).name == element) atoms.push_back(i);
  return atoms;
}

std::vector<Eigen::Index> atoms_within(const Configuration& configuration, Eigen::Index centre, double radius) {
  std::vector<Eigen::Index> atoms;
  const Eigen::VectorXd distances = configuration.cell.distances(configuration.positions, configuration.positions.col(centre));
  for (Eigen::Index i = 0; i < configuration.atoms(); ++i)
    if (distances[i] < radius) atoms.push_back(i);
  return atoms;
}

Positions mask_of(Eigen::Index atoms, const std::vector<Eigen::Index>& chosen) {
  Positions mask = Positions::Zero(3, atoms);
  for (const Eigen::Index i : chosen) mask.col(i).setOnes();
  return mask;
}

void check_sphere(const Cell& cell, double radius) {
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)] && 2.0 * radius > cell.heights()[k])
      throw InputError("a group within {:.4g} A of an atom meets its own image in a cell {:.4g} A high: choose a radius below half of that", radius, cell.heights()[k]);
}

}  // namespace glasscape
