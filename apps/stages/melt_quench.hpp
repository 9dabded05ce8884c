// A glass from the melt: random atoms, dynamics along a temperature schedule, a quench to the inherent structure.
#pragma once

#include "apps/stage.hpp"
#include "md/dynamics.hpp"
#include "md/minimise.hpp"
#include "md/restart.hpp"

namespace glasscape {

class MeltQuench final : public Stage {
 public:
  static constexpr Plugin about{"melt-quench", "a glass from the melt along a temperature schedule"};

  /// One piece of the schedule: temperature from `begin` to `end` in `time`.
  struct Leg {
    double begin, end;  // K
    double time;        // internal time
    Ensemble ensemble;
  };
  struct Options {
    std::int64_t atoms;
    std::vector<std::pair<std::string, double>> composition;  // element, share
    double volume_per_atom;  // of the random start, Angstrom^3
    std::vector<Leg> schedule;
    Dynamics::Options dynamics;
    std::int64_t record_every;  // steps
    bool mixed;                 // forces of the dynamics in mixed precision
    Minimise minimise;
  };
  static Options read(Input& in);

  struct Progress;  // where a run stands

  explicit MeltQuench(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override { return 1; }
  /// A TraceRecorded of the run and the BasinFound of its inherent structure.
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::nothing; }
  std::string describe_task(std::int64_t task) const override;
  Work work() const override;
  std::optional<KnownAtoms> atoms() const override;

 private:
  Configuration random_positions(const TaskContext& context) const;
  Configuration random_start(Surface& surface, const TaskContext& context) const;
  Dynamics begin_leg(Surface& surface, const Leg& leg, Progress& at, const TaskContext& context) const;
  DynamicsState run_leg(Surface& surface, const Leg& leg, Progress& at, std::int64_t steps, Checkpoints& checkpoints, const TaskContext& context) const;
  Events quenched(Configuration glass, const std::vector<double>& rows, const TaskContext& context) const;
  std::int64_t steps_of(const Leg& leg) const;
  std::int64_t all_steps() const;
  double all_time() const;  // internal time

  Options options_;
};

}  // namespace glasscape
