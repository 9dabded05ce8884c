// Small landscapes as plain numbers, and the lowest ways between their basins by exhaustion.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "analysis/minimax.hpp"
#include "md/support/random.hpp"

namespace glasscape::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Saddles between any basins, also of one with itself; energies 0 to 1, or whole numbers below `steps`.
inline std::vector<Connection> random_connections(std::size_t basins, std::size_t count, int steps,
                                                  Rng& rng) {
  std::vector<Connection> result;
  for (std::size_t k = 0; k < count; ++k) {
    const double energy =
        steps > 0 ? static_cast<double>(rng.below(static_cast<std::uint64_t>(steps))) : rng.uniform();
    result.push_back({rng.below(basins), rng.below(basins), energy});
  }
  return result;
}

/// Highest saddle of the lowest way between all pairs; minus infinity of a basin with itself, infinity for
/// none.
inline std::vector<std::vector<double>> minimax_by_floyd_warshall(
    std::size_t basins, const std::vector<Connection>& connections) {
  std::vector<std::vector<double>> highest(basins, std::vector<double>(basins, infinity));
  for (std::size_t i = 0; i < basins; ++i) highest[i][i] = -infinity;
  for (const auto& [a, b, energy] : connections)
    highest[a][b] = highest[b][a] = std::min(highest[a][b], energy);
  for (std::size_t via = 0; via < basins; ++via)
    for (std::size_t i = 0; i < basins; ++i)
      for (std::size_t j = 0; j < basins; ++j)
        highest[i][j] = std::min(highest[i][j], std::max(highest[i][via], highest[via][j]));
  return highest;
}

/// Seven Lennard-Jones atoms: all 4 minima and 12 saddles, in units of the well depth.
struct Lj7 {
  std::vector<double> energies{-16.505384168, -15.935043060, -15.593210938, -15.533060055};
  std::vector<Connection> connections{{0, 1, -15.444733800}, {1, 2, -15.319864441}, {1, 3, -15.283421275},
                                      {1, 1, -15.097845644}, {0, 2, -15.033384354}, {0, 3, -15.026438106},
                                      {3, 3, -14.816399804}, {3, 3, -14.811129645}, {0, 3, -14.596945713},
                                      {2, 3, -14.568061437}, {3, 3, -14.548572943}, {2, 2, -12.548937709}};
};

}  // namespace glasscape::test
