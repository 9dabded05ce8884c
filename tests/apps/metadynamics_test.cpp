// The stage of metadynamics: its tasks, its facts, and what it refuses.
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/report/free_energy_report.hpp"
#include "apps/report/page.hpp"
#include "apps/report/summary.hpp"
#include "apps/runner.hpp"
#include "landscape/hills_files.hpp"
#include "landscape/store.hpp"
#include "tests/apps/program.hpp"
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

TEST_CASE("the report of a metadynamics has the barrier of each sampling that escaped, at each temperature") {
  const test::StudyAt at(with("temperatures = [\"300 K\", \"900 K\"]\nsamplings = 3\naround = \"Cu\"\nradius = \"3.6 A\"\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
  at.run();
  const Findings all = at.findings();
  REQUIRE(all.free_energies.size() == 1);
  CHECK(all.searches.empty());
  const FreeEnergyFindings& f = all.free_energies.front();
  REQUIRE(f.samplings.size() == 6);
  REQUIRE(f.temperatures.size() == 2);
  std::size_t found = 0;
  for (const Sampling& s : f.samplings) {
    CHECK(s.found.has_value() <= s.escaped);
    if (!s.found) continue;
    ++found;
    CHECK(s.found->barrier.height > 0);
    CHECK(s.found->barrier.top > s.found->barrier.well);
    CHECK(s.found->rate.free_energy > 0);
    CHECK(s.found->rate.geometric < 0);
    CHECK(s.log_boosted >= std::log(0.5 * s.seen_after));
  }
  REQUIRE(found > 0);
  CHECK(f.temperatures[0].heights.size() + f.temperatures[1].heights.size() == found);
  CHECK_THAT(to_text(all), Catch::Contains("6 samplings at 2 temperatures"));
  const auto json = to_json(all);
  REQUIRE(json["free_energies"][0]["samplings"].size() == 6);
  CHECK(json["free_energies"][0]["temperatures"][1]["temperature_K"] == 900.0);
  CHECK_THAT(to_html(all), Catch::Contains("three free energies differ"));
}

TEST_CASE("hills written for PLUMED give the profile of the report again") {
  const test::StudyAt at(with("temperatures = [\"900 K\"]\naround = \"Cu\"\nradius = \"3.6 A\"\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
  at.run();
  const auto s = facts<HillsDeposited>(at);
  REQUIRE(s.size() == 1);
  test::finished(at.folder, {"hills", at.folder.file("study.toml"), "--folder", at.folder.file("run"), "--write", at.folder.file("hills")});
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(at.folder.file("hills"))) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() == 3);
  const HillsFile hills = read_hills(files[1]);
  CHECK(files[1].ends_with(".HILLS"));
  REQUIRE(hills.hills.size() == s[0].centres.size());
  for (std::size_t k = 0; k < hills.hills.size(); ++k) CHECK(hills.hills[k].height == Approx(s[0].heights[k]).epsilon(1e-12));
  CHECK(*hills.bias_factor == Approx(4.0));
  const std::string csv = test::finished(at.folder, {"profile", files[1], "--temperature", "900 K"}).out;
  CHECK(csv.starts_with("s,free_energy_eV\n"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 201);
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
