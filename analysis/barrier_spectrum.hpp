// The distribution of barriers: summary, histogram, and the log-normal law fitted to it, each with its error.
// Barriers F in eV, in the order they were found. A log-normal law says that ln(F / 1 eV) is normal with mean
// mu and standard deviation sigma; Yang et al., PRB 102, 174103 (2020), Fig. 4 use it for barriers of
// metallic glasses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/bootstrap.hpp"

namespace glasscape {

struct Summary {
  std::size_t count = 0;
  Estimate mean, standard_deviation;                // eV; intervals by resampling
  Estimate lower_quartile, median, upper_quartile;  // eV
  double minimum = 0, maximum = 0;                  // eV; resampling has no interval for extremes
  std::vector<std::string> doubts;
};

/// Throws InputError for an empty sample, a value that is not finite, or options out of range.
Summary summarise(std::span<const double> barriers, Rng& rng, const Bootstrap& options = {});

/// Bin k is [low + k width, low + (k+1) width). Bins begin at multiples of the width, so that spectra of one
/// width can be laid over each other.
struct Histogram {
  double low = 0, width = 0;  // eV
  std::vector<std::int64_t> counts;
  std::vector<Estimate> density;  // probability per eV, with Wilson intervals of each bin's share
};

/// The width by Freedman and Diaconis, Z. Wahrscheinlichkeitstheorie 57, 453 (1981): 2 (interquartile range)
/// / n^(1/3); without that range by Scott, Biometrika 66, 605 (1979): 3.49 s / n^(1/3); 1 eV for equal
/// values; never more than 1000 bins.
double bin_width(std::span<const double> barriers);

/// `width` in eV, or nothing for `bin_width`. Throws InputError for an empty or non-finite sample, a width
/// that is not above 0 or would make more than a million bins, or a level out of range.
Histogram histogram(std::span<const double> barriers, std::optional<double> width = {}, double level = 0.95);

struct FitLogNormal {
  double level = 0.95;
  int replicas = 1000;  // samples drawn from the fitted law for the p-value
};

struct LogNormalFit {
  std::size_t used = 0, excluded = 0;  // barriers above 0, and the rest, which no log-normal law can give
  Estimate mu, sigma;                  // of ln(F / 1 eV)
  Estimate mean, median, mode;         // of the fitted law, eV
  double distance = 0;                 // Kolmogorov and Smirnov: largest gap between sample and law
  Estimate p_value;  // chance of such a gap if the law held; interval from the number of replicas
  std::vector<std::string> doubts;  // too few barriers, law rejected (p < 0.05), barriers excluded

  bool trusted() const { return doubts.empty(); }
  /// Probability per eV.
  double density(double barrier) const;
};

/// Maximum likelihood: mu is the mean of ln F, sigma the root of its mean squared deviation (divided by n).
/// Intervals of mu (Student's t), sigma (chi-square) and the median exp(mu) are exact; those of the mean
/// exp(mu + sigma^2/2) and the mode exp(mu - sigma^2) are Cox's with t quantiles (Olsson, J. Stat. Educ. 13
/// (1), 2005). The p-value is that of Lilliefors, J. Am. Stat. Assoc. 62, 399 (1967): each replica is fitted
/// too, since a law fitted to its own sample lies closer than a given one. The gap does not depend on mu and
/// sigma, so it is exact for every n. Nothing when fewer than two barriers are above 0 or all of those are
/// equal: then no such law exists. Throws InputError for an empty or non-finite sample or options out of
/// range.
std::optional<LogNormalFit> fit_log_normal(std::span<const double> barriers, Rng& rng,
                                           const FitLogNormal& options = {});

}  // namespace glasscape
