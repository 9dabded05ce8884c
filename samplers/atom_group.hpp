// Some atoms of a reference configuration, each with its place, and how far they are from there: what a collective
// variable is made of. The places follow the cell affinely, so that a breathing cell displaces nothing. Every atom is
// taken at the image nearest to its place once the drift of the whole group is taken off: wrapping, drift and the order
// of the atoms do not matter while no atom is half a cell from its place. Angstrom.
#pragma once

#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

class AtomGroup {
 public:
  /// Throws InputError for no atoms, an atom that does not exist, or one that is named twice.
  AtomGroup(const Configuration& reference, std::vector<Eigen::Index> atoms);

  const std::vector<Eigen::Index>& atoms() const { return atoms_; }
  Eigen::Index size() const { return places_.cols(); }
  /// From their places, 3 x size, the mean over the group taken off.
  Positions displacements(const Positions& x, const Cell& cell) const;
  /// The places, 3 x size, about their mean, as one body: each at the image nearest to the first. Throws InputError when
  /// two of them are not nearest images of each other then: the group is as wide as half the cell.
  Positions body() const;
  /// How vectors of the reference follow a cell.
  Matrix3d deformation(const Cell& cell) const;

 private:
  std::vector<Eigen::Index> atoms_;
  Positions places_;
  Cell cell_;
};

/// The atoms of an element, or of every one for "all", ascending.
std::vector<Eigen::Index> atoms_of(const Species& species, std::string_view element);
/// The centre and all atoms nearer to it than the radius, by their nearest images, ascending.
std::vector<Eigen::Index> atoms_within(const Configuration& configuration, Eigen::Index centre, double radius);
/// 1 on the coordinates of the chosen atoms, 0 elsewhere; 3 x atoms.
Positions mask_of(Eigen::Index atoms, const std::vector<Eigen::Index>& chosen);
/// Throws InputError for a sphere of that radius that meets its own image.
void check_sphere(const Cell& cell, double radius);

}  // namespace glasscape
