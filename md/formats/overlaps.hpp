// Atoms that lie on each other, which are the mark of a damaged structure file; private to the readers.
// The search stops at the first pair, so that a file with all atoms at one place costs no more than a good
// one; a neighbour list would hold every pair.
#pragma once

#include <optional>

#include "md/configuration.hpp"

namespace glasscape::formats {

struct Overlap {
  Eigen::Index first, second;
  double distance;  // Angstrom
};

/// Two atoms of which an image of one is nearer to the other than the distance, 1 Angstrom at most. An atom
/// and its own image do not count.
std::optional<Overlap> first_overlap(const Configuration& configuration, double distance);

}  // namespace glasscape::formats
