#include "apps/report/activation_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/scripts.hpp"
#include "apps/report/shell.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

std::string energy_and_entropy(const ActivationLine& line) {
  return fmt::format("ΔH = {} eV and ΔS = {} k_{{B}}", with_interval(line.enthalpy, 3), with_interval(line.entropy, 3));
}

using glasscape::json_of;  // beside those of this file

Json json_of(const ActivationLine& line) {
  return {{"enthalpy_eV", json_of(line.enthalpy)}, {"entropy_kB", json_of(line.entropy)},
          {"covariance", {{line.covariance(0, 0), line.covariance(0, 1)}, {line.covariance(1, 0), line.covariance(1, 1)}}}};
}

}  // namespace

std::vector<std::string> in_words(const ActivationFindings& f) {
  std::size_t barriers = 0;
  for (const GlassBarriers& glass : f.glasses) barriers += glass.points.size();
  std::vector<std::string> words{fmt::format("{} of {}, ν_{{0}} = {} THz.", counted(barriers, "barrier"), counted(f.glasses.size(), "glass", "glasses"), readable(f.nu0, 3))};
  if (!f.together) {
    words.push_back(energy_and_entropy(f.fits.front().line) + ": the errors of the barriers alone, of this one glass.");
  } else {
    const ActivationOfGlasses& all = *f.together;
    words.push_back(fmt::format("Mean over glasses of this kind: {}. From glass to glass ΔH scatters by {} eV and ΔS by {} k_{{B}} beyond the errors.",
                                energy_and_entropy(all.mean), with_interval(all.enthalpy_scatter, 2), with_interval(all.entropy_scatter, 2)));
    words.push_back(fmt::format("One line through all barriers, as if all glasses were one, would have {}.", energy_and_entropy(all.common.line)));
  }
  const double factor = f.together ? f.together->mean.entropy.value : f.fits.front().line.entropy.value;
  words.push_back(fmt::format("exp(ΔS/k_{{B}}) multiplies ν_{{0}} by {}; with another ν_{{0}} ΔS is another.", readable(std::exp(factor), 2)));
  if (f.curvature)
    words.push_back(fmt::format("Is a straight line enough? A bend that all glasses share would move ΔH at 0 K by {} eV (p = {} of none).",
                                with_interval(f.curvature->enthalpy_shift, 2), readable(f.curvature->p_value, 2)));
  if (f.compensation) words.push_back("Verdict: " + f.compensation->verdict + ".");
  return words;
}

std::vector<std::string> doubts_of(const ActivationFindings& f) {
  std::vector<std::string> all;
  const auto add = [&](const std::vector<std::string>& some, const std::string& of) {
    for (const std::string& doubt : some) all.push_back(of + doubt);
  };
  for (std::size_t g = 0; g < f.fits.size(); ++g) add(f.fits[g].doubts, f.glasses[g].name + ": ");
  if (f.together) add(f.together->doubts, "");
  if (f.curvature) add(f.curvature->doubts, "Bend: ");
  if (f.compensation) add(f.compensation->doubts, "Compensation: ");
  return all;
}

ReportTable table_of(const ActivationFindings& f) {
  ReportTable t{"Glasses", {"glass", "temperatures", "ΔH (eV)", "ΔS (k_{B})", "χ^{2} / freedom", "p"}, {}};
  for (std::size_t g = 0; g < f.fits.size(); ++g) {
    const ActivationFit& fit = f.fits[g];
    t.rows.push_back({f.glasses[g].name, std::to_string(fit.temperatures.size()), with_interval(fit.line.enthalpy, 3), with_interval(fit.line.entropy, 3),
                      fmt::format("{} / {}", readable(fit.chi_squared, 3), fit.freedom), fit.p_value ? readable(*fit.p_value, 2) : "–"});
  }
  return t;
}

std::string to_text(const ActivationFindings& f) {
  std::string text = f.source + "\n";
  for (const std::string& sentence : in_words(f)) text += "  " + plain_text(sentence) + "\n";
  for (std::size_t g = 0; g < f.fits.size(); ++g)
    text += fmt::format("  {:<16} {}\n", f.glasses[g].name, plain_text(energy_and_entropy(f.fits[g].line)));
  for (const std::string& doubt : doubts_of(f)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const ActivationFindings& f) {
  Json json{{"source", f.source}, {"nu0_THz", f.nu0}, {"glasses", Json::array()}, {"mean", nullptr}, {"bend", nullptr}, {"compensation", nullptr}, {"doubts", doubts_of(f)}};
  for (std::size_t g = 0; g < f.fits.size(); ++g) {
    Json glass{{"glass", f.glasses[g].name}, {"temperatures_K", f.fits[g].temperatures}};
    glass.update(json_of(f.fits[g].line));
    json["glasses"].push_back(std::move(glass));
  }
  if (f.together) {
    json["mean"] = json_of(f.together->mean);
    json["mean"]["enthalpy_scatter_eV"] = json_of(f.together->enthalpy_scatter);
    json["mean"]["entropy_scatter_kB"] = json_of(f.together->entropy_scatter);
  }
  if (f.curvature) json["bend"] = {{"enthalpy_shift_eV", json_of(f.curvature->enthalpy_shift)}, {"p_value", f.curvature->p_value}};
  if (f.compensation) {
    const Compensation& c = *f.compensation;
    json["compensation"] = {{"verdict", c.verdict}, {"distinguishable", c.distinguishable}, {"drawn_at_K", c.enthalpy.temperature},
                            {"temperature_K", c.compensation_temperature ? json_of(*c.compensation_temperature) : Json(nullptr)}};
  }
  return json;
}

std::string to_html(const ActivationFindings& f) {
  std::string body = "<section>\n";
  for (const std::string& sentence : in_words(f)) body += paragraph(sentence);
  body += doubts_list(doubts_of(f)) + figure_grid(figures_of(f));
  const ReportTable t = table_of(f);
  body += "<h3>" + html_text(t.title) + "</h3>\n" + html_table(t.head, t.rows) + "</section>\n";
  return html_page("Activation entropy: " + f.source, body + licences_section(), scripts_of_figures());
}

}  // namespace glasscape
