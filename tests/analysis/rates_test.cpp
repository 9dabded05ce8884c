#include "analysis/rates.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "md/support/units.hpp"

using namespace glasscape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> random_frequencies(std::size_t n, Rng& rng) {
  std::vector<double> frequencies(n);
  for (double& nu : frequencies) nu = 0.2 + 9 * rng.uniform();
  return frequencies;
}

double reduced(double frequency, double temperature) {  // h nu / kT
  return units::planck_eV_s * 1e12 * frequency / (units::boltzmann * temperature);
}

double sum_of_squares(const std::vector<double>& frequencies, double temperature) {
  double sum = 0;
  for (const double nu : frequencies) sum += std::pow(reduced(nu, temperature), 2);
  return sum;
}

}  // namespace

TEST_CASE("rates between three points are in detailed balance with the occupations of the basins") {
  Rng rng(1, 0);
  for (int k = 0; k < 3000; ++k) {
    const double temperature = std::exp(8 * rng.uniform());
    const auto point = [&] { return ThermalPoint{-20 * rng.uniform(), 50 * rng.normal()}; };
    const std::vector<ThermalPoint> basins{point(), point(), point()};
    const std::vector<double> occupied = log_occupations(basins, temperature);
    const EventRates rates = event_rates(basins[0], point(), basins[2], temperature);
    const double there = rates.log_forward + occupied[0], back = rates.log_backward + occupied[2];
    REQUIRE(std::abs(there - back) < 1e-14 * (1000 + 60 / (units::boltzmann * temperature)));
  }
}

TEST_CASE("the classical rate is the ratio of the products of frequencies times exp(-barrier/kT)") {
  const std::vector<double> basin{2.0, 3.0, 5.0}, saddle{2.5, 4.0};
  const double T = 400, kT = units::boltzmann * T;
  const auto thermal = [&](double energy, const std::vector<double>& frequencies) {
    return ThermalPoint{energy,
                        log_classical_partition(log_frequency_product(frequencies), frequencies.size(), T)};
  };
  const EventRates rates =
      event_rates(thermal(-7, basin), thermal(-6.4, saddle), thermal(-6.9, {2, 2, 2}), T);
  CHECK(rates.log_forward == Approx(std::log(30.0 / 10.0 * 1e12) - 0.6 / kT).epsilon(1e-13));
  CHECK(rates.log_backward == Approx(std::log(8.0 / 10.0 * 1e12) - 0.5 / kT).epsilon(1e-13));
  CHECK(rates.doubts.empty());
}

TEST_CASE("barriers with Vineyard's prefactors give the rates of the points they come from") {
  Rng rng(2, 0);
  for (int k = 0; k < 200; ++k) {
    const double T = 50 + 900 * rng.uniform(), zero = -2e4;
    const std::vector<double> a = random_frequencies(30, rng), b = random_frequencies(30, rng),
                              s = random_frequencies(29, rng);
    const auto product = [](const std::vector<double>& nu) { return log_frequency_product(nu); };
    const auto thermal = [&](double energy, const std::vector<double>& nu) {
      return ThermalPoint{energy, log_classical_partition(product(nu), nu.size(), T)};
    };
    const EventRates of_points =
        event_rates(thermal(zero, a), thermal(zero + 0.75, s), thermal(zero + 0.25, b), T);
    const EventRates of_barriers =
        event_rates(Barrier{0.75, product(a) - product(s)}, Barrier{0.5, product(b) - product(s)}, T);
    REQUIRE(of_points.log_forward == Approx(of_barriers.log_forward).margin(1e-11));
    REQUIRE(of_points.log_backward == Approx(of_barriers.log_backward).margin(1e-11));
  }
}

TEST_CASE("the prefactor of Eyring is kT/h, and a free energy with it is Vineyard's rate") {
  CHECK(std::exp(log_eyring_nu(300)) == Approx(6.250985737).epsilon(1e-9));  // k/h = 2.083661912e10 Hz/K
  const double T = 500, kT = units::boltzmann * T, log_vineyard = std::log(30.0);
  const double entropy = log_vineyard - log_eyring_nu(T);  // in kB, of the convention kT/h
  const EventRates rates =
      event_rates(Barrier{0.7, log_vineyard}, Barrier{0.7 - entropy * kT, log_eyring_nu(T)}, T);
  CHECK(rates.log_forward == Approx(rates.log_backward).epsilon(1e-13));
}

TEST_CASE("a determinant gives the product of frequencies") {
  // 1 eV/Angstrom^2 and 1 u: nu = sqrt(e / u) / (2 pi Angstrom) = 15.6333 THz
  CHECK(std::exp(log_frequency_product(0.0, 1)) == Approx(15.6333045).epsilon(1e-7));
  Rng rng(3, 0);
  const std::vector<double> frequencies = random_frequencies(40, rng);
  double log_determinant = 0;
  for (const double nu : frequencies)
    log_determinant += 2 * std::log(2 * std::numbers::pi * nu * units::time_ps);
  CHECK(log_frequency_product(log_determinant, 40) ==
        Approx(log_frequency_product(frequencies)).epsilon(1e-12));
  const double heavier = log_determinant - 40 * std::log(4.0);  // mass times 4 halves every frequency
  CHECK(log_frequency_product(heavier, 40) ==
        Approx(log_frequency_product(frequencies) - 40 * std::log(2.0)).epsilon(1e-12));
}

TEST_CASE(
    "hot quantum rates are classical, with Wigner's 1 + (sum u^2 - sum u_s^2 + u_b^2)/24 as the first term") {
  Rng rng(4, 0);
  const VibratingPoint from{0, random_frequencies(12, rng)}, to{-0.1, random_frequencies(12, rng)},
      saddle{0.6, random_frequencies(11, rng)};
  for (const double T : {4000.0, 8000.0}) {
    const double nu_b = 3, kT = units::boltzmann * T;
    const EventRates unhindered = event_rates(Barrier{}, Barrier{}, T),
                     rates = quantum_event_rates(from, saddle, to, nu_b, T);
    CHECK(unhindered.log_forward == Approx(std::log(1e12)));
    const double classical = std::log(1e12) + log_frequency_product(from.frequencies) -
                             log_frequency_product(saddle.frequencies) - 0.6 / kT;
    const double first = (sum_of_squares(from.frequencies, T) - sum_of_squares(saddle.frequencies, T) +
                          sum_of_squares({nu_b}, T)) /
                         24;
    const double fourth =
        23 * std::pow(reduced(9.2, T), 4) / 2880;  // ln(sinh(u/2)/(u/2)) = u^2/24 - u^4/2880 ...
    CHECK(rates.log_forward - classical == Approx(first).margin(fourth));
    CHECK(std::abs(first) > 10 * fourth);
  }
}

TEST_CASE("two traces give the quantum correction of all modes up to the third order, the tunnelling of a parabola included") {
  Rng rng(6, 0);
  for (const double T : {300.0, 600.0, 2000.0}) {
    const std::vector<double> basin = random_frequencies(30, rng), saddle = random_frequencies(29, rng);
    const double nu_b = 4.0;
    const auto series = [&](const std::vector<double>& frequencies, double unstable) {
      double trace = -std::pow(unstable / units::frequency_THz, 2), trace_of_square = std::pow(unstable / units::frequency_THz, 4);
      for (const double nu : frequencies) {
        const double eigenvalue = std::pow(nu / units::frequency_THz, 2);
        trace += eigenvalue;
        trace_of_square += eigenvalue * eigenvalue;
      }
      return log_quantum_correction(trace, trace_of_square, T);
    };
    const auto exact = [&](const std::vector<double>& frequencies) {
      return log_quantum_partition(frequencies, T) - log_classical_partition(log_frequency_product(frequencies), frequencies.size(), T);
    };
    const double third = 31 * std::pow(reduced(9.2, T), 6) / 181440;  // ln(sinh(u/2)/(u/2)) = u^2/24 - u^4/2880 + u^6/181440 ...
    const QuantumSeries low = series(basin, 0), high = series(saddle, nu_b);
    CHECK(low.first + low.second == Approx(exact(basin)).margin(third));
    const auto factor = parabolic_tunnelling(nu_b, T).log_factor;
    REQUIRE(factor);
    CHECK(high.first + high.second == Approx(exact(saddle) + *factor).margin(third));
    CHECK(low.second > third);
  }
  CHECK_THROWS_AS(log_quantum_correction(1, 1, 0), InputError);
  CHECK_THROWS_AS(log_quantum_correction(infinity, 1, 300), InputError);
}

TEST_CASE("a quantum partition function is the sum over the levels of its oscillators") {
  for (const double T : {5.0, 100.0, 700.0}) {
    double product = 1;
    for (const double nu : {1.0, 4.0}) {
      double sum = 0;
      for (int level = 4000; level >= 0; --level) sum += std::exp(-(level + 0.5) * reduced(nu, T));
      product *= sum;
    }
    CHECK(log_quantum_partition(std::vector<double>{1.0, 4.0}, T) ==
          Approx(std::log(product)).epsilon(1e-12));
  }
}

TEST_CASE("cold quantum rates have zero-point barriers, and nothing overflows at 0.01 K") {
  const double T = 0.01, kT = units::boltzmann * T, h = units::planck_eV_s * 1e12;
  const VibratingPoint from{0, {2, 3, 4}}, saddle{0.5, {2, 6}}, to{0.1, {1, 1, 1}};
  const EventRates rates = quantum_event_rates(from, saddle, to, 1e-5, T);
  const double zero_point = 0.5 * h * (2 + 6 - 2 - 3 - 4);
  CHECK(rates.log_forward ==
        Approx(std::log(1e12) + log_eyring_nu(T) - (0.5 + zero_point) / kT).epsilon(1e-9));
  CHECK(rates.doubts.empty());
}

TEST_CASE("quantum rates are in detailed balance with the quantum occupations") {
  Rng rng(5, 0);
  for (int k = 0; k < 300; ++k) {
    const double T = 20 + 600 * rng.uniform();
    const VibratingPoint from{rng.uniform(), random_frequencies(9, rng)},
        saddle{2, random_frequencies(8, rng)}, to{rng.uniform(), random_frequencies(9, rng)};
    const std::vector<double> occupied =
        log_occupations(std::vector<ThermalPoint>{{from.energy, log_quantum_partition(from.frequencies, T)},
                                                  {to.energy, log_quantum_partition(to.frequencies, T)}},
                        T);
    const EventRates rates = quantum_event_rates(from, saddle, to, 5 * rng.uniform() + 0.1, T);
    REQUIRE(rates.log_forward + occupied[0] == Approx(rates.log_backward + occupied[1]).margin(1e-10));
  }
}

TEST_CASE("the tunnelling factor is the thermal average of the transmission of a parabola") {
  for (const double u : {0.1, 1.0, 3.0, 5.0}) {
    const double T = 200, nu = u * units::boltzmann * T / (units::planck_eV_s * 1e12);
    // transmission 1/(1 + exp(-2 pi E / h nu)) at E above the top (Kemble 1935); s = E/kT
    double integral = 0;
    const double step = 0.01;
    for (double s = -200; s < 200; s += step)
      integral += step * std::exp(-s) / (1 + std::exp(-2 * std::numbers::pi * s / u));
    const Tunnelling found = parabolic_tunnelling(nu, T);
    REQUIRE(found.log_factor);
    CHECK(std::exp(*found.log_factor) == Approx(integral).epsilon(1e-9));
    CHECK(std::exp(found.log_wigner) == Approx(1 + u * u / 24).epsilon(1e-12));
    CHECK(*found.log_factor > found.log_wigner);
  }
}

TEST_CASE("at and below the crossover there is no tunnelling factor but a doubt, and rates without it") {
  const double crossover = parabolic_tunnelling(10, 300).crossover_temperature;
  CHECK(crossover == Approx(76.3826).epsilon(1e-5));  // h 10 THz / (2 pi k)
  CHECK(parabolic_tunnelling(10, 300).doubts.empty());
  for (const double T : {crossover, 0.5 * crossover, 1.0}) {
    const Tunnelling none = parabolic_tunnelling(10, T);
    CHECK_FALSE(none.log_factor);
    REQUIRE(none.doubts.size() == 1);
    CHECK(none.doubts[0].find("crossover at 76.38 K") != std::string::npos);
  }
  const Tunnelling above = parabolic_tunnelling(10, 1.0001 * crossover);
  REQUIRE(above.log_factor);
  CHECK(*above.log_factor > std::log(1000.0));
  CHECK(above.doubts.size() == 1);
  const VibratingPoint basin{0, {2, 3}}, saddle{1, {3}};
  const EventRates below = quantum_event_rates(basin, saddle, basin, 10, 50);
  CHECK(below.doubts.size() == 2);
  CHECK(below.log_forward == Approx(quantum_event_rates(basin, saddle, basin, 1e-6, 50).log_forward));
}

TEST_CASE("occupations sum to 1, follow free energies, and keep those of 1e-10000") {
  const double T = 10, kT = units::boltzmann * T;
  const std::vector<ThermalPoint> basins{{-5, 2}, {-5.1, 1}, {15, 0}};
  const std::vector<double> occupied = log_occupations(basins, T);
  CHECK(occupied[0] - occupied[1] == Approx(1 - 0.1 / kT).epsilon(1e-11));
  CHECK(occupied[2] - occupied[1] == Approx(-1 - 20.1 / kT).epsilon(1e-13));
  CHECK(std::exp(occupied[0]) + std::exp(occupied[1]) == Approx(1).epsilon(1e-14));
  const std::vector<double> equal = log_occupations(std::vector<ThermalPoint>(8, {-3e5, 4e4}), 300);
  for (const double one : equal) CHECK(one == Approx(-std::log(8.0)).epsilon(1e-14));
}

TEST_CASE("a barrier below kT raises a doubt") {
  CHECK(event_rates(Barrier{0.5, 30}, Barrier{0.02, 30}, 300).doubts.size() == 1);
  CHECK(event_rates(Barrier{0.5, 30}, Barrier{0.03, 30}, 300).doubts.empty());
  CHECK(event_rates(Barrier{-0.1, 30}, Barrier{0.3, 30}, 300).doubts.size() == 1);
}

TEST_CASE("bad input to rates is refused with a reason") {
  for (const double T : {0.0, -1.0, infinity, std::nan("")})
    CHECK_THROWS_AS(event_rates(Barrier{1, 30}, Barrier{1, 30}, T), InputError);
  CHECK_THROWS_WITH(event_rates(Barrier{std::nan(""), 30}, Barrier{1, 30}, 300),
                    "barrier is nan, expected a finite number");
  CHECK_THROWS_AS(event_rates(Barrier{1, infinity}, Barrier{1, 30}, 300), InputError);
  CHECK_THROWS_AS(event_rates(ThermalPoint{1, infinity}, {}, {}, 300), InputError);
  CHECK_THROWS_AS(log_frequency_product(infinity, 3), InputError);
  CHECK_THROWS_AS(log_classical_partition(std::nan(""), 3, 300), InputError);
  CHECK_THROWS_WITH(log_quantum_partition(std::vector<double>{1, 0}, 300),
                    "a frequency is 0 THz, expected a value above 0; leave out zero and unstable modes");
  CHECK_THROWS_AS(parabolic_tunnelling(-3, 300), InputError);
  CHECK_THROWS_WITH(log_occupations({}, 300), "there are no basins to occupy, expected at least one");
  CHECK_THROWS_WITH(quantum_event_rates({0, {1, 2}}, {1, {1}}, {0, {1}}, 1, 300),
                    "a basin has 1 frequencies and the saddle 1, expected one more than the saddle");
}
