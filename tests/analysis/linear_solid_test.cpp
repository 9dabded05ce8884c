#include "analysis/linear_solid.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/error.hpp"

using namespace glasscape;

namespace {

/// E(t) J(0) + integral of E(t - s) dJ(s), which is 1 at all times: in closed form for exponentials.
double identity(const Compliance& j, const Relaxation& e, double t) {
  double sum = e.at(t) * j.instantaneous + j.fluidity * e.equilibrium * t;
  for (const RelaxationMode& m : e.modes) sum += j.fluidity * m.strength * m.tau * -std::expm1(-t / m.tau);
  for (const RelaxationMode& c : j.modes) {
    sum += e.equilibrium * c.strength * -std::expm1(-t / c.tau);
    for (const RelaxationMode& m : e.modes) sum += m.strength * c.strength / c.tau * (std::exp(-t / c.tau) - std::exp(-t / m.tau)) / (1.0 / m.tau - 1.0 / c.tau);
  }
  return sum;
}

const Compliance four{1.0, {{0.05, 1}, {0.1, 10}, {0.3, 100}, {0.7, 1000}}, 0};

}  // namespace

TEST_CASE("the relaxation of a solid of four modes is that of the closed form") {
  const Relaxation e = relaxation_of(four);
  const std::vector<std::pair<double, double>> expected{{0.0489180, 0.951734}, {0.0872329, 9.106885}, {0.1900758, 78.654540}, {0.2086570, 682.263585}};
  REQUIRE(e.modes.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(e.modes[k].strength == Approx(expected[k].first).epsilon(1e-6));
    CHECK(e.modes[k].tau == Approx(expected[k].second).epsilon(1e-6));
  }
  CHECK(e.equilibrium == Approx(0.4651163).epsilon(1e-6));
  CHECK(e.instantaneous() == Approx(1.0).epsilon(1e-13));
}

TEST_CASE("creep and relaxation are inverse at all times, whether the solid flows or not, and their times interlace") {
  for (const double fluidity : {0.0, 1e-3, 10.0}) {
    Compliance j = four;
    j.fluidity = fluidity;
    const Relaxation e = relaxation_of(j);
    CHECK(e.modes.size() == (fluidity > 0 ? 5 : 4));
    CHECK((fluidity > 0) == (e.equilibrium == 0));
    for (double t = 0; t < 2e4; t = 1.7 * t + 0.1) CHECK(std::abs(identity(j, e, t) - 1.0) < 1e-12);
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(e.modes[k].strength > 0);
      CHECK(e.modes[k].tau < j.modes[k].tau);
      if (k > 0) CHECK(e.modes[k].tau > j.modes[k - 1].tau);
    }
  }
}

TEST_CASE("a solid of one spring, of a spring and a dashpot, and of modes of one time") {
  CHECK(relaxation_of({2.0, {}, 0}).equilibrium == Approx(0.5));
  const Relaxation maxwell = relaxation_of({2.0, {}, 0.25});
  REQUIRE(maxwell.modes.size() == 1);
  CHECK(maxwell.modes.front().strength == Approx(0.5));
  CHECK(maxwell.modes.front().tau == Approx(8.0));
  CHECK(relaxation_of({1.0, {{0.1, 5}, {0.2, 5}, {0, 7}}, 0}).modes.size() == 1);
  CHECK(relaxation_of({1.0, {{0.1, 5}, {0.2, 5}}, 0}).at(3) == Approx(relaxation_of({1.0, {{0.3, 5}}, 0}).at(3)));
  for (const Compliance& bad : {Compliance{0.0, {}, 0}, Compliance{1.0, {{-0.1, 1}}, 0}, Compliance{1.0, {{0.1, 0}}, 0}, Compliance{1.0, {}, -1}}) CHECK_THROWS_AS(relaxation_of(bad), InputError);
}
