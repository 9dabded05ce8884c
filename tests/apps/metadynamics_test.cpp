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
  const test::StudyAt at(with("temperatures = [\"300 K\", \"900 K\"]\nsamplings = 2\naround = \"Cu\"\ncentres = 2\nradii = [\"3.6 A\"]\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
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
  CHECK(static_cast<std::int64_t>(facts<SaddleFound>(at).size() + facts<SearchFailed>(at).size()) >= escaped);
}

TEST_CASE("groups of several radii are tasks of their own, a radius at a place of g(r) too") {
  const test::StudyAt at(with("radii = [\"3 A\", \"minimum 1\"]\ncentre_atoms = [7]\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
  REQUIRE(at.study.stages.back().stage->tasks() == 2);
  CHECK(at.study.stages.back().stage->describe_task(1) == "300 K, centre 1, radius minimum 1, sampling 1");
  at.run();
  const auto hills = facts<HillsDeposited>(at);
  REQUIRE(hills.size() == 2);
  CHECK(hills[0].radius == 3.0);
  CHECK(hills[1].radius > 3.2);
  CHECK(hills[1].radius < 4.6);
  CHECK(hills[1].group.size() > hills[0].group.size());
}

TEST_CASE("more samplings keep the tasks of fewer") {
  const auto study = [](int samplings) { return test::StudyAt(with(fmt::format("temperatures = [\"300 K\", \"900 K\"]\nradii = [\"3 A\", \"4 A\"]\nsamplings = {}\n", samplings) + quick)); };
  const test::StudyAt few = study(1), many = study(3);
  for (std::int64_t task = 0; task < 4; ++task) CHECK(few.study.task_id(few.study.stages.back(), task) == many.study.task_id(many.study.stages.back(), task));
}

TEST_CASE("a sampling of an event begins where the event does, with the atoms that it moved, and the saddle behind its escape is the same edge") {
  const test::StudyAt at(glass + "[[stage]]\nname = \"searches\"\ntype = \"art\"\nsearches = 40\n" +
                         "[[stage]]\nname = \"bias\"\ntype = \"metadynamics\"\nevents = 2\nleast_barrier = \"0.04 eV\"\ntemperatures = [\"20 K\"]\nequilibration = \"0 ps\"\n"
                         "variable = { type = \"projection\" }\ntime = \"40 ps\"\nstride = \"0.1 ps\"\nheight = \"0.005 eV\"\nwidth = 0.08\nquench_every = \"0.2 ps\"\n");
  at.run();
  const auto saddles = facts<SaddleFound>(at);
  const auto hills = facts<HillsDeposited>(at);
  REQUIRE(hills.size() == 2);
  std::map<EventRef, SaddleFound> by_name;
  const Store store(at.study.folder);
  double start_energy = 0;
  for (const std::string& task : store.tasks()) {
    const Shard shard = store.read(task);
    for (std::size_t k = 0; k < shard.events.size(); ++k)
      if (const auto* saddle = std::get_if<SaddleFound>(&shard.events[k])) by_name[{task, static_cast<std::int64_t>(k)}] = *saddle;
    if (task.starts_with("glass")) start_energy = std::get<BasinFound>(shard.events.front()).energy;
  }
  int same = 0;
  for (const HillsDeposited& h : hills) {
    const SaddleFound& event = by_name.at(h.event);
    CHECK(event.energy - start_energy >= 0.04);
    CHECK(h.of == event.from);
    CHECK(h.group.size() >= 4);
  }
  for (const std::string& task : store.tasks()) {
    if (!task.starts_with("bias")) continue;
    const Shard shard = store.read(task);
    const auto& h = std::get<HillsDeposited>(shard.events.front());
    for (const Event& fact : shard.events)
      if (const auto* saddle = std::get_if<SaddleFound>(&fact)) same += std::abs(saddle->energy - by_name.at(h.event).energy) < 1e-3 ? 1 : 0;
  }
  CHECK(same >= 1);
}

TEST_CASE("the report of a metadynamics has the barrier of each sampling that escaped, at each temperature") {
  const test::StudyAt at(with("temperatures = [\"300 K\", \"900 K\"]\nsamplings = 3\naround = \"Cu\"\nradii = [\"3.6 A\"]\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
  at.run();
  const Findings all = at.findings();
  REQUIRE(all.free_energies.size() == 1);
  CHECK(all.searches.empty());
  const FreeEnergyFindings& f = all.free_energies.front();
  REQUIRE(f.samplings.size() == 6);
  REQUIRE(f.series.size() == 1);
  const std::vector<SamplingTemperature>& temperatures = f.series.front().temperatures;
  REQUIRE(temperatures.size() == 2);
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
  CHECK(temperatures[0].heights.size() + temperatures[1].heights.size() == found);
  CHECK_THAT(to_text(all), Catch::Contains("6 samplings at 2 temperatures"));
  const auto json = to_json(all);
  REQUIRE(json["free_energies"][0]["samplings"].size() == 6);
  CHECK(json["free_energies"][0]["series"][0]["temperatures"][1]["temperature_K"] == 900.0);
  CHECK_THAT(to_html(all), Catch::Contains("three free energies differ"));
}

TEST_CASE("hills written for PLUMED give the profile of the report again") {
  const test::StudyAt at(with("temperatures = [\"900 K\"]\naround = \"Cu\"\nradii = [\"3.6 A\"]\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
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
  const auto lines = split(trimmed(csv), '\n');
  REQUIRE(lines.size() == 201);
  const auto sampling = biased_sampling(at.store().read(at.study.task_id(at.study.stages.back(), 0)).events);
  REQUIRE(sampling);
  const auto cell = [&](std::size_t line, std::size_t column) { return to_real(split(lines[line], ',')[column]).value(); };
  const FreeEnergyProfile own = profile_of_bias(*sampling, {cell(1, 0), cell(200, 0), 200});
  for (std::size_t k = 0; k < 200; ++k) CHECK(cell(k + 1, 1) == Approx(own.energy[k]).margin(1e-5));
}

TEST_CASE("walkers have a COLVAR each, with their own rows") {
  const test::StudyAt at(with("temperatures = [\"900 K\"]\naround = \"Cu\"\nradii = [\"3.6 A\"]\nwalkers = 2\nuntil = \"time\"\nvariable = { type = \"rmsd\", rotation = false }\n" + quick));
  at.run();
  test::finished(at.folder, {"hills", at.folder.file("study.toml"), "--folder", at.folder.file("run"), "--write", at.folder.file("hills")});
  std::map<std::string, std::vector<std::string>> rows;
  for (const auto& entry : std::filesystem::directory_iterator(at.folder.file("hills"))) {
    const std::string text = read_text_file(entry.path().string(), "file");
    for (const std::string_view line : split(trimmed(text), '\n')) rows[entry.path().extension().string()].emplace_back(line);
  }
  REQUIRE((rows.contains(".0") && rows.contains(".1")));
  CHECK(rows[".0"].size() == rows[".1"].size());
  CHECK(words(rows[".0"].back())[0] == words(rows[".1"].back())[0]);
  CHECK(words(rows[".0"].back())[1] != words(rows[".1"].back())[1]);
}

TEST_CASE("options of metadynamics that mean nothing are refused at their key") {
  const auto refuses = [](const std::string& options, const std::string& message) {
    INFO(options);
    CHECK_THROWS_WITH(test::StudyAt(with(options)), Catch::Contains(message));
  };
  refuses("width = 0", "key 'stage.width'");
  refuses("height = \"-0.1 eV\"", "key 'stage.height'");
  refuses("temperatures = [\"-3 K\"]", "key 'stage.temperatures': got");
  refuses("temperatures = [\"3 A\"]", "key 'stage.temperatures': got");
  refuses("group = [3]", "key 'stage.group': the variable wants a group of 3 atoms or more, this one has 1");
  refuses("variable = { type = \"distance\" }\ngroup = [3]", "key 'stage.group': the variable wants a group of 2 atoms or more");
  refuses("variable = { type = \"projection\" }", "key 'stage.variable': the variable wants an event: give 'events'");
  refuses("temperatures = []", "at least one");
  refuses("around = \"Fe\"", "key 'stage.around'");
  refuses("group = [3, 54]", "key 'stage.group'");
  refuses("variable = { type = \"rmsdd\" }", "'rmsdd' is not a collective variable; did you mean 'rmsd'?");
  refuses("variable = { type = \"rmsd\", rotatio = true }", "rotatio");
  refuses("radii = [\"peak 0\"]", "key 'stage.radii'");
  refuses("radii = [\"4 kg\"]", "radii");
  refuses("radius = \"4 A\"", "did you mean 'radii'");
  refuses("events = 3\ncentres = 2", "key 'stage.centres': the groups are those of events");
  refuses("events = 3", "search saddles");
  refuses("temperatures = [\"300 K\", \"300 K\"]", "key 'stage.temperatures'");
  refuses("radii = [\"3 A\", \"4 A\", \"3 A\"]", "each radius once");
  refuses("centre_atoms = [3, 3]", "each atom once");
  refuses("group = []", "key 'stage.group'");
  refuses("group = [3, 4]\nradii = [\"4 A\"]", "key 'stage.radii': the group is a list of atoms");
  refuses("centre_atoms = [3]\naround = \"Cu\"", "key 'stage.around': the centres are a list of atoms");
  refuses("least_barrier = \"0.1 eV\"", "there are none (key 'events')");
  refuses("wall_stiffness = 3.0", "there is no wall");
  refuses("time = \"1 ps\"\nstride = \"2 ps\"", "no hill would ever be left");
  refuses("time = \"2 ps\"\nstride = \"1 ps\"", "no escape would ever be seen");
  refuses("walkers = 0", "key 'stage.walkers'");
}

TEST_CASE("a group that is larger than half the cell, or an event that is not there, ends the stage with a reason") {
  const auto fails = [](const std::string& options, const std::string& message) {
    const test::StudyAt at(with(options + quick));
    Store store = at.store();
    test::Silent silent;
    const std::atomic<bool> stop = false;
    CHECK_THROWS_WITH(run_study(at.study, store, {}, stop, silent), Catch::Contains("stage 'bias': ") && Catch::Contains(message));
  };
  fails("radii = [\"6 A\"]\n", "meets its own image");
  fails("variable = { type = \"distance\" }\ngroup = [0, 1]\nwall = 0.5\n", "the wall at 0.5 lies below the variable at the start");
  fails("radii = [\"minimum 9\"]\n", "radius 'minimum 9': g(r) of the start has");
}
