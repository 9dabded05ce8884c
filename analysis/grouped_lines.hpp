// Straight lines dF = dH - T dS through a statistic of barriers at several temperatures, when the barriers come in groups that
// were sampled at all of them: the atoms around one centre, one event. Groups differ more than samplings of one group do, and
// what differs between groups is there at every temperature, so a resample draws whole groups with all their temperatures. That
// makes the interval of dS longer where samplings of a group are alike, and shorter where groups only shift all temperatures.
// eV, K; entropies in kB.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "analysis/activation_entropy.hpp"
#include "analysis/bootstrap.hpp"

namespace glasscape {

struct GroupedBarriers {
  std::vector<double> temperatures;  // K, all different
  std::vector<std::vector<std::vector<double>>> groups;  // barriers of each group at each temperature, eV

  /// Two temperatures or more, two groups or more, and a barrier of each group at each temperature.
  bool complete() const;
  /// Of all groups at one temperature, in their order.
  std::vector<double> at(std::size_t temperature) const;
};

/// Of the barriers at one temperature, K.
using BarrierStatistic = std::function<double(std::span<const double> barriers, double temperature)>;

/// Weights 1/error^2 where errors[t] is the standard error of the statistic at temperature t among the resamples; intervals by
/// percentiles of lines through resamples with the same weights, and their covariance. Nothing when the statistic is the same
/// in every resample at a temperature. Throws InputError unless `barriers` is complete.
std::optional<ActivationLine> line_of_groups(const GroupedBarriers& barriers, const BarrierStatistic& statistic, Rng& rng, const Bootstrap& options = {});

}  // namespace glasscape
