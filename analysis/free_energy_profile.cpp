#include "analysis/free_energy_profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/estimate.hpp"
#include "analysis/rates.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check(const BiasedSampling& sampling, const ProfileGrid& grid) {
  if (sampling.hills.empty()) throw InputError("there is no hill of bias, expected at least one");
  if (!(sampling.temperature > 0.0)) throw InputError("the temperature of a sampling is {} K, expected one above 0", sampling.temperature);
  if (grid.points < 3 || !(grid.upper > grid.lower)) throw InputError("a profile from {} to {} with {} points, expected an ascending range and three points or more", grid.lower, grid.upper, grid.points);
  if (sampling.hill_times.size() != sampling.hills.size()) throw InputError("{} hills with {} times", sampling.hills.size(), sampling.hill_times.size());
}

FreeEnergyProfile from_zero(const ProfileGrid& grid, std::vector<double> energy) {
  const double least = *std::min_element(energy.begin(), energy.end());
  if (std::isfinite(least))
    for (double& value : energy) value -= least;
  return {grid, std::move(energy)};
}

/// V on the grid.
std::vector<double> on_grid(const HillSum& bias, const ProfileGrid& grid) {
  std::vector<double> values;
  for (std::size_t k = 0; k < grid.points; ++k) values.push_back(bias.at(grid.at(k)).energy);
  return values;
}

/// c(t) from V on the grid; the spacing of the grid drops out.
double offset(const std::vector<double>& bias, const BiasedSampling& s) {
  const double kT = thermal_energy(s.temperature), most = *std::max_element(bias.begin(), bias.end());
  const double by_g = s.scale();                                        // g/(g-1)
  const double by_one = s.bias_temperature > 0.0 ? s.temperature / s.bias_temperature : 0.0;  // 1/(g-1)
  double above = 0, below = 0;
  for (const double v : bias) {
    above += std::exp(by_g * (v - most) / kT);
    below += std::exp(by_one * (v - most) / kT);
  }
  return by_g * most - by_one * most + kT * std::log(above / below);
}

}  // namespace

BiasedSampling biased_sampling(const HillsDeposited& hills, const TraceRecorded& trace) {
  BiasedSampling s;
  s.temperature = hills.temperature;
  s.bias_temperature = hills.bias_temperature;
  for (std::size_t k = 0; k < hills.centres.size(); ++k) s.hills.push_back({hills.centres[k], hills.width, hills.heights[k]});
  s.hill_times = hills.times;
  for (Eigen::Index row = 0; row < trace.rows.rows(); ++row) {
    s.times.push_back(trace.rows(row, time_column));
    s.values.push_back(trace.rows(row, value_column));
    s.biases.push_back(trace.rows(row, bias_column));
    s.inverse_masses.push_back(trace.rows(row, inverse_mass_column));
    s.walkers.push_back(static_cast<int>(trace.rows(row, walker_column)));
  }
  return s;
}

double least_width(const BiasedSampling& sampling) {
  double width = infinity;
  for (const Hill& hill : sampling.hills) width = std::min(width, hill.width);
  return width;
}

namespace {
HillSum no_hills(const BiasedSampling& s) { return HillSum(least_width(s) / HillSum::nodes_per_width, s.shape); }
}  // namespace

FreeEnergyProfile profile_of_bias(const BiasedSampling& s, const ProfileGrid& grid) {
  check(s, grid);
  HillSum bias = no_hills(s);
  for (const Hill& hill : s.hills) bias.add(hill);
  std::vector<double> energy = on_grid(bias, grid);
  for (double& value : energy) value *= -s.scale();
  return from_zero(grid, std::move(energy));
}

FreeEnergyProfile profile_of_averaged_bias(const BiasedSampling& s, const ProfileGrid& grid, double from) {
  check(s, grid);
  HillSum bias = no_hills(s);
  std::vector<double> sum(grid.points, 0.0);
  std::size_t counted = 0;
  for (std::size_t k = 0; k < s.hills.size(); ++k) {
    bias.add(s.hills[k]);
    if (s.hill_times[k] < from) continue;
    ++counted;
    const std::vector<double> now = on_grid(bias, grid);
    const double middle = mean(now);
    for (std::size_t n = 0; n < now.size(); ++n) sum[n] += now[n] - middle;
  }
  if (counted == 0) throw InputError("no hill was left after {} ps, the last came at {} ps", from, s.hill_times.back());
  for (double& value : sum) value *= -s.scale() / static_cast<double>(counted);
  return from_zero(grid, std::move(sum));
}

namespace {

double step_of(const ProfileGrid& grid) { return (grid.upper - grid.lower) / static_cast<double>(grid.points - 1); }

}  // namespace

std::size_t nearest_point(const ProfileGrid& grid, double s) {
  return static_cast<std::size_t>(std::clamp(std::round((s - grid.lower) / step_of(grid)), 0.0, static_cast<double>(grid.points - 1)));
}

namespace {

/// Gives a bin that is empty, by chance if others near it on both sides are not, the logarithm of a density: that of another one which is about the
/// same, times their ratio over a Gaussian of a quarter of the width of a hill, cut at half of it.
void fill_gaps(std::vector<double>& bins, const std::vector<double>& about, double width_in_bins) {
  const double sigma = 0.25 * width_in_bins;
  const auto reach = static_cast<std::ptrdiff_t>(0.5 * width_in_bins), count = static_cast<std::ptrdiff_t>(bins.size());
  const std::vector<double> given = bins;
  for (std::ptrdiff_t k = 0; k < count; ++k) {
    if (std::isfinite(given[static_cast<std::size_t>(k)])) continue;
    const auto from = given.begin() + std::max<std::ptrdiff_t>(0, k - reach), to = given.begin() + std::min(count, k + reach + 1);
    const auto is_known = [](double value) { return std::isfinite(value); };
    if (std::none_of(from, given.begin() + k, is_known) || std::none_of(given.begin() + k + 1, to, is_known)) continue;
    const double here = about[static_cast<std::size_t>(k)], most = *std::max_element(from, to);
    double sum = 0, expected = 0;
    for (auto n = from; n != to; ++n) {
      const double off = static_cast<double>(n - given.begin() - k) / sigma, weight = std::exp(-0.5 * off * off);
      sum += weight * std::exp(*n - most);
      expected += weight * std::exp(about[static_cast<std::size_t>(n - given.begin())] - here);
    }
    bins[static_cast<std::size_t>(k)] = most + std::log(sum / expected);
  }
}

}  // namespace

std::vector<FreeEnergyProfile> blocks_by_reweighting(const BiasedSampling& s, const ProfileGrid& grid, double from, int blocks) {
  check(s, grid);
  if (blocks < 1) throw InputError("{} blocks, expected one at least", blocks);
  const double kT = thermal_energy(s.temperature), length = s.times.empty() ? 0.0 : (s.times.back() - from) / blocks;
  HillSum bias = no_hills(s);
  std::vector<std::vector<double>> exponents(static_cast<std::size_t>(blocks), std::vector<double>(grid.points, -infinity));  // ln of the sum of weights, per bin
  std::size_t hill = 0;
  std::optional<double> c;  // since the last hill
  for (std::size_t row = 0; row < s.times.size(); ++row) {
    for (; hill < s.hills.size() && s.hill_times[hill] < s.times[row]; c.reset()) bias.add(s.hills[hill++]);
    if (s.times[row] < from) continue;
    if (!c) c = offset(on_grid(bias, grid), s);
    const double place = std::round((s.values[row] - grid.lower) / step_of(grid));
    if (!(place >= 0.0 && place < static_cast<double>(grid.points))) continue;
    const double block = length > 0.0 ? std::min((s.times[row] - from) / length, blocks - 1.0) : 0.0;
    double& sum = exponents[static_cast<std::size_t>(block)][static_cast<std::size_t>(place)];
    const double weight = (s.biases[row] - *c) / kT, most = std::max(sum, weight);
    sum = most + std::log(std::exp(sum - most) + std::exp(weight - most));
  }
  std::vector<double> about = profile_of_bias(s, grid).energy;
  for (double& value : about) value /= -kT;
  std::vector<FreeEnergyProfile> profiles;
  for (std::vector<double>& block : exponents) {
    const double most = *std::max_element(block.begin(), block.end());
    for (double& value : block) value -= most;  // as F is 0 at its least
    fill_gaps(block, about, least_width(s) / step_of(grid));
    for (double& value : block) value *= -kT;
    profiles.push_back(from_zero(grid, std::move(block)));
  }
  return profiles;
}

FreeEnergyProfile profile_by_reweighting(const BiasedSampling& s, const ProfileGrid& grid, double from) {
  FreeEnergyProfile whole = std::move(blocks_by_reweighting(s, grid, from, 1).front());
  if (std::none_of(whole.energy.begin(), whole.energy.end(), [](double f) { return std::isfinite(f); }))
    throw InputError("no row of the trace is left from {} ps on within {} to {}", from, grid.lower, grid.upper);
  return whole;
}

namespace {

ProfileBarrier described(const FreeEnergyProfile& profile, double temperature, std::size_t well, std::size_t top) {
  const ProfileGrid& grid = profile.grid;
  const std::vector<double>& f = profile.energy;
  const double kT = thermal_energy(temperature);
  ProfileBarrier barrier{.well = grid.at(well), .top = grid.at(top), .height = f[top] - f[well], .curvature = 0, .closed = false, .log_well = 0};
  double squares = 0, product = 0, sum = 0;
  for (std::size_t k = 0; k <= top; ++k) {
    const double above = f[k] - f[well], x = grid.at(k) - barrier.well;
    if (!std::isfinite(above)) continue;
    sum += std::exp(-above / kT) * step_of(grid);
    if (above > kT) continue;
    squares += x * x * x * x;
    product += x * x * above;
  }
  barrier.curvature = squares > 0.0 ? 2.0 * product / squares : 0.0;
  barrier.log_well = std::log(sum);
  return barrier;
}

}  // namespace

std::optional<ProfileBarrier> barrier_of(const FreeEnergyProfile& profile, double temperature, double inside, double outside) {
  const std::vector<double>& f = profile.energy;
  const std::size_t end = nearest_point(profile.grid, outside);
  std::size_t top = nearest_point(profile.grid, inside);
  for (std::size_t k = top; k <= end; ++k)
    if (std::isfinite(f[k]) && !(f[top] >= f[k])) top = k;
  const auto well = static_cast<std::size_t>(std::min_element(f.begin(), f.begin() + static_cast<std::ptrdiff_t>(top) + 1) - f.begin());
  if (top == well || !std::isfinite(f[top])) return std::nullopt;
  ProfileBarrier barrier = described(profile, temperature, well, top);
  barrier.closed = top < end && top + 1 < f.size();
  return barrier;
}

std::optional<ProfileBarrier> barrier_between(const FreeEnergyProfile& profile, double temperature, double well, double top) {
  const std::size_t from = nearest_point(profile.grid, well), to = nearest_point(profile.grid, top);
  if (!std::isfinite(profile.energy[from]) || !std::isfinite(profile.energy[to])) return std::nullopt;
  return described(profile, temperature, from, to);
}

ProfileRate rate_over(const ProfileBarrier& barrier, double temperature, double at_top, double in_well, double shell_power) {
  for (const double inverse : {at_top, in_well})
    if (!(inverse > 0.0) || !std::isfinite(inverse)) throw InputError("the mean of |grad s|^2 / m is {} 1/u, expected a number above 0", inverse);
  const double kT = thermal_energy(temperature);
  ProfileRate rate;
  const double per_second = 1e12 / units::time_ps;  // of an internal unit of 1/time
  rate.attempt_THz = std::sqrt(std::max(0.0, barrier.curvature) * in_well) / (2.0 * std::numbers::pi) / units::time_ps;
  rate.log_rate = 0.5 * std::log(kT * at_top / (2.0 * std::numbers::pi)) - barrier.height / kT - barrier.log_well + std::log(per_second);
  rate.free_energy = -kT * (rate.log_rate - log_eyring_nu(temperature) - 12.0 * std::numbers::ln10);
  rate.geometric = barrier.well > 0.0 && barrier.top > 0.0 ? -kT * shell_power * std::log(barrier.top / barrier.well) : 0.0;
  return rate;
}

}  // namespace glasscape
