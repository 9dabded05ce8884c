// Molecular dynamics: constants (Dynamics::Options), state (DynamicsState) and step.
// Ensembles and their conserved quantity, which `conserved` returns:
//   nve            velocity Verlet                         H
//   nvt            Nose-Hoover chain, deterministic        H + chain energies (Martyna, Klein, Tuckerman, JCP 97, 2635)
//   langevin       BAOAB, stochastic                       H - heat taken from the bath (Leimkuhler and Matthews 2013)
//   npt, npt-axes  Martyna-Tobias-Klein, isotropic or one length per axis (JCP 101, 4177; Tuckerman et al.,
//                  J. Phys. A 39, 5629)                    H + P V + barostat and chain energies
// An oscillating shear may act beside nve, nvt and langevin; its work is taken off the conserved quantity.
// All sample the canonical or isothermal-isobaric ensemble. Internal units: eV, Angstrom, u, time 10.1805 fs.
#pragma once

#include <array>
#include <optional>

#include "md/field.hpp"
#include "md/oscillating_shear.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "md/surface.hpp"

namespace glasscape {

enum class Ensemble { nve, nvt, langevin, npt, npt_axes };
inline constexpr std::array all_ensembles{Ensemble::nve, Ensemble::nvt, Ensemble::langevin, Ensemble::npt, Ensemble::npt_axes};  // the tests of restarts take each
std::string to_string(Ensemble ensemble);

struct Chain {
  static constexpr int length = 3;
  std::array<double, length> position{}, velocity{};
};

/// Everything that a continuation needs: with equal state, two runs are equal bit for bit.
struct DynamicsState {
  Configuration configuration;
  Positions forces;
  double potential_energy = 0;  // eV, that of a field included
  Matrix3d virial = Matrix3d::Zero();
  Chain particles, barostat;      // thermostat chains
  Vector3d strain_rate = Vector3d::Zero();  // d(ln L)/dt per axis, 1/time
  double heat = 0;                // energy that the Langevin bath has given, eV
  double work = 0;                // that the shear has done, eV
  std::int64_t step = 0;
  std::uint64_t drawn = 0;        // random numbers used
  Positions list_origin;          // where the neighbour lists were built
  Cell list_cell;
};

/// An atom has no place left, or an energy is no number: the time step is too long for what happens.
class DynamicsBroken : public Error {
  using Error::Error;
};

class Dynamics {
 public:
  struct Options {
    Ensemble ensemble = Ensemble::nvt;
    double timestep = 2.0 / units::time_fs;      // internal time
    double temperature = 300.0;                  // K, at step 0
    double ramp = 0.0;                           // K per internal time
    double damping = 100.0 / units::time_fs;     // thermostat period, or 1 / Langevin friction
    double pressure = 0.0;                       // eV/Angstrom^3
    double pressure_damping = 1000.0 / units::time_fs;  // barostat period
    std::uint64_t seed = 1, stream = 0;
    std::optional<OscillatingShear> shear;       // from step 0 on, where the cell is not sheared
    Field* field = nullptr;                      // acts beside the potential; must outlive the dynamics
  };

  /// Starts at the configuration; momenta are drawn at the target temperature when it has none.
  Dynamics(Surface& surface, Configuration start, const Options& options);
  /// Continues from a saved state.
  Dynamics(Surface& surface, DynamicsState state, const Options& options);

  /// Throws DynamicsBroken when an atom has no place left, Error when the cell has none. With atoms, their stresses are known after it.
  void step(bool with_atoms = false);

  const DynamicsState& state() const { return state_; }
  /// Target temperature now, K.
  double target() const;
  double kinetic_energy() const;
  /// Instantaneous temperature 2K / (degrees of freedom * kB), K.
  double temperature() const;
  /// Instantaneous pressure (2K + tr W) / 3V, eV/Angstrom^3; 0 for an open cluster.
  double pressure() const;
  double conserved() const;
  double time() const { return options_.timestep * static_cast<double>(state_.step); }
  /// Of the shear now; 0 without.
  double strain() const { return strain(0.0); }
  /// Stress times volume, -(W + sum p p / m), positive in tension, eV: rows xx, yy, zz, xy, xz, yz.
  Eigen::Vector<double, 6> extensive_stress() const;
  /// The same of each atom, which sums to it: its half of all pairs and its own momentum. At the start and after step(true), else empty.
  AtomTensors atom_stresses() const;
  int degrees_of_freedom() const { return degrees_; }

 private:
  bool barostatted() const { return options_.ensemble == Ensemble::npt || options_.ensemble == Ensemble::npt_axes; }
  bool chained() const { return options_.ensemble == Ensemble::nvt || barostatted(); }
  void evaluate(bool with_atoms = false);
  void shear(double from, double to);
  void do_work(const Matrix3d& virial);
  /// Of the shear, a part of a step from now.
  double strain(double part) const;
  void thermostat_half_step();
  void barostat_half_step();
  void kick(double time);
  void drift(double time);
  void bath(double time);
  double barostat_mass() const;
  double barostat_kinetic() const;
  int barostat_degrees() const { return options_.ensemble == Ensemble::npt ? 1 : 3; }

  Surface& surface_;
  Options options_;
  DynamicsState state_;
  Rng rng_;
  Eigen::RowVectorXd masses_;
  AtomTensors atom_virial_;
  int degrees_ = 0;
};

/// Momenta from the Maxwell-Boltzmann distribution at T with the total momentum removed and the temperature exact.
Positions thermal_momenta(const Species& species, double temperature, Rng& rng);

/// Kinetic energy sum p^2 / 2m, eV.
double kinetic_energy(const Configuration& configuration);

}  // namespace glasscape
