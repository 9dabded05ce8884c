#include "analysis/minimax.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "md/support/error.hpp"
#include "tests/analysis/landscapes.hpp"

using namespace glasscape;
using namespace glasscape::test;

TEST_CASE("the highest saddle of a lowest path is that of Floyd and Warshall") {
  Rng rng(1, 0);
  for (int k = 0; k < 3000; ++k) {
    const std::size_t n = 1 + rng.below(10);
    const std::vector<Connection> connections =
        random_connections(n, rng.below(2 * n + 1), k % 2 ? 4 : 0, rng);
    const auto truth = minimax_by_floyd_warshall(n, connections);
    const MinimaxForest forest(n, connections);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b)
        REQUIRE(forest.highest_saddle(a, b).value_or(infinity) == truth[a][b]);
  }
}

TEST_CASE(
    "a lowest path steps from basin to basin over its saddles, and each of its parts is a lowest path") {
  Rng rng(2, 0);
  std::size_t longest = 0;
  for (int k = 0; k < 500; ++k) {
    const std::size_t n = 2 + rng.below(12);
    const std::vector<Connection> connections = random_connections(n, 2 * n, k % 2 ? 5 : 0, rng);
    const auto truth = minimax_by_floyd_warshall(n, connections);
    const std::size_t a = rng.below(n), b = rng.below(n);
    const auto path = MinimaxForest(n, connections).path(a, b);
    REQUIRE(path.has_value() == (truth[a][b] < infinity));
    if (!path) continue;
    REQUIRE(path->basins.size() == path->saddles.size() + 1);
    REQUIRE(path->basins.front() == a);
    REQUIRE(path->basins.back() == b);
    REQUIRE(path->highest == truth[a][b]);
    longest = std::max(longest, path->saddles.size());
    for (std::size_t i = 0; i < path->saddles.size(); ++i) {
      const Connection& saddle = connections[path->saddles[i]];
      REQUIRE(std::minmax(saddle.from, saddle.to) == std::minmax(path->basins[i], path->basins[i + 1]));
      double highest = saddle.energy;
      for (std::size_t j = i; j < path->saddles.size(); ++j) {
        highest = std::max(highest, connections[path->saddles[j]].energy);
        REQUIRE(highest == truth[path->basins[i]][path->basins[j + 1]]);
      }
    }
  }
  CHECK(longest > 4);
}

TEST_CASE("a path from a basin to itself crosses no saddle, and between parts there is none") {
  const MinimaxForest forest(3, std::vector<Connection>{{0, 1, 2.0}, {0, 0, 1.0}});
  CHECK(forest.highest_saddle(2, 2) == -infinity);
  CHECK(forest.path(0, 0)->basins == std::vector<std::size_t>{0});
  CHECK(forest.path(0, 0)->saddles.empty());
  CHECK_FALSE(forest.highest_saddle(0, 2));
  CHECK_FALSE(forest.path(2, 1));
}

TEST_CASE("the forest holds the lowest saddles, the first of equal ones, in rising order") {
  const std::vector<Connection> connections{{0, 1, 5}, {1, 2, 3},  {0, 2, 3},
                                            {0, 1, 3}, {2, 2, -9}, {3, 4, 1}};
  CHECK(MinimaxForest(5, connections).saddles() == std::vector<std::size_t>{5, 1, 2});
}

TEST_CASE("paths of LJ7 take the way that its lists of minima and saddles allow") {
  const Lj7 lj7;
  const MinimaxForest forest(lj7.energies.size(), lj7.connections);
  CHECK(forest.highest_saddle(0, 1) == -15.444733800);
  CHECK(forest.highest_saddle(0, 2) == -15.319864441);  // over minimum 1, not straight over -15.0334
  CHECK(forest.path(0, 2)->basins == std::vector<std::size_t>{0, 1, 2});
  CHECK(forest.highest_saddle(0, 3) == -15.283421275);
  CHECK(forest.path(2, 3)->basins == std::vector<std::size_t>{2, 1, 3});
}

TEST_CASE("a chain of 200000 basins has paths from end to end") {
  const std::size_t n = 200000;
  std::vector<Connection> chain;
  for (std::size_t i = 0; i + 1 < n; ++i)
    chain.push_back({i, i + 1, i == 777 ? 9.0 : static_cast<double>(i % 7)});
  const MinimaxForest forest(n, chain);
  CHECK(forest.highest_saddle(0, n - 1) == 9.0);
  CHECK(forest.highest_saddle(778, n - 1) == 6.0);
  CHECK(forest.path(n - 1, 0)->saddles.size() == n - 1);
}

TEST_CASE("superbasins at an energy are what saddles up to it join") {
  Rng rng(3, 0);
  for (int k = 0; k < 1000; ++k) {
    const std::size_t n = 1 + rng.below(9);
    const std::vector<Connection> connections = random_connections(n, rng.below(2 * n), 4, rng);
    const double energy = 4 * rng.uniform();
    const auto truth = minimax_by_floyd_warshall(n, connections);
    std::vector<std::size_t> seen;
    for (const auto& basins : superbasins_at(n, connections, std::floor(energy))) {
      for (const std::size_t b : basins) {
        seen.push_back(b);
        for (std::size_t other = 0; other < n; ++other)
          REQUIRE((truth[b][other] <= std::floor(energy)) ==
                  std::binary_search(basins.begin(), basins.end(), other));
      }
    }
    std::sort(seen.begin(), seen.end());
    REQUIRE(seen.size() == n);
    REQUIRE(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }
}

TEST_CASE("a barrier joins superbasins only when it is low both ways") {
  const std::vector<double> energies{0, 0.5, 0.6, 0.1};
  const std::vector<Connection> connections{{0, 1, 0.55}, {1, 2, 0.65}, {2, 3, 0.7}};
  using Sets = std::vector<std::vector<std::size_t>>;
  CHECK(superbasins_below(energies, connections, 0.05) == Sets{{0}, {1}, {2}, {3}});
  CHECK(superbasins_below(energies, connections, 0.151) == Sets{{0}, {1, 2}, {3}});
  CHECK(superbasins_below(energies, connections, 0.551) == Sets{{0, 1, 2}, {3}});
  CHECK(superbasins_below(energies, connections, 0.7) == Sets{{0, 1, 2, 3}});
  CHECK(superbasins_below({}, {}, 1).empty());
}

TEST_CASE("bad connections are refused with a reason") {
  CHECK_THROWS_WITH(MinimaxForest(2, std::vector<Connection>{{0, 1, 1}, {2, 0, 1}}),
                    "saddle 1 joins basins 2 and 0, but there are only 2, numbered from 0");
  CHECK_THROWS_WITH(superbasins_at(2, std::vector<Connection>{{0, 1, infinity}}, 1),
                    "saddle 0 between basins 0 and 1 has an energy of inf eV, expected a number");
  CHECK_THROWS_AS(superbasins_below(std::vector<double>{0, infinity}, {}, 1), InputError);
  CHECK_THROWS_WITH(MinimaxForest(2, {}).path(0, 2),
                    "basin 2 does not exist, expected one from 0 to below 2");
}

TEST_CASE("a basin falls back when no basin of its lowest way to the centre has more than the barrier ahead of it") {
  Rng rng(11, 0);
  std::size_t some = 0;
  for (int k = 0; k < 2000; ++k) {
    const std::size_t n = 1 + rng.below(9), centre = rng.below(n);
    const std::vector<Connection> connections = random_connections(n, rng.below(2 * n + 1), 0, rng);
    std::vector<double> energies(n);
    for (double& energy : energies) energy = -rng.uniform();
    const double barrier = 1.5 * rng.uniform();
    const MinimaxForest forest(n, connections);
    std::vector<std::size_t> expected;
    for (std::size_t a = 0; a < n; ++a) {
      const auto path = forest.path(a, centre);
      const bool back = path && std::all_of(path->basins.begin(), path->basins.end(), [&](std::size_t b) { return *forest.highest_saddle(b, centre) - energies[b] <= barrier; });
      if (back) expected.push_back(a);
    }
    REQUIRE(falling_back(energies, connections, centre, barrier) == expected);
    some += expected.size() > 1 && expected.size() < n;
  }
  CHECK(some > 300);
}

TEST_CASE("a high basin falls back however high the way to it is, and a trap does not") {
  const std::vector<double> energies{0, 0.4, -0.3, 0.5};
  const std::vector<Connection> connections{{0, 1, 0.45}, {0, 2, 0.2}, {2, 3, 0.55}};
  CHECK(falling_back(energies, connections, 0, 0.1) == std::vector<std::size_t>{0, 1});
  CHECK(falling_back(energies, connections, 0, 0.6) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(falling_back(energies, connections, 0, 0.4) == std::vector<std::size_t>{0, 1});  // 3 would fall into the trap 2
  CHECK_THROWS_AS(falling_back(energies, connections, 4, 0.1), InputError);
}
