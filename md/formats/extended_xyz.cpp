// Extended XYZ as libAtoms specifies it (https://github.com/libAtoms/extxyz): frames of a line with the
// number of atoms, a line of key=value pairs, and one line per atom whose columns the key Properties names.
// Frames without that key are plain XYZ: a comment line and four columns.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "md/formats/formats.hpp"
#include "md/formats/key_values.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using formats::Lines;

/// Where an atom line holds what.
struct Columns {
  std::size_t fields = 0;
  std::size_t species = 0, pos = 0;
  std::optional<std::size_t> mass, velo;
};

struct Header {
  Cell cell;
  Columns columns;
};

using KeyValues = std::map<std::string, std::string>;

Configuration read_frame(Lines& lines, const ReadOptions& options);
void name_by_number(formats::Kind& kind, const Lines& lines, const ReadOptions& options);
Header read_header(const Lines& lines, std::string_view comment);
Cell read_cell(const Lines& lines, const KeyValues& values);
Columns read_columns(const Lines& lines, const std::string& properties);
std::string header_text(const Configuration& configuration, const std::vector<AtomColumn>& columns);
std::string info_pairs(const Frame& frame);

}  // namespace

std::vector<Configuration> parse_extended_xyz(std::string_view text, const std::string& source,
                                              const ReadOptions& options) {
  Lines lines(text, source);
  std::vector<Configuration> frames;
  do {
    formats::add_frame(frames, read_frame(lines, options));
  } while (!lines.at_end());
  return frames;
}

std::string to_extended_xyz(const Frame& frame) {
  formats::check_frame(frame, {"species", "pos", "mass", "masses", "velo"});
  const Configuration& c = frame.configuration;
  std::vector<AtomColumn> columns{{"pos", c.positions}};
  if (formats::needs_masses(*c.species)) columns.push_back({"mass", c.species->masses().transpose()});
  if (c.momenta.cols() > 0) columns.push_back({"velo", formats::velocities(c)});
  columns.insert(columns.end(), frame.columns.begin(), frame.columns.end());
  std::string text = fmt::format("{}\n{}", c.atoms(), header_text(c, columns));
  text += info_pairs(frame) + '\n';
  for (Eigen::Index i = 0; i < c.atoms(); ++i) {
    text += c.species->of(i).name;
    for (const AtomColumn& column : columns) formats::append(text, column.values.col(i));
    text += '\n';
  }
  return text;
}

namespace {

// ---- reading ----

Configuration read_frame(Lines& lines, const ReadOptions& options) {
  const auto first = words(lines.next("the number of atoms"));
  if (first.empty())
    lines.fail("the line is blank, expected the number of atoms: blank lines may only end the file");
  if (first.size() != 1)
    lines.fail("expected the number of atoms alone on this line, got {} words", first.size());
  const std::size_t count = lines.count(first[0], "the number of atoms", 8);  // "H 0 0 0\n"
  const std::string place = lines.place();
  const Header header = read_header(lines, lines.next("a line of key=value pairs"));
  const Columns& columns = header.columns;
  const auto atoms = static_cast<Eigen::Index>(count);
  Configuration frame{nullptr, header.cell, Positions(3, atoms), {}};
  Positions velocities(3, columns.velo ? atoms : 0);
  std::vector<formats::Kind> kinds(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto fields = words(lines.next(fmt::format("atom {} of {}", i + 1, count)));
    if (fields.size() != columns.fields)
      lines.fail(
          "got {} fields for atom {} of {}, expected {} as Properties says (species and x y z without it)",
          fields.size(), i + 1, count, columns.fields);
    const auto at = static_cast<Eigen::Index>(i);
    kinds[i].name = fields[columns.species];
    if (!options.elements.empty()) name_by_number(kinds[i], lines, options);
    frame.positions.col(at) = lines.vector(fields, columns.pos, "a coordinate");
    if (columns.velo) velocities.col(at) = lines.vector(fields, *columns.velo, "a velocity");
    if (columns.mass) kinds[i].mass = formats::read_mass(lines, fields[*columns.mass]);
  }
  frame.species = formats::make_species(kinds);
  if (columns.velo) frame.momenta = formats::momenta(*frame.species, velocities);
  return formats::accepted(std::move(frame), place);
}

/// A species that is a number gets its name from the options, as a type of a LAMMPS file does.
void name_by_number(formats::Kind& kind, const Lines& lines, const ReadOptions& options) {
  const auto number = to_integer(kind.name);
  const auto known = static_cast<long long>(options.elements.size());
  if (!number)
    throw InputError("{}: elements are given, but the file names its atoms itself ({}); leave them out",
                     lines.place(), formats::quoted(kind.name));
  if (*number < 1 || *number > known)
    throw InputError("{}: species {} has no name: {} elements are given", lines.place(), *number, known);
  kind.type = *number;
  kind.name = options.elements[static_cast<std::size_t>(*number - 1)];
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// The key with a meaning here that a key is, letter case aside; else "".
std::string_view own_key(std::string_view key) {
  for (const std::string_view known : {"Lattice", "Properties", "pbc", "Origin"})
    if (lower_case(key) == lower_case(known)) return known;
  return "";
}

Header read_header(const Lines& lines, std::string_view comment) {
  const std::string lower = lower_case(comment);
  const bool plain =
      lower.find("lattice") == std::string::npos && lower.find("properties") == std::string::npos;
  const KeyValues values = plain ? KeyValues{} : formats::read_key_values(lines, comment);
  for (const auto& [key, value] : values)
    if (const std::string_view known = own_key(key); !known.empty() && known != key)
      lines.fail("key '{}' is not known; did you mean '{}'?", key, known);
  const auto properties = values.find("Properties");
  return {read_cell(lines, values),
          read_columns(lines, properties == values.end() ? "species:S:1:pos:R:3" : properties->second)};
}

/// The words of "1 2 3", [1, 2, 3] or [[1, 2], [3, 4]].
std::vector<std::string_view> array_words(std::string& value) {
  std::replace_if(
      value.begin(), value.end(),
      [](char c) { return std::string_view("[]{},").find(c) != std::string_view::npos; }, ' ');
  return words(value);
}

bool read_logical(const Lines& lines, std::string_view word) {
  if (word == "T" || word == "true" || word == "True" || word == "TRUE") return true;
  if (word == "F" || word == "false" || word == "False" || word == "FALSE") return false;
  lines.fail("pbc has {}, expected T or F", formats::quoted(word));
}

Cell read_cell(const Lines& lines, const KeyValues& values) {
  const auto words_of = [&](const char* key, std::string& text, std::size_t expected) {
    const auto found = values.find(key);
    if (found == values.end()) return std::vector<std::string_view>{};
    text = found->second;
    const auto numbers = array_words(text);
    if (numbers.size() != expected)
      lines.fail("{} has {} values, expected {}", key, numbers.size(), expected);
    return numbers;
  };
  std::string lattice_text, pbc_text, origin_text;
  const auto lattice_words = words_of("Lattice", lattice_text, 9);
  const auto pbc = words_of("pbc", pbc_text, 3);
  const auto origin_words = words_of("Origin", origin_text, 3);
  const bool has_lattice = !lattice_words.empty();
  std::array<bool, 3> periodic = {has_lattice, has_lattice, has_lattice};
  for (std::size_t k = 0; k < pbc.size(); ++k) periodic[k] = read_logical(lines, pbc[k]);
  if (!has_lattice) {
    if (periodic[0] || periodic[1] || periodic[2])
      lines.fail("pbc says periodic but there is no Lattice=\"...\"");
    return {};
  }
  Matrix3d lattice;
  for (std::size_t k = 0; k < 3; ++k)
    lattice.col(static_cast<Eigen::Index>(k)) = lines.vector(lattice_words, 3 * k, "a lattice vector");
  const Vector3d origin =
      origin_words.empty() ? Vector3d::Zero() : lines.vector(origin_words, 0, "the origin");
  return lines.cell(lattice, periodic, origin);
}

Columns read_columns(const Lines& lines, const std::string& properties) {
  const auto parts = split(properties, ':');
  if (parts.size() % 3 != 0)
    lines.fail("Properties has {} parts, expected triples name:type:columns as in species:S:1:pos:R:3",
               parts.size());
  Columns columns;
  std::map<std::string_view, std::size_t> at;
  const auto find = [&](std::size_t k, std::string_view type, std::string_view count) {
    if (parts[k + 1] != type || parts[k + 2] != count)
      lines.fail("Properties has {}:{}:{}, expected {}:{}:{}", parts[k], parts[k + 1], parts[k + 2], parts[k],
                 type, count);
    return columns.fields;
  };
  for (std::size_t k = 0; k < parts.size(); k += 3) {
    if (parts[k].empty() || parts[k + 1].size() != 1 ||
        std::string_view("SIRL").find(parts[k + 1]) == std::string_view::npos)
      lines.fail("Properties has {}:{}:{}, expected a name and a type S, I, R or L", parts[k], parts[k + 1],
                 parts[k + 2]);
    if (!at.emplace(parts[k], columns.fields).second) lines.fail("Properties names '{}' twice", parts[k]);
    if (parts[k] == "species") columns.species = find(k, "S", "1");
    if (parts[k] == "pos") columns.pos = find(k, "R", "3");
    if (parts[k] == "velo") columns.velo = find(k, "R", "3");
    if (parts[k] == "mass" || parts[k] == "masses") columns.mass = find(k, "R", "1");
    columns.fields +=
        lines.count(parts[k + 2], fmt::format("the columns of '{}' in Properties", parts[k]), 2);
  }
  for (const char* needed : {"species", "pos"})
    if (!at.contains(needed)) lines.fail("Properties has no '{}', expected species:S:1 and pos:R:3", needed);
  return columns;
}

// ---- writing ----

/// Lattice comes first and in quotes: OVITO reads other keys only then.
std::string header_text(const Configuration& configuration, const std::vector<AtomColumn>& columns) {
  const Cell& cell = configuration.cell;
  const bool no_lattice =
      !cell.any_periodic() && cell.lattice() == Matrix3d::Identity() && cell.origin().isZero(0);
  std::string text;
  if (!no_lattice) {
    std::string numbers;
    formats::append(numbers, cell.lattice().reshaped());
    text += fmt::format("Lattice=\"{}\" ", trimmed(numbers));
  }
  text += "Properties=species:S:1";
  for (const AtomColumn& column : columns) text += fmt::format(":{}:R:{}", column.name, column.values.rows());
  const auto letter = [&](std::size_t k) { return cell.periodic()[k] ? 'T' : 'F'; };
  text += fmt::format(" pbc=\"{} {} {}\"", letter(0), letter(1), letter(2));
  if (!no_lattice && !cell.origin().isZero(0)) {
    std::string numbers;
    formats::append(numbers, cell.origin());
    text += fmt::format(" Origin=\"{}\"", trimmed(numbers));
  }
  return text;
}

std::string info_pairs(const Frame& frame) {
  std::string text;
  std::set<std::string_view> keys;
  for (const auto& [key, value] : frame.info) {
    if (key.empty() || !own_key(key).empty() || !keys.insert(key).second)
      throw InputError("structure to write: info key '{}' is empty, there twice, or has a meaning of its own",
                       key);
    text += fmt::format(" {}={}", formats::quoted_if_needed(key), formats::quoted_if_needed(value));
  }
  return text;
}

}  // namespace
}  // namespace glasscape
