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

/// `size` different atoms of `atoms`.
AtomSet drawn(Eigen::Index atoms, std::size_t size, Rng& rng) {
  AtomSet all(static_cast<std::size_t>(atoms));
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  for (std::size_t k = 0; k < size; ++k) std::swap(all[k], all[k + rng.below(all.size() - k)]);
  all.resize(size);
  return all;
}

}  // namespace

Clustering clustering(const Configuration& configuration, const AtomSet& group, double cutoff, Rng& rng, int draws) {
  if (group.empty() || draws < 1) throw InputError("clusters of {} atoms against {} groups drawn at random, expected 1 or more of each", group.size(), draws);
  check(configuration, "the configuration of a group of atoms");
  const Contacts contacts = contacts_of(configuration, cutoff);
  std::vector<std::size_t> parent(static_cast<std::size_t>(configuration.atoms()));
  std::vector<char> in(parent.size());
  const Counted own = count(contacts, group, parent, in);
  Clustering found{static_cast<double>(own.contacts), 0, static_cast<double>(own.largest), 0, 0, 0};
  for (int k = 0; k < draws; ++k) {
    const Counted random = count(contacts, drawn(configuration.atoms(), group.size(), rng), parent, in);
    found.contacts_by_chance += static_cast<double>(random.contacts) / draws;
    found.largest_by_chance += static_cast<double>(random.largest) / draws;
    found.chance_of_contacts += random.contacts >= own.contacts ? 1.0 / draws : 0.0;
    found.chance_of_largest += random.largest >= own.largest ? 1.0 / draws : 0.0;
  }
  return found;
}

std::int64_t shared_atoms(const AtomSet& one, const AtomSet& other) {
  AtomSet both;
  std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
  return static_cast<std::int64_t>(both.size());
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
