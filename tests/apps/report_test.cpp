// The report of a small study: numbers that agree with each other, and a page that needs nothing and trusts no text.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "apps/report/page.hpp"
#include "apps/report/summary.hpp"
#include "apps/runner.hpp"
#include "apps/plugins.hpp"
#include "md/support/hash.hpp"
#include "tests/apps/study_at.hpp"

using namespace glasscape;

namespace {

const std::string text = R"([study]
name = "<b>A & \"B\"</b>"
seed = 5
[potential]
type = "eam-fs"
[[stage]]
type = "melt-quench"
atoms = 54
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "1 ps" }, { to = "1 K", time = "1 ps" }]
[[stage]]
type = "art"
searches = 10
around = "Cu"
[report]
temperatures = [200, 300]
)";

struct Ran : test::StudyAt {
  explicit Ran(const std::string& toml = text) : StudyAt(toml) {}
};

std::size_t count_of(const std::string& where, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = where.find(what); at != std::string::npos; at = where.find(what, at + 1)) ++count;
  return count;
}

/// What is left of a page without its scripts and data.
std::string without_scripts(std::string page) {
  const std::string end = "</script>";
  for (std::size_t at = page.find("<script"); at != std::string::npos; at = page.find("<script", at))
    page.erase(at, page.find(end, at) + end.size() - at);
  return page;
}

}  // namespace

TEST_CASE("a report before the first run says what to do") {
  const Ran ran;
  CHECK_THROWS_WITH(findings_of(ran.study, Store(ran.study.folder)), Catch::Contains("run `glasscape run"));
}

TEST_CASE("the numbers of a report agree with each other, and equal facts give an equal page") {
  const Ran ran;
  ran.run();
  const Store store(ran.study.folder);
  const Findings findings = findings_of(ran.study, store);
  CHECK(findings.missing.empty());
  REQUIRE(findings.searches.size() == 1);
  const SearchFindings& s = findings.searches.front();
  CHECK(s.statistics.attempts == 10);
  REQUIRE(s.statistics.connected > 0);
  std::int64_t failures = 0;
  for (const FailureCount& f : s.statistics.failures) failures += f.count;
  CHECK(s.statistics.connected + failures == 10);
  CHECK(s.discovered.size() == 10);
  CHECK(s.discovered.back() == static_cast<std::int64_t>(s.events.size()));
  std::int64_t found = 0;
  for (const DistinctEvent& e : s.events) {
    CHECK(e.forward > 0);
    CHECK(e.curvature < 0);
    found += e.times_found;
  }
  CHECK(found == s.statistics.connected);
  REQUIRE(s.effective.size() == 2);
  for (const EffectiveBarriers& e : s.effective) {
    CHECK(e.parallel.barrier.value <= s.forward->summary.mean.value + 1e-12);
    CHECK(e.sequential.barrier.value >= s.forward->summary.mean.value - 1e-12);
  }
  CHECK(s.convergence.back().point.count == s.events.size());
  const auto json = to_json(findings);
  CHECK(json["searches"][0]["events"].size() == s.events.size());
  CHECK(json["searches"][0]["force_calls"] == s.statistics.force_calls);

  const std::string page = to_html(findings);
  CHECK(page == to_html(findings_of(ran.study, store)));
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;") != std::string::npos);
  CHECK(count_of(page, "<svg viewBox") + count_of(page, "<svg xmlns") >= 7);
  const std::string own = without_scripts(page);
  CHECK(count_of(own, "src=") == 0);
  CHECK(count_of(own, "href=") == 0);
}

TEST_CASE("a page runs exactly the scripts that its policy names") {
  const Ran ran;
  ran.run();
  const std::string page = to_html(findings_of(ran.study, Store(ran.study.folder)));
  const std::string begin = "<script>", end = "</script>";
  std::size_t scripts = 0;
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const std::size_t first = at + begin.size();
    const std::string script = page.substr(first, page.find(end, first) - first);
    CHECK(page.find("'sha256-" + sha256_base64(script) + "'") < first);
    ++scripts;
  }
  CHECK(scripts >= 6);
  CHECK(count_of(page, "'sha256-") == scripts);
  CHECK(count_of(page, "unsafe-eval") == 0);
}

TEST_CASE("events of a report have numbers, views around their centres, and a place in the network") {
  const Ran ran;
  ran.run();
  const SearchFindings s = findings_of(ran.study, Store(ran.study.folder)).searches.front();
  REQUIRE_FALSE(s.events.empty());
  REQUIRE(s.network.saddles.size() == s.events.size());
  CHECK(s.network.basins[s.network.start].energy == 0.0);
  for (std::size_t k = 0; k < s.events.size(); ++k) {
    const DistinctEvent& e = s.events[k];
    CHECK(e.number == static_cast<std::int64_t>(k) + 1);
    CHECK(s.network.saddles[k].event == e.number);
    CHECK(s.network.saddles[k].connection.energy == Approx(e.forward));
    REQUIRE(e.view);
    CHECK(e.view->left_out == 0);
    REQUIRE(e.view->start.cols() == static_cast<Eigen::Index>(e.view->element.size()));
    CHECK(e.view->start.colwise().norm().maxCoeff() <= event_view_radius + 1e-5);
    CHECK(e.view->to_end.colwise().norm().maxCoeff() == Approx(e.size.largest).epsilon(1e-5));  // the centre is where atoms moved most
  }
}

TEST_CASE("a report stands without a g(r) that cannot be made") {
  std::string toml = text;
  toml.replace(toml.find("searches = 10"), 13, "searches = 2");
  const Ran ran(toml + "rdf_range = \"1000 A\"\n");
  ran.run();
  const Findings findings = findings_of(ran.study, Store(ran.study.folder));
  REQUIRE(findings.preparations.size() == 1);
  CHECK_FALSE(findings.preparations.front().distances);
  REQUIRE(findings.searches.size() == 1);
  for (const std::string& said : {to_html(findings), to_text(findings), to_json(findings).dump()}) {
    CHECK_THAT(said, Catch::Contains("There is no radial distribution function (key report.rdf_range): range 1000 A makes"));
  }
}
