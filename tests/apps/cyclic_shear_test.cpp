// A cyclic shear as a stage of a study: from the study file to facts.
#include <catch2/catch.hpp>

#include "md/structure_io.hpp"
#include "tests/apps/study_at.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using test::with;

namespace {

const std::string study = R"([study]
seed = 3
[potential]
type = "lj"
epsilon = 0.1
sigma = 2.5
cutoff = 6.25
truncation = "smoothed"
[[stage]]
name = "crystal"
type = "structure"
file = "start.xyz"
[[stage]]
name = "shear"
type = "cyclic-shear"
temperatures = ["20 K", "60 K"]
periods = ["1 ps", "0.5 ps"]
cycles = 2
equilibration = "0.2 ps"
timestep = "5 fs"
sample_every = "5 fs"
record_every = "10 fs"
followed = [5]
)";

std::string crystal() {
  const Configuration c = test::fcc(4.1, 2, elements_named({"Cu"}));
  return to_extended_xyz({c});
}

struct Ran : test::StudyAt {
  explicit Ran(const std::string& toml, int threads = 1) : StudyAt(toml, crystal()) { run(threads); }
  std::vector<Events> sheared() const {
    std::vector<Events> all;
    for (std::int64_t task = 0; task < study.stages.back().stage->tasks(); ++task) all.push_back(store().read(study.task_id(study.stages.back(), task)).events);
    return all;
  }
};

}  // namespace

TEST_CASE("a study shears its glass at every temperature and period, the same with any number of threads") {
  const Ran ran(study), threaded(study, 2);
  CHECK(ran.digest() == threaded.digest());
  const auto tasks = ran.sheared();
  REQUIRE(tasks.size() == 4);
  const std::vector<std::pair<double, double>> expected{{20, 1}, {60, 1}, {20, 0.5}, {60, 0.5}};
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    REQUIRE(tasks[k].size() == 4);
    const auto& begun = std::get<ShearBegun>(tasks[k].front());
    CHECK(begun.temperature == expected[k].first);
    CHECK(begun.period == Approx(expected[k].second));
    CHECK(begun.plane == "xy");
    CHECK(begun.multiples == std::vector<double>{0.5, 1, 1.5, 2, 3});
    CHECK(std::get<ShearCycled>(tasks[k][2]).cycle == 1);
    const auto& trace = std::get<TraceRecorded>(tasks[k].back());
    CHECK(trace.columns.back() == "stress times volume of atom 5 (eV)");
    CHECK(trace.rows.rows() == std::llround(2 * expected[k].second / 0.01));
  }
}

TEST_CASE("a report counts the tasks of a cyclic shear") {
  const Ran ran(study);
  CHECK(ran.findings().missing.empty());
  const test::StudyAt fresh(study, crystal());
  CHECK_THROWS_AS(fresh.findings(), NotFound);
}

TEST_CASE("a further sampling keeps the tasks of a cyclic shear that are there") {
  const Ran ran(study);
  const auto before = ran.store().tasks();
  const Study more = ran.read(with(study, "cycles = 2", "cycles = 2\nsamplings = 2"));
  CHECK(more.stages.back().stage->tasks() == 8);
  for (std::int64_t task = 0; task < 4; ++task) CHECK(more.stages.back().stage->describe_task(task) == ran.study.stages.back().stage->describe_task(task));
}

TEST_CASE("options of a cyclic shear that make no sense are refused at their key") {
  const test::StudyAt at(study, crystal());
  const auto refused = [&](const std::string& what, const std::string& instead, const std::string& message) {
    CHECK_THROWS_WITH(at.read(with(study, what, instead)), Catch::Contains(message));
  };
  refused("0.5 ps", "0.501 ps", "a whole number of time steps");
  refused("0.5 ps", "0.03 ps", "8 or more, of `sample_every`");
  refused("0.5 ps", "1 ps", "each once");
  refused("\"60 K\"", "\"20 K\"", "each once");
  refused("record_every = \"10 fs\"", "record_every = \"15 fs\"\nblock = 1", "2 or more");
  refused("sample_every = \"5 fs\"", "sample_every = \"10 fs\"\nplane = \"xx\"", "plane");
  refused("cycles = 2", "cycles = 2\namplitude = 0.5", "at most 0.2");
  refused("cycles = 2", "cycles = 2\ncycle = 3", "cycle");
}
