// Measurements of relaxation in words, tables, figures, JSON and as a page.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/measurement_findings.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {

/// Sentences, rich text.
std::vector<std::string> in_words(const MeasurementFindings& findings);
std::vector<std::string> doubts_of(const MeasurementFindings& findings);
/// Peaks, zones, weights of the penalty, usual forms, ages.
std::vector<ReportTable> tables_of(const MeasurementFindings& findings);
/// Data and fits, spectra, zones, moduli, steps, temperatures and ages; of at most `shown_states` states where each has a line of its own.
std::vector<Figure> figures_of(const MeasurementFindings& findings);
/// Lines for a terminal.
std::string to_text(const MeasurementFindings& findings);
/// Of a single state with its keys at the top, else with a list `states`.
nlohmann::ordered_json to_json(const MeasurementFindings& findings);
std::string to_html(const MeasurementFindings& findings);

constexpr std::size_t shown_states = 6;

}  // namespace glasscape
