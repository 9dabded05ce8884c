// LAMMPS text dumps of style atom or custom, units metal (LAMMPS manual, dump): frames of ITEM blocks. Read
// are the columns id, type or element, positions in one of the forms x, xs, xu, xsu, and, where present,
// image flags, velocities and masses.
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "md/formats/lammps.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using formats::LammpsAtom;
using formats::Lines;
using Three = std::array<std::size_t, 3>;

/// Where an atom line holds what.
struct Columns {
  std::size_t fields = 0, id = 0;
  std::optional<std::size_t> type, element, mass;
  Three position{};
  bool scaled = false;
  std::optional<Three> image, velocity;
};

/// What the blocks before the atoms say.
struct Header {
  std::size_t atoms = 0;
  std::optional<Cell> cell;
  Columns columns;
  std::string place;
};

Configuration read_frame(Lines& lines, const ReadOptions& options);
Header read_header(Lines& lines);
Cell read_box(Lines& lines, std::string_view flags);
Columns read_columns(const Lines& lines, std::string_view text);
LammpsAtom read_atom(const Lines& lines, std::string_view line, const Header& header,
                     const ReadOptions& options);
formats::Kind read_kind(const Lines& lines, const std::vector<std::string_view>& fields,
                        const Columns& columns, const ReadOptions& options);
Vector3d margin(const Vector3d& tilt, int side);
std::string box_text(const Cell& cell);
std::vector<AtomColumn> extra_columns(const Frame& frame, const Configuration& turned,
                                      const Matrix3d& rotation);
std::string column_names(const AtomColumn& column);

}  // namespace

std::vector<Configuration> parse_lammps_dump(std::string_view text, const std::string& source,
                                             const ReadOptions& options) {
  Lines lines(text, source);
  std::vector<Configuration> frames;
  do {
    formats::add_frame(frames, read_frame(lines, options));
  } while (!lines.at_end());
  return frames;
}

std::string to_lammps_dump(const Frame& frame, long long timestep) {
  formats::check_frame(
      frame, {"id", "type", "element", "x", "y", "z", "ix", "iy", "iz", "mass", "v", "vx", "vy", "vz"});
  const Matrix3d rotation = rotation_to_upper(frame.configuration.cell.lattice());
  const Configuration c = turned(frame.configuration, rotation);
  const std::vector<AtomColumn> columns = extra_columns(frame, c, rotation);
  std::string text = fmt::format(
      "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\n{}ITEM: ATOMS id type element x y z ix iy iz", timestep,
      c.atoms(), box_text(c.cell));
  for (const AtomColumn& column : columns) text += column_names(column);
  text += '\n';
  for (Eigen::Index i = 0; i < c.atoms(); ++i) {
    const Eigen::Vector3i image = c.cell.image(c.positions.col(i));
    text += fmt::format("{} {} {}", i + 1, c.species->element_of[static_cast<std::size_t>(i)] + 1,
                        c.species->of(i).name);
    formats::append(text, c.cell.wrapped(c.positions.col(i)));
    text += fmt::format(" {} {} {}", image[0], image[1], image[2]);
    for (const AtomColumn& column : columns) formats::append(text, column.values.col(i));
    text += '\n';
  }
  return text;
}

namespace {

// ---- reading ----

Configuration read_frame(Lines& lines, const ReadOptions& options) {
  const Header header = read_header(lines);
  std::vector<LammpsAtom> atoms;
  std::unordered_set<long long> seen;
  for (std::size_t k = 0; k < header.atoms; ++k) {
    atoms.push_back(
        read_atom(lines, lines.next(fmt::format("atom {} of {}", k + 1, header.atoms)), header, options));
    formats::check_id(lines, atoms.back().id, seen);
  }
  std::sort(atoms.begin(), atoms.end(), formats::by_id);
  std::vector<formats::Kind> kinds;
  for (const LammpsAtom& atom : atoms) kinds.push_back(atom.kind);
  return formats::accepted(formats::assemble(atoms, formats::make_species(kinds), *header.cell,
                                             header.columns.velocity.has_value()),
                           header.place);
}

Header read_header(Lines& lines) {
  Header header;
  for (;;) {
    std::string_view item = trimmed(lines.next("an ITEM"));
    if (header.place.empty()) header.place = lines.place();
    const auto is = [&](std::string_view name) {
      if (!item.starts_with(name)) return false;
      item.remove_prefix(name.size());
      return true;
    };
    if (is("ITEM: UNITS")) {
      if (const auto units = trimmed(lines.next("the name of the units")); units != "metal")
        lines.fail("units {} are not read, expected metal", formats::quoted(units));
    } else if (is("ITEM: TIMESTEP")) {
      lines.integer(trimmed(lines.next("the timestep")), "a timestep");
    } else if (is("ITEM: TIME")) {
      lines.real(trimmed(lines.next("the time")), "a time");
    } else if (is("ITEM: NUMBER OF ATOMS")) {
      header.atoms =
          lines.count(trimmed(lines.next("their number")), "the number of atoms", formats::shortest_atom);
    } else if (is("ITEM: BOX BOUNDS")) {
      header.cell = read_box(lines, item);
    } else if (is("ITEM: ATOMS")) {
      if (header.atoms == 0 || !header.cell)
        lines.fail("ITEM: ATOMS comes before ITEM: NUMBER OF ATOMS or ITEM: BOX BOUNDS");
      header.columns = read_columns(lines, item);
      return header;
    } else {
      lines.fail("expected ITEM: TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS or ATOMS, got {}",
                 formats::quoted(item));
    }
  }
}

/// How far the bounding box of a triclinic box reaches beyond its lower (side -1) or upper (1) bounds; tilts
/// xy, xz, yz. Dumps hold the bounding box (LAMMPS manual, Howto_triclinic).
Vector3d margin(const Vector3d& tilt, int side) {
  const auto furthest = [side](std::initializer_list<double> shifts) {
    return side < 0 ? std::min(shifts) : std::max(shifts);
  };
  return {furthest({0.0, tilt[0], tilt[1], tilt[0] + tilt[1]}), furthest({0.0, tilt[2]}), 0.0};
}

Cell read_box(Lines& lines, std::string_view names) {
  auto flags = words(names);
  const bool tilted = flags.size() == 6 && flags[0] == "xy" && flags[1] == "xz" && flags[2] == "yz";
  if (tilted) flags.erase(flags.begin(), flags.begin() + 3);
  std::array<bool, 3> periodic{};
  for (std::size_t k = 0; k < flags.size(); ++k) {
    if (flags.size() != 3 || flags[k].size() != 2 ||
        flags[k].find_first_not_of("pfsm") != std::string_view::npos)
      lines.fail("got box {}, expected 'pp pp pp' or 'xy xz yz pp pp pp' with p, f, s or m",
                 formats::quoted(trimmed(names)));
    periodic[k] = flags[k] == "pp";
  }
  if (flags.empty()) lines.fail("the box has no boundary flags, expected 'pp pp pp' for a periodic one");
  Vector3d low, high, tilt = Vector3d::Zero();
  for (int k = 0; k < 3; ++k) {
    const auto fields = words(lines.next("box bounds"));
    if (fields.size() != (tilted ? 3 : 2))
      lines.fail("got {} box bounds, expected {}", fields.size(), tilted ? "'low high tilt'" : "'low high'");
    low[k] = lines.real(fields[0], "a lower bound");
    high[k] = lines.real(fields[1], "an upper bound");
    if (tilted) tilt[k] = lines.real(fields[2], "a tilt factor");
  }
  low -= margin(tilt, -1);
  high -= margin(tilt, 1);
  return formats::lammps_cell(lines, low, high, tilt, periodic);
}

/// The names that follow ITEM: ATOMS, and where they stand.
class ColumnNames {
 public:
  ColumnNames(const Lines& lines, const std::vector<std::string_view>& names) : lines_(lines) {
    for (std::size_t k = 0; k < names.size(); ++k)
      if (!at_.emplace(names[k], k).second) lines.fail("column {} is there twice", formats::quoted(names[k]));
  }

  std::optional<std::size_t> one(std::string_view name) const {
    const auto found = at_.find(name);
    return found == at_.end() ? std::nullopt : std::optional(found->second);
  }

  /// All three or none.
  std::optional<Three> three(const std::array<std::string_view, 3>& names) const {
    if (!one(names[0]) && !one(names[1]) && !one(names[2])) return std::nullopt;
    for (const std::string_view name : names)
      if (!one(name)) lines_.fail("column '{}' is missing, expected all of {}", name, fmt::join(names, " "));
    return Three{*one(names[0]), *one(names[1]), *one(names[2])};
  }

 private:
  const Lines& lines_;
  std::map<std::string_view, std::size_t> at_;
};

/// The forms of a position, the most useful first.
struct Form {
  std::array<std::string_view, 3> names;
  bool scaled, unwrapped;
};

constexpr std::array forms{
    Form{{"xu", "yu", "zu"}, false, true},
    Form{{"x", "y", "z"}, false, false},
    Form{{"xsu", "ysu", "zsu"}, true, true},
    Form{{"xs", "ys", "zs"}, true, false},
};

Columns read_columns(const Lines& lines, std::string_view text) {
  const auto fields = words(text);
  const ColumnNames names(lines, fields);
  Columns columns;
  columns.fields = fields.size();
  columns.type = names.one("type");
  columns.element = names.one("element");
  columns.mass = names.one("mass");
  columns.velocity = names.three({"vx", "vy", "vz"});
  if (!names.one("id")) lines.fail("there is no column 'id': atoms of a dump are in no order without it");
  columns.id = *names.one("id");
  if (!columns.type && !columns.element) lines.fail("there is no column 'type' or 'element'");
  for (const Form& form : forms)
    if (const auto position = names.three(form.names)) {
      columns.position = *position;
      columns.scaled = form.scaled;
      if (!form.unwrapped) columns.image = names.three({"ix", "iy", "iz"});
      return columns;
    }
  lines.fail("there are no positions, expected columns x y z, xu yu zu, xs ys zs or xsu ysu zsu");
}

LammpsAtom read_atom(const Lines& lines, std::string_view line, const Header& header,
                     const ReadOptions& options) {
  const Columns& columns = header.columns;
  const auto fields = words(line);
  if (fields.size() != columns.fields)
    lines.fail("got {} fields, expected {} as ITEM: ATOMS names", fields.size(), columns.fields);
  const auto three = [&](const Three& at, std::string_view what) {
    return Vector3d(lines.real(fields[at[0]], what), lines.real(fields[at[1]], what),
                    lines.real(fields[at[2]], what));
  };
  LammpsAtom atom{lines.integer(fields[columns.id], "an atom id"), read_kind(lines, fields, columns, options),
                  three(columns.position, "a coordinate")};
  if (columns.scaled) atom.position = header.cell->origin() + header.cell->lattice() * atom.position;
  if (columns.image) {
    Vector3d image;
    for (std::size_t k = 0; k < 3; ++k)
      image[static_cast<int>(k)] =
          static_cast<double>(lines.integer(fields[(*columns.image)[k]], "an image flag"));
    atom.position += header.cell->lattice() * image;
  }
  if (columns.velocity) atom.velocity = three(*columns.velocity, "a velocity");
  return atom;
}

/// Names given by the user come before the column element, which LAMMPS fills with "C" unless told otherwise.
formats::Kind read_kind(const Lines& lines, const std::vector<std::string_view>& fields,
                        const Columns& columns, const ReadOptions& options) {
  formats::Kind kind;
  if (columns.mass) kind.mass = formats::read_mass(lines, fields[*columns.mass]);
  if (columns.element) kind.name = fields[*columns.element];
  if (!columns.type) return kind;
  kind.type = lines.integer(fields[*columns.type], "an atom type");
  const long long most = options.elements.empty() ? std::numeric_limits<int>::max()
                                                  : static_cast<long long>(options.elements.size());
  if (kind.type < 1 || kind.type > most) lines.fail("got atom type {}, expected 1 to {}", kind.type, most);
  if (!options.elements.empty())
    kind.name = options.elements[static_cast<std::size_t>(kind.type - 1)];
  else if (!columns.element)
    kind.name = std::to_string(kind.type);
  return kind;
}

// ---- writing ----

/// The same three bounds lines as read_box reads.
std::string box_text(const Cell& cell) {
  const Matrix3d& lattice = cell.lattice();
  const Vector3d tilt(lattice(0, 1), lattice(0, 2), lattice(1, 2));
  const bool tilted = tilt != Vector3d::Zero();
  std::string text = tilted ? "ITEM: BOX BOUNDS xy xz yz" : "ITEM: BOX BOUNDS";
  for (const bool periodic : cell.periodic()) text += periodic ? " pp" : " ff";
  const Vector3d low = cell.origin() + margin(tilt, -1);
  const Vector3d high = cell.origin() + lattice.diagonal() + margin(tilt, 1);
  for (int k = 0; k < 3; ++k) {
    text += fmt::format("\n{} {}", shortest(low[k]), shortest(high[k]));
    if (tilted) text += ' ' + shortest(tilt[k]);
  }
  return text + '\n';
}

/// Masses and velocities where needed, then the frame's own columns, turned with the cell.
std::vector<AtomColumn> extra_columns(const Frame& frame, const Configuration& turned,
                                      const Matrix3d& rotation) {
  std::vector<AtomColumn> columns;
  if (turned.momenta.cols() > 0) columns.push_back({"v", formats::velocities(turned)});
  if (formats::needs_masses(*turned.species))
    columns.push_back({"mass", turned.species->masses().transpose()});
  for (AtomColumn column : frame.columns) {
    if (rotation != Matrix3d::Identity() && column.values.rows() == 3)
      column.values = rotation * column.values;
    if (rotation != Matrix3d::Identity() && column.values.rows() != 1 && column.values.rows() != 3)
      throw InputError(
          "structure to write: column '{}' has {} components and cannot be turned into LAMMPS's frame; use "
          ".xyz",
          column.name, column.values.rows());
    columns.push_back(std::move(column));
  }
  return columns;
}

/// vx vy vz and fx fy fz as LAMMPS and OVITO know them; components of other columns are numbered from 1.
std::string column_names(const AtomColumn& column) {
  if (column.values.rows() == 1) return ' ' + column.name;
  if (column.values.rows() == 3 && column.name == "v") return " vx vy vz";
  if (column.values.rows() == 3 && column.name == "forces") return " fx fy fz";
  std::string text;
  for (Eigen::Index k = 0; k < column.values.rows(); ++k) text += fmt::format(" {}[{}]", column.name, k + 1);
  return text;
}

}  // namespace
}  // namespace glasscape
