// Well-tempered metadynamics as a stage: temperatures x centres x independent samplings, one task each.
#pragma once

#include "apps/stage.hpp"
#include "samplers/metadynamics.hpp"
#include "samplers/saddle_search.hpp"

namespace glasscape {

class MetadynamicsStage final : public Stage {
 public:
  static constexpr Plugin about{"metadynamics", "free energy along a collective variable and escape of a group of atoms, by well-tempered metadynamics"};
  struct Options {
    std::vector<double> temperatures;   // K
    std::int64_t samplings = 1;         // of each centre at each temperature
    std::string around;                 // element of the centres, or "all"
    std::int64_t centres = 1;           // how many, drawn without repeats
    std::vector<long long> chosen;      // centres, from 0; empty: drawn
    double radius = 4.0;                // Angstrom: the group lies within it
    std::vector<long long> atoms;       // the group itself; empty: by centre and radius
    std::shared_ptr<const VariableDefinition> variable;
    Metadynamics run;                   // its temperature is that of the task
    double soft_radius = 5.0;           // Angstrom: of the saddle search behind an escape
    SaddleSearch saddle;
  };
  static Options read(Input& in, const std::shared_ptr<const Variables>& variables);
  explicit MetadynamicsStage(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override;
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::basin; }
  Finds finds() const override { return Finds::escapes; }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override;
  void check_start(const Species& start, const Input& in) const override;

 private:
  /// Which of its three counts a task is.
  struct Place {
    std::size_t temperature, centre;
    std::int64_t sampling;
  };
  Place place_of(std::int64_t task) const;
  std::int64_t centre_count() const;
  /// Of the task: -1 for a group that is named atom by atom.
  Eigen::Index centre_of(const Place& place, const TaskContext& context) const;
  SamplingStart start_of(const Place& place, const TaskContext& context) const;
  Event saddle_of(const EscapeSought& escape, const EventRef& before, const MetadynamicsRun& run, const TaskContext& context) const;

  Options options_;
};

}  // namespace glasscape
