// Energies, forces and virials against Debian's `lmp` on the same files.
#include <catch2/catch.hpp>

#include "md/minimise.hpp"
#include "md/potentials/eam.hpp"
#include "md/structure_io.hpp"
#include "tests/support/lammps.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const std::string folder = "/usr/share/lammps/potentials/";

/// A random cell, a sheared one, and their quenched versions.
std::vector<Configuration> states(const std::shared_ptr<const Potential>& potential) {
  std::vector<Configuration> all{sample(potential, 1)};
  Configuration straight = fcc(fcc_constant(potential), 3, potential->elements(), 5);
  straight.positions += 0.25 * noise(straight.atoms(), 6);
  all.push_back(straight);
  for (std::size_t k = 0; k < 2; ++k) {
    Surface surface(potential, all[k]);
    all.push_back(surface.at(minimise(surface, all[k].positions, {.fmax = 1e-4, .max_calls = 3000}).positions));
  }
  return all;
}

void agrees(const std::shared_ptr<const Potential>& potential, const LammpsModel& model) {
  for (const Configuration& c : states(potential)) {
    const Evaluation ours = Surface(potential, c).evaluate(c.positions, {.virial = true, .per_atom = true});
    const LammpsResult theirs = lammps(c, model);
    CHECK(std::abs(ours.energy - theirs.energy) < 1e-10 * std::abs(theirs.energy));
    CHECK((ours.forces - theirs.forces).cwiseAbs().maxCoeff() < 1e-8);
    CHECK((ours.virial - theirs.virial).norm() < 1e-9 * (1.0 + theirs.virial.norm()));
    CHECK((ours.atom_energy - theirs.atom_energy).cwiseAbs().maxCoeff() < 1e-9);
    CHECK((ours.atom_virial - theirs.atom_virial).cwiseAbs().maxCoeff() < 1e-8);
  }
}

}  // namespace

TEST_CASE("the Cu-Zr potential of 2007 agrees with lmp") {
  agrees(potential("eam-fs:CuZr_mm.eam.fs"), {"pair_style eam/fs\npair_coeff * * " + folder + "CuZr_mm.eam.fs Cu Zr", "metal", {"Cu", "Zr"}});
}

TEST_CASE("the Cu-Zr potential of 2009 agrees with lmp, which runs it through the KIM API") {
  const std::string model = "EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005";
  const auto ours = potential("kim:" + model);
  // the KIM driver clamps its tables with other rounding: lmp's KIM pair style has no per-atom virial of its own kind
  for (const Configuration& c : states(ours)) {
    const Evaluation e = Surface(ours, c).evaluate(c.positions, {.virial = true});
    const LammpsResult theirs = lammps(c, {"pair_style kim " + model + "\npair_coeff * * Cu Zr", "metal", {"Cu", "Zr"}});
    CHECK(std::abs(e.energy - theirs.energy) < 1e-10 * std::abs(theirs.energy));
    CHECK((e.forces - theirs.forces).cwiseAbs().maxCoeff() < 1e-8);
    CHECK((e.virial - theirs.virial).norm() < 1e-8 * (1.0 + theirs.virial.norm()));
  }
}

TEST_CASE("a setfl file of two elements agrees with lmp") {
  agrees(potential("eam-alloy:CuNi.eam.alloy"), {"pair_style eam/alloy\npair_coeff * * " + folder + "CuNi.eam.alloy Cu Ni", "metal", {"Cu", "Ni"}});
}

TEST_CASE("the copper potential of Mishin agrees with lmp") {
  agrees(potential("eam-alloy:Cu_mishin1.eam.alloy"), {"pair_style eam/alloy\npair_coeff * * " + folder + "Cu_mishin1.eam.alloy Cu", "metal", {"Cu"}});
}

TEST_CASE("the Kob-Andersen mixture agrees with lmp") {
  const std::string coefficients = "pair_coeff 1 1 1.0 1.0 2.5\npair_coeff 1 2 1.5 0.8 2.0\npair_coeff 2 2 0.5 0.88 2.2\n";
  agrees(potential("kob-andersen:truncation=cut"), {"pair_style lj/cut 2.5\n" + coefficients, "lj", {"A", "B"}});
  agrees(potential("kob-andersen:truncation=shifted"), {"pair_style lj/cut 2.5\npair_modify shift yes\n" + coefficients, "lj", {"A", "B"}});
  agrees(potential("kob-andersen:truncation=force-shifted"), {"pair_style lj/smooth/linear 2.5\n" + coefficients, "lj", {"A", "B"}});
}

TEST_CASE("Stillinger-Weber silicon agrees with lmp") {
  agrees(potential("sw:Si.sw"), {"pair_style sw\npair_coeff * * " + folder + "Si.sw Si", "metal", {"Si"}});
}

TEST_CASE("Stillinger-Weber cadmium telluride, all elements of its file, agrees with lmp") {
  agrees(potential("sw:CdTe.sw"), {"pair_style sw\npair_coeff * * " + folder + "CdTe.sw Cd Te", "metal", {"Cd", "Te"}});
}

TEST_CASE("Morse agrees with lmp") {
  const auto ours = potential("morse:depth=0.5,stiffness=1.4,r0=2.6,cutoff=6,truncation=force-shifted");
  Configuration c = fcc(3.7, 3, elements_named({"Cu"}), 1);
  c.positions += 0.2 * noise(c.atoms(), 4);
  const Evaluation e = Surface(ours, c).evaluate(c.positions);
  const LammpsResult theirs = lammps(c, {"pair_style morse/smooth/linear 6.0\npair_coeff 1 1 0.5 1.4 2.6 6.0", "metal", {"Cu"}});
  CHECK(std::abs(e.energy - theirs.energy) < 1e-10 * std::abs(theirs.energy));
  CHECK((e.forces - theirs.forces).cwiseAbs().maxCoeff() < 1e-8);
}
