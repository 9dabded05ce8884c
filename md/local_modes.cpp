#include "md/local_modes.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>

#include "md/zero_modes.hpp"

namespace glasscape {

LocalModes::LocalModes(const Surface& surface, const Positions& x, const Positions& local) {
  std::vector<Eigen::Index> everywhere;
  for (Eigen::Index i = 0; i < local.cols(); ++i) {
    if (local.col(i).isZero(0.0)) continue;
    for (int axis = 0; axis < 3; ++axis)
      if (local(axis, i) != 0.0 && surface.free()(axis, i) != 0.0) {
        coordinates_.push_back(3 * static_cast<Eigen::Index>(atoms_.size()) + axis);
        everywhere.push_back(3 * i + axis);
      }
    atoms_.push_back(i);
  }
  if (static_cast<Eigen::Index>(everywhere.size()) == x.size()) zero_ = zero_modes(surface, x)(everywhere, Eigen::all);
}

Direction LocalModes::softened(const Hessian& hessian, const Positions& direction, double softening) const {
  Eigen::MatrixXd h = hessian.block(atoms_)(coordinates_, coordinates_);
  if (zero_.cols() > 0) {
    const double stiff = 100.0 * h.cwiseAbs().maxCoeff();
    h -= zero_ * (zero_.transpose() * h);
    h -= (h * zero_).eval() * zero_.transpose();
    h += stiff * zero_ * zero_.transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(h);
  const Positions of_atoms = direction(Eigen::all, atoms_);
  const Eigen::VectorXd before = of_atoms.reshaped()(coordinates_);
  const Eigen::ArrayXd stiffness = modes.eigenvalues().array() - std::min(modes.eigenvalues()[0], 0.0) + softening;
  const Eigen::ArrayXd parts = ((modes.eigenvectors().transpose() * before).array() / stiffness).matrix().normalized();
  const Eigen::VectorXd after = modes.eigenvectors() * parts.matrix();
  Direction turned{Positions::Zero(3, direction.cols()), (parts.square() * modes.eigenvalues().array()).sum()};
  for (std::size_t k = 0; k < coordinates_.size(); ++k)
    turned.vector(coordinates_[k] % 3, atoms_[static_cast<std::size_t>(coordinates_[k] / 3)]) = after[static_cast<Eigen::Index>(k)];
  return turned;
}

}  // namespace glasscape
