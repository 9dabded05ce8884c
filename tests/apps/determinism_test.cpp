// The same facts, to the last bit, however a run went: for every stage, sampler and collective variable that is registered. A new one has to
// be put into the study below.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "apps/plan.hpp"
#include "md/structure_io.hpp"
#include "tests/apps/study_at.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// A melt-quench through every bath and barostat, searches from its glass and from basins, and what starts from those.
const std::string beginning = R"([study]
seed = 11
[potential]
type = "eam-fs"
[[stage]]
name = "crystal"
type = "structure"
file = "start.xyz"
[[stage]]
name = "glass"
type = "melt-quench"
atoms = 32
composition = { Cu = 50, Zr = 50 }
barostat = "per-axis"
schedule = [{ at = "2000 K", time = "1 ps" }, { at = "2000 K", time = "0.5 ps", ensemble = "nvt" }, { to = "1000 K", time = "0.5 ps", ensemble = "langevin" }, { to = "1 K", time = "0.5 ps" }]
[[stage]]
name = "cube"
type = "melt-quench"
atoms = 20
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "0.5 ps" }, { to = "1 K", time = "0.5 ps" }]
[[stage]]
name = "searches"
type = "art"
from = "glass"
searches = 8
steps_per_task = 4
[[stage]]
name = "modes"
type = "normal-modes"
from = "searches"
radii = ["4 A"]
)";

/// What a study says of each collective variable, and of the atoms that it is about.
const std::map<std::string, std::string> of_variable{
    {"coordinate", "group = [4]\nvariable = { type = \"coordinate\" }\n"},
    {"distance", "group = [4, 9]\nvariable = { type = \"distance\" }\n"},
    {"projection", "from = \"searches\"\nevents = 1\nleast_barrier = \"0 eV\"\nvariable = { type = \"projection\" }\n"},
    {"rmsd", "group = [4, 9, 14, 20]\nwalkers = 2\nvariable = { type = \"rmsd\", rotation = false }\n"}};

std::string whole_study() {
  std::string text = beginning;
  for (const std::string& variable : builtin_plugins().variables->names()) {
    INFO("collective variable " << variable);
    REQUIRE(of_variable.contains(variable));
    const std::string& options = of_variable.at(variable);
    text += fmt::format("[[stage]]\nname = \"bias-{}\"\ntype = \"metadynamics\"\n{}{}", variable, options.starts_with("from") ? "" : "from = \"glass\"\n", options);
    text += "samplings = 2\ntime = \"0.4 ps\"\nequilibration = \"0.1 ps\"\nstride = \"0.02 ps\"\nquench_every = \"0.2 ps\"\nrecord_every = \"0.02 ps\"\n";
  }
  for (const std::string thermostat : {"nvt", "langevin"})
    text += fmt::format("[[stage]]\nname = \"shear-{0}\"\ntype = \"cyclic-shear\"\nfrom = \"glass\"\nthermostat = \"{0}\"\n", thermostat) +
            "periods = [\"0.2 ps\", \"0.4 ps\"]\ncycles = 2\nequilibration = \"0.1 ps\"\nsample_every = \"10 fs\"\nrecord_every = \"20 fs\"\n";
  return text;
}

struct Whole : StudyAt {
  Whole() : StudyAt(whole_study(), to_extended_xyz({fcc(3.61, 2, elements_named({"Cu"}))})) {}
};

/// The digest of a run that nothing disturbs.
const std::string& undisturbed() {
  static const std::string digest = [] {
    const Whole at;
    at.run();
    return at.digest();
  }();
  return digest;
}

/// Runs until told to stop, by whoever has the flag; true when the run was complete before.
bool completes(const Whole& at, const std::atomic<bool>& stop, int threads, RunOptions options = {}) {
  Store store = at.store();
  Silent silent;
  options.threads = threads;
  const RunSummary summary = run_study(at.study, store, options, stop, silent);
  REQUIRE(summary.failed.empty());
  return summary.complete();
}

}  // namespace

TEST_CASE("the study of these laws has every stage and sampler that is registered") {
  const Whole at;
  std::set<std::string> has;
  for (const StudyStage& stage : at.study.stages) has.insert(stage.type);
  const Plugins plugins = builtin_plugins();
  for (const auto& names : {plugins.stages.names(), plugins.samplers.names()})
    for (const std::string& name : names) {
      INFO(name);
      CHECK(has.contains(name));
    }
}

TEST_CASE("whatever stages a study has, its facts are the same with one, two and four threads") {
  for (const int threads : {2, 4}) {
    const Whole at;
    at.run(threads);
    CHECK(at.digest() == undisturbed());
  }
}

TEST_CASE("whatever stages a study has, its facts are the same when the tasks of each run alone and in reverse") {
  const Whole at;
  std::vector<std::string> ids;
  for (const PlannedTask& task : plan_of(at.study).tasks) ids.push_back(task.id);
  const std::atomic<bool> stop = false;
  // a stage that lacks what it starts from does nothing: each round goes one stage further
  for (std::size_t round = 0; round < at.study.stages.size(); ++round)
    for (auto id = ids.rbegin(); id != ids.rend(); ++id)
      if (!at.store().has(*id)) completes(at, stop, 1, {.chosen = std::vector{*id}});
  CHECK(at.digest() == undisturbed());
}

TEST_CASE("whatever stages a study has, stopped again and again it ends in the same facts") {
  for (const int threads : {1, 2}) {
    const Whole at;
    int stops = 0;
    auto delay = std::chrono::microseconds(2000);
    for (bool complete = false; !complete; delay += delay / 25, ++stops) {  // longer and longer: a step that cannot be stopped halfway ends one day
      std::atomic<bool> stop = false;
      std::thread signal([&] {
        std::this_thread::sleep_for(delay);
        stop = true;
      });
      complete = completes(at, stop, threads);
      signal.join();
    }
    CHECK(stops > 10);
    CHECK(at.digest() == undisturbed());
  }
}

TEST_CASE("of tasks that are fewer than threads each has several, with the same facts") {
  std::string digest;
  for (const int threads : {1, 5}) {
    const StudyAt at(R"([study]
seed = 3
[potential]
type = "eam-fs"
[[stage]]
type = "structure"
file = "start.xyz"
[[stage]]
type = "metadynamics"
group = [1, 2, 3, 4]
temperatures = ["300 K", "400 K"]
time = "0.1 ps"
equilibration = "0.02 ps"
stride = "0.02 ps"
quench_every = "0.1 ps"
record_every = "0.02 ps"
)", to_extended_xyz({fcc(3.61, 5, elements_named({"Cu"}))}));
    at.run(threads);
    if (digest.empty()) digest = at.digest();
    CHECK(at.digest() == digest);
    const std::vector<std::string> tasks = at.store().tasks();
    REQUIRE(tasks.size() == 3);
    CHECK(at.store().circumstances(tasks[0]).threads == std::max(1, threads / 2));  // metadynamics
    CHECK(at.store().circumstances(tasks[2]).threads == threads);                   // structure
  }
}
