// Kinetics in words, as a table, figures and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/kinetics_findings.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {

/// Sentences, rich text.
std::vector<std::string> in_words(const KineticsFindings& findings);
std::vector<std::string> doubts_of(const KineticsFindings& findings);
/// One row per temperature.
ReportTable table_of(const KineticsFindings& findings);
/// Times to leave over 1000/T, and which events fall back.
std::vector<Figure> figures_of(const KineticsFindings& findings);
/// Lines for a terminal.
std::string to_text(const KineticsFindings& findings);
nlohmann::ordered_json to_json(const KineticsFindings& findings);

/// "constant", "harmonic", "quantum".
std::string_view name_of(RateLaw law);
/// A law as a reader knows it: "ν_{0} = 2 THz".
std::string label_of(RateLaw law, double nu0);

}  // namespace glasscape
