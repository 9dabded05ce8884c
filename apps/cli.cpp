#include "apps/cli.hpp"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <new>
#include <system_error>

#include "apps/commands.hpp"
#include "apps/exit_code.hpp"
#include "apps/version.hpp"
#include "md/support/memory.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

int complain(ExitCode code, const std::exception& error) {
  std::fprintf(stderr, "glasscape: error: %s\n", error.what());
  return static_cast<int>(code);
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
  if (option != left.end()) return complain(ExitCode::usage, Error("'{}' is not an option ({}){}", *option, help, suggestion(*option, options)));
  if (given.empty() && left.empty()) return complain(ExitCode::usage, Error("a verb is missing ({}){}", help, suggestion("", verbs)));
  if (given.empty()) return complain(ExitCode::usage, Error("'{}' is not a verb ({}){}", left.front(), help, suggestion(left.front(), verbs)));
  if (!left.empty()) return complain(ExitCode::usage, Error("'{}' is one argument too many; {}", left.front(), help));
  return complain(ExitCode::usage, Error("{}; {}", error.what(), help));
}

void add_json(CLI::App& verb, Request& request) { verb.add_flag("--json", request.json, "print JSON"); }

void add_threads(CLI::App& verb, Request& request) {
  verb.add_option("--threads", request.threads, "threads to use; all cores by default")->check(CLI::Range(1, 1024));
}

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

/// A verb, and what it does once the command line has been read.
struct Verb {
  CLI::App* app;
  std::function<Outcome()> act;
};

/// All verbs of the program, as they are declared.
class Verbs {
 public:
  Verbs(CLI::App& app, Request& request, const Plugins& plugins) : app_(app), request_(request), plugins_(plugins) {
    of_campaigns();
    of_facts();
    of_structures();
    of_tables();
    of_plugins();
  }

  /// What the verb that was given does.
  Outcome act() const {
    const auto given = std::find_if(verbs_.begin(), verbs_.end(), [](const Verb& verb) { return verb.app->parsed(); });
    return given->act();
  }

 private:
  using Command = void (*)(const Request&, const Plugins&);

  CLI::App& add(const std::string& name, const std::string& what, std::function<Outcome()> act) {
    verbs_.push_back({app_.add_subcommand(name, what), std::move(act)});
    return *verbs_.back().app;
  }
  CLI::App& add(const std::string& name, const std::string& what, Command command) {
    return add(name, what, [this, command] {
      command(request_, plugins_);
      return Outcome::done;
    });
  }
  CLI::App& add(const std::string& name, const std::string& what, Outcome (*command)(const Request&, const Plugins&)) {
    return add(name, what, [this, command] { return command(request_, plugins_); });
  }
  CLI::App& add(const std::string& name, const std::string& what, void (*command)(const Request&)) {
    return add(name, what, [this, command] {
      command(request_);
      return Outcome::done;
    });
  }
  CLI::App& add_of_study(const std::string& name, const std::string& what, auto command) {
    CLI::App& verb = add(name, what, command);
    add_study(verb, request_);
    return verb;
  }

  void of_campaigns();
  void of_facts();
  void of_structures();
  void of_tables();
  void of_plugins();

  CLI::App& app_;
  Request& request_;
  const Plugins& plugins_;
  std::vector<Verb> verbs_;
};

void Verbs::of_campaigns() {
  CLI::App& run = add_of_study("run", "run what a study lacks, then write its report", run_command);
  add_threads(run, request_);
  run.add_flag("--quiet", request_.quiet, "no progress");
  run.add_option("--task", request_.tasks, "run this task alone, by its id; may be given several times");
  run.add_option("--range", request_.range, "run the tasks FROM:TO of the plan, from the first of these positions up to but not the second");
  run.add_flag("--stdin", request_.from_stdin, "run the tasks whose ids standard input has, one a line, in this order within a stage");
  run.add_option("--plan", request_.plan, "refuse to run when the study no longer gives the plan of this id");
  add_json(add_of_study("status", "how far a study is", status_command), request_);
  CLI::App& plan = add_of_study("plan", "the tasks of a study as a list: writes it into the run folder", plan_command);
  add_json(plan, request_);
  plan.add_option("--stage", request_.stage, "with --tasks or --missing: those of this stage");
  plan.add_flag("--tasks", request_.ids, "print the ids of all tasks, one a line");
  plan.add_flag("--missing", request_.missing, "print the ids of those that have neither run nor failed");
  CLI::App& retry = add_of_study("retry", "run failed tasks again, from their beginning", retry_command);
  retry.add_flag("--failed", request_.failed, "those with a record of failure");
  add_threads(retry, request_);
  retry.add_flag("--quiet", request_.quiet, "no progress");
  CLI::App& submit = add_of_study("submit", "hand what a study lacks over to a queue: a cluster, or other hosts", submit_command);
  submit.add_option("--engine", request_.engine, "slurm or parallel")->required();
  submit.add_option("--threads", request_.threads, "threads of each job, 1 by default")->check(CLI::Range(1, 1024));
  submit.add_option("--tasks-per-job", request_.tasks_per_job, "tasks that share a job, one after the other or on its threads; as few as the queue allows by default")->check(CLI::Range(1, 1000000));
  submit.add_flag("--dry-run", request_.dry_run, "write what would be handed over and print the commands");
  submit.add_option("options", request_.options, "after --: options for sbatch or parallel");
  add_of_study("cancel", "tell whoever runs a study to stop; nothing finished is lost", cancel_command);
  add_json(add_of_study("check", "what would run; nothing is executed", check_command), request_);
}

void Verbs::of_facts() {
  CLI::App& report = add_of_study("report", "write report.html from what is there", report_command);
  report.add_flag("--json", request_.json, "print the numbers as JSON");
  add_json(add_of_study("digest", "a hash of all facts of a study's run folder", digest_command), request_);
  add_of_study("merge", "write landscape.h5, the basins and saddles of a run as flat tables", merge_command);
  CLI::App& hills = add_of_study("hills", "write the hills of metadynamics as PLUMED and Colvars read them", hills_command);
  hills.add_option("--write", request_.write, "folder for them; hills in the run folder by default");
  CLI::App& phases = add_of_study("phases", "write atoms with their phases under cyclic shear as extended XYZ, which OVITO colours", phases_command);
  phases.add_option("--write", request_.write, "folder for them; phases in the run folder by default");
}

void Verbs::of_structures() {
  add_structure(add("evaluate", "energy, forces and pressure of a structure", evaluate_command), request_);
  CLI::App& relax = add("relax", "relax a structure to the nearest minimum", relax_command);
  add_structure(relax, request_);
  relax.add_option("--fmax", request_.fmax, "largest force on an atom, eV/A");
  relax.add_option("--method", request_.method, "lbfgs or fire")->check(CLI::IsMember({"lbfgs", "fire"}));
}

void Verbs::of_tables() {
  CLI::App& entropy = add("entropy", "activation energy and entropy from free-energy barriers at several temperatures", entropy_command);
  entropy.add_option("table", request_.file, "CSV with the columns glass, temperature_K, barrier_eV, error_eV")->required();
  entropy.add_option("--nu0", request_.nu0, "attempt frequency that entropies are counted from")->capture_default_str();
  entropy.add_option("--write", request_.write, "write a page with figures here (.html)");
  add_json(entropy, request_);
  CLI::App& rehearse = add("rehearse", "what measurements on a solid that is known would give: tables for `glasscape spectrum`, all synthetic", rehearse_command);
  rehearse.add_option("solid", request_.file, "TOML file: the solid, its measurements and demonstrations")->required();
  rehearse.add_option("--write", request_.write, "folder for the tables and rehearsal.html")->required()->check(not_empty());
  add_json(rehearse, request_);
  CLI::App& spectrum = add("spectrum", "relaxation times that strain, stress or modulus are made of (CSV)", spectrum_command);
  spectrum.add_option("files", request_.files, "CSV with the columns time_s (or _ms, _min, _h) and strain, stress or creep_strain, or frequency_Hz (or omega_rad_per_s) and loss_modulus or storage_modulus; error: standard errors. Several share one spectrum. Or one TOML file that names them")->required();
  spectrum.add_option("--write", request_.write, "write a page with figures here (.html)");
  spectrum.add_flag("--drift", request_.drift, "a term B t in the background of strain and stress");
  spectrum.add_option("--rule", request_.method, "gcv, aicc, evidence or prob1: how smooth the curve is")->check(CLI::IsMember({"gcv", "aicc", "evidence", "prob1"}));
  add_json(spectrum, request_);
  CLI::App& profile = add("profile", "free energy (CSV) from the hills of PLUMED (HILLS) or Colvars (.hills.traj)", profile_command);
  profile.add_option("file", request_.file, "HILLS or .hills.traj of one variable; energies in eV")->required();
  profile.add_option("--temperature", request_.temperature, "of the sampling, e.g. \"300 K\"")->required();
  profile.add_option("--bias-temperature", request_.bias_temperature, "dT, where the file does not say; none: hills kept their height");
  profile.add_option("--write", request_.write, "write here instead of on the terminal");
}

void Verbs::of_plugins() {
  add_json(add("list", "potentials, samplers, stages and collective variables", list_command), request_);
  CLI::App& describe = add("describe", "the options of a potential, sampler or stage, or of the tables study and report", describe_command);
  add_json(describe, request_);
  describe.add_option("name", request_.name, "a name that `glasscape list` shows")->required();
}

/// What the C library still holds may not fit on the disk.
void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw WriteError("cannot write to standard output: {}", std::strerror(errno));
}

/// A file that is opened later must not become a standard stream that was closed: its place is taken, by what cannot be used as that stream.
void keep_streams_apart() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // takes the lowest number that is free
}

}  // namespace

int cli(int argc, char** argv, const Plugins& plugins) {
  keep_memory();
  keep_streams_apart();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may grow no more is an error of the write, not a kill
  std::signal(SIGCHLD, SIG_DFL);  // ignored, as some launchers leave it, it hides how a child ended
  Request request;
  CLI::App app{"glasscape: energy landscapes of glasses"};
  app.set_version_flag("--version", fmt::format("glasscape {}\n{}\n{}", program_version, compiler_text(), libraries_text()));
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help for every verb");
  add_threads(app, request);
  const Verbs verbs(app, request, plugins);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    return complain_of_usage(app, error);
  }
  try {
    if (verbs.act() == Outcome::stopped) return static_cast<int>(ExitCode::stopped);
    flush_output();
    return static_cast<int>(ExitCode::done);
  } catch (const InputError& error) {
    return complain(ExitCode::bad_option, error);
  } catch (const FormatError& error) {
    return complain(ExitCode::bad_content, error);
  } catch (const NotFound& error) {
    return complain(ExitCode::missing, error);
  } catch (const WriteError& error) {
    return complain(ExitCode::cannot_write, error);
  } catch (const std::bad_alloc&) {
    return complain(ExitCode::failed, Error("out of memory; give fewer --threads, or this program more memory"));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) return complain(ExitCode::failed, error);
    return complain(ExitCode::failed, Error("no more threads can be started; give fewer --threads, or this program more memory or processes"));
  } catch (const std::exception& error) {
    return complain(ExitCode::failed, error);
  }
}

}  // namespace glasscape
