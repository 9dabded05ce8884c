#include "apps/stages/metadynamics.hpp"

#include <algorithm>
#include <cmath>

#include "apps/stages/stepping.hpp"

namespace glasscape {
namespace {

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
  o.height = in.energy("height", "0.01 eV", "height of the first hill; 0 eV: no bias, only the escapes of plain dynamics", non_negative);
  o.width = in.real("width", 0.1, "width (standard deviation) of a hill, unit of the variable", positive);
  o.stride = steps_of(in, "stride", "2 ps", "time between two hills of a walker", o.timestep);
  o.bias_temperature = in.temperature("bias_temperature", "2700 K", "dT of the tempering; 0 K: hills keep their height");
  o.walkers = in.count("walkers", 1, "walkers that share one bias", positive);
  in.expect(o.walkers <= 1000, "walkers", "at most 1000");
  o.record_every = steps_of(in, "record_every", "0.2 ps", "time between rows of the trace of the variable", o.timestep);
  o.quench_every = steps_of(in, "quench_every", "5 ps", "time between quenches that tell in which basin a walker is", o.timestep);
  o.moved = in.length("moved", "0.5 A", "an atom of the group displaced further in the inherent structure has escaped", positive);
  o.until_escape = in.choice("until", {"escape", "time"}, "escape", "a sampling ends with the first escape, or with its time") == "escape";
  o.mixed = mixed_precision(in);
  in.expect(o.height == 0.0 || o.stride <= o.steps, "stride", "a time not above 'time': no hill would ever be left");
  in.expect(o.quench_every <= o.steps, "quench_every", "a time not above 'time': no escape would ever be seen");
  if (in.has("wall_stiffness") && !in.has("wall")) throw InputError("{}: there is no wall (key 'wall')", in.where("wall_stiffness"));
  if (in.has("wall") || in.is_describing()) o.wall = in.real("wall", 2.0, "value of the variable beyond which a wall pushes back; no wall unless given");
  o.wall_stiffness = in.real("wall_stiffness", 10.0, "of the wall, eV per unit of the variable squared", positive);
  return o;
}

/// What is known of the group before it is bound. Throws InputError.
void check_variable(Input& in, const MetadynamicsStage::Options& o) {
  if (o.variable == nullptr) return;
  const std::size_t listed = o.groups.atoms_listed();
  try {
    o.variable->check_group(listed > 0 ? listed : o.variable->fewest_atoms(), o.groups.events() > 0);
  } catch (const InputError& error) {
    const bool too_few = listed > 0 && listed < o.variable->fewest_atoms();
    throw InputError("{}: {}", in.where(too_few ? "group" : "variable"), error.what());
  }
}

/// Of all atoms, by nearest images without the drift.
double distance(const Positions& a, const Positions& b, const Cell& cell) {
  const Positions d = a - b;
  const Vector3d drift = d.rowwise().mean();
  double squares = 0;
  for (Eigen::Index i = 0; i < d.cols(); ++i) squares += cell.nearest(d.col(i) - drift).squaredNorm();
  return std::sqrt(squares);
}

}  // namespace

MetadynamicsStage::Options MetadynamicsStage::read(Input& in, const std::shared_ptr<const Variables>& variables) {
  Options o;
  for (const std::string& text : in.list("temperatures", std::vector<std::string>{"300 K"}, "temperatures of the samplings"))
    o.temperatures.push_back(in.temperature_in("temperatures", text, positive));
  in.expect(!o.temperatures.empty(), "temperatures", "at least one");
  in.expect(all_differ(o.temperatures), "temperatures", "each temperature once: equal tasks are equal samplings");
  o.samplings = in.integer("samplings", 1, "independent samplings of each group at each temperature", positive, 1'000'000);
  o.variable = read_variable(in, *variables);
  o.run = read_run(in);
  o.groups = SampledGroups::read(in, o.run.moved);
  check_variable(in, o);
  o.soft_radius = in.length("soft_radius", "5 A", "atoms whose soft mode is followed when the saddle behind an escape is refined", positive);
  o.saddle = SaddleSearch::read(in);
  return o;
}

std::int64_t MetadynamicsStage::tasks() const { return product_of({std::ssize(options_.temperatures), options_.groups.count(), options_.samplings}); }

MetadynamicsStage::Place MetadynamicsStage::place_of(std::int64_t task) const {
  const auto temperatures = static_cast<std::int64_t>(options_.temperatures.size());
  const std::int64_t of_all = task / temperatures;
  return {static_cast<std::size_t>(task % temperatures), of_all % options_.groups.count(), of_all / options_.groups.count()};
}

std::string MetadynamicsStage::describe_task(std::int64_t task) const {
  const Place at = place_of(task);
  return fmt::format("{:g} K, {}, sampling {}", options_.temperatures[at.temperature], options_.groups.describe(at.group), at.sampling + 1);
}

Work MetadynamicsStage::work() const {
  const double steps = static_cast<double>((options_.run.steps + options_.run.equilibration) * options_.run.walkers);
  return {static_cast<double>(tasks()) * steps * options_.run.timestep * units::time_ps, "ps"};
}

SamplingStart MetadynamicsStage::start_of(const Place& place, const SampledGroup& group, const TaskContext& context) const {
  SamplingStart start{context.potential, group.start->found, group.start->ref, context.task, group.centre, group.radius, group.event != nullptr ? group.event->ref : EventRef{}, {}};
  start.displacement = group.displacement;
  start.bind = [this, &group](const Configuration& reference) {
    const std::vector<Eigen::Index> atoms = group.radius > 0.0 ? atoms_within(reference, group.centre, group.radius) : group.atoms;
    return std::shared_ptr<const CollectiveVariable>(options_.variable->bind({reference, atoms, group.displacement ? &*group.displacement : nullptr}));
  };
  start.same.fixed_frame = !context.potential->translation_invariant();
  start.seed = context.seed;
  start.stream = stream_of(fmt::format("{}/{} K/{}/sampling {}", context.stage, options_.temperatures[place.temperature], options_.groups.describe(place.group), place.sampling));
  start.threads = context.threads;
  return start;
}

/// On from where the last saddle led, until that is where the escape ended, no nearer to it, or a search fails.
Events MetadynamicsStage::saddles_behind(const EscapeSought& escape, EventRef from, std::int64_t first, const MetadynamicsRun& run, const TaskContext& context) const {
  constexpr int most = 8;
  Configuration c = run.basin().configuration;
  c.positions = escape.before;
  Surface surface(context.potential, c, {.threads = context.threads});
  std::vector<Eigen::Index> soft;
  for (const Eigen::Index i : run.variable()->atoms())
    for (const Eigen::Index j : atoms_within(c, i, options_.soft_radius)) soft.push_back(j);
  const Positions local = mask_of(c.atoms(), soft);
  const SameBasin same{.fixed_frame = !context.potential->translation_invariant()};
  SearchStart at{c.positions, escape.before_energy};
  Events events;
  for (int k = 0; k < most; ++k) {
    Rng rng = context.stream(fmt::format("{}/saddle {}", context.task, k));
    const SearchOutcome found = search_saddle_towards(surface, at, escape.end, local, options_.saddle, rng);
    if (!found.saddle) {
      events.push_back(SearchFailed{from, escape.centre, found.reason, found.detail, found.energy, found.calls});
      return events;
    }
    const FoundSaddle& s = *found.saddle;
    events.push_back(SaddleFound{from, escape.centre, s.positions, s.energy, s.fmax, s.curvature, s.next_curvature, s.mode, s.back.energy, s.back_distance, s.end.positions, s.end.energy, s.end.fmax, found.calls});
    const bool there = same_basin({c.species, c.cell}, {s.end.positions, s.end.energy}, {escape.end, escape.end_energy}, same).same;
    const bool nearer = distance(s.end.positions, escape.end, c.cell) < distance(at.positions, escape.end, c.cell);
    if (there || !nearer) return events;
    from = {context.task, first + k};
    at = {s.end.positions, s.end.energy};
  }
  return events;
}

Events MetadynamicsStage::run(std::int64_t task, TaskContext& context) const {
  try {
    return sampled(task, context);
  } catch (const InputError& error) {
    throw InputError("stage '{}': {}", context.stage, error.what());
  }
}

Events MetadynamicsStage::sampled(std::int64_t task, TaskContext& context) const {
  const Place place = place_of(task);
  const std::optional<SampledGroup> group = options_.groups.of(place.group, context);
  if (!group) return {};
  Metadynamics options = options_.run;
  options.temperature = options_.temperatures[place.temperature];
  Checkpoints checkpoints(context.checkpoint);
  const std::optional<Restart> saved = checkpoints.load();
  MetadynamicsRun run(start_of(place, *group, context), options, saved ? &*saved : nullptr);
  run_to_its_end(run, context, checkpoints, [&](const DynamicsBroken& error) {
    return fmt::format("stage '{}', {}: after {:.4g} of its longest time: {}; use a shorter timestep, or lower or wider hills", context.stage, describe_task(task), run.part(), error.what());
  });
  Events events = run.events();
  for (std::size_t k = 0; k < events.size(); ++k)
    if (const auto* sought = std::get_if<EscapeSought>(&events[k]); sought != nullptr && sought->escaped != 0) {
      const EscapeSought escape = *sought;
      const EventRef before{context.task, static_cast<std::int64_t>(events.size()) - 1};  // the last fact, see MetadynamicsRun::events
      for (Event& event : saddles_behind(escape, before, before.number + 1, run, context)) events.push_back(std::move(event));
      break;
    }
  return events;
}

}  // namespace glasscape
