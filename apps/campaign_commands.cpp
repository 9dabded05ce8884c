// The verbs that run a study: plan, run, status, retry.
#include <unistd.h>

#include <algorithm>

#include "apps/commands.hpp"
#include "apps/plan.hpp"
#include "apps/print.hpp"
#include "apps/progress.hpp"
#include "apps/runners.hpp"
#include "apps/submissions.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

void check_plan(const Request& request, const Plan& plan) {
  if (request.plan.empty() || request.plan == plan.id) return;
  throw InputError("{}: it gives the plan {} now, expected --plan {}: it was edited since then, or the program, its potential or another file that it names; "
                   "undo that, or plan and submit anew", request.study, plan.id, request.plan);
}

/// "a:b", positions in the plan from a up to but not b.
std::vector<std::string> tasks_in_range(const std::string& range, const Plan& plan) {
  const std::size_t colon = range.find(':');
  const auto number = [&](std::string_view text) { return to_integer(text).value_or(-1); };
  const long long from = number(std::string_view(range).substr(0, colon));
  const long long to = colon == std::string::npos ? -1 : number(std::string_view(range).substr(colon + 1));
  if (from < 0 || to < from || to > static_cast<long long>(plan.tasks.size()))
    throw InputError("--range: got '{}', expected FROM:TO with 0 <= FROM <= TO <= {}, the number of tasks", range, plan.tasks.size());
  std::vector<std::string> tasks;
  for (auto k = static_cast<std::size_t>(from); k < static_cast<std::size_t>(to); ++k) tasks.push_back(plan.tasks[k].id);
  return tasks;
}

std::vector<std::string> tasks_from_stdin() {
  constexpr std::size_t most = most_of_stream;  // a hundred bytes for each of a million tasks fit
  const std::string text = rest_of(STDIN_FILENO, "the ids of tasks from standard input (--stdin)", most);
  if (text.size() > most) throw InputError("--stdin: got more than {} bytes, expected ids of tasks, one a line, as `glasscape plan STUDY --missing` prints them", most);
  std::vector<std::string> tasks;
  for (const std::string_view line : split(text, '\n'))
    if (const std::string_view task = trimmed(line); !task.empty()) tasks.emplace_back(task);
  if (tasks.empty()) std::fprintf(stderr, "no tasks on standard input\n");
  return tasks;
}

/// Nothing where the whole study is meant.
std::optional<std::vector<std::string>> chosen_tasks(const Request& request, const Plan& plan) {
  const int ways = !request.tasks.empty() + !request.range.empty() + request.from_stdin;
  if (ways > 1) throw InputError("--task, --range and --stdin are three ways to choose tasks: give one of them");
  if (ways == 0) return std::nullopt;
  if (request.from_stdin) return tasks_from_stdin();
  return request.range.empty() ? request.tasks : tasks_in_range(request.range, plan);
}

/// What follows from what became of the tasks.
Outcome outcome_of(const RunSummary& summary, const Request& request, const Study& study) {
  const std::string study_text = request.study + folder_option(request);
  if (summary.stopped) {
    std::fprintf(stderr, "\nstopped; nothing finished is lost. To continue: glasscape run %s\n", study_text.c_str());
    return Outcome::stopped;
  }
  for (const std::string& stage : summary.waiting) std::fprintf(stderr, "%s\n", stage.c_str());
  if (!summary.failed.empty()) throw tasks_have_failed(request, study, summary.failed);
  if (summary.waiting.empty()) return Outcome::done;
  std::fprintf(stderr, "what could run is done. To continue when the others are complete: glasscape run %s\n", study_text.c_str());
  return Outcome::stopped;
}

Outcome run_tasks(const Request& request, const Study& study, std::optional<std::vector<std::string>> chosen, const std::atomic<bool>& stop) {
  Store store(study.folder);
  Progress progress(request.quiet);
  return outcome_of(run_study(study, store, {threads_of(request), std::move(chosen)}, stop, progress), request, study);
}

/// What queues still hold, as far as they answer; what does not is said, as how far a study is follows from its shards.
std::vector<Job> jobs_if_told(const Study& study) {
  std::vector<Job> jobs;
  try {
    jobs = jobs_held(study, builtin_queues());
    check_jobs_known(study);
  } catch (const Error& error) {
    std::fprintf(stderr, "not all jobs are listed: %s\n", error.what());
  }
  return jobs;
}

}  // namespace

Error tasks_have_failed(const Request& request, const Study& study, const std::vector<Failure>& failed) {
  const std::string study_text = request.study + folder_option(request);
  return Error("{} of the study '{}' failed, what could run of the others is done; the first is {}: {}; `glasscape status {}` lists them, `glasscape retry {} --failed` runs them again",
               counted(failed.size(), "task"), study.name, failed.front().task, failed.front().reason, study_text, study_text);
}

Outcome run_command(const Request& request, const Plugins& plugins) {
  const std::atomic<bool>& stop = end_soon_on_signal();
  const Study study = study_of(request, plugins);
  const Plan plan = plan_of(study);
  check_plan(request, plan);
  const auto chosen = chosen_tasks(request, plan);
  const Outcome outcome = run_tasks(request, study, chosen, stop);
  if (outcome == Outcome::done && !chosen) report(study, request.json);
  return outcome;
}

Outcome retry_command(const Request& request, const Plugins& plugins) {
  if (!request.failed) throw InputError("retry: give --failed: tasks that are missing for another reason are run by `glasscape run {}`", request.study);
  const std::atomic<bool>& stop = end_soon_on_signal();
  const Study study = study_of(request, plugins);
  std::vector<std::string> tasks;
  const std::vector<Failure> failed = Failures(study.folder).all();
  for (const PlannedTask& task : plan_of(study).tasks)
    if (std::any_of(failed.begin(), failed.end(), [&](const Failure& f) { return f.task == task.id; })) tasks.push_back(task.id);
  for (const std::string& task : tasks) forget_failure(study, task);
  if (!request.quiet) std::fprintf(stderr, "%s to run again\n", counted(tasks.size(), "task").c_str());
  return run_tasks(request, study, tasks, stop);
}

void plan_command(const Request& request, const Plugins& plugins) {
  if (!request.stage.empty() && !request.ids && !request.missing) throw InputError("--stage: it chooses among the ids that --tasks or --missing print: give one of them too");
  const Study study = study_of(request, plugins);
  if (!request.stage.empty() && study.find(request.stage) == nullptr) {
    std::vector<std::string> known;
    for (const StudyStage& stage : study.stages) known.push_back(stage.name);
    throw InputError("--stage: the study has no stage '{}'{}", request.stage, suggestion(request.stage, known));
  }
  const Plan plan = plan_of(study);
  const std::string file = write_plan(study, plan).string();
  const std::vector<PlannedTask> left = missing(plan, Store(study.folder), Failures(study.folder));
  if (request.ids || request.missing) {
    for (const PlannedTask& task : request.missing ? left : plan.tasks)
      if (request.stage.empty() || task.stage == request.stage) print(task.id + "\n");
    return;
  }
  Json all{{"plan", plan.id}, {"file", file}, {"tasks", plan.tasks.size()}, {"missing", left.size()}, {"stages", Json::array()}};
  const auto count = [](const std::vector<PlannedTask>& tasks, const std::string& stage) {
    return std::count_if(tasks.begin(), tasks.end(), [&](const PlannedTask& task) { return task.stage == stage; });
  };
  if (!request.json) print(fmt::format("plan {}: {}, {} to run\n", plan.id, counted(plan.tasks.size(), "task"), left.size()));
  for (const StudyStage& stage : study.stages) {
    all["stages"].push_back({{"stage", stage.name}, {"needs", stage.from}, {"tasks", count(plan.tasks, stage.name)}, {"missing", count(left, stage.name)}});
    if (!request.json)
      print(fmt::format("{:<16} {:>6} of {:<6} to run{}\n", stage.name, count(left, stage.name), count(plan.tasks, stage.name), stage.from.empty() ? "" : ", after " + stage.from));
  }
  request.json ? print(all) : print(file + "\n");
}

void status_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const std::vector<StageStatus> stages = status(study, Store(study.folder));
  const bool some_failed = std::any_of(stages.begin(), stages.end(), [](const StageStatus& s) { return s.failed > 0; });
  const std::vector<Failure> failed = some_failed ? failures_in(plan_of(study), Store(study.folder), Failures(study.folder)) : std::vector<Failure>{};
  const std::vector<Runner> runners = other_runners(study.folder);
  const std::vector<Job> jobs = jobs_if_told(study);
  if (request.json) {
    Json all{{"study", study.name}, {"folder", study.folder.string()}, {"stages", Json::array()}, {"failed", Json::array()}, {"runners", Json::array()}, {"jobs", Json::array()}};
    for (const StageStatus& s : stages)
      all["stages"].push_back({{"stage", s.name}, {"type", s.type}, {"tasks", s.tasks}, {"done", s.done}, {"failed", s.failed}, {"waits_for", s.waits_for}});
    for (const Failure& f : failed) all["failed"].push_back({{"task", f.task}, {"reason", f.reason}, {"host", f.host}, {"time", f.time}});
    for (const Runner& r : runners) all["runners"].push_back({{"host", r.host}, {"process", r.process}, {"heard", r.time}, {"tasks", r.tasks}});
    for (const Job& j : jobs) all["jobs"].push_back({{"queue", j.queue}, {"job", j.id}, {"stage", j.stage}});
    return print(all);
  }
  bool continues = true;  // at the first stage that is not complete
  for (const StageStatus& s : stages) {
    const bool here = continues && s.done < s.tasks;
    if (here) continues = false;
    print(fmt::format("{:<16} {:<12} {:>6} of {:<6} tasks done{}{}{}\n", s.name, s.type, s.done, s.tasks, s.failed > 0 ? fmt::format(", {} failed", s.failed) : "",
                      s.waits_for.empty() ? "" : ", waits for " + s.waits_for, here ? "  <- run continues here" : ""));
  }
  for (const Failure& f : failed) print(fmt::format("failed: {} ({}, {}): {}\n", f.task, f.host, f.time, f.reason));
  for (const Runner& r : runners) print(fmt::format("at work: process {} of host {}: {}{}\n", r.process, r.host, counted(r.tasks.size(), "task"), r.here() ? "" : fmt::format(", last heard of at {}", r.time)));
  for (const Job& j : jobs) print(fmt::format("with {}: job {} of stage '{}'\n", j.queue, j.id, j.stage));
}

}  // namespace glasscape
