#include "analysis/compensation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Eigen::Matrix2d;
using Eigen::Vector2d;

constexpr std::size_t fewest_glasses = 4, enough_glasses = 10;

void check(std::span<const MeasuredActivation> glasses);

/// What is seen of n glasses (n - 1 below the sums) and the mean covariance of their errors.
struct Moments {
  double count = 0;
  Matrix2d seen = Matrix2d::Zero(), error = Matrix2d::Zero();
};
Moments moments_of(std::span<const MeasuredActivation> glasses);
double harmonic_mean_temperature(std::span<const MeasuredActivation> glasses);

/// Of the combinations a and b of (dH, dS).
IndependentCorrelation correlation(const Moments& moments, const Vector2d& a, const Vector2d& b,
                                   double temperature);
Estimate naive_temperature(const Moments& moments, double t, double level);
/// d(dS)/d(dH) of the true values, kB/eV: value and the values that the test does not reject.
std::optional<Estimate> entropy_per_enthalpy(const Moments& moments, double t, double level);
std::string verdict_on(const Compensation& found, double level);
std::vector<std::string> doubts_about(const Compensation& found, std::span<const MeasuredActivation> glasses);

}  // namespace

std::vector<MeasuredActivation> measured(std::span<const ActivationFit> fits) {
  std::vector<MeasuredActivation> glasses;
  for (const ActivationFit& fit : fits)
    glasses.push_back(
        {fit.line.enthalpy.value, fit.line.entropy.value, fit.line.covariance, fit.temperatures});
  return glasses;
}

Compensation compensation(std::span<const MeasuredActivation> glasses, double level) {
  check_level(level);
  check(glasses);
  const Moments moments = moments_of(glasses);
  const Matrix2d& error = moments.error;
  const double independent_of_enthalpy = error(0, 0) / error(0, 1);  // kT, eV
  const double independent_of_entropy = error(0, 1) / error(1, 1);
  const double t = student_two_sided(moments.count - 2, level);

  Compensation result;
  result.harmonic_mean = harmonic_mean_temperature(glasses);
  result.enthalpy = correlation(moments, Vector2d(1, 0), Vector2d(1, -independent_of_enthalpy),
                                independent_of_enthalpy / units::boltzmann);
  result.entropy = correlation(moments, Vector2d(0, 1), Vector2d(1, -independent_of_entropy),
                               independent_of_entropy / units::boltzmann);
  result.naive_temperature = naive_temperature(moments, t, level);
  if (const std::optional<Estimate> ratio = entropy_per_enthalpy(moments, t, level)) {
    const auto slope = [&](double r) { return 1.0 - independent_of_enthalpy * r; };
    result.slope = {slope(ratio->value), {slope(ratio->interval.high), slope(ratio->interval.low)}, level};
    const auto temperature = [](double r) { return 1.0 / (units::boltzmann * r); };
    if (ratio->interval.low > 0 || ratio->interval.high < 0)
      result.compensation_temperature = {
          temperature(ratio->value),
          {temperature(ratio->interval.high), temperature(ratio->interval.low)},
          level};
  }
  result.distinguishable = result.enthalpy.p_value < 1 - level && result.entropy.p_value < 1 - level &&
                           result.compensation_temperature && result.compensation_temperature->value > 0;
  result.verdict = verdict_on(result, level);
  result.doubts = doubts_about(result, glasses);
  return result;
}

Estimate Compensation::barrier_at_harmonic_mean(const MeasuredActivation& glass) const {
  const Vector2d at(1.0, -units::boltzmann * enthalpy.temperature);
  const double value = at.dot(Vector2d(glass.enthalpy, glass.entropy));
  const double half = normal_two_sided(naive_temperature.level) *
                      std::sqrt(std::max(0.0, at.dot(glass.covariance * at)));
  return {value, {value - half, value + half}, naive_temperature.level};
}

namespace {

void check(std::span<const MeasuredActivation> glasses) {
  if (glasses.size() < fewest_glasses)
    throw InputError("{} pairs of dH and dS tell nothing of compensation; expected at least {}",
                     glasses.size(), fewest_glasses);
  for (std::size_t i = 0; i < glasses.size(); ++i) {
    const MeasuredActivation& glass = glasses[i];
    if (!(std::isfinite(glass.enthalpy) && std::isfinite(glass.entropy)))
      throw InputError("pair {} of {} is dH = {} eV, dS = {} kB, expected finite numbers", i + 1,
                       glasses.size(), glass.enthalpy, glass.entropy);
    const Matrix2d& c = glass.covariance;
    if (!(c.allFinite() && c(0, 0) > 0 && c(1, 1) > 0 && c(0, 1) == c(1, 0) && c(0, 1) > 0 &&
          c(0, 0) * c(1, 1) > c(0, 1) * c(0, 1)))
      throw InputError(
          "pair {} of {}: the covariance of dH and dS is {} eV^2, {} eV kB, {} kB^2, expected that of a fit: "
          "all above 0 and a correlation below 1",
          i + 1, glasses.size(), c(0, 0), c(0, 1), c(1, 1));
    if (glass.temperatures.empty())
      throw InputError("pair {} of {} has no temperatures; expected those at which it was measured", i + 1,
                       glasses.size());
    for (const double temperature : glass.temperatures)
      if (!(temperature > 0 && std::isfinite(temperature)))
        throw InputError("pair {} of {}: temperature is {} K, expected a value above 0", i + 1,
                         glasses.size(), temperature);
  }
}

Moments moments_of(std::span<const MeasuredActivation> glasses) {
  Moments moments;
  moments.count = static_cast<double>(glasses.size());
  Vector2d centre = Vector2d::Zero();
  for (const MeasuredActivation& glass : glasses) {
    centre += Vector2d(glass.enthalpy, glass.entropy) / moments.count;
    moments.error += glass.covariance / moments.count;
  }
  for (const MeasuredActivation& glass : glasses) {
    const Vector2d deviation = Vector2d(glass.enthalpy, glass.entropy) - centre;
    moments.seen += deviation * deviation.transpose() / (moments.count - 1);
  }
  return moments;
}

double harmonic_mean_temperature(std::span<const MeasuredActivation> glasses) {
  double count = 0, inverse = 0;
  for (const MeasuredActivation& glass : glasses)
    for (const double temperature : glass.temperatures) {
      count += 1;
      inverse += 1 / temperature;
    }
  return count / inverse;
}

IndependentCorrelation correlation(const Moments& moments, const Vector2d& a, const Vector2d& b,
                                   double temperature) {
  const double scale = std::sqrt(a.dot(moments.seen * a) * b.dot(moments.seen * b));
  IndependentCorrelation result{temperature, 0, 1};
  if (!(scale > 0)) return result;
  const double r = std::clamp(a.dot(moments.seen * b) / scale, -1.0, 1.0);
  result.correlation = r;
  const double t = std::abs(r) * std::sqrt((moments.count - 2) / ((1 - r) * (1 + r)));
  result.p_value = std::isfinite(t) ? student_beyond(moments.count - 2, t) : 0.0;
  return result;
}

/// Ordinary least squares.
Estimate naive_temperature(const Moments& moments, double t, double level) {
  const Matrix2d& seen = moments.seen;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!(seen(1, 1) > 0)) return {0.0, {-infinity, infinity}, level};
  const double slope = seen(0, 1) / seen(1, 1);
  const double residual = std::max(0.0, seen(0, 0) - slope * seen(0, 1));
  const double half = t * std::sqrt(residual / seen(1, 1) / (moments.count - 2)) / units::boltzmann;
  const double value = slope / units::boltzmann;
  return {value, {value - half, value + half}, level};
}

/// A slope r is tested by D = cov(dH, dS - r dH) less that of the errors, c, which has the variance
/// (var(dH) var(dS - r dH) + c^2)/(n - 1). With t of n - 2 and D^2 on both sides this is Pearson's test when
/// c = 0, and a quadratic inequality in r.
std::optional<Estimate> entropy_per_enthalpy(const Moments& moments, double t, double level) {
  const Matrix2d &seen = moments.seen, &error = moments.error;
  const double product = seen(0, 1) - error(0, 1), square = seen(0, 0) - error(0, 0);
  if (!(square > 0)) return std::nullopt;
  const double k = t * t / (moments.count - 2);
  const double p = square * square * (1 + k) - k * (seen(0, 0) * seen(0, 0) + error(0, 0) * error(0, 0));
  const double q = -product * square * (1 + k) + k * (seen(0, 0) * seen(0, 1) + error(0, 1) * error(0, 0));
  const double s = product * product * (1 + k) - k * (seen(0, 0) * seen(1, 1) + error(0, 1) * error(0, 1));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Estimate ratio{product / square, {-infinity, infinity}, level};
  if (p > 0) {
    const double root = std::sqrt(std::max(0.0, q * q - p * s));
    ratio.interval = {(-q - root) / p, (-q + root) / p};
  }
  return ratio;
}

std::string verdict_on(const Compensation& found, double level) {
  const double chance = 1 - level;
  if (!(found.enthalpy.p_value < chance))
    return fmt::format(
        "compensation is not distinguishable from fit correlation: dH and dF at {:.0f} K are unrelated (p = "
        "{:.2g}), as if all scatter were error of the fits",
        found.enthalpy.temperature, found.enthalpy.p_value);
  if (!(found.entropy.p_value < chance))
    return fmt::format(
        "compensation is not distinguishable from fit correlation: dS and dF at {:.0f} K are unrelated (p = "
        "{:.2g}), as if dS were one constant seen with errors",
        found.entropy.temperature, found.entropy.p_value);
  if (!found.compensation_temperature)
    return "no compensation is seen: without the errors of the fits dS does not depend on dH";
  const Estimate& t_c = *found.compensation_temperature;
  if (!(t_c.value > 0))
    return fmt::format(
        "dS falls as dH rises, the opposite of compensation: T_c = {:.0f} K ({:.0f} to {:.0f} K)", t_c.value,
        t_c.interval.low, t_c.interval.high);
  return fmt::format(
      "compensation is distinguishable from fit correlation: T_c = {:.0f} K ({:.0f} to {:.0f} K), and fits "
      "alone would give {:.0f} K",
      t_c.value, t_c.interval.low, t_c.interval.high, found.enthalpy.temperature);
}

std::vector<std::string> doubts_about(const Compensation& found,
                                      std::span<const MeasuredActivation> glasses) {
  std::vector<std::string> doubts;
  if (glasses.size() < enough_glasses)
    doubts.push_back(fmt::format("{} pairs are too few to tell a line from chance, {} are needed",
                                 glasses.size(), enough_glasses));
  std::vector<double> errors;
  std::size_t elsewhere = 0;
  for (const MeasuredActivation& glass : glasses) {
    errors.push_back(std::sqrt(glass.covariance(0, 0)));
    const double own = glass.covariance(0, 0) / glass.covariance(0, 1) / units::boltzmann;
    elsewhere += std::abs(own / found.enthalpy.temperature - 1) > 0.1 ? 1 : 0;
  }
  const auto worst = std::max_element(errors.begin(), errors.end());
  const double middle = quantile(sorted(errors), 0.5);
  if (*worst > 3 * middle)
    doubts.push_back(fmt::format(
        "the error of dH of pair {} is {:.1f} times the median, and all weigh alike: leave it out",
        worst - errors.begin() + 1, *worst / middle));
  if (elsewhere > 0)
    doubts.push_back(
        fmt::format("{} of {} pairs were measured at other temperatures, where their errors of dH and of dF "
                    "at {:.0f} K are related",
                    elsewhere, glasses.size(), found.enthalpy.temperature));
  return doubts;
}

}  // namespace
}  // namespace glasscape
