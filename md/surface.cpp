#include "md/surface.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "md/elastic_network.hpp"
#include "md/kinds.hpp"
#include "md/medium.hpp"

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

/// The Hessian of these columns, as if they were all atoms, while all others stay.
class OfColumns final : public Hessian {
 public:
  OfColumns(std::unique_ptr<Hessian> all, std::vector<Eigen::Index> order) : all_(std::move(all)), order_(std::move(order)), column_(order_.size()) {
    for (std::size_t k = 0; k < order_.size(); ++k) column_[static_cast<std::size_t>(order_[k])] = static_cast<Eigen::Index>(k);
  }
  Eigen::Index atoms() const override { return static_cast<Eigen::Index>(order_.size()); }
  Positions times(const Positions& v) const override {
    Positions padded = Positions::Zero(3, all_->atoms());
    padded.leftCols(atoms()) = v(Eigen::all, order_);
    return all_->times(padded)(Eigen::all, column_);
  }
  Eigen::SparseMatrix<double> matrix() const override {
    Eigen::PermutationMatrix<Eigen::Dynamic> to_atoms(3 * atoms());
    for (Eigen::Index row = 0; row < 3 * atoms(); ++row) to_atoms.indices()[row] = static_cast<int>(3 * order_[static_cast<std::size_t>(row / 3)] + row % 3);
    const Eigen::SparseMatrix<double> of_columns = all_->matrix().topLeftCorner(3 * atoms(), 3 * atoms());
    Eigen::SparseMatrix<double> of_atoms;
    of_atoms = of_columns.twistedBy(to_atoms);
    return of_atoms;
  }
  Eigen::MatrixXd block(const std::vector<Eigen::Index>& chosen) const override {
    std::vector<Eigen::Index> columns;
    for (const Eigen::Index i : chosen) columns.push_back(column_[static_cast<std::size_t>(i)]);
    return all_->block(columns);
  }
  std::vector<Spring> springs() const override {
    const auto atom_at = [&](int column) { return column < atoms() ? static_cast<int>(order_[static_cast<std::size_t>(column)]) : -1; };
    std::vector<Spring> kept;
    for (Spring s : all_->springs()) {
      s.i = atom_at(s.i), s.j = atom_at(s.j);
      if (s.i < 0) std::swap(s.i, s.j), s.e = -s.e;
      if (s.i >= 0) kept.push_back(s);
    }
    return kept;
  }

 private:
  std::unique_ptr<Hessian> all_;
  std::vector<Eigen::Index> order_, column_;  // the atom of each column, the column of each atom
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
      kinds_(kinds_of(*potential_, *frame.species, around_)),
      neighbours_(potential_->cutoff() > 0 ? potential_->cutoff() + options.skin : 0.0, kinds_, potential_->lists(),
                  [this](int kind, int other) { return potential_->cutoff_of(kind, other) + options_.skin; }),
      workspace_(options.workspace ? options.workspace : potential_->workspace()) {
  check(frame, "configuration");
  if (around_.background) neighbours_.list_only(frame.atoms());
  freeze({});
  if (options_.models) models_ = std::move(options_.models);
  restart(frame.positions);
}

void Surface::forget_models() { models_ = std::make_shared<Models>(); }

void Surface::freeze(const std::vector<Eigen::Index>& atoms) {
  free_.setOnes();
  if (potential_->dimension() < 3) free_.row(2).setZero();
  for (const Eigen::Index i : atoms) free_.col(i).setZero();
  forget_models();
}

bool Surface::floats() const { return potential_->translation_invariant() && around_.positions.size() == 0 && free_.minCoeff() > 0.0; }

void Surface::set_cell(const Cell& cell) {
  cell_ = cell;
  forget_models();
}

const Positions& Surface::all(const Positions& x) {
  all_.resize(3, atoms() + around_.positions.cols());
  all_ << x(Eigen::all, order_), around_.positions;
  return all_;
}

void Surface::restart(const Positions& x) {
  const bool is_same_cell = cell_.lattice() == origin_cell_.lattice() && cell_.periodic() == origin_cell_.periodic() && cell_.origin() == origin_cell_.origin();
  if (is_same_cell && origin_.size() == x.size() && origin_ == x) return;  // they are as they would be
  Positions origin = x;
  origin_.resize(3, 0);  // none, should the building fail
  order_ = order_of(origin);
  std::vector<int> kinds;
  for (const Eigen::Index i : order_) kinds.push_back(kinds_[static_cast<std::size_t>(i)]);
  kinds.insert(kinds.end(), kinds_.begin() + atoms(), kinds_.end());
  neighbours_.build(all(origin), std::move(kinds), cell_, threads());
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

/// Surroundings are given with atoms that stand in such an order already.
std::vector<Eigen::Index> Surface::order_of(const Positions& x) const {
  if (around_.positions.size() == 0 && neighbours_.range() > 0.0) return order_in_space(x, cell_, neighbours_.range());
  std::vector<Eigen::Index> order(static_cast<std::size_t>(atoms()));
  std::iota(order.begin(), order.end(), 0);
  return order;
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

namespace {

Evaluation empty(Eigen::Index atoms, Want want) {
  const Eigen::Index each = want.per_atom ? atoms : 0;
  return {.energy = 0, .forces = Positions::Zero(3, atoms), .virial = Matrix3d::Zero(), .atom_energy = Eigen::VectorXd::Zero(each), .atom_virial = AtomTensors::Zero(6, each)};
}

}  // namespace

Evaluation Surface::evaluate(const Positions& x, Want want) {
  ++calls_;
  Evaluation out = empty(atoms(), want);
  if (!(x.cwiseAbs().maxCoeff<Eigen::PropagateNaN>() < furthest)) {  // also for a coordinate that is no number
    out.energy = std::numeric_limits<double>::quiet_NaN();
    out.forces.setConstant(out.energy);
    return out;
  }
  want.mixed = want.mixed || options_.mixed;
  Evaluation listed = empty(atoms() + around_.positions.cols(), want);
  potential_->add(neighbours_at(x), want, listed);
  out.energy = listed.energy;
  out.virial = listed.virial;
  out.forces(Eigen::all, order_) = listed.forces.leftCols(atoms());
  out.forces.array() *= free_.array();
  if (!want.per_atom) return out;
  out.atom_energy(order_) = listed.atom_energy.head(atoms());
  out.atom_virial(Eigen::all, order_) = listed.atom_virial.leftCols(atoms());
  return out;
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
  return exact ? std::make_unique<OfColumns>(std::move(exact), order_) : nullptr;
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
  const Atoms all = neighbours_at(x);
  const auto near = exact_hessian(all, first_shell * spacing_of(all, atoms()));
  return near ? near->springs() : std::vector<Spring>{};
}

std::shared_ptr<const ElasticNetwork> Surface::network(const Positions& x) {
  return known(models_->network, x, [&] { return ElasticNetwork::of(*this, x); });
}

std::shared_ptr<const Medium> Surface::medium(const Positions& x) {
  return known(models_->medium, x, [&]() -> std::shared_ptr<const Medium> {
    const auto& periodic = cell_.periodic();
    if (!floats() || !std::all_of(periodic.begin(), periodic.end(), [](bool along) { return along; })) return nullptr;
    Positions forces = evaluate(x).forces;
    const Atoms all = neighbours_at(x);
    return Medium::of(*potential_, all, order_, std::move(forces), cell_, spacing_of(all, atoms()));
  });
}

/// It counts as a call whether it is made or not.
template <typename Model, typename Make>
std::shared_ptr<const Model> Surface::known(Kept<Model>& model, const Positions& x, Make make) {
  const std::int64_t before = calls_;
  const std::shared_ptr<const Model> at_x = model.at(x, [&] {
    restart(x);
    return make();
  });
  calls_ = before + (at_x ? 1 : 0);
  return at_x;
}

}  // namespace glasscape
