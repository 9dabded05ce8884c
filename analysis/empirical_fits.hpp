// The two forms that relaxation data are usually fitted with, whatever they are made of, and what is known of their spectra in closed form:
//   stretched exponential  y(t) = c + A exp(-((t + shift)/tau)^beta)      Kohlrausch; Atzmon, Ju and Lei, Materials 16, 7444 (2023), Eq. 11
//   Havriliak-Negami       E*(w) = E_U - D / (1 + (i w tau)^alpha)^gamma  0 < alpha <= 1, 0 < alpha gamma <= 1; Polymer 8, 161 (1967)
//     E' = E_U - D r^-gamma cos(gamma phi),  E'' = D r^-gamma sin(gamma phi) >= 0  (strain exp(i w t), stress ahead of it),
//     r = |1 + (i w tau)^alpha|,  phi = its argument:  E_U the modulus at high frequency, E_U - D that at low
// A is above 0 for what decays, below for what rises. shift is the time that passed before the clock was started: a tenth of tau, left out,
// raises tau by half with R^2 = 0.999 (Atzmon, J. Appl. Phys. 123, 065103 (2018)), so that tau of a fit is a time of the sample only as far
// as the beginning is known. Densities of relaxation times are per unit of ln tau, as in relaxation_spectrum.hpp. Intervals: profile_fit.hpp.
// Seconds, rad/s; moduli in the units of the data.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "analysis/profile_fit.hpp"
#include "analysis/relaxation_spectrum.hpp"

namespace glasscape {

struct StretchedExponential {
  double constant = 0, amplitude = 1;  // c, A
  double tau = 1, exponent = 1;        // s, beta
  double shift = 0;                    // s

  double at(double time) const;
  /// tau Gamma(1/beta)/beta: the area below exp(-(t/tau)^beta), and of beta < 1 the mean of tau over its spectrum.
  double mean_time() const;
};

/// The spectrum of exp(-(t/tau0)^(1/2)): sqrt(tau/(pi tau0)) exp(-tau/(4 tau0))/2, of area 1.
double root_exponential_density(double tau, double tau0);

struct StretchedOptions {
  bool amplitude = true, shift = false;  // whether they are fitted; c is when the data have a constant
  StretchedExponential fixed;            // what is not fitted
  double level = 0.95;
};

struct StretchedFit {
  StretchedExponential curve;
  Estimate constant, amplitude, tau, exponent, shift;  // what is not fitted has no width
  Estimate mean_time;
  ProfileFit fit;                        // of what is fitted, in this order
  std::vector<std::string> doubts;
};

/// Of a recovery or a creep without drift. beta is sought between 0.1 and 3: one above 1 is no sum of exponentials, and is doubted.
/// Throws InputError for other data, as `check` for ResponseData, and as profile_fit.
StretchedFit fit_stretched_exponential(const ResponseData& data, const StretchedOptions& options = {});

struct HavriliakNegami {
  double unrelaxed = 0, strength = 1;  // E_U, D
  double tau = 1, alpha = 1, gamma = 1;

  double storage(double omega) const;
  double loss(double omega) const;
  /// f with E'' = int f w tau/(1 + w^2 tau^2) dln tau and E' = E_U - int f/(1 + w^2 tau^2) dln tau; its area is D. Throws InputError for
  /// alpha = gamma = 1, whose spectrum is a single time.
  double density(double time) const;
};

struct HavriliakNegamiFit {
  HavriliakNegami curve;
  Estimate strength, tau, alpha, gamma;
  Estimate product;                    // alpha gamma: E'' rises as w^alpha and falls as w^-(alpha gamma)
  std::optional<Estimate> unrelaxed;   // a loss alone does not tell it
  ProfileFit fit;                      // of D, tau, alpha, alpha gamma and E_U
  std::vector<std::string> doubts;
};

/// Of loss, storage, or both at once: each set against its own errors, or all sets with one error for all. Throws InputError for other
/// data, as `check` for ResponseData, and as profile_fit.
HavriliakNegamiFit fit_havriliak_negami(const std::vector<ResponseData>& sets, double level = 0.95);

}  // namespace glasscape
