#include <Eigen/Geometry>
#include <catch2/catch.hpp>

#include "md/support/error.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Cell skewed() {
  Matrix3d lattice;
  lattice << 10, 4.9, 4.9, 0, 8, -3.9, 0, 0, 6;
  return Cell(lattice);
}

}  // namespace

TEST_CASE("the nearest image is the nearest of all images, in a strongly skewed cell too") {
  const Cell cell = skewed();
  const Positions points = 20.0 * noise(200, 3);
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    const Vector3d found = cell.nearest(points.col(i));
    double best = 1e300;
    const Vector3d home = cell.nearest(points.col(i));
    for (int a = -3; a <= 3; ++a)
      for (int b = -3; b <= 3; ++b)
        for (int c = -3; c <= 3; ++c) best = std::min(best, (home + cell.lattice() * Vector3d(a, b, c)).norm());
    CHECK(found.norm() == Approx(best).epsilon(1e-12));
    const Vector3d shift = cell.fractional(points.col(i) - found);
    CHECK((shift - shift.array().round().matrix()).norm() < 1e-9);
  }
}

TEST_CASE("distances of many positions are those to their nearest images, in every kind of cell") {
  const Positions points = 40.0 * noise(300, 7);
  const Vector3d from(3, -2, 11);
  const Matrix3d edges = Vector3d(9, 12, 7).asDiagonal(), turned = Eigen::AngleAxisd(0.7, Vector3d(1, 2, 3).normalized()) * edges;
  for (const Cell& cell : {skewed(), Cell(edges), Cell(edges, {true, false, true}), Cell(turned), Cell(turned, {false, true, true}), Cell()}) {
    const Eigen::VectorXd distances = cell.distances(points, from);
    for (Eigen::Index i = 0; i < points.cols(); ++i) CHECK(distances[i] == Approx(cell.nearest(points.col(i) - from).norm()).margin(1e-12));
    Eigen::MatrixXd taller = Eigen::MatrixXd::Zero(5, points.cols());
    taller.topRows<3>() = points;
    CHECK(cell.distances(taller.topRows<3>(), from) == distances);
  }
}

TEST_CASE("a wrapped position lies in the cell and differs by lattice vectors") {
  const Cell cell = skewed();
  const Positions points = 30.0 * noise(100, 5);
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    const Vector3d s = cell.fractional(cell.wrapped(points.col(i)));
    CHECK(s.minCoeff() > -1e-12);
    CHECK(s.maxCoeff() < 1.0 + 1e-12);
  }
}

TEST_CASE("open directions are neither wrapped nor imaged") {
  const Cell slab(Matrix3d(10.0 * Matrix3d::Identity()), {true, true, false});
  CHECK(slab.wrapped({11, -1, 25}).isApprox(Vector3d(1, 9, 25)));
  CHECK(slab.nearest({9, 0, 9}).isApprox(Vector3d(-1, 0, 9)));
}

TEST_CASE("a cell without volume, left-handed or not finite is refused") {
  Matrix3d flat = Matrix3d::Identity();
  flat(2, 2) = 0;
  CHECK_THROWS_WITH(Cell(flat), Catch::Contains("no volume"));
  Matrix3d left = Matrix3d::Identity();
  left(2, 2) = -1;
  CHECK_THROWS_WITH(Cell(left), Catch::Contains("left-handed"));
  Matrix3d broken = Matrix3d::Identity();
  broken(0, 1) = std::nan("");
  CHECK_THROWS_WITH(Cell(broken), Catch::Contains("not a finite number"));
}
