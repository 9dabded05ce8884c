#include "md/hessian.hpp"

namespace glasscape {

Eigen::SparseMatrix<double> Hessian::matrix() const {
  const Eigen::Index n = 3 * atoms();
  std::vector<Eigen::Triplet<double>> entries;
  Positions unit = Positions::Zero(3, atoms());
  for (Eigen::Index k = 0; k < n; ++k) {
    unit.reshaped()[k] = 1.0;
    const Positions column = times(unit);
    unit.reshaped()[k] = 0.0;
    for (Eigen::Index l = 0; l < n; ++l)
      if (column.reshaped()[l] != 0.0) entries.emplace_back(static_cast<int>(l), static_cast<int>(k), column.reshaped()[l]);
  }
  Eigen::SparseMatrix<double> matrix(n, n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

Eigen::MatrixXd Hessian::block(const std::vector<Eigen::Index>& chosen) const {
  const auto n = static_cast<Eigen::Index>(chosen.size());
  Eigen::MatrixXd block(3 * n, 3 * n);
  Positions unit = Positions::Zero(3, atoms());
  for (Eigen::Index k = 0; k < 3 * n; ++k) {
    double& one = unit(k % 3, chosen[static_cast<std::size_t>(k / 3)]);
    one = 1.0;
    block.col(k) = times(unit)(Eigen::all, chosen).reshaped();
    one = 0.0;
  }
  return block;
}

}  // namespace glasscape
