#include "analysis/search_statistics.hpp"

#include <algorithm>
#include <limits>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

struct Totals {
  std::int64_t connected = 0, force_calls = 0;
};
Totals totals_of(std::span<const SearchAttempt> attempts);
void check_same_facts(const Searches& searches, std::span<const SearchAttempt> attempts,
                      const Totals& totals);
/// Force calls per attempt and per connected saddle.
std::vector<double> costs(std::span<const SearchAttempt> attempts);
std::vector<FailureCount> failures_of(const Searches& searches, double level);
std::vector<std::string> doubts_about(const SearchStatistics& found, std::size_t waiting);

}  // namespace

std::vector<SearchAttempt> search_attempts(std::span<const Event> events) {
  std::vector<SearchAttempt> attempts;
  for (const Event& event : events) {
    if (const auto* saddle = std::get_if<SaddleFound>(&event))
      attempts.push_back({true, saddle->force_calls});
    if (const auto* failed = std::get_if<SearchFailed>(&event))
      attempts.push_back({false, failed->force_calls});
  }
  return attempts;
}

SearchStatistics search_statistics(const LandscapeGraph& graph, std::span<const SearchAttempt> attempts,
                                   Rng& rng, const Bootstrap& options) {
  const Totals totals = totals_of(attempts);
  check_same_facts(graph.searches(), attempts, totals);
  SearchStatistics result;
  result.attempts = graph.searches().attempts;
  result.connected = totals.connected;
  result.distinct = static_cast<std::int64_t>(graph.saddles().size());
  result.force_calls = totals.force_calls;
  if (attempts.empty()) return result;

  result.success_ratio = proportion(result.connected, result.attempts, options.level);
  const std::vector<Estimate> found = bootstrap_jointly(attempts, costs, rng, options);
  result.calls_per_attempt = found[0];
  if (result.connected > 0) result.calls_per_connected = found[1];
  if (result.distinct > 0)
    result.calls_per_distinct =
        static_cast<double>(result.force_calls) / static_cast<double>(result.distinct);
  result.failures = failures_of(graph.searches(), options.level);
  result.doubts = doubts_about(result, graph.waiting());
  return result;
}

namespace {

Totals totals_of(std::span<const SearchAttempt> attempts) {
  Totals totals;
  for (const SearchAttempt& attempt : attempts) {
    totals.connected += attempt.connected ? 1 : 0;
    totals.force_calls += attempt.force_calls;
  }
  return totals;
}

void check_same_facts(const Searches& searches, std::span<const SearchAttempt> attempts,
                      const Totals& totals) {
  if (searches.attempts == static_cast<std::int64_t>(attempts.size()) && searches.found == totals.connected &&
      searches.force_calls == totals.force_calls)
    return;
  throw InputError(
      "{} attempts with {} successes and {} force calls for a graph of {}, {} and {}; expected those of the "
      "same facts",
      attempts.size(), totals.connected, totals.force_calls, searches.attempts, searches.found,
      searches.force_calls);
}

std::vector<double> costs(std::span<const SearchAttempt> attempts) {
  const Totals totals = totals_of(attempts);
  const auto calls = static_cast<double>(totals.force_calls);
  const double per_connected = totals.connected > 0 ? calls / static_cast<double>(totals.connected)
                                                    : std::numeric_limits<double>::infinity();
  return {calls / static_cast<double>(attempts.size()), per_connected};
}

std::vector<FailureCount> failures_of(const Searches& searches, double level) {
  std::vector<FailureCount> failures;
  for (const auto& [reason, count] : searches.failed)
    failures.push_back({reason, count, proportion(count, searches.attempts, level)});
  // the map is sorted by name
  std::stable_sort(failures.begin(), failures.end(),
                   [](const FailureCount& a, const FailureCount& b) { return a.count > b.count; });
  return failures;
}

std::vector<std::string> doubts_about(const SearchStatistics& found, std::size_t waiting) {
  std::vector<std::string> doubts;
  if (found.attempts < static_cast<std::int64_t>(enough_values))
    doubts.push_back(fmt::format("{} attempts: intervals of force calls are too short below {}",
                                 found.attempts, enough_values));
  if (found.connected == 0)
    doubts.push_back(fmt::format("none of {} attempts found a connected saddle", found.attempts));
  if (waiting > 0)
    doubts.push_back(
        fmt::format("{} of {} connected saddles start from a basin that no known fact found and are not "
                    "among the distinct ones",
                    waiting, found.connected));
  return doubts;
}

}  // namespace
}  // namespace glasscape
