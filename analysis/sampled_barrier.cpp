#include "analysis/sampled_barrier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/estimate.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// From the least to the largest value of s that was seen, four points to the width of a hill.
ProfileGrid grid_of(const BiasedSampling& s) {
  constexpr double points_per_width = 4;
  constexpr std::size_t fewest = 20, most = 1000;
  const auto [low, high] = std::minmax_element(s.values.begin(), s.values.end());
  const double points = std::ceil((*high - *low) * points_per_width / least_width(s)) + 1.0;
  return {*low, *high, static_cast<std::size_t>(std::clamp(points, static_cast<double>(fewest), static_cast<double>(most)))};
}

/// The mean of |grad s|^2 over the rows nearest to a value of s: all within half the width of a hill, ten at least.
double inverse_mass_near(const BiasedSampling& s, double value) {
  constexpr std::size_t fewest = 10;
  std::vector<std::pair<double, double>> rows;
  for (std::size_t k = 0; k < s.values.size(); ++k) rows.emplace_back(std::abs(s.values[k] - value), s.inverse_masses[k]);
  std::sort(rows.begin(), rows.end());
  double sum = 0;
  std::size_t count = 0;
  for (; count < rows.size() && (count < fewest || rows[count].first < 0.5 * s.hills.front().width); ++count) sum += rows[count].second;
  return sum / static_cast<double>(count);
}

/// Means of |grad s|^2 at the top and in the well.
struct InverseMasses {
  double top, well;
};

struct Passage {
  double height;
  ProfileRate rate;
};

/// Over the same two places in another free energy.
std::optional<Passage> passage(const FreeEnergyProfile& f, const ProfileBarrier& places, double temperature, const InverseMasses& masses, double shell_power) {
  const auto barrier = barrier_between(f, temperature, places.well, places.top);
  if (!barrier) return std::nullopt;
  return Passage{barrier->height, rate_over(*barrier, temperature, masses.top, masses.well, shell_power)};
}

/// Standard error of the mean of one number of each.
template <typename Item, typename Number>
double error_of(const std::vector<Item>& items, const Number& number) {
  std::vector<double> values;
  for (const Item& item : items) values.push_back(number(item));
  return standard_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

/// F - F(well) at a point.
double error_at(const std::vector<FreeEnergyProfile>& blocks, std::size_t point, std::size_t well) {
  if (!std::all_of(blocks.begin(), blocks.end(), [&](const FreeEnergyProfile& b) { return std::isfinite(b.energy[point]); })) return std::numeric_limits<double>::infinity();
  return error_of(blocks, [&](const FreeEnergyProfile& b) { return b.energy[point] - b.energy[well]; });
}

/// Nothing unless every block knows the barrier.
std::optional<BlockErrors> block_errors(const BiasedSampling& s, const ProfileGrid& grid, double settled, int count, const ProfileBarrier& places, const InverseMasses& masses) {
  if (count < 2) return std::nullopt;
  const std::vector<FreeEnergyProfile> blocks = blocks_by_reweighting(s, grid, settled, count);
  std::vector<Passage> passages;
  for (const FreeEnergyProfile& block : blocks) {
    const auto found = passage(block, places, s.temperature, masses, 0.0);
    if (!found) return std::nullopt;
    passages.push_back(*found);
  }
  BlockErrors errors{.height = error_of(passages, [](const Passage& p) { return p.height; }), .free_energy = error_of(passages, [](const Passage& p) { return p.rate.free_energy; }),
                     .log_rate = error_of(passages, [](const Passage& p) { return p.rate.log_rate; }), .attempt_THz = error_of(passages, [](const Passage& p) { return p.rate.attempt_THz; }), .profile = {}};
  const std::size_t well = nearest_point(grid, places.well);
  for (std::size_t k = 0; k < grid.points; ++k) errors.profile.push_back(error_at(blocks, k, well));
  return errors;
}

/// -s in place of s.
BiasedSampling mirrored(BiasedSampling s) {
  for (Hill& hill : s.hills) hill.centre = -hill.centre;
  for (double& value : s.values) value = -value;
  return s;
}

void mirror(SampledBarrier& found) {
  found.grid = {-found.grid.upper, -found.grid.lower, found.grid.points};
  for (FreeEnergyProfile* f : {&found.bias, &found.averaged, &found.reweighted}) {
    f->grid = found.grid;
    std::reverse(f->energy.begin(), f->energy.end());
  }
  if (found.errors) std::reverse(found.errors->profile.begin(), found.errors->profile.end());
  found.barrier.well = -found.barrier.well;
  found.barrier.top = -found.barrier.top;
}

}  // namespace

double SampledBarrier::disagreement() const {
  double low = barrier.height, high = barrier.height;
  for (const auto& height : {averaged_height, reweighted_height}) {
    low = std::min(low, height.value_or(low));
    high = std::max(high, height.value_or(high));
  }
  return high - low;
}

std::optional<SampledBarrier> barrier_of(const BiasedSampling& s, const SampledRange& range, double shell_power) {
  if (range.outside < range.inside) {
    auto found = barrier_of(mirrored(s), {-range.inside, -range.outside, range.settled, range.blocks}, 0.0);
    if (found) mirror(*found);
    return found;
  }
  if (s.hills.empty()) throw InputError("there is no hill of bias, expected at least one");
  if (s.values.empty() || s.inverse_masses.size() != s.values.size())
    throw InputError("{} rows of the variable with {} of its gradient, expected equal numbers above 0", s.values.size(), s.inverse_masses.size());
  SampledBarrier found;
  found.grid = grid_of(s);
  if (!(found.grid.upper > found.grid.lower)) return std::nullopt;
  found.bias = profile_of_bias(s, found.grid);
  const auto barrier = barrier_of(found.bias, s.temperature, range.inside, range.outside);
  if (!barrier) return std::nullopt;
  found.barrier = *barrier;
  const double settled = std::min(range.settled, s.hill_times.back());
  found.averaged = profile_of_averaged_bias(s, found.grid, settled);
  found.reweighted = profile_by_reweighting(s, found.grid, settled);
  const InverseMasses masses{inverse_mass_near(s, barrier->top), inverse_mass_near(s, barrier->well)};
  found.rate = rate_over(*barrier, s.temperature, masses.top, masses.well, shell_power);
  if (const auto over = passage(found.averaged, *barrier, s.temperature, masses, shell_power)) found.averaged_height = over->height;
  if (const auto over = passage(found.reweighted, *barrier, s.temperature, masses, shell_power)) {
    found.reweighted_height = over->height;
    found.reweighted_rate = over->rate;
    found.errors = block_errors(s, found.grid, settled, range.blocks, *barrier, masses);
  }
  return found;
}

}  // namespace glasscape
