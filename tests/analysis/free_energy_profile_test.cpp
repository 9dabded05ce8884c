#include "analysis/free_energy_profile.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/thermal_energy.hpp"

using namespace glasscape;

namespace {

constexpr double T = 300, width = 0.1;

/// A hill so low that it is none, and rows of the variable every 1/40 from -1 to 1 but where `skips` says so: as often in each bin
/// as exp(-F/kT), F = 2 kT s^2.
template <typename Skips>
BiasedSampling of_a_well(const Skips& skips) {
  BiasedSampling s;
  s.temperature = T;
  s.bias_temperature = 3000;
  s.hills = {{0.0, width, 1e-12}};
  s.hill_times = {0.5};
  const auto add = [&](double value) {
    s.times.push_back(1.0 + static_cast<double>(s.times.size()));
    s.values.push_back(value);
    s.biases.push_back(0.0);
    s.inverse_masses.push_back(1.0);
    s.walkers.push_back(0);
  };
  for (int k = -40; k <= 40; ++k) {
    const double value = k / 40.0;
    if (skips(k)) continue;
    for (int n = 0; n < std::lround(1000 * std::exp(-2 * value * value)); ++n) add(value);
  }
  return s;
}

}  // namespace

TEST_CASE("a bin that is empty beside others has the free energy that they and its emptiness say, and one beyond them has none") {
  const ProfileGrid grid{-1, 1, 81};
  const auto at = [&](double s) { return nearest_point(grid, s); };
  const FreeEnergyProfile all = profile_by_reweighting(of_a_well([](int) { return false; }), grid, 0);
  const FreeEnergyProfile gaps = profile_by_reweighting(of_a_well([](int k) { return k == 20 || k > 30; }), grid, 0);
  const double kT = thermal_energy(T);
  CHECK(gaps.energy[at(0.5)] > all.energy[at(0.5)]);  // that it is empty counts as well
  CHECK(gaps.energy[at(0.5)] < all.energy[at(0.5)] + 0.6 * kT);
  for (const double s : {-0.5, 0.0, 0.45, 0.55}) CHECK(gaps.energy[at(s)] == Approx(all.energy[at(s)]).margin(1e-12));
  for (const double s : {0.775, 0.85}) CHECK(std::isinf(gaps.energy[at(s)]));
}
