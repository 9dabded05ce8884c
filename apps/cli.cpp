#include "apps/cli.hpp"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "apps/commands.hpp"
#include "apps/version.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

enum ExitCode { done = 0, usage = 2, bad_content = 65, missing = 66, failed = 70, cannot_write = 74, stopped = 75, bad_option = 78 };

int complain(ExitCode code, const std::exception& error) {
  std::fprintf(stderr, "glasscape: error: %s\n", error.what());
  return code;
}

/// A command line that cannot be understood: what is wrong with it and the nearest word that would do.
int complain_of_usage(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> given = app.get_subcommands();
  const CLI::App& verb = given.empty() ? app : *given.front();
  const std::string help = fmt::format("see `glasscape{}{} --help`", given.empty() ? "" : " ", given.empty() ? "" : verb.get_name());
  std::vector<std::string> verbs, options;
  for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; })) verbs.push_back(known->get_name());
  for (const CLI::Option* known : verb.get_options())
    for (const std::string& name : known->get_lnames()) options.push_back(fmt::format("--{}", name));
  const std::vector<std::string> left = app.remaining(true);
  const auto option = std::find_if(left.begin(), left.end(), [](const std::string& word) { return word.starts_with("-"); });
  if (option != left.end()) return complain(usage, Error("'{}' is not an option ({}){}", *option, help, suggestion(*option, options)));
  if (given.empty() && left.empty()) return complain(usage, Error("a verb is missing ({}){}", help, suggestion("", verbs)));
  if (given.empty()) return complain(usage, Error("'{}' is not a verb ({}){}", left.front(), help, suggestion(left.front(), verbs)));
  if (!left.empty()) return complain(usage, Error("'{}' is one argument too many; {}", left.front(), help));
  return complain(usage, Error("{}; {}", error.what(), help));
}

void add_json(CLI::App& verb, Request& request) { verb.add_flag("--json", request.json, "print JSON"); }

/// Of a folder.
CLI::Validator not_empty() {
  return CLI::Validator([](const std::string& name) { return std::string(name.empty() ? "expected the name of a folder" : ""); }, "");
}

void add_study(CLI::App& verb, Request& request) {
  verb.add_option("study", request.study, "study file (TOML)")->required();
  verb.add_option("--folder", request.folder, "run folder, instead of the one the study names")->check(not_empty());
}

void add_structure(CLI::App& verb, Request& request) {
  verb.add_option("file", request.file, "structure: extended XYZ, LAMMPS data or dump")->required();
  verb.add_option("--potential", request.potential, "NAME:FILE or NAME:key=value,...; see `glasscape list`")->required();
  verb.add_option("--elements", request.elements, "elements of the numeric types of the file, in order")->delimiter(',');
  verb.add_option("--write", request.write, "write the result here (.xyz, .data or .dump)");
  add_json(verb, request);
}

CLI::App* add_entropy(CLI::App& app, Request& request) {
  auto* entropy = app.add_subcommand("entropy", "activation energy and entropy from free-energy barriers at several temperatures");
  entropy->add_option("table", request.file, "CSV with the columns glass, temperature_K, barrier_eV, error_eV")->required();
  entropy->add_option("--nu0", request.nu0, "attempt frequency that entropies are counted from")->capture_default_str();
  entropy->add_option("--write", request.write, "write a page with figures here (.html)");
  add_json(*entropy, request);
  return entropy;
}

CLI::App* add_hills(CLI::App& app, Request& request) {
  auto* hills = app.add_subcommand("hills", "write the hills of metadynamics as PLUMED and Colvars read them");
  add_study(*hills, request);
  hills->add_option("--write", request.write, "folder for them; hills in the run folder by default");
  return hills;
}

CLI::App* add_phases(CLI::App& app, Request& request) {
  auto* phases = app.add_subcommand("phases", "write atoms with their phases under cyclic shear as extended XYZ, which OVITO colours");
  add_study(*phases, request);
  phases->add_option("--write", request.write, "folder for them; phases in the run folder by default");
  return phases;
}

CLI::App* add_spectrum(CLI::App& app, Request& request) {
  auto* spectrum = app.add_subcommand("spectrum", "relaxation times that strain, stress or modulus are made of (CSV)");
  spectrum->add_option("files", request.files, "CSV with the columns time_s (or _ms, _min, _h) and strain, stress or creep_strain, or frequency_Hz (or omega_rad_per_s) and loss_modulus or storage_modulus; error: standard errors. Several share one spectrum. Or one TOML file that names them")->required();
  spectrum->add_option("--write", request.write, "write a page with figures here (.html)");
  spectrum->add_flag("--drift", request.drift, "a term B t in the background of strain and stress");
  spectrum->add_option("--rule", request.method, "gcv, aicc, evidence or prob1: how smooth the curve is")->check(CLI::IsMember({"gcv", "aicc", "evidence", "prob1"}));
  add_json(*spectrum, request);
  return spectrum;
}

CLI::App* add_rehearse(CLI::App& app, Request& request) {
  auto* rehearse = app.add_subcommand("rehearse", "what measurements on a solid that is known would give: tables for `glasscape spectrum`, all synthetic");
  rehearse->add_option("solid", request.file, "TOML file: the solid, its measurements and demonstrations")->required();
  rehearse->add_option("--write", request.write, "folder for the tables and rehearsal.html")->required()->check(not_empty());
  add_json(*rehearse, request);
  return rehearse;
}

CLI::App* add_profile(CLI::App& app, Request& request) {
  auto* profile = app.add_subcommand("profile", "free energy (CSV) from the hills of PLUMED (HILLS) or Colvars (.hills.traj)");
  profile->add_option("file", request.file, "HILLS or .hills.traj of one variable; energies in eV")->required();
  profile->add_option("--temperature", request.temperature, "of the sampling, e.g. \"300 K\"")->required();
  profile->add_option("--bias-temperature", request.bias_temperature, "dT, where the file does not say; none: hills kept their height");
  profile->add_option("--write", request.write, "write here instead of on the terminal");
  return profile;
}

/// What the C library still holds may not fit on the disk.
void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw WriteError("cannot write to standard output: {}", std::strerror(errno));
}

}  // namespace

int cli(int argc, char** argv, const Plugins& plugins) {
  Request request;
  CLI::App app{"glasscape: energy landscapes of glasses"};
  app.set_version_flag("--version", fmt::format("glasscape {}\n{}\n{}", program_version, compiler_text(), libraries_text()));
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help for every verb");
  app.add_option("--threads", request.threads, "threads to use; all cores by default")->check(CLI::Range(1, 1024));

  auto* run = app.add_subcommand("run", "run what a study lacks, then write its report");
  add_study(*run, request);
  run->add_option("--threads", request.threads, "threads to use; all cores by default")->check(CLI::Range(1, 1024));
  run->add_flag("--quiet", request.quiet, "no progress");
  run->add_option("--task", request.tasks, "run this task alone, by its id; may be given several times");
  run->add_option("--range", request.range, "run the tasks FROM:TO of the plan, from the first of these positions up to but not the second");
  run->add_flag("--stdin", request.from_stdin, "run the tasks whose ids standard input has, one a line, in this order within a stage");
  run->add_option("--plan", request.plan, "refuse to run when the study no longer gives the plan of this id");
  auto* plan = app.add_subcommand("plan", "the tasks of a study as a list: writes it into the run folder");
  add_study(*plan, request);
  add_json(*plan, request);
  plan->add_option("--stage", request.stage, "with --tasks or --missing: those of this stage");
  plan->add_flag("--tasks", request.ids, "print the ids of all tasks, one a line");
  plan->add_flag("--missing", request.missing, "print the ids of those that have neither run nor failed");
  auto* status = app.add_subcommand("status", "how far a study is");
  add_study(*status, request);
  add_json(*status, request);
  auto* retry = app.add_subcommand("retry", "run failed tasks again, from their beginning");
  add_study(*retry, request);
  retry->add_flag("--failed", request.failed, "those with a record of failure");
  retry->add_option("--threads", request.threads, "threads to use; all cores by default")->check(CLI::Range(1, 1024));
  retry->add_flag("--quiet", request.quiet, "no progress");
  auto* cancel = app.add_subcommand("cancel", "tell whoever runs a study to stop; nothing finished is lost");
  add_study(*cancel, request);
  auto* report = app.add_subcommand("report", "write report.html from what is there");
  add_study(*report, request);
  report->add_flag("--json", request.json, "print the numbers as JSON");
  auto* digest = app.add_subcommand("digest", "a hash of all facts of a study's run folder");
  add_study(*digest, request);
  add_json(*digest, request);
  auto* merge = app.add_subcommand("merge", "write landscape.h5, the basins and saddles of a run as flat tables");
  add_study(*merge, request);
  auto* check = app.add_subcommand("check", "what would run; nothing is executed");
  add_study(*check, request);
  add_json(*check, request);
  auto* evaluate = app.add_subcommand("evaluate", "energy, forces and pressure of a structure");
  add_structure(*evaluate, request);
  auto* relax = app.add_subcommand("relax", "relax a structure to the nearest minimum");
  add_structure(*relax, request);
  relax->add_option("--fmax", request.fmax, "largest force on an atom, eV/A");
  relax->add_option("--method", request.method, "lbfgs or fire")->check(CLI::IsMember({"lbfgs", "fire"}));
  auto* entropy = add_entropy(app, request);
  auto* hills = add_hills(app, request);
  auto* phases = add_phases(app, request);
  auto* rehearse = add_rehearse(app, request);
  auto* spectrum = add_spectrum(app, request);
  auto* profile = add_profile(app, request);
  auto* list = app.add_subcommand("list", "potentials, samplers, stages and collective variables");
  add_json(*list, request);
  auto* describe = app.add_subcommand("describe", "the options of a potential, sampler or stage, or of the tables study and report");
  add_json(*describe, request);
  describe->add_option("name", request.name, "a name that `glasscape list` shows")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    return complain_of_usage(app, error);
  }
  try {
    if (*run && run_command(request, plugins) == Outcome::stopped) return stopped;
    if (*retry && retry_command(request, plugins) == Outcome::stopped) return stopped;
    if (*plan) plan_command(request, plugins);
    if (*cancel) cancel_command(request, plugins);
    if (*status) status_command(request, plugins);
    if (*report) report_command(request, plugins);
    if (*digest) digest_command(request, plugins);
    if (*merge) merge_command(request, plugins);
    if (*check) check_command(request, plugins);
    if (*evaluate) evaluate_command(request, plugins);
    if (*relax) relax_command(request, plugins);
    if (*entropy) entropy_command(request);
    if (*hills) hills_command(request, plugins);
    if (*phases) phases_command(request, plugins);
    if (*rehearse) rehearse_command(request);
    if (*spectrum) spectrum_command(request);
    if (*profile) profile_command(request);
    if (*list) list_command(request, plugins);
    if (*describe) describe_command(request, plugins);
    flush_output();
    return done;
  } catch (const InputError& error) {
    return complain(bad_option, error);
  } catch (const FormatError& error) {
    return complain(bad_content, error);
  } catch (const NotFound& error) {
    return complain(missing, error);
  } catch (const WriteError& error) {
    return complain(cannot_write, error);
  } catch (const std::exception& error) {
    return complain(failed, error);
  }
}

}  // namespace glasscape
