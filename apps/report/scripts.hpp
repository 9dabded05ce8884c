// Scripts and data in the page, and the policy that lets these scripts run and nothing else. Data stand in script
// elements of a type that browsers do not run.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "apps/report/findings.hpp"

namespace glasscape {

/// What runs at the end of the page, in this order; `assets::start` runs in its head. Without a view of an event 3Dmol.js
/// stays out.
std::vector<std::string_view> scripts_of(const Findings& findings);
/// Those of a page that has figures and no events.
std::vector<std::string_view> scripts_of_figures();

/// The content-security policy of a page with these scripts: they are named by the SHA-256 of their text. plotly.js and
/// 3Dmol.js hold code that would make code of text (Function, eval) or start a worker from a blob (for surfaces), but
/// nothing here reaches it, so neither 'unsafe-eval' nor worker-src is given. Both set styles of elements.
std::string policy_for(const std::vector<std::string_view>& scripts);

std::string script_element(std::string_view script);

/// Data for the scripts. No text of it can end the element: "<" and the separators U+2028 and U+2029 are escaped; broken
/// UTF-8 becomes U+FFFD.
std::string json_element(const nlohmann::ordered_json& json);

/// Bytes in base64. `attributes` with a blank before each.
std::string bytes_element(std::string_view bytes, std::string_view attributes);

}  // namespace glasscape
