#include "analysis/arrhenius.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

void check_frequency(double attempt_frequency);
/// ln nu0 - F/kT: the ends of the interval change places.
Estimate log_frequency_over(const Estimate& barrier, double attempt_frequency, double temperature);
BarrierAt point_at(const Estimate& barrier, double temperature, std::string_view what);
ArrheniusFit described(ActivationFit barriers, double attempt_frequency);
ArrheniusFit arrhenius_fit(std::span<const BarrierAt> points, double attempt_frequency, double level);
std::vector<std::string> doubts_about(const Arrhenius& found, std::span<const EffectiveBarriers> barriers);

}  // namespace

Arrhenius arrhenius(std::span<const EffectiveBarriers> barriers, double attempt_frequency, double level) {
  check_level(level);
  check_frequency(attempt_frequency);
  if (barriers.empty())
    throw InputError("there are no barriers for an Arrhenius plot; expected at least one");
  Arrhenius result;
  result.attempt_frequency = attempt_frequency;
  std::vector<BarrierAt> parallel, effective, sequential;
  std::set<double> temperatures;
  for (const EffectiveBarriers& at : barriers) {
    const double temperature = at.temperature;
    if (!(temperature > 0 && std::isfinite(temperature)))
      throw InputError("temperature is {} K, expected a value above 0", temperature);
    parallel.push_back(point_at(at.parallel.barrier, temperature, "parallel"));
    effective.push_back(point_at(at.effective, temperature, "effective"));
    sequential.push_back(point_at(at.sequential.barrier, temperature, "sequential"));
    result.points.push_back({temperature,
                             log_frequency_over(at.parallel.barrier, attempt_frequency, temperature),
                             log_frequency_over(at.effective, attempt_frequency, temperature),
                             log_frequency_over(at.sequential.barrier, attempt_frequency, temperature)});
    temperatures.insert(temperature);
  }
  if (temperatures.size() > 1) {
    result.parallel = arrhenius_fit(parallel, attempt_frequency, level);
    result.effective = arrhenius_fit(effective, attempt_frequency, level);
    result.sequential = arrhenius_fit(sequential, attempt_frequency, level);
  }
  result.doubts = doubts_about(result, barriers);
  return result;
}

Arrhenius with_lines(Arrhenius plot, std::span<const EffectiveBarriers> barriers, const ArrheniusLines& lines) {
  if (!plot.parallel || !plot.effective || !plot.sequential) throw InputError("an Arrhenius plot of one temperature has no lines to replace");
  const auto put = [&](ArrheniusFit& fit, const ActivationLine& line) { fit = described(fit.barriers.with(line), plot.attempt_frequency); };
  put(*plot.parallel, lines.parallel);
  put(*plot.effective, lines.effective);
  put(*plot.sequential, lines.sequential);
  plot.doubts = doubts_about(plot, barriers);
  return plot;
}

Estimate log_frequency(const ActivationLine& line, double attempt_frequency, double temperature) {
  check_frequency(attempt_frequency);
  if (!(temperature > 0)) throw InputError("temperature is {} K, expected a value above 0", temperature);
  return log_frequency_over(line.barrier(temperature), attempt_frequency, temperature);
}

namespace {

void check_frequency(double attempt_frequency) {
  if (!(attempt_frequency > 0 && std::isfinite(attempt_frequency)))
    throw InputError("attempt frequency is {} Hz, expected a value above 0 such as 2e12", attempt_frequency);
}

Estimate log_frequency_over(const Estimate& barrier, double attempt_frequency, double temperature) {
  const auto with = [&](double height) {
    return std::log(attempt_frequency) - height / (units::boltzmann * temperature);
  };
  return {with(barrier.value), {with(barrier.interval.high), with(barrier.interval.low)}, barrier.level};
}

BarrierAt point_at(const Estimate& barrier, double temperature, std::string_view what) {
  check_level(barrier.level);
  const double standard_errors = 2.0 * normal_two_sided(barrier.level);
  const double error = (barrier.interval.high - barrier.interval.low) / standard_errors;
  if (!(error > 0 && std::isfinite(error) && std::isfinite(barrier.value)))
    throw InputError(
        "the {} barrier at {} K is {} eV with the interval {} to {}, expected finite numbers and an interval "
        "of a length above 0; take more samples",
        what, temperature, barrier.value, barrier.interval.low, barrier.interval.high);
  return {temperature, barrier.value, error};
}

ArrheniusFit described(ActivationFit barriers, double attempt_frequency) {
  const double shift = std::log(attempt_frequency);
  const Estimate entropy = barriers.line.entropy, energy = barriers.line.enthalpy;
  return {energy, {shift + entropy.value, {shift + entropy.interval.low, shift + entropy.interval.high}, entropy.level}, std::move(barriers)};
}

ArrheniusFit arrhenius_fit(std::span<const BarrierAt> points, double attempt_frequency, double level) { return described(fit_activation(points, level), attempt_frequency); }

std::vector<std::string> doubts_about(const Arrhenius& found, std::span<const EffectiveBarriers> barriers) {
  std::vector<std::string> doubts;
  const auto carried = [&](std::string_view name, const ExponentialBarrier EffectiveBarriers::*part) {
    const auto count = std::count_if(barriers.begin(), barriers.end(), [&](const EffectiveBarriers& at) {
      return (at.*part).one_sample_carries_it;
    });
    if (count > 0)
      doubts.push_back(
          fmt::format("the {} barrier is one sample's at {} of {} temperatures: its interval, slope and "
                      "prefactor say little",
                      name, count, barriers.size()));
  };
  carried("parallel", &EffectiveBarriers::parallel);
  carried("sequential", &EffectiveBarriers::sequential);
  if (!found.effective) {
    doubts.push_back("all barriers are at one temperature: no activation energy");
    return doubts;
  }
  const auto add = [&](std::string_view name, const ArrheniusFit& fit) {
    for (const std::string& doubt : fit.barriers.doubts) doubts.push_back(fmt::format("{}: {}", name, doubt));
  };
  add("parallel", *found.parallel);
  add("effective", *found.effective);
  add("sequential", *found.sequential);
  return doubts;
}

}  // namespace
}  // namespace glasscape
