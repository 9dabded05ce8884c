// A point in configuration space: what the atoms are, the cell they live in, where they are and how they move.
// Positions are unwrapped: an atom that leaves the cell keeps its path, and writers fold it back with image flags.
// Units: Angstrom, u, momenta in u * Angstrom / internal time = sqrt(u * eV).
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

#include "md/cell.hpp"

namespace glasscape {

/// 3 x atoms, one column per atom.
using Positions = Eigen::Matrix3Xd;

struct Element {
  std::string name;
  double mass = 1.0;  // u

  bool operator==(const Element&) const = default;
};

/// What each atom is. Immutable and shared by all configurations of a system.
struct Species {
  std::vector<Element> elements;
  std::vector<int> element_of;  // index into elements, one per atom

  const Element& of(Eigen::Index atom) const { return elements[static_cast<std::size_t>(element_of[static_cast<std::size_t>(atom)])]; }
  Eigen::Index atoms() const { return static_cast<Eigen::Index>(element_of.size()); }
  /// One mass per atom, u.
  Eigen::VectorXd masses() const;
  bool operator==(const Species&) const = default;
};

struct Configuration {
  std::shared_ptr<const Species> species;
  Cell cell;
  Positions positions;
  Positions momenta;  // 0 columns: at rest

  Eigen::Index atoms() const { return positions.cols(); }
};

/// Standard atomic weight (IUPAC 2021, abridged), or nothing for a name that is no element.
double standard_mass(std::string_view symbol);

/// Elements by name with standard masses (1 u for names that are no element).
std::vector<Element> elements_named(const std::vector<std::string>& names);

/// The configuration repeated n times along each lattice vector; velocities are repeated with it.
Configuration repeated(const Configuration& unit, std::array<int, 3> n);

/// The rotation that brings the first lattice vector along x and the second into the xy-plane; exactly the unit matrix when they are
/// there already.
Matrix3d rotation_to_upper(const Matrix3d& lattice);
/// The configuration, its cell and its momenta turned about the cell's origin.
Configuration turned(const Configuration& configuration, const Matrix3d& rotation);

/// Throws FormatError unless counts agree and every number is finite; `source` begins the message.
void check(const Configuration& configuration, const std::string& source);

}  // namespace glasscape
