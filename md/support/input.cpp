#include "md/support/input.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {

using units::Quantity;
namespace fs = std::filesystem;

namespace {

/// Where a file may be, in the order in which it is looked for.
std::vector<fs::path> places_of(const std::string& name, const SearchPath& search) {
  if (fs::path(name).is_absolute()) return {name};
  std::vector<fs::path> places;
  for (const std::string& folder : search.folders) places.push_back(fs::path(folder) / name);
  places.emplace_back(name);
  return places;
}

std::string_view text_of(Range range) {
  switch (range) {
    case Range::positive: return "a value above 0";
    case Range::non_negative: return "a value of 0 or more";
    case Range::fraction: return "a value between 0 and 1";
    case Range::any: return "a finite number";
  }
  return "";
}

bool inside(double value, Range range) {
  switch (range) {
    case Range::positive: return std::isfinite(value) && value > 0;
    case Range::non_negative: return std::isfinite(value) && value >= 0;
    case Range::fraction: return value >= 0 && value <= 1;
    case Range::any: return std::isfinite(value);
  }
  return false;
}

std::string expected_quantity(Quantity quantity) {
  const std::vector<std::string> symbols = units::known(quantity);
  const bool vowel = std::string_view("aeiou").find(units::name(quantity).front()) != std::string_view::npos;
  return fmt::format("{} {} such as \"1 {}\" (units: {})", vowel ? "an" : "a", units::name(quantity), symbols.front(), fmt::join(symbols, ", "));
}

/// "2 fs" in internal units, or nothing when number or unit is wrong.
std::optional<double> parse_quantity(Quantity quantity, std::string_view text) {
  const std::size_t blank = trimmed(text).find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = to_real(trimmed(text).substr(0, blank));
  const double factor = units::factor(quantity, trimmed(trimmed(text).substr(blank)));
  if (!number || factor == 0.0) return std::nullopt;
  return *number * factor;
}

}  // namespace

Input::Input(Table table, std::string source, SearchPath search)
    : table_(std::move(table)), source_(std::move(source)), search_(std::move(search)) {}

Input Input::describing() {
  Input input({}, "describe");
  input.record_ = std::make_shared<std::vector<OptionText>>();
  return input;
}

std::string Input::where(std::string_view key) const {
  const Value* value = table_.find(key);
  const int line = value != nullptr && value->line > 0 ? value->line : line_;
  return line > 0 ? fmt::format("{}:{}: key '{}{}'", source_, line, path_, key)
                  : fmt::format("{}: key '{}{}'", source_, path_, key);
}

void Input::ask(const std::string& key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
}

const Value* Input::take(const std::string& key, std::string_view kind, const std::optional<std::string>& fallback,
                         std::string_view meaning, std::string_view absent) {
  ask(key);
  if (is_describing()) {
    record_->push_back({path_ + key, std::string(kind), fallback.value_or(std::string(absent)), std::string(meaning)});
    return nullptr;
  }
  const Value* value = table_.find(key);
  if (value == nullptr && !fallback) {
    std::vector<std::string> unread;  // one of them may be this key with a slip
    for (const auto& [other, ignored] : table_.entries)
      if (std::find(asked_.begin(), asked_.end(), other) == asked_.end()) unread.push_back(other);
    const std::string near = nearest(key, unread);
    throw InputError("{} is missing: give {} ({}){}", where(key), kind, meaning, near.empty() ? "" : fmt::format("; did you mean it by '{}'?", near));
  }
  return value;
}

void Input::reject(const std::string& key, const Value& value, std::string_view expected) const {
  throw InputError("{}: got {}, expected {}", where(key), to_text(value), expected);
}

void Input::expect(bool condition, const std::string& key, std::string_view expected) const {
  if (condition || is_describing()) return;
  if (const Value* value = table_.find(key)) reject(key, *value, expected);
  throw InputError("{}: its default does not fit here, expected {}", where(key), expected);
}

double Input::in_range(double value, const std::string& key, Range range) const {
  expect(inside(value, range), key, text_of(range));
  return value;
}

double Input::number(const std::string& key, const Value& value) const {
  if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* real = value.as<double>()) return *real;
  reject(key, value, "a number");
}

double Input::quantity(Quantity quantity, const std::string& key, const Text& fallback, std::string_view meaning,
                       Range range) {
  const Value* value = take(key, units::name(quantity), fallback.value(), meaning, fallback.absent());
  if (value == nullptr) return fallback.value() ? parse_quantity(quantity, *fallback.value()).value() : 1.0;
  return quantity_of(quantity, key, *value, range);
}

double Input::quantity_of(Quantity quantity, const std::string& key, const Value& value, Range range) const {
  if (const auto* text = value.as<std::string>()) {
    const auto parsed = parse_quantity(quantity, *text);
    if (!parsed) reject(key, value, expected_quantity(quantity));
    return in_range(*parsed, key, range);
  }
  const std::string_view bare = units::bare_unit(quantity);
  if (bare.empty() || value.as<bool>() || value.as<Table>() || value.as<std::vector<Value>>())
    reject(key, value, expected_quantity(quantity));
  return in_range(number(key, value) * units::factor(quantity, bare), key, range);
}

double Input::length(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::length, key, fallback, meaning, range);
}
double Input::energy(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::energy, key, fallback, meaning, range);
}
double Input::mass(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::mass, key, fallback, meaning, range);
}
double Input::temperature(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::temperature, key, fallback, meaning, range);
}
double Input::time(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::time, key, fallback, meaning, range);
}
double Input::pressure(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::pressure, key, fallback, meaning, range);
}
double Input::force(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::force, key, fallback, meaning, range);
}
double Input::rate(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::rate_of_temperature, key, fallback, meaning, range);
}
double Input::angle(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::angle, key, fallback, meaning, range);
}
double Input::frequency(const std::string& key, const Text& fallback, std::string_view meaning, Range range) {
  return quantity(Quantity::frequency, key, fallback, meaning, range);
}

std::vector<double> Input::lengths(const std::string& key, std::string_view meaning, Range range) {
  const Value* value = take(key, "list of lengths", "[]", meaning);
  std::vector<double> all;
  if (value == nullptr) return all;
  const auto* items = value->as<std::vector<Value>>();
  if (items == nullptr) reject(key, *value, "a list of lengths such as [\"6 A\", \"8 A\"]");
  for (const Value& item : *items) all.push_back(quantity_of(Quantity::length, key, item, range));
  return all;
}

double Input::length_in(const std::string& key, const std::string& word, Range range) const { return quantity_of(Quantity::length, key, Value{word}, range); }
double Input::time_in(const std::string& key, const std::string& word, Range range) const { return quantity_of(Quantity::time, key, Value{word}, range); }
double Input::temperature_in(const std::string& key, const std::string& word, Range range) const { return quantity_of(Quantity::temperature, key, Value{word}, range); }

double Input::real(const std::string& key, const Default<double>& fallback, std::string_view meaning, Range range) {
  std::optional<std::string> shown;
  if (fallback.value()) shown = shortest(*fallback.value());
  const Value* value = take(key, "number", shown, meaning);
  if (value == nullptr) return fallback.value().value_or(1.0);
  return in_range(number(key, *value), key, range);
}

long long Input::integer(const std::string& key, const Default<long long>& fallback, std::string_view meaning, Range range,
                         long long most) {
  std::optional<std::string> shown;
  if (fallback.value()) shown = std::to_string(*fallback.value());
  const Value* value = take(key, "whole number", shown, meaning);
  if (value == nullptr) return fallback.value().value_or(1);
  const auto* whole = value->as<std::int64_t>();
  if (whole == nullptr) reject(key, *value, "a whole number");
  in_range(static_cast<double>(*whole), key, range);
  if (*whole > most) reject(key, *value, fmt::format("{} and at most {}", text_of(range), most));
  return *whole;
}

int Input::count(const std::string& key, const Default<long long>& fallback, std::string_view meaning, Range range) {
  return static_cast<int>(integer(key, fallback, meaning, range, 1'000'000'000));
}

bool Input::flag(const std::string& key, const Default<bool>& fallback, std::string_view meaning) {
  std::optional<std::string> shown;
  if (fallback.value()) shown = *fallback.value() ? "true" : "false";
  const Value* value = take(key, "true or false", shown, meaning);
  if (value == nullptr) return fallback.value().value_or(false);
  const auto* flag = value->as<bool>();
  if (flag == nullptr) reject(key, *value, "true or false");
  return *flag;
}

std::string Input::text(const std::string& key, const Text& fallback, std::string_view meaning) {
  const Value* value = take(key, "text", fallback.value(), meaning);
  if (value == nullptr) return fallback.value().value_or("");
  const auto* text = value->as<std::string>();
  if (text == nullptr) reject(key, *value, "a text in quotes");
  return *text;
}

std::string Input::choice(const std::string& key, const std::vector<std::string>& known, const Text& fallback,
                          std::string_view meaning) {
  const Value* value = take(key, fmt::format("one of {}", fmt::join(known, ", ")), fallback.value(), meaning);
  if (value == nullptr) return fallback.value().value_or(known.front());
  const auto* text = value->as<std::string>();
  if (text == nullptr || std::find(known.begin(), known.end(), *text) == known.end())
    reject(key, *value, fmt::format("one of {}{}", fmt::join(known, ", "), text ? suggestion(*text, known) : ""));
  return *text;
}

std::vector<std::string> Input::list(const std::string& key, const Default<std::vector<std::string>>& fallback,
                                     std::string_view meaning) {
  std::optional<std::string> shown;
  if (fallback.value()) shown = fmt::format("[{}]", fmt::join(*fallback.value(), ", "));
  const Value* value = take(key, "list of names", shown, meaning);
  if (value == nullptr) return fallback.value().value_or(std::vector<std::string>{});
  if (const auto* one = value->as<std::string>()) return {*one};
  const auto* items = value->as<std::vector<Value>>();
  if (items == nullptr) reject(key, *value, "a list of names");
  std::vector<std::string> names;
  for (const Value& item : *items) {
    if (item.as<std::string>() == nullptr) reject(key, *value, "a list of names in quotes");
    names.push_back(*item.as<std::string>());
  }
  return names;
}

std::vector<double> Input::reals(const std::string& key, const Default<std::vector<double>>& fallback,
                                 std::string_view meaning) {
  std::optional<std::string> shown;
  if (fallback.value()) shown = fmt::format("[{}]", fmt::join(*fallback.value(), ", "));
  const Value* value = take(key, "list of numbers", shown, meaning);
  if (value == nullptr) return fallback.value().value_or(std::vector<double>{});
  const auto* items = value->as<std::vector<Value>>();
  if (items == nullptr) reject(key, *value, "a list of numbers such as [1.0, 2.0]");
  std::vector<double> numbers;
  for (const Value& item : *items) numbers.push_back(in_range(number(key, item), key, Range::any));
  return numbers;
}

std::vector<long long> Input::integers(const std::string& key, const Default<std::vector<long long>>& fallback,
                                       std::string_view meaning) {
  std::optional<std::string> shown;
  if (fallback.value()) shown = fmt::format("[{}]", fmt::join(*fallback.value(), ", "));
  const Value* value = take(key, "list of whole numbers", shown, meaning);
  if (value == nullptr) return fallback.value().value_or(std::vector<long long>{});
  const auto* items = value->as<std::vector<Value>>();
  if (items == nullptr) reject(key, *value, "a list of whole numbers such as [1, 2]");
  std::vector<long long> numbers;
  for (const Value& item : *items) {
    if (item.as<std::int64_t>() == nullptr) reject(key, *value, "a list of whole numbers such as [1, 2]");
    numbers.push_back(*item.as<std::int64_t>());
  }
  return numbers;
}

std::string Input::file(const std::string& key, const Text& fallback, std::string_view meaning) {
  const std::string name = text(key, fallback, meaning);
  if (is_describing()) return name;
  const std::string path = find_file(name, search_);
  const auto is_something = [](const fs::path& place) {
    std::error_code ignored;
    return fs::exists(place, ignored);
  };
  if (const auto places = places_of(name, search_); path.empty() && std::any_of(places.begin(), places.end(), is_something))
    throw NotFound("{}: '{}' is no regular file, expected one, as it is read more than once; write what it gives into a file, and give that", where(key), name);
  if (path.empty())
    throw NotFound("{}: file '{}' is not there; looked as written and in: {}", where(key), name,
                   search_.folders.empty() ? "nowhere else" : fmt::format("{}", fmt::join(search_.folders, ", ")));
  for (const auto& files : files_) files->push_back({path_ + key, path});
  return path;
}

bool Input::has(const std::string& key) {
  ask(key);
  return table_.find(key) != nullptr;
}

std::vector<std::string> Input::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : table_.entries) names.push_back(key);
  return names;
}

Input Input::child(const Value& value, std::string path) const {
  Input inner(*value.as<Table>(), source_, search_);
  inner.path_ = std::move(path);
  inner.line_ = value.line;
  inner.files_.insert(inner.files_.begin(), files_.begin(), files_.end());
  return inner;
}

Input Input::table(const std::string& key, std::string_view meaning) {
  const Value* value = take(key, "table", "", meaning);
  if (value != nullptr && value->as<Table>() == nullptr) reject(key, *value, "a table");
  if (value != nullptr) return child(*value, path_ + key + '.');
  Input empty({}, source_, search_);
  empty.path_ = path_ + key + '.';
  empty.line_ = line_;
  empty.record_ = record_;
  return empty;
}

std::vector<Input> Input::tables(const std::string& key, std::string_view meaning) {
  const Value* value = take(key, "list of tables", "", meaning);
  std::vector<Input> inner;
  if (is_describing()) {
    inner.push_back(*this);
    inner.back().path_ = path_ + key + '.';
    inner.back().asked_.clear();
  }
  if (value == nullptr) return inner;
  const auto* items = value->as<std::vector<Value>>();
  if (items == nullptr) reject(key, *value, "a list of tables");
  for (const Value& item : *items) {
    if (item.as<Table>() == nullptr) reject(key, *value, "a list of tables");
    inner.push_back(child(item, path_ + key + '.'));
  }
  return inner;
}

void Input::finish() const {
  if (is_describing()) return;
  for (const auto& [key, value] : table_.entries)
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
      throw InputError("{} is unknown{}", where(key), suggestion(key, asked_));
}

std::string find_file(const std::string& name, const SearchPath& search) {
  std::error_code ignored;
  for (const fs::path& place : places_of(name, search))
    if (fs::is_regular_file(place, ignored)) return place.string();
  return {};
}

}  // namespace glasscape
