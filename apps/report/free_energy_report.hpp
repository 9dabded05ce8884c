// Findings of metadynamics in words, tables, figures and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/free_energy_findings.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {

/// Sentences, rich text.
std::vector<std::string> in_words(const FreeEnergyFindings& findings);
std::vector<std::string> doubts_of(const FreeEnergyFindings& findings);
/// By temperature; all samplings.
std::vector<ReportTable> tables_of(const FreeEnergyFindings& findings);
/// One sampling as an example, spectra of the barriers, effective barriers and Arrhenius plot, convergence.
std::vector<Figure> figures_of(const FreeEnergyFindings& findings);
/// Lines for a terminal.
std::string to_text(const FreeEnergyFindings& findings);
nlohmann::ordered_json to_json(const FreeEnergyFindings& findings);

}  // namespace glasscape
