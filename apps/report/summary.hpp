// Findings in words and as JSON: for the page, for the terminal, for other programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "apps/report/findings.hpp"

namespace glasscape {

/// "0.42 (0.31 to 0.55)": rich text, see markup.hpp.
std::string with_interval(const Estimate& estimate, int significant);
/// "82 % (77 to 86 %)".
std::string percent(const Estimate& share);
/// "12: 9 Cu, 3 Zr", the atoms that an event moved.
std::string moved_text(const SearchFindings& findings, const DistinctEvent& event);

/// Sentences, rich text.
std::vector<std::string> in_words(const Preparation& preparation);
std::vector<std::string> in_words(const SearchFindings& findings);
/// All reasons not to trust a number of these.
std::vector<std::string> doubts_of(const SearchFindings& findings);

/// The same for a terminal, lines of plain text.
std::string to_text(const Findings& findings);
/// Numbers with units in their names, each estimate as {value, low, high}.
nlohmann::ordered_json to_json(const Findings& findings);

/// "4.2 min".
std::string duration(double seconds);

}  // namespace glasscape
