// A group of atoms against all others: whether its atoms lie together in space, whether the next group is another one, and whether
// anything sets them apart. Groups that are drawn at random, as many of each element, say what chance does.
#pragma once

#include <map>
#include <optional>

#include "analysis/atomic_phases.hpp"
#include "md/configuration.hpp"

namespace glasscape {

/// How a group lies in space. Two atoms touch when they are within a cutoff.
struct Clustering {
  double contacts = 0, contacts_by_chance = 0;  // pairs of the group that touch; mean of groups drawn at random
  double largest = 0, largest_by_chance = 0;    // atoms in the largest cluster
  double chance_of_contacts = 1;                // (1 + random groups with as many contacts or more) / (1 + all)
  double chance_of_largest = 1;                 // with as large a cluster or a larger one
};

/// Throws InputError for an empty group and as `coordination`.
Clustering clustering(const Configuration& configuration, const AtomSet& group, double cutoff, Rng& rng, int draws = 200);

/// Atoms in both; the groups in order.
std::int64_t shared_atoms(const AtomSet& one, const AtomSet& other);

/// Mean and variance of a property over the atoms of a group and over all atoms; means over blocks, with their standard error by blocks
/// (infinite for one).
struct BlockMean {
  double value = 0, error = 0;
};
BlockMean block_mean(const std::vector<double>& blocks);

struct Moments {
  double mean = 0, variance = 0;  // over atoms, divided by n - 1
};
/// `group` nothing: all atoms.
Moments moments(const Eigen::VectorXd& property, const AtomSet* group = nullptr);

/// A property of a group and of all atoms in each block; blocks move both together, so that their difference has an error of its own.
struct GroupAgainstAll {
  std::vector<double> group, all;

  BlockMean difference() const;
};

}  // namespace glasscape
