// The Hessian of the potential energy at one point, as an operator and, where asked, as a sparse matrix.
// eV/Angstrom^2; 3N x 3N, coordinate 3*i + axis. Symmetric up to rounding.
#pragma once

#include <Eigen/SparseCore>
#include <algorithm>
#include <functional>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

/// The part of a Hessian that belongs to a pair of atoms: -along e e^T - across (1 - e e^T) between them.
struct Spring {
  int i, j;       // atoms, not images; j is -1 for one that stays and is no atom of the Hessian
  Vector3d e;     // from j to i, unit length
  double length;  // Angstrom
  double along;   // eV/Angstrom^2
  double across;

  /// What it adds to the diagonal blocks of its atoms.
  Matrix3d block() const { return across * Matrix3d::Identity() + (along - across) * e * e.transpose(); }
  /// As if it were nowhere negative.
  Matrix3d block_of_positive() const {
    const double stiff_across = std::max(across, 0.0);
    return Spring{i, j, e, length, std::max(along, stiff_across), stiff_across}.block();
  }
};

/// A pair of atoms, listed once: along = psi'', across = psi'/r (pair_hessian.hpp).
struct PairTerm : Spring {
  double b_ij = 0;  // change of the density at i with r
  double b_ji = 0;  // change of the density at j with r
};

using TakePair = std::function<void(const PairTerm&)>;
/// F'' at each atom's density, eV; empty for a pair potential.
using EmbeddingCurvature = Eigen::VectorXd;

class Hessian {
 public:
  virtual ~Hessian() = default;

  virtual Eigen::Index atoms() const = 0;
  /// H v, for 3 x atoms v.
  virtual Positions times(const Positions& v) const = 0;
  /// All of H. The default applies `times` to every unit vector: 3N products.
  virtual Eigen::SparseMatrix<double> matrix() const;
  /// The rows and columns of these atoms, in their order: how they respond while all others stay. The default applies
  /// `times` to each of their unit vectors.
  virtual Eigen::MatrixXd block(const std::vector<Eigen::Index>& atoms) const;
  /// The springs between pairs; none when the law is not made of pairs.
  virtual std::vector<Spring> springs() const { return {}; }
};

}  // namespace glasscape
