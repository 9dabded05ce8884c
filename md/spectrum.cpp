#include "md/spectrum.hpp"

#include <Spectra/SymEigsSolver.h>

#include <algorithm>
#include <cmath>

#include "md/support/units.hpp"
#include "md/symmetric.hpp"

namespace glasscape {
namespace {

/// K + lift U U^T as Spectra wants an operator. The lift is a bound on the spectrum (Gershgorin), so zero modes come last.
class Lifted {
 public:
  using Scalar = double;
  Lifted(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space)
      : k_(space.mass_weighted(hessian)), zero_(space.mass_weighted_zero()) {
    for (Eigen::Index column = 0; column < k_.cols(); ++column) lift_ = std::max(lift_, k_.col(column).cwiseAbs().sum());
    lift_ *= 1.5;
  }
  Eigen::Index rows() const { return k_.rows(); }
  Eigen::Index cols() const { return k_.cols(); }
  void perform_op(const double* in, double* out) const {
    const Eigen::Map<const Eigen::VectorXd> x(in, rows());
    Eigen::Map<Eigen::VectorXd> y(out, rows());
    y.noalias() = k_ * x;
    if (zero_.cols() > 0) y += lift_ * (zero_ * (zero_.transpose() * x));
  }
  Eigen::MatrixXd dense() const {
    Eigen::MatrixXd m = k_;
    if (zero_.cols() > 0) m += lift_ * zero_ * zero_.transpose();
    return m;
  }

 private:
  Eigen::SparseMatrix<double> k_;
  Eigen::MatrixXd zero_;
  double lift_ = 0;
};

/// The inverse of K on the directions without zero modes, as Spectra wants an operator: K u = b is H w = M^1/2 b with
/// u = M^1/2 w, solved with the pinned coordinates at 0 and freed of zero modes afterwards.
class Inverse {
 public:
  using Scalar = double;
  Inverse(const ModeSpace& space, const SymmetricFactors& factors)
      : factors_(factors), zero_(space.mass_weighted_zero()), root_(space.masses.cwiseSqrt()(space.free)) {
    for (std::size_t k = 0, free = 0; k < space.kept.size(); ++k) {
      while (space.free[free] != space.kept[k]) ++free;
      kept_.push_back(static_cast<Eigen::Index>(free));
    }
  }
  Eigen::Index rows() const { return root_.size(); }
  Eigen::Index cols() const { return root_.size(); }
  void perform_op(const double* in, double* out) const {
    const Eigen::Map<const Eigen::VectorXd> x(in, rows());
    Eigen::Map<Eigen::VectorXd> y(out, rows());
    const Eigen::VectorXd b = root_.cwiseProduct(x - zero_ * (zero_.transpose() * x));
    Eigen::VectorXd w = Eigen::VectorXd::Zero(rows());
    w(kept_) = factors_.solve(b(kept_));
    w = root_.cwiseProduct(w);
    y = w - zero_ * (zero_.transpose() * w);
  }

 private:
  const SymmetricFactors& factors_;
  Eigen::MatrixXd zero_;
  Eigen::VectorXd root_;
  std::vector<Eigen::Index> kept_;
};

/// Appends the eigenpairs of K at one end of the spectrum of its inverse.
void add_modes(Inverse& inverse, Spectra::SortRule end, Eigen::Index count, const Eigen::VectorXd& start, std::vector<std::pair<double, Eigen::VectorXd>>& modes) {
  if (count == 0) return;
  Spectra::SymEigsSolver<Inverse> solver(inverse, count, 2 * count + 20);
  solver.init(start.data());
  solver.compute(end, 500, 1e-10);
  if (solver.info() != Spectra::CompInfo::Successful) return;
  const Eigen::VectorXd inverted = solver.eigenvalues();
  const Eigen::MatrixXd vectors = solver.eigenvectors();
  for (Eigen::Index k = 0; k < count; ++k) modes.emplace_back(1.0 / inverted[k], vectors.col(k));
}

/// A start of the iteration with a part along every mode: the guess in mass-weighted coordinates and a fixed wave.
Eigen::VectorXd start_of(const Positions& guess, const ModeSpace& space) {
  Eigen::VectorXd start(static_cast<Eigen::Index>(space.free.size()));
  for (Eigen::Index k = 0; k < start.size(); ++k) start[k] = std::sin(1.0 + 1.7 * static_cast<double>(k));
  if (guess.size() == 0) return start;
  Eigen::VectorXd weighted = guess.reshaped();
  weighted.array() *= space.masses.array().sqrt();
  return 1e-3 * start.normalized() + weighted(space.free).normalized();
}

}  // namespace

LowModes lowest_modes(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space, Eigen::Index count, const Positions& guess) {
  Lifted lifted(hessian, space);
  const Eigen::Index size = lifted.rows(), wanted = std::min(count, space.modes());
  LowModes low{Eigen::VectorXd(0), Eigen::MatrixXd(hessian.rows(), 0), true};
  if (wanted == 0) return low;
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
  if (size <= 4 * wanted + 60) {  // a Krylov space would be all of it
    vectors = lifted.dense();
    values = eigenvalues(vectors, true).head(wanted);
    vectors.conservativeResize(Eigen::NoChange, wanted);
  } else {
    Spectra::SymEigsSolver<Lifted> solver(lifted, wanted, 4 * wanted + 60);
    solver.init(start_of(guess, space).data());
    solver.compute(Spectra::SortRule::SmallestAlge, 500, 1e-9, Spectra::SortRule::SmallestAlge);
    low.converged = solver.info() == Spectra::CompInfo::Successful;
    values = solver.eigenvalues();
    vectors = solver.eigenvectors();
  }
  low.eigenvalues = values;
  low.vectors = Eigen::MatrixXd::Zero(hessian.rows(), vectors.cols());
  low.vectors(space.free, Eigen::all) = vectors;
  return low;
}

LowModes lowest_modes(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space, const SymmetricFactors& factors, Eigen::Index count) {
  const Eigen::Index wanted = std::min(count, space.modes()), negative = factors.determinant().negative;
  constexpr Eigen::Index most_negative = 20;
  if (space.modes() < 100 || negative > most_negative) return lowest_modes(hessian, space, wanted);
  Inverse inverse(space, factors);
  std::vector<std::pair<double, Eigen::VectorXd>> modes;
  const Eigen::VectorXd start = start_of({}, space);
  add_modes(inverse, Spectra::SortRule::SmallestAlge, negative, start, modes);
  add_modes(inverse, Spectra::SortRule::LargestAlge, std::max<Eigen::Index>(wanted - negative, 0), start, modes);
  std::sort(modes.begin(), modes.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const Eigen::Index found = std::min(wanted, static_cast<Eigen::Index>(modes.size()));
  LowModes low{Eigen::VectorXd(found), Eigen::MatrixXd::Zero(hessian.rows(), found), found == wanted};
  for (Eigen::Index k = 0; k < found; ++k) {
    low.eigenvalues[k] = modes[static_cast<std::size_t>(k)].first;
    low.vectors(space.free, k) = modes[static_cast<std::size_t>(k)].second;
  }
  return low;
}

LowModes lowest_modes(Surface& surface, const Positions& x, Eigen::Index count, const Positions& guess) {
  return lowest_modes(surface.hessian(x)->matrix(), mode_space(surface, x), count, guess);
}

Eigen::VectorXd full_spectrum(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space) {
  Eigen::MatrixXd m = Lifted(hessian, space).dense();
  return eigenvalues(m).head(space.modes());
}

Eigen::VectorXd full_spectrum(Surface& surface, const Positions& x) {
  return full_spectrum(surface.hessian(x)->matrix(), mode_space(surface, x));
}

double frequency_THz(double eigenvalue) { return std::copysign(std::sqrt(std::abs(eigenvalue)), eigenvalue) * units::frequency_THz; }

}  // namespace glasscape
