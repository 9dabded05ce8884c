#include "md/surface.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

#include "md/kinds.hpp"

namespace glasscape {
namespace {

constexpr double furthest = 1e8;  // Angstrom from the origin; beyond, images could not be counted

std::vector<int> kinds_of(const Potential& potential, const Species& species, const Surroundings& around) {
  std::vector<int> kinds = kinds_per_atom(potential, species);
  if (!around.species) return kinds;
  const std::vector<int> more = kinds_per_atom(potential, *around.species);
  kinds.insert(kinds.end(), more.begin(), more.end());
  return kinds;
}

/// The Hessian of the first atoms, while all others stay.
class FirstAtoms final : public Hessian {
 public:
  FirstAtoms(std::unique_ptr<Hessian> all, Eigen::Index first) : all_(std::move(all)), first_(first) {}
  Eigen::Index atoms() const override { return first_; }
  Positions times(const Positions& v) const override {
    Positions padded = Positions::Zero(3, all_->atoms());
    padded.leftCols(first_) = v;
    return all_->times(padded).leftCols(first_);
  }
  Eigen::SparseMatrix<double> matrix() const override { return all_->matrix().topLeftCorner(3 * first_, 3 * first_); }
  Eigen::MatrixXd block(const std::vector<Eigen::Index>& chosen) const override { return all_->block(chosen); }
  std::vector<Spring> springs() const override {
    std::vector<Spring> kept;
    for (Spring s : all_->springs()) {
      if (s.i >= first_) std::swap(s.i, s.j), s.e = -s.e;
      if (s.i >= first_) continue;
      if (s.j >= first_) s.j = -1;
      kept.push_back(s);
    }
    return kept;
  }

 private:
  std::unique_ptr<Hessian> all_;
  Eigen::Index first_;
};

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
    : Surface(std::move(potential), frame, options, Surroundings{}) {}

Surface::Surface(std::shared_ptr<const Potential> potential, const Configuration& frame, Options options, Surroundings around)
    : potential_(std::move(potential)),
      species_(frame.species),
      options_(options),
      cell_(frame.cell),
      free_(Positions::Ones(3, frame.atoms())),
      around_(std::move(around)),
      neighbours_(potential_->cutoff() > 0 ? potential_->cutoff() + options.skin : 0.0, kinds_of(*potential_, *frame.species, around_),
                  potential_->lists(), [this](int kind, int other) { return potential_->cutoff_of(kind, other) + options_.skin; }),
      workspace_(options.workspace ? options.workspace : potential_->workspace()) {
  check(frame, "configuration");
  if (around_.background) neighbours_.list_only(frame.atoms());
  freeze({});
  restart(frame.positions);
}

void Surface::freeze(const std::vector<Eigen::Index>& atoms) {
  free_.setOnes();
  if (potential_->dimension() < 3) free_.row(2).setZero();
  for (const Eigen::Index i : atoms) free_.col(i).setZero();
}

bool Surface::floats() const { return potential_->translation_invariant() && around_.positions.size() == 0 && free_.minCoeff() > 0.0; }

void Surface::set_cell(const Cell& cell) { cell_ = cell; }

const Positions& Surface::all(const Positions& x) {
  if (around_.positions.size() == 0) return x;
  all_.resize(3, atoms() + around_.positions.cols());
  all_ << x, around_.positions;
  return all_;
}

void Surface::restart(const Positions& x) {
  const bool is_same_cell = cell_.lattice() == origin_cell_.lattice() && cell_.periodic() == origin_cell_.periodic() && cell_.origin() == origin_cell_.origin();
  if (is_same_cell && origin_.size() == x.size() && origin_ == x) return;  // they are as they would be
  Positions origin = x;
  origin_.resize(3, 0);  // none, should the building fail
  neighbours_.build(all(origin), cell_, threads());
  origin_ = std::move(origin);
  origin_cell_ = cell_;
}

bool Surface::lists_hold(const Positions& x) const {
  const double range = neighbours_.range();
  if (range == 0.0) return true;
  if (origin_.size() != x.size()) return false;
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
    neighbours_.follow(all(x), cell_);
  else
    restart(x);
  Atoms all = neighbours_.atoms(threads(), workspace_.get());
  all.background = around_.background.get();
  return all;
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
  add(x, want, out);
  out.forces.array() *= free_.array();
  return out;
}

void Surface::add(const Positions& x, Want want, Evaluation& out) {
  if (around_.positions.size() == 0) return potential_->add(neighbours_at(x), want, out);
  const Eigen::Index all = atoms() + around_.positions.cols();
  Evaluation of_all{.energy = 0, .forces = Positions::Zero(3, all), .virial = Matrix3d::Zero(), .atom_energy = Eigen::VectorXd::Zero(want.per_atom ? all : 0),
                    .atom_virial = AtomTensors::Zero(6, want.per_atom ? all : 0)};
  potential_->add(neighbours_at(x), want, of_all);
  out.energy = of_all.energy;
  out.forces = of_all.forces.leftCols(atoms());
  out.virial = of_all.virial;
  if (!want.per_atom) return;
  out.atom_energy = of_all.atom_energy.head(atoms());
  out.atom_virial = of_all.atom_virial.leftCols(atoms());
}

double Surface::atoms_worth() const {
  if (!around_.background) return static_cast<double>(atoms() + around_.positions.cols());
  const Atoms all = neighbours_.atoms();
  std::size_t ends = 0;  // of pairs at atoms of the surface
  for (const int column : all.neighbour) ends += all.owner[static_cast<std::size_t>(column)] < atoms() ? 2 : 1;
  return ends == 0 ? 0.0 : 2.0 * static_cast<double>(all.neighbour.size()) * static_cast<double>(atoms()) / static_cast<double>(ends);
}

std::unique_ptr<Hessian> Surface::hessian(const Positions& x) {
  auto exact = exact_hessian(neighbours_at(x), std::numeric_limits<double>::infinity());
  if (exact == nullptr) return std::make_unique<DifferenceHessian>(*this, x);
  return std::make_unique<CountedHessian>(std::move(exact), *this);
}

std::unique_ptr<Hessian> Surface::exact_hessian(const Atoms& all, double reach) const {
  auto exact = potential_->hessian(all, reach);
  return exact && around_.positions.size() > 0 ? std::make_unique<FirstAtoms>(std::move(exact), atoms()) : std::move(exact);
}

namespace {

/// Median over the atoms of the distance to the nearest one.
double spacing_of(const Atoms& all, Eigen::Index atoms) {
  std::vector<double> nearest2(static_cast<std::size_t>(atoms), std::numeric_limits<double>::infinity());
  for (Eigen::Index i = 0; i < all.listed; ++i)
    for (const int column : all.neighbours_of(i)) {
      const double r2 = (all.x.col(i) - all.x.col(column)).squaredNorm();
      for (const Eigen::Index atom : {i, Eigen::Index(all.owner[static_cast<std::size_t>(column)])})
        if (atom < atoms) nearest2[static_cast<std::size_t>(atom)] = std::min(nearest2[static_cast<std::size_t>(atom)], r2);
    }
  const auto middle = nearest2.begin() + static_cast<std::ptrdiff_t>(nearest2.size() / 2);
  std::nth_element(nearest2.begin(), middle, nearest2.end());
  return std::sqrt(*middle);
}

}  // namespace

std::vector<Spring> Surface::near_springs(const Positions& x) {
  constexpr double reach = 1.5;  // spacings: the first shell of a dense phase
  const Atoms all = neighbours_at(x);
  const auto near = exact_hessian(all, reach * spacing_of(all, atoms()));
  return near ? near->springs() : std::vector<Spring>{};
}

}  // namespace glasscape
