// The internal units and every conversion at the border.
// Inside: energy eV, length Angstrom, mass u (amu), temperature K; hence time Angstrom*sqrt(u/eV) = 10.1805 fs and
// stress eV/Angstrom^3 = 160.2177 GPa. Constants: CODATA 2018 (exact e, kB, NA; u = 1.66053906660e-27 kg).
#pragma once

#include <numbers>
#include <string>
#include <string_view>
#include <vector>

namespace glasscape::units {

inline constexpr double elementary_charge_C = 1.602176634e-19;
inline constexpr double atomic_mass_kg = 1.66053906660e-27;

/// Boltzmann constant, eV/K.
inline constexpr double boltzmann = 8.617333262145179e-5;
/// Planck constant, eV * s.
inline constexpr double planck_eV_s = 4.135667696923859e-15;

/// One internal time unit in femtoseconds: 1e5 * sqrt(u/e) with u in kg and e in C.
inline constexpr double time_fs = 10.180505710759416;
inline constexpr double time_ps = time_fs * 1e-3;
inline constexpr double hertz_per_terahertz = 1e12;
/// Frequency of a mode of eigenvalue 1 eV/(Angstrom^2 u), THz: 1 / (2 pi) per internal time unit.
inline constexpr double frequency_THz = 1.0 / (2.0 * std::numbers::pi * time_ps);

/// 1 eV/Angstrom^3 in GPa.
inline constexpr double stress_GPa = 160.2176634;
/// 1 u/Angstrom^3 in g/cm^3.
inline constexpr double density_g_per_cm3 = atomic_mass_kg * 1e27;

enum class Quantity { length, energy, mass, temperature, time, pressure, force, rate_of_temperature, angle, frequency };

/// "length", "energy", ... as written in messages and in `describe`.
std::string_view name(Quantity quantity);

/// The unit a bare number is taken in, or "" when a bare number would be ambiguous and a unit must be written.
std::string_view bare_unit(Quantity quantity);

/// The units understood for a quantity, in the order they are listed to users.
std::vector<std::string> known(Quantity quantity);

/// Internal units per `unit`; 0 when the unit does not belong to the quantity.
double factor(Quantity quantity, std::string_view unit);

}  // namespace glasscape::units
