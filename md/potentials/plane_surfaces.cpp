#include "md/potentials/plane_surfaces.hpp"

#include <cmath>

#include "md/pair.hpp"

namespace glasscape {
namespace {

class PlaneHessian final : public Hessian {
 public:
  explicit PlaneHessian(std::vector<Eigen::Matrix2d> blocks) : blocks_(std::move(blocks)) {}
  Eigen::Index atoms() const override { return static_cast<Eigen::Index>(blocks_.size()); }
  Positions times(const Positions& v) const override {
    Positions product = Positions::Zero(3, v.cols());
    for (Eigen::Index i = 0; i < v.cols(); ++i)
      product.col(i).head<2>() = blocks_[static_cast<std::size_t>(i)] * v.col(i).head<2>();
    return product;
  }

 private:
  std::vector<Eigen::Matrix2d> blocks_;
};

}  // namespace

void PlaneSurface::add(const Atoms& atoms, Want want, Evaluation& out) const {
  Eigen::VectorXd energy(atoms.count);
  AtomTensors virial = AtomTensors::Zero(6, atoms.count);
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const PlaneValue v = at(atoms.x(0, i), atoms.x(1, i));
    energy[i] = v.value;
    out.forces.col(i).head<2>() -= v.gradient;
    const double cross = -0.5 * (atoms.x(0, i) * v.gradient[1] + atoms.x(1, i) * v.gradient[0]);
    virial.col(i) << -atoms.x(0, i) * v.gradient[0], -atoms.x(1, i) * v.gradient[1], 0.0, cross, 0.0, 0.0;
  }
  add_atom_terms(energy, virial, want, out);
}

std::unique_ptr<Hessian> PlaneSurface::hessian(const Atoms& atoms, double) const {
  std::vector<Eigen::Matrix2d> blocks;
  for (Eigen::Index i = 0; i < atoms.count; ++i) blocks.push_back(at(atoms.x(0, i), atoms.x(1, i)).curvature);
  return std::make_unique<PlaneHessian>(std::move(blocks));
}

PlaneValue MuellerBrown::at(double x, double y) const {
  constexpr double A[] = {-200, -100, -170, 15}, a[] = {-1, -1, -6.5, 0.7}, b[] = {0, 0, 11, 0.6}, c[] = {-10, -10, -6.5, 0.7};
  constexpr double x0[] = {1, 0, -0.5, -1}, y0[] = {0, 0.5, 1.5, 1};
  PlaneValue sum;
  for (int k = 0; k < 4; ++k) {
    const double dx = x - x0[k], dy = y - y0[k];
    const double term = scale_ * A[k] * std::exp(a[k] * dx * dx + b[k] * dx * dy + c[k] * dy * dy);
    const Eigen::Vector2d slope(2 * a[k] * dx + b[k] * dy, b[k] * dx + 2 * c[k] * dy);
    sum.value += term;
    sum.gradient += term * slope;
    Eigen::Matrix2d bend;
    bend << 2 * a[k], b[k], b[k], 2 * c[k];
    sum.curvature += term * (slope * slope.transpose() + bend);
  }
  return sum;
}

PlaneValue DoubleWell::at(double x, double y) const {
  const double u = x / options_.half;
  const double well = u * u - 1.0;
  PlaneValue v;
  v.value = options_.height * well * well + 0.5 * options_.stiffness * y * y;
  v.gradient = {4.0 * options_.height * u * well / options_.half, options_.stiffness * y};
  v.curvature << options_.height * (12.0 * u * u - 4.0) / (options_.half * options_.half), 0.0, 0.0, options_.stiffness;
  return v;
}

std::string DoubleWell::provenance() const {
  return fmt::format("double-well: height {} eV, half {} A, stiffness {} eV/A^2", shortest(options_.height),
                     shortest(options_.half), shortest(options_.stiffness));
}

}  // namespace glasscape
