// Dynamic mechanical analysis as a stage: temperatures x periods x independent samplings, one task each, in that order: more samplings
// keep the tasks of fewer.
#pragma once

#include "apps/stage.hpp"
#include "samplers/cyclic_shear.hpp"

namespace glasscape {

class CyclicShearStage final : public Stage {
 public:
  static constexpr Plugin about{.name = "cyclic-shear", .summary = "stress of the glass and of each atom under an oscillating shear (dynamic mechanical analysis)", .version = 1};
  struct Options {
    std::vector<double> temperatures;       // K
    std::vector<std::int64_t> periods;      // steps
    std::int64_t samplings = 1;             // at each temperature and period
    CyclicShear run;                        // its temperature and period are those of the task
  };
  static Options read(Input& in);
  explicit CyclicShearStage(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override { return static_cast<std::int64_t>(options_.temperatures.size() * options_.periods.size()) * options_.samplings; }
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::basin; }
  Finds finds() const override { return Finds::response; }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override;
  void check_start(const Species& start, const Input& in) const override;

 private:
  CyclicShear of_task(std::int64_t task) const;
  std::int64_t sampling_of(std::int64_t task) const { return task / static_cast<std::int64_t>(options_.temperatures.size() * options_.periods.size()); }

  Options options_;
};

}  // namespace glasscape
