// How large a rearrangement is: which atoms moved between two configurations of the same cell, and how far.
// Exact numbers of the two given configurations, without error bars. Angstrom; one column or entry per atom.
// Displacements are nearest images with the uniform drift taken off: the mean displacement of all atoms (not
// weighted by mass) is subtracted. A relaxation without fixed atoms keeps that mean, since its forces sum to
// zero, so this changes nothing but what dynamics or a choice of origin added. One of N atoms moved alone
// therefore counts as 1 + 2/N atoms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

struct EventSize {
  Positions displacements;            // 3 x atoms, without the drift
  Vector3d drift = Vector3d::Zero();  // what was taken off: nearest image of a uniform translation
  double participation = 0;  // (sum u^2)^2 / sum u^4, atoms: 1 for one, n for n equal ones; 0 without motion
  std::size_t moved = 0;     // atoms displaced by more than the threshold
  std::vector<std::size_t> moved_of;  // the same per element, in the order of Species::elements
  double largest = 0;                 // displacement of the atom that moved furthest
  Eigen::Index largest_atom = 0;
  double total = 0;                 // sqrt(sum u^2)
  std::optional<Vector3d> centre;   // of `start`, weighted by u^2, in the cell; nothing without motion
  std::vector<std::string> doubts;  // a displacement whose other periodic image is less than twice as long
};

/// Throws InputError unless there is an atom, counts agree, positions are finite and the threshold is not
/// negative.
EventSize event_size(const Positions& start, const Positions& end, const Cell& cell, const Species& species,
                     double threshold);

}  // namespace glasscape
