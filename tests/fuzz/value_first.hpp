// clang 14 with the standard library of GCC 12 wants to see the end of a Value before the copy of a Table, which hold each other.
#pragma once

#include "md/support/value.hpp"

namespace glasscape::fuzz {
inline void end(Value* value) { value->~Value(); }
}  // namespace glasscape::fuzz
