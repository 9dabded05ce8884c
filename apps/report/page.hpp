// The report as one HTML page that needs neither network nor scripts: a content-security policy forbids both.
#pragma once

#include <string>

#include "apps/report/findings.hpp"

namespace glasscape {

/// Every text of a study is escaped.
std::string to_html(const Findings& findings);

}  // namespace glasscape
