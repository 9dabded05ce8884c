// A sampler as a stage: its steps, some to a task, each from its own random stream.
#pragma once

#include <algorithm>
#include <optional>

#include "apps/stage.hpp"
#include "samplers/sampler.hpp"

namespace glasscape {

/// From one basin, or from as many as `basins` says: then task k is about basin k / (tasks of a basin), and does nothing when
/// there are not so many. The steps from a basin are numbered from 0; a task has `steps_per_task` of them.
class Sampling final : public Stage {
 public:
  Sampling(std::shared_ptr<Sampler> sampler, std::int64_t steps_per_task, std::optional<std::int64_t> basins)
      : sampler_(std::move(sampler)), steps_per_task_(steps_per_task), basins_(basins) {}

  std::int64_t tasks() const override { return product_of({basins(), tasks_of_basin()}); }
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return basins_ ? StartsFrom::basins : StartsFrom::basin; }
  std::int64_t basins() const override { return basins_.value_or(1); }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override { return {static_cast<double>(basins()) * static_cast<double>(sampler_->steps()), sampler_->unit()}; }
  void check_start(const Species& start, const Input& in) const override { sampler_->check_start(start, in); }

 private:
  std::int64_t tasks_of_basin() const { return sampler_->steps() / steps_per_task_ + (sampler_->steps() % steps_per_task_ != 0); }
  std::int64_t basin_of(std::int64_t task) const { return task / tasks_of_basin(); }
  std::int64_t first_of(std::int64_t task) const { return task % tasks_of_basin() * steps_per_task_; }
  std::int64_t end_of(std::int64_t task) const {
    return first_of(task) + std::min(sampler_->steps() - first_of(task), steps_per_task_);
  }

  std::shared_ptr<Sampler> sampler_;
  std::int64_t steps_per_task_;
  std::optional<std::int64_t> basins_;  // nothing: one, which a stage prepared
};

}  // namespace glasscape
