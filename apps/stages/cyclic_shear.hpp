// Dynamic mechanical analysis as a stage: temperatures x periods x amplitudes x independent samplings, one task each, in that order: more
// samplings keep the tasks of fewer.
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
    std::vector<double> amplitudes;
    std::int64_t samplings = 1;             // of each of these
    CyclicShear run;                        // its temperature, period and amplitude are those of the task
  };
  static Options read(Input& in);
  explicit CyclicShearStage(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override { return product_of({different(), options_.samplings}); }
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::basin; }
  Finds finds() const override { return Finds::response; }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override;
  void check_start(const Species& start, const Input& in) const override;

 private:
  CyclicShear of_task(std::int64_t task) const;
  /// Tasks of one sampling.
  std::int64_t different() const { return product_of({std::ssize(options_.temperatures), std::ssize(options_.periods), std::ssize(options_.amplitudes)}); }

  Options options_;
};

}  // namespace glasscape
