#include "apps/stages/cyclic_shear.hpp"

#include "apps/stages/stepping.hpp"

namespace glasscape {
namespace {

ShearPlane read_plane(Input& in) {
  std::vector<std::string> names;
  for (const ShearPlane& plane : shear_planes) names.push_back(plane.name());
  const std::string name = in.choice("plane", names, "xy", "displacement and gradient of the shear");
  return *std::find_if(shear_planes.begin(), shear_planes.end(), [&](const ShearPlane& plane) { return plane.name() == name; });
}

/// A whole number of the steps between samples, and of time steps.
std::vector<std::int64_t> read_periods(Input& in, const CyclicShear& run) {
  std::vector<std::int64_t> all;
  for (const std::string& text : in.list("periods", std::vector<std::string>{"50 ps"}, "periods of the shear")) {
    const double steps = in.time_in("periods", text, positive) / run.timestep;
    const auto whole = std::llround(std::min(steps, 1e12));
    in.expect(whole > 0 && std::abs(steps - static_cast<double>(whole)) < 1e-6 * steps, "periods", "a whole number of time steps");
    in.expect(whole % run.sample_every == 0 && whole >= 8 * run.sample_every, "periods", "a whole number, 8 or more, of `sample_every`");
    in.expect(whole % run.record_every == 0, "periods", "a whole number of `record_every`");
    all.push_back(whole);
  }
  in.expect(!all.empty() && all_differ(all), "periods", "at least one, each once: equal tasks are equal samplings");
  return all;
}

std::vector<double> read_amplitudes(Input& in) {
  const std::vector<double> all = in.reals("amplitudes", std::vector<double>{0.01}, "largest shear strains; 0: a run without shear, which tells the others' noise");
  in.expect(!all.empty() && all_differ(all), "amplitudes", "at least one, each once: equal tasks are equal samplings");
  in.expect(std::all_of(all.begin(), all.end(), [](double a) { return a == 0.0 || (a >= 1e-6 && a <= 0.2); }), "amplitudes", "0, or strains from 1e-6 to 0.2: the cell is not folded back");
  return all;
}

CyclicShear read_run(Input& in) {
  CyclicShear o;
  o.plane = read_plane(in);
  o.cycles = in.count("cycles", 30, "periods", positive);
  o.block = in.count("block", 2, "cycles that are told as one; the neighbours of the drive's frequency f are f (1 - 1/block) and f (1 + 1/block)", positive);
  in.expect(o.block >= 2 && o.block <= o.cycles, "block", "from 2 to the number of `cycles`");
  o.timestep = in.time("timestep", "2 fs", "time step");
  o.damping = in.time("damping", "100 fs", "period of the thermostat, or 1 / friction");
  o.thermostat = in.choice("thermostat", {"nvt", "langevin"}, "nvt", "nvt: Nose-Hoover chains; langevin: a bath") == "nvt" ? Ensemble::nvt : Ensemble::langevin;
  o.pressure = in.pressure("pressure", "0 GPa", "of the equilibration");
  o.equilibration = steps_of(in, "equilibration", "100 ps", "with a barostat, before the shear at the mean cell of its second half; 0 ps: at the cell of the start", o.timestep, non_negative);
  o.sample_every = steps_of(in, "sample_every", "10 fs", "time between two samples of the stresses of atoms", o.timestep, positive, Steps::whole);
  o.record_every = steps_of(in, "record_every", "100 fs", "time between rows of the trace", o.timestep, positive, Steps::whole);
  in.expect(o.record_every % o.sample_every == 0, "record_every", "a whole number of `sample_every`");
  for (const long long atom : in.integers("followed", std::vector<long long>{0}, "atoms, from 0, whose stress is in the trace")) o.followed.push_back(atom);
  o.mixed = mixed_precision(in);
  return o;
}

}  // namespace

CyclicShearStage::Options CyclicShearStage::read(Input& in) {
  Options o;
  for (const std::string& text : in.list("temperatures", std::vector<std::string>{"300 K"}, "temperatures of the glass")) o.temperatures.push_back(in.temperature_in("temperatures", text, positive));
  in.expect(!o.temperatures.empty() && all_differ(o.temperatures), "temperatures", "at least one, each once: equal tasks are equal samplings");
  o.samplings = in.integer("samplings", 1, "independent samplings at each temperature, period and amplitude", positive, 1'000'000);
  o.run = read_run(in);
  o.periods = read_periods(in, o.run);
  o.amplitudes = read_amplitudes(in);
  return o;
}

void CyclicShearStage::check_start(const Species& start, const Input& in) const {
  for (const Eigen::Index atom : options_.run.followed) in.expect(atom >= 0 && atom < start.atoms(), "followed", fmt::format("atoms from 0 to {}", start.atoms() - 1));
}

CyclicShear CyclicShearStage::of_task(std::int64_t task) const {
  const auto k = static_cast<std::size_t>(task);
  const std::size_t temperatures = options_.temperatures.size(), periods = options_.periods.size();
  CyclicShear run = options_.run;
  run.temperature = options_.temperatures[k % temperatures];
  run.steps_per_cycle = options_.periods[k / temperatures % periods];
  run.amplitude = options_.amplitudes[k / temperatures / periods % options_.amplitudes.size()];
  return run;
}

std::string CyclicShearStage::describe_task(std::int64_t task) const {
  const CyclicShear run = of_task(task);
  return fmt::format("{:g} K, period {:g} ps, {:g} %, sampling {}", run.temperature, run.period() * units::time_ps, 100 * run.amplitude, task / different() + 1);
}

Work CyclicShearStage::work() const {
  double steps = 0;
  for (std::int64_t task = 0; task < tasks(); ++task) steps += static_cast<double>(options_.run.equilibration + options_.run.cycles * of_task(task).steps_per_cycle);
  return {steps * options_.run.timestep * units::time_ps, "ps"};
}

Events CyclicShearStage::run(std::int64_t task, TaskContext& context) const {
  const NamedBasin& basin = context.starts.front();
  if (!basin.found.configuration.cell.all_periodic()) throw InputError("stage '{}': the cell is open in a direction, expected one that is periodic in all", context.stage);
  const ShearStart start{context.potential, basin.found, basin.ref, context.task, context.seed, stream_of(fmt::format("{}/{}", context.stage, describe_task(task))), context.threads};
  Checkpoints checkpoints(context.checkpoint);
  const std::optional<Restart> saved = checkpoints.load();
  CyclicShearRun run(start, of_task(task), saved ? &*saved : nullptr);
  run_to_its_end(run, context, checkpoints, [&](const DynamicsBroken& error) {
    return fmt::format("stage '{}', {}: after {:.4g} of its time: {}; use a shorter timestep or a smaller amplitude", context.stage, describe_task(task), run.part(), error.what());
  });
  return run.events();
}

}  // namespace glasscape
