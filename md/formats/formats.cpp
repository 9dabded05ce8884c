#include "md/formats/formats.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "md/formats/overlaps.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape::formats {
namespace {

/// 1 mm: a coordinate beyond it is an error of units or a damaged file, and would overflow integer cell
/// counts. Angstrom.
constexpr double longest = 1e7;

bool is_word(std::string_view text) { return words(text).size() == 1 && trimmed(text) == text; }

double mass_of_name(const std::string& name) { return elements_named({name}).front().mass; }

}  // namespace

bool Lines::at_end() const { return text_.find_first_not_of(" \t\r\n\v\f", at_) == std::string_view::npos; }

std::string_view Lines::next(std::string_view expected) {
  if (!more()) fail("the file ends here, expected {}: it is truncated", expected);
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  std::string_view line = text_.substr(at_, end - at_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at_ = end + 1;
  ++number_;
  return line;
}

double Lines::real(std::string_view word, std::string_view what) const {
  const auto value = to_real(word);
  if (!value || !std::isfinite(*value)) fail("{} is not a finite number, expected {}", quoted(word), what);
  return *value;
}

long long Lines::integer(std::string_view word, std::string_view what) const {
  const auto value = to_integer(word);
  if (!value) fail("{} is not a whole number, expected {}", quoted(word), what);
  return *value;
}

std::size_t Lines::count(std::string_view word, std::string_view what, std::size_t bytes_each) const {
  const long long value = integer(word, what);
  if (value < 1) fail("got {} for {}, expected 1 or more", value, what);
  const std::size_t left = text_.size() - std::min(at_, text_.size()) + 1;  // the last line may lack its end
  if (static_cast<std::size_t>(value) > left / bytes_each)
    fail("got {} for {}, more than the rest of the file can hold: it is truncated or the number is wrong",
         value, what);
  return static_cast<std::size_t>(value);
}

Vector3d Lines::vector(const std::vector<std::string_view>& words, std::size_t at,
                       std::string_view what) const {
  return {real(words[at], what), real(words[at + 1], what), real(words[at + 2], what)};
}

Cell Lines::cell(const Matrix3d& lattice, const std::array<bool, 3>& periodic, const Vector3d& origin) const {
  if (lattice.cwiseAbs().maxCoeff() > longest || origin.cwiseAbs().maxCoeff() > longest)
    fail("the cell has a length above {} A: are its units Angstrom?", longest);
  const Cell cell = [&] {
    try {
      return Cell(lattice, periodic, origin);
    } catch (const FormatError& error) {
      fail("{}", error.what());
    }
  }();
  if (cell.heights().minCoeff() < nearest_atoms)
    fail("the cell is {:.3g} A thin, expected {} A or more", cell.heights().minCoeff(), nearest_atoms);
  return cell;
}

double read_mass(const Lines& lines, std::string_view word) {
  const double mass = lines.real(word, "a mass");
  if (!(mass > 0)) lines.fail("got mass {}, expected a value above 0", mass);
  return mass;
}

std::string quoted(std::string_view word) {
  constexpr std::size_t longest_shown = 40;
  if (word.size() <= longest_shown) return fmt::format("'{}'", word);
  return fmt::format("'{}...'", word.substr(0, longest_shown));
}

std::shared_ptr<const Species> make_species(const std::vector<Kind>& kind_of) {
  std::map<Kind, int> index;
  for (const Kind& kind : kind_of) index.emplace(kind, 0);
  auto species = std::make_shared<Species>();
  for (auto& [kind, at] : index) {
    at = static_cast<int>(species->elements.size());
    species->elements.push_back({kind.name, kind.mass > 0 ? kind.mass : mass_of_name(kind.name)});
  }
  for (const Kind& kind : kind_of) species->element_of.push_back(index.at(kind));
  return species;
}

Positions momenta(const Species& species, const Positions& velocities) {
  return velocities * (units::time_ps * species.masses()).asDiagonal();
}

Positions velocities(const Configuration& configuration) {
  if (configuration.momenta.cols() == 0) return {};
  return configuration.momenta *
         (units::time_ps * configuration.species->masses()).cwiseInverse().asDiagonal();
}

Configuration accepted(Configuration configuration, const std::string& place) {
  check(configuration, place);
  for (Eigen::Index i = 0; i < configuration.atoms(); ++i)
    if (configuration.positions.col(i).cwiseAbs().maxCoeff() > longest)
      throw FormatError("{}: atom {} has a coordinate beyond {} A: are its units Angstrom?", place, i + 1,
                        longest);
  if (const auto pair = first_overlap(configuration, nearest_atoms))
    throw FormatError("{}: atoms {} and {} are {:.3g} A apart, expected {} A or more; remove one of them",
                      place, pair->first + 1, pair->second + 1, pair->distance, nearest_atoms);
  return configuration;
}

void add_frame(std::vector<Configuration>& frames, Configuration frame) {
  if (!frames.empty() && *frames.back().species == *frame.species) frame.species = frames.back().species;
  frames.push_back(std::move(frame));
}

void check_frame(const Frame& frame, const std::vector<std::string>& taken) {
  check(frame.configuration, "structure to write");
  for (const Element& element : frame.configuration.species->elements)
    if (!is_word(element.name))
      throw InputError("structure to write: element name '{}' is not one word", element.name);
  std::vector<std::string> names = taken;
  for (const AtomColumn& column : frame.columns) {
    if (!is_word(column.name) || column.name.find(':') != std::string::npos)
      throw InputError("structure to write: column name '{}' is not one word without ':'", column.name);
    if (std::find(names.begin(), names.end(), column.name) != names.end())
      throw InputError("structure to write: column '{}' is there twice", column.name);
    if (column.values.cols() != frame.configuration.atoms() || column.values.rows() == 0)
      throw InputError("structure to write: column '{}' has {} x {} values for {} atoms", column.name,
                       column.values.rows(), column.values.cols(), frame.configuration.atoms());
    names.push_back(column.name);
  }
}

bool needs_masses(const Species& species) {
  return std::any_of(species.elements.begin(), species.elements.end(),
                     [](const Element& element) { return element.mass != mass_of_name(element.name); });
}

void append(std::string& text, const Eigen::Ref<const Eigen::VectorXd>& numbers) {
  for (const double number : numbers) {
    text += ' ';
    text += shortest(number);
  }
}

}  // namespace glasscape::formats
