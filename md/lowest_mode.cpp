#include "md/lowest_mode.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace glasscape {
namespace {

Positions shaped(const Eigen::VectorXd& v) { return Eigen::Map<const Positions>(v.data(), 3, v.size() / 3); }

}  // namespace

Mode lowest_mode(const Hessian& hessian, const Positions& guess, const LowestMode& options, const Projection& project) {
  const Eigen::Index size = guess.size();
  const int most = static_cast<int>(std::min<Eigen::Index>(options.max_vectors, size));
  Eigen::MatrixXd basis(size, most), images(size, most), small(most, most);
  Positions v = guess;
  project(v);
  v /= v.norm();
  Mode mode;
  for (int k = 0; k < most; ++k) {
    basis.col(k) = v.reshaped();
    Positions image = hessian.times(v);
    project(image);
    ++mode.products;
    images.col(k) = image.reshaped();
    small.col(k).head(k + 1) = basis.leftCols(k + 1).transpose() * images.col(k);
    small.row(k).head(k) = small.col(k).head(k).transpose();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz(small.topLeftCorner(k + 1, k + 1));
    const Eigen::VectorXd lowest = ritz.eigenvectors().col(0);
    mode.eigenvalue = ritz.eigenvalues()[0];
    mode.next = ritz.eigenvalues()[std::min(k, 1)];
    mode.vector = shaped(basis.leftCols(k + 1) * lowest);
    const Positions residual = shaped(images.leftCols(k + 1) * lowest) - mode.eigenvalue * mode.vector;
    mode.residual = residual.norm();
    if (mode.residual <= 1e-12 * std::max(1.0, std::abs(mode.eigenvalue))) break;  // the space is exhausted
    if (k > 0 && mode.residual < std::max(options.residual, options.relative * std::abs(mode.eigenvalue))) break;
    v = options.network ? options.network->solve(residual) : residual;
    project(v);
    const double before = v.norm();
    for (int pass = 0; pass < 2; ++pass)  // twice is enough (Kahan, in Parlett, The Symmetric Eigenvalue Problem)
      v.reshaped() -= basis.leftCols(k + 1) * (basis.leftCols(k + 1).transpose() * v.reshaped());
    if (v.norm() <= 1e-8 * before) break;  // nothing new: what is left is rounding, which no projection has seen
    v /= v.norm();
  }
  mode.vector /= mode.vector.norm();
  return mode;
}

}  // namespace glasscape
