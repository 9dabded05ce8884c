// What the atoms did in a rearrangement: which moved further than a threshold, and which of them took whose place. An atom
// has taken the place of another when it ends nearer to the start of that one than to the start of any other atom, its own
// included: in the Voronoi cell of the other. There is nothing to tune but the threshold. Followed from atom to atom such
// places make chains, the strings of Donati et al., PRL 80, 2338 (1998), and closed ones, loops. Angstrom.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "md/cell.hpp"
#include "md/configuration.hpp"

namespace glasscape {

struct Mechanism {
  std::vector<std::int32_t> moved;   // atoms, ascending
  std::vector<std::int32_t> places;  // of each: the atom whose place it took, its own number where it stayed with its place
  std::int64_t longest = 0;          // atoms of the longest chain or loop: those that took a place of another in turn
  /// "none": no atom moved; "local": they did, and kept their places; "string": one or more in a row took places, the last
  /// one empty or shared; "pair exchange": two swapped; "loop": three or more did in a circle. Of several the last in this order.
  std::string name = "none";
};

/// `displacements` from `start`, 3 x atoms, without drift. Throws InputError unless counts agree.
Mechanism mechanism_of(const Positions& start, const Positions& displacements, const Cell& cell, double threshold);

}  // namespace glasscape
