// Harmonic transition state theory: the Vineyard prefactor of a passage from a basin over a saddle,
//   nu* = prod nu_basin / prod' nu_saddle = 1/(2 pi) sqrt( det'K_basin / det+ K_saddle )
// (Vineyard, J. Phys. Chem. Solids 3, 121 (1957)), K the mass-weighted Hessian, ' without zero modes, + without the
// unstable mode too; and what is called activation entropy, dS = kB ln(nu*/nu0), which needs a nu0 to mean anything.
// Sums of logarithms throughout, never products. THz, K; entropies in kB. A rigid rotation of a free cluster adds the
// ratio of moments of inertia, which is not in here.
#pragma once

#include <optional>
#include <vector>

#include "md/local_determinant.hpp"

namespace glasscape {

/// The harmonic modes of one stationary point.
struct ModeSum {
  double log_determinant = 0;  // sum of ln(eigenvalue) over the positive modes, eigenvalues in eV/(Angstrom^2 u)
  double error = 0;            // of it
  double unstable = 0;         // the negative eigenvalue of a saddle; 0 for a minimum
  Eigen::Index negative = 0;   // negative eigenvalues: 0 for a minimum, 1 for a saddle; else the sum means nothing
  Eigen::Index modes = 0;      // positive ones
};

ModeSum basin_modes(Surface& surface, const Positions& basin);
/// `mode`, near the unstable direction (unit masses), may be empty.
ModeSum saddle_modes(Surface& surface, const Positions& saddle, const Positions& mode = {});

ModeSum basin_modes(const LocalDeterminant& basin);
/// From the determinant of the local change on the factored basin.
ModeSum saddle_modes(Surface& surface, const LocalDeterminant& basin, const Positions& saddle, const Positions& mode,
                     const LocalDeterminant::Options& options);

struct Prefactor {
  double log_nu = 0;  // ln(nu*/THz)
  double error = 0;   // of log_nu, and so of the entropies in kB

  double nu_THz() const;
  /// dS/kB = ln(nu*/nu0): the rate is nu0 exp(dS/kB) exp(-E/kT).
  double entropy(double nu0_THz) const;
  /// dS/kB where the rate is written (kT/h) exp(dS/kB) exp(-E/kT).
  double entropy_with_kT_over_h(double temperature) const;
};

/// Nothing unless the first is a minimum, the second a saddle of first order, and both have the same degrees of freedom.
std::optional<Prefactor> vineyard(const ModeSum& basin, const ModeSum& saddle);

/// The prefactor when only the atoms within a radius of the centre may move.
struct RegionPrefactor {
  double radius = 0;      // Angstrom
  Eigen::Index atoms = 0; // within it, at the basin
  std::optional<Prefactor> prefactor;
};

/// One row for each radius: how dS converges with the active region. The surface's own frozen coordinates stay frozen.
std::vector<RegionPrefactor> prefactor_by_radius(Surface& surface, const Positions& basin, const Positions& saddle,
                                                 const Vector3d& centre, const std::vector<double>& radii);

}  // namespace glasscape
