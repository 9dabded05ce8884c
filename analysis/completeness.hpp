// How many events are still unseen: capture and recapture. Each successful search from a basin draws one of N
// events; a repeat says that the list grows full. Searches are taken as independent draws of one law; how
// likely each event is to be drawn may differ and is not known. With n searches, D distinct events and f_k of
// them found k times:
//   coverage   1 - f_1/n                   the chance that the next search finds a known event
//   Chao1      D + (n-1)/n f_1^2/(2 f_2)   a lower bound of N, whatever the chances of the events
//   ACE                                    an estimate of N that allows for chances that differ a little
// An event that is hard to find can always be missed: nobody can bound N from above without assumptions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "md/support/random.hpp"

namespace glasscape {

struct Completeness {
  std::int64_t searches = 0, distinct = 0;
  std::map<std::int64_t, std::int64_t> found_times;  // k -> f_k, those above 0
  Estimate coverage;
  /// Chao1. Without any repeat it has no upper end, and its lower end is exact: a smaller N would have given
  /// a repeat, most surely with unequal chances.
  Estimate at_least;
  /// ACE; nothing while every event found up to 10 times was found once only.
  std::optional<Estimate> total;
  /// Coefficient of variation of the chances among the events found up to 10 times, as ACE has it.
  std::optional<double> heterogeneity;
  /// Chance that the first half of the searches would find a number of distinct events as far from the
  /// expected one, if the order did not matter; nothing for fewer than 4 searches or without any repeat.
  std::optional<double> p_value_of_order;
  std::vector<std::string> doubts;
};

/// `events` names the event that each successful search found, in the order of the searches; equal numbers
/// are equal events. For events below some barrier give only those. Good, Biometrika 40, 237 (1953), with the
/// variance of Esty, Ann. Stat. 11, 905 (1983), solved for the coverage as Wilson does; Chao, Scand. J. Stat.
/// 11, 265 (1984) and Biometrics 43, 783 (1987), log-normal interval; Chao and Lee, J. Am. Stat. Assoc. 87,
/// 210 (1992). Throws InputError for no events or a level out of range.
Completeness completeness(std::span<const std::int64_t> events, double level = 0.95);

/// Numbers of events that may be unseen still, from the log-normal law that gives `at_least` its interval, or,
/// where its value is what was found, from the upper half of a normal law; rounded up or down at random, so
/// that the mean stays. Nothing while the interval has no upper end. They know no more than `at_least`: events
/// much harder to find than those found are not among them.
std::optional<std::vector<std::int64_t>> draw_unseen(const Completeness& found, std::size_t draws, Rng& rng);

struct DiscoveryPoint {
  std::int64_t searches = 0;
  Estimate distinct;                   // expected after that many searches
  std::optional<std::int64_t> so_far;  // distinct in the order found; nothing beyond the data
};

/// From 1 to 2n searches in about `points` steps, always with n. Up to n the mean over all orders (Hurlbert,
/// Ecology 52, 577 (1971)), beyond by Chao1, with errors of what other samples of the same size would give:
/// Colwell et al., J. Plant Ecol. 5, 3 (2012), Eqs. 4, 5, 9 and 10. Further than 2n the bias of Chao1 rules.
/// Throws as `completeness`, and for fewer than 2 points.
std::vector<DiscoveryPoint> discovery_curve(std::span<const std::int64_t> events, std::size_t points = 40,
                                            double level = 0.95);

/// Searches still to make until the coverage is that: Chao and Jost, Ecology 93, 2533 (2012), Eq. 12. 0 when
/// it is reached; nothing without repeats to tell. Beyond n more searches too few: the events that are hard
/// to find come last. Throws as `completeness`, and unless 0 < coverage < 1.
std::optional<Estimate> searches_to_coverage(std::span<const std::int64_t> events, double coverage,
                                             double level = 0.95);

}  // namespace glasscape
