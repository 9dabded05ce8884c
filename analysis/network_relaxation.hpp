// What a landscape of basins says of the modulus: the stress of the basin that the glass is in relaxes as it jumps from basin to basin.
// With rates k_ij in detailed balance, p_i ~ exp(-F_i/kT) and the symmetric matrix S_ij = sqrt(k_ij k_ji), S_ii = -sum_j k_ij, whose
// eigenvectors are u_m and eigenvalues -1/tau_m,
//   G(w) = G_inf - sum over m of G_m / (1 + i w tau_m),   G_m = V/kT (sum over i of u_m(i) sqrt(p_i) sigma_i)^2
// so that G_inf, with all basins as they are, relaxes by G_m at tau_m: a discrete spectrum of relaxation times. The sum of all G_m is
// V/kT times the variance of sigma, the fluctuation formula. It is no sum over saddles: neighbours share basins.
// A glass does not reach all basins: only those are counted that the start reaches over rates above 1/t_obs, one after the other.
// Energies in eV, volume in A^3, stress in eV/A^3, K, ln of rates in 1/s.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/linear_solid.hpp"

namespace glasscape {

struct NetworkBasinState {
  double free_energy = 0;  // eV
  double stress = 0;       // one component of its inherent stress, eV/A^3
};

/// One way between two basins; ways over several saddles add up.
struct NetworkWay {
  std::size_t from = 0, to = 0;
  double log_rate = 0;  // of from to to, ln(1/s); the rate back follows from detailed balance
};

struct NetworkRelaxation {
  std::vector<RelaxationMode> modes;  // G_m in eV/A^3, tau_m in s; ascending times
  std::vector<std::size_t> reached;   // basins, ascending
  double variance_modulus = 0;        // V/kT times the variance of the stress over these: the sum of all strengths
};

/// Throws InputError for a start or ways beyond the basins, and what is not above 0 and must be; `observed` in s.
NetworkRelaxation network_relaxation(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed);

}  // namespace glasscape
