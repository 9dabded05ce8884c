#include "samplers/vineyard.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "md/spectrum.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// Takes the unstable mode out of ln|det'|.
ModeSum split(const LogDeterminant& all, double error, const LowModes& lowest) {
  const bool found = lowest.converged && lowest.eigenvalues.size() > 0;
  const double unstable = found ? std::min(0.0, lowest.eigenvalues[0]) : 0.0;
  // the sign of the lowest mode and the inertia must tell the same; `negative` of a local change may miss or add one
  const Eigen::Index negative = unstable < 0.0 ? std::max<Eigen::Index>(all.negative, 1) : all.negative;
  return {all.value - (unstable < 0.0 ? std::log(-unstable) : 0.0), found ? error : std::numeric_limits<double>::infinity(), unstable,
          negative, all.modes - (unstable < 0.0 ? 1 : 0)};
}

/// The atoms within the radius, and their modes when all others are frozen.
ModeSpace within(const ModeSpace& all, const Surface& surface, const Positions& x, const Vector3d& centre, double radius) {
  ModeSpace space{all.masses, Eigen::MatrixXd(x.size(), 0), {}, {}, {}};
  for (const Eigen::Index k : all.free)
    if (surface.cell().nearest(x.col(k / 3) - centre).norm() <= radius) space.free.push_back(k);
  if (space.free.size() == all.free.size()) return all;
  space.kept = space.free;
  return space;
}

ModeSum modes_of(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space, const Positions& mode) {
  const LogDeterminant all = log_determinant(hessian, space);
  if (all.negative == 0) return {all.value, 0.0, 0.0, 0, all.modes};
  return split(all, 0.0, lowest_modes(hessian, space, 1, mode));
}

}  // namespace

ModeSum basin_modes(Surface& surface, const Positions& basin) { return saddle_modes(surface, basin); }

ModeSum saddle_modes(Surface& surface, const Positions& saddle, const Positions& mode) {
  return modes_of(surface.hessian(saddle)->matrix(), mode_space(surface, saddle), mode);
}

ModeSum basin_modes(const LocalDeterminant& basin) { return {basin.basin().value, 0.0, 0.0, 0, basin.basin().modes}; }

ModeSum saddle_modes(Surface& surface, const LocalDeterminant& basin, const Positions& saddle, const Positions& mode,
                     const LocalDeterminant::Options& options) {
  const LocalDeterminant::Result local = basin.at(surface, saddle, options);
  return split(local.at, local.error, lowest_modes(surface, saddle, 1, mode));
}

double Prefactor::nu_THz() const { return std::exp(log_nu); }

double Prefactor::entropy(double nu0_THz) const { return log_nu - std::log(nu0_THz); }

double Prefactor::entropy_with_kT_over_h(double temperature) const {
  constexpr double per_THz = 1e-12;  // Hz to THz
  return entropy(units::boltzmann * temperature / units::planck_eV_s * per_THz);
}

std::optional<Prefactor> vineyard(const ModeSum& basin, const ModeSum& saddle) {
  if (basin.negative != 0 || saddle.negative != 1 || basin.modes != saddle.modes + 1) return std::nullopt;
  const Prefactor p{0.5 * (basin.log_determinant - saddle.log_determinant) + std::log(units::frequency_THz),
                    0.5 * std::hypot(basin.error, saddle.error)};
  if (!std::isfinite(p.log_nu) || !std::isfinite(p.error)) return std::nullopt;
  return p;
}

std::vector<RegionPrefactor> prefactor_by_radius(Surface& surface, const Positions& basin, const Positions& saddle, const Vector3d& centre,
                                                 const std::vector<double>& radii) {
  const Eigen::SparseMatrix<double> at_basin = surface.hessian(basin)->matrix(), at_saddle = surface.hessian(saddle)->matrix();
  const ModeSpace basin_space = mode_space(surface, basin), saddle_space = mode_space(surface, saddle);
  std::vector<RegionPrefactor> rows;
  for (const double radius : radii) {
    const ModeSpace inside = within(basin_space, surface, basin, centre, radius);
    ModeSpace at_top = inside;  // the same atoms at the saddle
    if (inside.free == basin_space.free) at_top = saddle_space;
    const auto atoms = static_cast<Eigen::Index>(inside.free.size()) / surface.potential().dimension();
    rows.push_back({radius, atoms, vineyard(modes_of(at_basin, inside, {}), modes_of(at_saddle, at_top, {}))});
  }
  return rows;
}

}  // namespace glasscape
