#include "analysis/rates.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <string_view>

#include "analysis/thermal_energy.hpp"
#include "analysis/wide_real.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// h * 1 THz, eV.
constexpr double planck_eV_per_THz = units::planck_eV_s * units::hertz_per_terahertz;
/// ln(1 THz * 1 s).
constexpr double log_terahertz = 12.0 * std::numbers::ln10;

void check_finite(double value, std::string_view what);
void check_frequency(double frequency);
std::vector<std::string> doubts_about(double forward, double backward, double temperature);

}  // namespace

EventRates event_rates(const Barrier& forward, const Barrier& backward, double temperature) {
  const double kT = thermal_energy(temperature);
  for (const Barrier& way : {forward, backward}) {
    check_finite(way.height, "barrier");
    check_finite(way.log_nu, "ln(prefactor)");
  }
  return {log_terahertz + forward.log_nu - forward.height / kT,
          log_terahertz + backward.log_nu - backward.height / kT,
          doubts_about(forward.height, backward.height, temperature)};
}

double log_eyring_nu(double temperature) { return std::log(thermal_energy(temperature) / planck_eV_per_THz); }

double log_frequency_product(double log_determinant, std::size_t modes) {
  check_finite(log_determinant, "ln(determinant)");
  return 0.5 * log_determinant -
         static_cast<double>(modes) * std::log(2.0 * std::numbers::pi * units::time_ps);
}

double log_frequency_product(std::span<const double> frequencies) {
  double sum = 0;
  for (const double frequency : frequencies) {
    check_frequency(frequency);
    sum += std::log(frequency);
  }
  return sum;
}

double log_classical_partition(double log_frequency_product, std::size_t modes, double temperature) {
  check_finite(log_frequency_product, "ln of the product of frequencies");
  return static_cast<double>(modes) * log_eyring_nu(temperature) - log_frequency_product;
}

double log_quantum_partition(std::span<const double> frequencies, double temperature) {
  const double kT = thermal_energy(temperature);
  double sum = 0;
  for (const double frequency : frequencies) {
    check_frequency(frequency);
    // 2 sinh(u/2) = exp(u/2) (1 - exp(-u)): neither overflows for u of thousands nor loses digits for small u
    const double u = planck_eV_per_THz * frequency / kT;
    sum -= 0.5 * u + std::log(-std::expm1(-u));
  }
  return sum;
}

QuantumSeries log_quantum_correction(double trace, double trace_of_square, double temperature) {
  check_finite(trace, "trace of the Hessian");
  check_finite(trace_of_square, "trace of the squared Hessian");
  // u = h nu/kT of an eigenvalue 1
  const double u = planck_eV_per_THz * units::frequency_THz / thermal_energy(temperature);
  const double square = u * u;
  return {-square * trace / 24.0, square * square * trace_of_square / 2880.0};
}

EventRates event_rates(const ThermalPoint& from, const ThermalPoint& saddle, const ThermalPoint& to,
                       double temperature) {
  const double kT = thermal_energy(temperature), attempts = log_terahertz + log_eyring_nu(temperature);
  for (const ThermalPoint& point : {from, saddle, to}) {
    check_finite(point.energy, "energy");
    check_finite(point.log_partition, "ln(partition function)");
  }
  // differences first: total energies of a glass are 1e5 times a barrier
  const auto log_rate = [&](const ThermalPoint& basin) {
    return attempts + (saddle.log_partition - basin.log_partition) - (saddle.energy - basin.energy) / kT;
  };
  return {log_rate(from), log_rate(to),
          doubts_about(saddle.energy - from.energy, saddle.energy - to.energy, temperature)};
}

std::vector<double> log_occupations(std::span<const ThermalPoint> basins, double temperature) {
  const double kT = thermal_energy(temperature);
  if (basins.empty()) throw InputError("there are no basins to occupy, expected at least one");
  for (const ThermalPoint& basin : basins) {
    check_finite(basin.energy, "energy");
    check_finite(basin.log_partition, "ln(partition function)");
  }
  std::vector<double> logarithms;
  for (const ThermalPoint& basin : basins)
    logarithms.push_back((basin.log_partition - basins[0].log_partition) -
                         (basin.energy - basins[0].energy) / kT);
  const double most = *std::max_element(logarithms.begin(), logarithms.end());
  WideReal sum;
  for (double& logarithm : logarithms) sum += WideReal::exp(logarithm -= most);
  for (double& logarithm : logarithms) logarithm -= sum.log();
  return logarithms;
}

Tunnelling parabolic_tunnelling(double barrier_frequency, double temperature) {
  check_frequency(barrier_frequency);
  const double u = planck_eV_per_THz * barrier_frequency / thermal_energy(temperature);
  Tunnelling result;
  result.log_wigner = std::log1p(u * u / 24.0);
  result.crossover_temperature =
      planck_eV_per_THz * barrier_frequency / (2.0 * std::numbers::pi * units::boltzmann);
  if (temperature > result.crossover_temperature) {
    // u/2 < pi up to rounding; just above the crossover the sine is that of its supplement
    result.log_factor = std::log(0.5 * u / std::sin(std::min(0.5 * u, std::numbers::pi)));
  }
  // at 1.2 T_c the factor is 5.2, of which half comes from energies that a real barrier may not have
  if (!result.log_factor)
    result.doubts.push_back(
        fmt::format("no tunnelling factor at {:g} K: at or below the crossover at {:.4g} K tunnelling rules "
                    "and a parabola "
                    "does not tell how much",
                    temperature, result.crossover_temperature));
  else if (temperature < 1.2 * result.crossover_temperature)
    result.doubts.push_back(
        fmt::format("the tunnelling factor at {:g} K is near its divergence at the crossover, {:.4g} K",
                    temperature, result.crossover_temperature));
  return result;
}

EventRates quantum_event_rates(const VibratingPoint& from, const VibratingPoint& saddle,
                               const VibratingPoint& to, double barrier_frequency, double temperature) {
  for (const VibratingPoint& basin : {from, to})
    if (basin.frequencies.size() != saddle.frequencies.size() + 1)
      throw InputError("a basin has {} frequencies and the saddle {}, expected one more than the saddle",
                       basin.frequencies.size(), saddle.frequencies.size());
  const auto thermal = [temperature](const VibratingPoint& point) {
    return ThermalPoint{point.energy, log_quantum_partition(point.frequencies, temperature)};
  };
  EventRates rates = event_rates(thermal(from), thermal(saddle), thermal(to), temperature);
  const Tunnelling tunnelling = parabolic_tunnelling(barrier_frequency, temperature);
  const double kappa = tunnelling.log_factor.value_or(0.0);
  rates.log_forward += kappa;
  rates.log_backward += kappa;
  rates.doubts.insert(rates.doubts.end(), tunnelling.doubts.begin(), tunnelling.doubts.end());
  if (!tunnelling.log_factor)
    rates.doubts.push_back("the quantum rates leave tunnelling out and are too low");
  return rates;
}

namespace {

void check_finite(double value, std::string_view what) {
  if (!std::isfinite(value)) throw InputError("{} is {}, expected a finite number", what, value);
}

void check_frequency(double frequency) {
  if (!(frequency > 0 && std::isfinite(frequency)))
    throw InputError("a frequency is {} THz, expected a value above 0; leave out zero and unstable modes",
                     frequency);
}

std::vector<std::string> doubts_about(double forward, double backward, double temperature) {
  const double lower = std::min(forward, backward), kT = thermal_energy(temperature);
  if (lower >= kT) return {};
  return {
      fmt::format("a barrier of {:.4g} eV is below kT ({:.4g} eV at {:g} K): transition state theory takes "
                  "the basin as in equilibrium before each step",
                  lower, kT, temperature)};
}

}  // namespace
}  // namespace glasscape
