#include "analysis/sampled_barrier.hpp"

#include <algorithm>
#include <cmath>

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

/// F(top) - F(well) where another free energy has its top and well: the largest less the least of noisy numbers is too high.
std::optional<double> height_between(const FreeEnergyProfile& f, const ProfileBarrier& places) {
  const double step = (f.grid.upper - f.grid.lower) / static_cast<double>(f.grid.points - 1);
  const auto at = [&](double value) { return f.energy[static_cast<std::size_t>(std::lround((value - f.grid.lower) / step))]; };
  const double height = at(places.top) - at(places.well);
  return std::isfinite(height) ? std::optional(height) : std::nullopt;
}

/// Nothing unless every block knows the barrier.
std::optional<double> block_error(const BiasedSampling& s, const ProfileGrid& grid, const SampledRange& range, const ProfileBarrier& places) {
  if (range.blocks < 2) return std::nullopt;
  std::vector<double> heights;
  const double length = (s.times.back() - range.settled) / range.blocks;
  for (int b = 0; b < range.blocks; ++b) try {
      const auto height = height_between(profile_by_reweighting(s, grid, range.settled + b * length, range.settled + (b + 1) * length), places);
      if (!height) return std::nullopt;
      heights.push_back(*height);
    } catch (const InputError&) {  // a block without rows
      return std::nullopt;
    }
  return standard_deviation(heights) / std::sqrt(static_cast<double>(range.blocks));
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
  found.averaged_height = height_between(found.averaged, *barrier);
  found.reweighted_height = height_between(found.reweighted, *barrier);
  found.block_error = block_error(s, found.grid, range, *barrier);
  found.rate = rate_over(*barrier, s.temperature, inverse_mass_near(s, barrier->top), inverse_mass_near(s, barrier->well), shell_power);
  return found;
}

}  // namespace glasscape
