#include "analysis/network_relaxation.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/error.hpp"
#include "md/support/units.hpp"

using namespace glasscape;

namespace {

constexpr double kT300 = units::boltzmann * 300;

/// The rate over a saddle with a prefactor of 1e13/s.
NetworkWay over(std::size_t from, std::size_t to, double saddle, const std::vector<NetworkBasinState>& basins) {
  return {from, to, std::log(1e13) - (saddle - basins[from].free_energy) / kT300};
}

double sum(const NetworkRelaxation& r) {
  double all = 0;
  for (const RelaxationMode& m : r.modes) all += m.strength;
  return all;
}

}  // namespace

TEST_CASE("two basins are a two-level system") {
  const std::vector<NetworkBasinState> basins{{0, 0.01}, {0.03, -0.02}};
  const NetworkRelaxation r = network_relaxation(basins, {over(0, 1, 0.4, basins)}, 0, 300, 500, 1e9);
  REQUIRE(r.modes.size() == 1);
  const double x = 0.03 / (2 * kT300), gamma = 500 * 0.03;  // V times the difference of stress
  CHECK(r.modes[0].strength == Approx(gamma * gamma / (4 * 500 * kT300 * std::pow(std::cosh(x), 2))).epsilon(1e-12));
  CHECK(1 / r.modes[0].tau == Approx(1e13 * (std::exp(-0.4 / kT300) + std::exp(-0.37 / kT300))).epsilon(1e-12));
}

TEST_CASE("a chain of three basins has the rates and strengths of its closed form, and no sum over saddles") {
  const std::vector<NetworkBasinState> basins{{0, 0}, {0.05, 1}, {0.02, -0.5}};
  const NetworkRelaxation r = network_relaxation(basins, {over(0, 1, 0.40, basins), over(1, 2, 0.35, basins)}, 0, 300, 1.0, 1e9);
  REQUIRE(r.modes.size() == 2);
  CHECK(1 / r.modes[0].tau == Approx(1.30288e8).epsilon(1e-5));
  CHECK(1 / r.modes[1].tau == Approx(4.6485e6).epsilon(1e-4));
  CHECK(r.modes[0].strength == Approx(5.827955).epsilon(1e-6));
  CHECK(r.modes[1].strength == Approx(0.320893).epsilon(1e-5));
  CHECK(std::abs(sum(r) / r.variance_modulus - 1) < 1e-10);
  CHECK(r.variance_modulus == Approx(6.148848).epsilon(1e-6));
}

TEST_CASE("ways in either direction, and several between two basins, are the same landscape") {
  const std::vector<NetworkBasinState> basins{{0, 0}, {0.05, 1}, {0.02, -0.5}};
  const auto one = network_relaxation(basins, {over(0, 1, 0.40, basins), over(1, 2, 0.35, basins)}, 0, 300, 1.0, 1e9);
  NetworkWay half = over(2, 1, 0.35, basins);
  half.log_rate -= std::log(2.0);
  const auto other = network_relaxation(basins, {over(1, 0, 0.40, basins), half, half}, 2, 300, 1.0, 1e9);
  for (std::size_t m = 0; m < 2; ++m) {
    CHECK(other.modes[m].tau == Approx(one.modes[m].tau).epsilon(1e-9));
    CHECK(other.modes[m].strength == Approx(one.modes[m].strength).epsilon(1e-9));
  }
}

TEST_CASE("a slow way beside ways that are thirty decades faster keeps its digits") {
  // two pairs of equal basins, each pair in equilibrium long before the slow way between the pairs is taken
  const std::vector<NetworkBasinState> basins{{0, 1}, {0, 1}, {0, -1}, {0, -1}};
  const double fast = std::log(1e12), slow = fast - 30 * std::log(10.0);
  const NetworkRelaxation r = network_relaxation(basins, {{0, 1, fast}, {1, 2, slow}, {2, 3, fast}}, 0, 300, 1.0, 1e40);
  REQUIRE(r.modes.size() == 3);
  CHECK(r.modes[2].tau == Approx(1e18).epsilon(1e-6));  // 2 * slow / 2
  CHECK(r.modes[2].strength == Approx(1 / kT300).epsilon(1e-9));
  CHECK(r.modes[0].strength < 1e-12);
}

TEST_CASE("what is not reached in the time observed does not relax") {
  const std::vector<NetworkBasinState> basins{{0, 1}, {0, -1}, {-0.5, 5}};
  const std::vector<NetworkWay> ways{over(0, 1, 0.4, basins), over(1, 2, 1.2, basins)};
  const NetworkRelaxation soon = network_relaxation(basins, ways, 0, 300, 1.0, 1.0), late = network_relaxation(basins, ways, 0, 300, 1.0, 1e12);
  CHECK(soon.reached == std::vector<std::size_t>{0, 1});
  CHECK(late.reached.size() == 3);
  CHECK(std::abs(sum(late) / late.variance_modulus - 1) < 1e-10);
  CHECK(network_relaxation(basins, {}, 1, 300, 1.0, 1.0).modes.empty());
  CHECK_THROWS_AS(network_relaxation(basins, ways, 3, 300, 1.0, 1.0), InputError);
  CHECK_THROWS_AS(network_relaxation(basins, {{0, 7, 1.0}}, 0, 300, 1.0, 1.0), InputError);
  CHECK_THROWS_AS(network_relaxation(basins, ways, 0, 0, 1.0, 1.0), InputError);
}
