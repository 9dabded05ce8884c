// Volumes of atoms: of the points of space nearer to an atom than to any other (Voronoi), by voro++ (Rycroft, Chaos 19, 041111 (2009)).
// They fill the cell, whatever its shape. Atoms of all elements count alike, as in LAMMPS's `voronoi/atom` without radii. Angstrom^3.
#pragma once

#include "md/configuration.hpp"

namespace glasscape {

/// One for each atom. Throws InputError for a cell that is open in a direction, FormatError when two atoms are at one place.
Eigen::VectorXd atomic_volumes(const Configuration& configuration);

}  // namespace glasscape
