// What a landscape of basins says of the modulus: the stress of the basin that the glass is in relaxes as it jumps from basin to basin.
// With rates k_ij in detailed balance, p_i ~ exp(-F_i/kT) and the symmetric matrix S_ij = sqrt(k_ij k_ji), S_ii = -sum_j k_ij, whose
// eigenvectors are u_m and eigenvalues -1/tau_m,
//   C_ab(w) = C_ab(inf) - sum over m of a_ma a_mb / (1 + i w tau_m),   a_m = sqrt(V/kT) sum over i of u_m(i) sqrt(p_i) sigma_i
// for components a, b of stress and strain: the modulus with all basins as they are relaxes by G_m = a_m^2 at tau_m, a discrete spectrum of
// relaxation times. The sum of all a_m a_m^T is V/kT times the covariance of sigma, the fluctuation formula. It is no sum over saddles:
// neighbours share basins. A saddle by itself is a two-level system (Gilroy and Phillips, Philos. Mag. B 43, 735 (1981), whose gamma is
// half of the derivative of the difference of energies: here it is all of it, and a 4 stands below), G = V (sigma_2 - sigma_1)^2 / (4 kT
// cosh^2(dF/2kT)).
// A glass does not reach all basins: from the start on, the set of basins in equilibrium takes in the one that it goes over to fastest, as
// long as that rate, the mean over the set in equilibrium, is above 1/t_obs. So a slow way out of a basin that is hardly ever visited is slower still.
// Energies in eV, volume in A^3, stress in eV/A^3, K, ln of rates in 1/s. Components xx, yy, zz, xy, xz, yz.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "analysis/linear_solid.hpp"
#include "md/potential.hpp"

namespace glasscape {

struct NetworkBasinState {
  double free_energy = 0;   // eV
  StressComponents stress;  // inherent, eV/A^3
};

/// One way between two basins; ways over several saddles add up.
struct NetworkWay {
  std::size_t from = 0, to = 0;
  double log_rate = 0;  // of from to to, ln(1/s); the rate back follows from detailed balance
};

struct NetworkMode {
  double tau = 0;              // s
  StressComponents amplitude;  // a_m, square roots of eV/A^3
};

struct NetworkRelaxation {
  std::vector<NetworkMode> modes;    // ascending times
  std::vector<std::size_t> reached;  // basins, ascending
  Eigen::Matrix<double, 6, 6> fluctuation = Eigen::Matrix<double, 6, 6>::Zero();  // V/kT times the covariance of the stress over these: the sum of all a_m a_m^T

  /// The shear modulus that relaxes in a glass with this structure in every direction.
  std::vector<RelaxationMode> shear() const;
};

/// Basins that the start reaches, itself included; ascending.
std::vector<std::size_t> reached_basins(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double observed);
/// V/kT times the covariance of the stress over these.
Eigen::Matrix<double, 6, 6> network_fluctuation(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed);

/// Throws InputError for a start or ways beyond the basins, and what is not above 0 and must be; `observed` in s.
NetworkRelaxation network_relaxation(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed);

/// Each basin beside `start` as if it were the only one, those reached more slowly than 1/observed left out: what relaxes of the isotropic shear modulus.
std::vector<RelaxationMode> two_level_shear(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed);

/// Of a modulus C_ab, mean over all orientations (Voigt): (C_xx,xx + C_yy,yy + C_zz,zz - C_xx,yy - C_yy,zz - C_zz,xx)/15 + (C_xy,xy + C_xz,xz
/// + C_yz,yz)/5. A shear component answers to the engineering strain gamma.
double isotropic_shear(const Eigen::Matrix<double, 6, 6>& modulus);

}  // namespace glasscape
