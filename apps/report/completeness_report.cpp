#include "apps/report/completeness_report.hpp"

#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/summary.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

/// "142 (128 to 171)", or the lower end alone where nothing bounds the number from above.
std::string count_text(const Estimate& e) {
  if (!std::isfinite(e.interval.high)) return fmt::format("{:.0f}", e.interval.low);
  return fmt::format("{:.0f} ({:.0f} to {:.0f})", e.value, e.interval.low, e.interval.high);
}

std::string repeats_text(const Completeness& c) {
  static constexpr std::array names{"once", "twice", "three times", "four times"};
  std::vector<std::string> parts;
  std::int64_t more = 0;
  for (const auto& [times, number] : c.found_times) {
    if (times <= static_cast<std::int64_t>(names.size()))
      parts.push_back(fmt::format("{} {}", number, names[static_cast<std::size_t>(times - 1)]));
    else
      more += number;
  }
  if (more > 0) parts.push_back(fmt::format("{} more often, up to {} times", more, c.found_times.rbegin()->first));
  return fmt::format("{} found {}: {}.", counted(static_cast<std::size_t>(c.searches), "successful search", "successful searches"), counted(static_cast<std::size_t>(c.distinct), "distinct saddle"),
                     fmt::join(parts, ", "));
}

std::string total_text(const Completeness& c) {
  std::string text = fmt::format("There are at least {} (Chao1)", count_text(c.at_least));
  if (c.total) text += fmt::format("; an estimate that allows for a little unevenness says {} (ACE)", count_text(*c.total));
  return text + ". Saddles that are hardly ever found could be added without end.";
}

std::string more_text(const CompletenessFindings& f, double attempts_per_success) {
  const double percentage = 100 * CompletenessFindings::most;
  if (!f.searches_to_most) return fmt::format("There are too few repeats to say how many searches would reach {:g} %.", percentage);
  const Estimate& more = *f.searches_to_most;
  if (more.value == 0 && more.interval.high == 0) return fmt::format("{:g} % are reached.", percentage);
  if (!std::isfinite(more.interval.high)) return fmt::format("{:g} % may be reached, but not surely.", percentage);
  std::string text = fmt::format("To reach {:g} %, {} more successful searches are needed, {} with those that fail.", percentage, count_text(more),
                                 readable(std::round(more.value * attempts_per_success), 2));
  if (more.value > static_cast<double>(f.counts.searches)) text += " That is more than were made, so rather too few.";
  return text;
}

}  // namespace

std::optional<CompletenessFindings> completeness_findings(std::span<const std::int64_t> found) {
  if (found.empty()) return std::nullopt;
  return CompletenessFindings{completeness(found), discovery_curve(found), searches_to_coverage(found, CompletenessFindings::most)};
}

std::vector<std::string> in_words(const CompletenessFindings& f, double attempts_per_success) {
  return {repeats_text(f.counts),
          fmt::format("Coverage: the next successful search finds a known saddle with the chance {}. {}", percent(f.counts.coverage),
                      more_text(f, attempts_per_success)),
          total_text(f.counts)};
}

std::string refined_in_words(const CompletenessFindings& f) {
  return fmt::format("Counting saddles that refinement found to be one as one: {} distinct, coverage {}, at least {} in all.", f.counts.distinct,
                     percent(f.counts.coverage), count_text(f.counts.at_least));
}

Figure discovery_figure(const CompletenessFindings& f) {
  Figure figure;
  figure.title = "Discovery of saddles";
  figure.x = {.label = "successful searches"};
  figure.y = {.label = "distinct saddles"};
  figure.caption = "Mean over all orders of the searches, and beyond them what Chao1 expects; band: 95 % of other samples of this size. "
                   "While the curve climbs, saddles remain unseen.";
  Band band{.name = "95 %", .color = 0};
  Line expected{.name = "any order", .color = 0}, beyond{.name = "expected", .dashed = true, .color = 0}, order{.name = "as found", .color = 1, .thin = true};
  for (const DiscoveryPoint& point : f.curve) {
    const auto x = static_cast<double>(point.searches);
    band.x.push_back(x);
    band.low.push_back(point.distinct.interval.low);
    band.high.push_back(point.distinct.interval.high);
    const bool last = point.searches == f.counts.searches;
    for (Line* line : {&expected, &beyond})
      if (last || point.so_far.has_value() == (line == &expected)) {
        line->x.push_back(x);
        line->y.push_back(point.distinct.value);
      }
    if (!point.so_far) continue;
    order.x.push_back(x);
    order.y.push_back(static_cast<double>(*point.so_far));
  }
  figure.marks = {std::move(band), std::move(expected), std::move(beyond), std::move(order)};
  if (std::isfinite(f.counts.at_least.interval.high))
    figure.marks.push_back(HorizontalLine{f.counts.at_least.value, fmt::format("at least {:.0f} (Chao1)", f.counts.at_least.value)});
  return figure;
}

Json to_json(const CompletenessFindings& f) {
  const Completeness& c = f.counts;
  Json json{{"searches", c.searches}, {"distinct", c.distinct}, {"found_times", Json::object()}, {"coverage", json_of(c.coverage)},
            {"at_least_chao1", json_of(c.at_least)}, {"total_ace", json_of(c.total)}, {"heterogeneity", json_of(c.heterogeneity)},
            {"p_value_of_order", json_of(c.p_value_of_order)},
            {fmt::format("successful_searches_to_{:g}_percent", 100 * CompletenessFindings::most), json_of(f.searches_to_most)},
            {"discovery", Json::array()}, {"doubts", c.doubts}};
  for (const auto& [times, number] : c.found_times) json["found_times"][std::to_string(times)] = number;
  for (const DiscoveryPoint& point : f.curve)
    json["discovery"].push_back({{"searches", point.searches}, {"distinct", json_of(point.distinct)}, {"so_far", point.so_far ? Json(*point.so_far) : Json(nullptr)}});
  return json;
}

}  // namespace glasscape
