// The report as one HTML page that needs no network: a content-security policy forbids it, and lets no script run but
// those that the page carries. Without scripts the page shows the same facts as tables and still pictures.
#pragma once

#include <string>

#include "apps/report/findings.hpp"

namespace glasscape {

/// Every text of a study is escaped.
std::string to_html(const Findings& findings);

}  // namespace glasscape
