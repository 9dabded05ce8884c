#include "analysis/group_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "md/neighbours.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// Which atoms touch, each pair once.
using Contacts = std::vector<std::pair<std::size_t, std::size_t>>;

Contacts contacts_of(const Configuration& c, double cutoff) {
  Neighbours neighbours(cutoff, c.species->element_of, ListKind::half);
  neighbours.build(c.positions, c.cell);
  const Atoms atoms = neighbours.atoms();
  Contacts contacts;
  for (Eigen::Index i = 0; i < atoms.count; ++i)
    for (const int j : atoms.neighbours_of(i)) contacts.emplace_back(static_cast<std::size_t>(i), static_cast<std::size_t>(atoms.owner[static_cast<std::size_t>(j)]));
  return contacts;
}

struct Counted {
  std::int64_t contacts = 0, largest = 0;
};

/// Union of what touches (Tarjan, J. ACM 22, 215 (1975), with halving of paths).
Counted count(const Contacts& contacts, const AtomSet& group, std::vector<std::size_t>& parent, std::vector<char>& in) {
  std::fill(in.begin(), in.end(), char{0});
  for (const Eigen::Index i : group) in[static_cast<std::size_t>(i)] = 1;
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  Counted counted;
  for (const auto& [i, j] : contacts)
    if (in[i] != 0 && in[j] != 0) {
      ++counted.contacts;
      parent[root(i)] = root(j);
    }
  std::vector<std::int64_t> size(parent.size(), 0);
  for (const Eigen::Index i : group) counted.largest = std::max(counted.largest, ++size[root(static_cast<std::size_t>(i))]);
  return counted;
}

/// Atoms of each element.
std::vector<AtomSet> by_element(const Species& species) {
  std::vector<AtomSet> all(species.elements.size());
  for (std::size_t i = 0; i < species.element_of.size(); ++i) all[static_cast<std::size_t>(species.element_of[i])].push_back(static_cast<Eigen::Index>(i));
  return all;
}

/// Different atoms, so many of each element; shuffles them.
AtomSet drawn(std::vector<AtomSet>& all, const std::vector<std::size_t>& counts, Rng& rng) {
  AtomSet group;
  for (std::size_t e = 0; e < all.size(); ++e)
    for (std::size_t k = 0; k < counts[e]; ++k) {
      std::swap(all[e][k], all[e][k + rng.below(all[e].size() - k)]);
      group.push_back(all[e][k]);
    }
  return group;
}

}  // namespace

Clustering clustering(const Configuration& configuration, const AtomSet& group, double cutoff, Rng& rng, int draws) {
  if (group.empty() || draws < 1) throw InputError("clusters of {} atoms against {} groups drawn at random, expected 1 or more of each", group.size(), draws);
  check(configuration, "the configuration of a group of atoms");
  const Contacts contacts = contacts_of(configuration, cutoff);
  std::vector<std::size_t> parent(static_cast<std::size_t>(configuration.atoms()));
  std::vector<char> in(parent.size());
  const Counted own = count(contacts, group, parent, in);
  const double one = 1.0 / (draws + 1.0);
  Clustering found{static_cast<double>(own.contacts), 0, static_cast<double>(own.largest), 0, one, one};
  std::vector<AtomSet> atoms = by_element(*configuration.species);
  std::vector<std::size_t> counts(atoms.size(), 0);
  for (const Eigen::Index i : group) ++counts[static_cast<std::size_t>(configuration.species->element_of[static_cast<std::size_t>(i)])];
  for (int k = 0; k < draws; ++k) {
    const Counted random = count(contacts, drawn(atoms, counts, rng), parent, in);
    found.contacts_by_chance += static_cast<double>(random.contacts) / draws;
    found.largest_by_chance += static_cast<double>(random.largest) / draws;
    found.chance_of_contacts += random.contacts >= own.contacts ? one : 0.0;
    found.chance_of_largest += random.largest >= own.largest ? one : 0.0;
  }
  return found;
}

std::int64_t shared_atoms(const AtomSet& one, const AtomSet& other) {
  AtomSet both;
  std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
  return static_cast<std::int64_t>(both.size());
}

BlockMean GroupAgainstAll::difference() const {
  std::vector<double> differences;
  for (std::size_t b = 0; b < group.size(); ++b) differences.push_back(group[b] - all[b]);
  return block_mean(differences);
}

BlockMean block_mean(const std::vector<double>& blocks) {
  const double error = blocks.size() > 1 ? standard_deviation(blocks) / std::sqrt(static_cast<double>(blocks.size())) : std::numeric_limits<double>::infinity();
  return {mean(blocks), error};
}

Moments moments(const Eigen::VectorXd& property, const AtomSet* group) {
  std::vector<double> values;
  if (group == nullptr) values.assign(property.begin(), property.end());
  else
    for (const Eigen::Index i : *group) values.push_back(property[i]);
  const double spread = standard_deviation(values);
  return {mean(values), spread * spread};
}

}  // namespace glasscape
