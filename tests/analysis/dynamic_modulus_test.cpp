#include "analysis/dynamic_modulus.hpp"

#include <catch2/catch.hpp>

#include "md/support/error.hpp"
#include "md/support/units.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;

namespace {

using Complex = std::complex<double>;

/// Two atoms in 1000 cubic Angstrom at 1 %, with one modulus (GPa) for each cycle, shared 3 to 1.
ShearTest sheared(const std::vector<Complex>& moduli, Complex third = 0, double amplitude = 0.01) {
  Configuration c;
  c.species = std::make_shared<const Species>(Species{elements_named({"Cu"}), {0, 0}});
  c.cell = Cell::cubic(10);
  c.positions = Positions::Zero(3, 2);
  c.positions(0, 1) = 3;
  ShearTest test{ShearBegun{{"prepare", 1}, c, "xy", amplitude, 50, 300, "nvt", 0.1, 0.002, 5000, 2, {0.5, 1, 1.5, 2, 3}, {0, 0}}, {}, {}};
  for (const Complex& g : moduli) {
    Eigen::MatrixXcd z = Eigen::MatrixXcd::Zero(2, 5);
    const Complex amplitude_of_stress = Complex(0, -0.01) * g * 1000.0 / units::stress_GPa;
    z(0, 1) = 0.75 * amplitude_of_stress;
    z(1, 1) = 0.25 * amplitude_of_stress;
    z(0, 4) = third * amplitude_of_stress;
    ShearCycled cycle;
    cycle.real = z.real();
    cycle.imaginary = z.imag();
    cycle.temperature = 301;
    test.cycles.push_back(cycle);
  }
  return test;
}

}  // namespace

TEST_CASE("amplitudes of stress become the modulus, and a stress that leads the strain dissipates") {
  const DynamicModulus m = dynamic_modulus(sheared({{30, 2}, {31, 3}, {29, 2}, {30, 1}}));
  CHECK(m.storage.value == Approx(30));
  CHECK(m.loss.value == Approx(2));
  CHECK(m.phase.value == Approx(std::atan2(2, 30)));
  CHECK(m.loss_tangent.value == Approx(2.0 / 30.0));
  CHECK(m.temperature == Approx(301));
  // blocks 30.5 + 2.5i and 29.5 + 1.5i: Student with one degree of freedom
  CHECK(m.storage.interval.high - m.storage.value == Approx(12.7062 * 0.5));
  CHECK(m.by_cycle.at(1).real() == Approx(31));
  const auto blocks = blocks_of(sheared({{30, 2}, {31, 3}, {29, 2}}));
  REQUIRE(blocks.size() == 1);
  CHECK(blocks.front().drive[0].real() == Approx(0.75 * 30.5));
}

TEST_CASE("cycles are skipped in front, and too few are refused with numbers") {
  const DynamicModulus m = dynamic_modulus(sheared({{10, 0}, {30, 2}, {30, 2}}), 1);
  CHECK(m.storage.value == Approx(30));
  CHECK(std::isinf(m.storage.interval.high));
  CHECK_THROWS_WITH(dynamic_modulus(sheared({{10, 0}, {30, 2}, {30, 2}}), 2), Catch::Contains("3 cycles has no block of 2 after the first 2"));
}

TEST_CASE("a drifting modulus, a third harmonic and cycles that fill no block are doubted") {
  const auto doubts = [](const ShearTest& test) {
    std::string all;
    for (const std::string& doubt : dynamic_modulus(test).doubts) all += doubt + "\n";
    return all;
  };
  std::vector<Complex> drifting;
  for (int k = 0; k < 12; ++k) drifting.emplace_back(30 + 0.2 * k, 1 + 0.01 * (k % 3));
  CHECK_THAT(doubts(sheared(drifting)), Catch::Contains("G' drifts by 0.2 GPa per cycle"));
  const std::vector<Complex> still(8, Complex(30, 1));
  CHECK_THAT(doubts(sheared(still)), !Catch::Contains("drifts"));
  CHECK_THAT(doubts(sheared(still, 0.05)), Catch::Contains("the third harmonic is 5.0 % of it"));
  CHECK_THAT(doubts(sheared({still.begin(), still.begin() + 3})), Catch::Contains("1 cycle at the end fills no block and is left out") && Catch::Contains("One block"));
}

TEST_CASE("the facts of a run become a test of shear, and others none") {
  const ShearTest test = sheared({{30, 2}});
  const auto found = shear_test({Event{test.begun}, Event{test.cycles.front()}});
  REQUIRE(found);
  CHECK(found->cycles.size() == 1);
  CHECK_FALSE(shear_test({}));
}
