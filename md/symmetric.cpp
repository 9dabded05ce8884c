#include "md/symmetric.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "md/support/error.hpp"

extern "C" {
void dsytrf_(const char* half, const int* n, double* a, const int* lda, int* pivots, double* work, const int* lwork, int* info);
void dsytrs_(const char* half, const int* n, const int* columns, const double* a, const int* lda, const int* pivots, double* b, const int* ldb,
             int* info);
void dpotrf_(const char* half, const int* n, double* a, const int* lda, int* info);
void dpotri_(const char* half, const int* n, double* a, const int* lda, int* info);
void dsyevd_(const char* job, const char* half, const int* n, double* a, const int* lda, double* w, double* work, const int* lwork,
             int* iwork, const int* liwork, int* info);
void dgemm_(const char* transpose_a, const char* transpose_b, const int* rows, const int* columns, const int* inner, const double* alpha,
            const double* a, const int* lda, const double* b, const int* ldb, const double* beta, double* c, const int* ldc);
}

namespace glasscape {
namespace {

int lapack_size(Eigen::Index size) {
  if (size > std::numeric_limits<int>::max()) throw Error("a matrix of {} rows is beyond LAPACK", size);
  return static_cast<int>(size);
}

int order_of(const Eigen::MatrixXd& m) { return lapack_size(m.rows()); }

Eigen::MatrixXd product(const char* transpose_a, Eigen::Index size, const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  const int rows = lapack_size(size), columns = lapack_size(b.cols()), inner = lapack_size(b.rows()), lda = lapack_size(a.rows());
  Eigen::MatrixXd c(rows, columns);
  const double one = 1.0, zero = 0.0;
  if (inner == 0) return c.setZero();
  if (c.size() > 0) dgemm_(transpose_a, "N", &rows, &columns, &inner, &one, a.data(), &lda, b.data(), &inner, &zero, c.data(), &rows);
  return c;
}

/// ln|det| and inertia of the block diagonal factor D of dsytrf: pivots[k] < 0 marks the two columns of a 2 x 2 block.
Determinant of_pivots(const Eigen::MatrixXd& factors, const std::vector<int>& pivots) {
  Determinant d;
  for (Eigen::Index k = 0; k < factors.rows(); ++k) {
    const double a = factors(k, k);
    if (pivots[static_cast<std::size_t>(k)] > 0) {
      d.log_abs += std::log(std::abs(a));
      d.negative += a < 0.0;
      continue;
    }
    const double b = factors(k + 1, k), c = factors(k + 1, k + 1);
    // scaled by b^2, which is the largest of the three products
    const double scaled = (a / b) * (c / b) - 1.0;
    d.log_abs += 2.0 * std::log(std::abs(b)) + std::log(std::abs(scaled));
    d.negative += scaled < 0.0 ? 1 : a < 0.0 ? 2 : 0;
    ++k;
  }
  return d;
}

/// P L D L^T P^T in place; the pivots of dsytrf.
std::vector<int> factorise(Eigen::MatrixXd& m) {
  const int n = order_of(m), query = -1;
  std::vector<int> pivots(static_cast<std::size_t>(n));
  if (n == 0) return pivots;
  double best = 0;
  int info = 0;
  dsytrf_("L", &n, m.data(), &n, pivots.data(), &best, &query, &info);
  std::vector<double> work(static_cast<std::size_t>(best));
  const int size = static_cast<int>(work.size());
  dsytrf_("L", &n, m.data(), &n, pivots.data(), work.data(), &size, &info);
  return pivots;
}

}  // namespace

Determinant determinant(Eigen::MatrixXd& m) {
  const std::vector<int> pivots = factorise(m);
  return of_pivots(m, pivots);
}

SymmetricFactors::SymmetricFactors(Eigen::MatrixXd m)
    : factors_(std::move(m)), pivots_(factorise(factors_)), determinant_(of_pivots(factors_, pivots_)) {}

Eigen::VectorXd SymmetricFactors::solve(Eigen::VectorXd b) const {
  const int n = order_of(factors_), columns = 1;
  int info = 0;
  if (n > 0) dsytrs_("L", &n, &columns, factors_.data(), &n, pivots_.data(), b.data(), &n, &info);
  return b;
}

std::optional<double> invert_positive(Eigen::MatrixXd& m) {
  const int n = order_of(m);
  if (n == 0) return 0.0;
  int info = 0;
  dpotrf_("L", &n, m.data(), &n, &info);
  if (info != 0) return std::nullopt;
  const double log_det = 2.0 * m.diagonal().array().log().sum();
  dpotri_("L", &n, m.data(), &n, &info);
  if (info != 0) return std::nullopt;
  m.triangularView<Eigen::StrictlyUpper>() = m.transpose();
  return log_det;
}

Eigen::VectorXd eigenvalues(Eigen::MatrixXd& m, bool vectors) {
  const int n = order_of(m), query = -1;
  Eigen::VectorXd values(n);
  if (n == 0) return values;
  const char* job = vectors ? "V" : "N";
  double best = 0;
  int ibest = 0, info = 0;
  dsyevd_(job, "L", &n, m.data(), &n, values.data(), &best, &query, &ibest, &query, &info);
  if (best > std::numeric_limits<int>::max()) throw Error("the eigenvectors of a matrix of {} rows are beyond LAPACK", n);
  std::vector<double> work(static_cast<std::size_t>(best));
  std::vector<int> iwork(static_cast<std::size_t>(ibest));
  const int size = static_cast<int>(best);
  dsyevd_(job, "L", &n, m.data(), &n, values.data(), work.data(), &size, iwork.data(), &ibest, &info);
  if (info != 0) throw Error("LAPACK found no eigenvalues of a matrix of {} rows (dsyevd: {})", n, info);
  return values;
}

Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) { return product("N", a.rows(), a, b); }

Eigen::MatrixXd transposed_product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) { return product("T", a.cols(), a, b); }

}  // namespace glasscape
