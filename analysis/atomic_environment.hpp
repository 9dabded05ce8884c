// What surrounds each atom, and how it moved against its surroundings. Angstrom, GPa.
//   coordination   atoms within a cutoff, periodic images included
//   displacement   from one configuration to another in the same cell, nearest image, without the drift of all atoms: the non-affine
//                  displacement of Zella et al., arXiv 2201.07857 (2022), between two times at which the cell is not sheared
//   D2min          sum over the neighbours j within the cutoff of |r_ij(then) - F r_ij(before)|^2, least over all matrices F: Falk and
//                  Langer, Phys. Rev. E 57, 7192 (1998), Eq. 2.11; A^2. What any uniform deformation around the atom does is left out.
#pragma once

#include "md/configuration.hpp"

namespace glasscape {

/// Of each atom; Throws InputError for a cutoff not above 0 or so long that lists would exhaust memory, and FormatError as `check`.
Eigen::VectorXi coordination(const Configuration& configuration, double cutoff);

struct NonAffine {
  Eigen::VectorXd displacement;  // Angstrom
  Eigen::VectorXd d2min;         // Angstrom^2, a sum over neighbours
};

/// Throws InputError unless `then` has as many atoms as `before`, and as `coordination`.
NonAffine non_affine(const Configuration& before, const Positions& then, double cutoff);

/// Stress of each atom from stress times volume (eV), over its own Voronoi volume, GPa, and these volumes.
struct AtomicStress {
  Eigen::VectorXd stress, volume;
};
AtomicStress atomic_stress(const Configuration& configuration, const std::vector<double>& stress_times_volume);

}  // namespace glasscape
