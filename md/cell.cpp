#include "md/cell.hpp"

#include <Eigen/LU>
#include <cmath>

#include "md/lanes.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// Rounded, where it is below 2^51 in size: adding what has no bits left for fractions takes them off. A function of the library's would be a call for each.
GLASSCAPE_INLINE double rounded(double s) {
  constexpr double no_fraction = 6755399441055744.0;  // 1.5 * 2^52
  return (s + no_fraction) - no_fraction;
}

/// Of images that are found by rounding.
GLASSCAPE_PER_PROCESSOR
void distances_by_rounding(const double* x, Eigen::Index count, const Vector3d& from, const Matrix3d& inverse, const Matrix3d& lattice, const Vector3d& periodic, double* distance) {
  for (Eigen::Index i = 0; i < count; ++i) {
    const double dx = x[3 * i] - from[0], dy = x[3 * i + 1] - from[1], dz = x[3 * i + 2] - from[2];
    double a = inverse(0, 0) * dx + inverse(0, 1) * dy + inverse(0, 2) * dz, b = inverse(1, 0) * dx + inverse(1, 1) * dy + inverse(1, 2) * dz, c = inverse(2, 0) * dx + inverse(2, 1) * dy + inverse(2, 2) * dz;
    a -= periodic[0] * rounded(a);
    b -= periodic[1] * rounded(b);
    c -= periodic[2] * rounded(c);
    const double u = lattice(0, 0) * a + lattice(0, 1) * b + lattice(0, 2) * c, v = lattice(1, 0) * a + lattice(1, 1) * b + lattice(1, 2) * c, w = lattice(2, 0) * a + lattice(2, 1) * b + lattice(2, 2) * c;
    distance[i] = std::sqrt(u * u + v * v + w * w);
  }
}

}  // namespace

Cell::Cell() : Cell(Matrix3d::Identity(), {false, false, false}) {}

Cell::Cell(const Matrix3d& lattice, std::array<bool, 3> periodic, const Vector3d& origin)
    : lattice_(lattice), origin_(origin), periodic_(periodic) {
  if (!lattice.allFinite() || !origin.allFinite()) throw FormatError("the cell has a value that is not a finite number");
  volume_ = lattice.determinant();
  const double scale = lattice.col(0).norm() * lattice.col(1).norm() * lattice.col(2).norm();
  if (!(std::abs(volume_) > 1e-12 * scale) || scale == 0.0)
    throw FormatError("the cell has no volume: its lattice vectors are zero or lie in a plane");
  if (volume_ < 0)
    throw FormatError("the cell is left-handed (volume {} A^3): swap two lattice vectors", volume_);
  inverse_ = lattice.inverse();
  for (int k = 0; k < 3; ++k) heights_[k] = 1.0 / inverse_.row(k).norm();
  const Matrix3d metric = lattice.transpose() * lattice;
  search_images_ = std::max({std::abs(metric(0, 1)), std::abs(metric(0, 2)), std::abs(metric(1, 2))}) >
                   1e-12 * metric.diagonal().maxCoeff();
}

Cell Cell::cubic(double edge) { return Cell(edge * Matrix3d::Identity()); }

Eigen::Vector3i Cell::image(const Vector3d& position) const {
  const Vector3d s = fractional(position);
  Eigen::Vector3i shift = Eigen::Vector3i::Zero();
  for (int k = 0; k < 3; ++k)
    if (periodic_[k]) shift[k] = static_cast<int>(std::floor(s[k]));
  return shift;
}

Vector3d Cell::wrapped(const Vector3d& position) const {
  return position - lattice_ * image(position).cast<double>();
}

Vector3d Cell::nearest(const Vector3d& difference) const {
  Vector3d s = inverse_ * difference;
  for (int k = 0; k < 3; ++k)
    if (periodic_[k]) s[k] -= std::round(s[k]);
  const Vector3d rounded = lattice_ * s;
  if (!search_images_) return rounded;
  // images that could be nearer than the rounded one: |s_k| <= |rounded| / height_k
  Vector3d best = rounded;
  Eigen::Vector3i reach = Eigen::Vector3i::Zero();
  for (int k = 0; k < 3; ++k)
    if (periodic_[k]) reach[k] = static_cast<int>(std::floor(rounded.norm() / heights_[k] + std::abs(s[k])));
  for (int i = -reach[0]; i <= reach[0]; ++i)
    for (int j = -reach[1]; j <= reach[1]; ++j)
      for (int k = -reach[2]; k <= reach[2]; ++k) {
        const Vector3d candidate = rounded + lattice_ * Vector3d(i, j, k);
        if (candidate.squaredNorm() < best.squaredNorm()) best = candidate;
      }
  return best;
}

Eigen::VectorXd Cell::distances(const Eigen::Ref<const Eigen::Matrix3Xd>& positions, const Vector3d& from) const {
  if (positions.outerStride() != 3) return distances(Eigen::Matrix3Xd(positions), from);  // part of larger columns
  Eigen::VectorXd distances(positions.cols());
  if (search_images_)
    for (Eigen::Index i = 0; i < positions.cols(); ++i) distances[i] = nearest(positions.col(i) - from).norm();
  else
    distances_by_rounding(positions.data(), positions.cols(), from, inverse_, lattice_, Vector3d(periodic_[0], periodic_[1], periodic_[2]), distances.data());
  return distances;
}

}  // namespace glasscape
