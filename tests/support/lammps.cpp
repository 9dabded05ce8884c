#include "tests/support/lammps.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "md/structure_io.hpp"
#include "md/support/text.hpp"

namespace glasscape::test {
namespace fs = std::filesystem;

Configuration with_elements(const Configuration& configuration, const std::vector<Element>& elements) {
  auto species = std::make_shared<Species>();
  species->elements = elements;
  for (const int old : configuration.species->element_of) {
    const std::string& name = configuration.species->elements[static_cast<std::size_t>(old)].name;
    const auto found = std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.name == name; });
    species->element_of.push_back(static_cast<int>(found - elements.begin()));
  }
  Configuration renamed = configuration;
  renamed.species = species;
  return renamed;
}

namespace {

/// A fresh one with these files and the script.
fs::path made_folder(const std::string& script, const std::map<std::string, std::string>& files) {
  static int runs = 0;
  const fs::path folder = fs::temp_directory_path() / fmt::format("glasscape-lmp-{}-{}", ::getpid(), runs++);
  fs::create_directories(folder);
  for (const auto& [name, content] : files) write_text_file(folder / name, content);
  write_text_file(folder / "in.lmp", script);
  return folder;
}

/// Runs lmp there; what it printed. Throws Error when it fails or `wanted` is not there afterwards.
std::string run_in(const fs::path& folder, const std::string& program, const std::string& wanted) {
  const std::string command = fmt::format("cd '{}' && OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
                                          "{} -in in.lmp -nocite > out.txt 2>&1", folder.string(), program);
  const int status = std::system(command.c_str());
  const std::string output = read_text_file(folder / "out.txt", "lmp output");
  if (status != 0 || !fs::exists(folder / wanted))
    throw Error("lmp failed in {}: ...{}", folder.string(), output.substr(output.size() > 800 ? output.size() - 800 : 0));
  return output;
}

}  // namespace

std::string time_lammps(const std::string& script, const std::map<std::string, std::string>& files, int processes) {
  const fs::path folder = made_folder(script, files);
  const std::string output = run_in(folder, processes == 1 ? "lmp -log none" : fmt::format("mpirun -np {} --oversubscribe lmp -log none", processes), "out.txt");
  fs::remove_all(folder);
  return output;
}

std::string run_lammps(const std::string& script, const std::map<std::string, std::string>& files, const std::string& wanted, int replicas) {
  const fs::path folder = made_folder(script, files);
  // more processes than cores must yield to each other instead of spinning
  const std::string program =
      replicas == 1 ? "lmp -log none"
                    : fmt::format("mpirun -np {0} --oversubscribe --bind-to none --mca mpi_yield_when_idle 1 "
                                  "lmp -partition {0}x1 -log replicas -plog none -pscreen none", replicas);
  run_in(folder, program, wanted);
  std::string result = read_text_file(folder / wanted, "lmp result");
  fs::remove_all(folder);
  return result;
}

LammpsResult lammps(const Configuration& configuration, const LammpsModel& model) {
  const double pressure_unit = model.units == "metal" ? 1.6021765e6 : 1.0;  // the constant of LAMMPS itself, bar per eV/A^3
  std::vector<Element> elements = elements_named(model.elements);
  const Configuration typed = with_elements(configuration, elements);
  const std::string script = fmt::format(
      "units {}\natom_style atomic\natom_modify map array\nbox tilt large\nread_data data\n{}\nneighbor 0.5 bin\n"
      "compute e all pe/atom\ncompute s all stress/atom NULL virial\ncompute p all pressure NULL virial\n"
      "thermo_style custom pe c_p[1] c_p[2] c_p[3] c_p[4] c_p[5] c_p[6]\nthermo_modify norm no\n"
      "dump d all custom 1 forces id fx fy fz c_e c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\n"
      "dump_modify d sort id format float %.17g\nrun 0\n"
      "print \"$(pe:%.17g) $(c_p[1]:%.17g) $(c_p[2]:%.17g) $(c_p[3]:%.17g) $(c_p[4]:%.17g) $(c_p[5]:%.17g) $(c_p[6]:%.17g)\" append forces\n",
      model.units, model.commands);
  const std::string text = run_lammps(script, {{"data", to_lammps_data({typed, {}, {}})}}, "forces");
  const auto lines = split(text, '\n');
  const auto n = typed.atoms();
  LammpsResult result{0, Positions(3, n), Matrix3d::Zero(), Eigen::VectorXd(n), AtomTensors(6, n)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto fields = words(lines[static_cast<std::size_t>(9 + i)]);
    const auto number = [&](std::size_t k) { return to_real(fields.at(k)).value(); };
    result.forces.col(i) = Vector3d(number(1), number(2), number(3));
    result.atom_energy[i] = number(4);
    for (int k = 0; k < 6; ++k) result.atom_virial(k, i) = -number(static_cast<std::size_t>(5 + k)) / pressure_unit;
  }
  const auto totals = words(lines[static_cast<std::size_t>(9 + n)]);
  result.energy = to_real(totals.at(0)).value();
  const double volume = typed.cell.volume();
  const std::pair<int, int> places[] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  for (std::size_t k = 0; k < 6; ++k) {
    const auto [a, b] = places[k];
    result.virial(a, b) = result.virial(b, a) = to_real(totals.at(k + 1)).value() * volume / pressure_unit;
  }
  return result;
}

}  // namespace glasscape::test
