#include "analysis/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {

Estimate bootstrap(std::span<const double> sample, const Statistic& statistic, Rng& rng,
                   const Bootstrap& options) {
  check_sample(sample, "value");
  const auto alone = [&](std::span<const double> values) { return std::vector<double>{statistic(values)}; };
  return bootstrap_jointly(sample, alone, rng, options).front();
}

void check(const Bootstrap& options, std::size_t sample_size) {
  check_level(options.level);
  if (options.resamples < 1) throw InputError("resamples is {}, expected at least 1", options.resamples);
  if (sample_size == 0) throw InputError("there is nothing to resample; expected at least one value");
  if (!options.groups.empty() && options.groups.size() != sample_size)
    throw InputError("{} groups for {} values, expected one for each", options.groups.size(), sample_size);
}

std::optional<std::string> doubt_of_few(std::string_view noun, std::size_t sample_size, const Bootstrap& options) {
  const std::size_t drawn = drawn_together(options, sample_size).size();
  if (drawn >= enough_values) return std::nullopt;
  const std::string all = counted(sample_size, noun);
  return fmt::format("{}: intervals are too short below {}", options.groups.empty() ? all : fmt::format("{} in {}", all, counted(drawn, "group")), enough_values);
}

int resamples_of(const Bootstrap& options, std::size_t sample_size) {
  constexpr std::size_t most_values = 10'000'000, fewest = 100;
  return std::min(options.resamples, static_cast<int>(std::max(fewest, most_values / sample_size)));
}

std::vector<std::vector<std::size_t>> drawn_together(const Bootstrap& options, std::size_t sample_size) {
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t k = 0; k < sample_size; ++k) members[options.groups.empty() ? k : options.groups[k]].push_back(k);
  std::vector<std::vector<std::size_t>> together;
  for (auto& [group, values] : members) together.push_back(std::move(values));
  return together;
}

std::vector<Estimate> percentile_estimates(std::span<const double> values,
                                           const std::vector<std::vector<double>>& drawn, double level) {
  std::vector<Estimate> estimates;
  for (std::size_t k = 0; k < values.size(); ++k) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Estimate estimate{values[k], {-infinity, infinity}, level};
    for (const double value : drawn[k])
      if (std::isnan(value))
        throw InputError("a statistic is not a number for a resample; expected a value for every one");
    if (!drawn[k].empty()) {
      const std::vector<double> ordered = sorted(drawn[k]);
      estimate.interval = {quantile(ordered, 0.5 - 0.5 * level), quantile(ordered, 0.5 + 0.5 * level)};
    }
    estimates.push_back(estimate);
  }
  return estimates;
}

}  // namespace glasscape
