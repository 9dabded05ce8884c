// Findings of normal modes in words, tables, figures and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/modes_findings.hpp"
#include "apps/report/svg.hpp"

namespace glasscape {

/// A table of the page; cells are rich text.
struct ReportTable {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

/// Sentences, rich text; one of them says whether harmonic entropy reaches the entropy that the report compares with.
std::vector<std::string> in_words(const ModesFindings& findings);
std::vector<std::string> doubts_of(const ModesFindings& findings);
/// Rates of escape, all passages, failures.
std::vector<ReportTable> tables_of(const ModesFindings& findings);
std::vector<Figure> figures_of(const ModesFindings& findings);
/// Lines for a terminal.
std::string to_text(const ModesFindings& findings);
nlohmann::ordered_json to_json(const ModesFindings& findings);

}  // namespace glasscape
