// What each verb of the command line does. They print results on stdout and throw the classes of error.hpp.
#pragma once

#include <string>
#include <vector>

#include "apps/failures.hpp"
#include "apps/study.hpp"
#include "md/support/error.hpp"

namespace glasscape {

/// What the options of a verb were.
struct Request {
  std::string study, folder;                // whatever is about a study
  std::string file, potential, write;      // evaluate, relax, rehearse
  std::vector<std::string> files;           // spectrum
  bool drift = false;                       // spectrum
  std::vector<std::string> elements;
  std::string name;                         // describe
  std::string method = "lbfgs";             // relax
  std::string fmax = "0.001 eV/A";          // relax
  std::string nu0 = "2 THz";                // entropy
  std::string temperature, bias_temperature;  // profile
  std::vector<std::string> tasks;           // run
  std::string range, plan, stage;           // run; run, submit; plan
  bool from_stdin = false;                  // run
  bool ids = false, missing = false;        // plan
  bool failed = false;                      // retry
  std::string engine;                       // submit
  int tasks_per_job = 0;                    // submit
  bool dry_run = false;                     // submit
  std::vector<std::string> options;         // submit: for the queue
  int threads = 0;                          // 0: all cores
  bool json = false, quiet = false;
};

/// The study that a verb is about, potentials being looked for where every verb does.
Study study_of(const Request& request, const Plugins& plugins);

/// The option of the command line that names the run folder, or "", for commands that messages propose.
std::string folder_option(const Request& request);

int threads_of(const Request& request);
/// Writes the page into the run folder and prints its numbers.
void report(const Study& study, bool json);

/// Of a run: stopped when it was told to or waits for others, and will go on when it is run again.
enum class Outcome { done, stopped };

/// What a verb ends with that has run what it could, and tasks of the study have failed, now or before.
Error tasks_have_failed(const Request& request, const Study& study, const std::vector<Failure>& failed);

/// Throws Error when tasks have failed, once what could run of the others is done.
Outcome run_command(const Request& request, const Plugins& plugins);
/// Runs what has failed once more, from its beginning. As run_command.
Outcome retry_command(const Request& request, const Plugins& plugins);
/// Hands the missing tasks over to a queue. Stopped: a queue in the foreground was. Throws Error when tasks have failed and nothing is left that
/// could run without them.
Outcome submit_command(const Request& request, const Plugins& plugins);
/// Takes jobs back from queues and tells the runners of this host to stop.
void cancel_command(const Request& request, const Plugins& plugins);
void plan_command(const Request& request, const Plugins& plugins);
void status_command(const Request& request, const Plugins& plugins);
void report_command(const Request& request, const Plugins& plugins);
void digest_command(const Request& request, const Plugins& plugins);
void check_command(const Request& request, const Plugins& plugins);
void merge_command(const Request& request, const Plugins& plugins);
void evaluate_command(const Request& request, const Plugins& plugins);
void relax_command(const Request& request, const Plugins& plugins);
void entropy_command(const Request& request);
void hills_command(const Request& request, const Plugins& plugins);
/// What measurements on a solid that is known would give.
void rehearse_command(const Request& request);
/// The relaxation times that measurements are made of.
void spectrum_command(const Request& request);
/// Writes atoms with their phases in each block, for OVITO.
void phases_command(const Request& request, const Plugins& plugins);
void profile_command(const Request& request);
void list_command(const Request& request, const Plugins& plugins);
void describe_command(const Request& request, const Plugins& plugins);

}  // namespace glasscape
