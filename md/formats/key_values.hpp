// The key=value pairs of an extended XYZ comment line, as libAtoms specifies them; private to the readers and
// writers. Values are bare, in double quotes with backslash escapes, or arrays in brackets; a key alone is
// true.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace glasscape::formats {

class Lines;

/// Values without their quotes; arrays with their brackets. Errors belong to the line that `lines` is at.
std::map<std::string, std::string> read_key_values(const Lines& lines, std::string_view comment);

/// A key or value as it must be written.
std::string quoted_if_needed(std::string_view text);

}  // namespace glasscape::formats
