// The simulation cell: lattice vectors, periodic directions, and the only code that knows periodicity.
// Invariants: right-handed, volume above zero, finite. Angstrom. Lattice vectors are the columns a, b, c of `lattice`.
#pragma once

#include <Eigen/Core>
#include <array>

namespace glasscape {

using Eigen::Matrix3d;
using Eigen::Vector3d;

class Cell {
 public:
  /// No periodic direction: a cluster. The lattice is the unit matrix and has no meaning.
  Cell();
  /// Throws FormatError for a lattice that is not finite, has no volume or is left-handed.
  explicit Cell(const Matrix3d& lattice, std::array<bool, 3> periodic = {true, true, true},
                const Vector3d& origin = Vector3d::Zero());
  static Cell cubic(double edge);

  const Matrix3d& lattice() const { return lattice_; }
  const Vector3d& origin() const { return origin_; }
  const std::array<bool, 3>& periodic() const { return periodic_; }
  bool any_periodic() const { return periodic_[0] || periodic_[1] || periodic_[2]; }
  bool all_periodic() const { return periodic_[0] && periodic_[1] && periodic_[2]; }

  double volume() const { return volume_; }
  /// Distance between the two faces that lattice vector k joins.
  Vector3d heights() const { return heights_; }

  /// Coordinates along the lattice vectors, 0 to 1 inside the cell.
  Vector3d fractional(const Vector3d& position) const { return inverse_ * (position - origin_); }
  /// How many lattice vectors to take off a position to bring it into the cell; 0 along open directions.
  Eigen::Vector3i image(const Vector3d& position) const;
  /// The position brought into the cell along its periodic directions.
  Vector3d wrapped(const Vector3d& position) const;
  /// The shortest periodic image of a difference of two positions, for any triclinic cell.
  Vector3d nearest(const Vector3d& difference) const;
  /// Of many positions, the columns of 3 x n, how far they are from a place, by nearest images.
  Eigen::VectorXd distances(const Eigen::Ref<const Eigen::Matrix3Xd>& positions, const Vector3d& from) const;

  /// The same cell with another lattice (as a barostat or a shear changes it). Throws as the constructor.
  Cell with_lattice(const Matrix3d& lattice) const { return Cell(lattice, periodic_, origin_); }

 private:
  Matrix3d lattice_, inverse_;
  Vector3d origin_, heights_;
  double volume_;
  std::array<bool, 3> periodic_;
  bool search_images_;  // a skewed cell: rounding alone can miss the nearest image
};

}  // namespace glasscape
