#include "analysis/temperature_steps.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/distributions.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

void check(const BarrierDensity& d) {
  if (d.barrier.size() < 2 || d.barrier.size() != d.density.size()) throw InputError("a density of {} barriers and {} values, expected two or more of both", d.barrier.size(), d.density.size());
  for (Index k = 0; k < d.barrier.size(); ++k) {
    if (!std::isfinite(d.barrier[k]) || !(d.density[k] >= 0 && std::isfinite(d.density[k]))) throw InputError("a density of {} at {} eV, expected a finite one of 0 or more", d.density[k], d.barrier[k]);
    if (k > 0 && !(d.barrier[k] > d.barrier[k - 1])) throw InputError("barriers of {} after {} eV, expected ascending ones", d.barrier[k], d.barrier[k - 1]);
  }
  if (!(d.area() > 0)) throw InputError("a density of barriers that is 0 everywhere");
}

void check_rise(double before, double after) {
  if (!(after > before)) throw InputError("a hold at {} K after one at {} K, expected temperatures that rise", after, before);
}

/// Barriers with the strain that waits behind each: Gauss's rule on panels that are short beside kT, over which an exponential of an
/// exponential changes.
struct Waiting {
  VectorXd barrier, strain;

  Waiting(const BarrierDensity& d, double kT) {
    constexpr std::array places{-0.7745966692414834, 0.0, 0.7745966692414834}, weights{5.0 / 18, 8.0 / 18, 5.0 / 18};
    constexpr double longest = 0.1;  // of kT
    std::vector<double> energies, strains;
    for (Index k = 0; k + 1 < d.barrier.size(); ++k) {
      const double length = d.barrier[k + 1] - d.barrier[k];
      const auto panels = static_cast<int>(std::ceil(length / (longest * kT)));
      for (int p = 0; p < panels; ++p)
        for (std::size_t q = 0; q < places.size(); ++q) {
          const double along = (p + 0.5 + 0.5 * places[q]) / panels;
          energies.push_back(d.barrier[k] + along * length);
          strains.push_back((d.density[k] + along * (d.density[k + 1] - d.density[k])) * weights[q] * length / panels);
        }
    }
    barrier = Eigen::Map<VectorXd>(energies.data(), static_cast<Index>(energies.size()));
    strain = Eigen::Map<VectorXd>(strains.data(), static_cast<Index>(strains.size()));
  }
};

double apparent_barrier(const HoldRecovery& before, const HoldRecovery& after) {
  return -std::log(after.first_rate / before.last_rate) / (1.0 / thermal_energy(after.temperature) - 1.0 / thermal_energy(before.temperature));
}

/// Of an apparent barrier, from two rates with errors that are independent.
double error_of_barrier(const HoldRecovery& before, const HoldRecovery& after, double of_rate) {
  return std::sqrt(2.0) * of_rate / std::abs(1.0 / thermal_energy(after.temperature) - 1.0 / thermal_energy(before.temperature));
}

void check(const std::vector<HoldRecovery>& holds, const SteppingErrors& errors) {
  if (holds.size() < 3) throw InputError("{} holds, expected three or more: a density stands between two steps", holds.size());
  if (!(errors.rate >= 0 && errors.strain >= 0 && std::isfinite(errors.rate + errors.strain))) throw InputError("errors of {} of a rate and {} of a strain, expected 0 or more", errors.rate, errors.strain);
  for (std::size_t k = 0; k < holds.size(); ++k) {
    const HoldRecovery& h = holds[k];
    if (!(h.first_rate > 0 && h.last_rate > 0 && std::isfinite(h.first_rate + h.last_rate))) throw InputError("rates of {} and {} 1/s at {} K, expected numbers above 0: the sign is that of a recovery", h.first_rate, h.last_rate, h.temperature);
    if (!std::isfinite(h.first_strain + h.last_strain)) throw InputError("strains of {} and {} at {} K, expected finite ones", h.first_strain, h.last_strain, h.temperature);
    if (k > 0) check_rise(holds[k - 1].temperature, h.temperature);
  }
}

void doubt(ApparentSpectrum& s) {
  int falling = 0;
  for (const ApparentBin& b : s.bins) falling += b.high > b.low ? 0 : 1;
  if (falling > 0) s.doubts.push_back(fmt::format("The apparent barrier falls over {} of {} holds: the density of those bins means nothing", falling, s.bins.size()));
  constexpr double drop = 0.2;
  if (s.last_over_maximum < drop)
    s.doubts.push_back(fmt::format("The density drops to {:.2g} of its maximum beyond {:.3f} eV: temperature stepping does so whether or not there are barriers above", s.last_over_maximum, s.place_of_maximum));
}

}  // namespace

double BarrierDensity::at(double energy) const {
  const Index n = barrier.size();
  if (n < 2 || energy < barrier[0] || energy > barrier[n - 1]) return 0.0;
  const auto k = std::clamp<Index>(std::upper_bound(barrier.begin(), barrier.end(), energy) - barrier.begin(), 1, n - 1);
  return density[k - 1] + (density[k] - density[k - 1]) * (energy - barrier[k - 1]) / (barrier[k] - barrier[k - 1]);
}

double BarrierDensity::area() const {
  double sum = 0;
  for (Index k = 0; k + 1 < barrier.size(); ++k) sum += 0.5 * (density[k] + density[k + 1]) * (barrier[k + 1] - barrier[k]);
  return sum;
}

std::vector<HoldRecovery> recover_by_steps(const BarrierDensity& density, const std::vector<TemperatureHold>& holds, double tau_0) {
  check(density);
  if (!(tau_0 > 0 && std::isfinite(tau_0))) throw InputError("tau_0 is {} s, expected a number above 0", tau_0);
  if (holds.empty()) throw InputError("temperature stepping without a hold");
  Waiting w(density, thermal_energy(holds.front().temperature));
  std::vector<HoldRecovery> found;
  for (std::size_t k = 0; k < holds.size(); ++k) {
    const auto [temperature, duration] = holds[k];
    if (!(duration > 0 && std::isfinite(duration))) throw InputError("a hold of {} s at {} K, expected a time above 0", duration, temperature);
    if (k > 0) check_rise(holds[k - 1].temperature, temperature);
    const VectorXd rates = (-w.barrier.array() / thermal_energy(temperature)).exp() / tau_0;
    HoldRecovery h{temperature, w.strain.sum(), 0, rates.dot(w.strain), 0};
    w.strain.array() *= (-duration * rates.array()).exp();
    h.last_strain = w.strain.sum();
    h.last_rate = rates.dot(w.strain);
    found.push_back(h);
  }
  return found;
}

ApparentSpectrum apparent_spectrum(const std::vector<HoldRecovery>& holds, const SteppingErrors& errors, double level) {
  check_level(level);
  check(holds, errors);
  ApparentSpectrum s;
  const double width = normal_two_sided(level);
  double most = 0;
  for (std::size_t k = 1; k + 1 < holds.size(); ++k) {
    const double low = apparent_barrier(holds[k - 1], holds[k]), high = apparent_barrier(holds[k], holds[k + 1]);
    const double of_both = std::hypot(error_of_barrier(holds[k - 1], holds[k], errors.rate), error_of_barrier(holds[k], holds[k + 1], errors.rate));
    const double recovered = holds[k].first_strain - holds[k].last_strain, middle = 0.5 * (low + high), density = recovered / (high - low);
    const double of_middle = 0.5 * width * of_both;
    const double of_density = width * std::hypot(std::sqrt(2.0) * errors.strain / (high - low), density * of_both / (high - low));
    s.bins.push_back({holds[k].temperature, {middle, {middle - of_middle, middle + of_middle}, level}, {density, {density - of_density, density + of_density}, level}, low, high});
    s.strain += recovered;
    if (high > low && density > most) {
      most = density;
      s.place_of_maximum = middle;
    }
  }
  s.last_over_maximum = most > 0 ? s.bins.back().density.value / most : 0.0;
  doubt(s);
  return s;
}

SteppingArtefact stepping_artefact(const BarrierDensity& density, const std::vector<TemperatureHold>& holds, double tau_0) {
  SteppingArtefact a;
  a.apparent = apparent_spectrum(recover_by_steps(density, holds, tau_0));
  Index place = 0;
  density.density.maxCoeff(&place);
  a.true_place_of_maximum = density.barrier[place];
  a.truth.resize(static_cast<Index>(a.apparent.bins.size()));
  std::vector<double> misfits;
  for (std::size_t k = 0; k < a.apparent.bins.size(); ++k) {
    const ApparentBin& b = a.apparent.bins[k];
    const double truth = density.at(b.barrier.value);
    a.truth[static_cast<Index>(k)] = truth;
    if (truth > 0) misfits.push_back(std::abs(b.density.value / truth - 1.0));
  }
  if (!misfits.empty()) a.median_misfit = quantile(sorted(misfits), 0.5);
  return a;
}

}  // namespace glasscape
