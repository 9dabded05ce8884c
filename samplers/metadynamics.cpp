#include "samplers/metadynamics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "landscape/mechanism.hpp"
#include "md/minimise.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double list_skin = 0.6;  // Angstrom
constexpr double settled_fmax = 1e-5, quenched_fmax = 1e-3;  // of the basin of the sampling, and of those met later, eV/Angstrom
const std::vector<std::string> columns{"time (ps)", "walker", "s", "bias (eV)", "sum of |grad s|^2/m (1/u)", "temperature (K)", "energy (eV)"};
const std::vector<std::string> structure_columns{"time (ps)", "walker", "basin", "energy above the start (eV)", "displacement in the group (A)", "displacement of all (A)"};

Positions momenta_at(double temperature, const Species& species, Rng& rng) {
  Positions p(3, species.atoms());
  for (Eigen::Index i = 0; i < p.cols(); ++i)
    for (int k = 0; k < 3; ++k) p(k, i) = std::sqrt(species.of(i).mass * units::boltzmann * temperature) * rng.normal();
  return p;
}

TraceRecorded trace(std::string name, const std::vector<std::string>& head, const std::vector<double>& values) {
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto width = static_cast<Eigen::Index>(head.size());
  return {std::move(name), head, Eigen::Map<const Rows>(values.data(), static_cast<Eigen::Index>(values.size()) / width, width)};
}

}  // namespace

Bias::Bias(std::shared_ptr<const CollectiveVariable> variable, const HillSum& hills, const Species& species, const Metadynamics& options)
    : variable_(std::move(variable)), hills_(hills), wall_(options.wall), wall_stiffness_(options.wall_stiffness) {
  if (variable_) masses_ = species.masses()(variable_->atoms()).transpose();
}

void Bias::add(const Positions& x, const Cell& cell, Evaluation& out) {
  if (!variable_) return;
  const CollectiveVariable::At here = variable_->at(x, cell);
  const HillAt bias = hills_.at(here.value);
  last_ = {here.value, bias.energy, (here.gradient.colwise().squaredNorm().array() / masses_.array()).sum()};
  double energy = bias.energy, slope = bias.slope;
  if (wall_ && here.value > *wall_) {
    const double beyond = here.value - *wall_;
    energy += 0.5 * wall_stiffness_ * beyond * beyond;
    slope += wall_stiffness_ * beyond;
  }
  out.energy += energy;
  const std::vector<Eigen::Index>& atoms = variable_->atoms();
  for (std::size_t k = 0; k < atoms.size(); ++k) out.forces.col(atoms[k]) -= slope * here.gradient.col(static_cast<Eigen::Index>(k));
  out.virial -= slope * here.strain;
}

/// A walker in its own surface and field.
struct MetadynamicsRun::Walker {
  Surface surface;
  Bias bias;
  Dynamics dynamics;

  template <typename Start>
  Walker(const SamplingStart& sampling, const std::shared_ptr<const CollectiveVariable>& variable, const Metadynamics& options, const HillSum& hills, Start start,
         const std::string& name)
      : surface(sampling.potential, sampling.basin.configuration, {.skin = list_skin, .threads = sampling.threads, .mixed = options.mixed}),
        bias(variable, hills, *sampling.basin.configuration.species, options),
        dynamics(surface, std::move(start),
                 {.ensemble = Ensemble::langevin, .timestep = options.timestep, .temperature = options.temperature, .damping = options.damping,
                  .seed = sampling.seed, .stream = stream_of(fmt::format("{} {}", sampling.stream, name)), .field = &bias}) {}
};

/// An inherent structure: which of those met it is, and how far it is from the start.
struct MetadynamicsRun::Structure {
  std::size_t basin = 0;
  BasinFound quenched;
  double in_group = 0, of_all = 0;  // largest displacement of an atom, Angstrom
};

MetadynamicsRun::MetadynamicsRun(SamplingStart start, const Metadynamics& options, const Restart* checkpoint)
    : start_(std::move(start)), options_(options), species_(start_.basin.configuration.species), hills_(options.width / HillSum::nodes_per_width),
      quenching_(start_.potential, start_.basin.configuration, {.threads = start_.threads}) {
  const Configuration& c = start_.basin.configuration;
  const auto variable = start_.bind(c);  // so that what it refuses is told at once
  const double at_start = variable->at(c.positions, c.cell).value;
  if (!std::isfinite(at_start)) throw InputError("the collective variable is no number at the start");
  if (options_.wall && at_start > *options_.wall)
    throw InputError("the wall at {:.6g} lies below the variable at the start, {:.6g}: choose one above", *options_.wall, at_start);
  basins_.push_back(start_.basin);
  if (checkpoint != nullptr) {
    resume(*checkpoint);
    return;
  }
  Rng rng(start_.seed, stream_of(fmt::format("{} momenta", start_.stream)));
  Configuration moving = c;
  moving.momenta = momenta_at(options_.temperature, *species_, rng);
  add_walker(std::move(moving), "equilibration");
  if (options_.equilibration == 0) settle();
}

template <typename Start>
void MetadynamicsRun::add_walker(Start start, const std::string& name) {
  walkers_.push_back(std::make_unique<Walker>(start_, variable_, options_, hills_, std::move(start), name));
}

/// The inherent structure after the equilibration is the basin of the sampling; every walker begins where the one has come to.
void MetadynamicsRun::settle() {
  const Configuration moving = walkers_.front()->dynamics.state().configuration;
  const BasinFound reached = quenched(moving.positions, settled_fmax);
  const CommonFrame frame{species_, moving.cell};
  moved_on_ = !same_basin(frame, {start_.basin.configuration.positions, start_.basin.energy}, {reached.configuration.positions, reached.energy}, start_.same).same;
  if (moved_on_) basins_.front() = reached;
  bind_to(basins_.front().configuration);
  walkers_.clear();
  for (int w = 0; w < options_.walkers; ++w) {
    Rng rng(start_.seed, stream_of(fmt::format("{} momenta {}", start_.stream, w)));
    Configuration own = moving;
    if (w > 0) own.momenta = momenta_at(options_.temperature, *species_, rng);
    add_walker(std::move(own), fmt::format("walker {}", w));
    inside_.push_back(basins_.front());
  }
}

void MetadynamicsRun::bind_to(const Configuration& reference) {
  variable_ = start_.bind(reference);
  deposited_.group.clear();
  for (const Eigen::Index i : variable_->atoms()) deposited_.group.push_back(static_cast<std::int32_t>(i));
}

MetadynamicsRun::~MetadynamicsRun() = default;

bool MetadynamicsRun::ended() const { return done_ >= options_.steps || (options_.until_escape && escape_.escaped != 0); }

double MetadynamicsRun::part() const {
  return static_cast<double>(equilibrated_ + done_) / static_cast<double>(options_.equilibration + options_.steps);
}

void MetadynamicsRun::step() {
  for (const auto& walker : walkers_) walker->dynamics.step();
  calls_ += static_cast<std::int64_t>(walkers_.size());
  if (equilibrated_ < options_.equilibration) {
    if (++equilibrated_ == options_.equilibration) settle();
    return;
  }
  ++done_;
  accumulate_boost();
  if (done_ % options_.record_every == 0) record();
  if (done_ % options_.stride == 0) deposit();
  if (done_ % options_.quench_every == 0 || done_ == options_.steps) quench();
}

/// Sums exp(V/kT) over steps; the scale follows the largest exponent, so that nothing overflows.
void MetadynamicsRun::accumulate_boost() {
  for (const auto& walker : walkers_) {
    const double exponent = walker->bias.last().energy / (units::boltzmann * options_.temperature);
    if (exponent > boost_scale_) {
      boost_ *= std::exp(boost_scale_ - exponent);
      boost_scale_ = exponent;
    }
    boost_ += std::exp(exponent - boost_scale_);
  }
}

void MetadynamicsRun::record() {
  for (std::size_t w = 0; w < walkers_.size(); ++w) {
    const Bias::Last& last = walkers_[w]->bias.last();
    const Dynamics& dynamics = walkers_[w]->dynamics;
    if (!std::isfinite(dynamics.state().potential_energy)) throw DynamicsBroken("the energy is no number after {:.4g} ps", time(done_));
    rows_.insert(rows_.end(), {time(done_), static_cast<double>(w), last.value, last.energy, last.inverse_mass, dynamics.temperature(), dynamics.state().potential_energy});
  }
}

/// Walkers in turn, so that each sees the hill of the one before.
void MetadynamicsRun::deposit() {
  if (options_.height == 0.0) return;
  for (std::size_t w = 0; w < walkers_.size(); ++w) {
    const double s = walkers_[w]->bias.last().value, bias = hills_.at(s).energy;
    const double height = options_.bias_temperature > 0.0 ? options_.height * std::exp(-bias / (units::boltzmann * options_.bias_temperature)) : options_.height;
    hills_.add({s, options_.width, height});
    deposited_.times.push_back(time(done_));
    deposited_.walker.push_back(static_cast<std::int32_t>(w));
    deposited_.centres.push_back(s);
    deposited_.heights.push_back(height);
  }
}

/// Of all atoms; a drift is no displacement unless the potential knows where the atoms are.
Positions MetadynamicsRun::displacements(const Configuration& reference, const Positions& x) const {
  if (start_.same.fixed_frame) return x - reference.positions;
  std::vector<Eigen::Index> everything(static_cast<std::size_t>(x.cols()));
  std::iota(everything.begin(), everything.end(), 0);
  return AtomGroup(reference, everything).displacements(x, reference.cell);
}

BasinFound MetadynamicsRun::quenched(const Positions& x, double fmax) {
  quenching_.restart(x);
  FollowingNetwork network(quenching_);
  const Quenched q = minimise(quenching_, x, {.fmax = fmax, .max_calls = 20'000, .network = &network});
  calls_ += q.calls;
  return {{species_, start_.basin.configuration.cell, q.positions, {}}, q.energy, q.fmax, q.calls};
}

MetadynamicsRun::Structure MetadynamicsRun::inherent_structure(const Walker& walker) {
  Structure found{.basin = 0, .quenched = quenched(walker.dynamics.state().configuration.positions, quenched_fmax)};
  const Positions& x = found.quenched.configuration.positions;
  const Positions all = displacements(basins_.front().configuration, x);
  found.of_all = fmax(all);
  found.in_group = fmax(all(Eigen::all, variable_->atoms()));
  const CommonFrame frame{species_, start_.basin.configuration.cell};
  for (found.basin = 0; found.basin < basins_.size(); ++found.basin) {
    const BasinFound& known = basins_[found.basin];
    if (same_basin(frame, {known.configuration.positions, known.energy}, {x, found.quenched.energy}, start_.same).same) break;
  }
  if (found.basin == basins_.size() && basins_.size() <= most_basins) basins_.push_back(found.quenched);
  return found;
}

void MetadynamicsRun::quench() {
  for (std::size_t w = 0; w < walkers_.size(); ++w) {
    const Structure at = inherent_structure(*walkers_[w]);
    structures_.insert(structures_.end(), {time(done_), static_cast<double>(w), static_cast<double>(at.basin), at.quenched.energy - basins_.front().energy, at.in_group, at.of_all});
    if (escape_.escaped != 0) continue;
    const double walked = static_cast<double>(options_.walkers) * time(done_);
    const double log_boosted = boost_scale_ + std::log(boost_ * options_.timestep * units::time_ps);
    escape_.outside = walked;
    escape_.log_boosted_outside = log_boosted;
    if (at.in_group > options_.moved) {
      escape_.escaped = 1;
      escape_.walker = static_cast<std::int64_t>(w);
      escape_.value = walkers_[w]->bias.last().value;
      escape_.displacement = at.in_group;
      end_ = at.quenched;
    } else {
      inside_[w] = at.quenched;
      if (w + 1 < walkers_.size()) continue;
      escape_.inside = walked;
      escape_.log_boosted_inside = log_boosted;
    }
  }
}

namespace {

/// Energy, force, calls and positions of each.
std::vector<double> numbers_of(const std::vector<BasinFound>& basins) {
  std::vector<double> numbers;
  for (const BasinFound& b : basins) {
    numbers.insert(numbers.end(), {b.energy, b.fmax, static_cast<double>(b.force_calls)});
    const Positions& x = b.configuration.positions;
    numbers.insert(numbers.end(), x.data(), x.data() + x.size());
  }
  return numbers;
}

}  // namespace

std::vector<BasinFound> MetadynamicsRun::basins_of(const std::vector<double>& numbers) const {
  const auto atoms = species_->atoms();
  const auto each = static_cast<std::size_t>(3 + 3 * atoms);
  std::vector<BasinFound> basins;
  for (std::size_t k = 0; k + each <= numbers.size(); k += each)
    basins.push_back({{species_, start_.basin.configuration.cell, Eigen::Map<const Positions>(&numbers[k + 3], 3, atoms), {}}, numbers[k], numbers[k + 1],
                      static_cast<std::int64_t>(numbers[k + 2])});
  return basins;
}

Restart MetadynamicsRun::checkpoint() const {
  Restart saved;
  for (const auto& walker : walkers_) saved.states.push_back(walker->dynamics.state());
  saved.notes["steps"] = {static_cast<double>(equilibrated_), static_cast<double>(done_), static_cast<double>(calls_)};
  saved.notes["boost"] = {boost_scale_, boost_};
  saved.notes["hill_times"] = deposited_.times;
  saved.notes["hill_walkers"] = {deposited_.walker.begin(), deposited_.walker.end()};
  saved.notes["hill_centres"] = deposited_.centres;
  saved.notes["hill_heights"] = deposited_.heights;
  saved.notes["rows"] = rows_;
  saved.notes["structures"] = structures_;
  saved.notes["moved_on"] = {moved_on_ ? 1.0 : 0.0};
  saved.notes["basins"] = numbers_of(basins_);
  saved.notes["inside"] = numbers_of(inside_);
  saved.notes["end"] = numbers_of(end_ ? std::vector<BasinFound>{*end_} : std::vector<BasinFound>{});
  saved.notes["escape"] = {static_cast<double>(escape_.escaped), static_cast<double>(escape_.walker), escape_.inside, escape_.outside, escape_.log_boosted_inside,
                           escape_.log_boosted_outside, escape_.value, escape_.displacement};
  return saved;
}

void MetadynamicsRun::resume(const Restart& saved) {
  const auto note = [&](const std::string& name) -> const std::vector<double>& {
    const auto found = saved.notes.find(name);
    if (found == saved.notes.end()) throw FormatError("the checkpoint of a metadynamics has no '{}': it is one of something else", name);
    return found->second;
  };
  equilibrated_ = static_cast<std::int64_t>(note("steps").at(0));
  const bool settled = equilibrated_ >= options_.equilibration;
  const int walkers = settled ? options_.walkers : 1;
  const auto atoms = species_->atoms();
  if (static_cast<int>(saved.states.size()) != walkers || saved.states.front().configuration.atoms() != atoms)
    throw FormatError("the checkpoint has {} walkers of {} atoms, expected {} of {}", saved.states.size(), saved.states.front().configuration.atoms(), walkers, atoms);
  done_ = static_cast<std::int64_t>(note("steps").at(1));
  calls_ = static_cast<std::int64_t>(note("steps").at(2));
  boost_scale_ = note("boost").at(0);
  boost_ = note("boost").at(1);
  deposited_.times = note("hill_times");
  for (const double walker : note("hill_walkers")) deposited_.walker.push_back(static_cast<std::int32_t>(walker));
  deposited_.centres = note("hill_centres");
  deposited_.heights = note("hill_heights");
  for (std::size_t k = 0; k < deposited_.centres.size(); ++k) hills_.add({deposited_.centres[k], options_.width, deposited_.heights.at(k)});
  rows_ = note("rows");
  structures_ = note("structures");
  moved_on_ = note("moved_on").at(0) != 0.0;
  basins_ = basins_of(note("basins"));
  inside_ = basins_of(note("inside"));
  if (const auto end = basins_of(note("end")); !end.empty()) end_ = end.front();
  if (settled) bind_to(basins_.at(0).configuration);
  const std::vector<double>& escape = note("escape");
  escape_.escaped = static_cast<std::int64_t>(escape.at(0));
  escape_.walker = static_cast<std::int64_t>(escape.at(1));
  for (std::size_t k = 2; double* field : {&escape_.inside, &escape_.outside, &escape_.log_boosted_inside, &escape_.log_boosted_outside, &escape_.value, &escape_.displacement})
    *field = escape.at(k++);
  for (std::size_t w = 0; w < saved.states.size(); ++w) {
    DynamicsState state = saved.states[w];
    state.configuration.species = species_;
    add_walker(std::move(state), settled ? fmt::format("walker {}", w) : "equilibration");
  }
}

Events MetadynamicsRun::events() const {
  if (!variable_) return {};
  const EventRef of = moved_on_ ? EventRef{start_.task, 0} : start_.of;
  Events all;
  if (moved_on_) all.push_back(basins_.front());
  all.push_back(hills_deposited(of));
  all.push_back(trace("collective-variable", columns, rows_));
  all.push_back(trace("inherent-structures", structure_columns, structures_));
  all.push_back(escape_sought(of));
  all.insert(all.end(), basins_.begin() + 1, basins_.end());
  if (end_) all.push_back(inside_[static_cast<std::size_t>(escape_.walker)]);
  return all;
}

HillsDeposited MetadynamicsRun::hills_deposited(const EventRef& of) const {
  HillsDeposited hills = deposited_;
  hills.of = of;
  hills.centre = start_.centre;
  hills.radius = start_.radius;
  hills.event = start_.event;
  const Configuration& event_start = start_.basin.configuration;
  if (start_.displacement) hills.event_end = variable_->at(event_start.positions + *start_.displacement, event_start.cell).value;
  hills.variable = variable_->describe();
  hills.shell_power = variable_->shell_power();
  hills.temperature = options_.temperature;
  hills.bias_temperature = options_.bias_temperature;
  hills.width = options_.width;
  hills.first_height = options_.height;
  hills.stride = time(options_.stride);
  hills.wall = options_.wall.value_or(0.0);
  hills.wall_stiffness = options_.wall ? options_.wall_stiffness : 0.0;
  hills.walkers = options_.walkers;
  hills.time = time(done_);
  hills.force_calls = calls_;
  return hills;
}

EscapeSought MetadynamicsRun::escape_sought(const EventRef& of) const {
  EscapeSought escape = escape_;
  escape.of = of;
  escape.centre = start_.centre;
  escape.temperature = options_.temperature;
  escape.moved = options_.moved;
  const BasinFound& before = inside_[static_cast<std::size_t>(escape_.walker)];
  const BasinFound& end = end_ ? *end_ : before;
  escape.before = before.configuration.positions;
  escape.before_energy = before.energy;
  escape.before_fmax = before.fmax;
  escape.end = end.configuration.positions;
  if (end_) {
    const Mechanism did = mechanism_of(escape.before, displacements(before.configuration, escape.end), end.configuration.cell, options_.moved);
    escape.mechanism = did.name;
    escape.movers = did.moved;
    escape.places = did.places;
  }
  escape.end_energy = end.energy;
  escape.end_fmax = end.fmax;
  return escape;
}

}  // namespace glasscape
