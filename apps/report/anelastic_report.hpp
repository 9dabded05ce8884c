// The relaxation of a landscape in words, as a table, figures and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/anelastic_findings.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {

/// Sentences, rich text.
std::vector<std::string> in_words(const AnelasticFindings& findings);
std::vector<std::string> doubts_of(const AnelasticFindings& findings);
/// One row per temperature.
ReportTable table_of(const AnelasticFindings& findings);
/// Spectrum of relaxation times, loss beside that of a cyclic shear, storage, relaxation and creep.
std::vector<Figure> figures_of(const AnelasticFindings& findings);
/// Lines for a terminal.
std::string to_text(const AnelasticFindings& findings);
nlohmann::ordered_json to_json(const AnelasticFindings& findings);

}  // namespace glasscape
