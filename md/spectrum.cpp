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
