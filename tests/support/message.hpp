// What an action says when it refuses.
#pragma once

#include <string>

#include "md/support/error.hpp"

namespace glasscape::test {

/// The message of what the action throws, "accepted" if nothing. Anything but a `Thrown` passes through.
template <typename Thrown = Error, typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Thrown& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace glasscape::test
