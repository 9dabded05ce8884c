// What the readers and writers of structure files share; private to them.
// `Lines` knows where it is, so that every message begins with file:line. Numbers come back finite. What was
// read is handed out only by `accepted`, which refuses what no algorithm could use.
#pragma once

#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "md/structure_io.hpp"
#include "md/support/error.hpp"

namespace glasscape::formats {

/// The lines of a text, one after the other.
class Lines {
 public:
  Lines(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  /// There is a line left, blank or not.
  bool more() const { return at_ < text_.size(); }
  /// Nothing but blank lines is left.
  bool at_end() const;
  /// The next line; at the end of the text an error that names what was expected.
  std::string_view next(std::string_view expected);

  /// "file:line" of the line last read.
  std::string place() const { return fmt::format("{}:{}", source_, number_); }

  /// The word as a finite number.
  double real(std::string_view word, std::string_view what) const;
  long long integer(std::string_view word, std::string_view what) const;
  /// A whole number above 0 of things that take at least so many bytes each of the text that follows.
  std::size_t count(std::string_view word, std::string_view what, std::size_t bytes_each) const;
  /// Three numbers from words[at] on.
  Vector3d vector(const std::vector<std::string_view>& words, std::size_t at, std::string_view what) const;
  /// The cell, with its errors at this line. Refuses a cell thinner than `nearest_atoms`.
  Cell cell(const Matrix3d& lattice, const std::array<bool, 3>& periodic, const Vector3d& origin) const;

  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw FormatError("{}: {}", place(), fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  int number_ = 0;  // of the line last read, from 1
};

/// A mass above 0, u.
double read_mass(const Lines& lines, std::string_view word);

/// A word of a file as messages show it: quoted, and not longer than a line.
std::string quoted(std::string_view word);

/// What a file says an atom is. Mass 0: the standard mass of the name, or 1 u.
struct Kind {
  long long type = 0;
  std::string name;
  double mass = 0.0;

  auto operator<=>(const Kind&) const = default;
};

/// One kind per atom; equal kinds are one element, and elements are in order of type, name and mass.
std::shared_ptr<const Species> make_species(const std::vector<Kind>& kind_of);

/// Momenta from velocities in Angstrom/ps, and back (0 columns for a configuration at rest).
Positions momenta(const Species& species, const Positions& velocities);
Positions velocities(const Configuration& configuration);

/// Nearer than this, two atoms are one atom written twice. Angstrom.
inline constexpr double nearest_atoms = 0.1;

/// What was read at `place`, or FormatError for coordinates that are absurd and for overlapping atoms.
Configuration accepted(Configuration configuration, const std::string& place);
/// Adds a frame; frames of equal species share them.
void add_frame(std::vector<Configuration>& frames, Configuration frame);

/// Throws unless the frame can be written: finite numbers, names of one word, columns that fit and are none
/// of `taken`.
void check_frame(const Frame& frame, const std::vector<std::string>& taken);
/// True when a mass cannot be found again from the element's name.
bool needs_masses(const Species& species);
/// Adds each number after a blank.
void append(std::string& text, const Eigen::Ref<const Eigen::VectorXd>& numbers);

}  // namespace glasscape::formats
