#include "md/surface.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

namespace glasscape {
namespace {

constexpr double furthest = 1e8;  // Angstrom from the origin; beyond, images could not be counted

std::vector<int> kinds_per_atom(const Potential& potential, const Species& species) {
  const std::vector<int> kind_of = potential.kinds(species.elements);
  std::vector<int> kinds;
  kinds.reserve(species.element_of.size());
  for (const int element : species.element_of) kinds.push_back(kind_of[static_cast<std::size_t>(element)]);
  return kinds;
}

/// A Hessian on the free coordinates that counts its products.
class CountedHessian final : public Hessian {
 public:
  CountedHessian(std::unique_ptr<Hessian> whole, Surface& surface) : whole_(std::move(whole)), surface_(surface) {}
  Eigen::Index atoms() const override { return whole_->atoms(); }
  Positions times(const Positions& v) const override {
    surface_.count_call();
    return whole_->times(v.cwiseProduct(surface_.free())).cwiseProduct(surface_.free());
  }
  Eigen::SparseMatrix<double> matrix() const override {
    surface_.count_call();
    Eigen::SparseMatrix<double> m = whole_->matrix();
    const auto free = surface_.free().reshaped();
    if (free.minCoeff() != 0.0) return m;
    m.prune([&](Eigen::Index row, Eigen::Index col, double) { return free[row] != 0.0 && free[col] != 0.0; });
    return m;
  }
  Eigen::MatrixXd block(const std::vector<Eigen::Index>& chosen) const override {
    Eigen::MatrixXd m = whole_->block(chosen);
    const Eigen::VectorXd free = surface_.free()(Eigen::all, chosen).reshaped();
    return free.asDiagonal() * m * free.asDiagonal();
  }
  std::vector<Spring> springs() const override { return whole_->springs(); }

 private:
  std::unique_ptr<Hessian> whole_;
  Surface& surface_;
};

/// Central differences of forces, H v = [F(x - h v) - F(x + h v)] / 2h: for potentials without a Hessian of their own.
class DifferenceHessian final : public Hessian {
 public:
  DifferenceHessian(Surface& surface, Positions x) : surface_(surface), x_(std::move(x)) {}
  Eigen::Index atoms() const override { return x_.cols(); }
  Positions times(const Positions& v) const override {
    constexpr double largest_step = 1e-4;  // Angstrom
    const double largest = v.cwiseAbs().maxCoeff();
    if (largest == 0.0) return Positions::Zero(3, v.cols());
    const double h = largest_step / largest;
    const Positions step = h * v.cwiseProduct(surface_.free());
    return (surface_.evaluate(x_ - step).forces - surface_.evaluate(x_ + step).forces) / (2.0 * h);
  }

 private:
  Surface& surface_;
  Positions x_;
};

}  // namespace

Surface::Surface(std::shared_ptr<const Potential> potential, const Configuration& frame, Options options)
    : potential_(std::move(potential)),
      species_(frame.species),
      options_(options),
      cell_(frame.cell),
      free_(Positions::Ones(3, frame.atoms())),
      neighbours_(potential_->cutoff() > 0 ? potential_->cutoff() + options.skin : 0.0, kinds_per_atom(*potential_, *frame.species),
                  potential_->lists(), [this](int kind, int other) { return potential_->cutoff_of(kind, other) + options_.skin; }),
      workspace_(potential_->workspace()) {
  check(frame, "configuration");
  freeze({});
  restart(frame.positions);
}

void Surface::freeze(const std::vector<Eigen::Index>& atoms) {
  free_.setOnes();
  if (potential_->dimension() < 3) free_.row(2).setZero();
  for (const Eigen::Index i : atoms) free_.col(i).setZero();
}

void Surface::set_cell(const Cell& cell) { cell_ = cell; }

void Surface::restart(const Positions& x) {
  neighbours_.build(x, cell_, threads());
  origin_ = x;
  origin_cell_ = cell_;
}

bool Surface::lists_hold(const Positions& x) const {
  const double range = neighbours_.range();
  if (range == 0.0) return true;
  double slack = options_.skin;
  if (cell_.lattice() == origin_cell_.lattice())
    return 4.0 * (x - origin_).colwise().squaredNorm().maxCoeff() < slack * slack;
  // an affine change of the cell moves pairs at the range by strain * range; the rest is non-affine
  const Matrix3d deformation = cell_.lattice() * origin_cell_.lattice().inverse();
  slack -= (deformation - Matrix3d::Identity()).norm() * range;
  const Positions affine = deformation * origin_;
  return slack > 0.0 && 4.0 * (x - affine).colwise().squaredNorm().maxCoeff() < slack * slack;
}

Atoms Surface::neighbours_at(const Positions& x) {
  if (lists_hold(x))
    neighbours_.follow(x, cell_);
  else
    restart(x);
  return neighbours_.atoms(threads(), workspace_.get());
}

int Surface::threads() const {
  constexpr Eigen::Index atoms_per_thread = 250;  // fewer are not worth the waiting for each other
  return std::clamp(static_cast<int>(atoms() / atoms_per_thread), 1, options_.threads);
}

Evaluation Surface::evaluate(const Positions& x, Want want) {
  ++calls_;
  Evaluation out;
  out.forces.setZero(3, atoms());
  if (want.per_atom) {
    out.atom_energy.setZero(atoms());
    out.atom_virial.setZero(6, atoms());
  }
  if (!(x.cwiseAbs().maxCoeff<Eigen::PropagateNaN>() < furthest)) {  // also for a coordinate that is no number
    out.energy = std::numeric_limits<double>::quiet_NaN();
    out.forces.setConstant(out.energy);
    return out;
  }
  want.mixed = want.mixed || options_.mixed;
  potential_->add(neighbours_at(x), want, out);
  out.forces.array() *= free_.array();
  return out;
}

std::unique_ptr<Hessian> Surface::hessian(const Positions& x) {
  auto exact = potential_->hessian(neighbours_at(x));
  if (exact == nullptr) return std::make_unique<DifferenceHessian>(*this, x);
  return std::make_unique<CountedHessian>(std::move(exact), *this);
}

}  // namespace glasscape
