// A sampler as a stage: its steps, some to a task, each from its own random stream.
#pragma once

#include "apps/stage.hpp"
#include "samplers/sampler.hpp"

namespace glasscape {

class Sampling final : public Stage {
 public:
  Sampling(std::shared_ptr<Sampler> sampler, std::int64_t steps_per_task) : sampler_(std::move(sampler)), steps_per_task_(steps_per_task) {}

  std::int64_t tasks() const override { return (sampler_->steps() + steps_per_task_ - 1) / steps_per_task_; }
  Events run(std::int64_t task, TaskContext& context) const override;
  bool needs_start() const override { return true; }
  std::string describe_task(std::int64_t task) const override;

 private:
  std::int64_t end_of(std::int64_t task) const { return std::min(sampler_->steps(), (task + 1) * steps_per_task_); }

  std::shared_ptr<Sampler> sampler_;
  std::int64_t steps_per_task_;
};

}  // namespace glasscape
