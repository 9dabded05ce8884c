// How complete the list of events around a start is, as the report tells it: repeats, coverage, how many there are at least,
// and the curve of discovery.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "analysis/completeness.hpp"
#include "apps/report/svg.hpp"

namespace glasscape {

struct CompletenessFindings {
  Completeness counts;
  std::vector<DiscoveryPoint> curve;
  std::optional<Estimate> searches_to_most;  // successful ones still to make until `most` of the searches find known events
  static constexpr double most = 0.9;
};

/// `found` names the event that each successful search found, in order. Nothing without any.
std::optional<CompletenessFindings> completeness_findings(std::span<const std::int64_t> found);

/// Sentences, rich text; `attempts_per_success` turns successful searches into searches.
std::vector<std::string> in_words(const CompletenessFindings& findings, double attempts_per_success);
/// One sentence: what is left when saddles that turned out to be one are counted once.
std::string refined_in_words(const CompletenessFindings& refined);
Figure discovery_figure(const CompletenessFindings& findings);
nlohmann::ordered_json to_json(const CompletenessFindings& findings);

}  // namespace glasscape
