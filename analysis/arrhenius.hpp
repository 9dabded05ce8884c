// The Arrhenius plot of a spectrum of barriers: Yang et al., PRB 102, 174103 (2020), Eqs. 2, 8, 9 and Fig. 5.
// With nu = nu0 exp(-dF(T)/kT) the parallel barrier gives the upper bound of the frequency, the sequential
// one the lower. A straight dF(T) = dH - T dS gives a straight plot of ln nu against 1/T with the apparent
// activation energy dH and the apparent prefactor nu0 exp(dS/kB). Frequencies as ln(nu * 1 s); nu0 is the
// caller's (2e12 Hz in that paper) and carries no error here, though a factor e in it is 1 kB in dS.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/activation_entropy.hpp"
#include "analysis/effective_barriers.hpp"

namespace glasscape {

struct ArrheniusPoint {
  double temperature = 0;                    // K
  Estimate parallel, effective, sequential;  // ln(nu * 1 s): highest, between, lowest
};

/// The straight line through one of the three.
struct ArrheniusFit {
  Estimate energy;         // apparent activation energy, eV
  Estimate log_prefactor;  // ln of the apparent prefactor * 1 s
  ActivationFit barriers;  // the same as a line of dF(T)
};

struct Arrhenius {
  double attempt_frequency = 0;  // nu0, Hz
  std::vector<ArrheniusPoint> points;
  /// Nothing for fewer than two temperatures.
  std::optional<ArrheniusFit> parallel, effective, sequential;
  std::vector<std::string> doubts;
};

/// Each fit weighs ln nu with its error, the half width of the barrier's interval in normal standard errors
/// over kT. That is the same sum of squares as for the line of dF(T), so both fits are one. Throws InputError
/// for no barriers, a frequency or temperature not above 0, or a barrier without a finite interval of a
/// length above 0.
Arrhenius arrhenius(std::span<const EffectiveBarriers> barriers, double attempt_frequency,
                    double level = 0.95);

/// The lines of dF(T) through the three effective barriers.
struct ArrheniusLines {
  ActivationLine parallel, effective, sequential;
};

/// The same plot with lines that were found in another way, see analysis/grouped_lines. Throws InputError where it has none.
Arrhenius with_lines(Arrhenius plot, std::span<const EffectiveBarriers> barriers, const ArrheniusLines& lines);

/// ln(nu * 1 s) on a line of dF(T), to draw the band between bounds at temperatures without data. Throws
/// InputError for a temperature or a frequency not above 0.
Estimate log_frequency(const ActivationLine& line, double attempt_frequency, double temperature);

}  // namespace glasscape
