#include "analysis/disconnectivity.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "md/support/error.hpp"
#include "tests/analysis/landscapes.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr std::size_t none = MergeTree::none;

/// The energy at which two basins become one: that of their lowest common ancestor.
double merge_energy(const MergeTree& tree, std::size_t a, std::size_t b) {
  while (a != b) {
    std::size_t& lower = a < b ? a : b;
    if (tree.nodes[lower].parent == none) return infinity;
    lower = tree.nodes[lower].parent;
  }
  return tree.nodes[a].energy;
}

std::vector<double> random_energies(std::size_t n, double high, Rng& rng) {
  std::vector<double> energies(n);
  for (double& energy : energies) energy = high * rng.uniform();
  return energies;
}

std::vector<Connection> raised(std::vector<Connection> connections, const std::vector<double>& energies) {
  for (auto& [a, b, energy] : connections) energy = std::max({energy, energies[a], energies[b]});
  return connections;
}

std::vector<std::vector<std::size_t>> children_of(const MergeTree& tree) {
  std::vector<std::vector<std::size_t>> children(tree.nodes.size() + 1);
  for (std::size_t k = 0; k < tree.nodes.size(); ++k)
    children[std::min(tree.nodes[k].parent, tree.nodes.size())].push_back(k);
  return children;
}

/// Basins below each node, by following each basin upwards.
std::vector<std::vector<std::size_t>> basins_below(const MergeTree& tree) {
  std::vector<std::vector<std::size_t>> below(tree.nodes.size());
  for (std::size_t basin = 0; basin < tree.basins; ++basin)
    for (std::size_t k = basin; k != none; k = tree.nodes[k].parent) below[k].push_back(basin);
  return below;
}

void require_consistent(const MergeTree& tree, const std::vector<double>& energies,
                        std::size_t most_children) {
  const auto children = children_of(tree), below = basins_below(tree);
  REQUIRE(tree.basins == energies.size());
  for (std::size_t k = 0; k < tree.nodes.size(); ++k) {
    const MergeTree::Node& node = tree.nodes[k];
    REQUIRE(node.basins == below[k].size());
    const auto lower = [&](std::size_t a, std::size_t b) { return energies[a] < energies[b]; };
    REQUIRE(node.lowest == *std::min_element(below[k].begin(), below[k].end(), lower));
    if (node.parent != none) REQUIRE(node.parent > k);
    if (node.parent != none) REQUIRE(tree.nodes[node.parent].energy >= node.energy);
    REQUIRE((node.saddle == none) == (k < tree.basins));
    if (k < tree.basins) REQUIRE(children[k].empty());
    if (k >= tree.basins) REQUIRE((children[k].size() >= 2 && children[k].size() <= most_children));
  }
}

/// Five basins of which the second is the lowest; a star of saddles at one energy, then basin 5 higher up.
MergeTree star() {
  const std::vector<double> energies{-1, -5, -2, -3, -4, -2.5};
  const std::vector<Connection> connections{{0, 1, 1}, {1, 2, 1}, {1, 3, 1}, {1, 4, 1}, {5, 4, 2}};
  return at_levels(merge_tree(energies, connections), std::vector<double>{1, 2});
}

std::vector<std::size_t> from_left(const DisconnectivityGraph& graph, std::size_t basins) {
  std::vector<std::size_t> order(basins);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return graph.x[a] < graph.x[b]; });
  return order;
}

}  // namespace

TEST_CASE("two basins merge at the highest saddle of the lowest way between them") {
  Rng rng(1, 0);
  for (int k = 0; k < 2000; ++k) {
    const std::size_t n = 1 + rng.below(10);
    const std::vector<double> energies = random_energies(n, k % 3 ? 0.3 : 0.0, rng);
    const std::vector<Connection> connections =
        random_connections(n, rng.below(2 * n + 1), k % 2 ? 4 : 0, rng);
    const MergeTree tree = merge_tree(energies, connections);
    require_consistent(tree, energies, 2);
    const auto truth = minimax_by_floyd_warshall(n, raised(connections, energies));
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < a; ++b) REQUIRE(merge_energy(tree, a, b) == truth[a][b]);
  }
}

TEST_CASE("the parts of the tree below an energy are the superbasins at that energy") {
  Rng rng(2, 0);
  for (int k = 0; k < 500; ++k) {
    const std::size_t n = 2 + rng.below(15);
    const std::vector<double> energies = random_energies(n, 0.0, rng);
    const std::vector<Connection> connections = random_connections(n, 2 * n, 6, rng);
    const MergeTree tree = merge_tree(energies, connections);
    const auto below = basins_below(tree);
    for (int energy = 0; energy < 6; ++energy) {
      std::vector<std::vector<std::size_t>> parts;
      for (std::size_t node = 0; node < tree.nodes.size(); ++node) {
        const std::size_t parent = tree.nodes[node].parent;
        if (tree.nodes[node].energy <= energy && (parent == none || tree.nodes[parent].energy > energy))
          parts.push_back(below[node]);
      }
      std::sort(parts.begin(), parts.end());
      REQUIRE(parts == superbasins_at(n, connections, energy));
    }
  }
}

TEST_CASE(
    "at levels, two basins merge at the first level not below their exact merge, and not above the last") {
  Rng rng(3, 0);
  for (int k = 0; k < 1000; ++k) {
    const std::size_t n = 2 + rng.below(12);
    const std::vector<double> energies = random_energies(n, 0.2, rng);
    const std::vector<Connection> connections = random_connections(n, 2 * n, 0, rng);
    const MergeTree exact = merge_tree(energies, connections);
    std::vector<double> levels =
        k % 2 ? equal_levels(exact, 1 + rng.below(6)) : random_energies(1 + rng.below(4), 1, rng);
    std::sort(levels.begin(), levels.end());
    const MergeTree tree = at_levels(exact, levels);
    require_consistent(tree, energies, n);
    for (std::size_t node = n; node < tree.nodes.size(); ++node)
      if (tree.nodes[node].parent != none)
        REQUIRE(tree.nodes[node].energy < tree.nodes[tree.nodes[node].parent].energy);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < a; ++b) {
        const auto level = std::lower_bound(levels.begin(), levels.end(), merge_energy(exact, a, b));
        REQUIRE(merge_energy(tree, a, b) == (level == levels.end() ? infinity : *level));
      }
  }
}

TEST_CASE("some basins of a tree merge where they did among all, and make a tree of their own") {
  Rng rng(3, stream_of("part"));
  for (int trial = 0; trial < 30; ++trial) {
    const std::vector<double> energies = random_energies(40, 1.0, rng);
    std::vector<Connection> connections;
    for (int k = 0; k < 50; ++k) connections.push_back({rng.below(40), rng.below(40), 1.0 + rng.uniform()});
    const MergeTree tree = merge_tree(energies, connections);
    std::vector<std::size_t> some;
    std::vector<double> their_energies;
    for (std::size_t k = 0; k < 40; ++k)
      if (rng.below(3) == 0) {
        some.push_back(k);
        their_energies.push_back(energies[k]);
      }
    const MergeTree part = of_basins(tree, some);
    require_consistent(part, their_energies, 2);
    for (std::size_t a = 0; a < some.size(); ++a)
      for (std::size_t b = 0; b < a; ++b) CHECK(merge_energy(part, a, b) == merge_energy(tree, some[a], some[b]));
  }
  const MergeTree tree = merge_tree(std::vector<double>{0, 1, 2}, std::vector<Connection>{{0, 1, 3}});
  CHECK(of_basins(tree, {}).nodes.empty());
  CHECK_THROWS_AS(of_basins(tree, std::vector<std::size_t>{1, 1}), InputError);
  CHECK_THROWS_AS(of_basins(tree, std::vector<std::size_t>{3}), InputError);
}

TEST_CASE("equal levels run from the lowest merge to the highest") {
  const MergeTree tree =
      merge_tree(std::vector<double>{0, 0, 0}, std::vector<Connection>{{0, 1, 1}, {1, 2, 3}, {0, 2, 9}});
  CHECK(equal_levels(tree, 1) == std::vector<double>{3});
  CHECK(equal_levels(tree, 5) == std::vector<double>{1, 1.5, 2, 2.5, 3});
  CHECK(equal_levels(merge_tree(std::vector<double>{0, 0}, std::vector<Connection>{{0, 1, 2}}), 7) ==
        std::vector<double>{2});
  CHECK(equal_levels(merge_tree(std::vector<double>{0, 0}, {}), 7).empty());
}

TEST_CASE("a saddle below a basin that it joins is taken as high as that basin and counted") {
  const std::vector<double> energies{0, 1, 0.5};
  const MergeTree tree = merge_tree(energies, std::vector<Connection>{{0, 1, 0.9}, {1, 2, 2}, {0, 0, -1}});
  CHECK(tree.raised == 2);
  CHECK(merge_energy(tree, 0, 1) == 1.0);
  const DisconnectivityGraph graph = disconnectivity_graph(tree, {.slant = 0.25});
  for (const Segment& segment : graph.segments) CHECK(segment.e0 <= segment.e1);
}

TEST_CASE("empty, edgeless and scattered landscapes are drawn, each part with its own stem") {
  const DisconnectivityGraph nothing = disconnectivity_graph(merge_tree({}, {}));
  CHECK(nothing.segments.empty());
  CHECK(nothing.width == 0);
  const MergeTree edgeless = merge_tree(std::vector<double>{-1, -3, -2}, {});
  const DisconnectivityGraph stems = disconnectivity_graph(at_levels(edgeless, {}), {.slant = 0.5});
  REQUIRE(stems.segments.size() == 3);
  for (const Segment& stem : stems.segments) {
    CHECK(stem.x0 == stem.x1);
    CHECK(stem.e0 == edgeless.nodes[stem.node].energy);
    CHECK(stem.e1 == -0.5);
  }
  CHECK(stems.bottom == -3);
  CHECK(stems.top == -0.5);
  CHECK(stems.x[1] == 1.5);  // the lowest stands in the middle
  const MergeTree two = merge_tree(std::vector<double>{-1, -3, -2}, std::vector<Connection>{{0, 2, 1}});
  const DisconnectivityGraph parts = disconnectivity_graph(two);
  CHECK(std::count_if(parts.segments.begin(), parts.segments.end(),
                      [&](const Segment& s) { return s.e1 == parts.top; }) == 2);
}

TEST_CASE("basins stand at half numbers and every merge in the middle of its basins, which stand together") {
  Rng rng(4, 0);
  for (int k = 0; k < 500; ++k) {
    const std::size_t n = 1 + rng.below(20);
    const std::vector<double> energies = random_energies(n, 0.1, rng);
    const MergeTree exact = merge_tree(energies, random_connections(n, 2 * n, 0, rng));
    const MergeTree tree = k % 2 ? at_levels(exact, equal_levels(exact, 4)) : exact;
    const BranchOrder order = k % 4 < 2 ? BranchOrder::by_size : BranchOrder::by_energy;
    const DisconnectivityGraph graph = disconnectivity_graph(tree, {.order = order, .slant = 0});
    CHECK(graph.width == static_cast<double>(n));
    const auto below = basins_below(tree);
    for (std::size_t node = 0; node < tree.nodes.size(); ++node) {
      std::vector<double> x;
      for (const std::size_t basin : below[node]) x.push_back(graph.x[basin]);
      std::sort(x.begin(), x.end());
      REQUIRE(x.back() - x.front() == static_cast<double>(x.size() - 1));
      REQUIRE(graph.x[node] == 0.5 * (x.front() + x.back()));
      if (node < n) REQUIRE(graph.x[node] - std::floor(graph.x[node]) == 0.5);
    }
  }
}

TEST_CASE("every branch leads from its node to its parent without a gap") {
  Rng rng(5, 0);
  for (int k = 0; k < 300; ++k) {
    const std::size_t n = 2 + rng.below(20);
    const MergeTree exact = merge_tree(random_energies(n, 1, rng), random_connections(n, 2 * n, 0, rng));
    const MergeTree tree = at_levels(exact, equal_levels(exact, 5));
    const DisconnectivityGraph graph = disconnectivity_graph(tree, {.slant = k % 3 * 0.1});
    std::vector<std::vector<Segment>> branch(tree.nodes.size());
    for (const Segment& segment : graph.segments) branch[segment.node].push_back(segment);
    for (std::size_t node = 0; node < tree.nodes.size(); ++node) {
      REQUIRE((branch[node].size() == 1 || branch[node].size() == 2));
      const Segment &first = branch[node].front(), &last = branch[node].back();
      REQUIRE((first.x0 == graph.x[node] && first.e0 == tree.nodes[node].energy));
      if (branch[node].size() == 2)
        REQUIRE((first.x1 == last.x0 && first.e1 == last.e0 && first.x1 == first.x0));
      const std::size_t parent = tree.nodes[node].parent;
      if (parent == none) REQUIRE(last.e1 == graph.top);
      if (parent != none) REQUIRE((last.x1 == graph.x[parent] && last.e1 == tree.nodes[parent].energy));
    }
  }
}

TEST_CASE("a basin less than a slant below its parent keeps the slope of the line it ends on") {
  const MergeTree tree = merge_tree(std::vector<double>{-2, 0.75}, std::vector<Connection>{{0, 1, 1}});
  const DisconnectivityGraph graph = disconnectivity_graph(tree, {.slant = 0.5});
  CHECK(graph.x[0] == 1.5);            // the lowest first, the other to its left; the parent at x = 1
  CHECK(graph.x[1] == 1 - 0.5 * 0.5);  // half of the way from the parent to 0.5
  CHECK(graph.segments.size() == 1 + 2 + 1);
}

TEST_CASE("branches stand around the one in the middle, to the right and left in turn") {
  const MergeTree tree = star();
  REQUIRE(tree.nodes.size() == 8);
  // after the middle (1) the first goes to the left (4), the next to the right (3), and so on
  const DisconnectivityGraph by_energy =
      disconnectivity_graph(tree, {.order = BranchOrder::by_energy, .slant = 0});
  CHECK(from_left(by_energy, 6) == std::vector<std::size_t>{5, 2, 4, 1, 3, 0});
  const DisconnectivityGraph by_size = disconnectivity_graph(tree, {.slant = 0});
  CHECK(by_size.x[5] == 0.5);  // the branch of five in the middle, the single basin beside it
  CHECK(by_size.x[6] == 3.5);
}

TEST_CASE("the branch with the lowest basin stands in the middle when asked, else the largest") {
  // basin 0 is the lowest and alone; 1 and 2, 3 and 4 and 5 are sets
  const std::vector<double> energies{-9, -1, -2, -3, -4, -5};
  const std::vector<Connection> connections{{1, 2, 1}, {3, 4, 1}, {4, 5, 1}, {0, 1, 2}, {1, 3, 2}};
  const MergeTree tree = at_levels(merge_tree(energies, connections), std::vector<double>{1, 2});
  const DisconnectivityGraph centred = disconnectivity_graph(tree, {.slant = 0});
  CHECK(centred.x[0] == 3.5);  // the three stand to its left, the two to its right
  const DisconnectivityGraph largest =
      disconnectivity_graph(tree, {.centre_lowest_basin = false, .slant = 0});
  CHECK(largest.x[0] == 5.5);
  CHECK(largest.x[4] > 2);
  CHECK(largest.x[4] < 5);
}

TEST_CASE("the four minima of LJ7 merge at the saddles of its list") {
  const Lj7 lj7;
  const MergeTree tree = merge_tree(lj7.energies, lj7.connections);
  REQUIRE(tree.nodes.size() == 7);
  CHECK(tree.raised == 0);
  CHECK(tree.nodes[4].energy == -15.444733800);
  CHECK(tree.nodes[5].energy == -15.319864441);
  CHECK(tree.nodes[6].energy == -15.283421275);
  for (std::size_t k = 4; k < 7; ++k) CHECK(tree.nodes[k].lowest == 0);
}

TEST_CASE("a tree 200000 merges deep is built, binned and drawn") {
  const std::size_t n = 200000;
  std::vector<double> energies(n, 0.0);
  std::vector<Connection> chain;
  for (std::size_t i = 0; i + 1 < n; ++i) chain.push_back({i, i + 1, 1.0 + static_cast<double>(i)});
  const MergeTree tree = merge_tree(energies, chain);
  CHECK(tree.nodes.back().basins == n);
  CHECK(disconnectivity_graph(tree, {.slant = 0}).segments.size() == 1 + 2 * (2 * n - 2));
  const MergeTree binned = at_levels(tree, equal_levels(tree, 20));
  CHECK(binned.nodes.size() == n + 20);
}

TEST_CASE("bad landscapes, levels and styles are refused with a reason") {
  CHECK_THROWS_AS(merge_tree(std::vector<double>{0, infinity}, {}), InputError);
  CHECK_THROWS_WITH(merge_tree(std::vector<double>{0}, std::vector<Connection>{{0, 1, 0}}),
                    "saddle 0 joins basins 0 and 1, but there are only 1, numbered from 0");
  const MergeTree tree = star();
  CHECK_THROWS_WITH(equal_levels(tree, 0), "the number of levels is 0, expected at least 1");
  CHECK_THROWS_WITH(at_levels(tree, std::vector<double>{1, 1}),
                    "level 1 of a disconnectivity graph is 1 eV, expected numbers that rise");
  CHECK_THROWS_AS(at_levels(tree, std::vector<double>{infinity}), InputError);
  CHECK_THROWS_WITH(disconnectivity_graph(tree, {.slant = -1}),
                    "the slant of a disconnectivity graph is -1 eV, expected 0 or above");
}
