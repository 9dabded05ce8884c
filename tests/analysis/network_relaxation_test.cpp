#include "analysis/network_relaxation.hpp"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/error.hpp"
#include "md/support/units.hpp"

using namespace glasscape;

namespace {

constexpr double kT300 = units::boltzmann * 300;

/// With a stress of one shear component.
NetworkBasinState basin(double energy, double stress) {
  NetworkBasinState b{energy, StressComponents::Zero()};
  b.stress[3] = stress;
  return b;
}
double strength(const NetworkMode& m) { return m.amplitude[3] * m.amplitude[3]; }
double whole(const NetworkRelaxation& r) { return r.fluctuation(3, 3); }

/// The rate over a saddle with a prefactor of 1e13/s.
NetworkWay over(std::size_t from, std::size_t to, double saddle, const std::vector<NetworkBasinState>& basins) {
  return {from, to, std::log(1e13) - (saddle - basins[from].free_energy) / kT300};
}

double sum(const NetworkRelaxation& r) {
  double all = 0;
  for (const NetworkMode& m : r.modes) all += strength(m);
  return all;
}

}  // namespace

TEST_CASE("two basins are a two-level system") {
  const std::vector<NetworkBasinState> basins{basin(0, 0.01), basin(0.03, -0.02)};
  const NetworkRelaxation r = network_relaxation(basins, {over(0, 1, 0.4, basins)}, 0, 300, 500, 1e9);
  REQUIRE(r.modes.size() == 1);
  const double x = 0.03 / (2 * kT300), gamma = 500 * 0.03;  // V times the difference of stress
  CHECK(strength(r.modes[0]) == Approx(gamma * gamma / (4 * 500 * kT300 * std::pow(std::cosh(x), 2))).epsilon(1e-12));
  CHECK(1 / r.modes[0].tau == Approx(1e13 * (std::exp(-0.4 / kT300) + std::exp(-0.37 / kT300))).epsilon(1e-12));
}

TEST_CASE("a chain of three basins has the rates and strengths of its closed form, and no sum over saddles") {
  const std::vector<NetworkBasinState> basins{basin(0, 0), basin(0.05, 1), basin(0.02, -0.5)};
  const NetworkRelaxation r = network_relaxation(basins, {over(0, 1, 0.40, basins), over(1, 2, 0.35, basins)}, 0, 300, 1.0, 1e9);
  REQUIRE(r.modes.size() == 2);
  CHECK(1 / r.modes[0].tau == Approx(1.30288e8).epsilon(1e-5));
  CHECK(1 / r.modes[1].tau == Approx(4.6485e6).epsilon(1e-4));
  CHECK(strength(r.modes[0]) == Approx(5.827955).epsilon(1e-6));
  CHECK(strength(r.modes[1]) == Approx(0.320893).epsilon(1e-5));
  CHECK(std::abs(sum(r) / whole(r) - 1) < 1e-10);
  CHECK(whole(r) == Approx(6.148848).epsilon(1e-6));
}

TEST_CASE("ways in either direction, and several between two basins, are the same landscape") {
  const std::vector<NetworkBasinState> basins{basin(0, 0), basin(0.05, 1), basin(0.02, -0.5)};
  const auto one = network_relaxation(basins, {over(0, 1, 0.40, basins), over(1, 2, 0.35, basins)}, 0, 300, 1.0, 1e9);
  NetworkWay half = over(2, 1, 0.35, basins);
  half.log_rate -= std::log(2.0);
  const auto other = network_relaxation(basins, {over(1, 0, 0.40, basins), half, half}, 2, 300, 1.0, 1e9);
  for (std::size_t m = 0; m < 2; ++m) {
    CHECK(other.modes[m].tau == Approx(one.modes[m].tau).epsilon(1e-9));
    CHECK(strength(other.modes[m]) == Approx(strength(one.modes[m])).epsilon(1e-9));
  }
}

TEST_CASE("a slow way beside ways that are thirty decades faster keeps its digits") {
  // two pairs of equal basins, each pair in equilibrium long before the slow way between the pairs is taken
  const std::vector<NetworkBasinState> basins{basin(0, 1), basin(0, 1), basin(0, -1), basin(0, -1)};
  const double fast = std::log(1e12), slow = fast - 30 * std::log(10.0);
  const NetworkRelaxation r = network_relaxation(basins, {{0, 1, fast}, {1, 2, slow}, {2, 3, fast}}, 0, 300, 1.0, 1e40);
  REQUIRE(r.modes.size() == 3);
  CHECK(r.modes[2].tau == Approx(1e18).epsilon(1e-6));  // 2 * slow / 2
  CHECK(strength(r.modes[2]) == Approx(1 / kT300).epsilon(1e-9));
  CHECK(strength(r.modes[0]) < 1e-12);
}

TEST_CASE("what is not reached in the time observed does not relax") {
  const std::vector<NetworkBasinState> basins{basin(0, 1), basin(0, -1), basin(-0.5, 5)};
  const std::vector<NetworkWay> ways{over(0, 1, 0.4, basins), over(1, 2, 1.2, basins)};
  const NetworkRelaxation soon = network_relaxation(basins, ways, 0, 300, 1.0, 1.0), late = network_relaxation(basins, ways, 0, 300, 1.0, 1e12);
  CHECK(soon.reached == std::vector<std::size_t>{0, 1});
  CHECK(late.reached.size() == 3);
  CHECK(std::abs(sum(late) / whole(late) - 1) < 1e-10);
  CHECK(network_relaxation(basins, {}, 1, 300, 1.0, 1.0).modes.empty());
  CHECK_THROWS_AS(network_relaxation(basins, ways, 3, 300, 1.0, 1.0), InputError);
  CHECK_THROWS_AS(network_relaxation(basins, {{0, 7, 1.0}}, 0, 300, 1.0, 1.0), InputError);
  CHECK_THROWS_AS(network_relaxation(basins, ways, 0, 0, 1.0, 1.0), InputError);
}

TEST_CASE("the shear modulus that relaxes is the same however the glass is turned") {
  std::vector<NetworkBasinState> basins{basin(0, 0), basin(0.02, 0), basin(0.05, 0)};
  basins[1].stress << 0.02, -0.01, 0.005, 0.03, -0.02, 0.01;
  basins[2].stress << -0.01, 0.04, 0.01, 0.0, 0.015, -0.03;
  const std::vector<NetworkWay> ways{over(0, 1, 0.4, basins), over(0, 2, 0.5, basins)};
  std::vector<NetworkBasinState> turned = basins;
  const Eigen::Matrix3d turn = Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, 2, -1).normalized()).toRotationMatrix();
  for (NetworkBasinState& b : turned) {
    const StressComponents& s = b.stress;
    Eigen::Matrix3d t;
    t << s[0], s[3], s[4], s[3], s[1], s[5], s[4], s[5], s[2];
    t = turn * t * turn.transpose();
    b.stress << t(0, 0), t(1, 1), t(2, 2), t(0, 1), t(0, 2), t(1, 2);
  }
  const auto one = network_relaxation(basins, ways, 0, 300, 1000.0, 1e9), other = network_relaxation(turned, ways, 0, 300, 1000.0, 1e9);
  double all = 0;
  for (std::size_t m = 0; m < 2; ++m) {
    CHECK(other.shear()[m].strength == Approx(one.shear()[m].strength).epsilon(1e-9));
    all += one.shear()[m].strength;
  }
  CHECK(all == Approx(isotropic_shear(one.fluctuation)).epsilon(1e-10));
}

TEST_CASE("pressure alone relaxes no shear modulus, and one plane alone a fifth of its own") {
  std::vector<NetworkBasinState> basins{basin(0, 0), basin(0, 0)};
  basins[1].stress << 0.03, 0.03, 0.03, 0, 0, 0;
  const std::vector<NetworkWay> ways{over(0, 1, 0.4, basins)};
  CHECK(network_relaxation(basins, ways, 0, 300, 500, 1e9).shear()[0].strength == Approx(0.0).margin(1e-12));
  basins[1] = basin(0, 0.03);
  const NetworkRelaxation r = network_relaxation(basins, ways, 0, 300, 500, 1e9);
  CHECK(r.shear()[0].strength == Approx(strength(r.modes[0]) / 5).epsilon(1e-12));
}

TEST_CASE("saddles alone are the landscape as long as no two share a basin, and too much as soon as they do") {
  const std::vector<NetworkBasinState> pair{basin(0, 0.01), basin(0.03, -0.02)};
  const std::vector<NetworkWay> way{over(0, 1, 0.4, pair)};
  CHECK(two_level_shear(pair, way, 0, 300, 500, 1e9)[0].strength == Approx(network_relaxation(pair, way, 0, 300, 500, 1e9).shear()[0].strength));
  const std::vector<NetworkBasinState> star{basin(0, 0), basin(0, 0.02), basin(0, 0.02), basin(0, 0.02)};
  const std::vector<NetworkWay> ways{over(0, 1, 0.4, star), over(0, 2, 0.4, star), over(0, 3, 0.4, star)};
  double alone = 0, together = 0;
  for (const RelaxationMode& m : two_level_shear(star, ways, 0, 300, 500, 1e9)) alone += m.strength;
  for (const RelaxationMode& m : network_relaxation(star, ways, 0, 300, 500, 1e9).shear()) together += m.strength;
  CHECK(alone / together == Approx(4.0).epsilon(1e-9));  // 3/4 of the square of the step against 3/16
  CHECK(two_level_shear(star, ways, 0, 300, 500, 1e-12).empty());
}

TEST_CASE("a slow way out of a basin that is hardly visited is not taken, however deep it leads") {
  // a symmetric pair, a basin far above it, and from there a way of 0.01/s into the deepest of all
  const std::vector<NetworkBasinState> basins{basin(0, 0.01), basin(0, -0.01), basin(0.5, 0), basin(-0.3, 0)};
  const std::vector<NetworkWay> ways{over(0, 1, 0.3, basins), over(0, 2, 0.6, basins), {2, 3, std::log(1e-2)}};
  const NetworkRelaxation r = network_relaxation(basins, ways, 0, 300, 1000, 1000);
  CHECK(r.reached == std::vector<std::size_t>{0, 1, 2});
  CHECK(strength(r.modes[1]) + strength(r.modes[0]) == Approx(1000 / kT300 * 1e-4).epsilon(1e-6));
  CHECK(network_relaxation(basins, ways, 0, 300, 1000, 1e12).reached.size() == 4);
}

TEST_CASE("two saddles to the same basin are one two-level system, twice as fast") {
  const std::vector<NetworkBasinState> basins{basin(0, 0.01), basin(0.03, -0.02)};
  const std::vector<NetworkWay> way{over(0, 1, 0.4, basins)}, both{way[0], way[0]};
  const auto one = two_level_shear(basins, way, 0, 300, 500, 1e9), two = two_level_shear(basins, both, 0, 300, 500, 1e9);
  REQUIRE(two.size() == 1);
  CHECK(two[0].strength == Approx(one[0].strength));
  CHECK(two[0].tau == Approx(one[0].tau / 2));
}
