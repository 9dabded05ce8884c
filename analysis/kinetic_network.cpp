#include "analysis/kinetic_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "analysis/graph_transformation.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check(const KineticEdge& edge, std::size_t index, std::size_t basins);
double log_sum(double a, double b);
double log_sum(std::span<const double> logarithms);

using Mask = std::vector<bool>;  // one per basin

/// Throws InputError for an empty set or a basin that does not exist; `what` names the set, "targets".
Mask mask_of(std::span<const std::size_t> members, std::size_t basins, std::string_view what);
/// Basins from which a walk may come to one of `goals`; it goes through no basin of `barred`.
Mask ways_to(const KineticNetwork& network, const Mask& goals, const Mask& barred);
PassageTimes passage_times_to(const KineticNetwork& network, const Mask& targets);

/// A walk on some of the basins. Steps to others leak.
struct PartOfNetwork {
  std::vector<std::size_t> basins;  // of each state
  LeakyWalk walk;
  std::vector<WideReal> into;  // the part of the leaks that goes into `goals`
};
PartOfNetwork part_of(const KineticNetwork& network, const Mask& inside, const Mask& goals);

}  // namespace

KineticNetwork::KineticNetwork(std::size_t basins, std::span<const KineticEdge> edges) : neighbours_(basins) {
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const KineticEdge& edge = edges[k];
    check(edge, k, basins);
    if (edge.from == edge.to) continue;
    neighbours_[edge.from].push_back({edge.to, edge.log_forward, edge.log_backward});
    neighbours_[edge.to].push_back({edge.from, edge.log_backward, edge.log_forward});
  }
  for (std::vector<Neighbour>& all : neighbours_) {
    std::stable_sort(all.begin(), all.end(),
                     [](const Neighbour& a, const Neighbour& b) { return a.basin < b.basin; });
    std::vector<Neighbour> summed;
    for (const Neighbour& next : all) {
      if (summed.empty() || summed.back().basin != next.basin) {
        summed.push_back(next);
        continue;
      }
      summed.back().log_out = log_sum(summed.back().log_out, next.log_out);
      summed.back().log_in = log_sum(summed.back().log_in, next.log_in);
    }
    all = std::move(summed);
  }
}

Eigen::SparseMatrix<double> rate_matrix(const KineticNetwork& network) {
  const auto n = static_cast<Eigen::Index>(network.basins());
  std::vector<Eigen::Triplet<double>> entries;
  for (Eigen::Index i = 0; i < n; ++i) {
    double sum = 0;
    for (const auto& next : network.neighbours(static_cast<std::size_t>(i))) {
      const double rate = std::exp(next.log_out);
      if (!(rate < 1e300))
        throw InputError(
            "the rate from basin {} to {} is exp({:g}) per second, expected below 1e300; use "
            "times by graph transformation",
            i, next.basin, next.log_out);
      entries.emplace_back(static_cast<Eigen::Index>(next.basin), i, rate);
      sum += rate;
    }
    entries.emplace_back(i, i, -sum);
  }
  Eigen::SparseMatrix<double> matrix(n, n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

std::vector<double> log_waiting_times(const KineticNetwork& network) {
  std::vector<double> times;
  for (std::size_t i = 0; i < network.basins(); ++i) {
    std::vector<double> out;
    for (const auto& next : network.neighbours(i)) out.push_back(next.log_out);
    times.push_back(-log_sum(out));
  }
  return times;
}

PassageTimes passage_times(const KineticNetwork& network, std::span<const std::size_t> targets) {
  return passage_times_to(network, mask_of(targets, network.basins(), "targets"));
}

double log_mean_time(const PassageTimes& times, std::span<const double> log_weights) {
  if (log_weights.size() != times.log_times.size())
    throw InputError("{} weights for {} basins, expected one for each", log_weights.size(),
                     times.log_times.size());
  std::vector<double> weights, weighted;
  for (std::size_t i = 0; i < log_weights.size(); ++i) {
    if (!(log_weights[i] < infinity))
      throw InputError("the ln(weight) of basin {} is {}, expected a number or minus infinity", i,
                       log_weights[i]);
    if (log_weights[i] == -infinity) continue;
    weights.push_back(log_weights[i]);
    weighted.push_back(log_weights[i] + times.log_times[i]);
  }
  if (weights.empty()) throw InputError("all weights of starting basins are 0, expected one above");
  return log_sum(weighted) - log_sum(weights);
}

Escape escape(const KineticNetwork& network, std::span<const std::size_t> members,
              std::span<const double> log_weights) {
  Mask outside = mask_of(members, network.basins(), "basins to escape from");
  outside.flip();
  Escape result;
  result.times = passage_times_to(network, outside);
  std::vector<double> weights(log_weights.begin(), log_weights.end());
  if (weights.size() == outside.size())
    for (std::size_t i = 0; i < outside.size(); ++i)
      if (outside[i]) weights[i] = -infinity;
  result.log_rate = -log_mean_time(result.times, weights);
  return result;
}

std::vector<double> log_committor(const KineticNetwork& network, std::span<const std::size_t> from,
                                  std::span<const std::size_t> to) {
  const Mask before = mask_of(from, network.basins(), "basins to start from");
  const Mask goals = mask_of(to, network.basins(), "basins to come to");
  Mask ends = before;
  for (const std::size_t i : to) {
    if (before[i]) throw InputError("basin {} is in both sets of a committor, expected none to be", i);
    ends[i] = true;
  }
  Mask inside = ways_to(network, ends, ends);
  for (std::size_t i = 0; i < ends.size(); ++i) inside[i] = inside[i] && !ends[i];
  PartOfNetwork part = part_of(network, inside, goals);
  const std::vector<WideReal> committed = expected_until_leak(std::move(part.walk), std::move(part.into));
  std::vector<double> result(network.basins(), -infinity);
  for (const std::size_t i : to) result[i] = 0;
  for (std::size_t k = 0; k < part.basins.size(); ++k)
    result[part.basins[k]] = std::min(0.0, committed[k].log());
  return result;
}

namespace {

void check(const KineticEdge& edge, std::size_t index, std::size_t basins) {
  for (const std::size_t end : {edge.from, edge.to})
    if (end >= basins)
      throw InputError("edge {} joins basins {} and {}, but there are only {}, numbered from 0", index,
                       edge.from, edge.to, basins);
  // no effective rate exceeds those given, but as many as there are basins multiply in the smallest
  for (const double rate : {edge.log_forward, edge.log_backward})
    if (!(std::abs(rate) <= 1e9 || rate == -infinity))
      throw InputError(
          "edge {} from basin {} to {} has a ln(rate) of {}, expected a number up to 1e9 in size "
          "or minus infinity",
          index, edge.from, edge.to, rate);
}

double log_sum(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == -infinity ? a : a + std::log1p(std::exp(b - a));
}

double log_sum(std::span<const double> logarithms) {
  WideReal sum;
  for (const double logarithm : logarithms) {
    if (logarithm == infinity) return infinity;
    sum += WideReal::exp(logarithm);
  }
  return sum.log();
}

Mask mask_of(std::span<const std::size_t> members, std::size_t basins, std::string_view what) {
  if (members.empty()) throw InputError("there are no {}, expected at least one basin", what);
  Mask mask(basins);
  for (const std::size_t member : members) {
    if (member >= basins)
      throw InputError("basin {} is among the {}, but there are only {}, numbered from 0", member, what,
                       basins);
    mask[member] = true;
  }
  return mask;
}

Mask ways_to(const KineticNetwork& network, const Mask& goals, const Mask& barred) {
  Mask found = goals;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < goals.size(); ++i)
    if (goals[i]) open.push_back(i);
  while (!open.empty()) {
    const std::size_t to = open.back();
    open.pop_back();
    for (const auto& from : network.neighbours(to)) {
      if (found[from.basin] || barred[from.basin] || from.log_in == -infinity) continue;
      found[from.basin] = true;
      open.push_back(from.basin);
    }
  }
  return found;
}

PassageTimes passage_times_to(const KineticNetwork& network, const Mask& targets) {
  const std::size_t n = network.basins();
  Mask never = ways_to(network, targets, Mask(n));
  never.flip();
  const Mask uncertain = ways_to(network, never, targets);
  Mask certain(n);
  for (std::size_t i = 0; i < n; ++i) certain[i] = !uncertain[i] && !targets[i];
  PartOfNetwork part = part_of(network, certain, targets);
  const std::vector<WideReal> times =
      expected_until_leak(std::move(part.walk), std::vector<WideReal>(part.basins.size(), WideReal(1.0)));
  PassageTimes result{std::vector<double>(n, infinity), std::vector<Reach>(n, Reach::certain)};
  for (std::size_t i = 0; i < n; ++i) {
    if (targets[i]) result.log_times[i] = -infinity;
    if (uncertain[i]) result.reach[i] = never[i] ? Reach::never : Reach::possible;
  }
  for (std::size_t k = 0; k < part.basins.size(); ++k) result.log_times[part.basins[k]] = times[k].log();
  return result;
}

PartOfNetwork part_of(const KineticNetwork& network, const Mask& inside, const Mask& goals) {
  PartOfNetwork part;
  std::vector<std::size_t> state(network.basins());
  for (std::size_t i = 0; i < network.basins(); ++i) {
    if (!inside[i]) continue;
    state[i] = part.basins.size();
    part.basins.push_back(i);
  }
  part.walk.rates.resize(part.basins.size());
  part.walk.leak.resize(part.basins.size());
  part.into.resize(part.basins.size());
  for (std::size_t k = 0; k < part.basins.size(); ++k)
    for (const auto& next : network.neighbours(part.basins[k])) {
      const WideReal rate = WideReal::exp(next.log_out);
      if (inside[next.basin]) {
        part.walk.rates[k].emplace(state[next.basin], rate);
        continue;
      }
      part.walk.leak[k] += rate;
      if (goals[next.basin]) part.into[k] += rate;
    }
  return part;
}

}  // namespace
}  // namespace glasscape
