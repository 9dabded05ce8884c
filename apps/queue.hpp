// Who else can run the tasks of a study: a batch system, or a program that spreads commands over hosts. An adapter is thin: what it
// hands over are commands `glasscape run STUDY ... --plan PLAN` with the ids of tasks, which any number of hosts may run in any order and twice.
// What is done is known from the shards alone; a queue is asked only for what it still holds.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "md/support/registry.hpp"

namespace glasscape {

/// The missing tasks of one stage.
struct Batch {
  std::string stage;
  std::vector<std::string> needs;  // the stages among the batches that must be complete before
  std::vector<std::string> tasks;
};

/// What is handed over.
struct Submission {
  std::vector<std::string> run;      // program and arguments that run this study with its plan, all paths absolute; the choice of tasks follows
  std::filesystem::path place;       // folder for what the queue wants and leaves behind; there
  std::vector<Batch> batches;        // in the order of the stages
  int threads = 1;                   // of each run
  int tasks_per_job = 0;             // 0: as few as the queue allows
  std::vector<std::string> options;  // for the queue's own command, as they were given

  /// The ids of a batch, one a line.
  std::filesystem::path tasks_file(const Batch& batch) const { return place / (batch.stage + ".tasks"); }
};

/// A job that a queue has taken, or without an id one that it may have taken.
struct Job {
  std::string queue, id, stage;
  std::filesystem::path place;  // of its submission
};

class Queue {
 public:
  virtual ~Queue() = default;
  /// Writes what the queue needs into the place; the commands that hand it over, one a line, for people to read.
  virtual std::vector<std::string> prepare(const Submission& submission) const = 0;
  /// Hands over what was prepared; the jobs that the queue has now. A queue that works in the foreground returns when all is done that can be, and
  /// has no jobs. Before each one is handed over `record` is given those so far and this one without an id, and all of them again once it has one:
  /// whatever ends us meanwhile, no job is there that nobody knows of. Throws Interrupted once `stop` is set, and then as with any error
  /// what was handed over is taken back.
  virtual std::vector<Job> submit(const Submission& submission, const std::atomic<bool>& stop, const std::function<void(const std::vector<Job>&)>& record) const = 0;
  /// Of these jobs those that it has not done with. Throws when it cannot be asked.
  virtual std::vector<Job> held(const std::vector<Job>& jobs) const = 0;
  /// Takes those with an id back, and marks their submissions so. Throws WriteError when only that failed.
  virtual void cancel(const std::vector<Job>& jobs) const = 0;
};

using Queues = Registry<Queue>;

/// In alphabetical order.
Queues builtin_queues();

}  // namespace glasscape
