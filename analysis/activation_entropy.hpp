// Activation energy and entropy from barriers at several temperatures: Yang et al., PRB 102, 174103 (2020),
// Eqs. 3 and 7,
//   dF(T) = dH - T dS
// as a straight line, with dH (eV) and dS (kB) and the covariance of their errors, which are far from
// independent: their correlation is (mean T)/sqrt(mean T^2), 0.97 for the six temperatures 200 to 450 K of
// that paper. Two sources of error are kept apart: the errors of the barriers (one glass, one line), and the
// scatter from glass to glass, which no longer run of one glass reduces. Barriers in eV, temperatures in K.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace glasscape {

struct BarrierAt {
  double temperature = 0;  // K
  double barrier = 0;      // free energy dF, eV
  double error = 0;        // its standard error, eV
};

struct GlassBarriers {
  std::string name;
  std::vector<BarrierAt> points;
};

struct ActivationLine {
  Estimate enthalpy;           // dH, eV: the line at 0 K
  Estimate entropy;            // dS, kB
  Eigen::Matrix2d covariance;  // of (dH / 1 eV, dS / kB)
  double quantile = 0;         // that of barrier(T) is this many standard errors to each side, and those of dH and dS
                               // too unless they are said to be percentiles

  /// dF(T) on the line, eV, T from 0 K. Its interval holds that of one T, not all T together. Throws
  /// InputError for a temperature below 0.
  Estimate barrier(double temperature) const;
};

struct ActivationFit {
  ActivationLine line;               // intervals from the errors of the barriers alone, normal law
  std::vector<double> temperatures;  // K, of all points, in their order
  double chi_squared = 0;            // sum of ((dF - line) / error)^2
  int freedom = 0;                   // points - 2
  std::optional<double> p_value;     // chance of a larger chi-squared; nothing for two points
  std::vector<std::string> doubts;

  /// With another line through the same points, whose errors are not those of the points: nothing is said of how far they lie from it.
  ActivationFit with(const ActivationLine& other) const;
};

/// Least squares with weights 1 / error^2. Throws InputError for fewer than two temperatures, values that are
/// not finite, a temperature or an error not above 0, or a level out of range.
ActivationFit fit_activation(std::span<const BarrierAt> points, double level = 0.95);

struct ActivationOfGlasses {
  std::vector<ActivationFit> glasses;  // one each
  ActivationFit common;                // one line through all points, as if all glasses were one
  /// The mean over all glasses of this kind: random effects, intervals with Student's t of glasses - 1.
  ActivationLine mean;
  Eigen::Matrix2d between;  // covariance of the true (dH / 1 eV, dS / kB) of the glasses
  /// Standard deviation from glass to glass beyond the errors, eV and kB; each with the interval of
  /// Viechtbauer (Stat. Med. 26, 37 (2007)): the values for which Cochran's Q is likely. Value: Paule and
  /// Mandel (1982).
  Estimate enthalpy_scatter, entropy_scatter;
  double heterogeneity = 0;  // Cochran's Q of both numbers
  int freedom = 0;           // 2 (glasses - 1)
  double p_value = 0;        // chance of a larger Q if all glasses were one
  double inconsistency = 0;  // I^2 = 1 - freedom / Q, 0 to 1: the part of Q that the errors do not explain
  std::vector<std::string> doubts;
};

/// Glass g has its own line, drawn around the mean with covariance B and seen with its covariance C_g. B by
/// moments: the matrix form of DerSimonian and Laird by Chen, Manning and Dupuis, Biometrics 68, 1278 (2012),
/// and Jackson, White and Riley, Biom. J. 55, 231 (2013), made positive in the metric of the errors, so that
/// it does not depend on units. The mean weighs with (C_g + B)^-1. Throws InputError for fewer than two
/// glasses, and as `fit_activation` for each.
ActivationOfGlasses activation_of_glasses(std::span<const GlassBarriers> glasses, double level = 0.95);

/// Is a straight line enough? A term in T^2 that all glasses share, each with its own line.
struct Curvature {
  Estimate entropy_slope;   // d(dS)/dT, kB/K; interval from the errors of the barriers
  Estimate enthalpy_shift;  // what the term adds to the mean dH at 0 K, eV
  double p_value = 0;       // of no curvature, from the errors of the barriers (chi-squared, 1)
  std::optional<double> p_value_by_scatter;  // of no curvature, from the scatter about the curve (F test)
  std::vector<std::string> doubts;           // not seen does not mean not there
};

/// Nothing when no glass has three temperatures. Throws as `fit_activation`.
std::optional<Curvature> curvature(std::span<const GlassBarriers> glasses, double level = 0.95);

}  // namespace glasscape
