// The identity of facts: a hash of their canonical bytes.
#pragma once

#include <string>

#include "landscape/event.hpp"

namespace glasscape {

/// SHA-256 over the canonical bytes of the events in order, 64 hexadecimal digits.
std::string facts_hash(const Events& events);

/// The same kind, with fields equal bit by bit.
bool equal(const Event& a, const Event& b);

}  // namespace glasscape
