// Nonnegative least squares against Debian's scipy.optimize.nnls, on problems of every shape.
#include "analysis/nonnegative_least_squares.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "md/support/random.hpp"
#include "md/support/text.hpp"
#include "tests/support/folder.hpp"

using namespace glasscape;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

struct Problem {
  MatrixXd a;
  VectorXd b;
};

Problem random_problem(Index rows, Index columns, Rng& rng) {
  Problem p{MatrixXd(rows, columns), VectorXd(rows)};
  for (double& v : p.a.reshaped()) v = rng.normal();
  for (double& v : p.b) v = rng.normal();
  return p;
}

/// Exponentials on a grid of times: as ill conditioned as a spectrum, with a penalty below it.
Problem spectrum_problem(double lambda, Rng& rng) {
  const Index points = 50, n = 40;
  Problem p{MatrixXd::Zero(points + n + 2, n), VectorXd::Zero(points + n + 2)};
  for (Index k = 0; k < points; ++k) {
    const double t = std::pow(10.0, -2 + 6.0 * static_cast<double>(k) / static_cast<double>(points - 1));
    for (Index i = 0; i < n; ++i) p.a(k, i) = std::exp(-t / std::pow(10.0, -2 + 6.0 * static_cast<double>(i) / static_cast<double>(n - 1)));
    p.b[k] = std::exp(-t) + 0.5 * std::exp(-t / 100) + 0.01 * rng.normal();
  }
  for (Index k = 0; k < n + 2; ++k)
    for (const auto& [column, weight] : {std::pair{k - 2, 1.0}, {k - 1, -2.0}, {k, 1.0}})
      if (column >= 0 && column < n) p.a(points + k, column) = std::sqrt(lambda) * weight;
  return p;
}

std::vector<Problem> problems() {
  Rng rng(11, 1);
  std::vector<Problem> all;
  for (const auto& [rows, columns] : {std::pair<Index, Index>{30, 10}, {30, 30}, {100, 60}, {20, 40}, {5, 1}, {60, 59}})
    for (int k = 0; k < 5; ++k) all.push_back(random_problem(rows, columns, rng));
  for (const double lambda : {1.0, 1e-2, 1e-4, 1e-6}) all.push_back(spectrum_problem(lambda, rng));
  return all;
}

/// |A x - b| of each problem as scipy finds it.
std::vector<double> by_scipy(const std::vector<Problem>& all) {
  const test::Folder folder;
  std::string text;
  for (const Problem& p : all) {
    text += fmt::format("{} {}\n", p.a.rows(), p.a.cols());
    for (Index i = 0; i < p.a.rows(); ++i) {
      for (Index j = 0; j < p.a.cols(); ++j) text += fmt::format("{:.17g} ", p.a(i, j));
      text += fmt::format("{:.17g}\n", p.b[i]);
    }
  }
  folder.write("problems.txt", text);
  folder.write("solve.py", R"(import numpy, scipy.optimize
words = iter(open('problems.txt').read().split())
with open('norms.txt', 'w') as out:
    for word in words:
        rows, columns = int(word), int(next(words))
        table = numpy.array([[float(next(words)) for _ in range(columns + 1)] for _ in range(rows)])
        print(repr(float(scipy.optimize.nnls(table[:, :columns], table[:, columns], maxiter=30 * columns)[1])), file=out)
)");
  REQUIRE(std::system(fmt::format("cd '{}' && OPENBLAS_NUM_THREADS=1 /usr/bin/python3 solve.py", folder.file(".")).c_str()) == 0);
  std::ifstream in(folder.file("norms.txt"));
  std::vector<double> norms;
  for (double norm = 0; in >> norm;) norms.push_back(norm);
  return norms;
}

}  // namespace

TEST_CASE("nonnegative least squares finds what scipy finds, and proves it") {
  const std::vector<Problem> all = problems();
  const std::vector<double> theirs = by_scipy(all);
  REQUIRE(theirs.size() == all.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    const NonnegativeFit ours = nonnegative_least_squares(all[k].a, all[k].b);
    INFO("problem " << k << " of " << all[k].a.rows() << " rows and " << all[k].a.cols() << " columns");
    CHECK(ours.kkt < 1e-10);
    CHECK(ours.x.minCoeff() >= 0.0);
    CHECK(std::sqrt(ours.squares) == Approx(theirs[k]).epsilon(1e-9).margin(1e-9 * all[k].b.norm()));
  }
}
