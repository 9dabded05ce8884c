#include "analysis/activation_entropy.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <string_view>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Eigen::Matrix2d;
using Eigen::Vector2d;

/// Three temperatures leave one number to judge the line by; below four a bend hides in the errors.
constexpr std::size_t enough_temperatures = 4;
/// Below this many glasses the scatter between them is known to no better than a factor of 3 (chi-squared
/// of 4: 95 % interval of a standard deviation 0.6 to 2.9 times).
constexpr std::size_t enough_glasses = 5;

void check_points(std::span<const BarrierAt> points, std::string_view glass);
std::size_t distinct_temperatures(std::span<const BarrierAt> points);
ActivationFit fit(std::span<const BarrierAt> points, std::string_view glass, double level);
ActivationLine line_of(const Vector2d& parameters, const Matrix2d& covariance, double quantile, double level);
std::vector<std::string> doubts_about(const ActivationFit& found);

/// (dH, dS) of every glass and the inverse of their covariance.
struct Measured {
  Vector2d value;
  Matrix2d weight;
};
Matrix2d between_glasses(std::span<const Measured> glasses, const Vector2d& common, const Matrix2d& total);
/// Standard deviation of true values of which `values` are seen with the variances given.
Estimate scatter_beyond_errors(std::span<const double> values, std::span<const double> variances,
                               double level);
std::vector<std::string> doubts_about(const ActivationOfGlasses& found);

/// The square of the thermal energy x = kT as regressor, freed of what a line explains in one glass.
struct Bend {
  double squares = 0;  // sum of w q^2, q the remainder of x^2
  double product = 0;  // sum of w q dF
  double at_zero = 0;  // of the line that was taken out, at T = 0
};
Bend bend_of(std::span<const BarrierAt> points);
std::vector<std::string> doubts_about(const Curvature& found, double curve_p_value);

double chance_above(double chi_squared, int freedom) {
  return chi_squared_above(freedom, std::max(0.0, chi_squared));
}

}  // namespace

Estimate ActivationLine::barrier(double temperature) const {
  if (!(temperature >= 0 && std::isfinite(temperature)))
    throw InputError("temperature is {} K, expected 0 or above", temperature);
  const Vector2d at(1.0, -units::boltzmann * temperature);
  const double value = at.dot(Vector2d(enthalpy.value, entropy.value));
  const double half = quantile * std::sqrt(std::max(0.0, at.dot(covariance * at)));
  return {value, {value - half, value + half}, enthalpy.level};
}

ActivationFit fit_activation(std::span<const BarrierAt> points, double level) {
  check_level(level);
  return fit(points, "", level);
}

ActivationFit ActivationFit::with(const ActivationLine& other) const {
  ActivationFit changed = *this;
  changed.line = other;
  changed.chi_squared = 0;
  changed.freedom = 0;
  changed.p_value.reset();
  changed.doubts = doubts_about(changed);
  return changed;
}

ActivationOfGlasses activation_of_glasses(std::span<const GlassBarriers> glasses, double level) {
  check_level(level);
  if (glasses.size() < 2)
    throw InputError("{} glasses say nothing about the scatter between glasses; expected at least 2",
                     glasses.size());
  ActivationOfGlasses result;
  std::vector<BarrierAt> all;
  std::vector<Measured> measured;
  std::vector<double> enthalpies, entropies, enthalpy_variances, entropy_variances;
  Matrix2d total = Matrix2d::Zero();
  Vector2d weighted = Vector2d::Zero();
  for (const GlassBarriers& glass : glasses) {
    result.glasses.push_back(fit(glass.points, glass.name, level));
    all.insert(all.end(), glass.points.begin(), glass.points.end());
    const ActivationLine& line = result.glasses.back().line;
    measured.push_back({Vector2d(line.enthalpy.value, line.entropy.value), line.covariance.inverse()});
    total += measured.back().weight;
    weighted += measured.back().weight * measured.back().value;
    enthalpies.push_back(line.enthalpy.value);
    entropies.push_back(line.entropy.value);
    enthalpy_variances.push_back(line.covariance(0, 0));
    entropy_variances.push_back(line.covariance(1, 1));
  }
  result.common = fit(all, "", level);
  const Vector2d common = total.inverse() * weighted;
  result.freedom = 2 * (static_cast<int>(glasses.size()) - 1);
  for (const Measured& glass : measured)
    result.heterogeneity += (glass.value - common).dot(glass.weight * (glass.value - common));
  result.p_value = chance_above(result.heterogeneity, result.freedom);
  result.inconsistency =
      result.heterogeneity > result.freedom ? 1.0 - result.freedom / result.heterogeneity : 0.0;

  result.between = between_glasses(measured, common, total);
  Matrix2d inverse = Matrix2d::Zero();
  Vector2d sum = Vector2d::Zero();
  for (std::size_t g = 0; g < measured.size(); ++g) {
    const Matrix2d weight = (result.glasses[g].line.covariance + result.between).inverse();
    inverse += weight;
    sum += weight * measured[g].value;
  }
  const Matrix2d covariance = inverse.inverse();
  const double t = student_two_sided(static_cast<double>(glasses.size() - 1), level);
  result.mean = line_of(covariance * sum, covariance, t, level);
  result.enthalpy_scatter = scatter_beyond_errors(enthalpies, enthalpy_variances, level);
  result.entropy_scatter = scatter_beyond_errors(entropies, entropy_variances, level);
  result.doubts = doubts_about(result);
  return result;
}

std::optional<Curvature> curvature(std::span<const GlassBarriers> glasses, double level) {
  check_level(level);
  double squares = 0, product = 0, at_zero = 0, chi_squared = 0;
  int freedom = 0;
  for (const GlassBarriers& glass : glasses) {
    const ActivationFit line = fit(glass.points, glass.name, level);
    const Bend bend = bend_of(glass.points);
    at_zero += bend.at_zero / static_cast<double>(glasses.size());
    chi_squared += line.chi_squared;
    freedom += line.freedom;
    if (distinct_temperatures(glass.points) < 3) continue;
    squares += bend.squares;
    product += bend.product;
  }
  if (!(squares > 0)) return std::nullopt;
  // dF = dH - x s + c x^2: dS = s - 2 c x, in kB
  const double c = product / squares;
  const double half = normal_two_sided(level) / std::sqrt(squares);
  const auto times = [&](double factor) {
    const double a = factor * (c - half), b = factor * (c + half);
    return Estimate{factor * c, {std::min(a, b), std::max(a, b)}, level};
  };
  Curvature result;
  result.entropy_slope = times(-2.0 * units::boltzmann);
  result.enthalpy_shift = times(-at_zero);
  const double explained = product * product / squares;
  result.p_value = chance_above(explained, 1);
  const double left = chi_squared - explained;
  if (freedom > 1)
    result.p_value_by_scatter =
        left > 0 ? fisher_above(1, freedom - 1, explained / (left / (freedom - 1.0))) : 0.0;
  const double curve_p_value = freedom > 1 ? chance_above(left, freedom - 1) : 1.0;
  result.doubts = doubts_about(result, curve_p_value);
  return result;
}

namespace {

void check_points(std::span<const BarrierAt> points, std::string_view glass) {
  const std::string where = glass.empty() ? "" : fmt::format(" of glass '{}'", glass);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto refuse = [&](std::string_view what, double value, std::string_view unit,
                            std::string_view expected) {
      throw InputError("barrier {}{}: {} is {} {}, expected {}", i + 1, where, what, value, unit, expected);
    };
    const BarrierAt& point = points[i];
    if (!(point.temperature > 0 && std::isfinite(point.temperature)))
      refuse("temperature", point.temperature, "K", "a value above 0");
    if (!std::isfinite(point.barrier)) refuse("dF", point.barrier, "eV", "a finite number");
    if (!(point.error > 0 && std::isfinite(point.error)))
      refuse("its standard error", point.error, "eV", "a value above 0");
  }
  if (distinct_temperatures(points) < 2)
    throw InputError(
        "{}{} at {}; a line needs at least 2: add temperatures, or put the "
        "barriers of several glasses into one fit",
        counted(points.size(), "barrier"), where, counted(distinct_temperatures(points), "different temperature"));
}

std::size_t distinct_temperatures(std::span<const BarrierAt> points) {
  std::vector<double> temperatures;
  for (const BarrierAt& point : points) temperatures.push_back(point.temperature);
  std::sort(temperatures.begin(), temperatures.end());
  return static_cast<std::size_t>(std::unique(temperatures.begin(), temperatures.end()) -
                                  temperatures.begin());
}

/// Around the weighted mean of x = kT, where mean and slope are independent.
ActivationFit fit(std::span<const BarrierAt> points, std::string_view glass, double level) {
  check_points(points, glass);
  double weights = 0, mean_x = 0, mean_barrier = 0;
  for (const BarrierAt& point : points) {
    const double weight = 1.0 / (point.error * point.error);
    weights += weight;
    mean_x += weight * units::boltzmann * point.temperature;
    mean_barrier += weight * point.barrier;
  }
  mean_x /= weights;
  mean_barrier /= weights;
  double squares = 0, product = 0;
  for (const BarrierAt& point : points) {
    const double weight = 1.0 / (point.error * point.error);
    const double x = units::boltzmann * point.temperature - mean_x;
    squares += weight * x * x;
    product += weight * x * (point.barrier - mean_barrier);
  }
  const double entropy = -product / squares;
  Matrix2d covariance;
  covariance(0, 0) = 1.0 / weights + mean_x * mean_x / squares;
  covariance(0, 1) = covariance(1, 0) = mean_x / squares;
  covariance(1, 1) = 1.0 / squares;
  ActivationFit result;
  result.line = line_of(Vector2d(mean_barrier + mean_x * entropy, entropy), covariance,
                        normal_two_sided(level), level);
  for (const BarrierAt& point : points) {
    const double x = units::boltzmann * point.temperature - mean_x;
    const double residual = (point.barrier - mean_barrier + x * entropy) / point.error;
    result.chi_squared += residual * residual;
    result.temperatures.push_back(point.temperature);
  }
  result.freedom = static_cast<int>(points.size()) - 2;
  if (result.freedom > 0) result.p_value = chance_above(result.chi_squared, result.freedom);
  result.doubts = doubts_about(result);
  return result;
}

ActivationLine line_of(const Vector2d& parameters, const Matrix2d& covariance, double quantile,
                       double level) {
  const auto estimate = [&](int k) {
    const double half = quantile * std::sqrt(covariance(k, k));
    return Estimate{parameters(k), {parameters(k) - half, parameters(k) + half}, level};
  };
  return {estimate(0), estimate(1), covariance, quantile};
}

std::vector<std::string> doubts_about(const ActivationFit& found) {
  std::vector<std::string> doubts;
  const std::vector<double> ordered = sorted(found.temperatures);
  std::vector<double> distinct = ordered;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() < enough_temperatures)
    doubts.push_back(
        fmt::format("{} temperatures are too few to see whether dF(T) is straight, {} are needed",
                    distinct.size(), enough_temperatures));
  if (found.p_value && *found.p_value < 0.05)
    doubts.push_back(
        fmt::format("the barriers lie further from the line than their errors allow (chi-squared {:.3g} for "
                    "{}, p = {:.2g}): errors too small, glasses mixed, or dF(T) not straight",
                    found.chi_squared, found.freedom, *found.p_value));
  if (found.p_value && *found.p_value > 0.995)
    doubts.push_back(
        fmt::format("the barriers lie closer to the line than their errors allow (chi-squared {:.3g} for {}, "
                    "p = {:.4f}): errors too large or not independent",
                    found.chi_squared, found.freedom, *found.p_value));
  const double range = ordered.back() - ordered.front();
  if (ordered.front() > range)
    doubts.push_back(
        fmt::format("0 K lies {:g} K below barriers that span {:g} K: dH rests on the line more than on data",
                    ordered.front(), range));
  return doubts;
}

/// E[Q] = (G - 1) I + K B with Q = sum of W_g (y_g - y)(y_g - y)^T and K = W - sum of W_g W^-1 W_g, where W
/// is the sum of all W_g and y the common mean.
Matrix2d between_glasses(std::span<const Measured> glasses, const Vector2d& common, const Matrix2d& total) {
  const Matrix2d covariance = total.inverse();
  Matrix2d q = Matrix2d::Zero(), k = total;
  for (const Measured& glass : glasses) {
    const Vector2d deviation = glass.value - common;
    q += glass.weight * deviation * deviation.transpose();
    k -= glass.weight * covariance * glass.weight;
  }
  const auto count = static_cast<double>(glasses.size());
  Matrix2d moment = k.inverse() * (q - (count - 1.0) * Matrix2d::Identity());
  moment = (0.5 * (moment + moment.transpose())).eval();
  // negative variances are cut off where the mean error is a circle: no unit enters
  const Matrix2d root = covariance.llt().matrixL();
  const Matrix2d inverse = root.inverse();
  const Matrix2d scaled = inverse * moment * inverse.transpose();
  Eigen::SelfAdjointEigenSolver<Matrix2d> solver;
  solver.computeDirect(scaled);
  const Matrix2d vectors = root * solver.eigenvectors();
  return vectors * solver.eigenvalues().cwiseMax(0.0).asDiagonal() * vectors.transpose();
}

Estimate scatter_beyond_errors(std::span<const double> values, std::span<const double> variances,
                               double level) {
  const auto cochran = [&](double variance) {
    double weights = 0, sum = 0, q = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      weights += 1.0 / (variances[i] + variance);
      sum += values[i] / (variances[i] + variance);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double deviation = values[i] - sum / weights;
      q += deviation * deviation / (variances[i] + variance);
    }
    return q;
  };
  // Q falls as the variance grows
  const auto deviation_with = [&](double target) {
    if (cochran(0.0) <= target) return 0.0;
    double low = 0, high = *std::max_element(variances.begin(), variances.end());
    while (cochran(high) > target) high *= 2.0;
    for (int k = 0; k < 200 && high - low > 1e-14 * high; ++k) {
      const double middle = 0.5 * (low + high);
      (cochran(middle) > target ? low : high) = middle;
    }
    return std::sqrt(0.5 * (low + high));
  };
  const double freedom = static_cast<double>(values.size()) - 1.0;
  return {
      deviation_with(freedom),
      {deviation_with(chi_squared_quantile(freedom, 0.5 + 0.5 * level)),
       deviation_with(chi_squared_quantile(freedom, 0.5 - 0.5 * level))},
      level};
}

std::vector<std::string> doubts_about(const ActivationOfGlasses& found) {
  std::vector<std::string> doubts;
  if (found.glasses.size() < enough_glasses)
    doubts.push_back(fmt::format("{} glasses are too few to know the scatter between them, {} are needed",
                                 found.glasses.size(), enough_glasses));
  if (found.p_value < 0.05)
    doubts.push_back(fmt::format(
        "the glasses differ by more than their errors (Q = {:.3g} for {}, p = {:.2g}, I^2 = {:.0f} "
        "%): the common line's intervals are too short, use the mean's",
        found.heterogeneity, found.freedom, found.p_value, 100 * found.inconsistency));
  std::size_t bad = 0, far = 0;
  for (const ActivationFit& glass : found.glasses) {
    bad += glass.p_value && *glass.p_value < 0.05 ? 1 : 0;
    const auto [least, greatest] = std::minmax_element(glass.temperatures.begin(), glass.temperatures.end());
    far += *least > *greatest - *least ? 1 : 0;
  }
  const auto count = static_cast<double>(found.glasses.size());
  // one in twenty is expected; three standard deviations more are not
  if (static_cast<double>(bad) > 0.05 * count + 3.0 * std::sqrt(0.05 * 0.95 * count))
    doubts.push_back(fmt::format("{} of {} glasses lie further from their own lines than their errors allow",
                                 bad, found.glasses.size()));
  if (far > 0)
    doubts.push_back(fmt::format("for {} of {} glasses 0 K is further from the data than the data span", far,
                                 found.glasses.size()));
  return doubts;
}

Bend bend_of(std::span<const BarrierAt> points) {
  double weights = 0, mean_x = 0, mean_square = 0;
  for (const BarrierAt& point : points) {
    const double weight = 1.0 / (point.error * point.error), x = units::boltzmann * point.temperature;
    weights += weight;
    mean_x += weight * x;
    mean_square += weight * x * x;
  }
  mean_x /= weights;
  mean_square /= weights;
  double squares = 0, product = 0;
  for (const BarrierAt& point : points) {
    const double weight = 1.0 / (point.error * point.error), x = units::boltzmann * point.temperature;
    squares += weight * (x - mean_x) * (x - mean_x);
    product += weight * (x - mean_x) * (x * x - mean_square);
  }
  const double slope = product / squares;
  Bend bend;
  for (const BarrierAt& point : points) {
    const double weight = 1.0 / (point.error * point.error), x = units::boltzmann * point.temperature;
    const double remainder = x * x - mean_square - slope * (x - mean_x);
    bend.squares += weight * remainder * remainder;
    bend.product += weight * remainder * point.barrier;
  }
  bend.at_zero = mean_square - slope * mean_x;
  return bend;
}

std::vector<std::string> doubts_about(const Curvature& found, double curve_p_value) {
  std::vector<std::string> doubts;
  if (found.p_value < 0.05)
    doubts.push_back(fmt::format(
        "dF(T) is not straight (p = {:.2g}): dS changes by {:.2g} kB per 100 K, and dH at 0 K would "
        "be {:+.2g} eV from the line's",
        found.p_value, 100 * found.entropy_slope.value, found.enthalpy_shift.value));
  if (curve_p_value < 0.05)
    doubts.push_back(
        fmt::format("the barriers scatter more about the curve than their errors allow (p = {:.2g}): of the "
                    "two tests only that by scatter holds",
                    curve_p_value));
  if (!found.p_value_by_scatter)
    doubts.push_back("too few barriers for the scatter about the curve: the test rests on the errors given");
  return doubts;
}

}  // namespace
}  // namespace glasscape
