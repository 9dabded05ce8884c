// Errors a user must act on. One root, one class per kind of remedy; the program maps each class to an exit code.
// Messages are lower case without a full stop and name the place, the value, what was expected and the next step.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace glasscape {

/// Root of everything this library throws on purpose.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}

  template <typename... Args>
  explicit Error(fmt::format_string<Args...> format, Args&&... args)
      : std::runtime_error(fmt::format(format, std::forward<Args>(args)...)) {}
};

/// A key, value or combination of options is wrong: edit the study or the command line.
class InputError : public Error {
  using Error::Error;
};

/// The content of a structure, potential or store file is wrong: repair or replace the file.
class FormatError : public Error {
  using Error::Error;
};

/// A file that must be read is missing or unreadable: give another path.
class NotFound : public Error {
  using Error::Error;
};

/// A file or folder cannot be written: free space, change permissions or the place.
class WriteError : public Error {
  using Error::Error;
};

}  // namespace glasscape
