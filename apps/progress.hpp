// Progress on stderr: one moving line on a terminal, one line per stage elsewhere. And the stop signal.
#pragma once

#include <chrono>
#include <optional>

#include "apps/runner.hpp"

namespace glasscape {

class Progress final : public Watcher {
 public:
  explicit Progress(bool quiet);
  void stage_begins(const StudyStage& stage, std::int64_t missing, std::int64_t tasks) override;
  void task_ends(const StudyStage& stage, std::int64_t finished, std::int64_t missing) override;
  void task_moves(const StudyStage& stage, double part) override;
  void task_fails(const StudyStage& stage, const Failure& failure) override;
  void others_work(const StudyStage& stage, std::int64_t tasks) override;
  void stage_ends(const StudyStage& stage) override;

 private:
  void show(const StudyStage& stage, double part, const std::string& what);

  bool quiet_, terminal_;
  double share_ = 1.0;              // of the stage's work that is to be done
  std::optional<double> part_before_;  // of a task that goes on from a checkpoint
  std::int64_t others_ = 0;            // tasks that others were last said to be at
  std::chrono::steady_clock::time_point begin_, shown_;
};

/// "art: 12 of 60 tasks, 1.4 searches/s, 3 min left": work done and left after so many seconds.
std::string progress_text(const std::string& stage, const std::string& what, const Work& done, double left, double seconds);

/// Set by SIGINT, SIGTERM, SIGUSR1 and SIGHUP from now on, unless the program was started to ignore them: tasks in flight end or leave a
/// checkpoint. A second SIGINT ends the program.
const std::atomic<bool>& stop_on_signal();

/// As well, and the program ends as one that was stopped some seconds after such a signal, whatever is being computed: what is on disk is
/// sound at any moment, and a queue that has asked us to stop will not wait for one search in a large glass.
const std::atomic<bool>& end_soon_on_signal();

}  // namespace glasscape
