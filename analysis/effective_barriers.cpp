#include "analysis/effective_barriers.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>
#include <numbers>

#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// kT ln <exp(F/kT)> and its weights: sequential for the energy kT, parallel for -kT.
struct ExponentialAverage {
  double barrier, participation, largest_weight;
};
ExponentialAverage exponential_average(std::span<const double> barriers, double energy);

ExponentialBarrier exponential_barrier(const Estimate& barrier, const ExponentialAverage& average);
std::vector<std::string> doubts_about(const EffectiveBarriers& found, std::size_t count, const Bootstrap& options);

}  // namespace

EffectiveBarriers effective_barriers(std::span<const double> barriers, double temperature, Rng& rng,
                                     const Bootstrap& options) {
  check_sample(barriers, "barrier");
  const double kT = thermal_energy(temperature);
  const auto all_three = [kT](std::span<const double> sample) {
    const double parallel = exponential_average(sample, -kT).barrier;
    const double sequential = exponential_average(sample, kT).barrier;
    return std::vector<double>{parallel, sequential, 0.5 * (parallel + sequential)};
  };
  const std::vector<Estimate> found = bootstrap_jointly(barriers, all_three, rng, options);
  EffectiveBarriers result;
  result.temperature = temperature;
  result.parallel = exponential_barrier(found[0], exponential_average(barriers, -kT));
  result.sequential = exponential_barrier(found[1], exponential_average(barriers, kT));
  result.effective = found[2];
  result.doubts = doubts_about(result, barriers.size(), options);
  return result;
}

double parallel_barrier(std::span<const double> barriers, double temperature) {
  check_sample(barriers, "barrier");
  return exponential_average(barriers, -thermal_energy(temperature)).barrier;
}

double sequential_barrier(std::span<const double> barriers, double temperature) {
  check_sample(barriers, "barrier");
  return exponential_average(barriers, thermal_energy(temperature)).barrier;
}

double parallel_barrier_of_log_normal(double mu, double sigma, double temperature) {
  const double kT = thermal_energy(temperature);
  if (!(sigma >= 0)) throw InputError("sigma of a log-normal law is {}, expected 0 or above", sigma);
  if (!(std::isfinite(mu) && std::isfinite(sigma) && std::isfinite(sigma * sigma * std::exp(mu) / kT)))
    throw InputError("a log-normal law of mu {} and sigma {} at {} K leaves the range of numbers", mu, sigma,
                     temperature);
  if (sigma == 0) return std::exp(mu);
  // With F = exp(mu + sigma z), z standard normal, the integrand is exp(g), g = -z^2/2 - F/kT. It is concave;
  // g' = 0 gives -sigma z = W(sigma^2 exp(mu)/kT), Lambert's W. As g'' <= -1 everywhere and g'' falls with z,
  // 9 units to the left and 9 / sqrt(-g'') to the right of the maximum leave out less than exp(-40) of it.
  const double lambert = boost::math::lambert_w0(sigma * sigma * std::exp(mu) / kT);
  const double top = -lambert / sigma;
  const auto g = [&](double z) { return -0.5 * z * z - std::exp(mu + sigma * z) / kT; };
  const double highest = g(top);
  const double integral = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
      [&](double z) { return std::exp(g(z) - highest); }, top - 9.0, top + 9.0 / std::sqrt(1.0 + lambert), 10,
      1e-12);
  return -kT * (highest + std::log(integral / std::sqrt(2.0 * std::numbers::pi)));
}

std::optional<Estimate> fitted_parallel_barrier(std::span<const double> barriers, double temperature,
                                                Rng& rng, const Bootstrap& options) {
  check_sample(barriers, "barrier");
  thermal_energy(temperature);
  std::vector<double> logarithms;
  for (const double barrier : barriers)
    if (barrier > 0) logarithms.push_back(std::log(barrier));
  const auto [least, greatest] = std::minmax_element(logarithms.begin(), logarithms.end());
  if (logarithms.size() < 2 || *least == *greatest) return std::nullopt;
  const auto of_law = [temperature](std::span<const double> sample) {
    const double freedom = static_cast<double>(sample.size() - 1) / static_cast<double>(sample.size());
    return parallel_barrier_of_log_normal(mean(sample), std::sqrt(freedom) * standard_deviation(sample),
                                          temperature);
  };
  return bootstrap(logarithms, of_law, rng, options);
}

std::vector<ConvergencePoint> barrier_convergence(std::span<const double> barriers, double temperature,
                                                  std::span<const std::size_t> counts, Rng& rng,
                                                  const Bootstrap& options) {
  check(options, barriers.size());
  std::vector<ConvergencePoint> points;
  for (const std::size_t count : counts) {
    if (count == 0 || count > barriers.size())
      throw InputError("first {} of {} barriers, expected a count from 1 to {}", count, barriers.size(),
                       barriers.size());
    const std::span<const double> first = barriers.first(count);
    Bootstrap of_first = options;
    if (!options.groups.empty()) of_first.groups.resize(count);
    points.push_back({count, summarise(first, rng, of_first), effective_barriers(first, temperature, rng, of_first)});
  }
  return points;
}

namespace {

/// Relative to the largest term, so that 5 eV at 10 K (an exponent of 5800) neither overflows nor vanishes;
/// as excess over it, so that the mean is left when kT exceeds all differences.
ExponentialAverage exponential_average(std::span<const double> barriers, double energy) {
  const auto [least, greatest] = std::minmax_element(barriers.begin(), barriers.end());
  const double ruling = energy > 0 ? *greatest : *least;
  double sum = 0, squares = 0, excess = 0;
  for (const double barrier : barriers) {
    const double exponent = (barrier - ruling) / energy;
    const double weight = std::exp(exponent);
    sum += weight;
    squares += weight * weight;
    excess += std::expm1(exponent);
  }
  const auto n = static_cast<double>(barriers.size());
  return {ruling + energy * std::log1p(excess / n), sum * sum / squares, 1.0 / sum};
}

ExponentialBarrier exponential_barrier(const Estimate& barrier, const ExponentialAverage& average) {
  return {barrier, average.participation, average.largest_weight, average.largest_weight > 0.5};
}

std::vector<std::string> doubts_about(const EffectiveBarriers& found, std::size_t count, const Bootstrap& options) {
  std::vector<std::string> doubts;
  const auto doubt = [&](std::string_view name, const ExponentialBarrier& part, std::string_view extreme,
                         std::string_view change) {
    if (part.one_sample_carries_it)
      doubts.push_back(
          fmt::format("the {} barrier at {:g} K is carried by the {} of {} barriers (weight {:.0f} %): more "
                      "samples would {} it",
                      name, found.temperature, extreme, count, 100 * part.largest_weight, change));
  };
  doubt("parallel", found.parallel, "lowest", "lower");
  doubt("sequential", found.sequential, "highest", "raise");
  if (const auto few = doubt_of_few("barrier", count, options)) doubts.push_back(*few);
  return doubts;
}

}  // namespace
}  // namespace glasscape
