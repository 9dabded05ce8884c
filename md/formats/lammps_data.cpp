// LAMMPS data files, atom style atomic, units metal (LAMMPS manual, read_data): a comment line, a header of
// counts and box bounds, then the sections Masses, Atoms and Velocities. All directions are periodic.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "md/formats/lammps.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using formats::LammpsAtom;
using formats::Lines;

/// A line that has words: those before '#', and what follows it.
struct Entry {
  std::vector<std::string_view> fields;
  std::string_view comment;
};

struct Header {
  std::size_t atoms = 0, types = 0;
  Cell cell;
};

struct Bounds {
  Vector3d low = Vector3d::Zero(), high = Vector3d::Zero(), tilt = Vector3d::Zero();
  std::array<bool, 3> given{};
};

/// What Masses says of a type.
struct Mass {
  double mass = 0.0;
  std::string name;
};

class DataReader {
 public:
  DataReader(std::string_view text, const std::string& source, const ReadOptions& options)
      : lines_(text, source), options_(options), source_(source) {}

  Configuration read();

 private:
  std::optional<Entry> next_entry();
  Entry entry(std::string_view expected);
  Entry read_header();
  void read_header_line(const std::vector<std::string_view>& fields, Bounds& box);
  std::optional<Entry> read_section(const Entry& heading);
  void read_masses();
  void read_atoms(const Entry& heading);
  void read_velocities();
  std::size_t type(std::string_view word) const;
  std::shared_ptr<const Species> species() const;

  Lines lines_;
  const ReadOptions& options_;
  const std::string& source_;
  Header header_;
  std::vector<Mass> masses_;
  std::vector<LammpsAtom> atoms_;
  bool moving_ = false;
};

std::string header_text(const Configuration& turned);

}  // namespace

Configuration parse_lammps_data(std::string_view text, const std::string& source,
                                const ReadOptions& options) {
  return DataReader(text, source, options).read();
}

std::string to_lammps_data(const Frame& frame) {
  formats::check_frame(frame, {});
  const Cell& cell = frame.configuration.cell;
  if (!cell.all_periodic())
    throw InputError(
        "structure to write: LAMMPS data cannot say that a direction is open; use .xyz or .dump");
  const Configuration c = turned(frame.configuration, rotation_to_upper(cell.lattice()));
  std::string text = header_text(c) + "\nAtoms # atomic\n\n";
  for (Eigen::Index i = 0; i < c.atoms(); ++i) {
    const Eigen::Vector3i image = c.cell.image(c.positions.col(i));
    text += fmt::format("{} {}", i + 1, c.species->element_of[static_cast<std::size_t>(i)] + 1);
    formats::append(text, c.cell.wrapped(c.positions.col(i)));
    text += fmt::format(" {} {} {}\n", image[0], image[1], image[2]);
  }
  const Positions velocities = formats::velocities(c);
  if (velocities.cols() > 0) text += "\nVelocities\n\n";
  for (Eigen::Index i = 0; i < velocities.cols(); ++i) {
    text += std::to_string(i + 1);
    formats::append(text, velocities.col(i));
    text += '\n';
  }
  return text;
}

namespace {

Configuration DataReader::read() {
  lines_.next("a comment line");
  for (std::optional<Entry> heading = read_header(); heading; heading = read_section(*heading)) continue;
  if (atoms_.empty()) lines_.fail("the file ends here without a section Atoms");
  return formats::accepted(formats::assemble(atoms_, species(), header_.cell, moving_), source_);
}

std::optional<Entry> DataReader::next_entry() {
  while (lines_.more()) {
    const std::string_view line = lines_.next("");
    const std::size_t mark = std::min(line.find('#'), line.size());
    Entry entry{words(line.substr(0, mark)), trimmed(line.substr(std::min(mark + 1, line.size())))};
    if (!entry.fields.empty()) return entry;
  }
  return std::nullopt;
}

Entry DataReader::entry(std::string_view expected) {
  std::optional<Entry> found = next_entry();
  if (!found) lines_.fail("the file ends here, expected {}: it is truncated", expected);
  return std::move(*found);
}

/// Headings begin with a letter, all other lines with a number.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Reads counts and bounds; returns the heading of the first section.
Entry DataReader::read_header() {
  constexpr std::string_view expected = "'N atoms', 'M atom types', box bounds and a section";
  Bounds box;
  Entry line = entry(expected);
  for (; !is_letter(line.fields[0].front()); line = entry(expected)) read_header_line(line.fields, box);
  if (header_.atoms == 0 || header_.types == 0 || box.given != std::array{true, true, true})
    lines_.fail(
        "a section begins but the header lacks 'N atoms', 'M atom types', 'xlo xhi', 'ylo yhi' or 'zlo zhi'");
  header_.cell = formats::lammps_cell(lines_, box.low, box.high, box.tilt, {true, true, true});
  return line;
}

void DataReader::read_header_line(const std::vector<std::string_view>& fields, Bounds& box) {
  const auto name = std::find_if(fields.begin(), fields.end(),
                                 [](std::string_view word) { return is_letter(word.front()); });
  const auto numbers = name - fields.begin();
  const std::string names = fmt::format("{}", fmt::join(name, fields.end(), " "));
  constexpr std::array bounds{"xlo xhi", "ylo yhi", "zlo zhi"};
  const auto axis = std::find(bounds.begin(), bounds.end(), names) - bounds.begin();
  if (names == "atoms" && numbers == 1) {
    header_.atoms = lines_.count(fields[0], "the number of atoms", formats::shortest_atom);
  } else if (names == "atom types" && numbers == 1) {
    header_.types = lines_.count(fields[0], "the number of atom types", 1);
  } else if (names == "xy xz yz" && numbers == 3) {
    box.tilt = lines_.vector(fields, 0, "a tilt factor");
  } else if (axis < 3 && numbers == 2) {
    box.low[axis] = lines_.real(fields[0], "a lower bound");
    box.high[axis] = lines_.real(fields[1], "an upper bound");
    box.given[static_cast<std::size_t>(axis)] = true;
  } else {
    lines_.fail(
        "header line {} is not known, expected 'N atoms', 'M atom types', 'LO HI xlo xhi' (y, z) or 'XY XZ "
        "YZ xy xz yz'",
        formats::quoted(fmt::format("{}", fmt::join(fields, " "))));
  }
}

/// Reads the lines of a section; returns the heading of the next one, if any.
std::optional<Entry> DataReader::read_section(const Entry& heading) {
  const std::string name = fmt::format("{}", fmt::join(heading.fields, " "));
  if (name == "Masses")
    read_masses();
  else if (name == "Atoms")
    read_atoms(heading);
  else if (name == "Velocities")
    read_velocities();
  else
    lines_.fail(
        "section {} is not known, expected Masses, Atoms or Velocities (lmp leaves out coefficients with "
        "`write_data FILE nocoeff`)",
        formats::quoted(name));
  std::optional<Entry> next = next_entry();
  if (next && !is_letter(next->fields[0].front()))
    lines_.fail("expected a section or the end of the file, got {}: section {} has more lines than announced",
                formats::quoted(next->fields[0]), name);
  return next;
}

std::size_t DataReader::type(std::string_view word) const {
  const long long number = lines_.integer(word, "an atom type");
  if (number < 1 || static_cast<std::size_t>(number) > header_.types)
    lines_.fail("got atom type {}, expected 1 to {}", number, header_.types);
  return static_cast<std::size_t>(number);
}

void DataReader::read_masses() {
  if (!masses_.empty()) lines_.fail("section Masses is there twice");
  masses_.resize(header_.types);
  for (std::size_t k = 0; k < header_.types; ++k) {
    const Entry line = entry(fmt::format("mass {} of {}", k + 1, header_.types));
    if (line.fields.size() != 2) lines_.fail("got {} fields, expected 'type mass'", line.fields.size());
    Mass& mass = masses_[type(line.fields[0]) - 1];
    if (mass.mass != 0) lines_.fail("type {} has two masses", line.fields[0]);
    mass.mass = formats::read_mass(lines_, line.fields[1]);
    if (words(line.comment).size() == 1) mass.name = line.comment;
  }
}

void DataReader::read_atoms(const Entry& heading) {
  if (!atoms_.empty()) lines_.fail("section Atoms is there twice");
  if (!heading.comment.empty() && words(heading.comment)[0] != "atomic")
    lines_.fail("atom style {} is not read, expected atomic", formats::quoted(heading.comment));
  std::unordered_set<long long> seen;
  for (std::size_t k = 0; k < header_.atoms; ++k) {
    const auto fields = entry(fmt::format("atom {} of {}", k + 1, header_.atoms)).fields;
    if (fields.size() != 5 && fields.size() != 8)
      lines_.fail("got {} fields for atom {} of {}, expected 'id type x y z' or 'id type x y z ix iy iz'",
                  fields.size(), k + 1, header_.atoms);
    const long long id = lines_.integer(fields[0], "an atom id");
    const formats::Kind kind{static_cast<long long>(type(fields[1])), {}, 0.0};
    LammpsAtom atom{id, kind, lines_.vector(fields, 2, "a coordinate")};
    formats::check_id(lines_, atom.id, seen);
    Vector3d image = Vector3d::Zero();
    for (std::size_t c = 5; c < fields.size(); ++c)
      image[static_cast<Eigen::Index>(c - 5)] =
          static_cast<double>(lines_.integer(fields[c], "an image flag"));
    atom.position += header_.cell.lattice() * image;
    atoms_.push_back(std::move(atom));
  }
  std::sort(atoms_.begin(), atoms_.end(), formats::by_id);
}

void DataReader::read_velocities() {
  if (atoms_.empty()) lines_.fail("section Velocities comes before section Atoms");
  if (moving_) lines_.fail("section Velocities is there twice");
  moving_ = true;
  std::unordered_set<long long> seen;
  for (std::size_t k = 0; k < header_.atoms; ++k) {
    const auto fields = entry(fmt::format("velocity {} of {}", k + 1, header_.atoms)).fields;
    if (fields.size() != 4) lines_.fail("got {} fields, expected 'id vx vy vz'", fields.size());
    const long long id = lines_.integer(fields[0], "an atom id");
    formats::check_id(lines_, id, seen);
    const auto atom = std::lower_bound(atoms_.begin(), atoms_.end(), LammpsAtom{id, {}, {}}, formats::by_id);
    if (atom == atoms_.end() || atom->id != id) lines_.fail("a velocity for id {}, which no atom has", id);
    atom->velocity = lines_.vector(fields, 1, "a velocity");
  }
}

/// Every element that has a standard mass.
std::vector<Element> known_elements() {
  std::vector<Element> elements;
  const auto add = [&](const std::string& symbol) {
    if (const double mass = standard_mass(symbol); mass > 0) elements.push_back({symbol, mass});
  };
  for (char first = 'A'; first <= 'Z'; ++first) {
    add({first});
    for (char second = 'a'; second <= 'z'; ++second) add({first, second});
  }
  return elements;
}

/// The element whose standard mass is nearest, within 0.05 u; else "".
std::string element_of_mass(double mass) {
  static const std::vector<Element> known = known_elements();
  const auto distance = [mass](const Element& element) { return std::abs(element.mass - mass); };
  const auto best = std::min_element(known.begin(), known.end(), [&](const Element& a, const Element& b) {
    return distance(a) < distance(b);
  });
  return distance(*best) <= 0.05 ? best->name : "";
}

std::shared_ptr<const Species> DataReader::species() const {
  if (!options_.elements.empty() && options_.elements.size() != header_.types)
    throw InputError(
        "{}: {} element names are given but the file has {} atom types: name each type once, in order",
        source_, options_.elements.size(), header_.types);
  auto species = std::make_shared<Species>();
  for (std::size_t k = 0; k < header_.types; ++k) {
    const Mass known = masses_.empty() ? Mass{} : masses_[k];
    std::string name = !options_.elements.empty() ? options_.elements[k] : known.name;
    if (name.empty() && known.mass > 0) name = element_of_mass(known.mass);
    if (name.empty()) name = std::to_string(k + 1);
    species->elements.push_back(elements_named({name}).front());
    if (known.mass > 0) species->elements.back().mass = known.mass;
  }
  for (const LammpsAtom& atom : atoms_) species->element_of.push_back(static_cast<int>(atom.kind.type - 1));
  return species;
}

/// Counts, box and masses; the names of the elements stand as comments.
std::string header_text(const Configuration& turned) {
  const std::vector<Element>& elements = turned.species->elements;
  const Matrix3d& lattice = turned.cell.lattice();
  std::string text = fmt::format(
      "LAMMPS data file of glasscape; units metal, atom style atomic\n\n{} atoms\n{} atom types\n\n",
      turned.atoms(), elements.size());
  for (int k = 0; k < 3; ++k) {
    const double low = turned.cell.origin()[k];
    text += fmt::format("{0} {1} {2}lo {2}hi\n", shortest(low), shortest(low + lattice(k, k)), "xyz"[k]);
  }
  if (lattice(0, 1) != 0 || lattice(0, 2) != 0 || lattice(1, 2) != 0)
    text += fmt::format("{} {} {} xy xz yz\n", shortest(lattice(0, 1)), shortest(lattice(0, 2)),
                        shortest(lattice(1, 2)));
  text += "\nMasses\n\n";
  for (std::size_t k = 0; k < elements.size(); ++k)
    text += fmt::format("{} {} # {}\n", k + 1, shortest(elements[k].mass), elements[k].name);
  return text;
}

}  // namespace
}  // namespace glasscape
