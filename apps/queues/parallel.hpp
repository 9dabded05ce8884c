// GNU parallel as a queue of tasks: in the foreground, stage after stage, on this host or over ssh on others that see the run folder;
// see parallel.cpp.
#pragma once

#include "apps/queue.hpp"
#include "md/support/input.hpp"

namespace glasscape {

class Parallel final : public Queue {
 public:
  static constexpr Plugin about{.name = "parallel", .summary = "GNU parallel, also over ssh; options after -- go to parallel"};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit Parallel(Options = {}) {}

  std::vector<std::string> prepare(const Submission& submission) const override;
  std::vector<Job> submit(const Submission& submission, const std::atomic<bool>& stop, const std::function<void(const std::vector<Job>&)>& record) const override;
  std::vector<Job> held(const std::vector<Job>&) const override { return {}; }
  void cancel(const std::vector<Job>&) const override {}
};

}  // namespace glasscape
