#include <catch2/catch.hpp>

#include "md/dynamics.hpp"
#include "md/minimise.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double fs = 1.0 / units::time_fs;

const std::shared_ptr<const Potential>& soft() {
  static const auto law = potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  return law;
}

Configuration crystal() { return fcc(4.1, 3, elements_named({"Cu"})); }

/// Root mean square of the conserved quantity under a shear, about its mean.
double energy_deviation(double timestep, Ensemble ensemble, const ShearPlane& plane) {
  const Configuration c = crystal();
  Surface surface(soft(), c);
  Dynamics run(surface, c, {.ensemble = ensemble, .timestep = timestep, .temperature = 300, .damping = 200 * fs, .seed = 4, .shear = OscillatingShear{plane, 0.03, 500 * fs}});
  const double first = run.conserved();
  double sum = 0, squares = 0;
  int count = 0;
  for (; run.time() < 1500 * fs; ++count) {
    run.step();
    sum += run.conserved() - first;
    squares += std::pow(run.conserved() - first, 2);
  }
  return std::sqrt(squares / count - std::pow(sum / count, 2));
}

}  // namespace

TEST_CASE("energy less the work of an oscillating shear is conserved to second order in the time step") {
  for (const ShearPlane& plane : shear_planes)
    DYNAMIC_SECTION(plane.name()) {
      const double coarse = energy_deviation(4 * fs, Ensemble::nve, plane), fine = energy_deviation(2 * fs, Ensemble::nve, plane);
      CHECK(coarse / fine == Approx(4.0).epsilon(0.3));
    }
  CHECK(energy_deviation(4 * fs, Ensemble::nvt, {}) > 2.5 * energy_deviation(2 * fs, Ensemble::nvt, {}));
}

TEST_CASE("a shear comes back to the cell that it began with, and carries atoms at rest along affinely") {
  const Configuration c = crystal();  // a minimum by symmetry, and sheared an extremum of the energy at fixed cell
  Surface surface(soft(), c);
  Dynamics run(surface, c, {.ensemble = Ensemble::nve, .timestep = 2 * fs, .temperature = 0, .shear = OscillatingShear{{0, 2}, 0.02, 400 * fs}});
  for (int k = 0; k < 50; ++k) run.step();
  const Configuration& at = run.state().configuration;
  CHECK(run.strain() == Approx(0.02));
  CHECK(at.cell.lattice()(0, 2) == Approx(0.02 * c.cell.lattice()(2, 2)));
  Positions affine = c.positions;
  affine.row(0) += 0.02 * affine.row(2);
  CHECK((at.positions - affine).cwiseAbs().maxCoeff() < 1e-9);
  for (int k = 0; k < 150; ++k) run.step();
  CHECK(std::abs(run.strain()) < 1e-12);
  CHECK((run.state().configuration.cell.lattice() - c.cell.lattice()).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("the stresses of atoms sum to that of the system at every step, kinetic part included") {
  const Glass& glass = glass_of_500();
  Surface surface = glass.surface();
  Dynamics run(surface, glass.basin, {.ensemble = Ensemble::nvt, .timestep = 2 * fs, .temperature = 600, .seed = 2, .shear = OscillatingShear{{0, 1}, 0.02, 200 * fs}});
  for (int k = 0; k < 30; ++k) {
    run.step(true);
    const Eigen::Vector<double, 6> whole = run.extensive_stress(), sum = run.atom_stresses().rowwise().sum();
    CHECK((whole - sum).norm() < 1e-12 * whole.norm() * static_cast<double>(glass.basin.atoms()));
    CHECK(-whole.head<3>().sum() / (3.0 * glass.basin.cell.volume()) == Approx(run.pressure()).epsilon(1e-12));
  }
  run.step();
  CHECK(run.atom_stresses().cols() == 0);
}

TEST_CASE("slow shear of a crystal does the work of its static modulus") {
  const Configuration c = crystal();
  Surface surface(soft(), c);
  constexpr double strain = 0.002;
  const auto stress_at = [&](double gamma) {
    Configuration sheared = c;
    Matrix3d lattice = c.cell.lattice();
    lattice.row(0) += gamma * lattice.row(1);
    sheared.cell = c.cell.with_lattice(lattice);
    sheared.positions.row(0) += gamma * sheared.positions.row(1);
    Surface there(soft(), sheared);
    return -there.evaluate(sheared.positions, {.virial = true}).virial(0, 1) / c.cell.volume();
  };
  const double modulus = (stress_at(strain) - stress_at(-strain)) / (2.0 * strain);
  Dynamics run(surface, c, {.ensemble = Ensemble::nve, .timestep = 4 * fs, .temperature = 0, .shear = OscillatingShear{{0, 1}, strain, 4000 * fs}});
  for (int k = 0; k < 250; ++k) run.step();  // a quarter of a period
  CHECK(run.extensive_stress()[ShearPlane{0, 1}.component()] / c.cell.volume() / strain == Approx(modulus).epsilon(1e-3));
  CHECK(run.state().work == Approx(0.5 * modulus * strain * strain * c.cell.volume()).epsilon(1e-3));
}

TEST_CASE("a sheared cell with a barostat, or without a period, is refused") {
  const Configuration c = crystal();
  Surface surface(soft(), c);
  CHECK_THROWS_WITH(Dynamics(surface, c, {.ensemble = Ensemble::npt, .shear = OscillatingShear{{}, 0.01, 100 * fs}}), Catch::Contains("barostat"));
  CHECK_THROWS_WITH(Dynamics(surface, c, {.shear = OscillatingShear{}}), Catch::Contains("period"));
}
