// Normal modes as a stage of a study: from the study file to the findings of the report.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "apps/report/modes_report.hpp"
#include "apps/report/summary.hpp"
#include "apps/runner.hpp"
#include "apps/starts.hpp"
#include "landscape/facts_hash.hpp"
#include "md/support/units.hpp"
#include "tests/apps/program.hpp"
#include "tests/apps/study_at.hpp"

using namespace glasscape;
using test::Folder;
using test::with;

namespace {

/// One atom of argon on a Mueller-Brown surface, in its middle minimum, from which both saddles lead.
const std::string plane = R"([study]
seed = 5
[potential]
type = "mueller-brown"
scale = 0.01
[[stage]]
name = "low"
type = "structure"
file = "start.xyz"
fmax = "1e-8 eV/A"
[[stage]]
name = "saddles"
type = "art"
searches = 12
steps_per_task = 3
push = "0.05 A"
increment = "0.05 A"
same = "0.02 A"
pushes = 60
radius = "1 A"
soft_radius = "1 A"
softening = 1000
[[stage]]
name = "modes"
type = "normal-modes"
fmax = "1e-10 eV/A"
radii = ["5 A"]
[report]
temperatures = [100, 300]
)";

struct Ran : test::StudyAt {
  explicit Ran(const std::string& toml, int threads = 1) : StudyAt(toml, "1\nProperties=species:S:1:pos:R:3\nAr -0.05 0.4667 0\n") { run(threads); }
};

std::set<std::string> tasks_of(const Ran& ran) {
  const auto all = Store(ran.study.folder).tasks();
  return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("a study of a Mueller-Brown surface ends with the prefactors of its published eigenvalues") {
  const Ran ran(plane);
  const Findings all = ran.findings();
  CHECK(all.missing.empty());
  REQUIRE(all.modes.size() == 1);
  const ModesFindings& m = all.modes.front();
  CHECK(m.from == "saddles");
  CHECK(m.failures.empty());
  REQUIRE(m.passages.size() == 2);
  const double unit = std::sqrt(0.01 / elements_named({"Ar"}).front().mass);
  bool seen = false;
  for (const Passage& p : m.passages) {
    REQUIRE(p.forward);
    REQUIRE(p.log_nu_forward);
    REQUIRE(p.log_nu_reverse);
    if (std::abs(*p.forward - 0.01 * (80.767818129659 - 40.664843508657)) > 1e-6) continue;
    seen = true;
    // the minimum at (-0.558, 1.442) and the saddle at (-0.822, 0.624); see tests/samplers/vineyard_test.cpp
    CHECK(std::exp(*p.log_nu_reverse) == Approx(std::sqrt(410.531135 * 4068.198955 / 490.240708) * unit * units::frequency_THz).epsilon(1e-3));
    REQUIRE(p.regions);
    CHECK(p.regions->log_nu.front() == Approx(*p.log_nu_forward).epsilon(1e-10));
  }
  CHECK(seen);
  REQUIRE(m.by_radius().size() == 1);  // the one atom there is
  CHECK(m.by_radius().front().none == 0);
  CHECK(m.by_radius().front().distances.back() == Approx(0.0).margin(1e-9));
  REQUIRE(m.escape.size() == 2);
  for (const EscapeRate& e : m.escape) CHECK(e.gain.value == Approx(e.harmonic.value - e.constant.value));
}

TEST_CASE("modes found with one and with two threads are the same facts") { CHECK(Ran(plane, 1).digest() == Ran(plane, 2).digest()); }

TEST_CASE("each distinct saddle is handled once, in the task that follows the first to find it") {
  const Ran ran(plane);
  const Store store(ran.study.folder);
  std::set<EventRef> handled;
  for (const std::string& task : store.tasks()) {
    if (!task.starts_with("modes-")) continue;
    const std::string number = task.substr(0, 12).substr(6);
    for (const Event& event : store.read(task).events)
      if (const auto* modes = std::get_if<ModesFound>(&event); modes != nullptr && modes->point == "saddle") {
        CHECK(handled.insert(modes->of).second);
        CHECK(modes->of.task.starts_with("saddles-" + number));
      }
  }
  CHECK(handled == distinct_saddles(ran.study, store, *ran.study.find("saddles")));
}

TEST_CASE("modes of a longer study keep the shards of the shorter, and other searches make other modes") {
  const Ran shorter(with(plane, "searches = 12", "searches = 6")), longer(plane), other(with(plane, "seed = 5", "seed = 6"));
  const auto few = tasks_of(shorter), many = tasks_of(longer);
  CHECK(std::includes(many.begin(), many.end(), few.begin(), few.end()));
  for (const std::string& task : tasks_of(other))
    if (task.starts_with("modes-")) CHECK_FALSE(many.contains(task));
  for (const auto& [what, instead] : {std::pair<std::string, std::string>{"softening = 1000", "softening = 500"}, {"radii = [\"5 A\"]", "radii = [\"6 A\"]"}}) {
    const Folder at;
    at.write("start.xyz", "1\nProperties=species:S:1:pos:R:3\nAr -0.05 0.4667 0\n");
    const Study changed = read_study(at.write("study.toml", with(plane, what, instead)), builtin_plugins(), installed_potentials());
    CHECK_FALSE(many.contains(changed.task_id(*changed.find("modes"), 0)));
  }
}

TEST_CASE("the report says in words, as text and as JSON what harmonic entropy can make") {
  const Ran ran(plane + "compared_entropy = -40\nnu0 = \"1 THz\"\n");
  const Findings all = ran.findings();
  const ModesFindings& m = all.modes.front();
  CHECK(m.nu0 == Approx(1.0));
  const std::string text = to_text(all);
  CHECK_THAT(text, Catch::Contains("Harmonic vibrations of these passages can make the −40 kB: the largest of 2 passages is"));
  const auto json = to_json(all);
  REQUIRE(json["modes"].size() == 1);
  REQUIRE(json["modes"][0]["passages"].size() == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(json["modes"][0]["passages"][k]["forward_kB"].get<double>() == Approx(*m.passages[k].log_nu_forward));
    CHECK(json["modes"][0]["passages"][k]["log10_nu_forward_Hz"].get<double>() == Approx(12 + *m.passages[k].log_nu_forward / std::log(10.0)));
  }
  CHECK(tables_of(m).size() == 3);  // escape, radii, passages
  const auto figures = figures_of(m);
  CHECK(figures.size() == 4);
  CHECK_THAT(to_text(Ran(with(plane, "temperatures = [100, 300]", "temperatures = []")).findings()), Catch::Contains("cannot make the 14.8 kB that Yang et al."));
}

TEST_CASE("check, describe and list know the stage of normal modes") {
  const Folder at;
  at.write("start.xyz", "1\nProperties=species:S:1:pos:R:3\nAr -0.05 0.4667 0\n");
  const nlohmann::json plan = test::json_of(test::finished(at, {"check", at.write("study.toml", plane), "--json"}));
  CHECK(plan["stages"][2]["from"] == "saddles");
  CHECK(plan["stages"][2]["tasks"] == 4);
  CHECK(plan["stages"][2]["first_task"] == "saddles first found in steps 1 to 3");
  const nlohmann::json described = test::json_of(test::finished(at, {"describe", "normal-modes", "--json"}));
  const auto& options = described["options"];
  CHECK(std::any_of(options.begin(), options.end(), [](const auto& option) { return option["key"] == "from"; }));
  CHECK_THAT(test::finished(at, {"list"}).out, Catch::Contains("normal-modes"));
}
