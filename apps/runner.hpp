// Runs what a study lacks: every task without a shard, stage by stage, several tasks at once. Killing it at any time
// loses at most the tasks in flight; running it again completes the study to the same facts. Any number of runners may be at
// work on one study, on any hosts that see its folder: they share the tasks among them.
#pragma once

#include <atomic>
#include <optional>

#include "apps/failures.hpp"
#include "apps/study.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// How far a stage is.
struct StageStatus {
  std::string name, type;
  std::int64_t tasks = 0, done = 0, failed = 0;
  std::string waits_for;  // the stage that it needs and that is not complete, or ""
};

std::vector<StageStatus> status(const Study& study, const Store& store);

/// Told how a run goes; all calls come from one thread at a time.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void stage_begins(const StudyStage& stage, std::int64_t missing, std::int64_t tasks) = 0;
  virtual void task_ends(const StudyStage& stage, std::int64_t finished, std::int64_t missing) = 0;
  virtual void task_moves(const StudyStage& stage, double part) = 0;
  virtual void task_fails(const StudyStage& stage, const Failure& failure) = 0;
  /// So many tasks are left, and other runners are at all of them.
  virtual void others_work(const StudyStage& stage, std::int64_t tasks) = 0;
  virtual void stage_ends(const StudyStage& stage) = 0;
};

struct RunOptions {
  int threads = 1;
  /// Ids of the tasks to run, in this order within each stage; all of the study without it.
  std::optional<std::vector<std::string>> chosen;
};

/// What became of the tasks that were to run.
struct RunSummary {
  bool stopped = false;                // it was told to stop
  std::vector<std::string> waiting;    // stages that could not begin, as one that they need is not complete
  std::vector<Failure> failed;         // tasks, now or before

  bool complete() const { return !stopped && waiting.empty() && failed.empty(); }
};

/// Throws InputError for a chosen task that the study does not have, and what is no failure of one task: errors of input and output. The
/// other tasks in flight end before.
RunSummary run_study(const Study& study, Store& store, const RunOptions& options, const std::atomic<bool>& stop, Watcher& watcher);

/// So that the task is run again, from its beginning. Throws WriteError.
void forget_failure(const Study& study, const std::string& task);

}  // namespace glasscape
