// Findings of a cyclic shear in words, tables, figures and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/modes_report.hpp"
#include "apps/report/response_findings.hpp"

namespace glasscape {

/// Sentences, rich text; one of them says whether what changes from block to block is more than noise.
std::vector<std::string> in_words(const ResponseFindings& findings);
std::vector<std::string> doubts_of(const ResponseFindings& findings);
/// Moduli, what leaving out groups does beside its nulls, Table 1.
std::vector<ReportTable> tables_of(const ResponseFindings& findings);
std::vector<Figure> figures_of(const ResponseFindings& findings);
/// The cell with the atoms of two groups. One <svg> element.
std::string group_svg(const GroupView& view, const std::string& title);
/// Lines for a terminal.
std::string to_text(const ResponseFindings& findings);
nlohmann::ordered_json to_json(const ResponseFindings& findings);

}  // namespace glasscape
