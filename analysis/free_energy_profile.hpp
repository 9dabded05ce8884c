// The free energy F(s) along a collective variable from well-tempered metadynamics, three ways, and what follows from it.
// eV, K; s in its own unit; times in ps.
//   bias        F = -(T + dT)/dT V(s, end)                       Barducci, Bussi, Parrinello, PRL 100, 020603 (2008)
//   averaged    F = -(T + dT)/dT mean over time of V(s, t), each aligned by its mean over the range
//   reweighted  F = -kT ln sum of exp((V(s, t) - c(t))/kT) over the trace, by bins of s (Tiwary and Parrinello, J. Phys.
//               Chem. B 119, 736 (2015)), c = kT ln[ int exp(g V/((g-1)kT)) ds / int exp(V/((g-1)kT)) ds ], g = (T + dT)/T;
//               in a bin that is empty, others within half the width of a hill on both sides say how far F is from the one of the bias
// dT of 0 stands for hills that keep their height: then (T + dT)/dT is 1, and g/(g - 1) too.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "landscape/event.hpp"
#include "landscape/hills.hpp"

namespace glasscape {

/// A sampling as plain numbers; hills and trace in order of time.
struct BiasedSampling {
  double temperature = 0, bias_temperature = 0;
  std::vector<Hill> hills;
  std::vector<double> hill_times;
  std::vector<double> times, values, biases;  // of the trace: t, s(t) and V(s(t), t), at equal distances in time
  std::vector<double> inverse_masses;         // of the trace: |grad s|^2 = sum |ds/dx_i|^2/m_i, 1/u
  std::vector<int> walkers;                   // of the trace, from 0
  HillShape shape = HillShape::gaussian;

  /// (T + dT)/dT.
  double scale() const { return bias_temperature > 0.0 ? (temperature + bias_temperature) / bias_temperature : 1.0; }
};

/// Of the trace "collective-variable" of a sampling.
enum VariableColumn : Eigen::Index { time_column, walker_column, value_column, bias_column, inverse_mass_column };
/// What the facts of a sampling say of it.
BiasedSampling biased_sampling(const HillsDeposited& hills, const TraceRecorded& trace);

/// Of the narrowest hill. Plus infinity without any.
double least_width(const BiasedSampling& sampling);

/// Values of s at which profiles are given: ascending, at equal distances.
struct ProfileGrid {
  double lower = 0, upper = 1;
  std::size_t points = 200;

  double at(std::size_t k) const { return lower + (upper - lower) * static_cast<double>(k) / static_cast<double>(points - 1); }
};

std::size_t nearest_point(const ProfileGrid& grid, double s);

/// F at the points of a grid, 0 at its least; plus infinity where nothing is known.
struct FreeEnergyProfile {
  ProfileGrid grid;
  std::vector<double> energy;
};

/// Throws InputError for no hills, a temperature not above 0, a grid of fewer than three points or that is not ascending;
/// so do the two below.
FreeEnergyProfile profile_of_bias(const BiasedSampling& sampling, const ProfileGrid& grid);
/// From `from` (ps) to the end. Throws InputError also when no hill is left then.
FreeEnergyProfile profile_of_averaged_bias(const BiasedSampling& sampling, const ProfileGrid& grid, double from);
/// Rows from `from` to the end; bins are centred at the points of the grid. Throws InputError also when no row of the trace is left.
FreeEnergyProfile profile_by_reweighting(const BiasedSampling& sampling, const ProfileGrid& grid, double from);
/// The same of equal blocks of the time from `from` to the end; infinite everywhere for a block without rows. Throws InputError
/// also for fewer than one block.
std::vector<FreeEnergyProfile> blocks_by_reweighting(const BiasedSampling& sampling, const ProfileGrid& grid, double from, int blocks);

/// The highest point between `inside`, in the well that is left, and `outside`, towards larger s, and the lowest before it.
struct ProfileBarrier {
  double well = 0, top = 0;         // s of the minimum and of the maximum
  double height = 0;                // F(top) - F(well): the paper's dF, which depends on how s is scaled
  double curvature = 0;             // F'' at the minimum, eV per unit of s squared
  bool closed = false;              // the top is a maximum and not merely the end
  double log_well = 0;              // ln of the integral of exp(-F/kT) over the well up to the top, F from its minimum
};
/// Nothing when F does not rise there. Curvature by a parabola through the points within kT of the minimum.
std::optional<ProfileBarrier> barrier_of(const FreeEnergyProfile& profile, double temperature, double inside, double outside);
/// The same between a well and a top that another profile has: the largest less the least of noisy numbers is too high. Nothing
/// where F is not known at one of them.
std::optional<ProfileBarrier> barrier_between(const FreeEnergyProfile& profile, double temperature, double well, double top);

/// Rates over the barrier of a profile by transition state theory, which do not depend on how s is scaled:
///   k = sqrt(kT/2 pi) <|grad s|> exp(-F(top)/kT) / int exp(-F/kT) ds over the well,  |grad s|^2 = sum |ds/dx_i|^2/m_i
/// with sqrt(<|grad s|^2>) for <|grad s|>: never smaller, and equal where it is the same everywhere
/// (Chandler, J. Chem. Phys. 68, 2959 (1978)), and dG = -kT ln(h k/kT).
struct ProfileRate {
  double attempt_THz = 0;   // (1/2 pi) sqrt(F'' |grad s|^2) at the minimum: what the paper calls nu0
  double log_rate = 0;      // ln(k * 1 s)
  double free_energy = 0;   // dG, eV
  double geometric = 0;     // -kT (d - 1) ln(top/well): the part of the height that the shells of s account for, eV
};
/// `inverse_mass`: mean of |grad s|^2 in 1/u times the unit of s squared per Angstrom^2, at the top and at the minimum.
/// Throws InputError for one that is not above 0.
ProfileRate rate_over(const ProfileBarrier& barrier, double temperature, double inverse_mass_at_top, double inverse_mass_in_well, double shell_power);

}  // namespace glasscape
