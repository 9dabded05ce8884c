// The verbs that know of queues: submit hands what a study lacks over to one, cancel takes it back. What was submitted is in
// submissions/NNNN below the run folder, one folder for each time.
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <numeric>
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

/// What is done, and what is not: from the shards and the records of failure alone.
struct Left {
  std::vector<Failure> failed;
  std::set<std::string> behind;  // stages that cannot begin before failed tasks have run again
  std::vector<Batch> batches;    // the tasks that can run, or can once those before them have
  std::size_t tasks() const {
    return std::accumulate(batches.begin(), batches.end(), std::size_t{0}, [](std::size_t sum, const Batch& batch) { return sum + batch.tasks.size(); });
  }
};

std::set<std::string> stages_behind(const std::vector<Failure>& failures, const Study& study, const Plan& plan) {
  std::set<std::string> failed, incomplete, behind;
  for (const Failure& failure : failures) failed.insert(failure.task);
  for (const PlannedTask& task : plan.tasks)
    if (failed.contains(task.id)) incomplete.insert(task.stage);
  for (const StudyStage& stage : study.stages)
    if (incomplete.contains(stage.from) || behind.contains(stage.from)) behind.insert(stage.name);
  return behind;
}

Left left_of(const Study& study, const Plan& plan) {
  const Store store(study.folder);
  const Failures failures(study.folder);
  Left left{.failed = failures_in(plan, store, failures), .behind = {}, .batches = {}};
  left.behind = stages_behind(left.failed, study, plan);
  std::vector<Batch>& batches = left.batches;
  for (const PlannedTask& task : missing(plan, store, failures)) {
    if (left.behind.contains(task.stage)) continue;
    if (batches.empty() || batches.back().stage != task.stage) batches.push_back({task.stage, needs_of(study, *study.find(task.stage), batches), {}});
    batches.back().tasks.push_back(task.id);
  }
  return left;
}

Submission submission_of(const Request& request, const Study& study, const Plan& plan, std::vector<Batch> batches, const fs::path& place) {
  return {.run = {own_path(), "run", fs::absolute(request.study).string(), "--folder", fs::absolute(study.folder).string(), "--plan", plan.id},
          .place = fs::absolute(place),
          .batches = std::move(batches),
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

void tell_of_failures(const Request& request, const Left& left) {
  for (const std::string& stage : left.behind)
    std::fprintf(stderr, "stage '%s' waits for tasks that have failed: `glasscape retry %s%s --failed` runs them again\n", stage.c_str(), request.study.c_str(), folder_option(request).c_str());
}

/// Where nothing is with a queue: as `glasscape run` would end. A queue in the foreground may have been ended by others without a word, and
/// one that was told to stop may have done all before it heard of that.
Outcome outcome_of(const Request& request, const Study& study, const Plan& plan, bool told_to_stop) {
  const Left left = left_of(study, plan);
  if (left.tasks() > 0) {
    const std::string why = told_to_stop ? "it was told to stop" : fmt::format("'{}' was ended before", request.engine);
    std::fprintf(stderr, "%s not run, as %s; nothing finished is lost. To continue, submit again\n", counted(left.tasks(), "task").c_str(), why.c_str());
    return Outcome::stopped;
  }
  if (!left.failed.empty()) throw tasks_have_failed(request, study, left.failed);
  return Outcome::done;
}

Outcome hand_over(const Queue& queue, const Submission& submission, const Request& request, const Study& study, const Plan& plan) {
  const std::atomic<bool>& stop = stop_on_signal();
  const Runners announced(study.folder);  // so that `cancel` reaches us too
  std::vector<Job> jobs;
  try {
    jobs = queue.submit(submission, stop, [&](const std::vector<Job>& all) { record_jobs(submission.place, all); });
  } catch (const Interrupted&) {
    return outcome_of(request, study, plan, true);
  }
  for (const Job& job : jobs) print(fmt::format("{}: {} job {}\n", job.stage, job.queue, job.id));
  return jobs.empty() ? outcome_of(request, study, plan, false) : Outcome::done;
}

}  // namespace

Outcome submit_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const Queues queues = builtin_queues();
  Input none = Input::describing();
  const std::unique_ptr<Queue> queue = queues.at(request.engine, "--engine").make(none);
  const Plan plan = plan_of(study);
  check_nothing_held(study, queues);
  Left left = left_of(study, plan);
  tell_of_failures(request, left);
  if (left.batches.empty()) {
    print(std::string("nothing to submit: every task has a shard, has failed, or waits for one that has\n"));
    return outcome_of(request, study, plan, false);
  }
  write_plan(study, plan);
  const Submission submission = submission_of(request, study, plan, std::move(left.batches), new_submission(study));
  write_tasks(submission);
  const std::vector<std::string> commands = queue->prepare(submission);
  if (!request.dry_run) return hand_over(*queue, submission, request, study, plan);
  for (const std::string& command : commands) print(command + "\n");
  print(fmt::format("prepared in {}; nothing was handed over\n", submission.place.string()));
  return Outcome::done;
}

namespace {

/// Tells the runners of this host to stop; the others are left over.
std::vector<Runner> tell_runners(const std::vector<Runner>& runners) {
  std::vector<Runner> elsewhere;
  for (const Runner& runner : runners) {
    if (!runner.here())
      elsewhere.push_back(runner);
    else if (::kill(static_cast<pid_t>(runner.process), SIGTERM) == 0)
      print(fmt::format("told process {} to stop\n", runner.process));
    else if (errno != ESRCH)  // it has ended meanwhile
      print(fmt::format("process {} cannot be told to stop: {}; whoever started it can\n", runner.process, std::strerror(errno)));
  }
  return elsewhere;
}

/// Whether a job was taken back. The first error is kept.
bool take_back(const Queues& queues, const Job& job, std::exception_ptr& error) {
  Input none = Input::describing();
  try {
    queues.at(job.queue, "submission").make(none)->cancel({job});
    return true;
  } catch (const Error& failure) {
    if (!error) error = std::current_exception();
    return dynamic_cast<const WriteError*>(&failure) != nullptr;  // only its mark is missing
  }
}

/// Takes back what queues hold of a study; those that were. All is tried, and the first error kept.
std::vector<Job> take_jobs_back(const Study& study, std::exception_ptr& error) {
  const Queues queues = builtin_queues();
  std::vector<Job> taken;
  try {
    for (const Job& job : jobs_held(study, queues))
      if (take_back(queues, job, error)) taken.push_back(job);
    check_jobs_known(study);
  } catch (const Error&) {
    if (!error) error = std::current_exception();
  }
  return taken;
}

}  // namespace

void cancel_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const std::vector<Runner> runners = other_runners(study.folder), elsewhere = tell_runners(runners);
  std::exception_ptr error;
  const std::vector<Job> jobs = take_jobs_back(study, error);
  for (const Job& job : jobs) print(fmt::format("took job {} of stage '{}' back from {}\n", job.id, job.stage, job.queue));
  for (const Runner& runner : elsewhere)  // but for those that their queue tells
    if (std::none_of(jobs.begin(), jobs.end(), [&](const Job& job) { return runner.job == job_name(job.queue, job.id); }))
      print(fmt::format("process {} of host {}, last heard of at {}, has to be stopped there\n", runner.process, runner.host, runner.time));
  if (error) std::rethrow_exception(error);
  if (runners.empty() && jobs.empty()) print(std::string("nothing to cancel: nobody is at work on this study, and no queue holds jobs of it\n"));
}

}  // namespace glasscape
