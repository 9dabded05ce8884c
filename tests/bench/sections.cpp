#include "tests/bench/sections.hpp"

#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <future>

#include "md/dynamics.hpp"
#include "md/local_determinant.hpp"
#include "md/minimise.hpp"
#include "md/replicas.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"
#include "samplers/art.hpp"
#include "samplers/metadynamics.hpp"
#include "tests/support/lammps.hpp"
#include "tests/support/systems.hpp"

namespace glasscape::bench {

using namespace glasscape::test;

namespace {

constexpr double kelvin = 300, femtoseconds = 2;
constexpr double lmp_skin = 1.0;  // Angstrom; we take the default of Surface
constexpr double quenched_fmax = 1e-3;

/// Warm: half of the kinetic energy goes into the bonds.
Configuration warm_glass(int copies) {
  Configuration c = glass(copies);
  Rng rng(1, 1);
  c.momenta = thermal_momenta(*c.species, 2 * kelvin, rng);
  return c;
}

/// Runs a script after the model is set up; what lmp printed.
std::string lmp(const Configuration& c, const std::string& style, int threads, const std::string& script) {
  const std::string head = fmt::format("units metal\natom_style atomic\nread_data data\npair_style eam/fs{}\npair_coeff * * {} Cu Zr\nneighbor {} bin\nneigh_modify delay 0 every 1 check yes\n",
                                       style, potential_file, lmp_skin);
  return time_lammps(head + script, {{"data", to_lammps_data({with_elements(c, elements_named({"Cu", "Zr"})), {}, {}})}}, threads);
}

/// The number that follows the last such words.
double number_after(const std::string& text, std::string_view what) {
  const std::size_t at = text.rfind(what);
  if (at == std::string::npos) throw Error("lmp printed no '{}'", what);
  return to_real(words(std::string_view(text).substr(at + what.size()))[0]).value();
}

Dynamics::Options microcanonical() { return {.ensemble = Ensemble::nve, .timestep = femtoseconds / units::time_fs}; }

double our_steps(const Configuration& c, int threads, bool mixed, int steps) {
  Surface surface(law(), c, {.threads = threads, .mixed = mixed});
  Dynamics run(surface, c, microcanonical());
  for (int k = 0; k < steps / 4 + 10; ++k) run.step();
  const double begin = seconds();
  for (int k = 0; k < steps; ++k) run.step();
  return steps / (seconds() - begin);
}

double lmp_steps(const Configuration& c, const std::string& style, int threads, int steps) {
  const std::string script = fmt::format("fix 1 all nve\ntimestep {}\nthermo 1000000\nrun {}\nrun {}\n", femtoseconds * 1e-3, steps / 4 + 10, steps);
  return steps / number_after(lmp(c, style, threads, script), "Loop time of ");
}

}  // namespace

void Bench::take(std::vector<Record> more) {
  print(more);
  for (Record& r : more) records.push_back(std::move(r));
}

void Bench::take(const std::string& quantity, const std::string& unit, long atoms, const std::string& precision, double value) {
  take({{"glasscape", quantity, atoms, 1, precision, unit, {value}}});
}

const std::shared_ptr<const Potential>& law() {
  static const auto made = potential("eam-fs:CuZr_mm.eam.fs");
  return made;
}

Configuration glass(int copies) {
  static const Configuration unit = [] {
    constexpr double melt = 2000, cooled = 10;  // K
    constexpr int steps = 50'000;
    const Configuration crystal = fcc(4.13, 5, elements_named({"Cu", "Zr"}));
    Surface surface(law(), crystal), fast(law(), crystal, {.mixed = true});
    const double step = femtoseconds / units::time_fs;
    Dynamics held(fast, crystal, {.ensemble = Ensemble::langevin, .timestep = step, .temperature = 2 * melt});
    for (int k = 0; k < steps / 25; ++k) held.step();
    Dynamics run(fast, held.state().configuration, {.ensemble = Ensemble::langevin, .timestep = step, .temperature = melt, .ramp = (cooled - melt) / (steps * step)});
    for (int k = 0; k < steps; ++k) run.step();
    FollowingNetwork network(surface);
    return surface.at(minimise(surface, run.state().configuration.positions, {.fmax = quenched_fmax, .network = &network}).positions);
  }();
  return repeated(unit, {copies, copies, copies});
}

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

namespace {
int steps_for(const Configuration& c) { return std::max(4, static_cast<int>(1'200'000 / c.atoms())); }
}  // namespace

void dynamics(Bench& bench) {
  for (const int copies : bench.copies)
    for (const int threads : {1, 2}) {
      const Configuration c = warm_glass(copies);
      const int steps = steps_for(c);
      bench.take(in_turn("dynamics", "steps/s", c.atoms(), threads,
                         {{"glasscape", "double", [&] { return our_steps(c, threads, false, steps); }},
                          {"glasscape", "mixed", [&] { return our_steps(c, threads, true, steps); }},
                          {"lmp", "double", [&] { return lmp_steps(c, "", threads, steps); }},
                          {"lmp -sf opt", "double", [&] { return lmp_steps(c, "/opt", threads, steps); }}}, bench.rounds));
    }
}

/// Two threads and one in turn, so that the machine's moods are the same for both; and two systems at once, steps of both together, which is all that its two processors have to give.
void threads(Bench& bench) {
  for (const int copies : bench.copies) {
    const Configuration c = warm_glass(copies);
    const int steps = steps_for(c);
    for (const bool mixed : {false, true}) {
      const std::string precision = mixed ? "mixed" : "double";
      const auto one = [&] { return our_steps(c, 1, mixed, steps); };
      const auto two_systems = [&] {
        auto other = std::async(std::launch::async, one);
        const double here = one();
        return here + other.get();
      };
      bench.take(in_turn("dynamics", "steps/s", c.atoms(), 2, {{"glasscape", precision, [&] { return our_steps(c, 2, mixed, steps); }}, {"two systems", precision, two_systems}, {"one thread", precision, one}}, bench.rounds));
    }
    bench.take(in_turn("dynamics", "steps/s", c.atoms(), 2, {{"lmp -sf opt", "double", [&] { return lmp_steps(c, "/opt", 2, steps); }}, {"one thread", "double", [&] { return lmp_steps(c, "/opt", 1, steps); }}}, bench.rounds));
  }
}

/// From the glass with every atom displaced, to the same largest force.
void minimisation(Bench& bench) {
  for (const int copies : bench.copies) {
    Configuration c = glass(copies);
    if (c.atoms() > 40'000) continue;
    c.positions += 0.2 * noise(c.atoms(), 4);
    std::vector<double> our_calls;
    const auto ours = [&] {
      Surface surface(law(), c);
      FollowingNetwork network(surface);
      const double begin = seconds();
      our_calls.push_back(static_cast<double>(minimise(surface, c.positions, {.fmax = quenched_fmax, .network = &network}).calls));
      return seconds() - begin;
    };
    const auto theirs = [&](const std::string& method) {
      return number_after(lmp(c, "/opt", 1, fmt::format("min_style {}\nmin_modify norm max\nminimize 0 {} 100000 1000000\n", method, quenched_fmax)), "Loop time of ");
    };
    bench.take(in_turn("minimisation", "s", c.atoms(), 1, {{"glasscape", "double", ours}, {"lmp fire", "double", [&] { return theirs("fire"); }}, {"lmp cg", "double", [&] { return theirs("cg"); }}},
                       std::min(bench.rounds, 3)));
    bench.take("calls of a minimisation", "force calls", c.atoms(), "double", our_calls.back());
  }
}

void precision(Bench& bench) {
  const Configuration c = warm_glass(2);
  for (const bool mixed : {false, true}) {
    Surface surface(law(), c, {.mixed = mixed}), exact(law(), c);
    Dynamics run(surface, c, microcanonical());
    for (int k = 0; k < 500; ++k) run.step();
    const double before = run.conserved();
    constexpr int steps = 2500;
    for (int k = 0; k < steps; ++k) run.step();
    const double nanoseconds = steps * femtoseconds * 1e-6;
    bench.take("energy drift", "eV/atom/ns", c.atoms(), mixed ? "mixed" : "double", (run.conserved() - before) / static_cast<double>(c.atoms()) / nanoseconds);
    if (!mixed) continue;
    const Positions& x = run.state().configuration.positions;
    const Positions off = surface.evaluate(x).forces - exact.evaluate(x).forces;
    bench.take("force error, largest", "eV/A", c.atoms(), "mixed", fmax(off));
    bench.take("force error, rms", "eV/A", c.atoms(), "mixed", std::sqrt(off.squaredNorm() / static_cast<double>(off.cols())));
  }
}

namespace {
/// All atoms free from the beginning, or in growing regions.
void searches_from(Bench& bench, Surface& surface, const BasinFound& start, int count, const std::string& region) {
  Input in(parse_pairs(fmt::format("searches={},region={}", count, region), "", "bench"), "bench");
  Art art(Art::read(in));
  double connected = 0, calls = 0;
  const double begin = processor_seconds();
  for (int k = 0; k < count; ++k) {
    Rng rng(5, static_cast<std::uint64_t>(k));
    Run run{surface, start, {"bench", 0}, rng};
    for (const Event& event : art.step(run)) {
      const auto* found = std::get_if<SaddleFound>(&event);
      connected += found != nullptr ? 1 : 0;
      calls += static_cast<double>(found != nullptr ? found->force_calls : std::get<SearchFailed>(event).force_calls);
    }
  }
  const auto take = [&](const std::string& quantity, const std::string& unit, double value) {
    bench.take({{"glasscape, region " + region, quantity, start.configuration.atoms(), 1, "double", unit, {value}}});
  };
  take("searches", "connected", connected / count);
  take("connected saddle", "force calls", calls / std::max(1.0, connected));
  take("connected saddle", "s", (processor_seconds() - begin) / std::max(1.0, connected));
}
}  // namespace

void searches(Bench& bench) {
  for (const int copies : bench.copies) {
    Configuration c = glass(copies);
    c.positions += 0.1 * noise(c.atoms(), 4);  // copies of a minimum need not be one
    Surface surface(law(), c);
    FollowingNetwork network(surface);
    const Quenched q = minimise(surface, c.positions, {.fmax = 1e-4, .network = &network});
    const BasinFound start{surface.at(q.positions), q.energy, q.fmax, q.calls};
    searches_from(bench, surface, start, 40, "12 A");
    if (c.atoms() < 5'000) searches_from(bench, surface, start, 40, "0 A");
  }
}

void hessian(Bench& bench) {
  for (const int copies : bench.copies) {
    const Configuration c = glass(copies);
    if (c.atoms() > 5'000) continue;
    Surface surface(law(), c);
    const auto timed = [&](const std::string& what, auto work) {
      const double begin = processor_seconds();
      auto kept = work();
      bench.take(what, "s", c.atoms(), "double", processor_seconds() - begin);
      return kept;
    };
    timed("force call", [&] { return surface.evaluate(c.positions).energy; });
    const auto of = timed("Hessian, as pairs", [&] { return surface.hessian(c.positions); });
    timed("Hessian times a vector", [&] { return of->times(c.positions); });
    timed("Hessian, as a matrix", [&] { return of->matrix(); });
    timed("log-determinant", [&] { return log_determinant(surface, c.positions).value; });
    const auto local = timed("factorised basin", [&] { return LocalDeterminant::of_basin(surface, c.positions); });
    if (!local) continue;
    Positions moved = c.positions;
    moved(0, 40) += 0.3;
    timed("local determinant", [&] { return local->at(surface, moved).at.value; });
  }
}

/// RMSD of 12 atoms with rotation, 500 hills, a glass of 500 atoms.
void bias(Bench& bench) {
  constexpr int forces = 300, biases = 30'000;
  const Configuration c = glass(1);
  Input options(parse_pairs("rotation=true", "", "bench"), "bench");
  std::vector<Eigen::Index> atoms = atoms_within(c, 40, 4.0);
  atoms.resize(12);
  const std::shared_ptr<const CollectiveVariable> variable = builtin_variables().at("rmsd", "bench").make(options)->bind({c, atoms});
  HillSum hills(0.01);
  for (int k = 0; k < 500; ++k) hills.add({0.1 + 0.001 * k, 0.1, 0.002});
  Surface surface(law(), c);
  Bias field(variable, hills, *c.species, Metadynamics{});
  Evaluation e = surface.evaluate(c.positions);
  std::vector<double> parts;
  for (int r = 0; r < bench.rounds; ++r) {
    const double begin = processor_seconds();
    for (int k = 0; k < forces; ++k) e = surface.evaluate(c.positions);
    const double between = processor_seconds();
    for (int k = 0; k < biases; ++k) field.add(c.positions, c.cell, e);
    parts.push_back(100 * (processor_seconds() - between) / biases / ((between - begin) / forces));
  }
  bench.take({{"glasscape", "bias beside a force call", c.atoms(), 1, "double", "%", parts}});
}

namespace {
/// Without what the program keeps of memory that earlier sections gave back.
double resident_bytes() {
  ::malloc_trim(0);
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}
}  // namespace

void memory(Bench& bench) {
  for (const int copies : bench.copies) {
    const Configuration c = warm_glass(copies);
    if (c.atoms() < 10'000) continue;  // lost in what the program has anyway
    for (const bool mixed : {false, true}) {
      const double before = resident_bytes();
      Surface surface(law(), c, {.mixed = mixed});
      Dynamics run(surface, c, microcanonical());
      for (int k = 0; k < 2; ++k) run.step();
      bench.take("memory of a run", "bytes/atom", c.atoms(), mixed ? "mixed" : "double", (resident_bytes() - before) / static_cast<double>(c.atoms()));
    }
  }
}

/// Replicas of a warm glass of 4000 atoms, all forces of all of them in one call.
void replicas(Bench& bench) {
  const Configuration c = warm_glass(2);
  for (const int threads : {1, 2})
    for (const Eigen::Index count : {1, 4, 16, 64, 256}) {
      Input options(parse_pairs(fmt::format("threads={}", threads), "", "bench"), "bench");
      const auto all = builtin_engines().at("processor", "bench").make(options)->replicas(law(), c, count);
      Positions x(3, count * c.atoms());
      for (Eigen::Index r = 0; r < count; ++r) x.middleCols(r * c.atoms(), c.atoms()) = c.positions + 0.05 * noise(c.atoms(), static_cast<std::uint64_t>(r));
      ReplicaEvaluation out;
      all->evaluate(x, {}, out);
      std::vector<double> speeds;
      for (int round = 0; round < bench.rounds; ++round) {
        const int calls = std::max<int>(1, static_cast<int>(64 / count));
        const double begin = seconds();
        for (int k = 0; k < calls; ++k) all->evaluate(x, {}, out);
        speeds.push_back(static_cast<double>(calls * x.cols()) / (seconds() - begin));
      }
      bench.take({{fmt::format("processor, {} replicas", count), "replicas", c.atoms(), threads, "double", "atoms/s", speeds}});
    }
}

}  // namespace glasscape::bench
