// Activation energies and entropies of glasses in words, as a table, figures, JSON and a page.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/activation_findings.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {

/// Sentences, rich text.
std::vector<std::string> in_words(const ActivationFindings& findings);
std::vector<std::string> doubts_of(const ActivationFindings& findings);
/// One row per glass.
ReportTable table_of(const ActivationFindings& findings);
/// Barriers over temperature, Arrhenius plot, and compensation where there are glasses enough.
std::vector<Figure> figures_of(const ActivationFindings& findings);
/// Lines for a terminal.
std::string to_text(const ActivationFindings& findings);
nlohmann::ordered_json to_json(const ActivationFindings& findings);
/// A page of its own, as that of a study.
std::string to_html(const ActivationFindings& findings);

}  // namespace glasscape
