// Searches from basins that earlier searches found: from the study file to the landscape of the report.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/figures.hpp"
#include "apps/report/summary.hpp"
#include "apps/runner.hpp"
#include "apps/starts.hpp"
#include "tests/apps/program.hpp"
#include "tests/apps/study_at.hpp"

using namespace glasscape;
using test::Folder;
using test::with;

namespace {

/// One atom of argon on a Mueller-Brown surface, from the upper right minimum: the first round finds the middle one, the
/// second the lowest, and the fourth has nothing left.
std::string plane() {
  std::string text = R"([study]
seed = 5
[potential]
type = "mueller-brown"
scale = 0.01
[[stage]]
name = "low"
type = "structure"
file = "start.xyz"
fmax = "1e-8 eV/A"
)";
  for (int round = 1; round <= 4; ++round)
    text += fmt::format(R"([[stage]]
name = "round{}"
type = "art"
from = "{}"
{}searches = 6
steps_per_task = 4
push = "0.05 A"
increment = "0.05 A"
same = "0.02 A"
pushes = 60
radius = "1 A"
soft_radius = "1 A"
softening = 1000
)", round, round == 1 ? "low" : fmt::format("round{}", round - 1), round == 1 ? "" : "basins = 2\n");
  return text + "[[stage]]\nname = \"modes\"\ntype = \"normal-modes\"\nfrom = \"round2\"\n[report]\ntemperatures = [100, 300]\n";
}

/// Says to stop after so many tasks.
struct StopAfter final : test::Silent {
  explicit StopAfter(int tasks) : left(tasks) {}
  void task_ends(const StudyStage&, std::int64_t, std::int64_t) override { stop = --left <= 0; }
  int left;
  std::atomic<bool> stop = false;
};

struct At : test::StudyAt {
  explicit At(const std::string& toml = plane()) : StudyAt(toml, "1\nProperties=species:S:1:pos:R:3\nAr 0.62 0.03 0\n") {}
};

const std::string& undisturbed() {
  static const std::string digest = [] {
    const At at;
    at.run();
    return at.digest();
  }();
  return digest;
}

std::vector<std::string> ids_of(const Study& study, const std::string& stage) {
  const StudyStage& s = *study.find(stage);
  std::vector<std::string> ids;
  for (std::int64_t task = 0; task < s.stage->tasks(); ++task) ids.push_back(study.task_id(s, task));
  return ids;
}

}  // namespace

TEST_CASE("rounds of searches find the Mueller-Brown surface from its far end, and a round without basins does nothing") {
  const At at;
  at.run();
  const Store store = at.store();
  const Findings all = findings_of(at.study, store);
  CHECK(all.missing.empty());
  REQUIRE(all.searches.size() == 4);
  CHECK_FALSE(all.searches[0].basins);
  CHECK(all.searches[1].basins == 1);
  CHECK(all.searches[2].basins == 1);
  CHECK(all.searches[3].basins == 0);
  for (const std::string& task : ids_of(at.study, "round4")) CHECK(store.read(task).events.empty());
  for (const std::size_t k : {0u, 1u, 2u}) CHECK(all.searches[k].network.basins.empty());
  const EnergyNetwork& network = all.searches[3].network;
  CHECK(network.stages == std::vector<std::string>{"round1", "round2", "round3", "round4"});
  REQUIRE(network.basins.size() == 3);
  REQUIRE(network.saddles.size() == 2);
  // energies of docs/saddle_search.md at a hundredth, above the start at -108.167
  std::vector<double> basins, saddles;
  for (const NetworkBasin& b : network.basins) basins.push_back(b.energy);
  for (const NetworkSaddle& s : network.saddles) saddles.push_back(s.connection.energy);
  std::sort(basins.begin(), basins.end());
  std::sort(saddles.begin(), saddles.end());
  CHECK(basins[0] == Approx(0.01 * (108.166724116852 - 146.699517209954)).margin(1e-8));
  CHECK(basins[1] == Approx(0).margin(1e-12));
  CHECK(basins[2] == Approx(0.01 * (108.166724116852 - 80.767818129659)).margin(1e-8));
  CHECK(saddles[0] == Approx(0.01 * (108.166724116852 - 72.248940112325)).margin(1e-6));
  CHECK(saddles[1] == Approx(0.01 * (108.166724116852 - 40.664843508657)).margin(1e-6));
  // both saddles have the number of the event that found them first
  for (const NetworkSaddle& s : network.saddles) CHECK(s.event > 0);
  CHECK(network.tree.nodes.size() == 5);
}

TEST_CASE("no basin is searched from twice, and of those that are left the lowest come first") {
  const At at;
  at.run();
  const Store store = at.store();
  std::set<EventRef> seen;
  for (const std::string stage : {"round1", "round2", "round3"}) {
    double last = -std::numeric_limits<double>::infinity();
    for (const NamedBasin& start : starts_of(at.study, store, *at.study.find(stage))) {
      CHECK(seen.insert(start.ref).second);
      CHECK(start.found.energy >= last);
      last = start.found.energy;
    }
    for (const std::string& task : ids_of(at.study, stage))
      for (const Event& event : store.read(task).events) {
        if (const auto* saddle = std::get_if<SaddleFound>(&event)) CHECK(seen.contains(saddle->from));
        if (const auto* failed = std::get_if<SearchFailed>(&event)) CHECK(seen.contains(failed->from));
      }
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("searches from found basins are the same facts with one and two threads") {
  const At at;
  at.run(2);
  CHECK(at.digest() == undisturbed());
}

TEST_CASE("rounds of searches that are stopped after any number of tasks and run again end in the same facts") {
  for (const int tasks : {1, 2, 3, 4, 6, 8, 11}) {
    const At at;
    Store store = at.store();
    StopAfter watcher(tasks);
    CHECK(run_study(at.study, store, {}, watcher.stop, watcher).stopped);
    CHECK(static_cast<int>(store.tasks().size()) == tasks);
    at.run();
    CHECK(at.digest() == undisturbed());
  }
}

TEST_CASE("a round whose shards are lost is made again, and nothing else is") {
  const At at;
  at.run();
  const std::filesystem::path shards = at.folder.path() / "run" / "shards";
  for (const std::string stage : {"round1", "round2", "modes"})
    std::filesystem::remove(shards / (ids_of(at.study, stage).front() + ".h5"));
  const Findings part = findings_of(at.study, at.store());  // what the lost shards were the start of is left out
  CHECK(part.searches.size() == 1);
  CHECK(part.missing.size() >= 3);
  const auto kept = std::filesystem::last_write_time(shards / (ids_of(at.study, "round3").front() + ".h5"));
  at.run();
  CHECK(at.digest() == undisturbed());
  CHECK(std::filesystem::last_write_time(shards / (ids_of(at.study, "round3").front() + ".h5")) == kept);
}

TEST_CASE("more basins keep the tasks of fewer, and another round before makes all tasks others") {
  const At at;
  const auto ids = ids_of(at.study, "round2");
  REQUIRE(ids.size() == 4);
  const auto more = ids_of(at.read(with(plane(), "basins = 2", "basins = 5")), "round2");
  REQUIRE(more.size() == 10);
  CHECK(std::equal(ids.begin(), ids.end(), more.begin()));
  std::set<std::string> known(more.begin(), more.end());
  for (const auto& [what, instead] : {std::pair<std::string, std::string>{"searches = 6", "searches = 7"}, {"searches = 6", "searches = 4"},
                                      {"seed = 5", "seed = 6"}, {"steps_per_task = 4", "steps_per_task = 3"}, {"softening = 1000", "softening = 900"}})
    for (const std::string& id : ids_of(at.read(with(plane(), what, instead)), "round2")) CHECK_FALSE(known.contains(id));
  const auto third = ids_of(at.study, "round3");
  for (const std::string& id : ids_of(at.read(with(plane(), "basins = 2", "basins = 5")), "round3"))
    CHECK(std::find(third.begin(), third.end(), id) == third.end());
}

TEST_CASE("modes of a later round are those of its own starts, and no rate of escape is made of several") {
  const At at;
  at.run();
  const Findings all = findings_of(at.study, at.store());
  REQUIRE(all.modes.size() == 1);
  const ModesFindings& m = all.modes.front();
  CHECK(m.failures.empty());
  REQUIRE(m.passages.size() == 1);  // from the middle minimum; the way back to the start is of the first round
  REQUIRE(m.passages.front().forward);
  CHECK(*m.passages.front().forward == Approx(0.01 * (80.767818129659 - 40.664843508657)).epsilon(1e-5));
  CHECK(m.passages.front().log_nu_forward);
  CHECK(m.escape.empty());
}

TEST_CASE("the report, its JSON and the plan say what a round starts from") {
  const At at;
  at.run();
  const Findings all = findings_of(at.study, at.store());
  CHECK_THAT(to_text(all), Catch::Contains("From 1 basin that the stages before had found and not searched from"));
  const auto json = to_json(all);
  CHECK(json["searches"][1]["basins"] == 1);
  CHECK_FALSE(json["searches"][0].contains("landscape"));
  const auto& landscape = json["searches"][3]["landscape"];
  CHECK(landscape["basin_eV"].size() == 3);
  CHECK(landscape["saddle_eV"].size() == 2);
  for (const auto& pair : landscape["joins"]) CHECK(pair.size() == 2);
  const std::vector<Figure> figures = figures_of(all.searches[3].network);
  REQUIRE(figures.size() == 2);
  for (const Figure& f : figures) CHECK_THAT(f.caption, Catch::StartsWith("All that the stages round1, round2, round3, round4 found: 3 basins, 2 saddles."));
  const nlohmann::json plan = test::json_of(test::finished(at.folder, {"check", "study.toml", "--json"}));
  CHECK(plan["stages"][2]["from"] == "round1");
  CHECK(plan["stages"][2]["tasks"] == 4);
  CHECK(plan["stages"][2]["first_task"] == "basin 1, steps 1 to 4");
}

TEST_CASE("of a network of many saddles every saddle is a point, and lines lead over the lowest ways alone") {
  for (const std::size_t between : {2u, 10u}) {  // saddles between each basin and the next
    constexpr std::size_t basins = 60;
    EnergyNetwork network;
    std::vector<Connection> connections;
    std::vector<double> energies;
    for (std::size_t k = 0; k < basins; ++k) {
      energies.push_back(0.01 * static_cast<double>(k % 7));
      network.basins.push_back({energies.back(), static_cast<double>(k), static_cast<std::int64_t>(k), 1});
      for (std::size_t way = 0; k > 0 && way < between; ++way) {
        connections.push_back({k - 1, k, 1.0 + 0.001 * static_cast<double>(k) + static_cast<double>((way + 1) % between)});
        network.saddles.push_back({connections.back(), static_cast<double>(k) - 0.5, 1});
      }
    }
    network.tree = merge_tree(energies, connections);
    const Figure ladder = figures_of(network)[1];
    std::size_t lines = 0, saddles = 0;
    for (const Mark& mark : ladder.marks) {
      if (const auto* line = std::get_if<Line>(&mark))
        lines += static_cast<std::size_t>(std::count_if(line->y.begin(), line->y.end(), [](double y) { return std::isnan(y); }));
      if (const auto* points = std::get_if<Points>(&mark); points != nullptr && points->name == "saddle") saddles = points->x.size();
      if (const auto* line = std::get_if<Line>(&mark); line != nullptr && between == 10)
        CHECK(*std::max_element(line->y.begin(), line->y.end(), [](double a, double b) { return std::isnan(a) || (!std::isnan(b) && a < b); }) < 1.1);
    }
    CHECK(saddles == between * (basins - 1));
    CHECK(lines == (between == 2 ? 2 * (basins - 1) : basins - 1));
  }
}

TEST_CASE("three rounds of searches find the four minima of LJ7, whatever way they are turned") {
  std::string text = "[study]\nseed = 7\n[potential]\ntype = \"lj\"\ncutoff = \"100 A\"\ntruncation = \"cut\"\n"
                     "[[stage]]\nname = \"start\"\ntype = \"structure\"\nfile = \"start.xyz\"\nfmax = \"1e-6 eV/A\"\n";
  for (const std::string round : {"name = \"first\"\nfrom = \"start\"\nsearches = 20\n", "name = \"second\"\nfrom = \"first\"\nbasins = 5\nsearches = 60\n",
                                  "name = \"third\"\nfrom = \"second\"\nbasins = 5\nsearches = 60\n"})
    text += "[[stage]]\ntype = \"art\"\n" + round +
            "steps_per_task = 20\nradius = \"9 A\"\nsoft_radius = \"9 A\"\npush = \"0.3 A\"\npushes = 40\nsoftening = 5\nincrement = \"0.1 A\"\nsame = \"0.05 A\"\n"
            "fmax = \"1e-5 eV/A\"\nrelaxed_fmax = \"1e-6 eV/A\"\nceiling = \"30 eV\"\n";
  const test::StudyAt at(text, "7\nProperties=species:S:1:pos:R:3 pbc=\"F F F\"\nAr 0 0.6 -0.4\nAr 1.1 0 -0.1\nAr 0.5 0 0.9\nAr 0.5 0.95 0\nAr 0.6 0.3 -0.9\n"
                         "Ar 1.5 0.4 0.5\nAr -0.4 0.9 0.8\n");
  at.run(2);
  const Findings all = at.findings();
  const EnergyNetwork& network = all.searches.back().network;
  const double start = all.preparations.front().basin.energy;
  std::vector<double> minima;
  for (const NetworkBasin& b : network.basins) minima.push_back(start + b.energy);
  std::sort(minima.begin(), minima.end());
  // reference values of docs/saddle_search.md
  const std::vector<double> known{-16.505384168, -15.935043060, -15.593210938, -15.533060055};
  REQUIRE(minima.size() == known.size());
  for (std::size_t k = 0; k < known.size(); ++k) CHECK(minima[k] == Approx(known[k]).margin(1e-6));
  const std::vector<double> saddles{-15.444733800, -15.319864441, -15.283421275, -15.097845644, -15.033384354, -15.026438106,
                                    -14.816399804, -14.811129645, -14.596945713, -14.568061437, -14.548572943, -12.548937709};
  CHECK(network.saddles.size() >= 6);
  CHECK(network.saddles.size() <= saddles.size());
  for (const NetworkSaddle& s : network.saddles) {
    INFO("saddle at " << start + s.connection.energy);
    CHECK(std::any_of(saddles.begin(), saddles.end(), [&](double energy) { return std::abs(energy - start - s.connection.energy) < 1e-6; }));
  }
}
