#include "analysis/grouped_lines.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double rounding = 1e-12;  // scatter below it is none
using Draws = std::vector<std::vector<double>>;  // by temperature

/// The statistic at each temperature of the groups that were drawn.
std::vector<double> statistics_of(const GroupedBarriers& barriers, std::span<const std::size_t> drawn, const BarrierStatistic& statistic) {
  std::vector<double> found;
  for (std::size_t t = 0; t < barriers.temperatures.size(); ++t) {
    std::vector<double> values;
    for (const std::size_t g : drawn) values.insert(values.end(), barriers.groups[g][t].begin(), barriers.groups[g][t].end());
    found.push_back(statistic(values, barriers.temperatures[t]));
  }
  return found;
}

Draws resampled(const GroupedBarriers& barriers, const BarrierStatistic& statistic, Rng& rng, int resamples) {
  Draws draws(barriers.temperatures.size());
  std::vector<std::size_t> drawn(barriers.groups.size());
  for (int r = 0; r < resamples; ++r) {
    for (std::size_t& g : drawn) g = rng.below(drawn.size());
    const std::vector<double> found = statistics_of(barriers, drawn, statistic);
    for (std::size_t t = 0; t < found.size(); ++t) draws[t].push_back(found[t]);
  }
  return draws;
}

/// dH and dS of the line through the points.
Eigen::Vector2d line_through(const std::vector<double>& temperatures, const std::vector<double>& values, const std::vector<double>& errors) {
  std::vector<BarrierAt> points;
  for (std::size_t t = 0; t < values.size(); ++t) points.push_back({temperatures[t], values[t], errors[t]});
  const ActivationLine line = fit_activation(points).line;
  return {line.enthalpy.value, line.entropy.value};
}

}  // namespace

bool GroupedBarriers::complete() const {
  const auto has_all = [this](const auto& group) {
    return group.size() == temperatures.size() && std::none_of(group.begin(), group.end(), [](const std::vector<double>& at) { return at.empty(); });
  };
  return temperatures.size() > 1 && groups.size() > 1 && std::all_of(groups.begin(), groups.end(), has_all);
}

std::vector<double> GroupedBarriers::at(std::size_t temperature) const {
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group[temperature].begin(), group[temperature].end());
  return all;
}

std::optional<ActivationLine> line_of_groups(const GroupedBarriers& barriers, const BarrierStatistic& statistic, Rng& rng, const Bootstrap& options) {
  check(options, barriers.groups.size());
  if (!barriers.complete()) throw InputError("a line of groups wants two temperatures, two groups, and a barrier of each group at each temperature");
  const Draws draws = resampled(barriers, statistic, rng, options.resamples);
  std::vector<double> values, errors;
  for (std::size_t t = 0; t < draws.size(); ++t) {
    values.push_back(statistic(barriers.at(t), barriers.temperatures[t]));
    errors.push_back(standard_deviation(draws[t]));
    if (!(errors.back() > rounding * std::abs(values.back()))) return std::nullopt;
  }
  const Eigen::Vector2d found = line_through(barriers.temperatures, values, errors);
  std::vector<std::vector<double>> lines(2);
  Eigen::MatrixX2d off(options.resamples, 2);
  for (int r = 0; r < options.resamples; ++r) {
    for (std::size_t t = 0; t < draws.size(); ++t) values[t] = draws[t][static_cast<std::size_t>(r)];
    const Eigen::Vector2d line = line_through(barriers.temperatures, values, errors);
    for (Eigen::Index k = 0; k < 2; ++k) lines[static_cast<std::size_t>(k)].push_back(line[k]);
    off.row(r) = line.transpose();
  }
  off.rowwise() -= off.colwise().mean().eval();
  const std::vector<Estimate> estimates = percentile_estimates(std::vector<double>{found[0], found[1]}, lines, options.level);
  return ActivationLine{estimates[0], estimates[1], off.transpose() * off / std::max(1, options.resamples - 1), normal_two_sided(options.level)};
}

}  // namespace glasscape
