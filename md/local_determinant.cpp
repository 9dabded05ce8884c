#include "md/local_determinant.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "md/symmetric.hpp"

namespace glasscape {
namespace {

using Sparse = Eigen::SparseMatrix<double>;

/// The change of the Hessian on the free coordinates; zeros, of what did not move, are left out.
Sparse change_on(const Sparse& difference, const std::vector<Eigen::Index>& free) {
  std::vector<Eigen::Index> place(static_cast<std::size_t>(difference.rows()), -1);
  for (std::size_t k = 0; k < free.size(); ++k) place[static_cast<std::size_t>(free[k])] = static_cast<Eigen::Index>(k);
  const auto size = static_cast<Eigen::Index>(free.size());
  Sparse change(size, size);
  change.reserve(difference.nonZeros());
  for (Eigen::Index column = 0; column < size; ++column) {
    change.startVec(column);
    for (Sparse::InnerIterator it(difference, free[static_cast<std::size_t>(column)]); it; ++it)
      if (const Eigen::Index row = place[static_cast<std::size_t>(it.row())]; row >= 0 && it.value() != 0.0)
        change.insertBackByOuterInner(column, row) = it.value();
  }
  change.finalize();
  return change;
}

/// Indices, those of the largest scores first.
std::vector<Eigen::Index> by_score(const Eigen::VectorXd& score) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(score.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return score[a] > score[b]; });
  return order;
}

/// Which free coordinates belong to the atoms whose rows change most.
std::vector<Eigen::Index> region_of(const Sparse& change, const std::vector<Eigen::Index>& free, Eigen::Index total, Eigen::Index wanted) {
  Eigen::VectorXd score = Eigen::VectorXd::Zero(total);
  for (Eigen::Index column = 0; column < change.cols(); ++column)
    score[free[static_cast<std::size_t>(column)] / 3] += change.col(column).squaredNorm();
  const std::vector<Eigen::Index> order = by_score(score);
  std::vector<char> inside(order.size(), 0);
  for (std::size_t k = 0; k < order.size() && static_cast<Eigen::Index>(k) < wanted; ++k) inside[static_cast<std::size_t>(order[k])] = 1;
  std::vector<Eigen::Index> region;
  for (std::size_t k = 0; k < free.size(); ++k)
    if (inside[static_cast<std::size_t>(free[k] / 3)]) region.push_back(static_cast<Eigen::Index>(k));
  return region;
}

/// Takes the part among the region's coordinates out of the change and returns it dense.
Eigen::MatrixXd take_region(Sparse& change, const std::vector<Eigen::Index>& region) {
  std::vector<Eigen::Index> place(static_cast<std::size_t>(change.rows()), -1);
  for (std::size_t k = 0; k < region.size(); ++k) place[static_cast<std::size_t>(region[k])] = static_cast<Eigen::Index>(k);
  const auto size = static_cast<Eigen::Index>(region.size());
  Eigen::MatrixXd inner = Eigen::MatrixXd::Zero(size, size);
  change.prune([&](Eigen::Index row, Eigen::Index column, double value) {
    const Eigen::Index a = place[static_cast<std::size_t>(row)], b = place[static_cast<std::size_t>(column)];
    if (a < 0 || b < 0) return true;
    inner(a, b) = value;
    return false;
  });
  return inner;
}

struct Drawn {
  double mean = 0, standard_error = 0;
};

Drawn drawn(const Eigen::ArrayXd& values) {
  const double mean = values.mean(), draws = static_cast<double>(values.size());
  return {mean, std::sqrt((values - mean).square().sum() / std::max(1.0, draws * (draws - 1.0)))};
}

Eigen::MatrixXd random_signs(Eigen::Index rows, Eigen::Index columns, std::string_view stream) {
  Rng rng(1, stream_of(stream));
  Eigen::MatrixXd z(rows, columns);
  for (double& sign : z.reshaped()) sign = rng.bits() & 1 ? 1.0 : -1.0;
  return z;
}

/// The inverse of H + D_R: G - G_R X G_R^T with X = (1 + D_R G_RR)^-1 D_R (Woodbury).
class Updated {
 public:
  Updated(const Eigen::MatrixXd& inverse, const std::vector<Eigen::Index>& region, const Eigen::MatrixXd& change)
      : inverse_(inverse), columns_(inverse(Eigen::all, region)) {
    const Eigen::MatrixXd inner = columns_(region, Eigen::all);
    Eigen::MatrixXd m = product(change, inner);
    m.diagonal().array() += 1.0;
    x_ = m.partialPivLu().solve(change);
    change_ = of_change(change, inner);
  }
  /// ln|det(1 + D_R G_RR)|, and the negative eigenvalues of H + D_R.
  const Determinant& change() const { return change_; }
  Eigen::MatrixXd times(const Eigen::MatrixXd& v) const {
    return product(inverse_, v) - product(columns_, product(x_, transposed_product(columns_, v)));
  }

  /// tr(E times this), for symmetric E: that of E G, and of E W L W^T with X = V L V^T and W = G_R V. A few columns of W hold
  /// almost all of it and are summed; the rest is drawn.
  Drawn trace_with(const Sparse& e, int draws) const {
    Drawn trace;
    for (Eigen::Index column = 0; column < e.cols(); ++column)
      for (Sparse::InnerIterator it(e, column); it; ++it) trace.mean += it.value() * inverse_(it.row(), column);
    Eigen::MatrixXd vectors = 0.5 * (x_ + x_.transpose());
    const Eigen::VectorXd values = eigenvalues(vectors, true);
    const Eigen::MatrixXd w = product(columns_, vectors);
    const auto [summed, rest] = by_weight(values.cwiseAbs().cwiseProduct(w.colwise().squaredNorm().transpose()));
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const RowMajor rows = w(Eigen::all, summed);  // rows side by side: several times faster with a sparse factor
    const RowMajor image = e.transpose() * rows;
    trace.mean -= (rows.cwiseProduct(image).colwise().sum().transpose().cwiseProduct(values(summed))).sum();
    if (rest.empty()) return trace;
    const Eigen::MatrixXd others = w(Eigen::all, rest);
    const Eigen::MatrixXd z = random_signs(others.cols(), draws, "first order in a change of the Hessian");
    const Eigen::MatrixXd left = product(others, z), right = product(others, values(rest).asDiagonal() * z);
    const Drawn of_rest = drawn(left.cwiseProduct(e * right).colwise().sum().transpose().array());
    return {trace.mean - of_rest.mean, of_rest.standard_error};
  }

 private:
  /// The fewest indices that have all but a hundredth of the weight, and the others.
  static std::pair<std::vector<Eigen::Index>, std::vector<Eigen::Index>> by_weight(const Eigen::VectorXd& weight) {
    const std::vector<Eigen::Index> order = by_score(weight);
    double left = weight.sum();
    const double enough = 0.01 * left;
    auto cut = order.begin();
    while (cut != order.end() && left > enough) left -= weight[*cut++];
    return {{order.begin(), cut}, {cut, order.end()}};
  }

  /// From the symmetric 1 + C^T D_R C with G_RR = C C^T, whose inertia is that of H + D_R. For a region of all atoms
  /// G_RR is singular by the translations; what is added to it there cannot be felt by D_R.
  static Determinant of_change(const Eigen::MatrixXd& change, Eigen::MatrixXd inner) {
    const double little = 1e-12 * inner.diagonal().mean();
    inner.diagonal().array() += little;
    const Eigen::MatrixXd c = inner.llt().matrixL();
    Eigen::MatrixXd m = transposed_product(c, product(change, c));
    m.diagonal().array() += 1.0;
    return determinant(m);
  }

  const Eigen::MatrixXd& inverse_;
  Eigen::MatrixXd columns_, x_;
  Determinant change_;
};

/// tr(E G E G) from z^T E G E G z = (G E z).(E G z) with random signs z.
Drawn trace_of_square(const Sparse& e, const Updated& inverse, int draws) {
  const Eigen::MatrixXd z = random_signs(e.rows(), draws, "trace of a change of the Hessian");
  Eigen::MatrixXd both(e.rows(), 2 * draws);
  both << e * z, z;
  const Eigen::MatrixXd products = inverse.times(both);  // G E z and G z
  return drawn(products.leftCols(draws).cwiseProduct(e * products.rightCols(draws)).colwise().sum().transpose().array());
}

/// The terms of third and higher order: |tr T^3| <= (tr T^2)^(3/2) for the symmetric form T of G E. Where that is no
/// small number the series means little, and the error is as large as its last term and more.
double beyond_second(double trace_of_square) {
  const double second = 0.5 * std::abs(trace_of_square);
  return second * std::min(1.5, std::sqrt(second));
}

}  // namespace

std::optional<LocalDeterminant> LocalDeterminant::of_basin(Surface& surface, const Positions& x) {
  LocalDeterminant basin;
  basin.space_ = mode_space(surface, x);
  const Eigen::MatrixXd zero = basin.space_.zero(basin.space_.free, Eigen::all);
  if (zero.cols() > 3) throw InputError("a local determinant wants a periodic cell or frozen atoms: a free cluster rotates; factorise each saddle");
  basin.hessian_ = surface.hessian(x)->matrix();
  basin.inverse_ = basin.space_.free_part(basin.hessian_);
  // translations are lifted to an eigenvalue of the size of the others, and taken out of the inverse again
  const double lift = basin.inverse_.diagonal().mean();
  if (zero.cols() > 0) basin.inverse_.noalias() += lift * zero * zero.transpose();
  const std::optional<double> log_det = invert_positive(basin.inverse_);
  if (!log_det) return std::nullopt;
  if (zero.cols() > 0) basin.inverse_.noalias() -= 1.0 / lift * zero * zero.transpose();
  const double zeros = static_cast<double>(zero.cols()) * std::log(lift);
  basin.basin_ = {*log_det - zeros + basin.space_.weighting(), 0, basin.space_.modes()};
  return basin;
}

LocalDeterminant::Result LocalDeterminant::at(Surface& surface, const Positions& x, const Options& options) const {
  const ModeSpace space = mode_space(surface, x);
  if (space.free != space_.free) throw InputError("a local determinant wants the frozen coordinates of its basin");
  const Sparse difference = surface.hessian(x)->matrix() - hessian_;
  Sparse rest = change_on(difference, space.free);
  const std::vector<Eigen::Index> region = region_of(rest, space.free, x.cols(), options.atoms);
  const Eigen::MatrixXd inner = take_region(rest, region);
  const Updated inverse(inverse_, region, inner);
  const Determinant exact = inverse.change();
  Result result{{basin_.value + exact.log_abs, exact.negative, space.modes()}, 0.0, std::min(options.atoms, x.cols())};
  if (rest.nonZeros() == 0) return result;
  const Drawn first = inverse.trace_with(rest, options.draws), second = trace_of_square(rest, inverse, options.draws);
  result.at.value += first.mean - 0.5 * second.mean;
  result.error = beyond_second(second.mean) + 5.0 * (first.standard_error + 0.5 * second.standard_error);
  return result;
}

}  // namespace glasscape
