#include "analysis/shear_transformation.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "md/support/error.hpp"

using namespace glasscape;

namespace {

constexpr double atom = 16.6;  // A^3

}  // namespace

TEST_CASE("strains and barriers of shear transformation zones are those of the published formulas") {
  ShearTransformation law;
  CHECK(law.constrained_strain() == Approx(0.0938856).epsilon(1e-5));
  const std::vector<double> barriers{0.8438, 0.9041, 0.9644, 1.0246, 1.0849, 1.1452, 1.2055, 1.2657, 1.3260};
  for (int n = 14; n <= 22; ++n) CHECK(law.barrier(n * atom) == Approx(barriers[static_cast<std::size_t>(n - 14)]).margin(1e-4));
  ShearTransformation without = law;
  without.resistance = 0;
  CHECK(1 - without.barrier(100) / law.barrier(100) == Approx(0.0819).margin(1e-4));  // not negligible
  law.strain = without.strain = 0.17;
  CHECK(law.constrained_strain() == Approx(0.0798028).epsilon(1e-5));
  CHECK(1 - without.barrier(100) / law.barrier(100) == Approx(0.0950).margin(1e-4));
}

TEST_CASE("relaxation times of 14 to 22 atoms are a decade apart, and volumes come back from them") {
  const ShearTransformation law;
  const std::vector<double> times{1.05, 10.2, 100, 984, 9.71e3, 9.62e4, 9.55e5, 9.51e6, 9.49e7};
  for (int n = 14; n <= 22; ++n) {
    const double tau = law.relaxation_time(n * atom);
    CHECK(tau == Approx(times[static_cast<std::size_t>(n - 14)]).epsilon(0.01));
    CHECK(law.volume_of(tau) == Approx(n * atom).epsilon(1e-12));
  }
  CHECK_THROWS_AS(law.volume_of(1e-20), InputError);
}

TEST_CASE("a peak becomes a zone, with its load corrected where it lasted too short") {
  const ShearTransformation law;
  const double tau = law.relaxation_time(21 * atom);
  CHECK(zone_of(law, tau, 0.01, 2e6).fraction == Approx(0.01 / 0.190).epsilon(0.01));
  CHECK(zone_of(law, tau, 0.01, 4.4e6).fraction == Approx(0.01 / 0.370).epsilon(0.01));
  const Zone z = zone_of(law, tau, 0.01, std::numeric_limits<double>::infinity());
  CHECK(z.fraction == Approx(0.01));
  CHECK(z.atoms == Approx(21));
  CHECK(z.modulus == Approx(law.young_modulus() / 0.01));
  // Eqs. 3 and 9 are one: eta' is also kT exp(dF/kT) / (c gamma_C gamma_T Omega nu_G)
  CHECK(3 * z.viscosity / z.modulus == Approx(tau));
  CHECK(percolation({z, z}).rigid == Approx(std::exp(-0.02)));
  CHECK(percolation({z, z}).sheared == Approx(1 - std::exp(-0.02)));
}

TEST_CASE("data that are called linear are nearly so, and those of large strain are not") {
  const ShearTransformation law;
  const auto at = [&](double strain, int n) { return law.nonlinearity(n * atom, 0.5 * law.young_modulus() * strain); };
  CHECK(at(0.00303, 14) == Approx(1.03).margin(0.005));
  CHECK(at(0.00303, 21) == Approx(1.07).margin(0.01));
  CHECK(at(0.0155, 14) == Approx(2.0).margin(0.1));
  CHECK(at(0.0155, 21) == Approx(4.1).margin(0.2));
  const double small = 1e-6;
  CHECK(law.shear_rate(300, 0.01, small) * law.nonlinearity(300, 1.0) / law.shear_rate(300, 0.01, 1.0) == Approx(small).epsilon(1e-6));
}
