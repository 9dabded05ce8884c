// The stage of metadynamics: its tasks, its facts, and what it refuses.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "apps/runner.hpp"
#include "landscape/store.hpp"
#include "tests/apps/study_at.hpp"

using namespace glasscape;

namespace {

const std::string glass = R"([study]
seed = 8
[potential]
type = "eam-fs"
[[stage]]
name = "glass"
type = "melt-quench"
atoms = 54
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "1 ps" }, { to = "1 K", time = "1 ps" }]
)";

std::string with(const std::string& options) { return glass + "[[stage]]\nname = \"bias\"\ntype = \"metadynamics\"\n" + options; }

const std::string quick = "time = \"2 ps\"\nequilibration = \"0.1 ps\"\nstride = \"0.05 ps\"\nheight = \"0.05 eV\"\nquench_every = \"0.5 ps\"\nrecord_every = \"0.02 ps\"\n";

template <typename Fact>
std::vector<Fact> facts(const test::StudyAt& at) {
  std::vector<Fact> found;
  const Store store(at.study.folder);
  for (const std::string& task : store.tasks())
    for (const Event& event : store.read(task).events)
      if (const auto* fact = std::get_if<Fact>(&event)) found.push_back(*fact);
  return found;
}

}  // namespace

TEST_CASE("a stage of metadynamics has a task for each temperature, centre and sampling, with hills and an escape sought in each") {
  const test::StudyAt at(with("temperatures = [\"300 K\", \"900 K\"]\nsamplings = 2\naround = \"Cu\"\ncentres = 2\nradius = \"3.6 A\"\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
  REQUIRE(at.study.stages.back().stage->tasks() == 8);
  at.run();
  const auto hills = facts<HillsDeposited>(at);
  REQUIRE(hills.size() == 8);
  std::set<std::int64_t> centres;
  std::map<double, int> temperatures;
  for (const HillsDeposited& h : hills) {
    centres.insert(h.centre);
    ++temperatures[h.temperature];
    CHECK(h.times.size() == static_cast<std::size_t>(std::lround(h.time / 0.05)));
    CHECK(std::find(h.group.begin(), h.group.end(), h.centre) != h.group.end());
    CHECK(h.heights.front() == 0.05);
    CHECK(h.heights.back() < 0.05);
  }
  CHECK(centres.size() == 2);
  CHECK(temperatures == std::map<double, int>{{300, 4}, {900, 4}});
  const auto escapes = facts<EscapeSought>(at);
  REQUIRE(escapes.size() == 8);
  const auto escaped = std::count_if(escapes.begin(), escapes.end(), [](const EscapeSought& e) { return e.escaped == 1; });
  CHECK(escaped > 0);
  CHECK(static_cast<std::int64_t>(facts<SaddleFound>(at).size() + facts<SearchFailed>(at).size()) == escaped);
}

TEST_CASE("options of metadynamics that mean nothing are refused at their key") {
  const auto refuses = [](const std::string& options, const std::string& message) {
    INFO(options);
    CHECK_THROWS_WITH(test::StudyAt(with(options)), Catch::Contains(message));
  };
  refuses("width = 0", "key 'stage.width'");
  refuses("height = \"0 eV\"", "key 'stage.height'");
  refuses("temperatures = [\"-3 K\"]", "temperatures");
  refuses("temperatures = []", "at least one");
  refuses("around = \"Fe\"", "key 'stage.around'");
  refuses("group = [3, 54]", "key 'stage.group'");
  refuses("variable = { type = \"rmsdd\" }", "'rmsdd' is not a collective variable; did you mean 'rmsd'?");
  refuses("variable = { type = \"rmsd\", rotatio = true }", "rotatio");
  refuses("walkers = 0", "key 'stage.walkers'");
}

TEST_CASE("a group that is larger than half the cell, or an event that is not there, ends the stage with a reason") {
  const auto fails = [](const std::string& options, const std::string& message) {
    const test::StudyAt at(with(options + quick));
    Store store = at.store();
    test::Silent silent;
    const std::atomic<bool> stop = false;
    CHECK_THROWS_WITH(run_study(at.study, store, 1, stop, silent), Catch::Contains("stage 'bias': ") && Catch::Contains(message));
  };
  fails("radius = \"6 A\"\n", "meets its own image");
  fails("variable = { type = \"projection\" }\n", "wants an event to project on");
  fails("group = [3]\n", "two atoms or more");
}
