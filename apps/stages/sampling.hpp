// A sampler as a stage: its steps, some to a task, each from its own random stream.
#pragma once

#include <algorithm>

#include "apps/stage.hpp"
#include "samplers/sampler.hpp"

namespace glasscape {

/// Steps are numbered from 0; task k has `steps_per_task` of them from k * steps_per_task on.
class Sampling final : public Stage {
 public:
  Sampling(std::shared_ptr<Sampler> sampler, std::int64_t steps_per_task) : sampler_(std::move(sampler)), steps_per_task_(steps_per_task) {}

  std::int64_t tasks() const override { return sampler_->steps() / steps_per_task_ + (sampler_->steps() % steps_per_task_ != 0); }
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::basin; }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override { return {static_cast<double>(sampler_->steps()), sampler_->unit()}; }
  void check_start(const Species& start, const Input& in) const override { sampler_->check_start(start, in); }
  std::vector<std::string> caveats() const override { return sampler_->caveats(); }

 private:
  std::int64_t first_of(std::int64_t task) const { return task * steps_per_task_; }
  std::int64_t end_of(std::int64_t task) const {
    return first_of(task) + std::min(sampler_->steps() - first_of(task), steps_per_task_);
  }

  std::shared_ptr<Sampler> sampler_;
  std::int64_t steps_per_task_;
};

}  // namespace glasscape
