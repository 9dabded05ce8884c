// Moduli against frequency at several temperatures, put on one nonnegative spectrum of relaxation times at a reference temperature, and
// whether one shift of all times does that. Three laws for ln of a relaxation time at T, tau being the time of the same process at T_ref:
//   one shift       ln tau_T = ln tau + ln a_T                       a_T free at each temperature but T_ref: superposition of Ferry,
//                                                                   Viscoelastic Properties of Polymers (1980), chapter 11
//   Arrhenius shift ln tau_T = ln tau + E (1/kT - 1/kT_ref)          one barrier for all processes
//   many barriers   ln tau_T = ln tau_0 (1 - T_ref/T) + (T_ref/T) ln tau    one attempt time, each process its own barrier kT_ref ln(tau/tau_0)
// Each is found by the least regularised misfit of all curves at once (relaxation_spectrum.hpp), the weight of the penalty fixed while the
// law moves and chosen anew in between; the spectrum is projected out (Golub and Pereyra, SIAM J. Numer. Anal. 10, 413 (1973); derivative
// of Kaufman, BIT 15, 49 (1975)). An attempt time that grows as T, as in Eq. 9 of Atzmon, Ju and Lei, Materials 16, 7444 (2023), changes
// the barriers by kT only. Their Eq. 10 is printed with a k T too many; meant is ln a_T = E/k (1/T - 1/T_ref). A straight Arrhenius plot of
// shifts that overlay the curves does not say that there is one barrier: hence the comparison of the laws by Schwarz's criterion, n ln(squares/n)
// + parameters ln n, with the trace of the fit's influence matrix as the parameters of a spectrum. With such effective parameters and a
// penalty the criterion is approximate. Strengths are taken as the same at all temperatures. Seconds, rad/s, K, eV.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/relaxation_spectrum.hpp"

namespace glasscape {

/// ln tau = ln tau_0 + E/kT: a straight line by least squares, each time weighed with 1/error^2, or equally.
struct ThermalActivation {
  Estimate energy;           // E, eV
  Estimate ln_attempt_time;  // ln(tau_0 / s)
  double r_squared = 0;
  std::vector<std::string> doubts;
};

/// Intervals of Student from the scatter around the line; infinite for two temperatures. Throws InputError for fewer than two different
/// temperatures, lists of different length, and numbers that are not finite or errors not above 0.
ThermalActivation thermal_activation(std::span<const double> temperatures, std::span<const double> ln_times, std::span<const double> errors = {}, double level = 0.95);

/// One curve: a loss or a storage modulus. Its `shift` and `stretch` are not looked at.
struct Isotherm {
  double temperature = 0;
  ResponseData data;
};

struct MasterCurveOptions {
  double reference = 0;     // K: T_ref is the nearest temperature of the curves
  SpectrumOptions spectrum = {.weights = 25};  // its range is that of the shifted data and `beyond`, unless given; it must not have a lambda
  double beyond = 10;       // how far the grid goes on, as a factor: a loss has no background that could hold what is out of sight
  int rounds = 3;           // the weight of the penalty is chosen at the beginning of each
  double least_ln_attempt_time = -40, most_ln_attempt_time = -20;  // ln(tau_0 / s) is searched between them
  double level = 0.95;
};

/// The curves on one spectrum under one of the laws.
struct SharedSpectrum {
  RelaxationSpectrum spectrum;       // at T_ref
  std::vector<ResponseData> curves;  // as given, with the shift and the stretch found
  std::vector<Estimate> parameters;  // of the law: from the curvature of the misfit at its minimum
  double squares = 0;                // weighted, of the residuals
  double freedom = 0;                // effective parameters of the spectrum and the background, and those of the law
  double bic = 0;
  double overlay = 0;                // rms of ln of the modulus over that of the spectrum
};

enum class Superposition { one_shift, many_barriers, undecided };

struct MasterCurve {
  double reference = 0;                // T_ref, K
  std::vector<double> temperatures;    // ascending, each once
  std::vector<Estimate> ln_shift;      // ln a_T of each; 0 at T_ref
  ThermalActivation apparent;          // the line through ln a_T against 1/kT. Its interval holds E in 88 of 100 cases: shifts of neighbours err together
  SharedSpectrum one_shift, arrhenius_shift, many_barriers;
  Estimate arrhenius_energy;           // E of the Arrhenius shift, eV: of all curves at once, with an interval that holds
  Estimate ln_attempt_time;            // of many barriers, ln(tau_0 / s)
  Superposition verdict = Superposition::undecided;
  std::string sentence;                // the verdict with its numbers
  std::vector<std::string> doubts;

  /// Barrier of what relaxes in `tau` s at T_ref, were there many: kT_ref ln(tau/tau_0).
  double barrier_of(double tau) const;
};

/// Throws InputError, with the source of the curve, for fewer than two temperatures, temperatures that descend or come twice with the same kind of
/// modulus, a modulus not above 0, data that are not moduli, and what `check` and relaxation_spectrum throw it for.
MasterCurve master_curve(const std::vector<Isotherm>& curves, const MasterCurveOptions& options);

/// ln of the relaxation times of `to` over those of `from`, two curves as master_curve takes them, where they overlay best.
double pairwise_shift(const ResponseData& from, const ResponseData& to);

}  // namespace glasscape
