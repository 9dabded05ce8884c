#include "apps/report/events_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "apps/report/markup.hpp"
#include "apps/report/scripts.hpp"
#include "apps/report/summary.hpp"

namespace glasscape {
namespace {

using Order = std::vector<const DistinctEvent*>;

constexpr std::size_t table_rows = 1000;  // and those of events with a view: a browser lays out ten thousand for seconds

std::string explanation(const SearchFindings& s, std::size_t listed);
std::string pictures(const Order& largest_first, const ReportOptions& options);
std::string table(const SearchFindings& s, const Order& largest_first);
std::string view_data(const SearchFindings& s, const ReportOptions& options);

}  // namespace

std::string events_section(const SearchFindings& s, const ReportOptions& options) {
  if (s.events.empty()) return "";
  Order order;
  for (const DistinctEvent& e : s.events) order.push_back(&e);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->size.total > b->size.total; });
  Order listed;
  for (std::size_t k = 0; k < order.size(); ++k)
    if (k < table_rows || order[k]->view) listed.push_back(order[k]);
  return "<div class=\"event-group\"><h3>Events</h3>\n" + explanation(s, listed.size()) + pictures(order, options) + table(s, listed) +
         view_data(s, options) + "</div>\n";
}

namespace {

std::string explanation(const SearchFindings& s, std::size_t listed) {
  const auto views = std::count_if(s.events.begin(), s.events.end(), [](const DistinctEvent& e) { return e.view.has_value(); });
  const auto cut = std::count_if(s.events.begin(), s.events.end(), [](const DistinctEvent& e) { return e.view && e.view->left_out > 0; });
  std::string html = fmt::format("<p>{} distinct events. <span class=\"only-scripted\">Choose one in the table, or a point of a plot, to see the atoms "
                                 "within {} Å of its centre.</span>", s.events.size(), event_view_radius);
  if (static_cast<std::size_t>(views) < s.events.size())
    html += fmt::format(" To keep this page small {} of them can be seen in three dimensions: the largest and those over the lowest barriers.", views);
  if (listed < s.events.size()) html += fmt::format(" The table holds {} of them; <code>glasscape report --json</code> lists all.", listed);
  if (cut > 0) html += fmt::format(" Of {} the view holds only the {} atoms nearest to the centre.", cut, event_view_atoms);
  return html + "</p>\n";
}

std::string pictures(const Order& largest_first, const ReportOptions& options) {
  std::string html;
  const auto count = std::min(largest_first.size(), static_cast<std::size_t>(options.largest_events));
  for (std::size_t k = 0; k < count; ++k) {
    const DistinctEvent& e = *largest_first[k];
    const std::string title = fmt::format("Event {}: {} eV, {} atoms moved", e.number, readable(e.forward, 3), e.size.moved);
    if (e.view) html += fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n", event_svg(*e.view, options.moved, title), html_text(title));
  }
  if (html.empty()) return "";
  return "<div class=\"pictures\">" + html + "</div>\n<p class=\"soft still\">The largest events: arrows lead from the start to the other minimum, seen along the "
         "direction in which the moved atoms extend least; pale: atoms that stay.</p>\n";
}

std::string table(const SearchFindings& s, const Order& largest_first) {
  std::string html = "<div class=\"events\" tabindex=\"0\"><table><thead><tr>";
  for (const char* head : {"event", "forward (eV)", "reverse (eV)", "atoms moved", "total displacement (Å)", "largest (Å)", "participation", "mechanism",
                           "times found", "centre", "fact"})
    html += fmt::format("<th>{}</th>", head);
  html += "</tr></thead><tbody>\n";
  for (const DistinctEvent* e : largest_first) {
    html += fmt::format("<tr data-event=\"{0}\"><td>{0}", e->number);
    for (const std::string& cell : {readable(e->forward, 3), readable(e->reverse, 3), moved_text(s, *e), readable(e->size.total, 3), readable(e->size.largest, 3),
                                    readable(e->size.participation, 3), e->mechanism, std::to_string(e->times_found), std::to_string(e->centre),
                                    fmt::format("{} #{}", e->ref.task, e->ref.number)})
      html += "<td>" + html_text(cell);  // the end of a cell and of a row may be left out
    html += "\n";
  }
  return html + "</tbody></table></div>\n";
}

/// Three blocks of 3 x atoms little-endian float32 (start, displacement to the saddle, displacement to the end; x, y, z of
/// an atom next to each other), then one byte per atom, its element.
std::string bytes_of(const EventView& view) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes;
  for (const Eigen::Matrix3Xf* part : {&view.start, &view.to_saddle, &view.to_end})
    bytes.append(reinterpret_cast<const char*>(part->data()), sizeof(float) * static_cast<std::size_t>(part->size()));
  return bytes.append(view.element.begin(), view.element.end());
}

std::string view_data(const SearchFindings& s, const ReportOptions& options) {
  std::string html = json_element({{"elements", s.elements}, {"moved", options.moved}, {"first", s.events.front().number}, {"last", s.events.back().number}});
  for (const DistinctEvent& e : s.events)
    if (e.view) html += bytes_element(bytes_of(*e.view), fmt::format(" data-view=\"{}\" data-left-out=\"{}\"", e.number, e.view->left_out));
  return html;
}

}  // namespace
}  // namespace glasscape
