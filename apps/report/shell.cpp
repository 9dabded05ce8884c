#include "apps/report/shell.hpp"

#include <nlohmann/json.hpp>

#include "apps/report/assets.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/plotly.hpp"
#include "apps/report/scripts.hpp"

namespace glasscape {
namespace {

std::string figure_element(const Figure& f) {
  constexpr std::size_t heavy = 100000;  // bytes: a browser that will draw the plot does not first paint such a picture
  const std::string svg = to_svg(f);
  return fmt::format("<figure{}><div class=\"frame{}\" data-title=\"{}\">{}</div>{}<figcaption>{}</figcaption></figure>\n", f.wide ? " class=\"wide\"" : "",
                     svg.size() > heavy ? " heavy" : "", escaped(plain_text(f.title)), svg, json_element(to_plotly(f)), html_text(f.caption));
}

}  // namespace

std::string paragraph(const std::string& text) { return "<p>" + html_text(text) + "</p>\n"; }

std::string doubts_list(const std::vector<std::string>& doubts) {
  if (doubts.empty()) return "";
  std::string html = "<ul class=\"doubts\">";
  for (const std::string& doubt : doubts) html += "<li>" + html_text(doubt) + "</li>";
  return html + "</ul>\n";
}

std::string html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
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
  for (const Figure& f : figures) html += figure_element(f);
  return html + "</div>\n";
}

std::string licences_section() {
  return fmt::format("<section><h2>Licences</h2>\n<details><summary>of plotly.js and 3Dmol.js, which this page carries</summary><pre>{}</pre></details></section>\n",
                     escaped(assets::licences()));
}

std::string html_page(const std::string& title, const std::string& body, const std::vector<std::string_view>& scripts) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{}</title><style>{}</style>{}</head>\n"
      "<body><h1>{}</h1>\n", policy_for(scripts), escaped(title), assets::style(), script_element(assets::start()), escaped(title));
  html += body;
  for (const std::string_view script : scripts) html += script_element(script);
  return html + "</body></html>\n";
}

}  // namespace glasscape
