#include "samplers/cyclic_shear.hpp"

#include <cmath>

#include "md/support/error.hpp"
#include "md/support/random.hpp"

namespace glasscape {
namespace {

constexpr double list_skin = 0.6;  // Angstrom

std::vector<double> numbers(const Eigen::Ref<const Eigen::VectorXd>& v) { return {v.begin(), v.end()}; }

/// All numbers of a cycle, one after the other, and back.
template <typename Cycle, typename Visit>
void parts_of(Cycle& c, Visit visit) {
  for (auto* matrix : {&c.real, &c.imaginary}) visit(*matrix);
  visit(c.positions);
  for (auto* values : {&c.mean, &c.stress}) visit(*values);
  for (auto* value : {&c.temperature, &c.energy, &c.pressure, &c.work}) visit(*value);
}

struct Flatten {
  std::vector<double>& out;
  void operator()(double value) const { out.push_back(value); }
  template <typename Array>
  void operator()(const Array& a) const { out.insert(out.end(), a.data(), a.data() + a.size()); }
};

struct Unflatten {
  const double*& next;
  void operator()(double& value) const { value = *next++; }
  template <typename Array>
  void operator()(Array& a) const {
    std::copy_n(next, a.size(), a.data());
    next += a.size();
  }
};

}  // namespace

std::vector<double> CyclicShear::multiples() const {
  const double apart = 1.0 / static_cast<double>(block);
  return {1.0 - apart, 1.0, 1.0 + apart, 2.0, 3.0};
}

CyclicShearRun::CyclicShearRun(ShearStart start, const CyclicShear& options, const Restart* checkpoint)
    : start_(std::move(start)), options_(options),
      surface_(start_.potential, start_.basin.configuration, {.skin = list_skin, .threads = start_.threads, .mixed = options.mixed}),
      lock_in_(start_.basin.configuration.atoms(), options.multiples(), options.steps_per_cycle / options.sample_every) {
  for (const auto& [steps, of] : {std::pair{options_.steps_per_cycle, "a cycle"}, std::pair{options_.record_every, "a row of the trace"}})
    if (steps < 1 || steps % options_.sample_every != 0)
      throw InputError("cyclic shear: {} time steps of {} are no whole number of the {} between two samples", steps, of, options_.sample_every);
  if (options_.block < 2) throw InputError("cyclic shear: a block of {} cycles, expected 2 or more", options_.block);
  if (checkpoint != nullptr) {
    resume(*checkpoint);
    return;
  }
  Configuration moving = start_.basin.configuration;
  Rng rng(start_.seed, stream_of(fmt::format("{} momenta", start_.stream)));
  moving.momenta = thermal_momenta(*moving.species, 2.0 * options_.temperature, rng);  // half of it goes into the potential energy
  dynamics_ = std::make_unique<Dynamics>(surface_, std::move(moving), dynamics_options(false));
  if (options_.equilibration == 0) begin_shear();
}

Dynamics::Options CyclicShearRun::dynamics_options(bool sheared) const {
  Dynamics::Options o{.ensemble = sheared ? options_.thermostat : Ensemble::npt, .timestep = options_.timestep, .temperature = options_.temperature, .damping = options_.damping,
                      .pressure = options_.pressure, .pressure_damping = 10.0 * options_.damping, .seed = start_.seed,
                      .stream = stream_of(fmt::format("{} {}", start_.stream, sheared ? "shear" : "equilibration"))};
  if (sheared) o.shear = OscillatingShear{options_.plane, options_.amplitude, options_.period()};
  return o;
}

void CyclicShearRun::step() {
  if (!begun_) return equilibrate();
  const std::int64_t next = dynamics_->state().step + 1;
  const bool is_sample = next % options_.sample_every == 0;
  dynamics_->step(is_sample);
  if (!is_sample) return;  // rows and ends of cycles fall on samples
  const Eigen::VectorXd stresses = driven();
  sample(stresses);
  if (next % options_.record_every == 0) record(stresses);
  if (next % options_.steps_per_cycle == 0) finish_cycle(stresses);
}

void CyclicShearRun::equilibrate() {
  dynamics_->step();
  ++equilibrated_;
  const Matrix3d &lattice = dynamics_->state().configuration.cell.lattice(), &before = start_.basin.configuration.cell.lattice();
  if (2 * equilibrated_ > options_.equilibration)
    stretches_ += lattice.rowwise().norm().cwiseQuotient(before.rowwise().norm());  // a barostat stretches along the axes
  if (equilibrated_ == options_.equilibration) begin_shear();
}

/// At the mean cell, whatever the barostat's last fluctuation.
void CyclicShearRun::begin_shear() {
  Configuration c = dynamics_->state().configuration;
  if (equilibrated_ > 0) {
    const Vector3d stretch = stretches_ / static_cast<double>(equilibrated_ - equilibrated_ / 2);
    const Matrix3d mean = stretch.asDiagonal() * start_.basin.configuration.cell.lattice();
    c.positions = mean.rowwise().norm().cwiseQuotient(c.cell.lattice().rowwise().norm()).asDiagonal() * c.positions;
    c.cell = c.cell.with_lattice(mean);
  }
  dynamics_ = std::make_unique<Dynamics>(surface_, c, dynamics_options(true));
  c.momenta.resize(3, 0);
  begun_ = begun(std::move(c), numbers(driven()));
}

ShearBegun CyclicShearRun::begun(Configuration c, std::vector<double> stress) const {
  return {start_.of, std::move(c), options_.plane.name(), options_.amplitude, options_.period() * units::time_ps, options_.temperature, to_string(options_.thermostat),
          options_.damping * units::time_ps, options_.timestep * units::time_ps, options_.steps_per_cycle / options_.sample_every, options_.block, options_.multiples(),
          std::move(stress)};
}

/// Of each atom, the component that the shear drives.
Eigen::VectorXd CyclicShearRun::driven() const { return dynamics_->atom_stresses().row(options_.plane.component()).transpose(); }

void CyclicShearRun::sample(const Eigen::VectorXd& stresses) {
  lock_in_.add(dynamics_->state().step / options_.sample_every, stresses);
  sums_ += Vector3d(dynamics_->temperature(), dynamics_->state().potential_energy, dynamics_->pressure());
}

void CyclicShearRun::finish_cycle(const Eigen::VectorXd& stresses) {
  const Eigen::MatrixXcd z = lock_in_.amplitudes();
  const Vector3d means = sums_ / static_cast<double>(lock_in_.samples());
  const double work = dynamics_->state().work;
  cycles_.push_back({{start_.task, 0}, static_cast<std::int64_t>(cycles_.size()), z.real(), z.imag(), numbers(lock_in_.mean()), numbers(stresses), dynamics_->state().configuration.positions, means[0],
                     means[1], means[2], work - work_before_});
  lock_in_.clear();
  sums_.setZero();
  work_before_ = work;
}

void CyclicShearRun::record(const Eigen::VectorXd& stresses) {
  const DynamicsState& state = dynamics_->state();
  if (!std::isfinite(state.potential_energy)) throw DynamicsBroken("the energy is no number");
  const double stress = dynamics_->extensive_stress()[options_.plane.component()] / state.configuration.cell.volume();
  rows_.insert(rows_.end(), {dynamics_->time() * units::time_ps, dynamics_->strain(), stress * units::stress_GPa, dynamics_->temperature(), dynamics_->pressure() * units::stress_GPa,
                             state.potential_energy / static_cast<double>(atoms())});
  for (const Eigen::Index i : options_.followed) rows_.push_back(stresses[i]);
}

double CyclicShearRun::part() const {
  const double sheared = begun_ ? static_cast<double>(dynamics_->state().step) : 0.0;
  return (static_cast<double>(equilibrated_) + sheared) / static_cast<double>(options_.equilibration + options_.cycles * options_.steps_per_cycle);
}

Restart CyclicShearRun::checkpoint() const {
  Restart saved;
  saved.states.push_back(dynamics_->state());
  saved.notes["equilibrated"] = {static_cast<double>(equilibrated_), stretches_[0], stretches_[1], stretches_[2]};
  if (!begun_) return saved;
  std::vector<double> cycles;
  for (const ShearCycled& cycle : cycles_) parts_of(cycle, Flatten{cycles});
  saved.notes["begun_positions"] = numbers(begun_->configuration.positions.reshaped());
  saved.notes["begun_lattice"] = numbers(begun_->configuration.cell.lattice().reshaped());
  saved.notes["begun_stress"] = begun_->stress;
  saved.notes["cycles"] = cycles;
  saved.notes["lock_in"] = lock_in_.saved();
  saved.notes["sums"] = {sums_[0], sums_[1], sums_[2], work_before_};
  saved.notes["rows"] = rows_;
  return saved;
}

void CyclicShearRun::resume(const Restart& saved) {
  const auto note = [&](const std::string& name, std::optional<std::size_t> size = {}) -> const std::vector<double>& {
    const auto found = saved.notes.find(name);
    if (found == saved.notes.end() || (size && found->second.size() != *size))
      throw FormatError("the checkpoint of a cyclic shear has no '{}' of {} atoms: it is one of something else", name, atoms());
    return found->second;
  };
  DynamicsState state = saved.states.front();
  if (state.configuration.atoms() != atoms()) throw FormatError("the checkpoint has {} atoms, expected {}", state.configuration.atoms(), atoms());
  state.configuration.species = start_.basin.configuration.species;
  const std::vector<double>& equilibrated = note("equilibrated", 4);
  equilibrated_ = static_cast<std::int64_t>(equilibrated[0]);
  stretches_ = Vector3d(equilibrated[1], equilibrated[2], equilibrated[3]);
  const bool sheared = equilibrated_ == options_.equilibration;
  if (sheared) {
    const auto n = static_cast<std::size_t>(atoms());
    Configuration c = start_.basin.configuration;
    c.positions = Eigen::Map<const Positions>(note("begun_positions", 3 * n).data(), 3, atoms());
    c.cell = c.cell.with_lattice(Eigen::Map<const Matrix3d>(note("begun_lattice", 9).data()));
    begun_ = begun(std::move(c), note("begun_stress", n));
    resume_cycles(note("cycles"));
    lock_in_.load(note("lock_in"));
    const std::vector<double>& sums = note("sums", 4);
    sums_ = Vector3d(sums[0], sums[1], sums[2]);
    work_before_ = sums[3];
    rows_ = note("rows");
  }
  dynamics_ = std::make_unique<Dynamics>(surface_, std::move(state), dynamics_options(sheared));
}

void CyclicShearRun::resume_cycles(const std::vector<double>& saved) {
  const auto n = static_cast<std::size_t>(atoms());
  const auto multiples = static_cast<Eigen::Index>(options_.multiples().size());
  const ShearCycled empty{{start_.task, 0}, 0, Eigen::MatrixXd::Zero(atoms(), multiples), Eigen::MatrixXd::Zero(atoms(), multiples), std::vector<double>(n), std::vector<double>(n), Positions::Zero(3, atoms())};
  std::vector<double> one;
  parts_of(empty, Flatten{one});
  if (saved.size() % one.size() != 0) throw FormatError("the checkpoint of a cyclic shear has {} numbers of cycles, expected a whole number of {}", saved.size(), one.size());
  const double* next = saved.data();
  while (next != saved.data() + saved.size()) {
    cycles_.push_back(empty);
    cycles_.back().cycle = static_cast<std::int64_t>(cycles_.size()) - 1;
    parts_of(cycles_.back(), Unflatten{next});
  }
}

Events CyclicShearRun::events() const {
  if (!begun_) return {};
  std::vector<std::string> columns{"time (ps)", "strain", "stress (GPa)", "temperature (K)", "pressure (GPa)", "energy per atom (eV)"};
  for (const Eigen::Index i : options_.followed) columns.push_back(fmt::format("stress times volume of atom {} (eV)", i));
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto width = static_cast<Eigen::Index>(columns.size());
  Events all{*begun_};
  all.insert(all.end(), cycles_.begin(), cycles_.end());
  all.push_back(TraceRecorded{"shear", columns, Eigen::Map<const Rows>(rows_.data(), static_cast<Eigen::Index>(rows_.size()) / width, width)});
  return all;
}

}  // namespace glasscape
