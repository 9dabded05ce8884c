#include "analysis/minimax.hpp"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "analysis/estimate.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

/// Sets joined by the connections that `joins` is true for.
template <typename Joins>
std::vector<std::vector<std::size_t>> joined_sets(std::size_t basins, std::span<const Connection> connections,
                                                  const Joins& joins);

}  // namespace

void check_connections(std::size_t basins, std::span<const Connection> connections) {
  for (std::size_t k = 0; k < connections.size(); ++k) {
    const auto& [from, to, energy] = connections[k];
    if (from >= basins || to >= basins)
      throw InputError("saddle {} joins basins {} and {}, but there are only {}, numbered from 0", k, from,
                       to, basins);
    if (!std::isfinite(energy))
      throw InputError("saddle {} between basins {} and {} has an energy of {} eV, expected a number", k,
                       from, to, energy);
  }
}

std::vector<std::size_t> by_rising_energy(std::span<const Connection> connections) {
  std::vector<std::pair<double, std::size_t>> sorted;  // not indices alone: they would jump through memory
  sorted.reserve(connections.size());
  for (std::size_t k = 0; k < connections.size(); ++k) sorted.emplace_back(connections[k].energy, k);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> order;
  order.reserve(connections.size());
  for (const auto& [energy, k] : sorted) order.push_back(k);
  return order;
}

MinimaxForest::MinimaxForest(std::size_t basins, std::span<const Connection> connections)
    : above_(basins), joined_by_(basins, none) {
  check_connections(basins, connections);
  std::iota(above_.begin(), above_.end(), std::size_t{0});
  std::vector<std::size_t> size(basins, 1);
  const auto root = [&](std::size_t basin) {
    while (above_[basin] != basin) basin = above_[basin];
    return basin;
  };
  for (const std::size_t k : by_rising_energy(connections)) {
    std::size_t a = root(connections[k].from), b = root(connections[k].to);
    if (a == b) continue;
    if (size[a] > size[b]) std::swap(a, b);
    above_[a] = b;
    size[b] += size[a];
    joined_by_[a] = saddles_.size();
    saddles_.push_back(k);
    connections_.push_back(connections[k]);
  }
  root_trees();
}

std::optional<double> MinimaxForest::highest_saddle(std::size_t a, std::size_t b) const {
  check_basin(a);
  check_basin(b);
  double highest = -std::numeric_limits<double>::infinity();
  while (a != b) {
    // upwards on the side of the lower saddle: what joins a root is `none`, above all others
    if (joined_by_[a] > joined_by_[b]) std::swap(a, b);
    if (joined_by_[a] == none) return std::nullopt;
    highest = connections_[joined_by_[a]].energy;
    a = above_[a];
  }
  return highest;
}

std::optional<MinimaxPath> MinimaxForest::path(std::size_t a, std::size_t b) const {
  const std::optional<double> highest = highest_saddle(a, b);
  if (!highest) return std::nullopt;
  MinimaxPath from_a{*highest, {a}, {}}, from_b{*highest, {b}, {}};
  while (a != b) {
    const bool a_is_deeper = up_[a].depth > up_[b].depth;
    std::size_t& end = a_is_deeper ? a : b;
    MinimaxPath& side = a_is_deeper ? from_a : from_b;
    side.saddles.push_back(saddles_[up_[end].saddle]);
    end = up_[end].basin;
    side.basins.push_back(end);
  }
  from_a.basins.insert(from_a.basins.end(), std::next(from_b.basins.rbegin()), from_b.basins.rend());
  from_a.saddles.insert(from_a.saddles.end(), from_b.saddles.rbegin(), from_b.saddles.rend());
  return from_a;
}

void MinimaxForest::check_basin(std::size_t basin) const {
  if (basin >= up_.size())
    throw InputError("basin {} does not exist, expected one from 0 to below {}", basin, up_.size());
}

void MinimaxForest::root_trees() {
  std::vector<std::vector<std::size_t>> saddles_of(above_.size());
  for (std::size_t k = 0; k < connections_.size(); ++k) {
    saddles_of[connections_[k].from].push_back(k);
    saddles_of[connections_[k].to].push_back(k);
  }
  up_.assign(above_.size(), {none, none, 0});
  for (std::size_t root = 0; root < above_.size(); ++root) {
    if (above_[root] != root) continue;
    std::vector<std::size_t> open{root};
    while (!open.empty()) {
      const std::size_t basin = open.back();
      open.pop_back();
      for (const std::size_t k : saddles_of[basin]) {
        if (k == up_[basin].saddle) continue;
        const std::size_t other = connections_[k].from == basin ? connections_[k].to : connections_[k].from;
        up_[other] = {basin, k, up_[basin].depth + 1};
        open.push_back(other);
      }
    }
  }
}

std::vector<std::vector<std::size_t>> superbasins_at(std::size_t basins,
                                                     std::span<const Connection> connections, double energy) {
  check_connections(basins, connections);
  return joined_sets(basins, connections, [&](const Connection& saddle) { return saddle.energy <= energy; });
}

std::vector<std::size_t> falling_back(std::span<const double> energies, std::span<const Connection> connections,
                                      std::size_t centre, double barrier) {
  if (!energies.empty()) check_sample(energies, "basin energy");
  const MinimaxForest forest(energies.size(), connections);
  if (centre >= energies.size())
    throw InputError("basin {} does not exist, expected one from 0 to below {}", centre, energies.size());
  std::vector<std::vector<std::size_t>> lowest_of(energies.size());
  for (const std::size_t k : forest.saddles()) {
    lowest_of[connections[k].from].push_back(k);
    lowest_of[connections[k].to].push_back(k);
  }
  struct Visit {
    std::size_t basin, before;
    double highest;  // on the way back
  };
  std::vector<std::size_t> back;
  std::vector<Visit> open{{centre, none, -std::numeric_limits<double>::infinity()}};
  while (!open.empty()) {
    const Visit at = open.back();
    open.pop_back();
    back.push_back(at.basin);
    for (const std::size_t k : lowest_of[at.basin]) {
      const std::size_t next = connections[k].from == at.basin ? connections[k].to : connections[k].from;
      const double highest = std::max(at.highest, connections[k].energy);
      if (next != at.before && highest - energies[next] <= barrier) open.push_back({next, at.basin, highest});
    }
  }
  std::sort(back.begin(), back.end());
  return back;
}

std::vector<std::vector<std::size_t>> superbasins_below(std::span<const double> energies,
                                                        std::span<const Connection> connections,
                                                        double barrier) {
  if (!energies.empty()) check_sample(energies, "basin energy");
  check_connections(energies.size(), connections);
  return joined_sets(energies.size(), connections, [&](const Connection& saddle) {
    return saddle.energy - std::min(energies[saddle.from], energies[saddle.to]) <= barrier;
  });
}

namespace {

template <typename Joins>
std::vector<std::vector<std::size_t>> joined_sets(std::size_t basins, std::span<const Connection> connections,
                                                  const Joins& joins) {
  boost::disjoint_sets_with_storage<> sets(basins);
  for (const Connection& saddle : connections)
    if (joins(saddle)) sets.union_set(saddle.from, saddle.to);
  std::vector<std::size_t> place(basins, none);
  std::vector<std::vector<std::size_t>> result;
  for (std::size_t basin = 0; basin < basins; ++basin) {
    std::size_t& at = place[sets.find_set(basin)];
    if (at == none) {
      at = result.size();
      result.emplace_back();
    }
    result[at].push_back(basin);
  }
  return result;
}

}  // namespace
}  // namespace glasscape
