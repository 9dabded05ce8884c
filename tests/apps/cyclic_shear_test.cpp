// A cyclic shear as a stage of a study: from the study file to facts.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "apps/report/page.hpp"
#include "apps/report/plotly.hpp"
#include "apps/report/response_report.hpp"
#include "apps/report/summary.hpp"
#include "md/structure_io.hpp"
#include "tests/apps/program.hpp"
#include "tests/apps/study_at.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using test::with;

namespace {

const std::string head = R"([study]
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
)";
const std::string study = head + R"(temperatures = ["20 K", "60 K"]
periods = ["1 ps", "0.5 ps"]
cycles = 2
equilibration = "0.2 ps"
timestep = "5 fs"
sample_every = "5 fs"
record_every = "10 fs"
followed = [5]
)";

const std::string sheared_and_not = head + R"(temperatures = ["100 K"]
periods = ["0.5 ps"]
amplitudes = [0.01, 0]
cycles = 12
equilibration = "0.2 ps"
timestep = "5 fs"
sample_every = "5 fs"
record_every = "5 fs"
followed = [5]
[report]
group = 0.1
contact = "3.5 A"
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

TEST_CASE("a report has the modulus of every task of a cyclic shear") {
  const Ran ran(study);
  const Findings found = ran.findings();
  CHECK(found.missing.empty());
  REQUIRE(found.responses.size() == 1);
  const ResponseFindings& r = found.responses.front();
  REQUIRE(r.tasks.size() == 4);
  CHECK(r.tasks[2].name == "20 K, period 0.5 ps, 1 %, sampling 1");
  CHECK_FALSE(r.atoms);  // two cycles are one block
  CHECK(r.tasks.front().modulus.storage.value > 5);
  CHECK_THAT(to_text(found), Catch::Contains("takes a shear of 6 blocks of cycles or more"));
  const test::StudyAt fresh(study, crystal());
  CHECK_THROWS_AS(fresh.findings(), NotFound);
}

TEST_CASE("a report tells which atoms dissipate beside a run without shear, in words, figures, tables and JSON") {
  const Ran ran(sheared_and_not);
  const Findings found = ran.findings();
  REQUIRE(found.responses.size() == 1);
  const ResponseFindings& sheared = found.responses.front();
  REQUIRE(sheared.tasks.size() == 2);
  CHECK(sheared.tasks[1].amplitude == 0);
  REQUIRE(sheared.atoms);
  REQUIRE(sheared.atoms->unsheared);
  const AtomicResponse& a = *sheared.atoms;
  CHECK(a.blocks == 6);
  CHECK(a.phases.whole.size() == 6);
  CHECK(a.noise.whole.size() == 12);  // both neighbours
  CHECK(a.in_space.size == 3);       // 10 % of 32 atoms
  CHECK(a.in_space.shared.size() == 5);
  CHECK(a.properties.size() == 8);
  CHECK(a.properties[5].system.value == Approx(a.volume));
  REQUIRE(a.followed);
  CHECK(a.followed->atom == 5);
  REQUIRE(a.glass);
  CHECK(std::abs(a.glass->modulus - std::complex<double>(sheared.tasks.front().modulus.storage.value, sheared.tasks.front().modulus.loss.value)) < 1e-6);  // rows are samples here
  CHECK(figures_of(sheared).size() == 12);
  for (const Figure& f : figures_of(sheared)) {
    INFO(f.title);
    CHECK_THAT(to_svg(f), !Catch::Contains("no data"));
    CHECK_FALSE(to_plotly(f).at("data").empty());
  }
  CHECK(tables_of(sheared).size() == 3);
  const std::string page = to_html(found);
  CHECK_THAT(page, Catch::Contains("Atoms near π/2 from") && Catch::Contains("run without shear"));
  const auto json = to_json(found);
  CHECK(json.at("responses").at(0).at("atoms").at("measured").at("groups").size() == 4);
  CHECK(json.at("responses").at(0).at("atoms").at("unsheared").is_object());
  CHECK_THAT(to_text(found), Catch::Contains("the fluctuations of its stress belong to a loss"));
  CHECK(to_json(ran.findings()) == json);
}

TEST_CASE("phases of atoms are written for OVITO, a frame for each block, and their absence is told") {
  const Ran ran(sheared_and_not);
  const std::string file = ran.folder.file("study.toml");
  const test::Ended written = test::Program(ran.folder.file("."), {"phases", file, "--folder", ran.study.folder.string(), "--write", ran.folder.file("out")}).wait();
  CHECK(written.code == 0);
  CHECK_THAT(written.out, Catch::Contains("2 tasks"));
  const std::string task = ran.study.task_id(ran.study.stages[1], 0), path = ran.folder.file("out/" + task + ".extxyz");
  const auto frames = read_frames(path);
  REQUIRE(frames.size() == 6);
  CHECK(frames.front().atoms() == 32);
  CHECK_THAT(read_text_file(path, "phases"), Catch::Contains("phase:R:1:storage_modulus:R:1:loss_modulus:R:1") && Catch::Contains("from_ps=2 to_ps=3"));
  const test::StudyAt fresh(sheared_and_not, crystal());
  const test::Ended none = test::Program(fresh.folder.file("."), {"phases", fresh.folder.file("study.toml"), "--folder", fresh.folder.file("nothing")}).wait();
  CHECK(none.code != 0);
  CHECK_THAT(none.err, Catch::Contains("no stage of cyclic-shear has run there"));
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
  refused("record_every = \"10 fs\"", "record_every = \"12 fs\"", "a whole number of time steps");
  refused("record_every = \"10 fs\"", "record_every = \"10 fs\"\nblock = 1", "from 2 to the number");
  refused("record_every = \"10 fs\"", "record_every = \"10 fs\"\nblock = 3", "from 2 to the number");
  refused("record_every = \"10 fs\"", "record_every = \"15 fs\"", "a whole number of `record_every`");
  refused("sample_every = \"5 fs\"", "sample_every = \"10 fs\"\nplane = \"xx\"", "plane");
  refused("cycles = 2", "cycles = 2\namplitudes = [0.5]", "from 1e-6 to 0.2");
  refused("cycles = 2", "cycles = 2\ncycle = 3", "cycle");
}

TEST_CASE("a cyclic shear of 4000 atoms for 30 cycles needs less than 200 MB") {
  const Configuration c = test::fcc(4.1, 10, elements_named({"Cu"}));
  std::string toml = with(study, "cycles = 2", "cycles = 30");
  toml = with(toml, "temperatures = [\"20 K\", \"60 K\"]", "temperatures = [\"60 K\"]");
  toml = with(toml, "periods = [\"1 ps\", \"0.5 ps\"]", "periods = [\"0.08 ps\"]");
  const test::StudyAt at(toml, to_extended_xyz({c}));
  const test::Ended ended = test::Program(at.folder.file("."), {"--threads", "1", "run", at.folder.file("study.toml"), "--folder", at.folder.file("run"), "--quiet"}).wait();
  CHECK(ended.code == 0);
  CHECK(c.atoms() == 4000);
  CHECK(ended.memory_MB < 200);
  CHECK(ended.memory_MB > 20);
}
