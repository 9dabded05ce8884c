// Stress that relaxes in two steps, a beta relaxation before the alpha relaxation, as Hao et al. measure and describe it in La60Ni15Al25,
// Phys. Rev. B 108, 024101 (2023):
//   tau_beta = tau_0 exp(E_beta/kT),   tau_alpha = (tau_beta / t_0^(1-chi))^(1/chi)    (Eq. 1), hence E_alpha = E_beta/chi
//   J(t) = 1/E_el + A_beta [1 - e^{-t/tau_beta}] + A {1 - exp[-(1/chi)(t/tau_alpha)^chi]} + A t/tau_alpha    (Eq. 2)
// E(t) follows from J(t) exactly (linear_solid.hpp) once the stretched exponential is a sum of exponentials: its spectrum is the one-sided
// stable law of exponent chi, a positive integral (Zolotarev, One-dimensional Stable Distributions (1986), section 2.2), so that nothing is
// fitted. Also what is read off measurements: tau_1 where -d sigma/d ln t is largest, tau_beta = 1/(2 pi f_peak) of a loss, their Arrhenius
// line (thermal_activation of master_curve.hpp), what is left of the steps behind an instrument's first record, and the stress after
// steps of the strain, sigma(t) = sum (change of strain at t_i) E(t - t_i). As E(t) comes from J(t), tau_1 is shorter than tau_beta
// by 1 + E_el A_beta. Seconds, Hz, K, eV; moduli and compliances in any units that are each other's inverse.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/linear_solid.hpp"
#include "analysis/relaxation_spectrum.hpp"
#include "md/support/random.hpp"

namespace glasscape {

/// exp(-u^exponent) = sum strength_i exp(-u/tau_i), to 1e-10 at every u >= 0, with strengths above 0. Throws InputError for an exponent below
/// 0.1 or above 0.95.
std::vector<RelaxationMode> stretched_exponential(double exponent);

struct HierarchicalRelaxation {
  double elastic = 0;            // 1/E_el
  double beta = 0, alpha = 0;    // A_beta, A
  double correlation = 0;        // chi: 0 full order, 1 full disorder
  double beta_attempt_time = 0;  // tau_0, s
  double beta_energy = 0;        // E_beta, eV
  double scaling_time = 0;       // t_0, s
  bool flows = true;             // whether there is A t/tau_alpha

  double beta_time(double temperature) const;
  double alpha_time(double temperature) const;
  double alpha_energy() const { return beta_energy / correlation; }
  /// J(t) as Eq. 2 has it.
  double compliance_at(double time, double temperature) const;
  /// The same in exponentials, of stretched_exponential(correlation). What is faster than `fastest` is taken as elastic.
  Compliance compliance(double temperature, std::span<const RelaxationMode> stretched, double fastest = 0) const;
  Relaxation relaxation(double temperature) const;
};

/// Throws InputError for an elastic compliance, times or an energy not above 0, and other compliances below 0.
void check(const HierarchicalRelaxation& law);

/// A demonstration, not what is published, which Ref. [32] of the paper keeps: E_beta = 0.860 eV (83 kJ/mol) and a first plateau of 0.95 as in
/// the paper, tau_beta(461 K) = 1e-4 s, as it estimates; ours: chi = 0.38, tau_alpha(461 K) = 100 s and A = 0.45/E_el, so that a third
/// of the deformation is anelastic. E_el = 1.
HierarchicalRelaxation la60ni15al25_demonstration();

/// A maximum of the decay rate -d sigma/d ln t.
struct DecayMaximum {
  double time = 0, height = 0;
  double prominence = 0;  // above the higher of the minima, or ends, beside it
};

/// Of sum strength_i e^{-t/tau_i} between two times, ascending.
std::vector<DecayMaximum> decay_maxima(std::span<const RelaxationMode> modes, double from, double to);

struct DecayStep {
  Estimate time, height;  // s; of -d sigma/d ln t, in units of the stress
  double seen = 0;        // part of the fits with new noise that have it
};

struct StressDecay {
  RelaxationSpectrum spectrum;
  std::vector<DecayStep> steps;  // ascending time
  std::vector<std::string> doubts;
};

struct StressDecayOptions {
  SpectrumOptions spectrum = {};
  double least_prominence = 0.02;  // of a maximum, over the highest: less is a ripple of the fit
  int resamples = 100;             // fits with new noise; 0: no intervals
};

/// The maxima of the decay rate of a measured stress at constant strain, of its relaxation spectrum and not of differences of noisy data.
/// The penalty widens a step and moves its maximum to shorter times, by 1 to 4 % at noise of 0.02 to 0.1 %; fits to the fit with new noise,
/// each with a weight chosen anew, err alike, so that their error is taken off. Of 270 intervals of made-up stress 91 in 100 held the time, and
/// 86 the height. Throws InputError for data that are not Response::recovery and as relaxation_spectrum.
StressDecay stress_decay(const ResponseData& stress, Rng& rng, const StressDecayOptions& options = {});

struct LossPeak {
  Estimate frequency, tau;  // Hz; 1/(2 pi f), s
  std::vector<std::string> doubts;
};

struct LossPeakOptions {
  double half_width = 1.2;  // of the parabola, in ln f: half a decade
  double level = 0.95;
};

/// Where a parabola in (ln f, ln of the loss) around the maximum has its vertex; Student's interval by linear propagation of its errors. A
/// loss that is not symmetric around its peak shifts it. Throws InputError for fewer than five points, frequencies that do not
/// ascend, numbers not above 0, and columns of different length.
LossPeak loss_peak(const Eigen::VectorXd& frequency, const Eigen::VectorXd& loss, const Eigen::VectorXd& error = {}, const LossPeakOptions& options = {});

/// From the first record of an instrument to its last.
struct Observation {
  double cut_off = 0.5, longest = 1e4;  // s; of the paper, and ours
  double least_drop = 1e-4;             // of a step, over the stress of the first record: less is not seen
};

struct VisibleStep {
  double time = 0;        // where the decay rate is largest, or the end of the record beyond which that lies
  double drop = 0;        // of the stress, over that of the first record
  bool complete = false;  // whether the record has the maximum
};

/// What is seen as a step: the record between two minima, or ends, of the decay rate. Throws InputError for a record without length.
std::vector<VisibleStep> visible_steps(const Relaxation& relaxation, const Observation& observation);

/// The temperatures at which two steps are seen, or more: below `low` of it the beta relaxation fills the record, above `high` it is over
/// before the first record and both steps have become one. Nothing when there are none between these temperatures.
std::optional<Interval> two_step_range(const HierarchicalRelaxation& law, const Observation& observation, double coldest, double hottest);

/// The strain from a time on.
struct StrainStep {
  double time = 0, strain = 0;
};

/// The stress at a time, 0 before the first step. Throws InputError for steps that do not ascend.
double stress_after(const Relaxation& relaxation, std::span<const StrainStep> steps, double time);

/// How far the stresses of two stages of the same strain, numbered by their steps, are apart in so long a time from the beginning of each, over
/// the stress at the beginning of the first: 0 when what happened before is forgotten, as what does not flow does in time. Throws
/// InputError for stages of different strain or of a shorter time.
double difference_of_stages(const Relaxation& relaxation, std::span<const StrainStep> steps, std::size_t first, std::size_t second, double duration);

}  // namespace glasscape
