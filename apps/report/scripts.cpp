#include "apps/report/scripts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <nlohmann/json.hpp>

#include "apps/report/assets.hpp"
#include "md/support/hash.hpp"

namespace glasscape {

std::vector<std::string_view> scripts_of(const Findings& findings) {
  const bool views = std::any_of(findings.searches.begin(), findings.searches.end(), [](const SearchFindings& s) {
    return std::any_of(s.events.begin(), s.events.end(), [](const DistinctEvent& e) { return e.view.has_value(); });
  });
  std::vector<std::string_view> scripts{assets::plotly(), assets::canvas(), assets::figures(), assets::view(), assets::events()};
  if (views) scripts.insert(scripts.begin() + 1, assets::molecules());
  return scripts;
}

std::vector<std::string_view> scripts_of_figures() { return {assets::plotly(), assets::canvas(), assets::figures()}; }

std::string policy_for(const std::vector<std::string_view>& scripts) {
  std::string sources = fmt::format("'sha256-{}'", sha256_base64(assets::start()));
  for (const std::string_view script : scripts) sources += fmt::format(" 'sha256-{}'", sha256_base64(script));
  // images: what plotly.js saves as a picture; base and forms do not fall back to default-src
  return fmt::format("default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'", sources);
}

std::string script_element(std::string_view script) { return fmt::format("<script>{}</script>\n", script); }

std::string json_element(const nlohmann::ordered_json& json) {
  std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  boost::replace_all(text, "<", "\\u003c");
  boost::replace_all(text, "\u2028", "\\u2028");
  boost::replace_all(text, "\u2029", "\\u2029");
  return "<script type=\"application/json\">" + text + "</script>";
}

std::string bytes_element(std::string_view bytes, std::string_view attributes) {
  return fmt::format("<script type=\"application/octet-stream\"{}>{}</script>\n", attributes, base64(bytes));
}

}  // namespace glasscape
