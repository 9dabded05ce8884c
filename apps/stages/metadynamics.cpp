#include "apps/stages/metadynamics.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace glasscape {
namespace {

constexpr std::int64_t checkpoint_every = 20'000;  // steps
constexpr double most_steps = 1e12;

std::int64_t steps_of(Input& in, const std::string& key, const std::string& fallback, std::string_view meaning, double timestep, Range range = positive) {
  const double time = in.time(key, fallback, meaning, range);
  in.expect(time / timestep <= most_steps, key, fmt::format("at most {:g} time steps", most_steps));
  const auto steps = std::llround(time / timestep);
  return range == positive ? std::max<std::int64_t>(1, steps) : steps;
}

std::shared_ptr<const VariableDefinition> read_variable(Input& in, const Variables& variables) {
  const bool given = in.has("variable");
  Input table = in.table("variable", "the collective variable, { type = \"rmsd\" } unless given; see `glasscape list`");
  if (in.is_describing()) return nullptr;
  if (given) return variables.make(table);
  Input usual(parse_pairs("type=rmsd", "", "variable"), "variable");
  return variables.make(usual);
}

Metadynamics read_run(Input& in) {
  Metadynamics o;
  o.timestep = in.time("timestep", "2 fs", "time step");
  o.damping = in.time("damping", "1 ps", "1 / friction of the Langevin bath");
  o.equilibration = steps_of(in, "equilibration", "5 ps", "dynamics without bias before the sampling", o.timestep, non_negative);
  o.steps = steps_of(in, "time", "1 ns", "longest time of a sampling, of each walker", o.timestep);
  o.height = in.energy("height", "0.01 eV", "height of the first hill", positive);
  o.width = in.real("width", 0.1, "width (standard deviation) of a hill, unit of the variable", positive);
  o.stride = steps_of(in, "stride", "2 ps", "time between two hills of a walker", o.timestep);
  o.bias_temperature = in.temperature("bias_temperature", "2700 K", "dT of the tempering; 0 K: hills keep their height");
  o.walkers = in.count("walkers", 1, "walkers that share one bias", positive);
  in.expect(o.walkers <= 1000, "walkers", "at most 1000");
  o.record_every = steps_of(in, "record_every", "0.2 ps", "time between rows of the trace of the variable", o.timestep);
  o.quench_every = steps_of(in, "quench_every", "5 ps", "time between quenches that tell in which basin a walker is", o.timestep);
  o.moved = in.length("moved", "0.5 A", "an atom of the group displaced further in the inherent structure has escaped", positive);
  o.until_escape = in.choice("until", {"escape", "time"}, "escape", "a sampling ends with the first escape, or with its time") == "escape";
  if (in.has("wall") || in.is_describing()) o.wall = in.real("wall", 2.0, "value of the variable beyond which a wall pushes back; no wall unless given");
  o.wall_stiffness = in.real("wall_stiffness", 10.0, "of the wall, eV per unit of the variable squared", positive);
  return o;
}

}  // namespace

MetadynamicsStage::Options MetadynamicsStage::read(Input& in, const std::shared_ptr<const Variables>& variables) {
  Options o;
  for (const std::string& text : in.list("temperatures", std::vector<std::string>{"300 K"}, "temperatures of the samplings")) {
    Input one(parse_pairs("temperatures=" + text, "", in.source()), in.source());
    o.temperatures.push_back(one.temperature("temperatures", required, "temperature", positive));
  }
  in.expect(!o.temperatures.empty(), "temperatures", "at least one");
  o.samplings = in.integer("samplings", 1, "independent samplings of each centre at each temperature", positive, 1'000'000);
  o.around = in.text("around", "all", "element of the centres, or all");
  o.centres = in.integer("centres", 1, "how many centres, drawn at random without repeats", positive, 1'000'000);
  o.chosen = in.integers("centre_atoms", std::vector<long long>{}, "centres, from 0, instead of drawn ones");
  o.radius = in.length("radius", "4 A", "the group is the atoms within this distance of the centre", positive);
  o.atoms = in.integers("group", std::vector<long long>{}, "atoms of the group, from 0, instead of centre and radius");
  o.variable = read_variable(in, *variables);
  o.run = read_run(in);
  o.soft_radius = in.length("soft_radius", "5 A", "atoms whose soft mode is followed when the saddle behind an escape is refined", positive);
  o.saddle = SaddleSearch::read(in);
  return o;
}

std::int64_t MetadynamicsStage::centre_count() const {
  if (!options_.atoms.empty()) return 1;
  return options_.chosen.empty() ? options_.centres : static_cast<std::int64_t>(options_.chosen.size());
}

std::int64_t MetadynamicsStage::tasks() const { return static_cast<std::int64_t>(options_.temperatures.size()) * centre_count() * options_.samplings; }

MetadynamicsStage::Place MetadynamicsStage::place_of(std::int64_t task) const {
  const std::int64_t of_temperature = centre_count() * options_.samplings;
  return {static_cast<std::size_t>(task / of_temperature), static_cast<std::size_t>(task % of_temperature / options_.samplings), task % options_.samplings};
}

std::string MetadynamicsStage::describe_task(std::int64_t task) const {
  const Place at = place_of(task);
  return fmt::format("{:g} K, centre {}, sampling {}", options_.temperatures[at.temperature], at.centre + 1, at.sampling + 1);
}

Work MetadynamicsStage::work() const {
  const double steps = static_cast<double>((options_.run.steps + options_.run.equilibration) * options_.run.walkers);
  return {static_cast<double>(tasks()) * steps * options_.run.timestep * units::time_ps, "ps"};
}

void MetadynamicsStage::check_start(const Species& start, const Input& in) const {
  const auto of_element = std::ssize(atoms_of(start, options_.around));
  if (options_.atoms.empty() && options_.chosen.empty())
    in.expect(of_element >= options_.centres, options_.around == "all" ? "centres" : "around", fmt::format("{} atoms for centres, the start has {}", options_.centres, of_element));
  for (const auto& [key, atoms] : {std::pair{"centre_atoms", &options_.chosen}, std::pair{"group", &options_.atoms}})
    for (const long long atom : *atoms) in.expect(atom >= 0 && atom < start.atoms(), key, fmt::format("atoms from 0 to {}", start.atoms() - 1));
}

Eigen::Index MetadynamicsStage::centre_of(const Place& place, const TaskContext& context) const {
  if (!options_.atoms.empty()) return -1;
  if (!options_.chosen.empty()) return static_cast<Eigen::Index>(options_.chosen[place.centre]);
  std::vector<Eigen::Index> all = atoms_of(*context.starts.front().found.configuration.species, options_.around);
  Rng rng = context.stream("centres");  // the same for all tasks
  for (std::size_t k = 0; k <= place.centre; ++k) std::swap(all.at(k), all[k + rng.below(all.size() - k)]);
  return all[place.centre];
}

SamplingStart MetadynamicsStage::start_of(const Place& place, const TaskContext& context) const {
  const NamedBasin& basin = context.starts.front();
  SamplingStart start{context.potential, basin.found, basin.ref, context.task, centre_of(place, context), {}};
  if (options_.atoms.empty()) check_sphere(basin.found.configuration.cell, options_.radius);
  start.bind = [this, centre = start.centre](const Configuration& reference) {
    std::vector<Eigen::Index> group(options_.atoms.begin(), options_.atoms.end());
    if (group.empty()) group = atoms_within(reference, centre, options_.radius);
    return std::shared_ptr<const CollectiveVariable>(options_.variable->bind({reference, group}));
  };
  start.same.fixed_frame = !context.potential->translation_invariant();
  start.seed = context.seed;
  start.stream = stream_of(fmt::format("{}/{} K/centre {}/sampling {}", context.stage, options_.temperatures[place.temperature], place.centre, place.sampling));
  start.threads = context.threads;
  return start;
}

Event MetadynamicsStage::saddle_of(const EscapeSought& escape, const EventRef& before, const MetadynamicsRun& run, const TaskContext& context) const {
  Configuration c = run.basin().configuration;
  c.positions = escape.before;
  Surface surface(context.potential, c, {.threads = context.threads});
  std::vector<Eigen::Index> soft;
  for (const Eigen::Index i : run.variable()->atoms())
    for (const Eigen::Index j : atoms_within(c, i, options_.soft_radius)) soft.push_back(j);
  Rng rng = context.stream(context.task + "/saddle");
  const SearchOutcome found = search_saddle_towards(surface, {c.positions, escape.before_energy}, escape.end, mask_of(c.atoms(), soft), options_.saddle, rng);
  if (!found.saddle) return SearchFailed{before, escape.centre, found.reason, found.detail, found.energy, found.calls};
  const FoundSaddle& s = *found.saddle;
  return SaddleFound{before, escape.centre, s.positions, s.energy, s.fmax, s.curvature, s.next_curvature, s.mode, s.back.energy, s.back_distance, s.end.positions, s.end.energy, s.end.fmax, found.calls};
}

Events MetadynamicsStage::run(std::int64_t task, TaskContext& context) const {
  const Place place = place_of(task);
  Metadynamics options = options_.run;
  options.temperature = options_.temperatures[place.temperature];
  std::optional<Restart> saved;
  if (!context.checkpoint.empty() && std::filesystem::exists(context.checkpoint)) saved = read_restart(context.checkpoint);
  MetadynamicsRun run = [&] {
    try {
      return MetadynamicsRun(start_of(place, context), options, saved ? &*saved : nullptr);
    } catch (const InputError& error) {
      throw InputError("stage '{}': {}", context.stage, error.what());
    }
  }();
  for (std::int64_t k = 1; !run.ended(); ++k) {
    run.step();
    if (k % 100 == 0 && context.progress) context.progress(run.part());
    const bool stopped = context.stopped();
    if (!context.checkpoint.empty() && (stopped || k % checkpoint_every == 0)) write_restart(context.checkpoint, run.checkpoint());
    if (stopped) throw Interrupted{};
  }
  Events events = run.events();
  for (std::size_t k = 0; k < events.size(); ++k)
    if (const auto* sought = std::get_if<EscapeSought>(&events[k]); sought != nullptr && sought->escaped != 0) {
      const EscapeSought escape = *sought;
      const EventRef before{context.task, static_cast<std::int64_t>(events.size()) - 1};  // the last fact, see MetadynamicsRun::events
      events.push_back(saddle_of(escape, before, run, context));
      break;
    }
  return events;
}

}  // namespace glasscape
