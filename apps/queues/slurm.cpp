// Slurm: a stage is a job array whose elements run some tasks each, and depends on the arrays of the stages that it needs. Two minutes before
// its time limit an element is warned, leaves checkpoints, and puts itself back into the queue; no configuration of the cluster is asked for.
// sbatch(1), scontrol(1) of Slurm 22.05.
#include "apps/queues/slurm.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "apps/child_process.hpp"
#include "apps/runners.hpp"
#include "apps/stage.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// A program of Slurm ended without a word on whether it has done what it was asked for.
class NoAnswer : public Error {
  using Error::Error;
};

/// What a program of Slurm printed. Throws Error with it when the program failed, NoAnswer when something ended it.
std::string answer_of(const std::vector<std::string>& words) {
  const ChildEnded ended = output_of(words);
  if (ended.code > 128) throw NoAnswer("`{}` was ended by signal {} before it had answered; it printed: {}", command_text(words), ended.code - 128, trimmed(ended.text));
  if (ended.code != 0) throw Error("`{}` failed: {}", command_text(words), trimmed(ended.text));
  return ended.text;
}

/// An array has less elements than this.
std::size_t most_elements() {
  const std::string config = answer_of({"scontrol", "show", "config"});
  for (const std::string_view line : split(config, '\n')) {
    const auto fields = words(line);
    if (fields.size() == 3 && fields[0] == "MaxArraySize")
      if (const auto size = to_integer(fields[2]); size && *size > 0) return static_cast<std::size_t>(*size);
  }
  throw Error("`scontrol show config` names no MaxArraySize above 0: this cluster takes no job arrays");
}

std::size_t tasks_per_job(const Submission& submission, const Batch& batch, std::size_t most) {
  const std::size_t fewest = (batch.tasks.size() + most - 1) / most;
  return std::max(fewest, static_cast<std::size_t>(submission.tasks_per_job));
}

std::filesystem::path script_of(const Submission& submission, const Batch& batch) { return submission.place / (batch.stage + ".sh"); }

/// Stands there once the submission was taken back: what of it is still at work does not go back into the queue.
std::filesystem::path cancelled_mark(const std::filesystem::path& place) { return place / "cancelled"; }

std::string script_text(const Submission& submission, const Batch& batch, std::size_t per_job) {
  return fmt::format(R"(#!/bin/bash
# The tasks of stage '{stage}', {per_job} to an element. Warned by USR1 it leaves checkpoints and goes back into the queue.
first=$((SLURM_ARRAY_TASK_ID * {per_job} + 1))
tasks=$(sed -n "$first,$((first + {per_job} - 1))p" {tasks}) && [ "$tasks" ] || {{ echo "no tasks from line $first on in" {tasks}; exit 66; }}
export {job_variable}="{job}"
{run} --threads "$SLURM_CPUS_PER_TASK" --quiet --stdin < <(echo "$tasks") &
run=$!
trap 'warned=yes; kill -USR1 $run' USR1
trap 'kill -TERM $run' TERM
while kill -0 $run 2>/dev/null; do wait $run; done  # a signal ends a wait before its time
wait $run
code=$?
still_ours() {{ [ ! -e {cancelled} ] && scontrol show job "$SLURM_JOB_ID" | grep -q JobState=RUNNING; }}  # what was cancelled meanwhile would come back
stopped() {{ [ $code = 75 ] || [ $code = 138 ]; }}  # 138: by USR1 itself, before the program had begun to listen
if [ "$warned" ] && stopped && still_ours; then scontrol requeue "$SLURM_JOB_ID" && sleep 60; fi
exit $code
)",
                     fmt::arg("stage", batch.stage), fmt::arg("per_job", per_job), fmt::arg("run", command_text(submission.run)), fmt::arg("job_variable", job_variable), fmt::arg("job", job_name(std::string(Slurm::about.name), "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}")), fmt::arg("cancelled", quoted(cancelled_mark(submission.place))), fmt::arg("tasks", quoted(submission.tasks_file(batch))));
}

/// A path for sbatch's --output, where % begins a replacement.
std::string literally(std::string path) {
  for (std::size_t at = 0; (at = path.find('%', at)) != std::string::npos; at += 2) path.insert(at, 1, '%');
  return path;
}

std::vector<std::string> sbatch(const Submission& submission, const Batch& batch, std::size_t elements, const std::vector<std::string>& after) {
  std::vector<std::string> words{"sbatch", "--parsable", "--requeue", "--open-mode=append", "--signal=B:USR1@120", fmt::format("--array=0-{}", elements - 1),
                                 fmt::format("--cpus-per-task={}", submission.threads), fmt::format("--job-name=glasscape-{}", batch.stage),
                                 fmt::format("--output={}/{}-%a.out", literally(submission.place.string()), batch.stage)};
  if (!after.empty()) {
    words.push_back(fmt::format("--dependency=afterok:{}", fmt::join(after, ":")));
    words.push_back("--kill-on-invalid-dep=yes");
  }
  words.insert(words.end(), submission.options.begin(), submission.options.end());
  words.push_back(script_of(submission, batch).string());
  return words;
}

/// Among what `sbatch --parsable` printed, warnings as well, the line "JOB" or "JOB;CLUSTER".
std::string job_of(const std::string& answer) {
  for (const std::string_view line : split(answer, '\n')) {
    const std::string_view job = trimmed(line.substr(0, line.find(';')));
    if (!job.empty() && std::all_of(job.begin(), job.end(), [](unsigned char c) { return std::isdigit(c); })) return std::string(job);
  }
  throw NoAnswer("sbatch named no job; it printed: {}; look with `squeue` whether Slurm took one", trimmed(answer));
}

/// Adds a job, recorded as one without an id before sbatch is asked for it and with its id once that has answered.
void hand_over(const std::vector<std::string>& sbatch, Job job, std::vector<Job>& jobs, const std::function<void(const std::vector<Job>&)>& record) {
  jobs.push_back(std::move(job));
  record(jobs);
  try {
    jobs.back().id = job_of(answer_of(sbatch));
  } catch (const NoAnswer&) {
    throw;  // there may be one: that stays recorded
  } catch (const Error&) {
    jobs.pop_back();
    try {
      record(jobs);
    } catch (const WriteError&) {  // the error of sbatch is the one to tell; the record then says that there may be a job
    }
    throw;
  }
  record(jobs);
}

/// What goes wrong in taking jobs back, to end a message with; or "".
std::string left_behind(const Queue& queue, const std::vector<Job>& jobs) {
  try {
    queue.cancel(jobs);
    return "";
  } catch (const WriteError& error) {
    return fmt::format("; {}", error.what());
  } catch (const Error& error) {
    std::string ids;
    for (const Job& job : jobs) ids += (job.id.empty() ? "" : " ") + job.id;
    return fmt::format("; and what was handed over is not taken back: {}; `scancel{}` tries again", error.what(), ids);
  }
}

/// The error that is being handled, of its own class, with more said.
[[noreturn]] void throw_with(const std::string& more) {
  try {
    throw;
  } catch (const Interrupted&) {
    throw Error("told to stop{}", more);
  } catch (const WriteError& error) {
    throw WriteError("{}{}", error.what(), more);
  } catch (const NotFound& error) {
    throw NotFound("{}{}", error.what(), more);
  } catch (const std::exception& error) {
    throw Error("{}{}", error.what(), more);
  }
}

std::size_t elements_of(const Batch& batch, std::size_t per_job) { return (batch.tasks.size() + per_job - 1) / per_job; }

}  // namespace

std::vector<std::string> Slurm::prepare(const Submission& submission) const {
  const std::size_t most = most_elements();
  std::vector<std::string> commands;
  for (const Batch& batch : submission.batches) {
    const std::size_t per_job = tasks_per_job(submission, batch, most);
    write_text_file(script_of(submission, batch).string(), script_text(submission, batch, per_job));
    std::vector<std::string> after;
    for (const std::string& needed : batch.needs) after.push_back(fmt::format("JOB_OF_{}", needed));
    commands.push_back(command_text(sbatch(submission, batch, elements_of(batch, per_job), after)));
  }
  return commands;
}

std::vector<Job> Slurm::submit(const Submission& submission, const std::atomic<bool>& stop, const std::function<void(const std::vector<Job>&)>& record) const {
  const std::size_t most = most_elements();
  std::vector<Job> jobs;
  const auto check_stop = [&] {
    if (stop) throw Interrupted{};
  };
  try {
    for (const Batch& batch : submission.batches) {
      check_stop();
      std::vector<std::string> after;
      for (const Job& job : jobs)
        if (std::find(batch.needs.begin(), batch.needs.end(), job.stage) != batch.needs.end()) after.push_back(job.id);
      hand_over(sbatch(submission, batch, elements_of(batch, tasks_per_job(submission, batch, most)), after), {"slurm", "", batch.stage, submission.place}, jobs, record);
    }
    check_stop();
  } catch (...) {  // a half of a study would wait for nothing
    if (const std::string more = left_behind(*this, jobs); !more.empty()) throw_with(more);
    throw;
  }
  return jobs;
}

std::vector<Job> Slurm::held(const std::vector<Job>& jobs) const {
  const std::string known = answer_of({"squeue", "--noheader", "--format=%A %F", "--me"});
  std::vector<Job> held;
  for (const Job& job : jobs)
    for (const std::string_view line : split(known, '\n'))
      if (const auto ids = words(line); std::find(ids.begin(), ids.end(), job.id) != ids.end()) {
        held.push_back(job);
        break;
      }
  return held;
}

void Slurm::cancel(const std::vector<Job>& jobs) const {
  std::vector<std::string> words{"scancel"};
  std::string unmarked;
  for (const Job& job : jobs) {
    try {
      write_text_file(cancelled_mark(job.place).string(), "");
    } catch (const WriteError& error) {
      unmarked = error.what();
    }
    if (!job.id.empty()) words.push_back(job.id);
  }
  if (words.size() > 1) answer_of(words);
  if (!unmarked.empty()) throw WriteError("{}: what that would mark was taken back all the same, but an element that was warned at this moment may go back into the queue: look with `squeue`", unmarked);
}

}  // namespace glasscape
