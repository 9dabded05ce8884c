// An event as canonical bytes, made by walking its fields, and back. Equal bytes are the same fact, to the last bit of every number
// (so 0.0 and -0.0 differ). docs/store.md spells the bytes out.
#pragma once

#include <string>
#include <string_view>

#include "landscape/event.hpp"

namespace glasscape {

/// The kind, then each field with name, type, shape and little-endian values in row-major order.
std::string canonical_bytes(const Event& event);

/// The event of which all these bytes are the canonical ones. Throws FormatError, beginning with `where`, for any others; no length is
/// believed that the bytes cannot hold.
Event event_of_bytes(std::string_view bytes, const std::string& where);

}  // namespace glasscape
