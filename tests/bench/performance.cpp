// How fast we are beside Debian's `lmp`, on the same files, in turn.
// Usage: performance [--json FILE] [--rounds 5] [SECTION ...]; sections: dynamics
#include <chrono>
#include <cstdio>
#include <cstring>

#include "md/dynamics.hpp"
#include "md/minimise.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"
#include "tests/bench/records.hpp"
#include "tests/support/lammps.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;
using namespace glasscape::bench;

namespace {

constexpr const char* file = "/usr/share/lammps/potentials/CuZr_mm.eam.fs";
constexpr double kelvin = 300, femtoseconds = 2, skin = 1.0;  // skin of lmp, Angstrom; we choose our own

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// A glass of 500 atoms, melted and quenched fast, repeated and warm.
Configuration warm_glass(int copies) {
  static const Configuration unit = [] {
    Configuration c = fcc(4.13, 5, elements_named({"Cu", "Zr"}));
    c.positions += 0.8 * noise(c.atoms(), 3);
    Surface surface(potential("eam-fs:CuZr_mm.eam.fs"), c);
    FollowingNetwork network(surface);
    c.positions = minimise(surface, c.positions, {.fmax = 1e-3, .network = &network}).positions;
    return c;
  }();
  Configuration c = repeated(unit, {copies, copies, copies});
  Rng rng(1, 1);
  c.momenta = thermal_momenta(*c.species, 2 * kelvin, rng);  // half of it goes into the bonds
  return c;
}

/// Steps per second of the loop that lmp times.
double lmp_dynamics(const Configuration& c, const std::string& style, int threads, int steps) {
  const std::string script = fmt::format(
      "units metal\natom_style atomic\nread_data data\npair_style eam/fs{}\npair_coeff * * {} Cu Zr\nneighbor {} bin\nneigh_modify delay 0 every 1 check yes\n"
      "fix 1 all nve\ntimestep {}\nthermo 1000000\nrun {}\nrun {}\n", style, file, skin, femtoseconds * 1e-3, steps / 4 + 10, steps);
  const std::string output = time_lammps(script, {{"data", to_lammps_data({with_elements(c, elements_named({"Cu", "Zr"})), {}, {}})}}, threads);
  const std::size_t at = output.rfind("Loop time of ");
  return steps / to_real(words(std::string_view(output).substr(at + 13))[0]).value();
}

double our_dynamics(const Configuration& c, int threads, bool mixed, int steps) {
  Surface surface(potential("eam-fs:CuZr_mm.eam.fs"), c, {.threads = threads, .mixed = mixed});
  Dynamics run(surface, c, {.ensemble = Ensemble::nve, .timestep = femtoseconds / units::time_fs});
  for (int k = 0; k < steps / 4 + 10; ++k) run.step();
  const double begin = seconds();
  for (int k = 0; k < steps; ++k) run.step();
  return steps / (seconds() - begin);
}

void dynamics(std::vector<Record>& records, int rounds, const std::vector<int>& sizes) {
  for (const int copies : sizes)
    for (const int threads : {1, 2}) {
      const Configuration c = warm_glass(copies);
      const int steps = std::max(4, static_cast<int>(1'200'000 / c.atoms()));
      for (Record& r : in_turn("dynamics", "steps/s", c.atoms(), threads,
                               {{"glasscape", "double", [&] { return our_dynamics(c, threads, false, steps); }},
                                {"glasscape", "mixed", [&] { return our_dynamics(c, threads, true, steps); }},
                                {"lmp", "double", [&] { return lmp_dynamics(c, "", threads, steps); }},
                                {"lmp -sf opt", "double", [&] { return lmp_dynamics(c, "/opt", threads, steps); }}}, rounds))
        records.push_back(std::move(r));
    }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Record> records;
  std::string json;
  int rounds = 5;
  std::vector<int> sizes{1, 2, 4, 8};
  for (int k = 1; k < argc; ++k) {
    if (std::strcmp(argv[k], "--json") == 0 && k + 1 < argc) json = argv[++k];
    else if (std::strcmp(argv[k], "--rounds") == 0 && k + 1 < argc) rounds = std::atoi(argv[++k]);
    else if (std::strcmp(argv[k], "--copies") == 0 && k + 1 < argc) sizes = {std::atoi(argv[++k])};
  }
  std::printf("%s\n", machine().c_str());
  dynamics(records, rounds, sizes);
  if (!json.empty()) write_text_file(json, to_json(records));
}
