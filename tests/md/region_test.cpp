#include "md/region.hpp"

#include <catch2/catch.hpp>

#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

TEST_CASE("the atoms in one of several balls feel the forces of the whole, and their energies differ from it by a constant") {
  const Glass glass = quick_glass(7, 1e-2);
  Surface whole = glass.surface();
  const Balls balls{{glass.basin.positions.col(5), 5.0}, {glass.basin.positions.col(700), 4.0}, {glass.basin.positions.col(701), 4.5}};
  Region region(glass.potential, glass.basin, balls);
  CHECK(region.share() < 0.8);
  double constant = 0.0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Positions moved = region.part(glass.basin.positions) + 0.1 * noise(static_cast<Eigen::Index>(region.atoms().size()), seed);
    REQUIRE(region.holds(moved));
    const Evaluation in_region = region.surface().evaluate(moved), in_whole = whole.evaluate(region.put(moved, glass.basin.positions));
    CHECK((in_region.forces - region.part(in_whole.forces)).norm() < 1e-9);
    if (seed > 1) CHECK(in_whole.energy - in_region.energy == Approx(constant).epsilon(1e-10));
    constant = in_whole.energy - in_region.energy;
  }
}

TEST_CASE("a region of balls has the atoms that are in one of them, by nearest images") {
  const Glass& glass = glass_of_500();
  const Balls balls{{Vector3d(0.5, 1, 2), 4.0}, {Vector3d(12, 9, 19), 3.0}};
  const Region region(glass.potential, glass.basin, balls);
  std::vector<bool> inside(static_cast<std::size_t>(glass.basin.atoms()), false);
  for (const Eigen::Index i : region.atoms()) inside[static_cast<std::size_t>(i)] = true;
  const Eigen::VectorXd distances = distances_from(balls, glass.basin.cell, glass.basin.positions);
  for (Eigen::Index i = 0; i < glass.basin.atoms(); ++i) {
    const double distance = distance_from(balls, glass.basin.cell, glass.basin.positions.col(i));
    CHECK(inside[static_cast<std::size_t>(i)] == (distance < 0.0));
    CHECK(distances[i] == distance);
  }
}

TEST_CASE("an atom that leaves all balls by more than the slack is not held") {
  const Glass& glass = glass_of_500();
  const Region region(glass.potential, glass.basin, {{Vector3d(3, 3, 3), 4.0}});
  Positions part = region.part(glass.basin.positions);
  CHECK(region.holds(part));
  part.col(0) = Vector3d(3 + 4.0 + Region::slack + 0.1, 3, 3);
  CHECK(!region.holds(part));
}
