// What every reader of facts needs: an event to fill in, and whether what was filled in can be one.
#pragma once

#include <optional>
#include <string>

#include "landscape/event.hpp"

namespace glasscape {

/// Of that kind, or nothing for an unknown one.
std::optional<Event> empty_event(std::string_view kind);

/// Throws FormatError, beginning with `where`, unless the fields of an event agree with each other, and coordinates and energies are finite.
void check(const Event& event, const std::string& where);

}  // namespace glasscape
