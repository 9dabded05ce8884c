// A parsed study: an ordered tree of values that remember their line, so that every message can name the place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace glasscape {

struct Value;

/// Keys in the order they were written.
struct Table {
  std::vector<std::pair<std::string, Value>> entries;

  const Value* find(std::string_view key) const;
};

struct Value {
  std::variant<bool, std::int64_t, double, std::string, std::vector<Value>, Table> content;
  int line = 0;

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&content);
  }
};

/// The text as a user would write it, for messages.
std::string to_text(const Value& value);

/// Reads TOML 1.0. Throws InputError "source:line: ..." on a syntax error.
Table parse_toml(std::string_view text, const std::string& source);

/// Reads "key=value,key=value" as used on the command line; a first part without '=' is stored under `positional`.
Table parse_pairs(std::string_view text, std::string_view positional, const std::string& source);

}  // namespace glasscape
