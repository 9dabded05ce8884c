// Disconnectivity graph (Becker and Karplus, J. Chem. Phys. 106, 1495 (1997); Wales, Miller and Walsh, Nature
// 394, 758 (1998)): which basins a walk below an energy can come to from each other, drawn as a tree over
// energy. The exact tree has a node at every saddle that joins two sets of basins for the first time; the
// tree at levels rounds these energies up to a few values. Energies in eV of any zero, basins numbered from
// 0. Parts that no saddle joins stay trees of their own. Nothing recurses: a tree may be a million deep.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "analysis/minimax.hpp"

namespace glasscape {

/// Nodes 0 to basins - 1 are the basins; above them come the merges. A parent has a higher number than its
/// children.
struct MergeTree {
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  struct Node {
    double energy = 0;          // of the basin, or at which its children become one, eV
    std::size_t parent = none;  // none: of a root
    std::size_t saddle = none;  // that makes the merge; of several at one level the highest; none: of a basin
    std::size_t lowest = 0;     // the lowest basin at or below this node; the first of equal ones
    std::size_t basins = 1;     // how many
  };

  std::size_t basins = 0;
  std::vector<Node> nodes;
  /// Saddles below a basin that they join (noise of a minimisation): each was taken as high as that basin.
  std::size_t raised = 0;
};

/// The exact tree: each merge has two children; saddles of equal energy merge in the order given. Sort and
/// union-find: m log m for m saddles. Throws InputError for an energy that is not finite, and as
/// `check_connections`.
MergeTree merge_tree(std::span<const double> energies, std::span<const Connection> connections);

/// `count` energies at equal steps from the lowest merge to the highest; fewer when these are equal, none
/// without merges. Throws InputError for a count below 1.
std::vector<double> equal_levels(const MergeTree& tree, std::size_t count);

/// Merges are lifted to the lowest level at or above them and those of one level taken together, so that a
/// node has two children or more. Merges above the highest level do not happen. Throws InputError for levels
/// that do not rise.
MergeTree at_levels(const MergeTree& tree, std::span<const double> levels);

/// The tree of some of its basins, which become 0, 1, ... in the order given: any two of them merge where they did. Throws InputError unless they
/// rise and are basins of the tree.
MergeTree of_basins(const MergeTree& tree, std::span<const std::size_t> basins);

enum class BranchOrder { by_size, by_energy };

struct DisconnectivityStyle {
  /// What stands in the middle, with the others in turn to its right and left: the branch of most basins, or
  /// that of the lowest basin.
  BranchOrder order = BranchOrder::by_size;
  bool centre_lowest_basin =
      true;  // at every node, the branch with the lowest basin of all stands in the middle
  /// Height over which a branch slants to its parent and the stem of a root stands out, eV: best the distance
  /// of levels; 0 gives vertical and horizontal lines. Nothing: 1/20 of the range of energies.
  std::optional<double> slant;
};

struct Segment {
  double x0 = 0, e0 = 0, x1 = 0, e1 = 0;
  std::size_t node = 0;  // of which this is the branch, upwards
};

struct DisconnectivityGraph {
  std::vector<Segment> segments;
  std::vector<double> x;       // per node of the tree
  double width = 0;            // x runs from 0 to this: the number of basins
  double bottom = 0, top = 0;  // eV
};

/// Every node takes a width equal to its number of basins and stands in its middle; branches are straight
/// down to near their parent and then slant to it, as in pele (github.com/pele-python/pele,
/// utils/disconnectivity_graph.py). A basin less than a slant below its parent ends on the slanted line, and
/// its x is there. Stems of all roots end at one height, `top`. Throws InputError for a slant below 0.
DisconnectivityGraph disconnectivity_graph(const MergeTree& tree, const DisconnectivityStyle& style = {});

}  // namespace glasscape
