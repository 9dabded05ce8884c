#include "md/lowest_mode.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace glasscape {

Mode lowest_mode(const Hessian& hessian, const Positions& guess, const Lanczos& options, const Projection& project) {
  const Eigen::Index size = guess.size();
  const int most = static_cast<int>(std::min<Eigen::Index>(options.max_vectors, size));
  Eigen::MatrixXd basis(size, most);
  Eigen::VectorXd diagonal(most), beside(most);
  Positions v = guess;
  project(v);
  v /= v.norm();
  Mode mode;
  for (int k = 0; k < most; ++k) {
    basis.col(k) = v.reshaped();
    Positions w = hessian.times(v);
    project(w);
    ++mode.products;
    diagonal[k] = basis.col(k).dot(w.reshaped());
    for (int pass = 0; pass < 2; ++pass)  // twice is enough (Kahan, in Parlett, The Symmetric Eigenvalue Problem)
      w.reshaped() -= basis.leftCols(k + 1) * (basis.leftCols(k + 1).transpose() * w.reshaped());
    beside[k] = w.norm();
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> small;
    small.computeFromTridiagonal(diagonal.head(k + 1), beside.head(k));
    const double lambda = small.eigenvalues()[0];
    mode.eigenvalue = lambda;
    mode.next = k > 0 ? small.eigenvalues()[1] : lambda;
    mode.residual = std::abs(beside[k] * small.eigenvectors()(k, 0));
    const bool exhausted = beside[k] <= 1e-12 * std::max(1.0, std::abs(diagonal[0]));
    const bool converged = k > 0 && mode.residual < std::max(options.residual, options.relative * std::abs(lambda));
    if (exhausted || converged || k + 1 == most) {
      const Eigen::VectorXd ritz = basis.leftCols(k + 1) * small.eigenvectors().col(0);
      mode.vector = Eigen::Map<const Positions>(ritz.data(), 3, guess.cols()) / ritz.norm();
      if (exhausted) mode.residual = 0.0;
      break;
    }
    v = w / beside[k];
  }
  return mode;
}

}  // namespace glasscape
