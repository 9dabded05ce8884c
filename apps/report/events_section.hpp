// The events of a search on the page: a table of all, still pictures of the largest, and what a script needs to show one
// in three dimensions.
#pragma once

#include <string>

#include "apps/report/findings.hpp"

namespace glasscape {

/// HTML; nothing without an event.
std::string events_section(const SearchFindings& findings, const ReportOptions& options);

}  // namespace glasscape
