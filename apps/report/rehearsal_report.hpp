// A rehearsal in words, tables, figures, JSON and as a page, which all say that nothing of it was measured.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/rehearsal.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {

/// Sentences, rich text: one for each measurement and each demonstration.
std::vector<std::string> in_words(const RehearsalFindings& findings);
std::vector<std::string> doubts_of(const RehearsalFindings& findings);
/// Of demonstrations: bends, forms, stages.
std::vector<ReportTable> tables_of(const RehearsalFindings& findings);
/// Tables as points over the curves that they were made from, then demonstrations.
std::vector<Figure> figures_of(const RehearsalFindings& findings);
/// Lines for a terminal.
std::string to_text(const RehearsalFindings& findings);
nlohmann::ordered_json to_json(const RehearsalFindings& findings);
std::string to_html(const RehearsalFindings& findings);

}  // namespace glasscape
