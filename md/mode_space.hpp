// The directions in which a system vibrates: its free coordinates without the zero modes. Each zero mode is taken out
// exactly by pinning one coordinate. For a symmetric H whose null space has the basis Z (columns), and a set S of as
// many coordinates with Z_S regular, the product of the nonzero eigenvalues of M^-1/2 H M^-1/2 is
//   det' = det H_(S) * det(Z^T M Z) / (det Z_S)^2 / prod m        H_(S): H without the rows and columns S
// (compound matrices: all principal minors of that order are in the ratio of the squared minors of the null space; for
// translations it is the all-minors matrix-tree theorem, Chaiken, SIAM J. Alg. Disc. Meth. 3, 319 (1982), with factor
// (sum m)^3). H_(S) has the inertia of H without the zeros, because every vector is one with no part on S and a zero mode.
// Masses enter as a sum of logarithms only. u, eV, Angstrom.
#pragma once

#include <Eigen/SparseCore>

#include "md/surface.hpp"

namespace glasscape {

struct ModeSpace {
  Eigen::VectorXd masses;           // of every coordinate, 3N, u
  Eigen::MatrixXd zero;             // orthonormal basis of the zero modes (unit masses), 3N x k
  std::vector<Eigen::Index> free;   // coordinates that move, ascending
  std::vector<Eigen::Index> pinned; // k of them
  std::vector<Eigen::Index> kept;   // free without pinned: as many as there are modes

  Eigen::Index modes() const { return static_cast<Eigen::Index>(kept.size()); }
  /// ln|det'| of the mass-weighted Hessian less ln|det H_(S)|.
  double mass_term() const;
  /// The same less ln det' H, the nonzero eigenvalues for unit masses.
  double weighting() const;
  /// The rows and columns `kept`, or `free`, of a Hessian.
  Eigen::MatrixXd kept_part(const Eigen::SparseMatrix<double>& hessian) const;
  Eigen::MatrixXd free_part(const Eigen::SparseMatrix<double>& hessian) const;
  /// M^-1/2 H M^-1/2 on `free`, u^-1 eV/Angstrom^2.
  Eigen::SparseMatrix<double> mass_weighted(const Eigen::SparseMatrix<double>& hessian) const;
  /// An orthonormal basis of the zero modes of `mass_weighted`, free x k.
  Eigen::MatrixXd mass_weighted_zero() const;
};

/// At a stationary point x; elsewhere rotations are no zero modes. Frozen coordinates are the surface's.
ModeSpace mode_space(const Surface& surface, const Positions& x);

}  // namespace glasscape
