// Slurm as a queue of tasks; see slurm.cpp.
#pragma once

#include "apps/queue.hpp"
#include "md/support/input.hpp"

namespace glasscape {

class Slurm final : public Queue {
 public:
  static constexpr Plugin about{.name = "slurm", .summary = "job arrays of a Slurm cluster; options after -- go to sbatch"};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit Slurm(Options = {}) {}

  std::vector<std::string> prepare(const Submission& submission) const override;
  std::vector<Job> submit(const Submission& submission, const std::atomic<bool>& stop, const std::function<void(const std::vector<Job>&)>& record) const override;
  std::vector<Job> held(const std::vector<Job>& jobs) const override;
  void cancel(const std::vector<Job>& jobs) const override;
};

}  // namespace glasscape
