// Collective variables and their groups: gradients, invariances, periodic images; and hills on a grid.
#include "samplers/collective_variable.hpp"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>

#include "landscape/hills.hpp"
#include "md/support/random.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

struct Example {
  std::string name, options;
};
const std::vector<Example> examples{{"coordinate", "axis=y"}, {"distance", ""}, {"projection", ""}, {"rmsd", "rotation=true"}, {"rmsd", "rotation=false"}};

std::unique_ptr<const VariableDefinition> definition(const Example& example) {
  static const Variables all = builtin_variables();
  Input in(parse_pairs(example.options, "", "test"), "test");
  auto made = all.at(example.name, "test").make(in);
  in.finish();
  return made;
}

/// A crystal shaken at random, in a skewed cell.
Configuration reference() {
  Configuration c = fcc(4.1, 4, elements_named({"Cu", "Zr"}), 3);
  Matrix3d shear = Matrix3d::Identity();
  shear(0, 1) = 0.15;
  shear(1, 2) = -0.1;
  c.cell = Cell(shear * c.cell.lattice());
  c.positions = shear * c.positions + 0.2 * noise(c.atoms(), 4);
  return c;
}

const std::vector<Eigen::Index> group{5, 17, 0, 130, 60, 61, 199, 7};

/// An event's displacement and a point beside the reference.
struct Setting {
  Configuration c = reference();
  Positions displacement = noise(c.atoms(), 8), x = c.positions + 0.3 * noise(c.atoms(), 9);
};

std::unique_ptr<const CollectiveVariable> bound(const Example& example, const Setting& s, std::vector<Eigen::Index> atoms = {}) {
  if (atoms.empty()) atoms = atoms_within(s.c, 40, 3.8);
  return definition(example)->bind({s.c, atoms, &s.displacement});
}

template <typename Check>
void for_each_variable(Check check) {
  for (const Example& example : examples) DYNAMIC_SECTION(example.name << " " << example.options) { check(example); }
}

}  // namespace

TEST_CASE("every collective variable is among the examples of these tests") {
  for (const std::string& name : builtin_variables().names())
    CHECK(std::any_of(examples.begin(), examples.end(), [&](const Example& e) { return e.name == name; }));
}

TEST_CASE("the gradient of a variable is its difference quotient to 1e-9, and so is its strain derivative") {
  const Setting s;
  for_each_variable([&](const Example& example) {
    const auto variable = bound(example, s);
    const CollectiveVariable::At at = variable->at(s.x, s.c.cell);
    REQUIRE(at.gradient.cols() == static_cast<Eigen::Index>(variable->atoms().size()));
    constexpr double h = 1e-4;
    const auto quotient = [&](const auto& value) { return (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h); };
    for (std::size_t k = 0; k < variable->atoms().size(); ++k)
      for (int axis = 0; axis < 3; ++axis) {
        const double slope = quotient([&](double by) {
          Positions x = s.x;
          x(axis, variable->atoms()[k]) += by;
          return variable->at(x, s.c.cell).value;
        });
        CHECK(std::abs(at.gradient(axis, static_cast<Eigen::Index>(k)) - slope) < 1e-9);
      }
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) {
        const double slope = quotient([&](double by) {
          Matrix3d strain = Matrix3d::Identity();
          strain(a, b) += by;
          return variable->at(strain * s.x, s.c.cell.with_lattice(strain * s.c.cell.lattice())).value;
        });
        CHECK(std::abs(at.strain(a, b) - slope) < 1e-8);
      }
  });
}

TEST_CASE("an RMSD has N |gradient|^2 = 1, no net force and, with rotation, no torque") {
  const Setting s;
  for (const std::string rotation : {"true", "false"}) {
    const auto variable = bound({"rmsd", "rotation=" + rotation}, s);
    const auto at = variable->at(s.x, s.c.cell);
    const double n = static_cast<double>(variable->atoms().size());
    CHECK(n * at.gradient.squaredNorm() == Approx(1).epsilon(1e-12));
    CHECK(at.gradient.rowwise().sum().norm() < 1e-14);
    CHECK(at.value > 0.1);
    Vector3d torque = Vector3d::Zero();
    const Positions body = AtomGroup(s.c, variable->atoms()).body() + AtomGroup(s.c, variable->atoms()).displacements(s.x, s.c.cell);
    for (Eigen::Index k = 0; k < body.cols(); ++k) torque += body.col(k).cross(at.gradient.col(k));
    if (rotation == "true") CHECK(torque.norm() < 1e-12);
  }
}

TEST_CASE("an RMSD with rotation is blind to a rotation of the group, and never above the one without") {
  Setting s;
  const auto atoms = atoms_within(s.c, 40, 3.8);
  const auto rotated = bound({"rmsd", "rotation=true"}, s), plain = bound({"rmsd", "rotation=false"}, s);
  CHECK(rotated->at(s.x, s.c.cell).value < plain->at(s.x, s.c.cell).value);
  const Matrix3d turn = Eigen::AngleAxisd(0.7, Vector3d(1, 2, -1).normalized()).toRotationMatrix();
  const Positions body = AtomGroup(s.c, atoms).body();
  Positions x = s.c.positions;
  for (std::size_t k = 0; k < atoms.size(); ++k) x.col(atoms[k]) += turn * body.col(static_cast<Eigen::Index>(k)) - body.col(static_cast<Eigen::Index>(k));
  CHECK(rotated->at(x, s.c.cell).value < 1e-12);
  CHECK(plain->at(x, s.c.cell).value > 1);
}

TEST_CASE("wrapping and drift of 500 atoms in random order do not change an RMSD by a bit more than rounding") {
  Configuration c = fcc(4.1, 5, elements_named({"Cu"}), 3);
  REQUIRE(c.atoms() == 500);
  std::vector<Eigen::Index> all(500);
  for (std::size_t k = 0; k < 500; ++k) all[k] = static_cast<Eigen::Index>(k * 7 % 500);
  Setting s{c, Positions(), c.positions + 0.15 * noise(500, 5)};
  const auto variable = definition({"rmsd", "rotation=false"})->bind({c, all});
  const double value = variable->at(s.x, c.cell).value;
  CHECK(value == Approx(0.15 * noise(500, 5).norm() / std::sqrt(500.0)).epsilon(0.01));
  Rng rng(1, 1);
  Positions x = s.x.colwise() + Vector3d(31.4, -7.7, 3.3);
  for (Eigen::Index i = 0; i < 500; ++i)
    for (int k = 0; k < 3; ++k) x.col(i) += (static_cast<double>(rng.below(5)) - 2) * c.cell.lattice().col(k);
  CHECK(variable->at(x, c.cell).value == Approx(value).epsilon(1e-12));
}

TEST_CASE("at the reference an RMSD is 0 with a gradient of 0, and small displacements keep their digits") {
  const Setting s;
  for (const std::string rotation : {"true", "false"}) {
    const auto variable = bound({"rmsd", "rotation=" + rotation}, s);
    CHECK(variable->at(s.c.positions, s.c.cell).value < 1e-14);
    if (rotation == "false") CHECK(variable->at(s.c.positions, s.c.cell).gradient.norm() == 0);
    const double small = variable->at(s.c.positions + 1e-7 * s.displacement, s.c.cell).value, large = variable->at(s.c.positions + 1e-4 * s.displacement, s.c.cell).value;
    CHECK(small == Approx(1e-3 * large).epsilon(1e-5));
  }
}

TEST_CASE("a projection is 0 at the start of its event and 1 at the end, however long it is") {
  for (const double length : {0.2, 0.05}) {
    Setting s;
    s.displacement *= length;
    const auto variable = bound({"projection", ""}, s);
    CHECK(variable->at(s.c.positions, s.c.cell).value == Approx(0).margin(1e-12));
    CHECK(variable->at(s.c.positions + s.displacement, s.c.cell).value == Approx(1).epsilon(1e-10));
  }
}

TEST_CASE("groups that mean nothing are refused") {
  const Setting s;
  const auto rmsd = definition({"rmsd", ""});
  CHECK_THROWS_WITH(rmsd->bind({s.c, {}}), Catch::Contains("has no atoms"));
  CHECK_THROWS_WITH(rmsd->bind({s.c, {3}}), Catch::Contains("wants a group of 3 atoms or more, this one has 1"));
  Positions row = Positions::Zero(3, 3);
  row.row(0) << 0, 2, 4;
  const Configuration line{std::make_shared<Species>(Species{elements_named({"Cu"}), {0, 0, 0}}), Cell::cubic(20), row, {}};
  CHECK_THROWS_WITH(rmsd->bind({line, {0, 1, 2}}), Catch::Contains("do not lie on a line"));
  CHECK_THROWS_WITH(rmsd->bind({s.c, {3, 4, 3}}), Catch::Contains("atom 3 is twice"));
  CHECK_THROWS_WITH(rmsd->bind({s.c, {3, 4, 256}}), Catch::Contains("there are 256, numbered from 0"));
  CHECK_THROWS_WITH(rmsd->bind({s.c, group}), Catch::Contains("as wide as half the cell"));
  CHECK_NOTHROW(definition({"rmsd", "rotation=false"})->bind({s.c, group}));
  CHECK_THROWS_WITH(check_sphere(s.c.cell, 9.0), Catch::Contains("meets its own image"));
  CHECK_THROWS_WITH(definition({"projection", ""})->bind({s.c, group}), Catch::Contains("wants an event"));
  CHECK_THROWS_WITH(definition({"distance", ""})->bind({s.c, {1}}), Catch::Contains("wants a group of 2 atoms"));
}

TEST_CASE("a sum of hills is that of its Gaussians to 1e-6, and its slope is the derivative of its energy") {
  Rng rng(2, 2);
  std::vector<Hill> hills;
  HillSum sum(0.01);
  for (int k = 0; k < 50; ++k) {
    hills.push_back({2 * rng.uniform() - 0.5, 0.1, 0.01 * rng.uniform()});
    sum.add(hills.back());
  }
  for (double s = -2; s < 3; s += 0.00937) {
    double energy = 0, slope = 0;
    for (const Hill& hill : hills) {
      const double x = (s - hill.centre) / hill.width;
      energy += hill.height * std::exp(-x * x / 2);
      slope -= hill.height * std::exp(-x * x / 2) * x / hill.width;
    }
    CHECK(std::abs(sum.at(s).energy - energy) < 50 * 1e-6 * 0.01);
    CHECK(std::abs(sum.at(s).slope - slope) < 1e-4);
    const double h = 1e-6;
    CHECK(std::abs(sum.at(s).slope - (sum.at(s + h).energy - sum.at(s - h).energy) / (2 * h)) < 1e-8);
  }
  CHECK(sum.at(-50).energy == 0);
  CHECK(sum.lower() < -0.5);
  CHECK(sum.upper() > 1.5);
}

TEST_CASE("a grid that grew in another order holds the same sum, and a hill that is too far away is refused") {
  HillSum one(0.02), other(0.02);
  const Hill a{0.3, 0.2, 0.01}, b{5.1, 0.2, 0.02}, c{-3, 0.2, 0.01};
  for (const Hill& hill : {a, b, c}) one.add(hill);
  for (const Hill& hill : {c, a, b}) other.add(hill);
  for (double s = -4; s < 7; s += 0.013) CHECK(one.at(s).energy == Approx(other.at(s).energy).epsilon(1e-14));
  CHECK_THROWS_WITH(one.add({1e7, 0.2, 0.01}), Catch::Contains("too far from the others"));
  CHECK_THROWS_WITH(one.add({0, 0, 0.01}), Catch::Contains("a width above 0"));
  CHECK(one.at(0.3).energy == other.at(0.3).energy);
}

TEST_CASE("PLUMED's stretched hill is the height at its centre and 0 at its cutoff") {
  const Hill hill{1, 0.2, 0.03};
  CHECK(hill_at(hill, HillShape::stretched, 1).energy == Approx(0.03).epsilon(1e-12));
  const double end = 1 + 0.2 * std::sqrt(12.5);
  CHECK(std::abs(hill_at(hill, HillShape::stretched, end - 1e-9).energy) < 1e-10);
  CHECK(hill_at(hill, HillShape::stretched, end + 1e-9).energy == 0);
  // A = 1.00193418799744762399 and B = 1 - A of PLUMED's tools/KernelFunctions
  CHECK(hill_at(hill, HillShape::stretched, 1.2).energy == Approx(0.03 * (1.00193418799744762399 * std::exp(-0.5) - 0.00193418799744762399)).epsilon(1e-12));
}
