#include "samplers/metadynamics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "md/minimise.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double nodes_per_width = 10;
constexpr double list_skin = 0.6;  // Angstrom
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
    : variable_(std::move(variable)), hills_(hills), masses_(species.masses()(variable_->atoms()).transpose()), wall_(options.wall),
      wall_stiffness_(options.wall_stiffness) {}

void Bias::add(const Positions& x, const Cell& cell, Evaluation& out) {
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
  Walker(const SamplingStart& sampling, const Metadynamics& options, const HillSum& hills, Start start, std::size_t number)
      : surface(sampling.potential, sampling.basin.configuration, {.skin = list_skin, .threads = sampling.threads}),
        bias(sampling.variable, hills, *sampling.basin.configuration.species, options),
        dynamics(surface, std::move(start),
                 {.ensemble = Ensemble::langevin, .timestep = options.timestep, .temperature = options.temperature, .damping = options.damping,
                  .seed = sampling.seed, .stream = stream_of(fmt::format("{} walker {}", sampling.stream, number)), .field = &bias}) {}
};

/// An inherent structure: which of those met it is, and how far it is from the start.
struct MetadynamicsRun::Structure {
  std::size_t basin = 0;
  Quenched quenched;
  double in_group = 0, of_all = 0;  // largest displacement of an atom, Angstrom
};

MetadynamicsRun::MetadynamicsRun(SamplingStart start, const Metadynamics& options, const Restart* checkpoint)
    : start_(std::move(start)), options_(options), species_(start_.basin.configuration.species),
      group_(start_.basin.configuration, start_.variable->atoms()), hills_(options.width / nodes_per_width),
      quenching_(start_.potential, start_.basin.configuration, {.threads = start_.threads}) {
  const Configuration& c = start_.basin.configuration;
  if (!std::isfinite(start_.variable->at(c.positions, c.cell).value)) throw InputError("the collective variable is no number at the start");
  for (const Eigen::Index i : start_.variable->atoms()) deposited_.group.push_back(static_cast<std::int32_t>(i));
  basins_.push_back(start_.basin);
  escape_.end = c.positions;
  escape_.end_energy = start_.basin.energy;
  escape_.end_fmax = start_.basin.fmax;
  if (checkpoint != nullptr) {
    resume(*checkpoint);
    return;
  }
  for (int w = 0; w < options_.walkers; ++w) {
    Rng rng(start_.seed, stream_of(fmt::format("{} momenta {}", start_.stream, w)));
    Configuration moving = c;
    moving.momenta = momenta_at(options_.temperature, *species_, rng);
    walkers_.push_back(std::make_unique<Walker>(start_, options_, hills_, std::move(moving), static_cast<std::size_t>(w)));
  }
}

MetadynamicsRun::~MetadynamicsRun() = default;

bool MetadynamicsRun::ended() const { return done_ >= options_.steps || (options_.until_escape && escape_.escaped != 0); }

double MetadynamicsRun::part() const {
  return static_cast<double>(equilibrated_ + done_) / static_cast<double>(options_.equilibration + options_.steps);
}

void MetadynamicsRun::step() {
  for (const auto& walker : walkers_) walker->dynamics.step();
  calls_ += options_.walkers;
  if (equilibrated_ < options_.equilibration) {
    ++equilibrated_;
    return;
  }
  ++done_;
  accumulate_boost();
  if (done_ % options_.record_every == 0) record();
  if (done_ % options_.stride == 0) deposit();
  if (done_ % options_.quench_every == 0) quench();
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
    if (!std::isfinite(dynamics.state().potential_energy)) throw Error("the dynamics has broken down after {:.4g} ps: the energy is no number; use a shorter timestep", time(done_));
    rows_.insert(rows_.end(), {time(done_), static_cast<double>(w), last.value, last.energy, last.inverse_mass, dynamics.temperature(), dynamics.state().potential_energy});
  }
}

/// Walkers in turn, so that each sees the hill of the one before.
void MetadynamicsRun::deposit() {
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

/// Of all atoms from the start; a drift is no displacement unless the potential knows where the atoms are.
Positions MetadynamicsRun::displacements(const Positions& x) const {
  const Configuration& reference = start_.basin.configuration;
  if (start_.same.fixed_frame) return x - reference.positions;
  std::vector<Eigen::Index> everything(static_cast<std::size_t>(x.cols()));
  std::iota(everything.begin(), everything.end(), 0);
  return AtomGroup(reference, everything).displacements(x, reference.cell);
}

MetadynamicsRun::Structure MetadynamicsRun::inherent_structure(const Walker& walker) {
  const Configuration& from = walker.dynamics.state().configuration;
  quenching_.restart(from.positions);
  FollowingNetwork network(quenching_);
  Structure found;
  found.quenched = minimise(quenching_, from.positions, {.fmax = 1e-3, .max_calls = 5000, .network = &network});
  calls_ += found.quenched.calls;
  const Configuration& reference = start_.basin.configuration;
  const Positions all = displacements(found.quenched.positions);
  found.of_all = fmax(all);
  found.in_group = fmax(all(Eigen::all, group_.atoms()));
  const CommonFrame frame{species_, reference.cell};
  for (found.basin = 0; found.basin < basins_.size(); ++found.basin) {
    const BasinFound& known = basins_[found.basin];
    if (same_basin(frame, {known.configuration.positions, known.energy}, {found.quenched.positions, found.quenched.energy}, start_.same).same) break;
  }
  if (found.basin == basins_.size() && basins_.size() <= most_basins)
    basins_.push_back({{species_, reference.cell, found.quenched.positions, {}}, found.quenched.energy, found.quenched.fmax, found.quenched.calls});
  return found;
}

void MetadynamicsRun::quench() {
  for (std::size_t w = 0; w < walkers_.size(); ++w) {
    const Structure at = inherent_structure(*walkers_[w]);
    structures_.insert(structures_.end(), {time(done_), static_cast<double>(w), static_cast<double>(at.basin), at.quenched.energy - start_.basin.energy, at.in_group, at.of_all});
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
      escape_.end = at.quenched.positions;
      escape_.end_energy = at.quenched.energy;
      escape_.end_fmax = at.quenched.fmax;
    } else if (w + 1 == walkers_.size()) {
      escape_.inside = walked;
      escape_.log_boosted_inside = log_boosted;
    }
  }
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
  std::vector<double>& basins = saved.notes["basins"];
  for (std::size_t k = 1; k < basins_.size(); ++k) {
    const BasinFound& b = basins_[k];
    basins.insert(basins.end(), {b.energy, b.fmax, static_cast<double>(b.force_calls)});
    basins.insert(basins.end(), b.configuration.positions.data(), b.configuration.positions.data() + b.configuration.positions.size());
  }
  saved.notes["escape"] = {static_cast<double>(escape_.escaped), static_cast<double>(escape_.walker), escape_.inside, escape_.outside, escape_.log_boosted_inside,
                           escape_.log_boosted_outside, escape_.value, escape_.displacement, escape_.end_energy, escape_.end_fmax};
  saved.notes["escape_end"] = {escape_.end.data(), escape_.end.data() + escape_.end.size()};
  return saved;
}

void MetadynamicsRun::resume(const Restart& saved) {
  const auto note = [&](const std::string& name) -> const std::vector<double>& {
    const auto found = saved.notes.find(name);
    if (found == saved.notes.end()) throw FormatError("the checkpoint of a metadynamics has no '{}': it is one of something else", name);
    return found->second;
  };
  const auto atoms = species_->atoms();
  const auto count = static_cast<std::size_t>(3 * atoms);
  if (static_cast<int>(saved.states.size()) != options_.walkers || saved.states.front().configuration.atoms() != atoms)
    throw FormatError("the checkpoint has {} walkers of {} atoms, expected {} of {}", saved.states.size(), saved.states.front().configuration.atoms(), options_.walkers, atoms);
  equilibrated_ = static_cast<std::int64_t>(note("steps").at(0));
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
  const std::vector<double>& basins = note("basins");
  for (std::size_t k = 0; k + 3 + count <= basins.size(); k += 3 + count)
    basins_.push_back({{species_, start_.basin.configuration.cell, Eigen::Map<const Positions>(&basins[k + 3], 3, atoms), {}}, basins[k], basins[k + 1],
                       static_cast<std::int64_t>(basins[k + 2])});
  const std::vector<double>& escape = note("escape");
  escape_.escaped = static_cast<std::int64_t>(escape.at(0));
  escape_.walker = static_cast<std::int64_t>(escape.at(1));
  for (std::size_t k = 2; double* field : {&escape_.inside, &escape_.outside, &escape_.log_boosted_inside, &escape_.log_boosted_outside, &escape_.value,
                                           &escape_.displacement, &escape_.end_energy, &escape_.end_fmax})
    *field = escape.at(k++);
  escape_.end = Eigen::Map<const Positions>(note("escape_end").data(), 3, atoms);
  for (std::size_t w = 0; w < saved.states.size(); ++w) {
    DynamicsState state = saved.states[w];
    state.configuration.species = species_;
    walkers_.push_back(std::make_unique<Walker>(start_, options_, hills_, std::move(state), w));
  }
}

Events MetadynamicsRun::events() const {
  HillsDeposited hills = deposited_;
  hills.of = start_.of;
  hills.centre = start_.centre;
  hills.variable = start_.variable->describe();
  hills.shell_power = start_.variable->shell_power();
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
  EscapeSought escape = escape_;
  escape.of = start_.of;
  escape.centre = start_.centre;
  escape.temperature = options_.temperature;
  escape.moved = options_.moved;
  Events all{std::move(hills), trace("collective-variable", columns, rows_), trace("inherent-structures", structure_columns, structures_), std::move(escape)};
  all.insert(all.end(), basins_.begin() + 1, basins_.end());
  return all;
}

}  // namespace glasscape
