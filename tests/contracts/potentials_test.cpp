// Every registered potential keeps these laws; a new one is covered by being registered.
#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <numeric>

#include "md/region.hpp"
#include "md/support/random.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const Potentials& all() {
  static const Potentials potentials = builtin_potentials();
  return potentials;
}

template <typename Check>
void for_each_potential(Check check) {
  for (const auto& entry : all().entries())
    DYNAMIC_SECTION(entry.about.name) { check(example_of(entry)); }
}

/// f'(0) by a fourth-order central difference.
template <typename Function>
double slope(Function f, double h) {
  return (8.0 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12.0 * h);
}

double largest(const Eigen::MatrixXd& x) { return x.cwiseAbs().maxCoeff(); }

}  // namespace

TEST_CASE("forces are minus the energy gradient") {
  for_each_potential([](const auto& potential) {
    for (const Configuration& c : {sample(potential), open_sample(potential)}) {
      Surface surface(potential, c);
      const Positions forces = surface.evaluate(c.positions).forces;
      for (int trial = 0; trial < 5; ++trial) {
        const Positions direction = noise(c.atoms(), 100 + static_cast<std::uint64_t>(trial));
        const double expected = -slope([&](double h) { return surface.evaluate(c.positions + h * direction).energy; }, 1e-5);
        const double found = forces.cwiseProduct(direction).sum();
        CHECK(found == Approx(expected).epsilon(1e-6).margin(1e-6));
      }
    }
  });
}

TEST_CASE("the virial is minus the derivative of the energy with strain") {
  for_each_potential([](const auto& potential) {
    const Configuration c = sample(potential);
    Surface surface(potential, c);
    const Matrix3d virial = surface.evaluate(c.positions, {.virial = true}).virial;
    CHECK((virial - virial.transpose()).norm() == Approx(0).margin(1e-9));
    for (int a = 0; a < potential->dimension(); ++a)
      for (int b = a; b < potential->dimension(); ++b) {
        const auto strained = [&](double h) {
          Matrix3d f = Matrix3d::Identity();
          f(a, b) += 0.5 * h;
          f(b, a) += 0.5 * h;
          if (c.cell.any_periodic()) surface.set_cell(c.cell.with_lattice(f * c.cell.lattice()));
          return surface.evaluate(f * c.positions).energy;
        };
        CHECK(virial(a, b) == Approx(-slope(strained, 1e-5)).epsilon(1e-6).margin(1e-5));
      }
  });
}

TEST_CASE("per-atom energies and virials sum to the whole, in a large system too, each of whose blocks touches few atoms") {
  for_each_potential([](const auto& potential) {
    const Configuration few = sample(potential);
    for (const Configuration& c : {few, few.cell.any_periodic() ? repeated(few, {5, 5, 5}) : few}) {
      const Evaluation e = Surface(potential, c).evaluate(c.positions, {.virial = true, .per_atom = true});
      CHECK(e.atom_energy.sum() == Approx(e.energy).epsilon(1e-12).margin(1e-12));
      const Eigen::Matrix<double, 6, 1> sum = e.atom_virial.rowwise().sum();
      CHECK(sum[0] == Approx(e.virial(0, 0)).epsilon(1e-10).margin(1e-9));
      CHECK(sum[3] == Approx(e.virial(0, 1)).epsilon(1e-10).margin(1e-9));
      CHECK(sum[5] == Approx(e.virial(1, 2)).epsilon(1e-10).margin(1e-9));
    }
  });
}

TEST_CASE("the Hessian is minus the derivative of the forces, symmetric, and its matrix and blocks are its product") {
  for_each_potential([](const auto& potential) {
    const Configuration c = sample(potential);
    Surface surface(potential, c);
    const auto hessian = surface.hessian(c.positions);
    const Positions v = noise(c.atoms(), 3), w = noise(c.atoms(), 4);
    const Positions found = hessian->times(v);
    const double h = 5e-8;  // tables of ten digits have jumps of the second derivative at their grid points: stay between two
    const Positions expected = (surface.evaluate(c.positions - h * v).forces - surface.evaluate(c.positions + h * v).forces) / (2 * h);
    CHECK(largest(found - expected) < 1e-6 * largest(expected));
    CHECK(w.cwiseProduct(found).sum() == Approx(v.cwiseProduct(hessian->times(w)).sum()).epsilon(1e-6));
    const Eigen::SparseMatrix<double> matrix = hessian->matrix();
    const Eigen::VectorXd by_matrix = matrix * v.reshaped();
    CHECK((by_matrix - found.reshaped()).norm() < 1e-6 * found.norm());
    const std::vector<Eigen::Index> some{c.atoms() - 1, 0};
    const Eigen::MatrixXd block = hessian->block(some), dense = matrix;
    for (int a = 0; a < 2; ++a)
      for (int b = 0; b < 2; ++b)
        CHECK((block.block<3, 3>(3 * a, 3 * b) - dense.block<3, 3>(3 * some[a], 3 * some[b])).norm() < 1e-6 * block.norm());
  });
}

TEST_CASE("a common translation and a lattice vector change nothing") {
  for_each_potential([](const auto& potential) {
    if (!potential->translation_invariant()) return;
    const Configuration c = sample(potential);
    Surface surface(potential, c);
    const Evaluation at = surface.evaluate(c.positions);
    Positions moved = c.positions;
    moved.colwise() += Vector3d(0.3, -11.7, 5.1);
    for (Eigen::Index i = 0; i < c.atoms(); i += 3) moved.col(i) += c.cell.lattice() * Vector3d(1, -2, 3);
    surface.restart(moved);
    const Evaluation after = surface.evaluate(moved);
    CHECK(after.energy == Approx(at.energy).epsilon(1e-11));
    CHECK(largest(after.forces - at.forces) < 1e-8);
    CHECK(std::abs(at.forces.rowwise().sum().norm()) < 1e-9);
  });
}

TEST_CASE("a rotated cluster has the same energy and rotated forces") {
  for_each_potential([](const auto& potential) {
    if (!potential->translation_invariant()) return;
    const Configuration c = open_sample(potential);
    const Matrix3d rotation = Eigen::AngleAxisd(0.7, Vector3d(1, 2, -1).normalized()).toRotationMatrix();
    Configuration turned = c;
    turned.positions = rotation * c.positions;
    const Evaluation at = Surface(potential, c).evaluate(c.positions);
    const Evaluation after = Surface(potential, turned).evaluate(turned.positions);
    CHECK(after.energy == Approx(at.energy).epsilon(1e-12));
    CHECK(largest(after.forces - rotation * at.forces) < 1e-9);
  });
}

TEST_CASE("the order of the atoms does not matter") {
  for_each_potential([](const auto& potential) {
    const Configuration c = sample(potential);
    Configuration reversed = c;
    reversed.positions = c.positions.rowwise().reverse();
    auto species = std::make_shared<Species>(*c.species);
    std::reverse(species->element_of.begin(), species->element_of.end());
    reversed.species = species;
    const Evaluation at = Surface(potential, c).evaluate(c.positions);
    const Evaluation after = Surface(potential, reversed).evaluate(reversed.positions);
    CHECK(after.energy == Approx(at.energy).epsilon(1e-12));
    CHECK(largest(after.forces - at.forces.rowwise().reverse()) < 1e-10);
  });
}

TEST_CASE("a cell smaller than the cutoff has the energy per atom of its replicas") {
  for_each_potential([](const auto& potential) {
    if (potential->dimension() == 2) return;
    Configuration small = fcc(fcc_constant(potential), 1, potential->elements().empty() ? elements_named({"Ar"}) : potential->elements());
    small.positions += 0.1 * noise(small.atoms(), 8);
    const Configuration large = repeated(small, {3, 2, 3});
    const Evaluation one = Surface(potential, small).evaluate(small.positions, {.virial = true});
    const Evaluation many = Surface(potential, large).evaluate(large.positions, {.virial = true});
    CHECK(18.0 * one.energy == Approx(many.energy).epsilon(1e-12));
    CHECK((18.0 * one.virial - many.virial).norm() < 1e-8 * many.virial.norm());
    CHECK(largest(one.forces - many.forces.leftCols(small.atoms())) < 1e-9);
  });
}

TEST_CASE("energy and force vanish smoothly where the interaction ends") {
  for_each_potential([](const auto& potential) {
    if (potential->dimension() == 2) return;
    const std::vector<Element> elements = potential->elements().empty() ? elements_named({"Ar"}) : potential->elements();
    const int last = static_cast<int>(elements.size()) - 1;
    for (int a = 0; a <= last; ++a) {
      Configuration pair{std::make_shared<Species>(Species{elements, {0, a}}), Cell(), Positions::Zero(3, 2), {}};
      const auto at = [&](double r) {
        pair.positions(0, 1) = r;
        return Surface(potential, pair).evaluate(pair.positions);
      };
      const double end = potential->cutoff();
      const double alone = at(end + 0.2).energy;
      CHECK(at(end - 1e-6).energy == Approx(alone).margin(1e-7));
      CHECK(largest(at(end - 1e-6).forces) < 1e-4);
      CHECK(largest(at(end + 1e-6).forces) == 0.0);
    }
  });
}

TEST_CASE("an atom that moves changes forces as far as its influence reaches, and no further") {
  for_each_potential([](const auto& potential) {
    if (potential->cutoff() == 0.0) return;
    constexpr double least = 0.7;  // of its influence: where something is felt still
    Configuration c = sample(potential);
    const int n = static_cast<int>(std::ceil(2.2 * potential->influence() / c.cell.heights().minCoeff()));
    c = repeated(c, {n, n, n});
    Surface surface(potential, c);
    const Positions before = surface.evaluate(c.positions).forces;
    constexpr double step = 0.02;  // Angstrom
    const Vector3d place = c.positions.col(1);
    c.positions(0, 1) += step;
    const Eigen::VectorXd change = (surface.evaluate(c.positions).forces - before).colwise().norm(), distance = c.cell.distances(c.positions, place);
    CHECK((distance.array() > potential->influence() + step).select(change, 0.0).maxCoeff() < 1e-12 * before.norm());
    CHECK((distance.array() > least * potential->influence()).select(change, 0.0).maxCoeff() > 1e-12 * before.norm());
  });
}

TEST_CASE("the number of threads does not change a bit") {
  for_each_potential([](const auto& potential) {
    const Configuration c = sample(potential);
    const Want all_of_it{.virial = true, .per_atom = true};
    const Evaluation one = Surface(potential, c).evaluate(c.positions, all_of_it);
    const Evaluation three = Surface(potential, c, {.threads = 3}).evaluate(c.positions, all_of_it);
    CHECK(one.energy == three.energy);
    CHECK(one.forces == three.forces);
    CHECK(one.virial == three.virial);
    CHECK(one.atom_virial == three.atom_virial);
  });
}

TEST_CASE("frozen atoms feel no force and take no part in the Hessian") {
  for_each_potential([](const auto& potential) {
    const Configuration c = sample(potential);
    Surface surface(potential, c);
    surface.freeze({0, 2});
    CHECK(surface.evaluate(c.positions).forces.col(2).norm() == 0.0);
    const Positions product = surface.hessian(c.positions)->times(Positions::Ones(3, c.atoms()));
    CHECK(product.col(0).norm() == 0.0);
  });
}

TEST_CASE("a region has the forces, the Hessian and the differences of energy of the whole of which it is a part") {
  for_each_potential([](const auto& potential) {
    if (potential->cutoff() == 0.0) return;
    constexpr double radius = 4.0;  // Angstrom
    Configuration whole = sample(potential);
    const double wide = 2.0 * (radius + Region::slack + potential->influence());
    const int n = static_cast<int>(std::ceil(wide / whole.cell.heights().minCoeff()));
    whole = repeated(whole, {n, n, n});
    whole.positions += 0.05 * noise(whole.atoms(), 5);
    for (Eigen::Index i = 0; i < whole.atoms(); i += 3) whole.positions.col(i) += whole.cell.lattice().col(i % 2);
    const Vector3d centre = whole.positions.col(1);  // near a corner of the cell
    Region region(potential, whole, {{centre, radius}});
    Surface all(potential, whole);
    REQUIRE(region.atoms().size() > 5);
    REQUIRE(region.share() < 0.3);
    const Positions start = region.part(whole.positions);
    const double above = all.evaluate(whole.positions).energy - region.surface().evaluate(start).energy;
    Eigen::Index outermost = 0;
    whole.cell.distances(start, centre).maxCoeff(&outermost);
    Positions at_slack = start;  // and one atom as far outside as it may be
    at_slack.col(outermost) = centre + (radius + 0.9 * Region::slack) * whole.cell.nearest(start.col(outermost) - centre).normalized();
    for (const Positions& moved : {Positions(start + 0.05 * noise(start.cols(), 6)), Positions(start + 0.2 * noise(start.cols(), 6)), at_slack}) {
      REQUIRE(region.holds(moved));
      const Positions everywhere = region.put(moved, whole.positions);
      const Evaluation here = region.surface().evaluate(moved), there = all.evaluate(everywhere);
      CHECK(largest(here.forces - region.part(there.forces)) < 1e-10 * std::max(1.0, largest(there.forces)));
      CHECK(here.energy + above == Approx(there.energy).epsilon(1e-12));
      const Positions v = noise(start.cols(), 7);
      const Positions product = region.surface().hessian(moved)->times(v), expected = region.part(all.hessian(everywhere)->times(region.put(v, Positions::Zero(3, whole.atoms()))));
      CHECK(largest(product - expected) < 1e-6 * largest(expected));
      CHECK(largest(region.surface().hessian(moved)->matrix() * v.reshaped() - product.reshaped()) < 1e-6 * largest(expected));
    }
    CHECK_FALSE(region.holds((start.colwise() + Vector3d(2.0 * radius, 0, 0)).eval()));
  });
}

TEST_CASE("every potential names itself and sums its parameters up") {
  for_each_potential([](const auto& potential) {
    CHECK(potential->provenance().size() > 10);
    CHECK(potential->checksum().size() == 64);
  });
}

TEST_CASE("an element that a potential does not know is refused by name") {
  for (const char* text : {"eam-fs:CuZr_mm.eam.fs", "kob-andersen", "sw:Si.sw"}) {
    const auto made = potential(text);
    CHECK_THROWS_WITH(made->kinds(elements_named({"Xx"})), Catch::Contains("'Xx'"));
  }
}
