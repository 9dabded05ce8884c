// Who is near whom: every atom's neighbours within a range, periodic images included, so that a cell smaller than the
// range is as good as a large one.
// The atoms are folded into the cell and followed by explicit images (x has atoms first, then images); a list entry is
// an index into x, so inner loops know no periodicity. A full list has j in list(i) and an image of i in list(j); a half
// list has every pair once: at the atom that comes first in space, or whose neighbour is seen through an image of positive shift;
// the other images of listed atoms are not made.
// Pairs of kinds that feel each other less far than others are listed less far. Valid while no atom has moved more than half of
// the skin since `build`. Angstrom.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

/// Whether every pair stands in two lists or in one.
enum class ListKind { full, half };

/// What a potential keeps from call to call, see Potential::workspace.
struct Workspace {
  virtual ~Workspace() = default;
};

/// What a potential knows of atoms that stay where they are, see Potential::background.
struct Background {
  virtual ~Background() = default;
};

/// Some of the blocks of a system (blocks.hpp), a bit each.
class BlockSet {
 public:
  void insert(std::size_t block) { bits_ = static_cast<std::uint8_t>(bits_ | (1U << block)); }
  void insert(BlockSet others) { bits_ = static_cast<std::uint8_t>(bits_ | others.bits_); }
  bool has(std::size_t block) const { return ((bits_ >> block) & 1U) != 0; }
  /// Calls visit(block) for each, ascending.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (unsigned left = bits_; left != 0; left &= left - 1) visit(static_cast<std::size_t>(std::countr_zero(left)));
  }

 private:
  std::uint8_t bits_ = 0;
};

/// What a potential sees: coordinates of atoms and images, their kinds, and the lists.
struct Atoms {
  Eigen::Index count;           // atoms; x has these first, then images
  Eigen::Index listed;          // the first of them, whose lists are made: those of all others are empty
  const Positions& x;           // 3 x (atoms + images)
  std::span<const int> kind;    // the potential's own index of each column of x
  std::span<const int> owner;   // the atom that each column of x is an image of
  std::span<const std::size_t> first;  // count + 1 offsets into neighbour
  std::span<const int> neighbour;
  std::span<const BlockSet> touching;  // of each `stretch` of atoms: the blocks of those listed that have one of them, or one near to one
  int threads = 1;
  Workspace* workspace = nullptr;  // what the potential has made for this surface
  const Background* background = nullptr;  // of pairs that are not listed, if such there are

  /// The workspace, or for this call `own`.
  template <typename Kept>
  Kept& workspace_or(Kept& own) const {
    return workspace != nullptr ? static_cast<Kept&>(*workspace) : own;
  }

  static constexpr Eigen::Index stretch = 64;
  /// The blocks of listed atoms that may add to what an atom is given.
  BlockSet touching_at(Eigen::Index i) const { return touching[static_cast<std::size_t>(i / stretch)]; }

  std::span<const int> neighbours_of(Eigen::Index i) const {
    const auto k = static_cast<std::size_t>(i);
    return neighbour.subspan(first[k], first[k + 1] - first[k]);
  }
};

/// The atoms in an order in which those near in space are near in memory, for a range of interest.
std::vector<Eigen::Index> order_in_space(const Positions& positions, const Cell& cell, double range);

class Neighbours {
 public:
  /// Range of two kinds.
  using Ranges = std::function<double(int kind, int other)>;
  /// `kinds` holds one entry per atom, of what is built first. A range of 0 makes empty lists.
  Neighbours(double range, std::vector<int> kinds, ListKind lists = ListKind::full, const Ranges& ranges = {});
  /// Makes lists of the first atoms only: with half lists, all pairs but those of two others.
  void list_only(Eigen::Index first) { listed_ = first; }

  /// Finds images and lists anew. Throws FormatError when the cell is so small that images would exhaust memory.
  void build(const Positions& positions, const Cell& cell, int threads = 1);
  /// The same of atoms that stand in another order, of these kinds.
  void build(const Positions& positions, std::vector<int> kinds, const Cell& cell, int threads);
  /// Moves atoms and images without looking for new neighbours.
  void follow(const Positions& positions, const Cell& cell);

  Atoms atoms(int threads = 1, Workspace* workspace = nullptr) const;
  double range() const { return range_; }
  std::size_t pairs() const { return neighbour_.size(); }

 private:
  void make_images(const Positions& positions, const Cell& cell);
  void make_lists(const Cell& cell, int threads);

  double range_;
  int kinds_;                     // different ones, at most
  std::vector<double> ranges2_;   // squared, kinds x kinds
  ListKind lists_;
  Eigen::Index count_, listed_;
  std::vector<int> kind_, owner_, neighbour_;
  std::vector<Eigen::Vector3i> fold_;   // lattice vectors taken off each atom
  std::vector<Eigen::Vector3i> shift_;  // lattice vectors added to the folded owner, one per image
  std::vector<std::size_t> first_;
  std::vector<BlockSet> touching_;
  Positions x_;
};

}  // namespace glasscape
