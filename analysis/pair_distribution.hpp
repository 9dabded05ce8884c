// The pair distribution function g(r): how much denser atoms lie at a distance r around an atom than on
// average. An exact count of one configuration, periodic images included, so that the range may exceed half
// the cell. Angstrom. g = pairs in the shell / pairs that atoms placed at random would have there. These are
// N_a N_b v/V for unlike and N_a (N_a - 1)/2 v/V for like pairs (v: volume of the shell, V: of the cell): an
// atom is no neighbour of itself, and only so is g = 1 for an ideal gas of any size. An atom's own images,
// which stand at the lattice vectors whatever the structure, are left out of g; they are neighbours and count
// in the coordination numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "md/configuration.hpp"

namespace glasscape {

/// Atoms out to the first minimum of g.
struct FirstShell {
  double radius = 0;         // Angstrom, an edge of a bin
  double neighbours = 0;     // `second` around one `first`, on average
  double the_other_way = 0;  // `first` around one `second`
};

struct PairDistribution {
  std::string first, second;        // elements; both empty for all atoms
  std::vector<std::int64_t> pairs;  // per bin, each once, without own images
  std::vector<Estimate> g;          // per bin; Poisson intervals, see poisson_mean
  std::vector<double> neighbours;   // `second` around one `first` from 0 to the upper edge of each bin
  std::vector<double> peaks, minima;  // Angstrom, ascending in turn from the first peak; those that stand out of the noise
  std::optional<FirstShell> shell;    // out to the first minimum; nothing without one, as in a gas
};

/// Bin k is [k width, (k+1) width).
struct PairDistributions {
  double width = 0;
  PairDistribution total;
  std::vector<PairDistribution> partials;  // g_ab = g_ba stands once, in the order of Species::elements
  std::vector<std::string> doubts;
};

/// g(r) from 0 to `range`, rounded down to whole bins. Pairs of elements of which the configuration has none,
/// such as the like pair of an element with one atom, are left out. The Poisson intervals take pairs as
/// independent: they hold for a gas and are a guide for a glass, whose shells scatter less, and where
/// periodic images repeat pairs they are too short. Throws InputError for a cell that is open in a direction
/// (no density), fewer than two atoms, a width or range not above 0, or so many bins or pairs that memory
/// would not do; FormatError as `check(configuration)`.
PairDistributions pair_distributions(const Configuration& configuration, double range, double width = 0.05,
                                     double level = 0.95);

}  // namespace glasscape
