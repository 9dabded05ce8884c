// Incomplete Cholesky factors L D L^T of a symmetric positive definite matrix of 3 x 3 blocks, without fill: L has blocks only where
// the matrix has. Meijerink and van der Vorst, Math. Comp. 31, 148 (1977), with blocks for numbers; where a pivot is not positive
// the diagonal is raised and all begins again (Manteuffel, Math. Comp. 34, 473 (1980)).
#pragma once

#include <functional>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

/// The lower half of a symmetric matrix of 3 x 3 blocks, row after row.
struct BlockMatrix {
  /// Takes a block below the diagonal: column < row.
  using Take = std::function<void(int row, int column, const Matrix3d& block)>;
  /// `give_below` gives the blocks below the diagonal; it is called twice, and must give the same ones. Those of one place are added up.
  BlockMatrix(std::vector<Matrix3d> diagonal, const std::function<void(const Take&)>& give_below);
  /// Both halves.
  Eigen::MatrixXd dense() const;

  std::vector<Matrix3d> diagonal;
  std::vector<std::size_t> first;  // rows + 1 offsets into
  std::vector<int> column;         // ascending in each row
  std::vector<Matrix3d> below;
};

class IncompleteCholesky {
 public:
  IncompleteCholesky() = default;
  explicit IncompleteCholesky(const BlockMatrix& matrix);
  /// (L D L^T)^-1 f; 3 x rows.
  Positions solve(const Positions& f) const;

  /// Row after row, as BlockMatrix.
  const std::vector<std::size_t>& first() const { return first_; }
  const std::vector<int>& column() const { return column_; }
  const std::vector<Matrix3d>& lower() const { return lower_; }                  // of L, whose diagonal is 1
  const std::vector<Matrix3d>& inverse_pivot() const { return inverse_pivot_; }  // of D

 private:
  bool factorise(const BlockMatrix& matrix, double raise);

  std::vector<std::size_t> first_;
  std::vector<int> column_;
  std::vector<Matrix3d> lower_, inverse_pivot_;
};

}  // namespace glasscape
