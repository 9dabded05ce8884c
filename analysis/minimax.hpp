// The lowest way between two basins: of all paths over saddles, the one whose highest saddle is lowest. A
// minimum spanning forest by saddle energy holds such a path for every pair (Kruskal, Proc. Am. Math. Soc. 7,
// 48 (1956); Hu, Oper. Res. 9, 898 (1961)). Basins are numbered from 0 and energies in eV of any zero; the
// barrier from a is the highest saddle less the energy of a. Of saddles of equal energy the first counts as
// lower. A saddle that joins a basin to itself changes nothing.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace glasscape {

/// A saddle as seen by graph algorithms.
struct Connection {
  std::size_t from = 0, to = 0;
  double energy = 0;  // of the saddle, eV
};

/// Throws InputError for a connection to a basin that does not exist or of an energy that is not finite.
void check_connections(std::size_t basins, std::span<const Connection> connections);

/// Indices of the connections by rising energy, those of equal energy in the order given.
std::vector<std::size_t> by_rising_energy(std::span<const Connection> connections);

struct MinimaxPath {
  double highest = 0;                // energy of its highest saddle; minus infinity without any, eV
  std::vector<std::size_t> basins;   // from the first to the last
  std::vector<std::size_t> saddles;  // index of the connection between one basin and the next
};

class MinimaxForest {
 public:
  /// Throws as `check_connections`. Sorts the connections: n log n.
  MinimaxForest(std::size_t basins, std::span<const Connection> connections);

  /// Energy of the highest saddle that cannot be avoided from a to b, eV: minus infinity for a basin and
  /// itself, nothing where no path is known. At most 2 log2(basins) steps. Throws InputError for a basin that
  /// does not exist.
  std::optional<double> highest_saddle(std::size_t a, std::size_t b) const;
  /// A path over it, each of whose parts is a lowest way too; nothing where none is known. Throws as
  /// `highest_saddle`.
  std::optional<MinimaxPath> path(std::size_t a, std::size_t b) const;

  /// Indices of the connections in the forest, by rising energy.
  const std::vector<std::size_t>& saddles() const { return saddles_; }

 private:
  struct Up {  // towards the root of a rooted tree of the forest
    std::size_t basin, saddle, depth;
  };

  void check_basin(std::size_t basin) const;
  void root_trees();

  std::vector<Connection> connections_;  // of the forest, as saddles_
  std::vector<std::size_t> saddles_;
  // union by size without compression: a tree no deeper than log2(basins), the forest's saddles rising
  // upwards
  std::vector<std::size_t> above_, joined_by_;
  std::vector<Up> up_;
};

/// Sets of basins joined by saddles of at most this energy, each sorted, in order of their first basin.
/// Throws as `check_connections`.
std::vector<std::vector<std::size_t>> superbasins_at(std::size_t basins,
                                                     std::span<const Connection> connections, double energy);

/// The basins, sorted, that fall back to `centre`, itself among them: on the lowest way there no basin has to climb
/// more than `barrier` eV to the highest saddle that is still ahead of it. The way out to them may be as steep as it
/// likes. Throws InputError for a centre that does not exist or an energy that is not finite, and as
/// `check_connections`.
std::vector<std::size_t> falling_back(std::span<const double> energies, std::span<const Connection> connections,
                                      std::size_t centre, double barrier);

/// Sets of basins joined by saddles that lie at most `barrier` eV above both of the basins they join: those
/// between which the walk flickers. A low barrier one way only does not join (after Carr and Wales, J. Phys.
/// Chem. B 112, 8760 (2008)). Throws InputError for an energy that is not finite, and as `check_connections`.
std::vector<std::vector<std::size_t>> superbasins_below(std::span<const double> energies,
                                                        std::span<const Connection> connections,
                                                        double barrier);

}  // namespace glasscape
