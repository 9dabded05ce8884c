// The verbs that know of queues: submit hands what a study lacks over to one, cancel takes it back. What was submitted is in
// submissions/NNNN below the run folder, one folder for each time.
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/child_process.hpp"
#include "apps/commands.hpp"
#include "apps/plan.hpp"
#include "apps/print.hpp"
#include "apps/progress.hpp"
#include "apps/queue.hpp"
#include "apps/runners.hpp"
#include "apps/submissions.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;

/// This program, wherever it was started from.
std::string own_path() { return fs::read_symlink("/proc/self/exe").string(); }

/// The stages among the batches that a stage goes back to.
std::vector<std::string> needs_of(const Study& study, const StudyStage& stage, const std::vector<Batch>& batches) {
  std::vector<std::string> needs;
  for (const StudyStage* from = study.find(stage.from); from != nullptr; from = study.find(from->from))
    if (std::any_of(batches.begin(), batches.end(), [&](const Batch& batch) { return batch.stage == from->name; })) needs.push_back(from->name);
  return needs;
}

/// The stages that cannot begin before failed tasks have run again.
std::set<std::string> stages_behind_failures(const Study& study, const Plan& plan, const Store& store, const Failures& failures) {
  std::set<std::string> failed, behind;
  for (const Failure& failure : failures.all())
    if (!store.has(failure.task)) failed.insert(failure.task);
  std::set<std::string> incomplete;
  for (const PlannedTask& task : plan.tasks)
    if (failed.contains(task.id)) incomplete.insert(task.stage);
  for (const StudyStage& stage : study.stages)
    if (incomplete.contains(stage.from) || behind.contains(stage.from)) behind.insert(stage.name);
  return behind;
}

std::vector<Batch> batches_of(const Study& study, const Plan& plan) {
  const Store store(study.folder);
  const Failures failures(study.folder);
  const std::set<std::string> behind = stages_behind_failures(study, plan, store, failures);
  std::vector<Batch> batches;
  for (const PlannedTask& task : missing(plan, store, failures)) {
    if (behind.contains(task.stage)) continue;
    if (batches.empty() || batches.back().stage != task.stage) batches.push_back({task.stage, needs_of(study, *study.find(task.stage), batches), {}});
    batches.back().tasks.push_back(task.id);
  }
  return batches;
}

Submission submission_of(const Request& request, const Study& study, const Plan& plan, const fs::path& place) {
  return {.run = {own_path(), "run", fs::absolute(request.study).string(), "--folder", fs::absolute(study.folder).string(), "--plan", plan.id},
          .place = fs::absolute(place),
          .batches = batches_of(study, plan),
          .threads = std::max(1, request.threads),
          .tasks_per_job = request.tasks_per_job,
          .options = request.options};
}

void write_tasks(const Submission& submission) {
  for (const Batch& batch : submission.batches) {
    std::string lines;
    for (const std::string& task : batch.tasks) lines += task + "\n";
    write_text_file(submission.tasks_file(batch).string(), lines);
  }
}

/// Work that a queue still holds is not handed over a second time.
void check_nothing_held(const Study& study, const Queues& queues) {
  check_jobs_known(study);
  const std::vector<Job> held = jobs_held(study, queues);
  if (held.empty()) return;
  throw Error("stage '{}' is still with {} as job {}: wait for it (`glasscape status` tells how far it is), or `glasscape cancel` it", held.front().stage, held.front().queue, held.front().id);
}

void tell_of_failures(const Request& request, const Study& study, const Plan& plan) {
  for (const std::string& stage : stages_behind_failures(study, plan, Store(study.folder), Failures(study.folder)))
    std::fprintf(stderr, "stage '%s' waits for tasks that have failed: `glasscape retry %s%s --failed` runs them again\n", stage.c_str(), request.study.c_str(), folder_option(request).c_str());
}

/// A queue in the foreground may have been ended by others without a word.
Outcome outcome_of_foreground(const Request& request, const Study& study, const Plan& plan) {
  std::size_t left = 0;
  for (const Batch& batch : batches_of(study, plan)) left += batch.tasks.size();
  if (left == 0) return Outcome::done;
  std::fprintf(stderr, "%s not run, as '%s' was ended before; to continue, submit again\n", counted(left, "task").c_str(), request.engine.c_str());
  return Outcome::stopped;
}

}  // namespace

Outcome submit_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const Queues queues = builtin_queues();
  Input none = Input::describing();
  const std::unique_ptr<Queue> queue = queues.at(request.engine, "--engine").make(none);
  const Plan plan = plan_of(study);
  check_nothing_held(study, queues);
  tell_of_failures(request, study, plan);
  if (batches_of(study, plan).empty()) {
    print(std::string("nothing to submit: every task has a shard, has failed, or waits for one that has\n"));
    return Outcome::done;
  }
  write_plan(study, plan);
  const Submission submission = submission_of(request, study, plan, new_submission(study));
  write_tasks(submission);
  const std::vector<std::string> commands = queue->prepare(submission);
  if (request.dry_run) {
    for (const std::string& command : commands) print(command + "\n");
    print(fmt::format("prepared in {}; nothing was handed over\n", submission.place.string()));
    return Outcome::done;
  }
  std::vector<Job> jobs;
  const std::atomic<bool>& stop = stop_on_signal();
  const Runners announced(study.folder);  // so that `cancel` reaches us too
  try {
    jobs = queue->submit(submission, stop, [&](const std::vector<Job>& all) { record_jobs(submission.place, all); });
  } catch (const Interrupted&) {
    std::fprintf(stderr, "told to stop; nothing finished is lost. To continue, submit again\n");
    return Outcome::stopped;
  }
  for (const Job& job : jobs) print(fmt::format("{}: {} job {}\n", job.stage, job.queue, job.id));
  return jobs.empty() ? outcome_of_foreground(request, study, plan) : Outcome::done;
}

void cancel_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const std::vector<Runner> runners = other_runners(study.folder);
  for (const Runner& runner : runners) {
    const bool told = runner.here() && ::kill(static_cast<pid_t>(runner.process), SIGTERM) == 0;
    if (told)
      print(fmt::format("told process {} to stop\n", runner.process));
    else
      print(fmt::format("process {} of host {}, last heard of at {}, has to be stopped there\n", runner.process, runner.host, runner.time));
  }
  const Queues queues = builtin_queues();
  Input none = Input::describing();
  const std::vector<Job> jobs = jobs_held(study, queues);
  for (const Job& job : jobs) {
    queues.at(job.queue, "submission").make(none)->cancel({job});
    print(fmt::format("took job {} of stage '{}' back from {}\n", job.id, job.stage, job.queue));
  }
  check_jobs_known(study);
  if (runners.empty() && jobs.empty()) print(std::string("nothing to cancel: nobody is at work on this study, and no queue holds jobs of it\n"));
}

}  // namespace glasscape
