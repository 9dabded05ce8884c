// How long until an escape, from samplings that were speeded up by a bias: infrequent metadynamics (Tiwary and Parrinello,
// PRL 111, 230602 (2013)). A sampling of which the bias did not touch the barrier stands for the time int exp(V/kT) dt, and
// such times are exponential when the escape is one rare event. Whether they are, the test of Kolmogorov and Smirnov says
// (Salvalaglio, Tiwary and Parrinello, J. Chem. Theory Comput. 10, 1420 (2014)), with the p-value of Lilliefors for a mean
// that was fitted (J. Am. Stat. Assoc. 64, 387 (1969)). Times as ln(t / 1 ps): they span more decades than a double.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/bootstrap.hpp"

namespace glasscape {

struct BoostedTime {
  double log_time = 0;  // ln of the time that the sampling stands for, ps
  bool escaped = true;  // else it ended without an escape
};

struct EscapeTimes {
  std::size_t escaped = 0, ended = 0;   // samplings
  Estimate log_mean;                    // ln(tau / 1 ps), tau = sum of all times / escapes; interval: see escape_times
  std::optional<double> distance;       // of Kolmogorov and Smirnov; nothing where a sampling ended without escape
  std::optional<Estimate> p_value;      // chance of a larger one if the times were exponential; error of the replicas
  std::vector<std::string> doubts;
};

/// Nothing without an escape. The interval of tau is that of exponential times by chi-squared, exact when the samplings end with
/// an escape each, or after a number of escapes that was chosen before. Where the test rejects that law (p below 0.05), or the
/// samplings are of several groups of atoms (`groups`, one number for each), each with a law of its own, it is by resampling, of
/// whole groups then, and no test is made. Throws InputError for a time that is not finite, options out of range, or groups of
/// another number.
std::optional<EscapeTimes> escape_times(std::span<const BoostedTime> times, Rng& rng, const Bootstrap& options = {});

}  // namespace glasscape
