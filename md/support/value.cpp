#include "md/support/value.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <toml++/toml.h>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

Table from_toml(const toml::table& table, const std::string& source);

Value from_toml(const toml::node& node, const std::string& source) {
  const int line = static_cast<int>(node.source().begin.line);
  switch (node.type()) {
    case toml::node_type::boolean: return {node.as_boolean()->get(), line};
    case toml::node_type::integer: return {node.as_integer()->get(), line};
    case toml::node_type::floating_point: return {node.as_floating_point()->get(), line};
    case toml::node_type::string: return {node.as_string()->get(), line};
    case toml::node_type::table: return {from_toml(*node.as_table(), source), line};
    case toml::node_type::array: {
      std::vector<Value> items;
      for (const toml::node& item : *node.as_array()) items.push_back(from_toml(item, source));
      return {std::move(items), line};
    }
    default: throw InputError("{}:{}: dates and times are not used in a study; write the value as text", source, line);
  }
}

Table from_toml(const toml::table& table, const std::string& source) {
  std::vector<std::pair<const toml::node*, std::string>> ordered;
  for (auto&& [key, node] : table) ordered.emplace_back(&node, std::string(key.str()));
  // toml++ keeps keys sorted by name; restore the order of writing
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    const auto& p = a.first->source().begin;
    const auto& q = b.first->source().begin;
    return p.line != q.line ? p.line < q.line : p.column < q.column;
  });
  Table result;
  for (const auto& [node, key] : ordered) result.entries.emplace_back(key, from_toml(*node, source));
  return result;
}

Value from_word(std::string_view word) {
  if (word == "true") return {true};
  if (word == "false") return {false};
  if (const auto integer = to_integer(word)) return {static_cast<std::int64_t>(*integer)};
  if (const auto real = to_real(word)) return {*real};
  return {std::string(word)};
}

}  // namespace

const Value* Table::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

std::string to_text(const Value& value) {
  struct Show {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return shortest(d); }
    std::string operator()(const std::string& s) const { return '"' + s + '"'; }
    std::string operator()(const std::vector<Value>& items) const {
      std::vector<std::string> texts;
      for (const Value& item : items) texts.push_back(to_text(item));
      return fmt::format("[{}]", fmt::join(texts, ", "));
    }
    std::string operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Show{}, value.content);
}

Table parse_toml(std::string_view text, const std::string& source) {
  try {
    return from_toml(toml::parse(text, source), source);
  } catch (const toml::parse_error& error) {
    throw InputError("{}:{}: not valid TOML: {}", source, error.source().begin.line, error.description());
  }
}

Table parse_pairs(std::string_view text, std::string_view positional, const std::string& source) {
  Table table;
  if (trimmed(text).empty()) return table;
  bool first = true;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos && !(first && !positional.empty()))
      throw InputError("{}: '{}' is not of the form key=value", source, part);
    const std::string_view key = equals == std::string_view::npos ? positional : part.substr(0, equals);
    if (table.find(key) != nullptr) throw InputError("{}: key '{}' is given twice", source, key);
    if (equals == std::string_view::npos)
      table.entries.emplace_back(key, Value{std::string(part)});
    else
      table.entries.emplace_back(key, from_word(part.substr(equals + 1)));
    first = false;
  }
  return table;
}

}  // namespace glasscape
