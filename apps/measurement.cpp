#include "apps/measurement.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "md/support/csv.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// The names of the columns: the first line that is no comment.
std::vector<std::string> header_of(std::string_view text, const std::string& path) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> names;
    for (const std::string_view name : split(line, ',')) {
      const auto first = name.find_first_not_of(" \t\r\""), last = name.find_last_not_of(" \t\r\"");
      names.emplace_back(first == std::string_view::npos ? "" : name.substr(first, last - first + 1));
    }
    return names;
  }
  throw FormatError("{}: no header, expected a line such as time_s,strain", path);
}

/// What a column is measured in, in s or rad/s.
struct Abscissa {
  const char* name;
  bool of_time;
  double unit;
};
constexpr Abscissa abscissas[] = {{"time_s", true, 1.0}, {"time_ms", true, 1e-3}, {"time_min", true, 60.0}, {"time_h", true, 3600.0}, {"frequency_Hz", false, 2.0 * std::numbers::pi}, {"omega_rad_per_s", false, 1.0}};

struct Ordinate {
  const char* name;
  bool of_time;
  Response kind;
  bool has_unit;
};
constexpr Ordinate ordinates[] = {{"strain", true, Response::recovery, false}, {"stress", true, Response::recovery, true}, {"creep_strain", true, Response::creep, false}, {"loss_modulus", false, Response::loss, true}, {"storage_modulus", false, Response::storage, true}};
constexpr const char* units_of_stress[] = {"GPa", "MPa", "Pa"};

template <typename Known, std::size_t n>
std::string names_of(const Known (&all)[n]) {
  std::string text;
  for (const Known& one : all) text += (text.empty() ? "" : ", ") + std::string(one.name);
  return text;
}

/// The unit behind the name of a column, empty for none; nothing for another column.
std::optional<std::string> unit_in(const std::string& column, const Ordinate& o) {
  if (column == o.name) return "";
  for (const char* unit : units_of_stress)
    if (o.has_unit && column == fmt::format("{}_{}", o.name, unit)) return unit;
  return std::nullopt;
}

Eigen::VectorXd column_of(const CsvTable& table, std::size_t column, double unit) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(table.rows()));
  for (std::size_t row = 0; row < table.rows(); ++row) values[static_cast<Eigen::Index>(row)] = table.real(row, column) * unit;
  return values;
}

Measurement read_listed(Input& in) {
  Measurement m = read_measurement(in.file("file", required, "CSV of the measurement"));
  ResponseData& d = m.data;
  const bool of_time = d.kind == Response::recovery || d.kind == Response::creep;
  d.constant = d.kind != Response::loss && in.flag("constant", true, "a constant in the background: what lasts longer than the data");
  d.drift = in.flag("drift", false, "a term B t in the background: slow processes of a creep");
  in.expect(!d.drift || of_time, "drift", "false: a modulus over frequency has none");
  if (in.has("temperature")) m.temperature = in.temperature("temperature", required, "of the sample", positive);
  if (in.has("aged")) m.aged = in.time("aged", required, "how long the sample had aged before", non_negative) * units::time_ps * 1e-12;
  if (in.has("loaded")) {
    in.expect(m.quantity == "strain", "loaded", "a column 'strain', of a recovery after a load");
    d.loaded = in.time("loaded", required, "how long the load had lasted before the recovery: slow processes have been filled in part") * units::time_ps * 1e-12;
  }
  if (in.has("elastic_strain")) {
    in.expect(m.quantity == "strain" || m.quantity == "creep_strain", "elastic_strain", "a column of strain");
    const double elastic = in.real("elastic_strain", required, "the elastic strain, of a recovery that at the moment of release; 1 if the column is told over it already", positive);
    d.value /= elastic;
    if (d.error.size() > 0) d.error /= elastic;
    m.relative = true;
  }
  in.finish();
  return m;
}

/// Told, and neither rejected nor made to sum to 100: papers print such.
std::string read_composition(Input in, std::vector<std::string>& doubts) {
  std::string text;
  double sum = 0;
  for (const std::string& element : in.keys()) {
    const double share = in.real(element, required, "atomic per cent", non_negative);
    text += fmt::format("{}{:g}", element, share);
    sum += share;
  }
  if (!text.empty() && std::abs(sum - 100.0) > 0.5) doubts.push_back(fmt::format("The composition {} sums to {:g} %, not 100: it is told as it was written, and nothing is computed with it", text, sum));
  return text;
}

void add_unread(const Measurement& m, std::vector<std::string>& doubts) {
  if (!m.unread.empty()) doubts.push_back(fmt::format("{}: not read: '{}' (standard errors are in a column 'error')", m.data.source, fmt::join(m.unread, "', '")));
}

ShearTransformation read_zones(Input in, Experiment& e) {
  e.zones_have_temperature = in.has("temperature");
  const ShearTransformation law = read_shear_transformation(in);
  in.finish();
  for (const Measurement& m : e.measurements) {
    if (m.data.kind != Response::recovery && m.data.kind != Response::creep) continue;
    if (!m.relative && m.quantity != "stress") throw InputError("{}: key 'measurement.elastic_strain' of {} is missing: zones want strain over elastic strain; 1 if it is told so already", e.source, m.data.source);
    if (m.quantity == "strain" && !std::isfinite(m.data.loaded)) e.doubts.push_back(fmt::format("{}: no key 'loaded': taken as a recovery after a load without end; after a shorter one, slow zones come out too rare", m.data.source));
    if (e.zones_have_temperature && m.temperature && std::abs(*m.temperature - law.temperature) > 0.5) e.doubts.push_back(fmt::format("Zones are taken at {:g} K, and {} was measured at {:g} K", law.temperature, m.data.source, *m.temperature));
  }
  return law;
}

/// Columns elastic_strain, anelastic_strain and, if there is one, error (of the anelastic strain).
BendingMeasurement read_bending(Input in) {
  const std::string path = in.file("file", required, "CSV with the columns elastic_strain and anelastic_strain, of the surface");
  BendingMeasurement b;
  const auto seconds = [&](const char* key, const char* meaning) { return in.time(key, required, meaning) * units::time_ps * 1e-12; };
  b.options.loaded = seconds("loaded", "how long the ribbons were bent");
  b.options.time = seconds("read", "after the release, when the anelastic strain was read");
  b.options.scale = in.flag("scale", false, "whether the fractions of the zones are fitted too, by a common factor");
  in.finish();
  std::vector<std::string> columns{"elastic_strain", "anelastic_strain"};
  const std::string text = read_text_file(path, "bending");
  const std::vector<std::string> header = header_of(text, path);
  if (std::find(header.begin(), header.end(), "error") != header.end()) columns.emplace_back("error");
  const CsvTable table = CsvTable::parse(text, path, columns);
  for (std::size_t row = 0; row < table.rows(); ++row) b.data.push_back({table.real(row, 0), table.real(row, 1), columns.size() > 2 ? table.real(row, 2) : 0.0});
  return b;
}

Experiment read_toml(const std::string& path) {
  Input in(parse_toml(read_text_file(path, "experiment", most_by_hand), path), path, {{std::filesystem::path(path).has_parent_path() ? std::filesystem::path(path).parent_path().string() : "."}});
  Experiment e;
  e.source = path;
  e.name = in.text("name", std::filesystem::path(path).stem().string(), "title");
  e.options.points = in.count("points", e.options.points, "relaxation times of a spectrum", positive);
  in.expect(e.options.points >= 5 && e.options.points <= 400, "points", "5 to 400");
  const std::string rule = in.choice("rule", {"gcv", "aicc", "evidence", "prob1"}, "gcv", "how smooth a spectrum is");
  for (const Rule known : {Rule::gcv, Rule::aicc, Rule::evidence, Rule::prob1})
    if (to_string(known) == rule) e.options.rule = known;
  if (in.has("composition")) e.composition = read_composition(in.table("composition", "atomic per cent"), e.doubts);
  for (Input& one : in.tables("measurement", "a table of data each")) {
    e.measurements.push_back(read_listed(one));
    add_unread(e.measurements.back(), e.doubts);
  }
  if (e.measurements.empty()) throw InputError("{}: no [[measurement]], expected one with a key 'file' or more", path);
  if (in.has("zones")) e.zones = read_zones(in.table("zones", "shear transformation zones that strain is told as"), e);
  if (in.has("bending")) {
    if (!e.zones) throw InputError("{}: key 'bending' without [zones], expected the law whose transformation strain is sought", path);
    e.bending = read_bending(in.table("bending", "ribbons bent beyond the linear range"));
  }
  in.finish();
  return e;
}

}  // namespace

ShearTransformation read_shear_transformation(Input& in) {
  ShearTransformation law;
  law.poisson = in.real("poisson", law.poisson, "Poisson's ratio");
  in.expect(law.poisson > -1 && law.poisson < 0.5, "poisson", "a ratio between -1 and 0.5");
  law.strain = in.real("strain", law.strain, "shear of a zone without constraint", positive);
  law.resistance = in.real("resistance", law.resistance, "shear resistance of a zone over the shear modulus, the third term of the barrier", non_negative);
  law.dilatation = in.real("dilatation", law.dilatation, "square of the dilatancy", non_negative);
  law.shear_modulus = in.pressure("shear_modulus", required, "of the glass", positive) * units::stress_GPa;
  law.attempt_frequency = in.frequency("attempt_frequency", "10 THz", "of a zone") / units::time_ps * units::hertz_per_terahertz;
  law.temperature = in.temperature("temperature", "298 K", "where the measurements have none", positive);
  law.atomic_volume = in.real("atomic_volume", law.atomic_volume, "of an atom, A^3", positive);
  return law;
}

Measurement read_measurement(const std::string& path) {
  const Abscissa* at = nullptr;
  const Ordinate* of = nullptr;
  std::string value, unit, error;
  std::vector<std::string> unread;
  const std::string text = read_text_file(path, "measurement");  // once, as it may be a pipe
  const std::vector<std::string> header = header_of(text, path);
  const auto once = [&](const auto* known, const std::string& column) {
    if (known != nullptr) throw FormatError("{}: columns '{}' and '{}' say what each other says, expected one of them", path, known->name, column);
  };
  for (const std::string& column : header) {
    const auto a = std::find_if(std::begin(abscissas), std::end(abscissas), [&](const Abscissa& known) { return column == known.name; });
    const auto o = std::find_if(std::begin(ordinates), std::end(ordinates), [&](const Ordinate& known) { return unit_in(column, known).has_value(); });
    if (a != std::end(abscissas)) {
      once(at, column);
      at = &*a;
    } else if (o != std::end(ordinates)) {
      once(of, column);
      of = &*o;
      value = column;
      unit = *unit_in(column, *o);
    } else if (column == "error") {
      error = column;
    } else {
      unread.push_back(column);
    }
  }
  const std::string columns = fmt::format("'{}'", fmt::join(header, "', '"));
  if (at == nullptr) throw FormatError("{}: no column of times or frequencies among {}, expected one of {}", path, columns, names_of(abscissas));
  if (of == nullptr || of->of_time != at->of_time)
    throw FormatError("{}: no column of what was measured beside {} among {}, expected one of {}; a stress or a modulus may have _GPa, _MPa or _Pa behind", path, at->name, columns, names_of(ordinates));
  std::vector<std::string> wanted{at->name, value};
  if (!error.empty()) wanted.push_back(error);
  const CsvTable table = CsvTable::parse(text, path, wanted);
  Measurement m{of->name, unit, {path, of->kind, column_of(table, 0, at->unit), column_of(table, 1, 1.0), {}}, {}, {}, false, std::move(unread)};
  if (!error.empty()) m.data.error = column_of(table, 2, 1.0);
  check(m.data);
  return m;
}

Experiment read_experiment(const std::vector<std::string>& files) {
  if (files.size() == 1 && files.front().ends_with(".toml")) return read_toml(files.front());
  Experiment e;
  for (const std::string& file : files) {
    if (file.ends_with(".toml")) throw InputError("{}: a file that says how measurements were made comes alone; it names its tables itself", file);
    e.measurements.push_back(read_measurement(file));
    add_unread(e.measurements.back(), e.doubts);
    e.name += (e.name.empty() ? "" : ", ") + std::filesystem::path(file).filename().string();
  }
  return e;
}

}  // namespace glasscape
