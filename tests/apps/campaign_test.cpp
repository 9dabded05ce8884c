// Tasks as the unit of a campaign: planned, chosen, shared between runners, failed, run again.
#include <fmt/ranges.h>

#include <fstream>
#include <set>

#include "apps/plan.hpp"
#include "apps/runners.hpp"
#include "tests/apps/program.hpp"
#include "tests/apps/study_at.hpp"

using namespace glasscape;
using namespace glasscape::test;
namespace fs = std::filesystem;

namespace {

/// Searches on a plane, in four tasks, and what is known of their saddles: milliseconds.
const std::string plane = R"([study]
seed = 3
[potential]
type = "mueller-brown"
scale = 0.01
[[stage]]
type = "structure"
name = "start"
file = "start.xyz"
fmax = "1e-8 eV/A"
[[stage]]
type = "art"
name = "search"
searches = 12
steps_per_task = 3
soft_radius = "1 A"
softening = 1000
push = "0.05 A"
increment = "0.05 A"
same = "0.02 A"
pushes = 60
radius = "1 A"
[[stage]]
type = "normal-modes"
name = "modes"
)";
const std::string start = "1\nProperties=species:S:1:pos:R:3\nX -0.05 0.47 0\n";

/// A stage of several tasks of which the second fails while it may.
class Fragile final : public Stage {
 public:
  static constexpr Plugin about{.name = "fragile", .summary = "for the test of failures"};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit Fragile(Options) {}
  std::int64_t tasks() const override { return 4; }
  StartsFrom starts_from() const override { return StartsFrom::nothing; }
  std::string describe_task(std::int64_t task) const override { return fmt::format("piece {}", task); }
  Events run(std::int64_t task, TaskContext&) const override {
    if (task == 1 && fails) throw Error("piece 1 broke");
    return {TraceRecorded{fmt::format("piece {}", task), {"x"}, Eigen::MatrixXd::Constant(1, 1, static_cast<double>(task))}};
  }
  static inline bool fails = true;
};

Study fragile_study(const Folder& at) {
  Plugins plugins = builtin_plugins();
  plugins.stages.add<Fragile>();
  return read_study(at.write("fragile.toml", "[study]\nseed = 1\n[potential]\ntype = \"lj\"\n[[stage]]\ntype = \"fragile\"\n"), plugins, installed_potentials(), at.file("run"));
}

RunSummary run_in_silence(const Study& study, const RunOptions& options = {}) {
  Store store(study.folder);
  Silent silent;
  const std::atomic<bool> stop = false;
  return run_study(study, store, options, stop, silent);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

std::vector<std::string> ids_of(const Plan& plan) {
  std::vector<std::string> ids;
  for (const PlannedTask& task : plan.tasks) ids.push_back(task.id);
  return ids;
}

/// Those of a list with a shard, in the order of the list.
std::vector<std::string> done_of(const StudyAt& at, const std::vector<std::string>& ids) {
  std::vector<std::string> done;
  for (const std::string& id : ids)
    if (at.store().has(id)) done.push_back(id);
  return done;
}

}  // namespace

TEST_CASE("a plan is the same list whenever it is made, is named by what is in it, and an edited study gives another") {
  const StudyAt at(plane, start);
  const Plan plan = plan_of(at.study);
  REQUIRE(plan.tasks.size() == 9);
  CHECK(plan_of(at.read(plane)).id == plan.id);
  CHECK(plan_of(at.read(with(plane, "seed = 3", "seed = 4"))).id != plan.id);
  CHECK(plan_of(at.read(with(plane, "searches = 12", "searches = 15"))).id != plan.id);
  const std::string file = write_plan(at.study, plan), text = read_text_file(file, "plan");
  at.run();
  CHECK(write_plan(at.study, plan_of(at.study)) == file);
  CHECK(read_text_file(file, "plan") == text);
  const std::vector<std::string> lines = lines_of(text);
  REQUIRE(lines.size() == plan.tasks.size());
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const auto line = nlohmann::json::parse(lines[k]);
    CHECK(line["id"] == plan.tasks[k].id);
    CHECK(line["stage"] == plan.tasks[k].stage);
    CHECK(line["needs"] == (k == 0 ? "" : k < 5 ? "start" : "search"));
  }
}

TEST_CASE("exactly the chosen tasks run, in the chosen order, and what is missing is what has no shard") {
  const StudyAt at(plane, start);
  const Plan plan = plan_of(at.study);
  const std::vector<std::string> ids = ids_of(plan);
  CHECK(run_in_silence(at.study, {.chosen = std::vector{ids[0]}}).complete());
  CHECK(done_of(at, ids) == std::vector{ids[0]});
  CHECK(run_in_silence(at.study, {.chosen = std::vector{ids[4], ids[2], ids[2]}}).complete());
  CHECK(done_of(at, ids) == std::vector{ids[0], ids[2], ids[4]});
  CHECK(at.store().circumstances(ids[4]).started <= at.store().circumstances(ids[2]).started);
  std::vector<std::string> left;
  for (const PlannedTask& task : missing(plan, at.store(), Failures(at.study.folder))) left.push_back(task.id);
  CHECK(left == std::vector{ids[1], ids[3], ids[5], ids[6], ids[7], ids[8]});
  const RunSummary early = run_in_silence(at.study, {.chosen = std::vector{ids[5]}});
  CHECK(early.waiting == std::vector<std::string>{"stage 'modes' waits for 'search'"});
  CHECK_FALSE(early.complete());
  CHECK_THROWS_WITH(run_in_silence(at.study, {.chosen = std::vector<std::string>{"modes-000000-0123456789ab"}}), Catch::Contains("has no task 'modes-000000-0123456789ab'"));
}

TEST_CASE("tasks in any order, in any portions and twice over give the facts of a plain run") {
  const StudyAt plain(plane, start), at(plane, start);
  plain.run();
  std::vector<std::string> ids = ids_of(plan_of(at.study));
  std::reverse(ids.begin(), ids.end());
  for (int round = 0; round < 3; ++round)
    for (const std::string& id : ids) run_in_silence(at.study, {.chosen = std::vector{id}});
  CHECK(at.digest() == plain.digest());
}

TEST_CASE("a task that fails is recorded with its reason, the others go on, and it runs again once it is forgotten") {
  const Folder at;
  const Study study = fragile_study(at);
  Fragile::fails = true;
  const RunSummary first = run_in_silence(study);
  REQUIRE(first.failed.size() == 1);
  const std::string broken = first.failed.front().task;
  CHECK(broken.starts_with("fragile-000001-"));
  CHECK(first.failed.front().reason == "piece 1 broke");
  CHECK(Store(study.folder).tasks().size() == 3);
  CHECK(status(study, Store(study.folder)).front().failed == 1);
  Fragile::fails = false;
  const RunSummary second = run_in_silence(study);  // not by itself
  REQUIRE(second.failed.size() == 1);
  CHECK(second.failed.front().host == first.failed.front().host);
  CHECK(Store(study.folder).tasks().size() == 3);
  forget_failure(study, broken);
  CHECK(run_in_silence(study).complete());
  CHECK(status(study, Store(study.folder)).front().failed == 0);
  CHECK(Store(study.folder).tasks().size() == 4);
}

TEST_CASE("a record of failure that is damaged still says that the task has failed") {
  const Folder at;
  Failures failures(at.path());
  failures.record({"task-1", "a \"quoted\" reason", "host", "2026-01-01T00:00:00Z"});
  at.write("failures/task-2.json", "{");
  REQUIRE(failures.all().size() == 2);
  CHECK(failures.all()[0].reason == "a \"quoted\" reason");
  CHECK(failures.all()[1].task == "task-2");
  CHECK_THAT(failures.all()[1].reason, Catch::Contains("task-2.json' is damaged"));
  failures.forget("task-1");
  failures.forget("task-1");
  CHECK_FALSE(failures.has("task-1"));
}

TEST_CASE("runners leave a task to the one that is at it while that lives, and only so long") {
  const Folder at;
  Runners self(at.path(), std::chrono::milliseconds(400));
  self.begins("mine");
  CHECK(other_runners(at.path()).empty());
  const auto announce = [&](const std::string& host, long process, long long born, long long beat) {
    at.write(fmt::format("runners/{}.{}", host, process),
             fmt::format(R"({{"host": "{}", "process": {}, "born": {}, "beat": {}, "time": "2026-01-01T00:00:00Z", "tasks": ["of {}"]}})", host, process, born, beat, host));
  };
  announce("elsewhere", 17, 5, 1);
  announce(host_name(), 1, -1, 1);  // a process that is not the one that announced itself
  at.write("runners/torn", "{\"host\": ");
  CHECK(self.taken() == std::set<std::string>{"of elsewhere"});
  REQUIRE(other_runners(at.path()).size() == 1);
  CHECK_FALSE(other_runners(at.path()).front().here());
  announce("elsewhere", 17, 5, 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(250));  // it does not look more often
  CHECK(self.taken() == std::set<std::string>{"of elsewhere"});
  std::this_thread::sleep_for(std::chrono::milliseconds(450));
  CHECK(self.taken().empty());
  CHECK_FALSE(fs::exists(at.path() / "runners" / "elsewhere.17"));
  announce("elsewhere", 17, 5, 3);  // it was only held up
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  CHECK(self.taken() == std::set<std::string>{"of elsewhere"});
}

TEST_CASE("a run that finds nothing to do clears up after the dead of other hosts, and not after the living") {
  const Folder at;
  at.write("start.xyz", start);
  const std::string study = at.write("plane.toml", plane);
  REQUIRE(finished(at, {"run", study, "--quiet"}).code == 0);
  for (const std::string host : {"dead", "alive"})
    at.write(fmt::format("plane.run/runners/{}.17", host), fmt::format(R"({{"host": "{}", "process": 17, "born": 5, "beat": 1, "time": "2026-01-01T00:00:00Z", "tasks": []}})", host));
  const fs::path dead = at.path() / "plane.run/runners/dead.17", alive = at.path() / "plane.run/runners/alive.17";
  fs::last_write_time(dead, fs::last_write_time(alive) - std::chrono::minutes(2));
  REQUIRE(finished(at, {"run", study, "--quiet"}).code == 0);
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(alive));
}

TEST_CASE("too long a list of tasks on standard input is refused with what was expected") {
  const Folder at;
  at.write("start.xyz", start);
  at.write("plane.toml", plane);
  const auto code_of = [&](const std::string& input) { return WEXITSTATUS(std::system(fmt::format("cd {} && {} | {} run plane.toml --stdin --quiet 2>err", at.path().string(), input, GLASSCAPE_PROGRAM).c_str())); };
  CHECK(code_of("cat /dev/zero") == 78);
  CHECK(read_text_file(at.file("err"), "messages") ==
        fmt::format("glasscape: error: --stdin: got more than {} bytes, expected ids of tasks, one a line, as `glasscape plan STUDY --missing` prints them\n", most_of_stream));
  CHECK(code_of("head -c 1000000 /dev/zero | tr '\\0' x") == 78);  // one word of that length is not repeated
  CHECK(read_text_file(at.file("err"), "messages").size() < 1000);
}

TEST_CASE("the verbs of a campaign: plan, run of chosen tasks, status, retry, and their exit codes") {
  const Folder at;
  at.write("start.xyz", start);
  const std::string study = at.write("plane.toml", plane);
  const Ended planned = finished(at, {"plan", study, "--tasks"});
  REQUIRE(planned.code == 0);
  const std::vector<std::string> ids = lines_of(planned.out);
  REQUIRE(ids.size() == 9);
  CHECK(finished(at, {"run", study, "--task", ids[3], "--quiet"}).code == 75);
  CHECK(finished(at, {"run", study, "--range", "0:2", "--quiet"}).code == 0);
  CHECK(lines_of(finished(at, {"plan", study, "--missing", "--stage", "search"}).out) == std::vector{ids[2], ids[3], ids[4]});
  const auto plan = json_of(finished(at, {"plan", study, "--json"}));
  CHECK(plan["missing"] == 7);
  CHECK(finished(at, {"run", study, "--plan", plan["plan"], "--task", ids[2], "--task", ids[3], "--task", ids[4], "--quiet"}).code == 0);
  at.write("plane.toml", with(plane, "seed = 3", "seed = 4"));
  const Ended edited = finished(at, {"run", study, "--plan", plan["plan"], "--quiet"});
  CHECK(edited.code == 78);
  CHECK_THAT(edited.err, Catch::Contains("plane.toml: it gives the plan ") && Catch::Contains("it was edited since then"));
  at.write("plane.toml", plane);
  CHECK(finished(at, {"run", study, "--quiet"}).code == 0);
  CHECK(json_of(finished(at, {"status", study, "--json"}))["stages"][2]["done"] == 4);
  for (const std::string wrong : {"3", "4:3", "-1:2", "0:10", "a:b", "0:2:4"}) {
    const Ended ended = finished(at, {"run", study, "--range", wrong});
    CHECK(ended.code == 78);
    CHECK_THAT(ended.err, Catch::Contains("--range: got '" + wrong + "', expected FROM:TO"));
  }
  CHECK(finished(at, {"run", study, "--range", "0:1", "--task", ids[0]}).code == 78);
  CHECK(finished(at, {"retry", study}).code == 78);
  CHECK(finished(at, {"retry", study, "--failed"}).code == 0);
}

TEST_CASE("dynamics that breaks down is a failed task: exit code 70, told by status, and the stages after it wait") {
  const Folder at;
  const std::string study = at.write("broken.toml", "[study]\nseed = 1\n[potential]\ntype = \"eam-fs\"\n[[stage]]\ntype = \"melt-quench\"\natoms = 32\ncomposition = { Cu = 1 }\n"
                                                    "timestep = \"80 fs\"\nschedule = [{ at = \"3000 K\", time = \"20 ps\" }]\n[[stage]]\ntype = \"art\"\nsearches = 1\n");
  for (const std::string verb : {"run", "retry"}) {
    const Ended ended = finished(at, {verb, study, verb == "run" ? "--quiet" : "--failed"});
    CHECK(ended.code == 70);
    CHECK_THAT(ended.err, Catch::Contains("1 task of the study 'broken' failed") && Catch::Contains("broken down"));
  }
  const auto status = json_of(finished(at, {"status", study, "--json"}));
  REQUIRE(status["failed"].size() == 1);
  CHECK_THAT(status["failed"][0]["reason"].get<std::string>(), Catch::Contains("broken down"));
  CHECK(status["stages"][0]["failed"] == 1);
  CHECK(status["stages"][1]["waits_for"] == "melt-quench");
}

TEST_CASE("several runners on one study share its tasks and end in the facts of one") {
  const Folder at;
  at.write("start.xyz", start);
  const std::string study = at.write("plane.toml", plane);
  REQUIRE(finished(at, {"run", study, "--folder", "one", "--quiet"}).code == 0);
  std::vector<std::unique_ptr<Program>> runners;
  for (int k = 0; k < 3; ++k) runners.push_back(std::make_unique<Program>(at.path(), std::vector<std::string>{"run", study, "--folder", "many", "--threads", "1", "--quiet"}));
  for (const auto& runner : runners) {
    const Ended ended = runner->wait();
    INFO(ended.err);
    CHECK(ended.code == 0);
  }
  CHECK(lines_of(finished(at, {"digest", study, "--folder", "many"}).out).back() == lines_of(finished(at, {"digest", study, "--folder", "one"}).out).back());
  CHECK(fs::is_empty(at.path() / "many" / "runners"));
}

TEST_CASE("cancel tells a runner of this host to stop, and running again ends in the same facts") {
  const Folder at;
  at.write("start.xyz", start);
  const std::string study = at.write("plane.toml", with(plane, "searches = 12", "searches = 300000"));
  Program program(at.path(), {"run", study, "--threads", "1", "--quiet"});
  REQUIRE(program.wait_until([&] { return !other_runners(at.path() / "plane.run").empty() && fs::exists(at.path() / "plane.run" / "shards"); }));
  const Ended cancelled = finished(at, {"cancel", study});
  CHECK_THAT(cancelled.out, Catch::StartsWith("told process "));
  CHECK(program.wait().code == 75);
  CHECK_THAT(finished(at, {"cancel", study}).out, Catch::StartsWith("nothing to cancel"));
}
