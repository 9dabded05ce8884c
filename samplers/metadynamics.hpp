// Well-tempered metadynamics of a group of atoms: dynamics at one temperature under hills of bias along a collective
// variable, until the group has left the basin it began in or its time is over.
//   V(s, t) = sum of the hills deposited so far,   height of a new one h exp(-V(s, t)/(kB dT))
// (Barducci, Bussi and Parrinello, PRL 100, 020603 (2008)). Several walkers share one V and take turns step by step.
// First one walker moves without bias; the inherent structure that it has come to is the basin that the sampling is about
// and the reference of the variable: a young glass leaves the basin it was prepared in before the sampling begins.
// Where a walker is, is decided by the inherent structure below it, quenched without bias on a stride: the group has
// escaped once an atom of it is displaced there by more than a threshold. What other atoms do is recorded, and is no
// escape. eV, Angstrom, K; internal time.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "landscape/event.hpp"
#include "landscape/hills.hpp"
#include "landscape/same_basin.hpp"
#include "md/restart.hpp"
#include "samplers/collective_variable.hpp"

namespace glasscape {

struct Metadynamics {
  double temperature = 300;                   // K
  double timestep = 2.0 / units::time_fs;
  double damping = 1000.0 / units::time_fs;   // 1 / friction of the Langevin bath
  std::int64_t equilibration = 2500;          // steps without bias, of which nothing but the end is kept
  std::int64_t steps = 500'000;               // of each walker after that, at most
  double height = 0.01;                       // of the first hill, eV
  double width = 0.1;                         // of every hill, unit of the variable
  std::int64_t stride = 1000;                 // steps between two hills of a walker
  double bias_temperature = 2700;             // dT, K; 0: hills keep their height
  int walkers = 1;
  std::int64_t record_every = 100;            // steps between rows of the trace
  std::int64_t quench_every = 2500;           // steps between quenches
  double moved = 0.5;                         // Angstrom: an atom of the group displaced further has escaped
  bool until_escape = true;                   // ends with the first escape
  std::optional<double> wall;                 // beyond it the energy gains stiffness/2 (s - wall)^2, which is no bias
  double wall_stiffness = 10;                 // eV per unit of the variable squared
  bool mixed = false;                         // forces of the dynamics in mixed precision; quenches are in double
};

/// The sum of hills, and a wall, as a field of dynamics.
class Bias final : public Field {
 public:
  struct Last {
    double value = 0, energy = 0;  // s, and V there without the wall
    double inverse_mass = 0;       // sum |ds/dx_i|^2 / m_i, 1/u
  };
  /// `hills` must outlive it and may grow. Without a variable there is no bias.
  Bias(std::shared_ptr<const CollectiveVariable> variable, const HillSum& hills, const Species& species, const Metadynamics& options);

  void add(const Positions& x, const Cell& cell, Evaluation& out) override;
  /// Where it was asked last.
  const Last& last() const { return last_; }

 private:
  std::shared_ptr<const CollectiveVariable> variable_;
  const HillSum& hills_;
  Eigen::RowVectorXd masses_;  // of the group
  std::optional<double> wall_;
  double wall_stiffness_;
  Last last_;
};

/// What a sampling begins with.
struct SamplingStart {
  std::shared_ptr<const Potential> potential;
  BasinFound basin;
  EventRef of;                // its name
  std::string task;           // the name that the facts of the sampling will go by
  std::int64_t centre = -1;
  double radius = 0;          // Angstrom: the group lies within it around the centre; 0: it is named otherwise
  EventRef event;             // that moved the group, or of no task
  std::optional<Positions> displacement;  // of the event, from its start to its end, 3 x atoms
  /// The variable about a reference. May throw InputError.
  std::function<std::shared_ptr<const CollectiveVariable>(const Configuration& reference)> bind;
  SameBasin same = {};        // when two inherent structures are one
  std::uint64_t seed = 1, stream = 0;
  int threads = 1;
};

/// One sampling: constants, state and step.
class MetadynamicsRun {
 public:
  /// At its beginning, or where a checkpoint was made. Throws InputError when a start of the variable is no number, and
  /// FormatError for a checkpoint of something else.
  MetadynamicsRun(SamplingStart start, const Metadynamics& options, const Restart* checkpoint = nullptr);
  ~MetadynamicsRun();

  /// One step of every walker, and what is due after it. Throws Error when the dynamics breaks down.
  void step();
  bool ended() const;
  /// How much of its longest time is over, 0 to 1.
  double part() const;
  /// With an equal checkpoint a run continues bit for bit.
  Restart checkpoint() const;
  /// Nothing before the end of the equilibration. Then: the BasinFound of the sampling unless it is the one that was given;
  /// HillsDeposited; traces "collective-variable" and "inherent-structures"; EscapeSought; a BasinFound for each inherent
  /// structure met besides, up to `most_basins`; after an escape, last, that of the structure before it.
  Events events() const;
  /// Before the end of the equilibration the basin that was given.
  const BasinFound& basin() const { return basins_.front(); }
  /// Null before the end of the equilibration.
  const CollectiveVariable* variable() const { return variable_.get(); }

  static constexpr std::size_t most_basins = 20;

 private:
  struct Walker;
  struct Structure;

  void resume(const Restart& checkpoint);
  void settle();
  void bind_to(const Configuration& reference);
  template <typename Start>
  void add_walker(Start start, const std::string& name);
  BasinFound quenched(const Positions& x, double fmax);
  std::vector<BasinFound> basins_of(const std::vector<double>& numbers) const;
  HillsDeposited hills_deposited(const EventRef& of) const;
  EscapeSought escape_sought(const EventRef& of) const;
  void accumulate_boost();
  void deposit();
  void record();
  void quench();
  Structure inherent_structure(const Walker& walker);
  Positions displacements(const Configuration& reference, const Positions& x) const;
  double time(std::int64_t steps) const { return static_cast<double>(steps) * options_.timestep * units::time_ps; }

  SamplingStart start_;
  Metadynamics options_;
  std::shared_ptr<const Species> species_;
  std::shared_ptr<const CollectiveVariable> variable_;  // from the end of the equilibration on
  HillSum hills_;
  Surface quenching_;
  std::vector<std::unique_ptr<Walker>> walkers_;
  std::int64_t equilibrated_ = 0, done_ = 0;  // steps of each walker
  HillsDeposited deposited_;
  std::vector<double> rows_, structures_;     // of the traces
  std::vector<BasinFound> basins_;            // met, the one of the sampling first
  bool moved_on_ = false;                     // that one is not the one that was given
  std::vector<BasinFound> inside_;            // of each walker: where the last quench inside found it
  std::optional<BasinFound> end_;             // where the escape led
  double boost_scale_ = 0, boost_ = 0;        // sum of exp(V/kT) over all steps: boost * exp(boost_scale)
  EscapeSought escape_;
  std::int64_t calls_ = 0;
};

}  // namespace glasscape
