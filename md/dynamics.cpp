#include "md/dynamics.hpp"

#include <cmath>

namespace glasscape {
namespace {

using units::boltzmann;

/// sinh(x)/x.
double sinhc(double x) { return std::abs(x) < 1e-4 ? 1.0 + x * x / 6.0 : std::sinh(x) / x; }

/// Half a step of a Nose-Hoover chain coupled to `degrees` degrees of freedom of kinetic energy `kinetic`; returns the
/// factor on their velocities. Chain masses Q1 = degrees kT period^2, Qk = kT period^2; velocities are d(eta)/dt.
/// Trotter factorisation of Martyna et al., Mol. Phys. 87, 1117 (1996), one sub-step.
double chain_half_step(Chain& chain, double kinetic, int degrees, double kT, double period, double timestep) {
  if (kT <= 0.0) return 1.0;
  constexpr int last = Chain::length - 1;
  const double quarter = 0.25 * timestep;
  const double unit_mass = kT * period * period;
  const auto mass = [&](int k) { return k == 0 ? degrees * unit_mass : unit_mass; };
  const auto acceleration = [&](int k) {
    const auto before = static_cast<std::size_t>(k - 1);
    return k == 0 ? (2.0 * kinetic - degrees * kT) / mass(0)
                  : (mass(k - 1) * chain.velocity[before] * chain.velocity[before] - kT) / mass(k);
  };
  const auto kick = [&](int k) {
    const auto at = static_cast<std::size_t>(k);
    const double drag = k == last ? 1.0 : std::exp(-0.5 * quarter * chain.velocity[at + 1]);
    chain.velocity[at] = (chain.velocity[at] * drag + quarter * acceleration(k)) * drag;
  };
  for (int k = last; k >= 0; --k) kick(k);
  const double factor = std::exp(-0.5 * timestep * chain.velocity[0]);
  kinetic *= factor * factor;
  for (std::size_t k = 0; k < Chain::length; ++k) chain.position[k] += 0.5 * timestep * chain.velocity[k];
  for (int k = 0; k <= last; ++k) kick(k);
  return factor;
}

double chain_energy(const Chain& chain, int degrees, double kT, double period) {
  double energy = 0.0;
  for (std::size_t k = 0; k < Chain::length; ++k) {
    const double n = k == 0 ? degrees : 1.0;
    energy += 0.5 * n * kT * period * period * chain.velocity[k] * chain.velocity[k] + n * kT * chain.position[k];
  }
  return energy;
}

void check_options(const Surface& surface, const Dynamics::Options& options) {
  const bool npt = options.ensemble == Ensemble::npt || options.ensemble == Ensemble::npt_axes;
  if (npt && !surface.cell().all_periodic()) throw InputError("ensemble {}: the cell must be periodic in all directions", to_string(options.ensemble));
  if (!(options.timestep > 0)) throw InputError("timestep must be above 0");
  if (options.shear && npt) throw InputError("ensemble {}: a cell that is sheared has no barostat", to_string(options.ensemble));
  if (options.shear && !(options.shear->period > 0)) throw InputError("the period of a shear must be above 0");
}

}  // namespace

std::string to_string(Ensemble ensemble) {
  switch (ensemble) {
    case Ensemble::nve: return "nve";
    case Ensemble::nvt: return "nvt";
    case Ensemble::langevin: return "langevin";
    case Ensemble::npt: return "npt";
    case Ensemble::npt_axes: return "npt-axes";
  }
  return "";
}

Positions thermal_momenta(const Species& species, double temperature, Rng& rng) {
  Positions p(3, species.atoms());
  double mass = 0.0;
  for (Eigen::Index i = 0; i < p.cols(); ++i) {
    const double width = std::sqrt(species.of(i).mass * boltzmann * temperature);
    p.col(i) = width * Vector3d(rng.normal(), rng.normal(), rng.normal());
    mass += species.of(i).mass;
  }
  const Vector3d drift = p.rowwise().sum() / mass;
  for (Eigen::Index i = 0; i < p.cols(); ++i) p.col(i) -= species.of(i).mass * drift;
  double twice_kinetic = 0.0;
  for (Eigen::Index i = 0; i < p.cols(); ++i) twice_kinetic += p.col(i).squaredNorm() / species.of(i).mass;
  const double target = 3.0 * static_cast<double>(p.cols() - 1) * boltzmann * temperature;
  if (twice_kinetic > 0.0) p *= std::sqrt(target / twice_kinetic);
  return p;
}

double kinetic_energy(const Configuration& configuration) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < configuration.momenta.cols(); ++i)
    sum += configuration.momenta.col(i).squaredNorm() / configuration.species->of(i).mass;
  return 0.5 * sum;
}

Dynamics::Dynamics(Surface& surface, Configuration start, const Options& options)
    : surface_(surface), options_(options), rng_(options.seed, options.stream), masses_(start.species->masses().transpose()) {
  check_options(surface, options);
  state_.configuration = std::move(start);
  if (state_.configuration.momenta.cols() == 0)
    state_.configuration.momenta = thermal_momenta(*state_.configuration.species, options.temperature, rng_);
  const int atoms = static_cast<int>(state_.configuration.atoms());
  degrees_ = options.ensemble == Ensemble::langevin ? 3 * atoms : std::max(3 * (atoms - 1), 1);
  surface_.set_cell(state_.configuration.cell);
  surface_.restart(state_.configuration.positions);
  evaluate(true);
  state_.drawn = rng_.drawn();
}

Dynamics::Dynamics(Surface& surface, DynamicsState state, const Options& options)
    : surface_(surface), options_(options), state_(std::move(state)), rng_(options.seed, options.stream),
      masses_(state_.configuration.species->masses().transpose()) {
  check_options(surface, options);
  rng_.skip_to(state_.drawn);
  const int atoms = static_cast<int>(state_.configuration.atoms());
  degrees_ = options.ensemble == Ensemble::langevin ? 3 * atoms : std::max(3 * (atoms - 1), 1);
  surface_.set_cell(state_.list_cell);
  surface_.restart(state_.list_origin);
  surface_.set_cell(state_.configuration.cell);
}

double Dynamics::target() const {
  return options_.temperature + options_.ramp * options_.timestep * static_cast<double>(state_.step);
}

double Dynamics::strain(double part) const {
  return options_.shear ? options_.shear->strain(options_.timestep * (static_cast<double>(state_.step) + part)) : 0.0;
}

double Dynamics::kinetic_energy() const {
  return 0.5 * (state_.configuration.momenta.colwise().squaredNorm().array() / masses_.array()).sum();
}

double Dynamics::temperature() const { return 2.0 * kinetic_energy() / (degrees_ * boltzmann); }

double Dynamics::pressure() const {
  if (!state_.configuration.cell.all_periodic()) return 0.0;
  return (2.0 * kinetic_energy() + state_.virial.trace()) / (3.0 * state_.configuration.cell.volume());
}

Eigen::Vector<double, 6> Dynamics::extensive_stress() const {
  const Positions& p = state_.configuration.momenta;
  const Matrix3d momentum_flux = p * masses_.cwiseInverse().asDiagonal() * p.transpose(), sum = state_.virial + momentum_flux;
  Eigen::Vector<double, 6> stress;
  stress << sum(0, 0), sum(1, 1), sum(2, 2), sum(0, 1), sum(0, 2), sum(1, 2);
  return -stress;
}

AtomTensors Dynamics::atom_stresses() const {
  AtomTensors stresses = -atom_virial_;
  for (Eigen::Index i = 0; i < stresses.cols(); ++i) {
    const Vector3d p = state_.configuration.momenta.col(i), v = p / masses_[i];
    stresses.col(i).head<3>() -= p.cwiseProduct(v);
    stresses.col(i).tail<3>() -= Vector3d(p[0] * v[1], p[0] * v[2], p[1] * v[2]);
  }
  return stresses;
}

void Dynamics::evaluate(bool with_atoms) {
  constexpr double farthest = 1e9;  // Angstrom; a cell further along cannot be counted
  if (!(state_.configuration.positions.array().abs() < farthest).all())
    throw DynamicsBroken("an atom has flown further than {:g} A, or its position is no number", farthest);
  surface_.set_cell(state_.configuration.cell);
  Evaluation at = surface_.evaluate(state_.configuration.positions, {.virial = true, .per_atom = with_atoms});
  if (options_.field != nullptr) {
    options_.field->add(state_.configuration.positions, state_.configuration.cell, at);
    at.forces.array() *= surface_.free().array();
  }
  state_.forces = std::move(at.forces);
  state_.potential_energy = at.energy;
  state_.virial = at.virial;
  atom_virial_ = std::move(at.atom_virial);
  state_.list_origin = surface_.list_origin();
  state_.list_cell = surface_.list_cell();
}

void Dynamics::step(bool with_atoms) {
  const double dt = options_.timestep;
  if (chained()) thermostat_half_step();
  if (barostatted()) barostat_half_step();
  kick(0.5 * dt);
  shear(0.0, 0.5);
  if (options_.ensemble == Ensemble::langevin) {
    drift(0.5 * dt);
    bath(dt);
    drift(0.5 * dt);
  } else {
    drift(dt);
  }
  shear(0.5, 1.0);
  const Matrix3d before = state_.virial;
  evaluate(with_atoms);
  do_work(0.5 * (before + state_.virial));
  ++state_.step;
  kick(0.5 * dt);
  if (barostatted()) barostat_half_step();
  if (chained()) thermostat_half_step();
  state_.drawn = rng_.drawn();
}

/// Carries atoms and cell along, from one part of this step to another.
void Dynamics::shear(double from, double to) {
  if (!options_.shear) return;
  const ShearPlane plane = options_.shear->plane;
  const double change = strain(to) - strain(from);
  Configuration& c = state_.configuration;
  c.positions.row(plane.along) += change * c.positions.row(plane.across);
  Matrix3d lattice = c.cell.lattice();
  lattice.row(plane.along) += change * lattice.row(plane.across);
  c.cell = c.cell.with_lattice(lattice);
}

/// Of this step; by the trapezoidal rule, as exact as velocity Verlet.
void Dynamics::do_work(const Matrix3d& virial) {
  if (options_.shear) state_.work -= virial(options_.shear->plane.along, options_.shear->plane.across) * (strain(1.0) - strain(0.0));
}

/// p' = F - (nu_k + tr nu / Nf) p, with nu the strain rate; plain p' = F without a barostat.
void Dynamics::kick(double time) {
  Positions& p = state_.configuration.momenta;
  if (!barostatted()) {
    p += time * state_.forces;
    return;
  }
  const Vector3d drag = state_.strain_rate.array() + state_.strain_rate.sum() / degrees_;
  for (int k = 0; k < 3; ++k) {
    const double half = std::exp(-0.5 * drag[k] * time);
    p.row(k) = p.row(k) * (half * half) + time * half * sinhc(0.5 * drag[k] * time) * state_.forces.row(k);
  }
}

/// x' = p/m + nu_k x, and the cell with it.
void Dynamics::drift(double time) {
  Configuration& c = state_.configuration;
  const Positions velocity = (c.momenta.array().rowwise() / masses_.array()).matrix();
  if (!barostatted()) {
    c.positions += time * velocity.cwiseProduct(surface_.free());
    return;
  }
  Matrix3d lattice = c.cell.lattice();
  for (int k = 0; k < 3; ++k) {
    const double half = std::exp(0.5 * state_.strain_rate[k] * time);
    c.positions.row(k) = c.positions.row(k) * (half * half) + time * half * sinhc(0.5 * state_.strain_rate[k] * time) * velocity.row(k);
    lattice.row(k) *= half * half;
  }
  c.cell = c.cell.with_lattice(lattice);
}

/// Ornstein-Uhlenbeck step of BAOAB.
void Dynamics::bath(double time) {
  Positions& p = state_.configuration.momenta;
  const double before = kinetic_energy();
  const double keep = std::exp(-time / options_.damping);
  const double kT = boltzmann * target();
  for (Eigen::Index i = 0; i < p.cols(); ++i) {
    const double width = std::sqrt((1.0 - keep * keep) * masses_[i] * kT);
    for (int k = 0; k < 3; ++k) p(k, i) = keep * p(k, i) + width * rng_.normal();
  }
  state_.heat += kinetic_energy() - before;
}

double Dynamics::barostat_mass() const {
  const double kT = boltzmann * target();
  const double period = options_.pressure_damping;
  return (degrees_ + 3) * kT * period * period / (options_.ensemble == Ensemble::npt ? 1.0 : 3.0);
}

/// One isotropic variable d(ln L)/dt is stored three times, once per axis.
double Dynamics::barostat_kinetic() const {
  const double squares = options_.ensemble == Ensemble::npt ? state_.strain_rate[0] * state_.strain_rate[0] : state_.strain_rate.squaredNorm();
  return 0.5 * barostat_mass() * squares;
}

void Dynamics::thermostat_half_step() {
  const double kT = boltzmann * target();
  const double factor = chain_half_step(state_.particles, kinetic_energy(), degrees_, kT, options_.damping, options_.timestep);
  state_.configuration.momenta *= factor;
  if (!barostatted()) return;
  state_.strain_rate *= chain_half_step(state_.barostat, barostat_kinetic(), barostat_degrees(), kT, options_.pressure_damping,
                                        options_.timestep);
}

void Dynamics::barostat_half_step() {
  const Configuration& c = state_.configuration;
  const double volume = c.cell.volume();
  Vector3d twice_kinetic;
  for (int k = 0; k < 3; ++k) twice_kinetic[k] = (c.momenta.row(k).array().square() / masses_.array()).sum();
  const double half = 0.5 * options_.timestep;
  if (options_.ensemble == Ensemble::npt) {
    const double force = twice_kinetic.sum() + state_.virial.trace() - 3.0 * volume * options_.pressure +
                         3.0 / degrees_ * twice_kinetic.sum();
    state_.strain_rate.array() += half * force / barostat_mass();
  } else {
    for (int k = 0; k < 3; ++k) {
      const double force = twice_kinetic[k] + state_.virial(k, k) - volume * options_.pressure + twice_kinetic.sum() / degrees_;
      state_.strain_rate[k] += half * force / barostat_mass();
    }
  }
}

double Dynamics::conserved() const {
  const double kT = boltzmann * target();
  double sum = kinetic_energy() + state_.potential_energy - state_.heat - state_.work;
  if (chained()) sum += chain_energy(state_.particles, degrees_, kT, options_.damping);
  if (!barostatted()) return sum;
  return sum + options_.pressure * state_.configuration.cell.volume() + barostat_kinetic() +
         chain_energy(state_.barostat, barostat_degrees(), kT, options_.pressure_damping);
}

}  // namespace glasscape
