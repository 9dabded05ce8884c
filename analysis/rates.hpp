// Rates of events from barriers and vibrations, in the harmonic approximation: Vineyard, J. Phys. Chem.
// Solids 3, 121 (1957). Energies in eV, frequencies nu (not angular) in THz, temperatures in K; rates as
// ln(k * 1 s), since they span more decades than a double. With partition functions Z from a common zero of
// energy, every rate of this file has the form
//   k_ij = kT/h kappa Z_saddle / Z_i,   Z = multiplicity * exp(-E/kT) * product over modes
// so that k_ij Z_i = k_ji Z_j whatever the saddle: detailed balance with the occupations pi_i = Z_i / sum Z.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace glasscape {

/// The way over a saddle from one side.
struct Barrier {
  double height = 0;  // eV
  double log_nu = 0;  // ln(nu* / 1 THz), Vineyard's prefactor
};

/// ln(k * 1 s), there and back.
struct EventRates {
  double log_forward = 0, log_backward = 0;
  std::vector<std::string> doubts;
};

/// k = nu* exp(-height/kT), each way. Throws InputError for a temperature not above 0 or numbers that are not
/// finite; so do all functions below.
EventRates event_rates(const Barrier& forward, const Barrier& backward, double temperature);

/// ln(kT/h / 1 THz): the prefactor that goes with a free energy of activation (Eyring, J. Chem. Phys. 3, 107
/// (1935)); 6.25 THz at 300 K.
double log_eyring_nu(double temperature);

/// ln of the product of nu / 1 THz over `modes` modes from ln det of the mass-weighted Hessian without its
/// zero (and, at a saddle, its negative) eigenvalues, in eV/(Angstrom^2 u): nu = sqrt(eigenvalue) / 2 pi.
double log_frequency_product(double log_determinant, std::size_t modes);
/// The same from the frequencies. Throws InputError for one that is not above 0.
double log_frequency_product(std::span<const double> frequencies);

/// A basin or saddle at one temperature.
struct ThermalPoint {
  double energy = 0;         // eV
  double log_partition = 0;  // of its vibrations, from `energy` as zero, and its multiplicity
};

/// ln of the product of kT/(h nu).
double log_classical_partition(double log_frequency_product, std::size_t modes, double temperature);
/// ln of the product of 1/(2 sinh(h nu/2kT)), with zero-point energy. Throws as `log_frequency_product`.
double log_quantum_partition(std::span<const double> frequencies, double temperature);

/// ln of the quantum over the classical partition function, in powers of (h nu/kT)^2.
struct QuantumSeries {
  double first = 0;   // -sum u^2/24
  double second = 0;  // +sum u^4/2880
};
/// From the sum of all eigenvalues of the mass-weighted Hessian, eV/(Angstrom^2 u), and of their squares: the
/// traces of it and of its square, no mode need be known. The negative eigenvalue of a saddle belongs to them: for
/// it the same series is that of the tunnelling factor of a parabola, so that the saddle less the basin is ln of
/// the quantum over the classical rate (Wigner, Trans. Faraday Soc. 34, 29 (1938)). The series converges while
/// h nu < 2 pi kT for every mode.
QuantumSeries log_quantum_correction(double trace, double trace_of_square, double temperature);

/// Rates between two basins; the saddle has one mode less than they, the one along the path left out.
/// Multiplicities, where given, are those of the points as sets (copies under exchange of atoms): the rate is
/// that from one member of the first set into any of the second.
EventRates event_rates(const ThermalPoint& from, const ThermalPoint& saddle, const ThermalPoint& to,
                       double temperature);

/// ln of pi_i = Z_i / sum Z. Throws InputError when there are no basins.
std::vector<double> log_occupations(std::span<const ThermalPoint> basins, double temperature);

/// Passage through a parabolic barrier of imaginary frequency nu_b, with u = h nu_b / kT.
struct Tunnelling {
  /// ln of (u/2)/sin(u/2) (Bell, Trans. Faraday Soc. 55, 1 (1959)), thermal average over an endless parabola.
  /// Nothing at or below the crossover, where the average diverges: tunnelling from deep below the top rules,
  /// and it depends on the whole barrier.
  std::optional<double> log_factor;
  double log_wigner = 0;  // ln(1 + u^2/24), its first term (Wigner, Z. Phys. Chem. B 19, 203 (1932))
  double crossover_temperature = 0;  // h nu_b / (2 pi k), K
  std::vector<std::string> doubts;
};
/// Throws InputError for a frequency not above 0.
Tunnelling parabolic_tunnelling(double barrier_frequency, double temperature);

/// A basin or saddle with all its vibrations.
struct VibratingPoint {
  double energy = 0;                // eV
  std::vector<double> frequencies;  // THz, those above 0
};

/// Quantum harmonic rates with parabolic tunnelling: 2kT/h kappa prod sinh(h nu_i/2kT) over the basin /
/// prod sinh(h nu_s/2kT) over the saddle * exp(-barrier/kT); the classical ones when kT is far above all h
/// nu. At or below the crossover kappa = 1 is taken and a doubt says that the rates are too low. Throws
/// InputError unless both basins have one frequency more than the saddle.
EventRates quantum_event_rates(const VibratingPoint& from, const VibratingPoint& saddle,
                               const VibratingPoint& to, double barrier_frequency, double temperature);

}  // namespace glasscape
