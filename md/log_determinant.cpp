#include "md/log_determinant.hpp"

#include "md/symmetric.hpp"

namespace glasscape {

LogDeterminant log_determinant(Surface& surface, const Positions& x) {
  return log_determinant(surface.hessian(x)->matrix(), mode_space(surface, x));
}

LogDeterminant log_determinant(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space) {
  Eigen::MatrixXd part = space.kept_part(hessian);
  const Determinant d = determinant(part);
  return {d.log_abs + space.mass_term(), d.negative, space.modes()};
}

}  // namespace glasscape
