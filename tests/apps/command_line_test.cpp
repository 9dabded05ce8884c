// The program as a user meets it: exit codes, messages, what is written, and the same facts however a run
// went.
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <functional>

#include "md/dynamics.hpp"
#include "md/structure_io.hpp"
#include "md/support/units.hpp"
#include "tests/apps/program.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;
namespace fs = std::filesystem;

namespace {

const std::string smoke = GLASSCAPE_EXAMPLES "/cu50zr50_barriers/smoke.toml";

/// A study that passes a checkpoint (5000 steps) and has several tasks of searches, in about a second.
const std::string tiny = R"([study]
seed = 5
[potential]
type = "eam-fs"
[[stage]]
type = "melt-quench"
atoms = 32
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "10.4 ps" }, { to = "1 K", time = "1 ps" }]
[[stage]]
type = "art"
searches = 12
steps_per_task = 3
[[stage]]
type = "normal-modes"
radii = ["4 A"]
)";

std::string run(const Folder& at, const std::string& study, const std::string& folder,
                const std::string& threads = "1") {
  const Ended ended = finished(at, {"run", study, "--folder", folder, "--threads", threads, "--quiet"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Ended digest = finished(at, {"digest", study, "--folder", folder});
  REQUIRE(digest.code == 0);
  return digest.out.substr(digest.out.find('\n') + 1);
}

/// The digest of the tiny study when nothing disturbs it.
const std::string& undisturbed() {
  static const std::string digest = [] {
    const Folder at;
    return run(at, at.write("tiny.toml", tiny), "run");
  }();
  return digest;
}

/// Files in a run folder's subfolder whose name has this in it.
int count(const fs::path& folder, const std::string& part) {
  int found = 0;
  std::error_code none;
  for (fs::directory_iterator at(folder, none); !none && at != fs::directory_iterator(); at.increment(none))
    found += at->path().filename().string().find(part) != std::string::npos;
  return found;
}

/// Moments of a run of the tiny study that can be seen from outside.
const std::vector<std::pair<std::string, std::function<bool(const fs::path&)>>> moments{
    {"the run folder is there", [](const fs::path& run) { return fs::exists(run / "checkpoints"); }},
    {"a checkpoint is there", [](const fs::path& run) { return count(run / "checkpoints", ".A") > 0; }},
    {"the glass is there",
     [](const fs::path& run) { return count(run / "shards", "melt-quench-000000") > 0; }},
    {"half of the searches are there",
     [](const fs::path& run) { return count(run / "shards", "art-") > 1; }},
    {"modes are there",
     [](const fs::path& run) { return count(run / "shards", "normal-modes-") > 1; }}};

/// A command line that must fail and write nothing.
void refused(std::vector<std::string> arguments, int code, const std::string& message) {
  const Folder at;
  at.write("study.toml", tiny);
  at.write("Au.xyz", "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3\nAu 0 0 0\n");
  INFO(fmt::format("glasscape {}", fmt::join(arguments, " ")));
  const Ended ended = finished(at, std::move(arguments));
  CHECK(ended.code == code);
  CHECK(ended.out.empty());
  CHECK_THAT(ended.err, Catch::StartsWith("glasscape: error: ") && Catch::Contains(message));
  CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
  CHECK(std::distance(fs::directory_iterator(at.path()), fs::directory_iterator()) == 2);
}

}  // namespace

TEST_CASE(
    "a command line that is wrong ends with its exit code, one line that says why, and nothing written") {
  refused({}, 2, "a verb is missing (see `glasscape --help`); known: run, status");
  refused({"runn", "study.toml"}, 2, "'runn' is not a verb (see `glasscape --help`); did you mean 'run'?");
  refused({"frobnicate"}, 2, "'frobnicate' is not a verb (see `glasscape --help`); known: run, status");
  refused({"run"}, 2, "study is required; see `glasscape run --help`");
  refused({"run", "study.toml", "--thread", "1"}, 2,
          "'--thread' is not an option (see `glasscape run --help`); did you mean '--threads'?");
  refused({"run", "study.toml", "--threads", "0"}, 2, "--threads: Value 0 not in range 1 to 1024");
  refused({"run", "study.toml", "more.toml"}, 2, "'more.toml' is one argument too many");
  for (const std::string wrong : {"-1", "0", "nan", "inf", "small", "1e-3 eV", "1e400"})
    refused({"relax", "Au.xyz", "--potential", "lj", "--fmax", wrong}, 78, "relax: key '--fmax': got ");
  refused({"run", "study.toml", "--folder", ""}, 2, "--folder: expected the name of a folder");
  for (const std::string verb : {"run", "status", "digest", "check", "merge"})
    refused({verb, "missing.toml"}, 66, "cannot open study 'missing.toml': No such file or directory");
  for (const std::string verb : {"run", "status", "digest", "check", "report"})
    refused({verb, "."}, 66, "cannot read study '.': it is a folder, give a file");
  refused({"evaluate", ".", "--potential", "lj"}, 66, "cannot read structure file '.': it is a folder, give a file");
  refused({"evaluate", "Au.xyz", "--potential", "lj:epsilon=1,epsilon=2"}, 78, "key 'epsilon' is given twice");
  refused({"evaluate", "Au.xyz", "--potential", "lj", "--elements", "Cu"}, 78,
          "Au.xyz:3: elements are given, but the file names its atoms itself ('Au'); leave them out");
  refused({"digest", "study.toml"}, 66, "there is no run folder 'study.run': run the study first");
  refused({"evaluate", "missing.xyz", "--potential", "lj"}, 66, "cannot open structure file 'missing.xyz'");
  refused({"evaluate", "Au.xyz", "--potential", "eam-fs:missing.fs"}, 66,
          "file 'missing.fs' is not there; looked as written and in: ");
  refused({"evaluate", "Au.xyz", "--potential", "eam-fz"}, 78,
          "'eam-fz' is not a potential; did you mean 'eam-fs'?");
  refused({"evaluate", "Au.xyz", "--potential", "lj:sigmo=1"}, 78, "did you mean 'sigma'?");
  refused({"evaluate", "Au.xyz", "--potential", "eam-fs"}, 78,
          "Au.xyz: element 'Au' is not in potential CuZr_mm.eam.fs");
  refused({"evaluate", "Au.xyz", "--potential", "lj", "--write", "no/folder.xyz"}, 74, "no/folder.xyz");
  refused({"evaluate", "Au.xyz", "--potential", "lj", "--write", "out.pdf"}, 78, "out.pdf");
  refused({"describe", "arr"}, 78, "'arr' is not a potential, stage, sampler or collective variable; did you mean 'art'?");
}

TEST_CASE("a bad input file ends with its exit code, its name and line, and nothing written") {
  const std::string inputs = GLASSCAPE_TEST_INPUTS "/bad/";
  refused({"evaluate", inputs + "structures/coordinate_is_nan.xyz", "--potential", "lj"}, 65,
          "coordinate_is_nan.xyz:4: 'nan' is not a finite number");
  refused({"evaluate", "Au.xyz", "--potential", "eam-alloy:" + inputs + "potentials/nan_in_table.eam.alloy"},
          65, "nan_in_table.eam.alloy:12: 'nan'");
  for (const std::string verb : {"run", "check", "status", "digest"}) {
    refused({verb, inputs + "studies/misspelt_potential.toml"}, 78, "misspelt_potential.toml:");
    refused({verb, inputs + "studies/broken_toml.toml"}, 78, "broken_toml.toml:");
  }
}

TEST_CASE("a misspelt key is named with its file and line and the nearest key") {
  const Folder at;
  std::string text = tiny;
  text.replace(text.find("searches"), 8, "serches");
  const Ended ended = finished(at, {"run", at.write("misspelt.toml", text)});
  CHECK(ended.code == 78);
  CHECK(ended.err ==
        fmt::format("glasscape: error: {}:12: key 'stage.serches' is unknown; did you mean 'searches'?\n",
                    at.file("misspelt.toml")));
}

TEST_CASE("a run folder that cannot be written is refused before any work") {
  const Folder at;
  const std::string study = at.write("tiny.toml", tiny);
  at.write("plain", "");
  for (const std::string folder : {"plain", "plain/below", "/proc/glasscape"}) {
    const Ended ended = finished(at, {"run", study, "--folder", folder});
    CHECK(ended.code == 74);
    CHECK_THAT(ended.err, Catch::StartsWith("glasscape: error: cannot make the folder '" + folder) &&
                              Catch::Contains("give another run folder with --folder"));
  }
  fs::create_directories(at.path() / "run" / "shards");
  fs::permissions(at.path() / "run" / "shards", fs::perms::owner_read | fs::perms::owner_exec);
  if (::geteuid() != 0)
    CHECK(finished(at, {"run", study, "--folder", "run"}).code == 74);  // root may write anyway
}

TEST_CASE("facts do not depend on the number of threads, and a complete run does nothing more") {
  const Folder at;
  const std::string one = run(at, smoke, "one"), two = run(at, smoke, "two", "2");
  CHECK(one.size() == 65);
  CHECK(one == two);
  const auto written = fs::last_write_time(at.path() / "one" / "shards");
  CHECK(run(at, smoke, "one") == one);
  CHECK(fs::last_write_time(at.path() / "one" / "shards") == written);
  const nlohmann::json status = json_of(finished(at, {"status", smoke, "--folder", "one", "--json"}));
  REQUIRE(status["stages"].size() == 3);
  for (const auto& stage : status["stages"]) CHECK(stage["done"] == stage["tasks"]);
  CHECK(status["study"] == "Smoke test of the barrier study");
}

TEST_CASE("a run killed at any moment and run again ends in the same facts") {
  for (const auto& [moment, reached] : moments) DYNAMIC_SECTION(moment) {
      const Folder at;
      const std::string study = at.write("tiny.toml", tiny);
      Program program(at.path(), {"run", study, "--folder", "run", "--threads", "1", "--quiet"});
      REQUIRE(program.wait_until([&] { return reached(at.path() / "run"); }));
      program.signal(SIGKILL);
      const int code = program.wait().code;
      CHECK((code == -SIGKILL || code == 0));  // 0: on a busy machine it may be done before the signal comes
      CHECK(run(at, study, "run") == undisturbed());
      CHECK(count(at.path() / "run" / "shards", ".tmp") == 0);
      CHECK(fs::is_empty(at.path() / "run" / "checkpoints"));
    }
}

TEST_CASE("Ctrl-C ends with 75, says how to continue, and continuing ends in the same facts") {
  for (const std::size_t k : {std::size_t{1}, std::size_t{2}}) DYNAMIC_SECTION(moments[k].first) {
      const Folder at;
      const std::string study = at.write("tiny.toml", tiny);
      Program program(at.path(), {"run", study, "--folder", "run", "--threads", "1", "--quiet"});
      REQUIRE(program.wait_until([&] { return moments[k].second(at.path() / "run"); }));
      program.signal(SIGINT);
      const Ended ended = program.wait();
      CHECK(ended.code == 75);
      CHECK_THAT(ended.err,
                 Catch::Contains("nothing finished is lost") &&
                     Catch::Contains(fmt::format("To continue: glasscape run {} --folder run\n", study)));
      const nlohmann::json status = json_of(finished(at, {"status", study, "--folder", "run", "--json"}));
      CHECK(status["stages"][1]["done"].get<int>() < status["stages"][1]["tasks"].get<int>());
      CHECK(run(at, study, "run") == undisturbed());
    }
}

TEST_CASE("a study may come from a pipe, is refused where that does not end, and a pipe without a writer does not hold up a stop") {
  const Folder at;
  at.write("tiny.toml", tiny);
  CHECK(std::system(fmt::format("cd {} && {} check /dev/stdin < tiny.toml > out && cat tiny.toml | {} check /dev/stdin > piped && cmp out piped", at.path().string(), GLASSCAPE_PROGRAM, GLASSCAPE_PROGRAM).c_str()) == 0);
  refused({"run", "/dev/zero"}, 66, "cannot read study '/dev/zero': it goes on after 16777216 bytes, expected at most these; write what it gives into a file");
  refused({"evaluate", "/dev/zero", "--potential", "lj"}, 66, "cannot read structure file '/dev/zero': it goes on after 268435456 bytes");
  REQUIRE(::mkfifo(at.file("pipe.toml").c_str(), 0600) == 0);
  Program program(at.path(), {"run", "pipe.toml", "--quiet"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto begin = std::chrono::steady_clock::now();
  program.signal(SIGTERM);
  CHECK(program.wait().code == 75);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("a damaged shard is refused by name with the remedy, and the remedy restores the facts") {
  const Folder at;
  const std::string study = at.write("tiny.toml", tiny);
  const std::string sound = run(at, study, "run");
  std::string glass;
  for (const auto& entry : fs::directory_iterator(at.path() / "run" / "shards"))
    if (entry.path().filename().string().starts_with("melt-quench")) glass = entry.path().string();
  const std::string bytes = read_text_file(glass, "shard");
  for (const std::size_t place : {std::size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    INFO("byte " << place << " of " << bytes.size());
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x10);
    write_text_file(glass, damaged);
    const Ended ended = finished(at, {"digest", study, "--folder", "run"});
    CHECK(ended.code == 65);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::Contains(fs::path(glass).filename().string()) && Catch::Contains("delete"));
  }
  fs::remove(glass);
  CHECK(run(at, study, "run") == sound);
}

TEST_CASE("evaluate prints the facts of the library as JSON, and what it writes has the same energy") {
  const Folder at;
  const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = sample(law);
  const Evaluation e = Surface(law, c).evaluate(c.positions, {.virial = true});
  write_structure(at.file("in.extxyz"), {c, {}, {}});
  const nlohmann::json facts =
      json_of(finished(at, {"evaluate", "in.extxyz", "--potential", "eam-fs:CuZr_mm.eam.fs", "--json",
                            "--write", "out.extxyz"}));
  CHECK(facts["natoms"] == c.atoms());
  CHECK(facts["energy_eV"].get<double>() == e.energy);
  CHECK(facts["fmax_eV_per_A"].get<double>() == fmax(e.forces));
  CHECK(facts["pressure_GPa"].get<double>() ==
        Approx(e.virial.trace() / (3 * c.cell.volume()) * units::stress_GPa).epsilon(1e-12));
  for (const std::string written : {"out.extxyz", "out.data", "out.dump"}) {
    INFO(written);
    std::vector<std::string> arguments{"evaluate", "out.extxyz", "--potential", "eam-fs",
                                       "--json",   "--write",    written};
    if (written != "out.extxyz") json_of(finished(at, arguments));
    arguments = {"evaluate", written, "--potential", "eam-fs", "--elements", "Cu,Zr", "--json"};
    if (written == "out.extxyz") arguments.erase(arguments.begin() + 4, arguments.begin() + 6);
    const nlohmann::json again = json_of(finished(at, arguments));
    CHECK(again["energy_eV"].get<double>() == Approx(e.energy).epsilon(written == "out.extxyz" ? 0 : 1e-13));
    CHECK(again["natoms"] == c.atoms());
  }
}

TEST_CASE("the pressure of a file with velocities is that of LAMMPS: with the motion of the atoms") {
  const Folder at;
  const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  Configuration c = sample(law);
  Rng rng(1, 2);
  c.momenta = thermal_momenta(*c.species, 500, rng);
  const Evaluation e = Surface(law, c).evaluate(c.positions, {.virial = true});
  write_structure(at.file("in.data"), {c, {}, {}});
  const nlohmann::json facts = json_of(finished(at, {"evaluate", "in.data", "--potential", "eam-fs", "--elements", "Cu,Zr", "--json"}));
  CHECK(facts["kinetic_energy_eV"].get<double>() == Approx(kinetic_energy(c)).epsilon(1e-10));
  CHECK(facts["pressure_GPa"].get<double>() ==
        Approx((2 * kinetic_energy(c) + e.virial.trace()) / (3 * c.cell.volume()) * units::stress_GPa).epsilon(1e-9));
}

TEST_CASE("merge writes the landscape of a run, and the same bytes when it was deleted") {
  const Folder at;
  const std::string study = at.write("tiny.toml", tiny);
  CHECK(finished(at, {"merge", study, "--folder", "run"}).code == 66);
  CHECK_FALSE(fs::exists(at.path() / "run"));
  run(at, study, "run");
  const Ended merged = finished(at, {"merge", study, "--folder", "run"});
  CHECK(merged.code == 0);
  CHECK(merged.out == "run/landscape.h5\n");
  const std::string file = at.file("run/landscape.h5"), bytes = read_text_file(file, "merged view");
  fs::remove(file);
  CHECK(finished(at, {"merge", study, "--folder", "run"}).code == 0);
  CHECK(read_text_file(file, "merged view") == bytes);
  fs::remove(file);
  CHECK(run(at, study, "run") == undisturbed());
}

TEST_CASE("relax ends in a minimum, and what it writes is that minimum") {
  const Folder at;
  write_structure(at.file("in.xyz"), {sample(potential("eam-fs:CuZr_mm.eam.fs")), {}, {}});
  const nlohmann::json relaxed = json_of(finished(
      at, {"relax", "in.xyz", "--potential", "eam-fs", "--fmax", "1e-4", "--json", "--write", "out.xyz"}));
  CHECK(relaxed["fmax_eV_per_A"].get<double>() < 1e-4);
  CHECK(relaxed["ended"] == "converged");
  const nlohmann::json again =
      json_of(finished(at, {"evaluate", "out.xyz", "--potential", "eam-fs", "--json"}));
  CHECK(again["energy_eV"].get<double>() == Approx(relaxed["energy_eV"].get<double>()).epsilon(1e-14));
}

TEST_CASE("list names every potential, stage and sampler, and describe knows each of them") {
  const Folder at;
  const nlohmann::json all = json_of(finished(at, {"list", "--json"}));
  const Ended text = finished(at, {"list"});
  int names = 0;
  for (const std::string kind : {"potentials", "stages", "samplers"})
    for (const auto& entry : all.at(kind)) {
      const std::string name = entry.at("name");
      const Ended described = finished(at, {"describe", name});
      CHECK(described.code == 0);
      CHECK_THAT(described.out, Catch::StartsWith(name + " (" + kind.substr(0, kind.size() - 1) +
                                                  "): " + entry.at("summary").get<std::string>()));
      CHECK_THAT(text.out, Catch::Contains("  " + name + " "));
      ++names;
    }
  CHECK(names >= 12);
}

TEST_CASE("check and status show what would run and write nothing") {
  const Folder at;
  const Ended checked = finished(at, {"check", smoke});
  CHECK(checked.code == 0);
  CHECK_THAT(checked.out, Catch::Contains("stage      glass (melt-quench): 1 tasks, 1 to run") &&
                              Catch::Contains("stage      saddles (art) from glass: 2 tasks, 2 to run") &&
                              Catch::Contains("seed       20201104"));
  const nlohmann::json status = json_of(finished(at, {"status", smoke, "--json"}));
  CHECK(status["folder"] == "smoke.run");
  for (const auto& stage : status["stages"]) CHECK(stage["done"] == 0);
  CHECK(fs::is_empty(at.path()));
}
