#include "analysis/barrier_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr double most_given_bins = 1e6, most_chosen_bins = 1e3;

/// A normal law by maximum likelihood, of logarithms of barriers.
struct NormalLaw {
  double mu, sigma;
};
NormalLaw fit_normal(std::span<const double> values);

void add_intervals(LogNormalFit& fit, double level);
double largest_gap(std::span<const double> values, const NormalLaw& law);
Estimate lilliefors_p_value(double gap, std::size_t count, const FitLogNormal& options, Rng& rng);
std::vector<std::string> doubts_about(const LogNormalFit& fit);

}  // namespace

Summary summarise(std::span<const double> barriers, Rng& rng, const Bootstrap& options) {
  check_sample(barriers, "barrier");
  const auto moments_and_quartiles = [](std::span<const double> values) {
    const std::vector<double> ordered = sorted(values);
    return std::vector<double>{mean(values), standard_deviation(values), quantile(ordered, 0.25),
                               quantile(ordered, 0.5), quantile(ordered, 0.75)};
  };
  const std::vector<Estimate> found = bootstrap_jointly(barriers, moments_and_quartiles, rng, options);
  const auto [least, greatest] = std::minmax_element(barriers.begin(), barriers.end());
  Summary summary{barriers.size(), found[0], found[1], found[2], found[3], found[4], *least, *greatest, {}};
  if (const auto few = doubt_of_few("barrier", barriers.size(), options)) summary.doubts.push_back(*few);
  return summary;
}

double bin_width(std::span<const double> barriers) {
  check_sample(barriers, "barrier");
  const std::vector<double> ordered = sorted(barriers);
  const double range = ordered.back() - ordered.front();
  if (range == 0.0) return 1.0;
  const double root = std::cbrt(static_cast<double>(barriers.size()));
  const double quartiles = quantile(ordered, 0.75) - quantile(ordered, 0.25);
  const double width = quartiles > 0 ? 2.0 * quartiles / root : 3.49 * standard_deviation(barriers) / root;
  return std::max(width, range / most_chosen_bins);
}

Histogram histogram(std::span<const double> barriers, std::optional<double> width, double level) {
  check_sample(barriers, "barrier");
  check_level(level);
  const double step = width ? *width : bin_width(barriers);
  if (!(step > 0 && std::isfinite(step)))
    throw InputError("bin width is {} eV, expected a value above 0", step);
  const auto [least, greatest] = std::minmax_element(barriers.begin(), barriers.end());
  if ((*greatest - *least) / step > most_given_bins)
    throw InputError("bin width {} eV makes {:.3g} bins, expected at most {:g}; use a wider one",
                     shortest(step), (*greatest - *least) / step, most_given_bins);
  if (!(std::isfinite(*least / step) && std::isfinite(*greatest / step)))
    throw InputError("bin width {} eV vanishes beside barriers up to {} eV; use a wider one", shortest(step),
                     *greatest);
  const double first = std::floor(*least / step);
  Histogram result{first * step, step, {}, {}};
  result.counts.assign(static_cast<std::size_t>(std::floor(*greatest / step) - first) + 1, 0);
  for (const double barrier : barriers)
    ++result.counts[static_cast<std::size_t>(std::floor(barrier / step) - first)];
  for (const std::int64_t count : result.counts) {
    Estimate share = proportion(count, static_cast<std::int64_t>(barriers.size()), level);
    share.value /= step;
    share.interval = {share.interval.low / step, share.interval.high / step};
    result.density.push_back(share);
  }
  return result;
}

double LogNormalFit::density(double barrier) const {
  if (!(barrier > 0)) return 0.0;
  const double z = (std::log(barrier) - mu.value) / sigma.value;
  return std::exp(-0.5 * z * z) / (barrier * sigma.value * std::sqrt(2.0 * std::numbers::pi));
}

std::optional<LogNormalFit> fit_log_normal(std::span<const double> barriers, Rng& rng,
                                           const FitLogNormal& options) {
  check_sample(barriers, "barrier");
  check_level(options.level);
  if (options.replicas < 1) throw InputError("replicas is {}, expected at least 1", options.replicas);
  std::vector<double> logarithms;
  for (const double barrier : barriers)
    if (barrier > 0) logarithms.push_back(std::log(barrier));
  std::sort(logarithms.begin(), logarithms.end());
  if (logarithms.size() < 2 || logarithms.front() == logarithms.back()) return std::nullopt;
  const NormalLaw law = fit_normal(logarithms);
  LogNormalFit fit;
  fit.used = logarithms.size();
  fit.excluded = barriers.size() - logarithms.size();
  fit.mu.value = law.mu;
  fit.sigma.value = law.sigma;
  add_intervals(fit, options.level);
  fit.distance = largest_gap(logarithms, law);
  fit.p_value = lilliefors_p_value(fit.distance, fit.used, options, rng);
  fit.doubts = doubts_about(fit);
  return fit;
}

namespace {

NormalLaw fit_normal(std::span<const double> values) {
  const double mu = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - mu) * (value - mu);
  return {mu, std::sqrt(sum / static_cast<double>(values.size()))};
}

void add_intervals(LogNormalFit& fit, double level) {
  const auto n = static_cast<double>(fit.used);
  const double mu = fit.mu.value;
  const double squares = n * fit.sigma.value * fit.sigma.value;
  const double variance = squares / (n - 1);  // unbiased
  const double t = student_two_sided(n - 1, level);
  // exp(mu + c s^2): mu and s^2 of a normal sample are independent, with variances s^2/n and 2 s^4/(n - 1)
  const auto exponential = [&](double c) {
    const double error = t * std::sqrt(variance / n + 2 * c * c * variance * variance / (n - 1));
    const double centre = mu + c * variance;
    return Estimate{
        std::exp(mu + c * squares / n), {std::exp(centre - error), std::exp(centre + error)}, level};
  };
  fit.mu = {mu, {mu - t * std::sqrt(variance / n), mu + t * std::sqrt(variance / n)}, level};
  fit.sigma.interval = {std::sqrt(squares / chi_squared_quantile(n - 1, 0.5 + 0.5 * level)),
                        std::sqrt(squares / chi_squared_quantile(n - 1, 0.5 - 0.5 * level))};
  fit.sigma.level = level;
  fit.mean = exponential(0.5);
  fit.median = exponential(0.0);
  fit.mode = exponential(-1.0);
}

/// Both sides of every step of the sorted sample.
double largest_gap(std::span<const double> values, const NormalLaw& law) {
  const auto n = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = 0.5 * std::erfc((law.mu - values[i]) / (law.sigma * std::numbers::sqrt2));
    const auto below = static_cast<double>(i);
    largest = std::max({largest, expected - below / n, (below + 1) / n - expected});
  }
  return largest;
}

/// (1 + number at least as far) / (1 + replicas): Davison and Hinkley, Bootstrap Methods, 1997, eq. 4.11. The law of sqrt(n) gap depends on n
/// by 0.85/n of its value (Stephens, J. Am. Stat. Assoc. 69, 730 (1974)): large samples are held against replicas of 5000.
Estimate lilliefors_p_value(double gap, std::size_t count, const FitLogNormal& options, Rng& rng) {
  constexpr std::size_t most = 5000;
  std::int64_t as_far = 1;
  std::vector<double> replica(std::min(count, most));
  gap *= std::sqrt(static_cast<double>(count) / static_cast<double>(replica.size()));
  for (int r = 0; r < options.replicas; ++r) {
    for (double& value : replica) value = rng.normal();
    std::sort(replica.begin(), replica.end());
    // two values always have the same gap, but for rounding
    if (largest_gap(replica, fit_normal(replica)) >= gap * (1 - 1e-9)) ++as_far;
  }
  return proportion(as_far, std::int64_t{1} + options.replicas, options.level);
}

std::vector<std::string> doubts_about(const LogNormalFit& fit) {
  std::vector<std::string> doubts;
  if (fit.used < enough_values)
    doubts.push_back(fmt::format("too few barriers to tell one law from another: {}, {} are needed", fit.used, enough_values));
  if (fit.p_value.value < 0.05)
    doubts.push_back(
        fmt::format("the log-normal law is rejected: p = {:.2g} (Kolmogorov-Smirnov, fitted parameters)",
                    fit.p_value.value));
  if (fit.excluded > 0)
    doubts.push_back(fmt::format("{} of {} barriers are not above 0 eV and were left out", fit.excluded,
                                 fit.used + fit.excluded));
  return doubts;
}

}  // namespace
}  // namespace glasscape
