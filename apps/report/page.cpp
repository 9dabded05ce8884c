#include "apps/report/page.hpp"

#include "apps/report/anelastic_report.hpp"
#include "apps/report/events_section.hpp"
#include "apps/report/figures.hpp"
#include "apps/report/free_energy_report.hpp"
#include "apps/report/kinetics_report.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/modes_report.hpp"
#include "apps/report/response_report.hpp"
#include "apps/report/scripts.hpp"
#include "apps/report/shell.hpp"
#include "apps/report/summary.hpp"

namespace glasscape {
namespace {

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
         html_table({"T (K)", "parallel", "sequential", "mean of the two", "parallel, fitted law", "samples that carry them"}, rows);
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
  if (const std::vector<Figure> landscape = figures_of(s.network); !landscape.empty()) html += "<h3>Landscape</h3>\n" + figure_grid(landscape);
  html += events_section(s, options);
  std::vector<std::vector<std::string>> failures;
  for (const FailureCount& f : s.statistics.failures) failures.push_back({f.reason, std::to_string(f.count), percent(f.share)});
  if (!failures.empty()) html += "<h3>Searches that did not end in a connected saddle</h3>\n" + html_table({"reason", "searches", "share"}, failures);
  return html + "</section>\n";
}

/// Words, doubts, figures and tables of a stage.
template <typename StageFindings>
std::string stage_section(const StageFindings& f) {
  std::string html = fmt::format("<section><h2>{} <span class=\"soft\">{}</span></h2>\n", escaped(f.stage), escaped(f.type));
  for (const std::string& sentence : in_words(f)) html += paragraph(sentence);
  html += doubts_list(doubts_of(f)) + figure_grid(figures_of(f));
  for (const ReportTable& t : tables_of(f)) html += "<h3>" + html_text(t.title) + "</h3>\n" + html_table(t.head, t.rows);
  return html + "</section>\n";
}

std::string section(const KineticsFindings& k) {
  std::string html = fmt::format("<section><h2>Kinetics of {} <span class=\"soft\">{}</span></h2>\n", escaped(k.stage),
                                 k.modes.empty() ? "without normal modes" : "with the prefactors of " + escaped(k.modes));
  for (const std::string& sentence : in_words(k)) html += paragraph(sentence);
  html += doubts_list(doubts_of(k)) + figure_grid(figures_of(k));
  const ReportTable t = table_of(k);
  return html + "<h3>" + html_text(t.title) + "</h3>\n" + html_table(t.head, t.rows) + "</section>\n";
}

std::string section(const AnelasticFindings& a) {
  std::string html = fmt::format("<section><h2>Relaxation of the landscape of {} <span class=\"soft\">from saddles to moduli</span></h2>\n", escaped(a.stage));
  for (const std::string& sentence : in_words(a)) html += paragraph(sentence);
  html += doubts_list(doubts_of(a)) + figure_grid(figures_of(a));
  const ReportTable t = table_of(a);
  return html + "<h3>" + html_text(t.title) + "</h3>\n" + html_table(t.head, t.rows) + "</section>\n";
}

/// Where the atoms near pi/2 are (Fig. 4 of Zella et al.).
std::string section(const ResponseFindings& r) {
  if (!r.atoms) return stage_section(r);
  const GroupView& view = r.atoms->view;
  const std::string title = fmt::format("Atoms near π/2 from {:g} to {:g} ps (first colour) and from {:g} to {:g} ps (second), nearer ones larger and darker.", view.from, view.between, view.between, view.to);
  return stage_section(r) + fmt::format("<section><h3>Where they are</h3>\n<figure style=\"max-width:34em\">{}<figcaption>{}</figcaption></figure>\n</section>\n", group_svg(view, title), html_text(title));
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
  std::string body = doubts_list(f.missing);
  for (const SearchFindings& s : f.searches) body += section(s, f.options);
  for (const KineticsFindings& k : f.kinetics) body += section(k);
  for (const AnelasticFindings& a : f.anelastic) body += section(a);
  for (const ModesFindings& m : f.modes) body += stage_section(m);
  for (const FreeEnergyFindings& e : f.free_energies) body += stage_section(e);
  for (const ResponseFindings& r : f.responses) body += section(r);
  for (const Preparation& p : f.preparations) body += section(p);
  return html_page(f.title, body + provenance_section(f) + licences_section(), scripts_of(f));
}

}  // namespace glasscape
