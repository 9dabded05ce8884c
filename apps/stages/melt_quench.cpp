#include "apps/stages/melt_quench.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <optional>

#include "apps/stages/relaxation.hpp"
#include "md/restart.hpp"

namespace glasscape {

/// Where a run along the schedule stands.
struct MeltQuench::Progress {
  std::size_t leg = 0;
  std::int64_t steps_before = 0;  // in the legs before
  std::vector<double> rows;       // of the trace
  std::optional<DynamicsState> state;
};

namespace {

constexpr double list_skin = 0.8;                 // Angstrom
constexpr std::int64_t checkpoint_every = 5000;   // steps
constexpr long long most_atoms = 10'000'000;
constexpr double most_steps = 1e12;
/// Cube root of the volume per atom below which no potential means anything, Angstrom. With it the number of neighbours
/// grows without bound.
constexpr double least_spacing = 0.5;

MeltQuench::Leg read_leg(Input& in, double before, Ensemble npt) {
  MeltQuench::Leg leg{};
  const std::string ensemble = in.choice("ensemble", {"npt", "nvt", "langevin"}, "npt",
                                         "npt: Nose-Hoover chains and a barostat; nvt: the chains at fixed volume; langevin: a bath at fixed volume");
  leg.ensemble = ensemble == "npt" ? npt : ensemble == "nvt" ? Ensemble::nvt : Ensemble::langevin;
  const bool describing = in.is_describing();
  const bool hold = in.has("at"), ramp = in.has("to"), rate = in.has("rate"), time = in.has("time");
  in.finish();
  if (hold || describing) leg.begin = leg.end = in.temperature("at", OneOf{"at, to"}, "hold this temperature for `time`", positive);
  if (ramp || describing) {
    in.expect(before > 0.0, "to", "a leg with `at` before the first ramp");
    leg.begin = before;
    leg.end = in.temperature("to", OneOf{"at, to"}, "ramp to this temperature at `rate` or within `time`", positive);
  }
  if (rate || describing) {
    const double speed = in.rate("rate", OneOf{"rate, time"}, "speed of a ramp");
    in.expect(leg.begin != leg.end, "rate", "no rate for a hold: give `time`");
    leg.time = std::abs(leg.end - leg.begin) / speed;
  }
  if (time || describing) leg.time = in.time("time", OneOf{"rate, time"}, "length of a hold or a ramp");
  if (!describing && hold == ramp) throw InputError("{}: a leg needs either `at` or `to`", in.where("at"));
  if (!describing && time == rate) throw InputError("{}: a leg needs `time`, or a ramp `rate`", in.where("time"));
  return leg;
}

/// The dynamics has broken down: such a run means nothing, and its next evaluation may never end.
[[noreturn]] void broken_down(const std::string& stage, const Dynamics& run, double time, const std::string& sign) {
  throw Error("stage '{}': the dynamics has broken down after {:.4g} ps at {:.4g} K: {}; use a shorter timestep, a pressure that the "
              "material bears, or another spacing of the start", stage, time * units::time_ps, run.target(), sign);
}

/// One step that ends in numbers, and in a volume that atoms can have.
void step(const std::string& stage, Dynamics& run, double timestep) {
  const double time = static_cast<double>(run.state().step + 1) * timestep;
  try {
    run.step();
  } catch (const Error& error) {
    broken_down(stage, run, time, error.what());
  }
  const Configuration& c = run.state().configuration;
  const double spacing = std::cbrt(c.cell.volume() / static_cast<double>(c.atoms()));
  const double sum = run.state().potential_energy + run.kinetic_energy() + spacing;
  if (!std::isfinite(sum)) broken_down(stage, run, time, "energy or volume are no longer finite");
  if (spacing < least_spacing) broken_down(stage, run, time, fmt::format("the cube root of the volume per atom fell to {:.3g} A", spacing));
}

/// A thermostat holds its temperature within fluctuations.
void check_temperature(const std::string& stage, const Dynamics& run, double timestep) {
  constexpr double settled = 1.0 / units::time_ps;  // internal time
  const double time = static_cast<double>(run.state().step) * timestep;
  const double fluctuation = run.target() * std::sqrt(2.0 / run.degrees_of_freedom());  // of the canonical ensemble
  if (time < settled || std::abs(run.temperature() - run.target()) < std::max({0.7 * run.target(), 6.0 * fluctuation, 50.0})) return;
  broken_down(stage, run, time, fmt::format("the temperature is {:.4g} K", run.temperature()));
}

/// Rows of the trace: what a reader of a quench looks at.
void record(const Dynamics& run, std::int64_t steps_before, double timestep, std::vector<double>& rows) {
  const Configuration& c = run.state().configuration;
  const double n = static_cast<double>(c.atoms());
  rows.insert(rows.end(), {static_cast<double>(steps_before + run.state().step) * timestep * units::time_ps, run.target(), run.temperature(),
                           run.pressure() * units::stress_GPa, c.cell.volume() / n, run.state().potential_energy / n});
}

const std::vector<std::string> columns{"time (ps)", "target (K)", "temperature (K)", "pressure (GPa)", "volume per atom (A^3)",
                                       "energy per atom (eV)"};

/// Random sites of a cubic grid, each atom shaken: no two come closer than 0.6 of the grid's spacing, so that no potential
/// is asked about atoms inside each other. The melt forgets the grid.
void place_apart(Positions& positions, double edge, Rng& rng) {
  constexpr double shake = 0.2;  // of the spacing, to either side
  const auto per_edge = static_cast<std::int64_t>(std::ceil(std::cbrt(static_cast<double>(positions.cols())) - 1e-9));
  std::vector<std::int64_t> sites(static_cast<std::size_t>(per_edge * per_edge * per_edge));
  std::iota(sites.begin(), sites.end(), 0);
  for (Eigen::Index i = 0; i < positions.cols(); ++i) {
    const auto first = static_cast<std::size_t>(i);
    std::swap(sites[first], sites[first + rng.below(sites.size() - first)]);
    const std::int64_t site = sites[first];
    const Vector3d corner(static_cast<double>(site % per_edge), static_cast<double>(site / per_edge % per_edge), static_cast<double>(site / per_edge / per_edge));
    for (int k = 0; k < 3; ++k) positions(k, i) = edge / static_cast<double>(per_edge) * (corner[k] + 0.5 + shake * (2.0 * rng.uniform() - 1.0));
  }
}

void save(Checkpoints& checkpoints, const DynamicsState& state, const MeltQuench::Progress& at) {
  checkpoints.save({{state}, {{"leg", {static_cast<double>(at.leg)}}, {"steps_before", {static_cast<double>(at.steps_before)}}, {"rows", at.rows}}});
}

MeltQuench::Progress resume(Checkpoints& checkpoints) {
  std::optional<Restart> saved = checkpoints.load();
  if (!saved) return {};
  return {static_cast<std::size_t>(saved->notes["leg"].at(0)), static_cast<std::int64_t>(saved->notes["steps_before"].at(0)),
          std::move(saved->notes["rows"]), std::move(saved->states.front())};
}

/// Elements that the potential knows have its masses, others standard ones.
std::shared_ptr<const Species> species_of(const MeltQuench::Options& options, const std::vector<Element>& known_elements) {
  auto species = std::make_shared<Species>();
  double shares = 0.0, sum = 0.0;
  for (const auto& [name, share] : options.composition) {
    species->elements.push_back(elements_named({name}).front());
    for (const Element& known : known_elements)
      if (known.name == name) species->elements.back() = known;
    shares += share;
  }
  for (std::size_t k = 0; k < species->elements.size(); ++k) {
    sum += options.composition[k].second / shares;
    const auto upto = static_cast<std::size_t>(std::llround(sum * static_cast<double>(options.atoms)));
    species->element_of.resize(std::max(upto, species->element_of.size()), static_cast<int>(k));
  }
  return species;
}

}  // namespace

MeltQuench::Options MeltQuench::read(Input& in) {
  Options o;
  o.atoms = in.integer("atoms", 1000, "number of atoms", positive, most_atoms);
  in.expect(o.atoms > 1, "atoms", "2 or more: one atom alone has no temperature");
  Input composition = in.table("composition", "share of each element, for example { Cu = 50, Zr = 50 }");
  double shares = 0.0;
  for (const std::string& element : composition.keys())
    shares += o.composition.emplace_back(element, composition.real(element, required, "share of this element", positive)).second;
  in.expect(!o.composition.empty(), "composition", "at least one element");
  in.expect(std::isfinite(shares), "composition", "shares whose sum is a finite number");
  const double spacing = in.length("spacing", "2.6 A", "cube root of the volume per atom of the random start", positive);
  in.expect(spacing >= least_spacing, "spacing", fmt::format("a length of {} A or more: nearer atoms have no energy that means anything", least_spacing));
  o.volume_per_atom = std::pow(spacing, 3);
  const bool isotropic = in.choice("barostat", {"isotropic", "per-axis"}, "isotropic", "which lengths of the cell may change") == "isotropic";
  double temperature = 0.0;
  for (Input& leg : in.tables("schedule", "legs of the temperature schedule, in order")) {
    o.schedule.push_back(read_leg(leg, temperature, isotropic ? Ensemble::npt : Ensemble::npt_axes));
    temperature = o.schedule.back().end;
  }
  in.expect(!o.schedule.empty(), "schedule", "at least one leg, for example [{ at = \"2000 K\", time = \"10 ps\" }]");
  o.dynamics.timestep = in.time("timestep", "2 fs", "time step");
  for (const Leg& leg : o.schedule)
    in.expect(leg.time / o.dynamics.timestep <= most_steps, "schedule", fmt::format("legs of at most {:g} time steps", most_steps));
  o.dynamics.pressure = in.pressure("pressure", "0 GPa", "target pressure");
  o.dynamics.damping = in.time("damping", "0.1 ps", "period of the thermostat");
  o.dynamics.pressure_damping = in.time("pressure_damping", "1 ps", "period of the barostat");
  o.record_every = in.integer("record_every", 500, "steps between rows of the trace", positive);
  o.mixed = mixed_precision(in);
  o.minimise.fmax = in.force("fmax", "1e-5 eV/A", "largest force on an atom of the inherent structure");
  return o;
}

double MeltQuench::all_time() const {
  double time = 0.0;
  for (const Leg& leg : options_.schedule) time += leg.time;
  return time;
}

std::string MeltQuench::describe_task(std::int64_t) const {
  return fmt::format("{} atoms, {:.4g} ps of dynamics", options_.atoms, all_time() * units::time_ps);
}

Work MeltQuench::work() const { return {all_time() * units::time_ps, "ps"}; }

std::optional<KnownAtoms> MeltQuench::atoms() const { return KnownAtoms{species_of(options_, {}), "composition"}; }

Configuration MeltQuench::random_positions(const TaskContext& context) const {
  Rng rng = context.stream("random start");
  const auto species = species_of(options_, context.potential->elements());
  const double edge = std::cbrt(options_.volume_per_atom * static_cast<double>(options_.atoms));
  Configuration start{species, Cell::cubic(edge), Positions(3, options_.atoms), {}};
  place_apart(start.positions, edge, rng);
  return start;
}

/// Relaxed so far that the first step of the dynamics is a step of a melt.
Configuration MeltQuench::random_start(Surface& surface, const TaskContext& context) const {
  Configuration start = random_positions(context);
  start.positions = relax(surface, start.positions, {.fmax = 1.0, .max_calls = 2000}, context).positions;
  return start;
}

std::int64_t MeltQuench::steps_of(const Leg& leg) const { return std::max<std::int64_t>(1, std::llround(leg.time / options_.dynamics.timestep)); }

std::int64_t MeltQuench::all_steps() const {
  std::int64_t all = 0;
  for (const Leg& leg : options_.schedule) all += steps_of(leg);
  return all;
}

/// Dynamics of one leg, at its beginning or where a checkpoint was made.
Dynamics MeltQuench::begin_leg(Surface& surface, const Leg& leg, Progress& at, const TaskContext& context) const {
  Dynamics::Options options = options_.dynamics;
  options.ensemble = leg.ensemble;
  options.temperature = leg.begin;
  options.ramp = (leg.end - leg.begin) / leg.time;
  options.seed = context.seed;
  options.stream = stream_of(fmt::format("{}/leg {}", context.stage, at.leg));
  if (at.state) return {surface, std::move(*at.state), options};
  return {surface, random_start(surface, context), options};
}

DynamicsState MeltQuench::run_leg(Surface& surface, const Leg& leg, Progress& at, std::int64_t steps, Checkpoints& checkpoints, const TaskContext& context) const {
  const double timestep = options_.dynamics.timestep;
  Dynamics run = begin_leg(surface, leg, at, context);
  while (run.state().step < steps) {
    if (run.state().step % options_.record_every == 0) {
      record(run, at.steps_before, timestep, at.rows);
      check_temperature(context.stage, run, timestep);
    }
    step(context.stage, run, timestep);
    const std::int64_t done = at.steps_before + run.state().step;
    if (done % 100 == 0 && context.progress) context.progress(static_cast<double>(done) / static_cast<double>(all_steps()));
    if (context.stopped() || done % checkpoint_every == 0) save(checkpoints, run.state(), at);
    if (context.stopped()) throw Interrupted{};
  }
  if (leg.begin == leg.end) check_temperature(context.stage, run, timestep);  // at the end of a fast ramp it lags
  at.steps_before += steps;
  return run.state();
}

Events MeltQuench::run(std::int64_t, TaskContext& context) const {
  Checkpoints checkpoints(context.checkpoint);
  Progress at = resume(checkpoints);
  const Configuration frame = at.state ? at.state->configuration : random_positions(context);
  Surface surface(context.potential, frame, {.skin = list_skin, .threads = context.threads, .mixed = options_.mixed});
  for (; at.leg < options_.schedule.size(); ++at.leg) {
    at.state = run_leg(surface, options_.schedule[at.leg], at, steps_of(options_.schedule[at.leg]), checkpoints, context);
    at.state->step = 0;
    at.state->drawn = 0;
    const Ensemble ensemble = options_.schedule[at.leg].ensemble;
    if (ensemble == Ensemble::npt || ensemble == Ensemble::npt_axes) continue;
    at.state->barostat = {};  // a barostat begins at rest
    at.state->strain_rate.setZero();
  }
  try {
    return quenched(at.state->configuration, at.rows, context);
  } catch (const Interrupted&) {
    save(checkpoints, *at.state, at);
    throw;
  }
}

/// The inherent structure of the last configuration, and the trace.
Events MeltQuench::quenched(Configuration glass, const std::vector<double>& rows, const TaskContext& context) const {
  glass.momenta.resize(3, 0);
  Surface surface(context.potential, glass, {.threads = context.threads});  // in double, whatever the dynamics
  const Quenched inherent = relax(surface, glass.positions, options_.minimise, context);
  if (!inherent.converged())
    throw Error("stage '{}': the inherent structure did not converge: {} at fmax {} eV/A", context.stage, to_string(inherent.ended), inherent.fmax);
  glass.positions = inherent.positions;
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto width = static_cast<Eigen::Index>(columns.size());
  TraceRecorded trace{"melt-quench", columns, Eigen::Map<const Rows>(rows.data(), static_cast<Eigen::Index>(rows.size()) / width, width)};
  return {BasinFound{glass, inherent.energy, inherent.fmax, inherent.calls}, std::move(trace)};
}

}  // namespace glasscape
