#include "analysis/bending.hpp"

#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "analysis/linear_solid.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;

namespace {

constexpr double atom = 16.6;  // A^3
constexpr double loaded = 2e6; // s

/// 14 to 21 atoms, in parts of the volume that grow from 0.001 to 0.02: 0.0556 in all.
std::vector<Zone> hierarchy(const ShearTransformation& law, int step = 1) {
  std::vector<Zone> zones;
  for (int n = 14; n <= 21; n += step) zones.push_back(zone_of(law, law.relaxation_time(n * atom), 0.001 * std::pow(20.0, (n - 14) / 7.0), std::numeric_limits<double>::infinity()));
  return zones;
}

/// Exact strain of the linear solid on the mandrel and free, over the strain on it: each mode follows the stress that the creep compliance relaxes to.
struct LinearBending {
  std::vector<Zone> zones;
  Relaxation relaxation;

  explicit LinearBending(const std::vector<Zone>& z) : zones(z) {
    Compliance c{1, {}, 0};
    for (const Zone& zone : z) c.modes.push_back({zone.fraction, zone.tau});
    relaxation = relaxation_of(c);
  }
  double elastic() const { return relaxation.at(loaded); }
  double anelastic(double time) const {
    double sum = 0;
    for (const Zone& z : zones) {
      double taken = -relaxation.equilibrium * std::expm1(-loaded / z.tau);
      for (const RelaxationMode& m : relaxation.modes) taken += m.strength * m.tau / (m.tau - z.tau) * (std::exp(-loaded / m.tau) - std::exp(-loaded / z.tau));
      sum += z.fraction * taken * std::exp(-time / z.tau);
    }
    return sum;
  }
};

std::vector<BendingDatum> measured(const ShearTransformation& law, const std::vector<Zone>& zones, double noise, std::uint64_t seed, double greatest = 0.0155) {
  Rng rng(seed, 0);
  std::vector<BendingDatum> data;
  for (const double part : {0.08, 0.13, 0.2, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.82, 0.9, 1.0}) {
    const BendingRecovery r = bend(law, zones, {part * greatest, loaded, {4e6}}, {4, 1e-5});
    data.push_back({r.elastic, r.anelastic.front() * (1 + noise * rng.normal()), 0});
  }
  return data;
}

bool says(const std::vector<std::string>& doubts, const std::string& part) {
  for (const std::string& d : doubts)
    if (d.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("at small strain a bent ribbon is the linear solid of its zones, on the mandrel and free") {
  const ShearTransformation law;
  const std::vector<Zone> zones = hierarchy(law);
  const LinearBending exact(zones);
  const std::vector<double> times{0, 1e-3, 1, 100, 1e4, 1e6, 4e6, 1e7};
  const double strain = 1e-7;
  const BendingRecovery r = bend(law, zones, {strain, loaded, times}, {3, 1e-6});
  CHECK(r.elastic / strain == Approx(exact.elastic()).epsilon(1e-7));
  CHECK(r.elastic + r.released == Approx(strain));
  CHECK(r.anelastic.front() == r.released);
  for (std::size_t k = 0; k < times.size(); ++k) CHECK(r.anelastic[k] / strain == Approx(exact.anelastic(times[k])).epsilon(1e-5));
  CHECK(r.nonlinearity == Approx(1));
  // one layer is enough when strain is linear in the height
  CHECK(bend(law, zones, {strain, loaded, {4e6}}, {1, 1e-6}).anelastic.front() == Approx(r.anelastic[6]).epsilon(1e-6));
}

TEST_CASE("the rate of a layer is that of the zones under von Mises stress") {
  const ShearTransformation law;
  const std::vector<Zone> zones{hierarchy(law).front()};
  const double strain = 0.01, short_time = 1e-5 * zones.front().tau;
  // too short for strain to build up: the surface strain just after is 3 int z gamma/sqrt(3) dz
  const BendingRecovery r = bend(law, zones, {strain, short_time, {}}, {8, 1e-7});
  double moment = 0;
  constexpr int slices = 400;
  for (int k = 0; k < slices; ++k) {
    const double z = (k + 0.5) / slices;
    moment += z / slices * law.shear_rate(zones.front().volume, zones.front().fraction, law.young_modulus() * strain * z / std::sqrt(3.0));
  }
  CHECK(r.released == Approx(std::sqrt(3.0) * moment * short_time).epsilon(1e-4));
}

TEST_CASE("a strongly bent ribbon goes the way that small explicit steps of many layers take it") {
  const ShearTransformation law;
  std::vector<Zone> zones{hierarchy(law).front()};
  zones.front().fraction = 0.05;
  const double strain = 0.02, young = law.young_modulus(), stiffness = young / (3 * zones.front().fraction), root = std::sqrt(3.0);
  constexpr int layers = 300, steps = 400;
  using Layers = Eigen::Array<double, layers, 1>;
  Layers height;
  for (int k = 0; k < layers; ++k) height[k] = (k + 0.5) / layers;
  const auto free_strain = [&](const Layers& gamma) { return 3 * (height * gamma).mean() / root; };
  const auto run = [&](Layers gamma, double duration, bool held) {
    const auto rates = [&](const Layers& g) -> Layers {
      const double curvature = held ? strain : free_strain(g);
      return (young * (curvature * height - g / root) / root - stiffness * g).unaryExpr([&](double stress) { return law.shear_rate(zones.front().volume, zones.front().fraction, stress); });
    };
    for (int k = 0; k < steps; ++k) {
      const double h = duration / steps;
      const Layers a = rates(gamma), b = rates(gamma + 0.5 * h * a), c = rates(gamma + 0.5 * h * b), d = rates(gamma + h * c);
      gamma += h / 6 * (a + 2 * b + 2 * c + d);
    }
    return gamma;
  };
  const Layers after_load = run(Layers::Zero(), 0.3, true);
  const BendingRecovery r = bend(law, zones, {strain, 0.3, {0.1, 0.6}}, {8, 1e-7});
  CHECK(r.nonlinearity > 4);
  CHECK(r.released == Approx(free_strain(after_load)).epsilon(1e-4));
  CHECK(r.anelastic[0] == Approx(free_strain(run(after_load, 0.1, false))).epsilon(1e-4));
  CHECK(r.anelastic[1] == Approx(free_strain(run(after_load, 0.6, false))).epsilon(1e-4));
}

TEST_CASE("the integration has the third order in the step, and few layers are enough") {
  const ShearTransformation law;
  const std::vector<Zone> zones = hierarchy(law, 3);
  const auto at = [&](int layers, double tolerance) { return bend(law, zones, {0.0155, loaded, {1e3, 4e6}}, {layers, tolerance}); };
  const BendingRecovery reference = at(10, 1e-9), coarse = at(10, 1e-4), fine = at(10, 1e-7);
  const double coarse_error = std::abs(coarse.anelastic[1] / reference.anelastic[1] - 1), fine_error = std::abs(fine.anelastic[1] / reference.anelastic[1] - 1);
  const double order = std::log(coarse_error / fine_error) / std::log(static_cast<double>(fine.steps) / coarse.steps);
  CHECK(order > 2.5);
  CHECK(coarse.anelastic[0] == Approx(reference.anelastic[0]).epsilon(1e-4));
  CHECK(at(4, 1e-7).anelastic[1] == Approx(reference.anelastic[1]).epsilon(1e-4));
  CHECK(at(4, 1e-7).elastic == Approx(reference.elastic).epsilon(1e-6));
}

TEST_CASE("large strains bend a ribbon more than in proportion, as sinh lets the slow zones keep up") {
  const ShearTransformation law;
  const std::vector<Zone> zones = hierarchy(law);
  double before = 0;
  for (const double strain : {0.001, 0.003, 0.0075, 0.0155}) {
    const BendingRecovery r = bend(law, zones, {strain, loaded, {4e6}}, {4, 1e-5});
    const double ratio = r.anelastic.front() / r.elastic;
    CHECK(ratio > before);
    before = ratio;
  }
  const LinearBending linear(zones);
  CHECK(before > 1.5 * linear.anelastic(4e6) / linear.elastic());
  // a load for ever reaches the same strain in equilibrium, linear or not
  double sum = 0;
  for (const Zone& z : zones) sum += z.fraction;
  CHECK(bend(law, zones, {0.0155, 1e10, {}}, {4, 1e-5}).elastic == Approx(0.0155 / (1 + sum)).epsilon(1e-5));
}

TEST_CASE("with a transformation strain of 0.17 for 0.2 the same barriers belong to volumes 1.364 times as large") {
  ShearTransformation law, smaller;
  smaller.strain = 0.17;
  CHECK(law.barrier(1) / smaller.barrier(1) == Approx(1.364).margin(5e-4));
  ShearTransformation bare = law, bare_smaller = smaller;
  bare.resistance = bare_smaller.resistance = 0;
  CHECK(bare.barrier(1) / bare_smaller.barrier(1) == Approx(std::pow(0.2 / 0.17, 2)));
  const std::vector<Zone> zones = hierarchy(law), larger = zones_by_time(smaller, zones);
  for (std::size_t k = 0; k < zones.size(); ++k) {
    CHECK(larger[k].volume / zones[k].volume == Approx(1.364).epsilon(0.002));
    CHECK(smaller.relaxation_time(larger[k].volume) == Approx(zones[k].tau).epsilon(1e-9));
    CHECK(larger[k].fraction == Approx(zones[k].fraction));
    if (k > 0) CHECK(larger[k].atoms - larger[k - 1].atoms == Approx(1.364).epsilon(0.002));
  }
}

TEST_CASE("a transformation strain of 0.17 comes back from bending data, exactly without noise and within 3 percent with it") {
  ShearTransformation law, truth;
  truth.strain = 0.17;
  const std::vector<Zone> zones = hierarchy(law), true_zones = zones_by_time(truth, zones);
  const TransformationStrain exact = fit_transformation_strain(law, zones, measured(truth, true_zones, 0, 1));
  CHECK(exact.strain.value == Approx(0.17).epsilon(2e-4));
  CHECK(exact.volume_ratio == Approx(1.364).epsilon(0.002));
  CHECK(says(exact.doubts, "as large as those given"));
  for (const double noise : {0.01, 0.02}) {
    const TransformationStrain t = fit_transformation_strain(law, zones, measured(truth, true_zones, noise, 11));
    CHECK(t.strain.value == Approx(0.17).epsilon(0.03));
    CHECK(t.strain.interval.low < 0.17);
    CHECK(t.strain.interval.high > 0.17);
    CHECK(t.strain.interval.high - t.strain.interval.low < 0.1 * 0.17);
    CHECK(t.noise == Approx(noise).epsilon(0.6));
  }
}

TEST_CASE("fractions that are wrong by a factor are found together with the transformation strain") {
  ShearTransformation law, truth;
  truth.strain = 0.17;
  const std::vector<Zone> zones = hierarchy(law, 7);
  std::vector<Zone> more = zones;
  for (Zone& z : more) z.fraction *= 1.1;
  const std::vector<BendingDatum> data = measured(truth, zones_by_time(truth, more), 0.002, 3);
  TransformationStrainOptions both;
  both.scale = true;
  const TransformationStrain t = fit_transformation_strain(law, zones, data, both);
  CHECK(t.strain.value == Approx(0.17).epsilon(0.02));
  CHECK(t.scale.value == Approx(1.1).epsilon(0.01));
  CHECK(t.strain.interval.low < 0.17);
  CHECK(t.strain.interval.high > 0.17);
  // alone, the strain takes up what the fractions lack
  const TransformationStrain alone = fit_transformation_strain(law, zones, data);
  CHECK(alone.scale.interval.low == alone.scale.interval.high);
  CHECK(std::abs(alone.strain.value / 0.17 - 1) > 0.05);
}

TEST_CASE("linear data do not tell the transformation strain, and that is said") {
  const ShearTransformation law;
  const std::vector<Zone> zones = hierarchy(law, 7);
  const TransformationStrain t = fit_transformation_strain(law, zones, measured(law, zones, 0.02, 5, 0.001));
  CHECK(says(t.doubts, "nearly linear"));
  CHECK(says(t.doubts, "do not bound"));
}

TEST_CASE("bending that cannot be is refused") {
  const ShearTransformation law;
  const std::vector<Zone> zones = hierarchy(law);
  CHECK_THROWS_WITH(bend(law, {}, {0.01, 1, {}}), Catch::Contains("without"));
  CHECK_THROWS_WITH(bend(law, zones, {0.01, 1, {2, 1}}), Catch::Contains("ascending"));
  CHECK_THROWS_AS(bend(law, zones, {0.01, 0, {}}), InputError);
  CHECK_THROWS_AS(bend(law, zones, {-0.01, 1, {}}), InputError);
  CHECK_THROWS_AS(bend(law, zones, {0.01, 1, {}}, {0, 1e-6}), InputError);
  CHECK_THROWS_AS(bend(law, {Zone{}}, {0.01, 1, {}}), InputError);
  CHECK_THROWS_WITH(fit_transformation_strain(law, zones, {{0.01, 0, 0}, {0.01, 0.001, 0}}), Catch::Contains("above 0"));
  CHECK_THROWS_WITH(fit_transformation_strain(law, zones, {{0.01, 1e-4, 1e-6}, {0.02, 2e-4, 0}}), Catch::Contains("for each datum"));
  CHECK_THROWS_AS(fit_transformation_strain(law, zones, {{0.01, 1e-4, 0}}), InputError);
}
