// What a search for saddles costs and how often it succeeds. A success is a connected saddle: one whose two
// sides were relaxed and one of which is the basin that the search started from. Everything else is a failure
// with its reason. Force calls as the sampler counted them; minima that dynamics or quenches found are no
// attempts and cost nothing here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/bootstrap.hpp"
#include "landscape/graph.hpp"

namespace glasscape {

/// A SaddleFound or a SearchFailed without its positions.
struct SearchAttempt {
  bool connected = false;
  std::int64_t force_calls = 0;
};

/// The searches among the facts, in their order.
std::vector<SearchAttempt> search_attempts(std::span<const Event> events);

struct FailureCount {
  std::string reason;
  std::int64_t count = 0;
  Estimate share;  // of all attempts; Wilson interval
};

struct SearchStatistics {
  std::int64_t attempts = 0, connected = 0;
  std::int64_t distinct = 0;              // saddles that the graph's same-basin test tells apart
  std::int64_t force_calls = 0;           // of all attempts
  std::optional<Estimate> success_ratio;  // connected / attempts; Wilson interval; nothing without attempts
  std::optional<Estimate> calls_per_attempt;    // nothing without attempts
  std::optional<Estimate> calls_per_connected;  // calls of all attempts / connected; nothing without success
  /// Calls of all attempts / distinct; nothing without success. It has no interval: a resample repeats
  /// attempts and so holds fewer distinct saddles than any new sample would. It grows with the number of
  /// attempts, as fewer are new.
  std::optional<double> calls_per_distinct;
  std::vector<FailureCount> failures;  // most frequent first, equal ones by name
  std::vector<std::string> doubts;
};

/// `attempts` are those of the facts that the graph was folded from. Intervals of force calls come from
/// resampling whole attempts, taken as independent; that of `calls_per_connected` is open upwards where
/// resamples without any success are too many. Throws InputError when graph and attempts disagree in number,
/// success or force calls, or for options out of range.
SearchStatistics search_statistics(const LandscapeGraph& graph, std::span<const SearchAttempt> attempts,
                                   Rng& rng, const Bootstrap& options = {});

}  // namespace glasscape
