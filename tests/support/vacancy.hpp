// A vacancy in fcc copper (Mishin et al., Phys. Rev. B 63, 224106 (2001)), relaxed at the volume of the perfect crystal.
#pragma once

#include "md/surface.hpp"

namespace glasscape::test {

constexpr double copper_lattice_constant = 3.615;                              // Angstrom, of the potential
const double copper_hop = copper_lattice_constant / std::sqrt(2.0);            // to a neighbour, Angstrom

const std::shared_ptr<const Potential>& copper();

struct Vacancy {
  Configuration basin;                    // relaxed to 1e-8 eV/Angstrom
  double energy = 0;                      // eV
  Vector3d site;                          // the empty one
  std::vector<Eigen::Index> neighbours;   // the twelve atoms around it

  /// The basin with a neighbour halfway into the gap, the others where they are.
  Positions halfway(Eigen::Index neighbour) const;
};

/// n cells per axis, less one atom.
Vacancy copper_vacancy(int n);

}  // namespace glasscape::test
