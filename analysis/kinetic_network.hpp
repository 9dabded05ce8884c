// How long a walk over basins takes. Basins are numbered from 0; a step from i to j has the rate k_ij, given
// as ln(k * 1 s) so that a hundred decades are no trouble; minus infinity is a step that never happens.
// Parallel steps are summed, steps from a basin to itself change nothing and are left out. Rates are taken as
// they are: memoryless steps, and none but those given. Times are mean times as ln(t / 1 s).
#pragma once

#include <Eigen/SparseCore>
#include <span>
#include <vector>

namespace glasscape {

/// A saddle and the rates over it, as natural logarithms of 1/s.
struct KineticEdge {
  std::size_t from = 0, to = 0;
  double log_forward = 0, log_backward = 0;  // from -> to, to -> from
};

class KineticNetwork {
 public:
  struct Neighbour {
    std::size_t basin = 0;
    double log_out = 0, log_in = 0;  // to it and from it, all parallel edges together
  };

  /// Throws InputError for an edge to a basin that does not exist, and for a ln(rate) that is not a number,
  /// plus infinity, or beyond 1e9 in size.
  KineticNetwork(std::size_t basins, std::span<const KineticEdge> edges);

  std::size_t basins() const { return neighbours_.size(); }
  /// Each neighbour once, in order of its number.
  std::span<const Neighbour> neighbours(std::size_t basin) const { return neighbours_[basin]; }

 private:
  std::vector<std::vector<Neighbour>> neighbours_;
};

/// K of dp/dt = K p in 1/s: K_ji is the rate from i to j, K_ii minus the sum of rates out of i; columns sum
/// to 0 up to rounding. A rate below 1e-308 becomes 0. Throws InputError for a rate above 1e300.
Eigen::SparseMatrix<double> rate_matrix(const KineticNetwork& network);

/// ln of 1 / (sum of rates out), per basin; plus infinity where nothing leads out.
std::vector<double> log_waiting_times(const KineticNetwork& network);

/// Whether a walk gets to the targets: always, with some probability below 1, or never. The mean time is
/// infinite in the last two cases.
enum class Reach { certain, possible, never };

struct PassageTimes {
  std::vector<double> log_times;  // per starting basin; minus infinity at a target
  std::vector<Reach> reach;
};

/// Mean first-passage times from every basin to the nearest met of the targets (graph_transformation.hpp).
/// Throws InputError for no target or one that does not exist.
PassageTimes passage_times(const KineticNetwork& network, std::span<const std::size_t> targets);

/// ln of the mean of times over starting basins with weights exp(log_weights), which need not sum to 1;
/// basins of weight 0 (minus infinity) do not count. Throws InputError for another number of weights than of
/// times, weights that are not numbers or infinite, or when all are 0.
double log_mean_time(const PassageTimes& times, std::span<const double> log_weights);

struct Escape {
  double log_rate = 0;  // ln of 1 / mean time to leave; minus infinity when not every walk leaves
  PassageTimes times;   // to the first basin outside, from every basin
};

/// Leaving a set of basins, started from its members with the weights given (one per basin of the network;
/// `log_occupations` for local equilibrium). Throws InputError for an empty set, and as `passage_times` and
/// `log_mean_time`.
Escape escape(const KineticNetwork& network, std::span<const std::size_t> members,
              std::span<const double> log_weights);

/// ln of the probability that a walk from each basin comes to `to` and has not come to `from` before; 0 and
/// minus infinity on the sets themselves. For the complement, exchange the sets: a probability near 1 has no
/// digits left for it. Throws InputError for sets that are empty or overlap or basins that do not exist.
std::vector<double> log_committor(const KineticNetwork& network, std::span<const std::size_t> from,
                                  std::span<const std::size_t> to);

}  // namespace glasscape
