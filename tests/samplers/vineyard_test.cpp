#include "samplers/vineyard.hpp"

#include <catch2/catch.hpp>

#include "md/support/units.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const Positions minimum = Vector3d(-0.558223634633, 1.441725841805, 0.0);
const Positions saddle = Vector3d(-0.822001558733, 0.624312802815, 0.0);

Surface mueller_brown(double mass) {
  auto species = std::make_shared<Species>(Species{{{"X", mass}}, {0}});
  return Surface(potential("mueller-brown"), {species, Cell(), minimum, {}});
}

Prefactor of_plane(double mass) {
  Surface surface = mueller_brown(mass);
  const auto p = vineyard(basin_modes(surface, minimum), saddle_modes(surface, saddle));
  REQUIRE(p);
  return *p;
}

}  // namespace

TEST_CASE("the prefactor of a Mueller-Brown passage is that of the published eigenvalues") {
  const double expected = std::sqrt(410.531135 * 4068.198955 / 490.240708) * units::frequency_THz;
  CHECK(of_plane(1.0).nu_THz() == Approx(expected).epsilon(1e-7));
  CHECK(of_plane(1.0).error == 0.0);
}

TEST_CASE("four times the mass is half the prefactor") {
  CHECK(of_plane(4.0).nu_THz() == Approx(0.5 * of_plane(1.0).nu_THz()).epsilon(1e-12));
}

TEST_CASE("both conventions of the entropy give the same rate") {
  const Prefactor p = of_plane(63.5);
  const double kT_over_h = units::boltzmann * 300.0 / units::planck_eV_s * 1e-12;  // THz
  CHECK(2.0 * std::exp(p.entropy(2.0)) == Approx(p.nu_THz()).epsilon(1e-12));
  CHECK(kT_over_h * std::exp(p.entropy_with_kT_over_h(300.0)) == Approx(p.nu_THz()).epsilon(1e-12));
  CHECK(kT_over_h == Approx(6.2509855).epsilon(1e-7));
}

TEST_CASE("a passage that is not from a minimum over a first-order saddle has no prefactor") {
  Surface surface = mueller_brown(1.0);
  const ModeSum low = basin_modes(surface, minimum), high = saddle_modes(surface, saddle);
  CHECK_FALSE(vineyard(high, low));
  CHECK_FALSE(vineyard(low, low));
  CHECK_FALSE(vineyard(high, high));
}

TEST_CASE("in a glass, regions of growing radius lead to the prefactor of the whole cell") {
  const Glass glass = quick_glass(3);
  Surface surface = glass.surface();
  // an atom pushed against its neighbours until one direction turns unstable stands in for a saddle
  Positions pushed = glass.basin.positions, top;
  int unstable = 0;
  for (int k = 0; k < 60 && unstable < 4; ++k) {  // well beyond the first point that is, which is so with all atoms only
    pushed.col(40) += 0.03 * Vector3d(0.6, 0.64, -0.48);
    if (log_determinant(surface, pushed).negative != 1) continue;
    top = pushed;
    ++unstable;
  }
  REQUIRE(unstable > 0);
  const auto whole = vineyard(basin_modes(surface, glass.basin.positions), saddle_modes(surface, top));
  REQUIRE(whole);
  const auto rows = prefactor_by_radius(surface, glass.basin.positions, top, glass.basin.positions.col(40), {4.0, 8.0, 100.0});
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].atoms > 1);
  CHECK(rows[0].atoms < rows[1].atoms);
  CHECK(rows[2].atoms == glass.basin.atoms());
  REQUIRE(rows[2].prefactor);
  CHECK(rows[2].prefactor->log_nu == Approx(whole->log_nu).epsilon(1e-10));
  REQUIRE(rows[1].prefactor);
  CHECK(std::abs(rows[1].prefactor->log_nu - whole->log_nu) < 1.0);

  const auto basin = LocalDeterminant::of_basin(surface, glass.basin.positions);
  REQUIRE(basin);
  const auto local = vineyard(basin_modes(*basin), saddle_modes(surface, *basin, top, {}, {.atoms = 70}));
  REQUIRE(local);
  CHECK(std::abs(local->log_nu - whole->log_nu) < local->error);
}
