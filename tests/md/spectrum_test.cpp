#include "md/spectrum.hpp"

#include <catch2/catch.hpp>
#include <numbers>

#include "md/log_determinant.hpp"
#include "md/support/units.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const Glass& glass() {
  static const Glass made = quick_glass(3);
  return made;
}

}  // namespace

TEST_CASE("the spectrum of a glass has no zero modes and adds up to its log-determinant") {
  Surface surface = glass().surface();
  const Eigen::VectorXd spectrum = full_spectrum(surface, glass().basin.positions);
  CHECK(spectrum.size() == 3 * glass().basin.atoms() - 3);
  CHECK(spectrum[0] > 1e-6);
  CHECK(spectrum.array().log().sum() == Approx(log_determinant(surface, glass().basin.positions).value).epsilon(1e-9));
}

TEST_CASE("the lowest modes are the lower end of the spectrum and eigenvectors of the mass-weighted Hessian") {
  Surface surface = glass().surface();
  const Positions x = glass().basin.positions + 0.05 * noise(glass().basin.atoms(), 2);
  const Eigen::VectorXd spectrum = full_spectrum(surface, x);
  const LowModes low = lowest_modes(surface, x, 6);
  REQUIRE(low.converged);
  REQUIRE(low.eigenvalues.size() == 6);
  CHECK((low.eigenvalues - spectrum.head(6)).norm() < 1e-8);
  const Eigen::VectorXd weight = surface.species()->masses().cwiseSqrt().cwiseInverse().transpose().replicate(3, 1).reshaped();
  const Eigen::MatrixXd image = weight.asDiagonal() * (surface.hessian(x)->matrix() * (weight.asDiagonal() * low.vectors));
  CHECK((image - low.vectors * low.eigenvalues.asDiagonal()).norm() < 1e-6);
}

TEST_CASE("the lowest modes from the factors are those from the Hessian, negative ones included") {
  Surface surface = glass().surface();
  for (const double disorder : {0.0, 0.05, 0.1}) {
    const Positions x = glass().basin.positions + disorder * noise(glass().basin.atoms(), 2);
    const Eigen::SparseMatrix<double> hessian = surface.hessian(x)->matrix();
    const ModeSpace space = mode_space(surface, x);
    const SymmetricFactors factors(space.kept_part(hessian));
    const LowModes expected = lowest_modes(hessian, space, 6), found = lowest_modes(hessian, space, factors, 6);
    INFO(factors.determinant().negative << " negative");
    REQUIRE(found.converged);
    CHECK((found.eigenvalues - expected.eigenvalues).norm() < 1e-8);
    CHECK((found.vectors.transpose() * expected.vectors).cwiseAbs().diagonal().minCoeff() > 1.0 - 1e-6);
  }
}

TEST_CASE("a small system's lowest modes come from its whole spectrum") {
  auto species = std::make_shared<Species>(Species{{{"X", 3.0}}, {0, 0}});
  const double apart = std::pow(2.0, 1.0 / 6.0);
  Positions x = Positions::Zero(3, 2);
  x(0, 1) = apart;
  Surface surface(potential("lj:cutoff=100,truncation=cut"), {species, Cell(), x, {}});
  const LowModes low = lowest_modes(surface, x, 4);
  REQUIRE(low.eigenvalues.size() == 1);  // two atoms vibrate in one way
  const double stiffness = 72.0 / (apart * apart);
  CHECK(low.eigenvalues[0] == Approx(2.0 * stiffness / 3.0).epsilon(1e-8));
}

TEST_CASE("an eigenvalue of 1 eV per square Angstrom and atomic mass unit is 15.63 THz") {
  const double from_si =
      std::sqrt(units::elementary_charge_C / 1e-20 / units::atomic_mass_kg) / (2.0 * std::numbers::pi) * 1e-12;
  CHECK(frequency_THz(1.0) == Approx(from_si).epsilon(1e-12));
  CHECK(frequency_THz(1.0) == Approx(15.633302).epsilon(1e-6));
  CHECK(frequency_THz(-4.0) == Approx(-2.0 * from_si).epsilon(1e-12));
}
