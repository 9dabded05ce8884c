// A glass whose cell is sheared to and fro at a temperature, and what the stress of each atom answers: dynamic mechanical analysis.
//   equilibrate   at the temperature and pressure, with a barostat; the cell is then given its mean edges of the second half
//   shear         at that cell, cycle after cycle; a LockIn sums the stresses of all atoms while they are made, so that no trajectory
//                 is kept; every cycle is a fact
// Stresses are extensive, stress times volume, positive in tension, virial and kinetic part, and sum to the system's. Runs like
// MetadynamicsRun. Units of the options: internal time, eV, Angstrom, K.
#pragma once

#include "landscape/event.hpp"
#include "md/dynamics.hpp"
#include "md/restart.hpp"
#include "samplers/lock_in.hpp"

namespace glasscape {

struct CyclicShear {
  double temperature = 300.0;
  Ensemble thermostat = Ensemble::nvt;     // or langevin
  double timestep = 2.0 / units::time_fs;  // the period is a whole number of them
  double damping = 100.0 / units::time_fs;
  double pressure = 0.0;                   // eV/Angstrom^3, of the equilibration
  std::int64_t equilibration = 10'000;     // steps
  ShearPlane plane;
  double amplitude = 0.01;
  std::int64_t steps_per_cycle = 25'000;
  std::int64_t sample_every = 5;           // steps; of which a cycle is a whole number
  std::int64_t cycles = 30;
  std::int64_t block = 2;                  // cycles, 2 or more: the neighbours of the drive are 1 - 1/block and 1 + 1/block
  std::int64_t record_every = 50;          // steps between rows of the trace, a whole number of those between samples
  std::vector<Eigen::Index> followed;      // atoms whose stress the trace has
  bool mixed = false;                      // forces in mixed precision

  double period() const { return static_cast<double>(steps_per_cycle) * timestep; }
  /// Of the drive's frequency: its neighbours around it, and two harmonics.
  std::vector<double> multiples() const;
};

/// What it begins with.
struct ShearStart {
  std::shared_ptr<const Potential> potential;
  BasinFound basin;
  EventRef of;             // its name
  std::string task;        // the name that its facts will go by
  std::uint64_t seed = 1, stream = 0;
  int threads = 1;
};

class CyclicShearRun {
 public:
  /// At its beginning, or where a checkpoint was made. Throws FormatError for a checkpoint of something else.
  CyclicShearRun(ShearStart start, const CyclicShear& options, const Restart* checkpoint = nullptr);

  /// One time step. Throws DynamicsBroken when the dynamics does.
  void step();
  bool ended() const { return static_cast<std::int64_t>(cycles_.size()) >= options_.cycles; }
  /// How much of it is over, 0 to 1.
  double part() const;
  /// With an equal checkpoint a run continues bit for bit.
  Restart checkpoint() const;
  /// ShearBegun, a ShearCycled for each cycle that is over, and the trace "shear". Nothing before the end of the equilibration.
  Events events() const;

 private:
  Dynamics::Options dynamics_options(bool sheared) const;
  void equilibrate();
  void begin_shear();
  /// What is due at a sample, with the stresses that are driven.
  void sample(const Eigen::VectorXd& stresses);
  void finish_cycle(const Eigen::VectorXd& stresses);
  void record(const Eigen::VectorXd& stresses);
  void resume(const Restart& checkpoint);
  void resume_cycles(const std::vector<double>& saved);
  ShearBegun begun(Configuration at_rest, std::vector<double> stress) const;
  Eigen::VectorXd driven() const;
  Eigen::Index atoms() const { return start_.basin.configuration.atoms(); }

  ShearStart start_;
  CyclicShear options_;
  Surface surface_;
  std::unique_ptr<Dynamics> dynamics_;
  LockIn lock_in_;
  std::int64_t equilibrated_ = 0;
  Vector3d stretches_ = Vector3d::Zero();  // sum of those of the cell over the second half of the equilibration
  std::optional<ShearBegun> begun_;
  std::vector<ShearCycled> cycles_;
  Vector3d sums_ = Vector3d::Zero();   // of temperature, energy and pressure over the samples of this cycle
  double work_before_ = 0.0;           // this cycle
  std::vector<double> rows_;           // of the trace
};

}  // namespace glasscape
