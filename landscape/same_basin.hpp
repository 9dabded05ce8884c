// When two points of configuration space are the same stationary point: equal energy first, then structure,
// where like atoms may have changed places and, unless the potential is fixed in space, the whole may move.
// With a periodic direction: displacements to nearest images, the common drift taken off. Atoms astray by
// more than the tolerance are matched with the sites of their element that such atoms left. No rotation or
// reflection; where most atoms stay, no other shift is tried: a vacancy next door is another basin.
// Without: interatomic distances, which rotation, reflection and exchange leave alone. Equal distances are
// necessary; for generic points they are sufficient (Boutin and Kemper, Adv. Appl. Math. 32, 709 (2004)),
// and the exceptions nearly always differ in energy.
// Angstrom, eV.
#pragma once

#include <limits>
#include <memory>

#include "md/configuration.hpp"

namespace glasscape {

/// What structures must share to be compared.
struct CommonFrame {
  std::shared_ptr<const Species> species;
  Cell cell;
};

/// Equal species, periodic directions and, where there are any, lattice vectors.
bool same_frame(const CommonFrame& a, const CommonFrame& b);

/// A stationary point to compare.
struct Point {
  const Positions& positions;  // 3 x atoms
  double energy = 0;           // eV
};

/// When two points count as one.
struct SameBasin {
  /// Largest difference in energy, eV. It must exceed the error of a quench: a residual force f along a mode
  /// of stiffness k leaves f^2 / 2k, 1e-3 eV for 0.01 eV/Angstrom and a soft 0.05 eV/Angstrom^2. Structure
  /// decides between basins that are closer than that.
  double energy_window = 1e-3;
  /// Largest displacement of an atom, Angstrom; far below any distance between sites.
  double displacement = 0.1;
  /// No drift and no rotation is taken off: for potentials that are not translation invariant.
  bool fixed_frame = false;
};

/// How two points compare. Lengths of clusters are lower bounds, made from changes of interatomic distances.
struct Match {
  bool same = false;
  double largest_displacement = std::numeric_limits<double>::infinity();  // of an atom, Angstrom
  double distance = std::numeric_limits<double>::infinity();  // in the space of all coordinates, Angstrom
  bool permuted = false;                                      // like atoms had to change places
};

/// Compares two points of one frame. The lengths are infinite when the energies already differ.
Match same_basin(const CommonFrame& frame, const Point& a, const Point& b, const SameBasin& options);

}  // namespace glasscape
