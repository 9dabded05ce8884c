// When two points of configuration space are the same stationary point: equal energy first, then equal
// structure, where like atoms may have changed places and, unless the potential knows where it is, the whole
// may have moved.
// - Any periodic direction: displacements to the nearest image after taking off the common drift. Atoms left
// over by more
//   than the tolerance are matched with sites of their element that other such atoms left. No rotation, no
//   reflection; where most atoms stay, no other shift of the lattice is tried, so that a vacancy next door is
//   another basin.
// - No periodic direction: interatomic distances, which rotation, reflection and exchange leave alone. Equal
// distances
//   are necessary; they are sufficient but for special pairs of clusters (Boutin and Kemper, Adv. Appl. Math.
//   32, 709 (2004): generic points are fixed by their distances), which the energy nearly always tells apart.
// Angstrom, eV.
#pragma once

#include <limits>
#include <memory>

#include "md/configuration.hpp"

namespace glasscape {

/// What structures must share to be compared.
struct Frame {
  std::shared_ptr<const Species> species;
  Cell cell;
};

/// Equal species, periodic directions and, where there are any, lattice vectors.
bool same_frame(const Frame& a, const Frame& b);

/// A stationary point to compare.
struct Point {
  const Positions& positions;  // 3 x atoms
  double energy = 0;           // eV
};

/// When two points count as one.
struct SameBasin {
  /// Largest difference in energy, eV. A minimum found to a force f lies up to f^2 / 2k above its floor: 1e-3
  /// eV for f = 0.01 eV/Angstrom along a soft mode of k = 0.05 eV/Angstrom^2. The window only has to be wider
  /// than that.
  double energy_window = 1e-3;
  /// Largest displacement of an atom, Angstrom; far below any distance between sites.
  double displacement = 0.1;
  /// Compare positions as they are, without drift or rotation: for potentials that are not translation
  /// invariant.
  bool fixed_frame = false;
};

/// How two points compare. Without a periodic direction both lengths are lower bounds, from changes of
/// distances.
struct Match {
  bool same = false;
  double largest_displacement = std::numeric_limits<double>::infinity();  // of an atom, Angstrom
  double distance = std::numeric_limits<double>::infinity();  // in the space of all coordinates, Angstrom
  bool permuted = false;                                      // like atoms had to change places
};

/// Compares two points of one frame. The lengths are infinite when the energies already differ.
Match same_basin(const Frame& frame, const Point& a, const Point& b, const SameBasin& options);

}  // namespace glasscape
