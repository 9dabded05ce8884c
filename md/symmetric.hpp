// Dense symmetric matrices by LAPACK: logarithm of the determinant with inertia, inverse, eigenvalues; products by BLAS.
// Bunch-Kaufman pivoting (Math. Comp. 31, 163 (1977)) keeps the factorisation of an indefinite matrix stable, and
// Sylvester's law gives the number of negative eigenvalues from its pivots. Measured against sparse factorisations of
// glasses of 500 to 4000 atoms in docs/normal_modes.md. Matrices that are "consumed" hold rubbish afterwards.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

namespace glasscape {

struct Determinant {
  double log_abs = 0;         // ln|det|; -infinity for a singular matrix
  Eigen::Index negative = 0;  // negative eigenvalues
};

/// ln|det m| and the number of negative eigenvalues of a symmetric matrix, whose lower half is consumed.
Determinant determinant(Eigen::MatrixXd& m);

/// A symmetric matrix, regular or not, kept as its factors: to solve with what the determinant was made from.
class SymmetricFactors {
 public:
  /// Takes the lower half.
  explicit SymmetricFactors(Eigen::MatrixXd m);
  const Determinant& determinant() const { return determinant_; }
  /// x of m x = b; m must be regular.
  Eigen::VectorXd solve(Eigen::VectorXd b) const;

 private:
  Eigen::MatrixXd factors_;
  std::vector<int> pivots_;
  Determinant determinant_;
};

/// Replaces a positive definite matrix, of which the lower half counts, by its inverse in full; returns ln det m.
/// Nothing when it is not positive definite; then it is consumed.
std::optional<double> invert_positive(Eigen::MatrixXd& m);

/// All eigenvalues of a symmetric matrix, ascending; its lower half is consumed. With vectors, it holds them afterwards.
Eigen::VectorXd eigenvalues(Eigen::MatrixXd& m, bool vectors = false);

/// a b, and a^T b. A BLAS made for the processor does in a quarter of the time what Eigen does, built for any.
Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
Eigen::MatrixXd transposed_product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

}  // namespace glasscape
