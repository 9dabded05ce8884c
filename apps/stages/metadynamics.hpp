// Well-tempered metadynamics as a stage: temperatures x groups of atoms x independent samplings, one task each, in that order:
// more samplings keep the tasks of fewer.
#pragma once

#include "apps/stages/sampled_groups.hpp"
#include "samplers/metadynamics.hpp"
#include "samplers/saddle_search.hpp"

namespace glasscape {

class MetadynamicsStage final : public Stage {
 public:
  static constexpr Plugin about{.name = "metadynamics", .summary = "free energy along a collective variable and escape of a group of atoms, by well-tempered metadynamics", .version = 3};
  struct Options {
    std::vector<double> temperatures;   // K
    std::int64_t samplings = 1;         // of each group at each temperature
    SampledGroups groups;
    std::shared_ptr<const VariableDefinition> variable;
    Metadynamics run;                   // its temperature is that of the task
    double soft_radius = 5.0;           // Angstrom: of the saddle search behind an escape
    SaddleSearch saddle;
  };
  static Options read(Input& in, const std::shared_ptr<const Variables>& variables);
  explicit MetadynamicsStage(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override;
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return options_.groups.events() > 0 ? StartsFrom::events : StartsFrom::basin; }
  Finds finds() const override { return Finds::escapes; }
  std::int64_t events() const override { return options_.groups.events(); }
  bool takes(const SaddleFound& saddle, const BasinFound& start) const override { return options_.groups.takes(saddle, start); }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override;
  void check_start(const Species& start, const Input& in) const override { options_.groups.check_start(start, in); }

 private:
  /// Which of its three counts a task is.
  struct Place {
    std::size_t temperature;
    std::int64_t group, sampling;
  };
  Place place_of(std::int64_t task) const;
  Events sampled(std::int64_t task, TaskContext& context) const;
  SamplingStart start_of(const Place& place, const SampledGroup& group, const TaskContext& context) const;
  /// Facts; `from` names the inherent structure before the escape, `first` will be the number of the first of them.
  Events saddles_behind(const EscapeSought& escape, EventRef from, std::int64_t first, const MetadynamicsRun& run, const TaskContext& context) const;

  Options options_;
};

}  // namespace glasscape
