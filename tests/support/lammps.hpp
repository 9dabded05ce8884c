// Debian's `lmp` as the oracle for energies, forces, virials and dynamics.
#pragma once

#include <map>

#include "md/potential.hpp"

namespace glasscape::test {

/// How a potential is written in a LAMMPS script: `pair_style` and `pair_coeff` lines, and the unit system.
struct LammpsModel {
  std::string commands;
  std::string units = "metal";
  std::vector<std::string> elements;  // in the order of the numeric types
};

struct LammpsResult {
  double energy = 0;
  Positions forces;
  Matrix3d virial;
  Eigen::VectorXd atom_energy;
  AtomTensors atom_virial;
};

/// One evaluation by lmp. Throws Error with the end of its output when it fails.
LammpsResult lammps(const Configuration& configuration, const LammpsModel& model);

/// Runs a script in a fresh folder that holds these files; returns the named file that it wrote. With several replicas,
/// which `neb` wants, each is a process of its own and the log that they share is the file `replicas`.
std::string run_lammps(const std::string& script, const std::map<std::string, std::string>& files, const std::string& wanted,
                       int replicas = 1);

/// Runs a script in a fresh folder that holds these files, by so many
/// processes that share its atoms; returns what it printed.
std::string time_lammps(const std::string& script, const std::map<std::string, std::string>& files, int processes);

/// The same configuration with its elements in the given order, as LAMMPS types need it.
Configuration with_elements(const Configuration& configuration, const std::vector<Element>& elements);

}  // namespace glasscape::test
