// The identity of facts: canonical bytes of an event, made by walking its fields. Equal bytes are the same
// fact, to the last bit of every number (so 0.0 and -0.0 differ). docs/store.md spells the bytes out.
#pragma once

#include <string>

#include "landscape/event.hpp"

namespace glasscape {

/// The kind, then each field with name, type, shape and little-endian values in row-major order.
std::string canonical_bytes(const Event& event);

/// SHA-256 over the canonical bytes of the events in order, 64 hexadecimal digits.
std::string facts_hash(const Events& events);

/// The same kind, with fields equal bit by bit.
bool equal(const Event& a, const Event& b);

}  // namespace glasscape
