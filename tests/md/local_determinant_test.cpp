#include "md/local_determinant.hpp"

#include <catch2/catch.hpp>

#include "md/support/error.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// One atom pushed by `push`, those around it by less: a local change that need not be a saddle.
Positions pushed(double push) {
  const Positions& x = glass_of_500().basin.positions;
  Positions y = x;
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    const double r = glass_of_500().basin.cell.nearest(x.col(i) - x.col(100)).norm();
    y.col(i) += push * std::exp(-r * r / 8.0) * Vector3d(0.6, -0.64, 0.48);
  }
  return y;
}

}  // namespace

TEST_CASE("for a region of all atoms the local determinant is the determinant") {
  Surface surface = glass_of_500().surface();
  const auto basin = LocalDeterminant::of_basin(surface, glass_of_500().basin.positions);
  REQUIRE(basin);
  CHECK(basin->basin().value == Approx(log_determinant(surface, glass_of_500().basin.positions).value).epsilon(1e-10));
  const Positions y = pushed(0.6);
  const LogDeterminant exact = log_determinant(surface, y);
  const LocalDeterminant::Result all = basin->at(surface, y, {.atoms = 500});
  CHECK(all.error == 0.0);
  CHECK(all.at.value == Approx(exact.value).epsilon(1e-9));
  CHECK(all.at.negative == exact.negative);
}

TEST_CASE("the local determinant comes nearer as its region grows, and its error says how near") {
  Surface surface = glass_of_500().surface();
  const auto basin = LocalDeterminant::of_basin(surface, glass_of_500().basin.positions);
  REQUIRE(basin);
  for (const double push : {0.2, 0.5, 0.8}) {
    const Positions y = pushed(push);
    const double exact = log_determinant(surface, y).value;
    double last = std::numeric_limits<double>::infinity();
    for (const Eigen::Index atoms : {50, 100, 200, 400}) {
      const LocalDeterminant::Result local = basin->at(surface, y, {.atoms = atoms});
      INFO("push " << push << ", " << atoms << " atoms: off by " << local.at.value - exact << ", error " << local.error);
      CHECK(std::abs(local.at.value - exact) < local.error);
      CHECK(local.error < last);
      last = local.error;
    }
    CHECK(last < 0.1);
  }
}

TEST_CASE("frozen atoms stay frozen in a local determinant, and other frozen atoms are refused") {
  Surface surface = glass_of_500().surface();
  surface.freeze({0, 1, 2});
  const auto basin = LocalDeterminant::of_basin(surface, glass_of_500().basin.positions);
  REQUIRE(basin);
  const Positions y = pushed(0.6);
  CHECK(basin->at(surface, y, {.atoms = 500}).at.value == Approx(log_determinant(surface, y).value).epsilon(1e-9));
  surface.freeze({0, 1});
  CHECK_THROWS_AS(basin->at(surface, y), InputError);
}

TEST_CASE("a point with an unstable direction is no basin") {
  Surface surface = glass_of_500().surface();
  CHECK_FALSE(LocalDeterminant::of_basin(surface, glass_of_500().basin.positions + 0.2 * noise(500, 4)));
}
