// Hills of bias in the files of other programs. Heights here are those that were added to the bias; bias factor g = (T +
// dT)/T. Energies in eV, times in ps, the variable in its own unit: PLUMED's HILLS has no units of its own, so that a file
// written here wants `UNITS LENGTH=A ENERGY=eV TIME=ps` there, and one read here is taken to have been made so.
//   PLUMED HILLS     heights are stored times g/(g - 1), so that minus their sum is the free energy; kernels as `kerneltype`
//                    says, though PLUMED since 2.8 sums stretched ones in either case
//   Colvars          .hills.traj: steps, centres, sigmas (those of before 2020-02-24 have twice the sigma) and heights as
//                    they were added; .pmf: minus the bias times (T + dT)/dT, at midpoints of bins, 0 at its least
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "landscape/hills.hpp"

namespace glasscape {

struct HillsFile {
  std::string variable = "s";          // its name
  HillShape shape = HillShape::gaussian;
  std::optional<double> bias_factor;   // nothing: hills kept their height, or the file does not say
  std::vector<Hill> hills;             // in order of time
  std::vector<double> times;           // ps; steps, for a file of Colvars
};

/// What `plumed sum_hills` reads.
std::string plumed_hills(const HillsFile& hills);
/// A COLVAR of the rows (time, s, bias).
std::string plumed_colvar(const std::string& variable, const std::vector<double>& times, const std::vector<double>& values, const std::vector<double>& biases);
/// A free energy at midpoints of bins as Colvars writes it.
std::string colvars_pmf(double lower, double width, const std::vector<double>& energy);

/// Reads a HILLS of one variable, or a .hills.traj of one variable. Throws NotFound, or FormatError "path:line: ..." for a file
/// that is neither, of several variables, with widths not above 0 or with numbers that are none.
HillsFile read_hills(const std::string& path);

}  // namespace glasscape
