#include "md/elastic_constants.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/error.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const std::shared_ptr<const Potential>& argon() {
  static const auto pairs = potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  return pairs;
}

double energy_at(const std::shared_ptr<const Potential>& law, const Configuration& minimum, const Matrix3d& f) {
  Configuration c = minimum;
  c.cell = c.cell.with_lattice(f * c.cell.lattice());
  Surface surface(law, c);
  return minimise(surface, f * c.positions, {.fmax = 1e-7}).energy;
}

}  // namespace

TEST_CASE("the stress of a crystal is minus its pressure, and vanishes where its energy is least") {
  const double a = fcc_constant(argon());
  Configuration c = fcc(a - 0.1, 3, elements_named({"Ar"}));
  Surface surface(argon(), c);
  const StressComponents s = inherent_stress(surface, c.positions);
  CHECK(s[0] < 0);  // pressed together
  CHECK(s[1] == Approx(s[0]));
  CHECK(std::abs(s[4]) < 1e-10);
  CHECK(s.head(3).sum() / 3 == Approx(-surface.evaluate(c.positions, {.virial = true}).virial.trace() / (3 * c.cell.volume())));
  Surface open(argon(), open_sample(argon()));
  CHECK_THROWS_AS(inherent_stress(open, open_sample(argon()).positions), InputError);
}

TEST_CASE("a crystal of pairs without pressure is cubic and obeys Cauchy's relation") {
  double low = fcc_constant(argon()) - 0.1, high = low + 0.2;
  for (int k = 0; k < 40; ++k) {
    const double a = 0.5 * (low + high);
    Configuration c = fcc(a, 3, elements_named({"Ar"}));
    Surface surface(argon(), c);
    (inherent_stress(surface, c.positions)[0] < 0 ? low : high) = a;
  }
  const ElasticConstants e = elastic_constants(argon(), fcc(low, 3, elements_named({"Ar"})));
  REQUIRE(e.converged);
  const auto& c = e.constants;
  CHECK(c(1, 1) == Approx(c(0, 0)).epsilon(1e-4));
  CHECK(c(4, 4) == Approx(c(3, 3)).epsilon(1e-4));
  CHECK(c(0, 1) == Approx(c(3, 3)).epsilon(2e-3));
  CHECK(std::abs(c(0, 3)) < 1e-4 * c(0, 0));
  CHECK(e.asymmetry < 1e-4 * c(0, 0));
}

TEST_CASE("the constants of a stressed glass are the curvature of its energy") {
  const Glass& g = glass_of_500();
  const ElasticConstants e = elastic_constants(g.potential, g.basin);
  REQUIRE(e.converged);
  const double h = 1e-3, v = g.basin.cell.volume();
  Matrix3d up = Matrix3d::Identity(), down = up;
  up(0, 0) += h;
  down(0, 0) -= h;
  // a face keeps its area while the cell grows along its normal, so that dE = sigma A dL and E'' = V dsigma/dstrain
  const double second = (energy_at(g.potential, g.basin, up) + energy_at(g.potential, g.basin, down) - 2 * energy_at(g.potential, g.basin, Matrix3d::Identity())) / (h * h);
  CHECK(e.constants(0, 0) == Approx(second / v).epsilon(0.03));
  CHECK(e.asymmetry < 0.1 * e.constants(3, 3));
  CHECK(e.constants(3, 3) > 0);
}
