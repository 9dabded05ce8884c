#include "md/incomplete_cholesky.hpp"

#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <limits>

#include "md/support/error.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Matrix3d random_block(std::uint64_t seed) { return Matrix3d(noise(3, seed)); }

/// Positive definite by its heavy diagonal; couples rows by the given pairs.
BlockMatrix matrix_with(int rows, const std::vector<std::pair<int, int>>& pairs, double weight = 30.0) {
  std::vector<Matrix3d> diagonal;
  for (int i = 0; i < rows; ++i) {
    const Matrix3d b = random_block(static_cast<std::uint64_t>(100 + i));
    diagonal.push_back(b * b.transpose() + weight * Matrix3d::Identity());
  }
  return {std::move(diagonal), [&](const BlockMatrix::Take& take) {
            for (const auto& [row, column] : pairs) take(row, column, random_block(static_cast<std::uint64_t>(1000 * row + column)));
          }};
}

}  // namespace

TEST_CASE("incomplete factors of a matrix whose factors need no fill are exact") {
  const BlockMatrix chain = matrix_with(6, {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}});
  const BlockMatrix full = matrix_with(4, {{3, 2}, {1, 0}, {2, 0}, {3, 0}, {2, 1}, {3, 1}});
  for (const BlockMatrix& m : {chain, full}) {
    const Positions f = noise(static_cast<Eigen::Index>(m.diagonal.size()), 7);
    const Eigen::VectorXd expected = m.dense().lu().solve(Eigen::VectorXd(f.reshaped()));
    CHECK((IncompleteCholesky(m).solve(f).reshaped() - expected).norm() < 1e-12 * expected.norm());
  }
}

TEST_CASE("incomplete factors with fill left out are symmetric, positive and near the inverse") {
  const BlockMatrix ring = matrix_with(8, {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}, {7, 6}, {7, 0}, {4, 0}, {6, 1}});
  const IncompleteCholesky factors(ring);
  const Positions a = noise(8, 1), b = noise(8, 2);
  CHECK(factors.solve(a).cwiseProduct(b).sum() == Approx(factors.solve(b).cwiseProduct(a).sum()).epsilon(1e-10));
  CHECK(factors.solve(a).cwiseProduct(a).sum() > 0.0);
  const Eigen::VectorXd exact = ring.dense().lu().solve(Eigen::VectorXd(a.reshaped()));
  CHECK((factors.solve(a).reshaped() - exact).norm() < 0.1 * exact.norm());
}

TEST_CASE("entries of one place of a block matrix are added up, whatever their order") {
  std::vector<Matrix3d> diagonal(3, 10.0 * Matrix3d::Identity());
  const Matrix3d a = random_block(1), b = random_block(2), c = random_block(3);
  const BlockMatrix m(diagonal, [&](const BlockMatrix::Take& take) {
    take(1, 0, c);
    take(1, 0, b);
    take(2, 1, a);
    take(2, 0, c);
    take(2, 1, b);
  });
  CHECK(m.first == std::vector<std::size_t>{0, 0, 1, 3});
  CHECK(m.column == std::vector<int>{0, 0, 1});
  CHECK(m.below[0] == c + b);
  CHECK(m.below[1] == c);
  CHECK(m.below[2] == a + b);
}

TEST_CASE("a diagonal that is too light for incomplete factors is raised, and one that is no number refused") {
  const BlockMatrix light = matrix_with(8, {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}, {7, 6}, {7, 0}, {4, 0}, {6, 1}}, 0.1);
  const Positions f = noise(8, 5);
  CHECK(IncompleteCholesky(light).solve(f).cwiseProduct(f).sum() > 0.0);
  BlockMatrix broken = matrix_with(3, {{1, 0}, {2, 1}});
  broken.below[0](1, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(IncompleteCholesky(broken), Error);
}
