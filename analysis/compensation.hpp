// Enthalpy-entropy compensation: do activation energy and entropy of different glasses or events rise
// together, dH = const + T_c dS? The two come from one fit each, and its errors alone draw such a line with a
// slope within the temperatures measured (Krug, Hunter and Grieger, Nature 261, 566 (1976); Barrie, PCCP 14,
// 318 (2012)). What errors cannot make is a relation between numbers whose errors are independent:
//   dH and dF(T_hm),  T_hm = var(dH) / cov(dH, dS)      sum(w T^2)/sum(w T) of a fit with weights w
//   dS and dF(T_m),   T_m  = cov(dH, dS) / var(dS)      sum(w T)/sum(w)
// T_hm is the harmonic mean of the temperatures when the error of dF grows as T, as for ln k of equal
// relative error, which Krug et al. assume; in general it is not. With compensation, dF(T_hm) is a line in dH
// of slope b = 1 - T_hm / T_c: b = 0 is what errors make, b = 1 is dS without relation to dH.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/activation_entropy.hpp"

namespace glasscape {

struct MeasuredActivation {
  double enthalpy = 0;               // eV
  double entropy = 0;                // kB
  Eigen::Matrix2d covariance;        // of (dH / 1 eV, dS / kB)
  std::vector<double> temperatures;  // at which it was measured, K
};

std::vector<MeasuredActivation> measured(std::span<const ActivationFit> fits);

/// Pearson's correlation of two numbers with independent errors. That all scatter is error is rejected with
/// `p_value` (Student's t of n - 2), whatever the size of the errors.
struct IndependentCorrelation {
  double temperature = 0;  // of dF, K
  double correlation = 0;
  double p_value = 1;
};

struct Compensation {
  double harmonic_mean = 0;         // of all temperatures, K
  IndependentCorrelation enthalpy;  // of dH with dF(T_hm): not all scatter is error
  IndependentCorrelation entropy;   // of dS with dF(T_m): dS is not one constant seen with errors
  /// The slope of dH against dS as often drawn, in K: no evidence of anything.
  Estimate naive_temperature;
  /// b, errors of dH and their relation to those of dS taken out; nothing when dH scatters no more than its
  /// errors. Its interval is infinite when the data bound it nowhere.
  std::optional<Estimate> slope;
  std::optional<Estimate> compensation_temperature;  // T_c, K; nothing unless its interval excludes infinity
  /// T_c differs from T_hm, dS is no constant, and T_c is finite and above 0; each at the level given.
  bool distinguishable = false;
  std::string verdict;  // the same as a sentence
  std::vector<std::string> doubts;

  /// dF(T_hm) of one glass, eV, and its standard error: what to draw against dH.
  Estimate barrier_at_harmonic_mean(const MeasuredActivation& glass) const;
};

/// Slope by moments with errors in both variables and scatter of its own (BCES of Akritas and Bershady, ApJ
/// 470, 706 (1996); Fuller, Measurement Error Models, 1987, 1.2), its interval by inverting the test of each
/// slope (Fieller), which stays right where dH hardly varies. All glasses weigh alike. Throws InputError for
/// fewer than 4 glasses, numbers that are not finite, a covariance that is not positive or whose dH and dS do
/// not rise together as those of a fit do, no temperatures, or a level out of range.
Compensation compensation(std::span<const MeasuredActivation> glasses, double level = 0.95);

}  // namespace glasscape
