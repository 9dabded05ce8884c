#include "md/zero_modes.hpp"

#include <Eigen/Geometry>

namespace glasscape {

Eigen::MatrixXd zero_modes(const Surface& surface, const Positions& x) {
  if (!surface.floats()) return Eigen::MatrixXd(x.size(), 0);
  const bool cluster = !surface.cell().any_periodic();
  std::vector<Positions> candidates;
  for (int axis = 0; axis < 3; ++axis) {
    Positions shift = Positions::Zero(3, x.cols());
    shift.row(axis).setOnes();
    candidates.push_back(shift);
  }
  const Positions centred = x.colwise() - Vector3d(x.rowwise().mean());
  for (int axis = 0; cluster && axis < 3; ++axis) {
    Positions turn(3, x.cols());
    for (Eigen::Index i = 0; i < x.cols(); ++i) turn.col(i) = Vector3d::Unit(axis).cross(Vector3d(centred.col(i)));
    candidates.push_back(turn);
  }
  Eigen::MatrixXd basis(x.size(), 0);
  for (const Positions& candidate : candidates) {
    Eigen::VectorXd v = candidate.reshaped();
    const double before = v.norm();
    for (int pass = 0; pass < 2; ++pass) v -= basis * (basis.transpose() * v);
    if (!(v.norm() > 1e-8 * before)) continue;  // a line of atoms has no rotation about itself
    basis.conservativeResize(Eigen::NoChange, basis.cols() + 1);
    basis.rightCols(1) = v / v.norm();
  }
  return basis;
}

Projection physical_directions(const Surface& surface, const Positions& x) {
  return [&free = surface.free(), zero = zero_modes(surface, x)](Positions& v) {
    v.array() *= free.array();
    v.reshaped() -= zero * (zero.transpose() * v.reshaped());
  };
}

}  // namespace glasscape
