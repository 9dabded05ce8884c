#include "md/voronoi.hpp"

#include <catch2/catch.hpp>

#include "md/support/error.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

TEST_CASE("in a crystal every atom has the same volume") {
  const Configuration c = fcc(3.6, 3, elements_named({"Cu"}));
  CHECK((atomic_volumes(c).array() / (3.6 * 3.6 * 3.6 / 4.0) - 1.0).abs().maxCoeff() < 1e-12);
}

TEST_CASE("volumes of atoms fill the cell, and do not depend on how the crystal lies in it") {
  const Glass& glass = glass_of_500();
  const Eigen::VectorXd volumes = atomic_volumes(glass.basin);
  CHECK(volumes.sum() == Approx(glass.basin.cell.volume()).epsilon(1e-10));
  CHECK(volumes.minCoeff() > 0.0);

  Matrix3d rotation, skew = Matrix3d::Identity();
  rotation << 0, 0, 1, 1, 0, 0, 0, 1, 0;
  skew(0, 1) = 1.0;  // another choice of lattice vectors
  const Matrix3d lattice = glass.basin.cell.lattice() * skew;
  Configuration other = glass.basin;
  other.cell = Cell(rotation * lattice, {true, true, true}, Vector3d(3, -7, 1));
  other.positions = rotation * (glass.basin.positions.colwise() + Vector3d(0.5, 40.0, -3.0));
  CHECK((atomic_volumes(other) - volumes).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("volumes that cannot be are refused") {
  Configuration c = fcc(3.6, 2, elements_named({"Cu"}));
  Configuration open = c;
  open.cell = Cell(c.cell.lattice(), {true, false, true});
  CHECK_THROWS_WITH(atomic_volumes(open), Catch::Contains("open"));
  c.positions.col(3) = c.positions.col(9);
  CHECK_THROWS_WITH(atomic_volumes(c), Catch::Contains("same place"));
}
