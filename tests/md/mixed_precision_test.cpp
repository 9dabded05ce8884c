// Pairs in single precision: how far forces and energies are from those in double, and that dynamics does not drift.
#include <catch2/catch.hpp>

#include "md/dynamics.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// A glass of 256 atoms, shaken.
const Configuration& warm() {
  static const Configuration made = [] {
    Configuration c = quick_glass(4, 1e-3).basin;
    c.positions += 0.1 * noise(c.atoms(), 9);
    return c;
  }();
  return made;
}

const std::vector<std::string> files{"eam-fs:CuZr_mm.eam.fs", "kim:EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005"};

}  // namespace

TEST_CASE("mixed forces are within 1e-4 eV/A of those in double, energies within 1e-6 eV per atom, stresses likewise") {
  for (const std::string& file : files) DYNAMIC_SECTION(file) {
      Surface exact(potential(file), warm()), mixed(potential(file), warm(), {.mixed = true});
      const Evaluation a = exact.evaluate(warm().positions, {.virial = true, .per_atom = true}), b = mixed.evaluate(warm().positions, {.virial = true, .per_atom = true});
      const double n = static_cast<double>(warm().atoms());
      CHECK(fmax(a.forces) > 1);
      CHECK(fmax(a.forces - b.forces) < 1e-4);
      CHECK(fmax(a.forces - b.forces) > 0);  // it is another path
      CHECK(std::abs(a.energy - b.energy) / n < 1e-6);
      CHECK((a.virial - b.virial).cwiseAbs().maxCoeff() / n < 1e-5);
      CHECK((a.atom_energy - b.atom_energy).cwiseAbs().maxCoeff() < 1e-5);
      CHECK((a.atom_virial - b.atom_virial).cwiseAbs().maxCoeff() < 1e-4);
      CHECK(b.atom_energy.sum() == Approx(b.energy).epsilon(1e-12));
      CHECK(b.forces.rowwise().sum().cwiseAbs().maxCoeff() < 1e-9);
    }
}

TEST_CASE("mixed results do not depend on the number of threads") {
  const Configuration large = repeated(warm(), {2, 1, 1});
  Surface one(potential(files[0]), large, {.threads = 1, .mixed = true}), two(potential(files[0]), large, {.threads = 2, .mixed = true});
  const Evaluation a = one.evaluate(large.positions, {.virial = true}), b = two.evaluate(large.positions, {.virial = true});
  CHECK(a.energy == b.energy);
  CHECK(a.forces == b.forces);
  CHECK(a.virial == b.virial);
}

TEST_CASE("a cell so small that an atom has hundreds of neighbours gives what the cell repeated gives, in either precision, for each atom") {
  Configuration unit = fcc(4.0, 1, elements_named({"Cu", "Zr"}), 2);
  unit.positions += 0.1 * noise(unit.atoms(), 3);
  const Configuration large = repeated(unit, {4, 4, 4});
  for (const bool is_mixed : {false, true}) {
    Surface small(potential(files[0]), unit, {.skin = 3, .mixed = is_mixed}), whole(potential(files[0]), large, {.mixed = is_mixed});
    const Evaluation a = small.evaluate(unit.positions, {.virial = true, .per_atom = true}), b = whole.evaluate(large.positions, {.virial = true, .per_atom = true});
    const double margin = is_mixed ? 1e-4 : 1e-9;
    CHECK(b.energy == Approx(64 * a.energy).epsilon(0).margin(64 * margin));
    CHECK((b.virial - 64 * a.virial).cwiseAbs().maxCoeff() < 64 * margin);
    for (Eigen::Index i = 0; i < unit.atoms(); ++i) {
      CHECK((b.forces.col(i) - a.forces.col(i)).norm() < margin);
      CHECK(b.atom_energy[i] == Approx(a.atom_energy[i]).margin(margin));
      CHECK((b.atom_virial.col(i) - a.atom_virial.col(i)).norm() < margin);
    }
  }
}

TEST_CASE("the energy of mixed dynamics does not drift, as that in double does not") {
  std::vector<double> off;
  for (const bool is_mixed : {false, true}) {
    Surface surface(potential(files[0]), warm(), {.mixed = is_mixed});
    Dynamics run(surface, warm(), {.ensemble = Ensemble::nve, .timestep = 2.0 / units::time_fs, .temperature = 300});
    const auto mean_energy = [&](int steps) {  // which fluctuates with the square of the time step
      double sum = 0.0;
      for (int k = 0; k < steps; ++k) {
        run.step();
        sum += run.conserved();
      }
      return sum / steps;
    };
    for (int k = 0; k < 100; ++k) run.step();
    const double before = mean_energy(300);
    for (int k = 0; k < 1200; ++k) run.step();
    off.push_back((mean_energy(300) - before) / static_cast<double>(warm().atoms()));
  }
  CAPTURE(off[0], off[1]);
  CHECK(std::abs(off[0]) < 2e-6);  // eV per atom in 3 ps
  CHECK(std::abs(off[1]) < 2e-6);
}
