#include "apps/commands.hpp"

#include <fmt/ranges.h>
#include <omp.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/print.hpp"
#include "apps/report/activation_report.hpp"
#include "apps/report/page.hpp"
#include "apps/report/summary.hpp"
#include "apps/runner.hpp"
#include "apps/starts.hpp"
#include "landscape/merge.hpp"
#include "md/dynamics.hpp"
#include "md/minimise.hpp"
#include "md/structure_io.hpp"
#include "md/support/folder.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

/// Folders of potential files: from the environment, then where Debian installs them.
SearchPath search_path() {
  SearchPath path;
  for (const char* name : {"GLASSCAPE_POTENTIALS", "LAMMPS_POTENTIALS"})
    if (const char* folders = std::getenv(name))
      for (const std::string_view folder : split(folders, ':')) path.folders.emplace_back(folder);
  for (const std::string& folder : installed_potentials().folders) path.folders.push_back(folder);
  return path;
}

struct Loaded {
  Configuration configuration;
  Surface surface;
};

Loaded load(const Request& request, const Plugins& plugins) {
  auto potential = potential_from_text(request.potential, plugins, search_path());
  Configuration c = read_structure(request.file, {.elements = request.elements});
  try {
    return {c, Surface(potential, c, {.threads = threads_of(request)})};
  } catch (const InputError& error) {
    const bool numeric = !c.species->elements.empty() && to_integer(c.species->elements.front().name).has_value();
    throw InputError("{}: {}{}", request.file, error.what(), numeric ? "; name the elements of the numeric types with --elements" : "");
  }
}

/// Pressure (2K + tr W)/3V, GPa: with the motion of the atoms where the file has velocities, as LAMMPS has it. Nothing for an
/// open cluster.
std::optional<double> pressure(const Configuration& c, const Evaluation& e) {
  if (!c.cell.all_periodic()) return std::nullopt;
  return (2.0 * kinetic_energy(c) + e.virial.trace()) / (3.0 * c.cell.volume()) * units::stress_GPa;
}

Json facts_of(const Configuration& c, const Evaluation& e, const Potential& potential) {
  Json json;
  json["natoms"] = c.atoms();
  json["energy_eV"] = e.energy;
  if (c.momenta.cols() > 0) json["kinetic_energy_eV"] = kinetic_energy(c);
  json["energy_per_atom_eV"] = e.energy / static_cast<double>(c.atoms());
  json["fmax_eV_per_A"] = fmax(e.forces);
  if (const auto p = pressure(c, e)) {
    json["pressure_GPa"] = *p;
    json["volume_A3"] = c.cell.volume();
    std::vector<double> virial;
    for (const auto& [a, b] : {std::pair{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}}) virial.push_back(e.virial(a, b));
    json["virial_eV_xx_yy_zz_xy_xz_yz"] = virial;
  } else {
    json["pressure_GPa"] = nullptr;
  }
  json["potential"] = potential.provenance();
  return json;
}

void print_facts(const Json& facts, bool json) {
  if (json) return print(facts);
  for (const auto& [key, value] : facts.items()) print(fmt::format("{:<28} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump()));
}

/// Forces, per-atom energy and per-atom stress. The stress is minus the atom's virial over the mean volume per atom
/// (tension positive), eV/Angstrom^3; an open cluster has no volume, so there it is minus the virial, eV.
void write_result(const std::string& path, const Configuration& c, const Evaluation& e) {
  if (path.empty()) return;
  Frame frame{c, {{"energy", shortest(e.energy)}}, {}};
  const double volume = c.cell.all_periodic() ? c.cell.volume() / static_cast<double>(c.atoms()) : 1.0;
  frame.columns.push_back({"forces", e.forces});
  frame.columns.push_back({"local_energy", e.atom_energy.transpose()});
  frame.columns.push_back({"stress", -e.atom_virial / volume});
  write_structure(path, frame);
  if (!holds_columns(path))
    std::fprintf(stderr, "glasscape: note: %s has the atoms alone: LAMMPS data has no place for forces; write .xyz or .dump for them\n", path.c_str());
}

/// A number that cannot be printed is no result.
void check_finite(const Request& request, const Evaluation& e) {
  if (std::isfinite(e.energy) && e.forces.allFinite()) return;
  throw Error("{}: energy {} eV and largest force {} eV/A, expected finite numbers; look for atoms too near each other and for "
              "parameters out of range in --potential {}", request.file, e.energy, fmax(e.forces), request.potential);
}

/// The option --fmax, eV/Angstrom.
double fmax_of(const Request& request) {
  return Input(parse_pairs("--fmax=" + request.fmax, "", "relax"), "relax").force("--fmax", required, "largest force on an atom");
}

void describe(const Request& request, std::string_view kind, std::string_view summary, const std::vector<OptionText>& options) {
  Json json{{"name", request.name}, {"kind", kind}, {"summary", summary}, {"options", Json::array()}};
  for (const OptionText& o : options)
    json["options"].push_back({{"key", o.key}, {"kind", o.kind}, {"default", o.fallback}, {"meaning", o.meaning}});
  if (request.json) return print(json);
  print(fmt::format("{} ({}): {}\n", request.name, kind, summary));
  for (const OptionText& o : options)
    print(fmt::format("  {:<24} {:<22} {}\n      {}\n", o.key, o.fallback.empty() ? "-" : o.fallback, o.kind, o.meaning));
}

}  // namespace

int threads_of(const Request& request) { return request.threads > 0 ? request.threads : omp_get_num_procs(); }

std::string folder_option(const Request& request) { return request.folder.empty() ? "" : " --folder " + request.folder; }

Study study_of(const Request& request, const Plugins& plugins) {
  return read_study(request.study, plugins, search_path(), request.folder);
}

void report(const Study& study, bool json) {
  const Findings findings = findings_of(study, Store(study.folder));
  const std::filesystem::path page = study.folder / "report.html";
  write_text_file(page.string(), to_html(findings));
  if (json) return print(to_json(findings));
  print(to_text(findings));
  print(fmt::format("report: {}\n", page.string()));
}

void report_command(const Request& request, const Plugins& plugins) { report(study_of(request, plugins), request.json); }

void digest_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  if (!is_there(study.folder)) throw NotFound("there is no run folder '{}': run the study first", study.folder.string());
  const Store store(study.folder);
  if (request.json) return print(Json{{"folder", study.folder.string()}, {"tasks", store.tasks().size()}, {"sha256", store.digest()}});
  print(fmt::format("{} tasks in {}\n{}\n", store.tasks().size(), study.folder.string(), store.digest()));
}

void check_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  Json all{{"study", study.name}, {"folder", study.folder.string()}, {"seed", study.seed}, {"potential", study.potential->provenance()}};
  if (!request.json)
    for (const auto& [key, value] : all.items()) print(fmt::format("{:<10} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump()));
  const Store store(study.folder);
  for (const StageStatus& s : status(study, store)) {
    const StudyStage& stage = *study.find(s.name);
    const std::string first = stage.stage->describe_task(0);
    all["stages"].push_back({{"stage", s.name}, {"type", s.type}, {"from", stage.from}, {"tasks", s.tasks}, {"to_run", s.tasks - s.done}, {"first_task", first}});
    if (!request.json)
      print(fmt::format("stage      {} ({}){}: {} tasks, {} to run; task 1: {}\n", s.name, s.type, stage.from.empty() ? "" : " from " + stage.from,
                        s.tasks, s.tasks - s.done, first));
  }
  if (request.json) print(all);
}

void evaluate_command(const Request& request, const Plugins& plugins) {
  Loaded in = load(request, plugins);
  const Evaluation e = in.surface.evaluate(in.configuration.positions, {.virial = true, .per_atom = true});
  check_finite(request, e);
  write_result(request.write, in.configuration, e);
  print_facts(facts_of(in.configuration, e, in.surface.potential()), request.json);
}

void relax_command(const Request& request, const Plugins& plugins) {
  Minimise options{.fmax = fmax_of(request)};
  Loaded in = load(request, plugins);
  if (request.method == "fire") options.method = Minimise::Method::fire;
  const Quenched q = minimise(in.surface, in.configuration.positions, options);
  in.configuration.positions = q.positions;
  const Evaluation e = in.surface.evaluate(q.positions, {.virial = true, .per_atom = true});
  check_finite(request, e);
  write_result(request.write, in.configuration, e);
  Json facts = facts_of(in.configuration, e, in.surface.potential());
  facts["ended"] = to_string(q.ended);
  facts["force_calls"] = q.calls;
  print_facts(facts, request.json);
  if (!q.converged()) throw Error("{}: the relaxation did not converge: {} at fmax {} eV/A", request.file, to_string(q.ended), q.fmax);
}

void merge_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const Store store(study.folder);
  if (store.tasks().empty()) throw nothing_has_run(study);
  const std::filesystem::path file = study.folder / "landscape.h5";
  merge(store, file.string(), same_basin_of(study));
  print(fmt::format("{}\n", file.string()));
}

void entropy_command(const Request& request) {
  const double nu0 = Input(parse_pairs("--nu0=" + request.nu0, "", "entropy"), "entropy").frequency("--nu0", required, "attempt frequency", positive) / units::time_ps;
  const ActivationFindings findings = activation_findings(request.file, read_barriers(request.file), nu0);
  if (!request.write.empty()) write_text_file(request.write, to_html(findings));
  if (request.json) return print(to_json(findings));
  print(to_text(findings));
  if (!request.write.empty()) print(fmt::format("page: {}\n", request.write));
}

void list_command(const Request& request, const Plugins& plugins) {
  Json all;
  const auto show = [&](const auto& registry) {
    if (!request.json) print(fmt::format("{}s\n", registry.kind()));
    for (const auto& entry : registry.entries()) {
      if (request.json)
        all[registry.kind() + "s"].push_back({{"name", entry.about.name}, {"summary", entry.about.summary}});
      else
        print(fmt::format("  {:<16} {}\n", entry.about.name, entry.about.summary));
    }
  };
  show(plugins.potentials);
  show(plugins.stages);
  show(plugins.samplers);
  show(*plugins.variables);
  if (request.json) print(all);
}

void describe_command(const Request& request, const Plugins& plugins) {
  bool found = false;
  std::vector<std::string> known{"study", "report"};
  const auto print_options = [&](std::string_view kind, std::string_view summary, const Input& in) {
    found = true;
    describe(request, kind, summary, in.record());
  };
  const auto look_in = [&](const auto& registry, const auto& add_common) {
    for (const std::string& name : registry.names()) known.push_back(name);
    const auto* entry = registry.find(request.name);
    if (entry == nullptr) return;
    Input in = Input::describing();
    entry->describe(in);
    add_common(*entry, in);
    print_options(registry.kind(), entry->about.summary, in);
  };
  look_in(plugins.potentials, [](const auto&, Input&) {});
  look_in(*plugins.variables, [](const auto&, Input&) {});
  look_in(plugins.stages, [&](const auto& entry, Input& in) {
    Input defaults = Input::describing();
    describe_common(in, request.name, entry.make(defaults)->starts_from(), false);
  });
  look_in(plugins.samplers, [&](const auto&, Input& in) { describe_common(in, request.name, StartsFrom::basin, true); });
  if (request.name == "study") print_options("table", "title, seed and run folder", describe_table("study"));
  if (request.name == "report") print_options("table", "what the report shows", describe_table("report"));
  if (!found) throw InputError("'{}' is not a potential, stage, sampler or collective variable{}", request.name, suggestion(request.name, known));
}

}  // namespace glasscape
