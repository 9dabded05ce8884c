// Runs what a study lacks: every task without a shard, stage by stage, several tasks at once. Killing it at any time
// loses at most the tasks in flight; running it again completes the study to the same facts.
#pragma once

#include <atomic>

#include "apps/study.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// How far a stage is.
struct StageStatus {
  std::string name, type;
  std::int64_t tasks = 0, done = 0;
};

std::vector<StageStatus> status(const Study& study, const Store& store);

/// Told how a run goes; all calls come from one thread at a time.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void stage_begins(const StudyStage& stage, std::int64_t missing, std::int64_t tasks) = 0;
  virtual void task_ends(const StudyStage& stage, std::int64_t finished, std::int64_t missing) = 0;
  virtual void task_moves(const StudyStage& stage, double part) = 0;
  virtual void stage_ends(const StudyStage& stage) = 0;
};

/// True when the study is complete, false when it was told to stop. Throws what a task throws, after the others ended.
bool run_study(const Study& study, Store& store, int threads, const std::atomic<bool>& stop, Watcher& watcher);

}  // namespace glasscape
