// One call per option: it reads, converts, defaults, checks the range and documents.
//   const double radius = in.length("radius", "4 A", "atoms within this distance of the centre are pushed", positive);
// Keys that nothing asked for are errors that name the nearest known key (`finish`). In describing mode every value
// is its default and the calls are recorded; that record is what `glasscape describe` prints.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "md/support/units.hpp"
#include "md/support/value.hpp"

namespace glasscape {

/// Marks an option without a default.
inline constexpr struct Required {} required;

/// Marks an option in whose place another may stand: the keys of which one is given, for `describe`.
struct OneOf {
  std::string_view keys;
};

/// What values an option accepts.
enum class Range { any, positive, non_negative, fraction };
inline constexpr Range positive = Range::positive;
inline constexpr Range non_negative = Range::non_negative;
inline constexpr Range fraction = Range::fraction;

/// What `describe` says of one option.
struct OptionText {
  std::string key, kind, fallback, meaning;
};

/// A file that an option named.
struct FileRead {
  std::string key, path;
};

/// Where files named in a study are looked for, in this order after the path as written.
struct SearchPath {
  std::vector<std::string> folders;
};

/// A default as the user would write it, or none.
template <typename T>
class Default {
 public:
  Default(Required) {}
  Default(OneOf one) : absent_("(one of " + std::string(one.keys) + ")") {}
  template <typename U>
    requires std::is_convertible_v<U, T>
  Default(U value) : value_(T(value)) {}
  const std::optional<T>& value() const { return value_; }
  /// What `describe` shows where there is no value.
  const std::string& absent() const { return absent_; }

 private:
  std::optional<T> value_;
  std::string absent_ = "(required)";
};

/// Reads one table of a study. Errors are InputError "source:line: key 'a.b' ...".
class Input {
 public:
  Input(Table table, std::string source, SearchPath search = {});
  /// An empty table whose reads are recorded.
  static Input describing();

  using Text = Default<std::string>;
  double length(const std::string& key, const Text& fallback, std::string_view meaning, Range range = Range::any);
  double energy(const std::string& key, const Text& fallback, std::string_view meaning, Range range = Range::any);
  double mass(const std::string& key, const Text& fallback, std::string_view meaning, Range range = positive);
  double temperature(const std::string& key, const Text& fallback, std::string_view meaning, Range range = non_negative);
  double time(const std::string& key, const Text& fallback, std::string_view meaning, Range range = positive);
  double pressure(const std::string& key, const Text& fallback, std::string_view meaning, Range range = Range::any);
  double force(const std::string& key, const Text& fallback, std::string_view meaning, Range range = positive);
  double rate(const std::string& key, const Text& fallback, std::string_view meaning, Range range = positive);
  double angle(const std::string& key, const Text& fallback, std::string_view meaning, Range range = Range::any);
  double frequency(const std::string& key, const Text& fallback, std::string_view meaning, Range range = positive);
  /// A list of lengths, none unless given.
  std::vector<double> lengths(const std::string& key, std::string_view meaning, Range range = Range::any);
  /// One of the words of a `list`, as a value of its key would be read.
  double length_in(const std::string& key, const std::string& word, Range range = Range::any) const;
  double temperature_in(const std::string& key, const std::string& word, Range range = non_negative) const;
  double time_in(const std::string& key, const std::string& word, Range range = positive) const;

  double real(const std::string& key, const Default<double>& fallback, std::string_view meaning, Range range = Range::any);
  long long integer(const std::string& key, const Default<long long>& fallback, std::string_view meaning,
                    Range range = Range::any, long long most = std::numeric_limits<long long>::max());
  /// A whole number up to 1e9, as int: for counts that are looped over.
  int count(const std::string& key, const Default<long long>& fallback, std::string_view meaning, Range range);
  bool flag(const std::string& key, const Default<bool>& fallback, std::string_view meaning);
  std::string text(const std::string& key, const Text& fallback, std::string_view meaning);
  std::string choice(const std::string& key, const std::vector<std::string>& known, const Text& fallback,
                     std::string_view meaning);
  /// A list of words; a single word is a list of one.
  std::vector<std::string> list(const std::string& key, const Default<std::vector<std::string>>& fallback,
                                std::string_view meaning);
  std::vector<double> reals(const std::string& key, const Default<std::vector<double>>& fallback, std::string_view meaning);
  std::vector<long long> integers(const std::string& key, const Default<std::vector<long long>>& fallback,
                                  std::string_view meaning);
  /// An existing file: as written, relative to the study's folder, or in the search path. Throws NotFound.
  std::string file(const std::string& key, const Text& fallback, std::string_view meaning);

  /// Whether an optional key is there; the key counts as known from then on.
  bool has(const std::string& key);
  Input table(const std::string& key, std::string_view meaning);
  std::vector<Input> tables(const std::string& key, std::string_view meaning);
  /// The keys of this table, as for a table whose keys are names chosen by the user.
  std::vector<std::string> keys() const;

  /// Throws InputError about the first key that no call has read.
  void finish() const;
  /// Throws InputError at this key unless the condition holds: "key 'k': got V, expected E".
  void expect(bool condition, const std::string& key, std::string_view expected) const;
  /// "study.toml:12: key 'stage.radius'", to begin a message.
  std::string where(std::string_view key) const;

  bool is_describing() const { return record_ != nullptr; }
  const std::vector<OptionText>& record() const { return *record_; }
  /// The files that `file` has found for this table and those inside it, in order of reading.
  const std::vector<FileRead>& files() const { return *files_.back(); }
  const SearchPath& search() const { return search_; }
  const std::string& source() const { return source_; }

 private:
  void ask(const std::string& key);
  const Value* take(const std::string& key, std::string_view kind, const std::optional<std::string>& fallback,
                    std::string_view meaning, std::string_view absent = "(required)");
  double quantity(units::Quantity quantity, const std::string& key, const Text& fallback, std::string_view meaning,
                  Range range);
  double in_range(double value, const std::string& key, Range range) const;
  [[noreturn]] void reject(const std::string& key, const Value& value, std::string_view expected) const;
  double quantity_of(units::Quantity quantity, const std::string& key, const Value& value, Range range) const;
  double number(const std::string& key, const Value& value) const;
  Input child(const Value& value, std::string path) const;

  Table table_;
  std::string source_, path_;
  int line_ = 0;
  SearchPath search_;
  std::vector<std::string> asked_;
  std::shared_ptr<std::vector<OptionText>> record_;
  /// Of the tables around this one, from the outermost, and of this one.
  std::vector<std::shared_ptr<std::vector<FileRead>>> files_{std::make_shared<std::vector<FileRead>>()};
};

/// Finds a file as `Input::file` does; empty when it is nowhere.
std::string find_file(const std::string& name, const SearchPath& search);

}  // namespace glasscape
