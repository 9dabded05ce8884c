#include "analysis/nonnegative_least_squares.hpp"

#include <Eigen/QR>
#include <catch2/catch.hpp>

#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd random(Eigen::Index rows, Eigen::Index columns, Rng& rng) {
  MatrixXd a(rows, columns);
  for (double& x : a.reshaped()) x = rng.normal();
  return a;
}

/// The least squares over all sets of free columns.
double by_exhaustion(const MatrixXd& a, const VectorXd& b) {
  double best = b.squaredNorm();
  for (unsigned set = 1; set < (1U << a.cols()); ++set) {
    std::vector<Eigen::Index> free;
    for (Eigen::Index j = 0; j < a.cols(); ++j)
      if ((set >> j & 1U) != 0) free.push_back(j);
    const MatrixXd columns = a(Eigen::all, free);
    const VectorXd x = columns.colPivHouseholderQr().solve(b);
    if (x.minCoeff() >= 0) best = std::min(best, (columns * x - b).squaredNorm());
  }
  return best;
}

}  // namespace

TEST_CASE("nonnegative least squares finds the least of all sets of free columns, and proves it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed, 1);
    const MatrixXd a = random(12, 8, rng);
    const VectorXd b = random(12, 1, rng);
    const NonnegativeFit fit = nonnegative_least_squares(a, b);
    CHECK(fit.squares == Approx(by_exhaustion(a, b)).epsilon(1e-12));
    CHECK(fit.x.minCoeff() >= 0);
    CHECK(fit.kkt < 1e-10);
  }
}

TEST_CASE("nonnegative least squares meets its conditions in large, wide and nearly singular problems, from any guess") {
  for (const auto& [rows, columns] : {std::pair{200, 100}, {60, 120}, {100, 100}}) {
    Rng rng(static_cast<std::uint64_t>(rows), 2);
    const MatrixXd a = random(rows, columns, rng);
    const VectorXd b = random(rows, 1, rng);
    const NonnegativeFit fit = nonnegative_least_squares(a, b);
    CHECK(fit.kkt < 1e-10);
    std::vector<Eigen::Index> guess;
    for (Eigen::Index j = 0; j < columns; j += 3) guess.push_back(j);
    CHECK(nonnegative_least_squares(a, b, guess).squares == Approx(fit.squares).epsilon(1e-10));
    CHECK(nonnegative_least_squares(a, b, fit.free).x.isApprox(fit.x, 1e-9));
  }
  MatrixXd decays(80, 60);  // as like as relaxation times are
  for (Eigen::Index i = 0; i < 80; ++i)
    for (Eigen::Index j = 0; j < 60; ++j) decays(i, j) = std::exp(-std::pow(10.0, 0.06 * static_cast<double>(i) - 0.08 * static_cast<double>(j)));
  const VectorXd b = decays.col(20) + 0.5 * decays.col(40);
  const NonnegativeFit fit = nonnegative_least_squares(decays, b);
  CHECK(fit.kkt < 1e-10);
  CHECK(fit.squares < 1e-20);
  CHECK(nonnegative_least_squares(MatrixXd(-MatrixXd::Identity(3, 3)), VectorXd::Ones(3)).x.isZero());
}

TEST_CASE("nonnegative least squares refuses columns that do not fit and numbers that are none") {
  CHECK_THROWS_AS(nonnegative_least_squares(MatrixXd::Ones(3, 2), VectorXd::Ones(2)), InputError);
  CHECK_THROWS_AS(nonnegative_least_squares(MatrixXd::Ones(2, 2), VectorXd::Constant(2, std::numeric_limits<double>::quiet_NaN())), InputError);
}
