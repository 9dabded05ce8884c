#include "analysis/disconnectivity.hpp"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <cmath>
#include <numeric>

#include "analysis/estimate.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Node = MergeTree::Node;

/// Connections whose saddles are at least as high as both basins; `raised` counts those that were not.
std::vector<Connection> raised_above_basins(std::span<const double> energies,
                                            std::span<const Connection> connections, std::size_t& raised);
/// For every merge the merge that stands for it in the tree at levels; `none` above the highest level.
std::vector<std::size_t> standing_for(const MergeTree& tree, std::span<const double> levels);

/// Children of every node one after the other; last come the roots, as children of one more node.
struct Children {
  std::vector<std::size_t> first;  // of node k: nodes[first[k]] to before nodes[first[k + 1]]
  std::vector<std::size_t> nodes;

  std::span<std::size_t> of(std::size_t k) { return {nodes.data() + first[k], nodes.data() + first[k + 1]}; }
};
Children children_of(const MergeTree& tree);
/// From left to right.
void arrange(std::span<std::size_t> siblings, const MergeTree& tree, std::size_t lowest,
             const DisconnectivityStyle& style);
std::size_t lowest_basin(const MergeTree& tree);
std::vector<double> horizontal_places(const MergeTree& tree, const DisconnectivityStyle& style);
void draw_branch(DisconnectivityGraph& graph, const MergeTree& tree, std::size_t node, double slant);

}  // namespace

MergeTree merge_tree(std::span<const double> energies, std::span<const Connection> connections) {
  if (!energies.empty()) check_sample(energies, "basin energy");
  check_connections(energies.size(), connections);
  MergeTree tree{energies.size(), {}, 0};
  for (std::size_t basin = 0; basin < energies.size(); ++basin)
    tree.nodes.push_back({.energy = energies[basin], .lowest = basin});
  const std::vector<Connection> saddles = raised_above_basins(energies, connections, tree.raised);
  boost::disjoint_sets_with_storage<> sets(energies.size());
  std::vector<std::size_t> node_of(energies.size());  // of the representative of a set
  std::iota(node_of.begin(), node_of.end(), std::size_t{0});
  for (const std::size_t k : by_rising_energy(saddles)) {
    const std::size_t a = sets.find_set(saddles[k].from), b = sets.find_set(saddles[k].to);
    if (a == b) continue;
    Node &left = tree.nodes[node_of[a]], &right = tree.nodes[node_of[b]];
    left.parent = right.parent = tree.nodes.size();
    const bool left_is_lower =
        std::pair(energies[left.lowest], left.lowest) < std::pair(energies[right.lowest], right.lowest);
    sets.link(a, b);
    node_of[sets.find_set(a)] = tree.nodes.size();
    tree.nodes.push_back({.energy = saddles[k].energy,
                          .saddle = k,
                          .lowest = left_is_lower ? left.lowest : right.lowest,
                          .basins = left.basins + right.basins});
  }
  return tree;
}

std::vector<double> equal_levels(const MergeTree& tree, std::size_t count) {
  if (count < 1) throw InputError("the number of levels is 0, expected at least 1");
  if (tree.nodes.size() == tree.basins) return {};
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t k = tree.basins; k < tree.nodes.size(); ++k) {
    low = std::min(low, tree.nodes[k].energy);
    high = std::max(high, tree.nodes[k].energy);
  }
  std::vector<double> levels;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const double level = std::lerp(low, high, static_cast<double>(i) / static_cast<double>(count - 1));
    if (level < high && (levels.empty() || level > levels.back())) levels.push_back(level);
  }
  levels.push_back(high);
  return levels;
}

MergeTree at_levels(const MergeTree& tree, std::span<const double> levels) {
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (!std::isfinite(levels[i]) || (i > 0 && levels[i] <= levels[i - 1]))
      throw InputError("level {} of a disconnectivity graph is {} eV, expected numbers that rise", i,
                       levels[i]);
  const std::vector<std::size_t> standing = standing_for(tree, levels);
  MergeTree result{tree.basins,
                   {tree.nodes.begin(), tree.nodes.begin() + static_cast<std::ptrdiff_t>(tree.basins)},
                   tree.raised};
  std::vector<std::size_t> number(tree.nodes.size(), MergeTree::none), kept(tree.basins);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  for (std::size_t k = tree.basins; k < tree.nodes.size(); ++k) {
    if (standing[k] != k) continue;
    number[k] = result.nodes.size();
    kept.push_back(k);
    result.nodes.push_back(tree.nodes[k]);
    result.nodes.back().energy = *std::lower_bound(levels.begin(), levels.end(), tree.nodes[k].energy);
  }
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const std::size_t parent = tree.nodes[kept[k]].parent;
    const std::size_t above = parent == MergeTree::none ? parent : standing[parent];
    result.nodes[k].parent = above == MergeTree::none ? above : number[above];
  }
  return result;
}

MergeTree of_basins(const MergeTree& tree, std::span<const std::size_t> basins) {
  MergeTree result{basins.size(), {}, tree.raised};
  std::vector<std::size_t> stands_for(tree.nodes.size(), MergeTree::none);  // the node of the result that is all that is left of a node
  for (std::size_t k = 0; k < basins.size(); ++k) {
    if (basins[k] >= tree.basins || (k > 0 && basins[k] <= basins[k - 1])) throw InputError("basin {} of a part of {}, expected numbers that rise", basins[k], tree.basins);
    stands_for[basins[k]] = k;
    result.nodes.push_back({.energy = tree.nodes[basins[k]].energy, .lowest = k});
  }
  Children children = children_of(tree);
  for (std::size_t node = tree.basins; node < tree.nodes.size(); ++node) {
    std::vector<std::size_t> left;
    for (const std::size_t child : children.of(node))
      if (stands_for[child] != MergeTree::none) left.push_back(stands_for[child]);
    if (left.empty()) continue;
    stands_for[node] = left.front();
    if (left.size() == 1) continue;
    stands_for[node] = result.nodes.size();
    Node merged{.energy = tree.nodes[node].energy, .saddle = tree.nodes[node].saddle, .lowest = result.nodes[left.front()].lowest, .basins = 0};
    for (const std::size_t child : left) {
      Node& below = result.nodes[child];
      below.parent = result.nodes.size();
      merged.basins += below.basins;
      if (std::pair(result.nodes[below.lowest].energy, below.lowest) < std::pair(result.nodes[merged.lowest].energy, merged.lowest)) merged.lowest = below.lowest;
    }
    result.nodes.push_back(merged);
  }
  return result;
}

DisconnectivityGraph disconnectivity_graph(const MergeTree& tree, const DisconnectivityStyle& style) {
  if (style.slant && !(*style.slant >= 0 && std::isfinite(*style.slant)))
    throw InputError("the slant of a disconnectivity graph is {} eV, expected 0 or above", *style.slant);
  DisconnectivityGraph graph;
  if (tree.nodes.empty()) return graph;
  const auto by_energy = [](const Node& a, const Node& b) { return a.energy < b.energy; };
  const auto [low, high] = std::minmax_element(tree.nodes.begin(), tree.nodes.end(), by_energy);
  const double slant = style.slant.value_or((high->energy - low->energy) / 20);
  graph.bottom = low->energy;
  graph.top = high->energy + slant;
  graph.width = static_cast<double>(tree.basins);
  graph.x = horizontal_places(tree, style);
  // from the top: a basin on its slanted line needs the place of its parent
  for (std::size_t k = tree.nodes.size(); k-- > 0;) {
    if (tree.nodes[k].parent == MergeTree::none)
      graph.segments.push_back({graph.x[k], tree.nodes[k].energy, graph.x[k], graph.top, k});
    else
      draw_branch(graph, tree, k, slant);
  }
  return graph;
}

namespace {

std::vector<Connection> raised_above_basins(std::span<const double> energies,
                                            std::span<const Connection> connections, std::size_t& raised) {
  std::vector<Connection> result(connections.begin(), connections.end());
  for (Connection& saddle : result) {
    const double basin = std::max(energies[saddle.from], energies[saddle.to]);
    if (saddle.energy >= basin) continue;
    saddle.energy = basin;
    ++raised;
  }
  return result;
}

std::vector<std::size_t> standing_for(const MergeTree& tree, std::span<const double> levels) {
  std::vector<std::size_t> standing(tree.nodes.size(), MergeTree::none);
  const auto level = [&](std::size_t k) {
    return std::lower_bound(levels.begin(), levels.end(), tree.nodes[k].energy) - levels.begin();
  };
  const auto above_all = static_cast<std::ptrdiff_t>(levels.size());
  for (std::size_t k = tree.nodes.size(); k-- > tree.basins;) {
    const std::size_t parent = tree.nodes[k].parent;
    if (level(k) == above_all) continue;
    standing[k] = parent != MergeTree::none && level(parent) == level(k) ? standing[parent] : k;
  }
  return standing;
}

Children children_of(const MergeTree& tree) {
  const std::size_t n = tree.nodes.size();
  const auto parent = [&](std::size_t k) { return std::min(tree.nodes[k].parent, n); };
  Children children{std::vector<std::size_t>(n + 2, 0), std::vector<std::size_t>(n)};
  for (std::size_t k = 0; k < n; ++k) ++children.first[parent(k) + 1];
  std::partial_sum(children.first.begin(), children.first.end(), children.first.begin());
  std::vector<std::size_t> next = children.first;
  for (std::size_t k = 0; k < n; ++k) children.nodes[next[parent(k)]++] = k;
  return children;
}

void arrange(std::span<std::size_t> siblings, const MergeTree& tree, std::size_t lowest,
             const DisconnectivityStyle& style) {
  const auto energy = [&](std::size_t k) { return tree.nodes[tree.nodes[k].lowest].energy; };
  const auto before = [&](std::size_t a, std::size_t b) {
    const Node &left = tree.nodes[a], &right = tree.nodes[b];
    if (style.centre_lowest_basin && (left.lowest == lowest) != (right.lowest == lowest))
      return left.lowest == lowest;
    if (style.order == BranchOrder::by_size && left.basins != right.basins) return left.basins > right.basins;
    return std::pair(energy(a), a) < std::pair(energy(b), b);
  };
  std::sort(siblings.begin(), siblings.end(), before);
  std::vector<std::size_t> from_left;
  for (std::size_t i = siblings.size(); i-- > 0;)
    if (i % 2 == 1) from_left.push_back(siblings[i]);
  for (std::size_t i = 0; i < siblings.size(); i += 2) from_left.push_back(siblings[i]);
  std::copy(from_left.begin(), from_left.end(), siblings.begin());
}

std::size_t lowest_basin(const MergeTree& tree) {
  std::size_t lowest = 0;
  for (std::size_t basin = 1; basin < tree.basins; ++basin)
    if (tree.nodes[basin].energy < tree.nodes[lowest].energy) lowest = basin;
  return lowest;
}

std::vector<double> horizontal_places(const MergeTree& tree, const DisconnectivityStyle& style) {
  const std::size_t n = tree.nodes.size(), lowest = lowest_basin(tree);
  Children children = children_of(tree);
  std::vector<double> left(n + 1, 0.0), x(n);
  for (std::size_t k = n + 1; k-- > tree.basins;) {
    arrange(children.of(k), tree, lowest, style);
    double at = left[k];
    for (const std::size_t child : children.of(k)) {
      const auto width = static_cast<double>(tree.nodes[child].basins);
      left[child] = at;
      x[child] = at + 0.5 * width;
      at += width;
    }
  }
  return x;
}

void draw_branch(DisconnectivityGraph& graph, const MergeTree& tree, std::size_t node, double slant) {
  const Node &own = tree.nodes[node], &parent = tree.nodes[own.parent];
  const double bend = parent.energy - slant, x_parent = graph.x[own.parent];
  if (own.energy < bend) {
    graph.segments.push_back({graph.x[node], own.energy, graph.x[node], bend, node});
    graph.segments.push_back({graph.x[node], bend, x_parent, parent.energy, node});
    return;
  }
  // a basin ends on the line that it would have had; a merge stays, since its own branches hang on it
  if (node < tree.basins && slant > 0)
    graph.x[node] = x_parent + (graph.x[node] - x_parent) * (parent.energy - own.energy) / slant;
  graph.segments.push_back({graph.x[node], own.energy, x_parent, parent.energy, node});
}

}  // namespace
}  // namespace glasscape
