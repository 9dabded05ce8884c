#include "md/incomplete_cholesky.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <utility>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// Where blocks of one place were added up, rows end before the next begin.
void close_gaps(BlockMatrix& matrix, const std::vector<std::size_t>& end) {
  std::size_t next = 0;
  for (std::size_t row = 0; row < end.size(); ++row) {
    const std::size_t begin = std::exchange(matrix.first[row], next);
    for (std::size_t m = begin; m < end[row]; ++m, ++next) {
      matrix.column[next] = matrix.column[m];
      matrix.below[next] = matrix.below[m];
    }
  }
  matrix.first.back() = next;
  matrix.column.resize(next);
  matrix.below.resize(next);
}

}  // namespace

BlockMatrix::BlockMatrix(std::vector<Matrix3d> on_diagonal, const std::function<void(const Take&)>& give_below) : diagonal(std::move(on_diagonal)), first(diagonal.size() + 1, 0) {
  give_below([&](int row, int, const Matrix3d&) { ++first[static_cast<std::size_t>(row) + 1]; });
  for (std::size_t row = 1; row < first.size(); ++row) first[row] += first[row - 1];
  column.resize(first.back());
  below.resize(first.back());
  std::vector<std::size_t> end(first.begin(), first.end() - 1);  // of what each row has by now
  give_below([&](int row, int at_column, const Matrix3d& block) {
    const std::size_t begin = first[static_cast<std::size_t>(row)];
    std::size_t place = end[static_cast<std::size_t>(row)];
    while (place > begin && column[place - 1] > at_column) --place;
    if (place > begin && column[place - 1] == at_column) {
      below[place - 1] += block;
      return;
    }
    std::size_t& last = end[static_cast<std::size_t>(row)];
    for (std::size_t m = last; m > place; --m) {
      column[m] = column[m - 1];
      below[m] = below[m - 1];
    }
    column[place] = at_column;
    below[place] = block;
    ++last;
  });
  close_gaps(*this, end);
}

Eigen::MatrixXd BlockMatrix::dense() const {
  const auto rows = static_cast<Eigen::Index>(diagonal.size());
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(3 * rows, 3 * rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    all.block<3, 3>(3 * i, 3 * i) = diagonal[row];
    for (std::size_t m = first[row]; m < first[row + 1]; ++m) {
      all.block<3, 3>(3 * i, 3 * column[m]) = below[m];
      all.block<3, 3>(3 * column[m], 3 * i) = below[m].transpose();
    }
  }
  return all;
}

IncompleteCholesky::IncompleteCholesky(const BlockMatrix& matrix) : first_(matrix.first), column_(matrix.column) {
  constexpr double most = 1e3;  // then the diagonal alone would do
  for (double raise = 0.0; !factorise(matrix, raise); raise = std::max(2.0 * raise, 1e-3))
    if (!(raise < most)) throw Error("incomplete factors: a diagonal block is not positive, or an entry is no number");
}

/// With diagonal blocks 1 + raise times their size. False when a pivot is not well above 0.
bool IncompleteCholesky::factorise(const BlockMatrix& matrix, double raise) {
  constexpr double smallest = 1e-4;  // of the diagonal block's determinant: a pivot below it is too near to 0
  const std::size_t rows = matrix.diagonal.size();
  lower_.resize(column_.size());
  inverse_pivot_.resize(rows);
  std::vector<Matrix3d> scaled;                                 // L_ij D_j of this row
  std::vector<std::size_t> place(rows, column_.size());         // of the blocks of this row
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t m = first_[i]; m < first_[i + 1]; ++m) place[static_cast<std::size_t>(column_[m])] = m;
    Matrix3d pivot = (1.0 + raise) * matrix.diagonal[i];
    scaled.resize(first_[i + 1] - first_[i]);
    for (std::size_t m = first_[i]; m < first_[i + 1]; ++m) {
      const auto k = static_cast<std::size_t>(column_[m]);
      Matrix3d value = matrix.below[m];
      for (std::size_t n = first_[k]; n < first_[k + 1]; ++n)
        if (const std::size_t at = place[static_cast<std::size_t>(column_[n])]; at < m) value.noalias() -= scaled[at - first_[i]] * lower_[n].transpose();
      scaled[m - first_[i]] = value;
      lower_[m].noalias() = value * inverse_pivot_[k];
      pivot.noalias() -= value * lower_[m].transpose();
    }
    for (std::size_t m = first_[i]; m < first_[i + 1]; ++m) place[static_cast<std::size_t>(column_[m])] = column_.size();
    const bool is_positive = pivot(0, 0) > 0.0 && pivot.topLeftCorner<2, 2>().determinant() > 0.0 && pivot.determinant() > smallest * matrix.diagonal[i].determinant();
    if (!is_positive) return false;
    const Matrix3d inverse = pivot.inverse();
    inverse_pivot_[i] = 0.5 * (inverse + inverse.transpose());
  }
  return true;
}

Positions IncompleteCholesky::solve(const Positions& f) const {
  Positions x = f;
  const std::size_t rows = inverse_pivot_.size();
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t m = first_[i]; m < first_[i + 1]; ++m) x.col(static_cast<Eigen::Index>(i)) -= lower_[m] * x.col(column_[m]);
  for (std::size_t i = 0; i < rows; ++i) x.col(static_cast<Eigen::Index>(i)) = inverse_pivot_[i] * Vector3d(x.col(static_cast<Eigen::Index>(i)));
  for (std::size_t i = rows; i-- > 0;) {
    const Vector3d known = x.col(static_cast<Eigen::Index>(i));
    for (std::size_t m = first_[i]; m < first_[i + 1]; ++m) x.col(column_[m]) -= lower_[m].transpose() * known;
  }
  return x;
}

}  // namespace glasscape
