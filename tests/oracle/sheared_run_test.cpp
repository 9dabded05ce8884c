// An oscillating shear against Debian's `lmp`, which does the same by `fix deform wiggle`.
#include <catch2/catch.hpp>

#include "md/dynamics.hpp"
#include "md/minimise.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"
#include "tests/support/lammps.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double fs = 1.0 / units::time_fs;
constexpr int steps = 400;
constexpr double period = 400, amplitude = 0.02;  // fs
const std::string pair_style = "pair_style eam/fs\npair_coeff * * /usr/share/lammps/potentials/CuZr_mm.eam.fs Cu Zr\n";

Configuration cold_glass(const std::shared_ptr<const Potential>& law) {
  Configuration c = fcc(4.1, 3, law->elements(), 3);
  c.positions += 0.3 * noise(c.atoms(), 8);
  Surface surface(law, c);
  c.positions = minimise(surface, c.positions, {.fmax = 1e-6, .max_calls = 5000}).positions;
  Rng rng(4, 4);
  c.momenta = thermal_momenta(*c.species, 50, rng);
  return with_elements(c, law->elements());
}

/// Numbers of lines that lmp printed, without those that begin otherwise.
std::vector<std::vector<double>> rows_of(const std::string& text) {
  std::vector<std::vector<double>> rows;
  for (const std::string_view line : split(text, '\n')) {
    std::vector<double> row;
    for (const std::string_view word : split(line, ' '))
      if (const auto value = to_real(word)) row.push_back(*value);
    if (!row.empty()) rows.push_back(row);
  }
  return rows;
}

}  // namespace

TEST_CASE("stresses of atoms that move in a sheared cell are those of lmp, kinetic part included") {
  const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration start = cold_glass(law);
  Surface surface(law, start);
  Dynamics run(surface, start, {.ensemble = Ensemble::nvt, .timestep = 2 * fs, .temperature = 900, .shear = OscillatingShear{{0, 1}, 0.05, 200 * fs}});
  while (run.state().step < 25) run.step(true);
  CHECK(run.strain() == Approx(0.05));
  const std::string script = fmt::format("units metal\natom_style atomic\nbox tilt large\nread_data now.data\n{}compute s all stress/atom NULL\n"
                                         "dump 1 all custom 1 now.dump id c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\ndump_modify 1 sort id format float %.15g\nrun 0\n", pair_style);
  constexpr double metal_pressure = 1.6021765e6;  // bar per eV/A^3, of LAMMPS itself
  constexpr double metal_energy = 1.0364269e-4;   // eV per u (A/ps)^2, of LAMMPS itself: the kinetic part is as exact as that
  const AtomTensors ours = run.atom_stresses();
  Eigen::Index compared = 0;
  for (const auto& row : rows_of(run_lammps(script, {{"now.data", to_lammps_data({run.state().configuration})}}, "now.dump"))) {
    if (row.size() != 7) continue;
    const auto i = static_cast<Eigen::Index>(row[0]) - 1;
    for (Eigen::Index k = 0; k < 6; ++k) CHECK(ours(k, i) == Approx(row[static_cast<std::size_t>(k) + 1] / metal_pressure).epsilon(1e-6).margin(1e-6));
    ++compared;
  }
  CHECK(compared == start.atoms());
  CHECK(metal_energy == Approx(std::pow(units::time_ps, 2)).epsilon(1e-6));
}

TEST_CASE("the stress of an oscillating shear goes as that of lmp") {
  const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration start = cold_glass(law);
  // lmp changes the cell after the forces of a step, and so its forces are those of the strain one step before: a tenth of a femtosecond
  constexpr double dt = 0.1;
  constexpr int steps_of_lmp = static_cast<int>(steps / dt), every = steps_of_lmp / 40;
  const std::string script = fmt::format(
      "units metal\natom_style atomic\nbox tilt large\nread_data start.data\nchange_box all triclinic\n{}neighbor 1.0 bin\nneigh_modify every 1 delay 0 check yes\ntimestep {}\n"
      "fix 1 all nve\nfix 2 all deform 1 xy wiggle {:.15g} {} remap x\nthermo {}\n"
      "variable n equal step\nvariable g equal xy\nvariable p equal pxy*vol\nfix 3 all print {} \"${{n}} ${{g}} ${{p}}\" file shear.txt screen no\nrun {}\n",
      pair_style, dt * 1e-3, amplitude * start.cell.lattice()(1, 1), period * 1e-3, steps_of_lmp, every, steps_of_lmp);
  const auto lmp = rows_of(run_lammps(script, {{"start.data", to_lammps_data({start})}}, "shear.txt"));
  Surface surface(law, start);
  Dynamics run(surface, start, {.ensemble = Ensemble::nve, .timestep = dt * fs, .shear = OscillatingShear{{0, 1}, amplitude, period * fs}});
  double difference = 0, size = 0;
  std::size_t compared = 0;
  constexpr double bar_A3 = 6.2415091e-7;  // eV
  for (const auto& row : lmp) {
    if (row.size() != 3 || row[0] == 0) continue;
    while (run.state().step < std::llround(row[0])) run.step(true);
    CHECK(run.strain() * start.cell.lattice()(1, 1) == Approx(row[1]).margin(1e-9));
    const double ours = run.extensive_stress()[3], theirs = -row[2] * bar_A3;
    difference += std::pow(ours - theirs, 2);
    size += std::pow(theirs, 2);
    ++compared;
  }
  REQUIRE(compared >= 40);
  INFO("root mean square difference " << std::sqrt(difference / size));
  CHECK(std::sqrt(difference / size) < 0.005);
}
