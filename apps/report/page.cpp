#include "apps/report/page.hpp"

#include <algorithm>

#include "apps/report/figures.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/modes_report.hpp"
#include "apps/report/summary.hpp"

namespace glasscape {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5b6673;--line:#d6dbe1;--warn:#fff4d6}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e4e7eb;--soft:#9aa5b1;--line:#353c45;--warn:#3a2f10}
.ink-0{color:#5aa9e6}.ink-1{color:#ff8a4c}.ink-2{color:#3ecf9f}.ink-3{color:#e59ac2}}
body{margin:0 auto;max-width:1180px;padding:1.2rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{margin:.2em 0;font-size:1.7rem}h2{margin:2em 0 .4em;font-size:1.25rem;border-bottom:1px solid var(--line)}
p{max-width:75ch}.soft,figcaption{color:var(--soft);font-size:.9rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:1.4rem}
figure{margin:0}figure.wide{grid-column:1/-1}svg{width:100%;height:auto}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25em .8em;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.doubts{background:var(--warn);border-radius:6px;padding:.5em 1em .5em 2em;max-width:75ch}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1.2em;overflow-wrap:anywhere}dt{color:var(--soft)}dd{margin:0}
pre{overflow-x:auto;border:1px solid var(--line);border-radius:6px;padding:.8em;font-size:.85rem}
)";

std::string paragraph(const std::string& text) { return "<p>" + html_text(text) + "</p>\n"; }

std::string doubts_list(const std::vector<std::string>& doubts) {
  if (doubts.empty()) return "";
  std::string html = "<ul class=\"doubts\">";
  for (const std::string& doubt : doubts) html += "<li>" + html_text(doubt) + "</li>";
  return html + "</ul>\n";
}

std::string table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& cell : head) html += "<th>" + html_text(cell) + "</th>";
  html += "</tr></thead><tbody>";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += "<td>" + html_text(cell) + "</td>";
    html += "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string figure_grid(const std::vector<Figure>& figures) {
  std::string html = "<div class=\"figures\">";
  for (const Figure& f : figures)
    html += fmt::format("<figure{}>{}<figcaption>{}</figcaption></figure>\n", f.wide ? " class=\"wide\"" : "", to_svg(f), html_text(f.caption));
  return html + "</div>\n";
}

std::string effective_table(const SearchFindings& s) {
  if (s.effective.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < s.effective.size(); ++k) {
    const EffectiveBarriers& e = s.effective[k];
    rows.push_back({readable(e.temperature), with_interval(e.parallel.barrier, 3), with_interval(e.sequential.barrier, 3),
                    with_interval(e.effective, 3), s.fitted_parallel[k] ? with_interval(*s.fitted_parallel[k], 3) : "–",
                    fmt::format("{:.1f} / {:.1f}", e.parallel.participation, e.sequential.participation)});
  }
  return "<h3>Effective barriers (eV)</h3>\n" +
         table({"T (K)", "parallel", "sequential", "mean of the two", "parallel, fitted law", "samples that carry them"}, rows);
}

std::string largest_events_table(const SearchFindings& s, int count) {
  std::vector<const DistinctEvent*> order;
  for (const DistinctEvent& e : s.events) order.push_back(&e);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->size.total > b->size.total; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  if (order.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const DistinctEvent* e : order)
    rows.push_back({fmt::format("{} #{}", e->ref.task, e->ref.number), std::to_string(e->centre), readable(e->forward, 3), readable(e->reverse, 3),
                    readable(e->size.total, 3), readable(e->size.largest, 3), readable(e->size.participation, 3), moved_text(s, *e),
                    std::to_string(e->times_found)});
  return "<h3>Largest events</h3>\n" + table({"fact", "centre", "forward (eV)", "reverse (eV)", "total displacement (Å)", "largest (Å)",
                                               "participation", "atoms moved", "times found"}, rows);
}

std::string section(const Preparation& p) {
  std::string html = fmt::format("<section><h2>{} <span class=\"soft\">{}</span></h2>\n", escaped(p.stage), escaped(p.type));
  for (const std::string& sentence : in_words(p)) html += paragraph(sentence);
  html += doubts_list(p.doubts);
  return html + figure_grid(figures_of(p)) + "</section>\n";
}

std::string section(const SearchFindings& s, const ReportOptions& options) {
  std::string html = fmt::format("<section><h2>{} <span class=\"soft\">{}</span></h2>\n", escaped(s.stage), escaped(s.type));
  for (const std::string& sentence : in_words(s)) html += paragraph(sentence);
  html += doubts_list(doubts_of(s));
  html += figure_grid(figures_of(s));
  html += effective_table(s);
  html += largest_events_table(s, options.largest_events);
  std::vector<std::vector<std::string>> failures;
  for (const FailureCount& f : s.statistics.failures) failures.push_back({f.reason, std::to_string(f.count), percent(f.share)});
  if (!failures.empty()) html += "<h3>Searches that did not end in a connected saddle</h3>\n" + table({"reason", "searches", "share"}, failures);
  return html + "</section>\n";
}

std::string section(const ModesFindings& m) {
  std::string html = fmt::format("<section><h2>{} <span class=\"soft\">{}</span></h2>\n", escaped(m.stage), escaped(m.type));
  for (const std::string& sentence : in_words(m)) html += paragraph(sentence);
  html += doubts_list(doubts_of(m)) + figure_grid(figures_of(m));
  for (const ReportTable& t : tables_of(m)) html += "<h3>" + html_text(t.title) + "</h3>\n" + table(t.head, t.rows);
  return html + "</section>\n";
}

std::string provenance_section(const Findings& f) {
  const Provenance& p = f.provenance;
  std::string html = "<section><h2>Provenance</h2>\n<dl>";
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"program", "glasscape " + p.program_version}, {"compiler", p.compiler},
                                    {"libraries", p.libraries}, {"seed", std::to_string(p.seed)}, {"potential", p.potential},
                                    {"potential checksum", p.potential_checksum}})
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
  return html + fmt::format("</dl>\n<h3>{}</h3><pre>{}</pre></section>\n", escaped(f.study_source), escaped(f.study_text));
}

}  // namespace

std::string to_html(const Findings& f) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{0}</title><style>{1}</style></head>\n"
      "<body><h1>{0}</h1>\n", escaped(f.title), style);
  html += doubts_list(f.missing);
  for (const SearchFindings& s : f.searches) html += section(s, f.options);
  for (const ModesFindings& m : f.modes) html += section(m);
  for (const Preparation& p : f.preparations) html += section(p);
  return html + provenance_section(f) + "</body></html>\n";
}

}  // namespace glasscape
