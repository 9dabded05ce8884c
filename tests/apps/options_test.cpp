// Options and files that a user gets wrong or changes, as the program answers them: refused before the work where it can
// be known, else with the stage and the remedy; and what `check`, `describe` and `digest` say.
#include <fmt/ranges.h>

#include "apps/plugins.hpp"
#include "apps/progress.hpp"
#include "apps/study.hpp"
#include "md/structure_io.hpp"
#include "tests/apps/program.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;
namespace fs = std::filesystem;

namespace {

const std::string relaxes_a_file = R"([study]
seed = 5
[potential]
type = "eam-fs"
[[stage]]
type = "structure"
file = "start.xyz"
)";

/// A Cu-Zr crystal with displaced atoms, another for each seed.
void write_start(const std::string& path, std::uint64_t seed) {
  const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  Configuration c = fcc(3.9, 2, law->elements(), seed);
  c.positions += 0.05 * noise(c.atoms(), seed);
  write_structure(path, {c, {}, {}});
}

std::string digest_of(const fs::path& where, const std::string& study) {
  const Ended ran = Program(where, {"run", study, "--folder", "run", "--threads", "1", "--quiet"}).wait();
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  return json_of(Program(where, {"digest", study, "--folder", "run", "--json"}).wait()).at("sha256");
}

/// A glass of 32 atoms with one more line in its stage.
std::string glass(const std::string& line) {
  return R"([study]
seed = 5
[potential]
type = "eam-fs"
[[stage]]
name = "melt"
type = "melt-quench"
atoms = 32
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "20 ps" }]
)" + line + "\n";
}

/// A sampler and a stage that do nothing, of some version.
template <int version>
struct IdleSampler final : Sampler {
  static constexpr Plugin about{"idle-sampler", "does nothing", "", "", version};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit IdleSampler(Options) {}
  Events step(Run&) override { return {}; }
  std::int64_t steps() const override { return 1; }
};

template <int version>
struct IdleStage final : Stage {
  static constexpr Plugin about{"idle-stage", "does nothing", "", "", version};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit IdleStage(Options) {}
  std::int64_t tasks() const override { return 1; }
  Events run(std::int64_t, TaskContext&) const override { return {}; }
  StartsFrom starts_from() const override { return StartsFrom::nothing; }
  std::string describe_task(std::int64_t) const override { return "nothing"; }
};

/// The ids of the first tasks of an idle stage and of an idle sampler that does not follow it.
template <int of_stage, int of_sampler>
std::vector<std::string> idle_ids() {
  Plugins plugins = builtin_plugins();
  plugins.stages.add<IdleStage<of_stage>>();
  plugins.samplers.add<IdleSampler<of_sampler>>();
  const Folder at;
  write_start(at.file("start.xyz"), 1);
  const Study study = read_study(at.write("study.toml", relaxes_a_file + "[[stage]]\ntype = \"idle-stage\"\n[[stage]]\ntype = \"idle-sampler\"\nfrom = \"structure\"\n"),
                                 plugins, installed_potentials());
  return {study.task_id(study.stages[1], 0), study.task_id(study.stages[2], 0)};
}

std::map<std::string, std::string> defaults_of(const std::string& name) {
  const Folder at;
  std::map<std::string, std::string> defaults;
  const nlohmann::json described = json_of(finished(at, {"describe", name, "--json"}));
  CHECK(described.at("name") == name);
  for (const auto& option : described.at("options")) defaults[option.at("key")] = option.at("default");
  return defaults;
}

}  // namespace

TEST_CASE("facts from a structure file depend on what is in it, not on where it lies") {
  const Folder here, there;
  write_start(here.file("start.xyz"), 1);
  const std::string first = digest_of(here.path(), here.write("study.toml", relaxes_a_file));
  fs::create_directories(there.path() / "deeper");
  fs::copy_file(here.file("start.xyz"), there.path() / "deeper" / "renamed.xyz");
  std::string moved = relaxes_a_file;
  moved.replace(moved.find("start.xyz"), 9, "deeper/renamed.xyz");
  CHECK(digest_of(there.path(), there.write("study.toml", moved)) == first);

  write_start(here.file("start.xyz"), 2);
  const nlohmann::json status = json_of(finished(here, {"status", "study.toml", "--folder", "run", "--json"}));
  CHECK(status["stages"][0]["done"] == 0);
  CHECK(digest_of(here.path(), "study.toml") != first);
}

TEST_CASE("facts of another version of a plug-in are other facts, those of another plug-in stay") {
  const auto first = idle_ids<1, 1>(), again = idle_ids<1, 1>(), stage = idle_ids<2, 1>(), sampler = idle_ids<1, 2>(), later = idle_ids<1, 3>();
  CHECK(first == again);
  CHECK(stage[0] != first[0]);
  CHECK(stage[1] == first[1]);
  CHECK(sampler[0] == first[0]);
  CHECK(sampler[1] != first[1]);
  CHECK(later[1] != first[1]);
  CHECK(later[1] != sampler[1]);
}

TEST_CASE("check refuses searches around atoms that the structure file does not have") {
  const Folder at;
  write_start(at.file("start.xyz"), 1);
  for (const auto& [line, message] : {std::pair<std::string, std::string>{"around = \"Xx\"", "key 'stage.around': got \"Xx\", expected an element of the start"},
                                      {"centres = [99]", "key 'stage.centres': got [99], expected atoms from 0 to 31"}}) {
    const Ended ended = finished(at, {"check", at.write("study.toml", relaxes_a_file + "[[stage]]\ntype = \"art\"\n" + line + "\n")});
    CHECK(ended.code == 78);
    CHECK_THAT(ended.err, Catch::Contains("study.toml:10: " + message));
  }
}

TEST_CASE("check counts a million tasks and writes its plan as JSON") {
  const Folder at;
  write_start(at.file("start.xyz"), 1);
  at.write("study.toml", relaxes_a_file + "[[stage]]\ntype = \"art\"\nsearches = 1000000\nsteps_per_task = 1\n");
  const nlohmann::json plan = json_of(finished(at, {"check", "study.toml", "--json"}));
  CHECK(plan["seed"] == 5);
  CHECK(plan["stages"][0]["first_task"] == "relax 32 atoms");
  CHECK(plan["stages"][1]["from"] == "structure");
  CHECK(plan["stages"][1]["tasks"] == 1000000);
  CHECK(plan["stages"][1]["to_run"] == 1000000);
}

TEST_CASE("a stage whose number of tasks no number holds is refused") {
  const Folder at;
  std::string temperatures, radii;
  for (int k = 1; k <= 3100; ++k) {
    temperatures += fmt::format("\"{} K\",", k);
    radii += fmt::format("\"{} A\",", 0.001 * k);
  }
  at.write("study.toml", R"([study]
seed = 1
[potential]
type = "lj"
[[stage]]
type = "melt-quench"
atoms = 1000000
composition = { Ar = 1 }
schedule = [{ at = "100 K", time = "1 ps" }]
[[stage]]
type = "metadynamics"
centres = 1000000
samplings = 1000000
)" + fmt::format("temperatures = [{}]\nradii = [{}]\n", temperatures, radii));
  const Ended ended = finished(at, {"check", "study.toml"});
  CHECK(ended.code == 78);
  CHECK_THAT(ended.err, Catch::Contains("stage 'metadynamics' has 9223372036854775807 tasks, expected at most 1000000"));
}

TEST_CASE("the option --elements names the species of an extended XYZ file that are numbers") {
  const Folder at;
  at.write("numbers.xyz", "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3\n2 0 0 0\n1 2.5 0 0\n");
  at.write("names.xyz", "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3\nZr 0 0 0\nCu 2.5 0 0\n");
  const nlohmann::json named = json_of(finished(at, {"evaluate", "names.xyz", "--potential", "eam-fs", "--json"}));
  const nlohmann::json numbered = json_of(finished(at, {"evaluate", "numbers.xyz", "--potential", "eam-fs", "--elements", "Cu,Zr", "--json"}));
  CHECK(numbered["energy_eV"].get<double>() == Approx(named["energy_eV"].get<double>()).epsilon(1e-14));
  CHECK_THAT(finished(at, {"evaluate", "numbers.xyz", "--potential", "eam-fs"}).err, Catch::Contains("with --elements"));
  const Ended few = finished(at, {"evaluate", "numbers.xyz", "--potential", "eam-fs", "--elements", "Cu"});
  CHECK(few.code == 78);
  CHECK_THAT(few.err, Catch::Contains("numbers.xyz:3: species 2 has no name: 1 elements are given"));
}

TEST_CASE("a Stillinger-Weber file gives all its elements unless some are named") {
  std::vector<std::string> names;
  for (const Element& element : potential("sw:CdTe.sw")->elements()) names.push_back(element.name);
  CHECK(names == std::vector<std::string>{"Cd", "Te"});
  CHECK(potential("sw:Si.sw")->elements() == elements_named({"Si"}));
}

TEST_CASE("an energy that is no number is an error and not a result") {
  const Folder at;
  at.write("pair.xyz", "2\n\nAr 0 0 0\nAr 1.1 0 0\n");
  for (const std::string verb : {"evaluate", "relax"}) {
    const Ended ended = finished(at, {verb, "pair.xyz", "--potential", "lj:epsilon=1e308", "--write", "out.xyz", "--json"});
    CHECK(ended.code == 70);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::Contains("pair.xyz: energy") && Catch::Contains("expected finite numbers"));
    CHECK_FALSE(fs::exists(at.file("out.xyz")));
  }
}

TEST_CASE("output that cannot be written is an error") {
  if (!fs::exists("/dev/full")) return;
  const Folder at;
  at.write("pair.xyz", "2\n\nAr 0 0 0\nAr 1.1 0 0\n");
  for (const std::string command : {"evaluate pair.xyz --potential lj", "list", "describe art --json"}) {
    const int status = std::system(fmt::format("cd {} && {} {} > /dev/full 2> err", at.path().string(), GLASSCAPE_PROGRAM, command).c_str());
    CHECK(WEXITSTATUS(status) == 74);
    CHECK_THAT(read_text_file(at.file("err"), "messages"), Catch::Contains("cannot write to standard output: No space left on device"));
  }
}

TEST_CASE("no file that is opened takes the place of a standard stream that was closed") {
  const Folder at;
  at.write("pair.xyz", "2\n\nAr 0 0 0\nAr 1.1 0 0\n");
  const auto code_of = [&](const std::string& command) { return WEXITSTATUS(std::system(fmt::format("cd {} && {} {}", at.path().string(), GLASSCAPE_PROGRAM, command).c_str())); };
  CHECK(code_of("list 2>err >&-") == 74);
  CHECK_THAT(read_text_file(at.file("err"), "messages"), Catch::Contains("cannot write to standard output: Bad file descriptor"));
  CHECK(code_of("evaluate pair.xyz --potential lj --write out.xyz <&- >&- 2>&-") == 74);
  CHECK(code_of("evaluate pair.xyz --potential lj --write whole.xyz >/dev/null") == 0);
  CHECK(read_text_file(at.file("out.xyz"), "structure") == read_text_file(at.file("whole.xyz"), "structure"));
}

TEST_CASE("a written LAMMPS data file comes with the note that it has no forces") {
  const Folder at;
  write_start(at.file("start.xyz"), 1);
  const auto err_of = [&](const std::string& name) {
    return finished(at, {"evaluate", "start.xyz", "--potential", "eam-fs", "--write", name}).err;
  };
  CHECK_THAT(err_of("out.data"), Catch::Contains("note: out.data") && Catch::Contains("no place for forces"));
  CHECK(err_of("out.xyz").empty());
}

TEST_CASE("dynamics that breaks down ends with 70, the stage, and what to do") {
  for (const std::string line : {"timestep = \"100 fs\"", "pressure = \"1e9 GPa\"", "pressure = \"-1e9 GPa\"", "timestep = \"1000 ns\""}) {
    INFO(line);
    const Folder at;
    const Ended ended = finished(at, {"run", at.write("study.toml", glass(line)), "--folder", "run", "--threads", "1", "--quiet"});
    CHECK(ended.code == 70);
    CHECK_THAT(ended.err, Catch::Contains("stage 'melt': the dynamics has broken down after") && Catch::Contains("use a shorter timestep"));
    CHECK(fs::is_empty(at.path() / "run" / "checkpoints"));
  }
}

TEST_CASE("describe shows the keys that every stage has, which keys exclude each other, and the tables of a study") {
  const auto art = defaults_of("art");
  CHECK(art.at("name") == "art");
  CHECK(art.at("from") == "the first stage");
  CHECK(art.at("steps_per_task") == "5");
  CHECK(art.at("basins") == "10");
  const auto quench = defaults_of("melt-quench");
  CHECK(quench.at("name") == "melt-quench");
  CHECK(quench.at("schedule.at") == "(one of at, to)");
  CHECK(quench.at("schedule.to") == "(one of at, to)");
  CHECK(quench.at("schedule.rate") == "(one of rate, time)");
  CHECK(quench.at("schedule.time") == "(one of rate, time)");
  CHECK_FALSE(quench.contains("from"));
  const auto report = defaults_of("report");
  CHECK(report.size() == 17);
  CHECK(report.at("rdf_range") == "10 A");
  CHECK(defaults_of("study").at("seed") == "(required)");
}

TEST_CASE("progress tells the rate in a unit that can be read, and the time left") {
  CHECK(progress_text("art", "12 of 60 tasks", {60, "searches"}, 240, 40) == "art: 12 of 60 tasks, 1.5 searches/s, 3 min left");
  CHECK(progress_text("glass", "3 %", {1, "ps"}, 10, 120) == "glass: 3 %, 30 ps/h, 20 min left");
  CHECK(progress_text("art", "1 of 2 tasks", {5, "searches"}, 5, 100) == "art: 1 of 2 tasks, 3 searches/min, 2 min left");
}

TEST_CASE("every study of the examples can be read") {
  int studies = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GLASSCAPE_EXAMPLES)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".toml" || path.parent_path().filename() == "own_sampler") continue;  // that one has a sampler of its own
    INFO(path.string());
    if (read_text_file(path.string(), "example").find("[[stage]]") == std::string::npos) continue;  // a solid or its measurements, see rehearsal_test.cpp
    CHECK_NOTHROW(read_study(path.string(), builtin_plugins(), installed_potentials()));
    ++studies;
  }
  CHECK(studies >= 5);
}
