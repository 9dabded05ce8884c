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

TEST_CASE("a single relaxation time has the loss peak of Debye: half its strength at w tau = 1, 1.144 decades wide, of area pi/2") {
  const Relaxation r{5.0, {{2.0, 3.0}}};
  CHECK(r.loss(1.0 / 3.0) == Approx(1.0));
  CHECK(r.storage(1.0 / 3.0) == Approx(6.0));
  CHECK(r.loss_tangent(1.0 / 3.0) == Approx(1.0 / 6.0));
  const double half = 2.0 + std::sqrt(3.0);  // x + 1/x = 4
  CHECK(r.loss(half / 3.0) == Approx(0.5));
  CHECK(2.0 * std::log10(half) == Approx(1.144).margin(5e-4));
  double area = 0;
  for (double ln = -30; ln < 30; ln += 0.01) area += 0.01 * r.loss(std::exp(ln));
  CHECK(area == Approx(std::acos(-1.0) / 2 * 2.0).epsilon(1e-6));
  CHECK(r.storage(1e12) == Approx(r.instantaneous()));
  CHECK(r.storage(1e-300) == Approx(5.0));
}

TEST_CASE("relaxation and creep are each other's inverse, with and without flow") {
  for (const double equilibrium : {0.0, 0.4}) {
    const Relaxation relaxation{equilibrium, {{0.05, 1e-3}, {0.1, 2.0}, {0.3, 2.1}, {0.2, 1e6}}};
    const Compliance compliance = compliance_of(relaxation);
    CHECK(compliance.instantaneous == Approx(1 / relaxation.instantaneous()));
    CHECK((compliance.fluidity > 0) == (equilibrium == 0));
    CHECK(compliance.modes.size() == (equilibrium == 0 ? 3 : 4));
    const Relaxation back = relaxation_of(compliance);
    REQUIRE(back.modes.size() == 4);
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(back.modes[k].tau == Approx(relaxation.modes[k].tau).epsilon(1e-10));
      CHECK(back.modes[k].strength == Approx(relaxation.modes[k].strength).epsilon(1e-9));
    }
    CHECK(back.equilibrium == Approx(equilibrium).margin(1e-12));
  }
  CHECK(compliance_of({2.0, {}}).at(1e9) == Approx(0.5));
  CHECK_THROWS_AS(compliance_of({0.0, {}}), InputError);
  CHECK_THROWS_AS(compliance_of({-1.0, {{2.0, 1.0}}}), InputError);
}
