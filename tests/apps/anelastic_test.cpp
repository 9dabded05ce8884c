// From saddles to moduli: made-up landscapes with a closed form, and a study from its file to the page.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/thermal_energy.hpp"
#include "apps/report/anelastic_report.hpp"
#include "apps/report/page.hpp"
#include "apps/report/summary.hpp"
#include "apps/starts.hpp"
#include "md/elastic_constants.hpp"
#include "md/support/units.hpp"
#include "tests/apps/study_at.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;

namespace {

/// A small glass, its saddles with their modes, and a cyclic shear.
const std::string text = R"([study]
seed = 8
[potential]
type = "eam-fs"
[[stage]]
name = "glass"
type = "melt-quench"
atoms = 54
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "1 ps" }, { to = "1 K", time = "1 ps" }]
[[stage]]
name = "saddles"
type = "art"
searches = 14
around = "Cu"
[[stage]]
name = "modes"
type = "normal-modes"
[[stage]]
name = "sheared"
type = "cyclic-shear"
from = "glass"
temperatures = ["300 K"]
periods = ["1 ps"]
equilibration = "1 ps"
cycles = 2
[report]
temperatures = [150, 300]
observed = "1 s"
)";

const test::StudyAt& study() {
  static const test::StudyAt made(text);
  static const bool ran = (made.run(), true);
  REQUIRE(ran);
  return made;
}

const Findings& findings() {
  static const Findings made = study().findings();
  return made;
}

/// Two basins over a saddle at 0.4 eV, one of them under a shear stress more.
KineticsFindings pair(double energy, double stress) {
  KineticsFindings k;
  k.stage = "made up";
  k.nu0 = 10;
  k.graph.basins = {{0, {}, StressComponents::Zero()}, {energy, {}, StressComponents::Zero()}};
  (*k.graph.basins[1].stress)[3] = stress;
  k.graph.saddles = {{0.4, {}}};
  k.graph.connections = {{0, 1, 0.4}};
  k.graph.events = k.graph.times_found = {1};
  return k;
}

const std::shared_ptr<const Potential>& argon() {
  static const auto pairs = test::potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  return pairs;
}

ReportOptions options(double observed) {
  ReportOptions o = findings().options;
  o.temperatures = {300};
  o.observed = observed;
  return o;
}

}  // namespace

TEST_CASE("two basins of a crystal's cell relax by the two-level formula, and its modulus is what relaxes and what stays") {
  const Configuration cell = test::fcc(test::fcc_constant(argon()), 3, elements_named({"Ar"}));
  const AnelasticFindings f = anelastic_of(pair(0.03, 0.004), cell, argon(), options(1000)).value();
  REQUIRE(f.at.size() == 1);
  const AnelasticAt& at = f.at.front();
  const double kT = thermal_energy(300), v = cell.cell.volume(), gamma = 0.004 * v, x = 0.03 / (2 * kT);
  REQUIRE(at.modes.size() == 1);
  CHECK(at.modes[0].strength == Approx(units::stress_GPa * gamma * gamma / (5 * 4 * v * kT * std::pow(std::cosh(x), 2))));
  CHECK(1 / at.modes[0].tau == Approx(1e13 * (std::exp(-0.4 / kT) + std::exp(-0.37 / kT))));
  CHECK(at.two_level[0].strength == Approx(at.modes[0].strength));
  const Relaxation r = at.relaxation(*f.shear_modulus).value();
  CHECK(r.at(0) == Approx(*f.shear_modulus));
  CHECK(r.at(1) == Approx(*f.shear_modulus - at.relaxing));
  CHECK(r.loss(1 / at.modes[0].tau) == Approx(at.relaxing / 2));
  CHECK(!at.relaxation(0.5 * at.relaxing));
}

TEST_CASE("what the time observed does not reach does not relax, and basins without stress are counted") {
  const Configuration cell = test::fcc(test::fcc_constant(argon()), 3, elements_named({"Ar"}));
  KineticsFindings k = pair(0.03, 0.004);
  const AnelasticFindings soon = anelastic_of(k, cell, argon(), options(1e-9)).value();
  CHECK(soon.at[0].modes.empty());
  CHECK(soon.at[0].reached == 1);
  CHECK(soon.at[0].relaxing_later > 0);
  k.graph.basins[1].stress.reset();
  const AnelasticFindings without = anelastic_of(k, cell, argon(), options(1000)).value();
  CHECK(without.without_stress == 1);
  CHECK(without.at[0].relaxing == Approx(0.0).margin(1e-12));
  CHECK(doubts_of(without).size() >= 2);
  k.graph.basins[0].stress.reset();
  CHECK(!anelastic_of(k, cell, argon(), options(1000)));
  CHECK(!anelastic_of(pair(0.03, 0.004), test::open_sample(argon()), argon(), options(1000)));
}

TEST_CASE("events that share no atom relax as they would in cells of their own, and no less the more of them there are") {
  const Configuration cell = test::fcc(test::fcc_constant(argon()), 3, elements_named({"Ar"}));
  const auto star = [](std::size_t events, bool apart) {
    KineticsFindings k = pair(0.0, 0.004);
    for (std::size_t e = 1; e < events; ++e) {
      k.graph.basins.push_back(k.graph.basins[1]);
      k.graph.saddles.push_back(k.graph.saddles[0]);
      k.graph.connections.push_back({0, e + 1, 0.4});
      k.graph.events.push_back(static_cast<std::int64_t>(e) + 1);
      k.graph.times_found.push_back(1);
    }
    for (std::size_t e = 0; e < events; ++e) k.graph.moved.push_back({apart ? static_cast<Eigen::Index>(10 * e) : 0, static_cast<Eigen::Index>(10 * e + 1)});
    return k;
  };
  const auto at = [&](std::size_t events, bool apart) { return anelastic_of(star(events, apart), cell, argon(), options(1000))->at[0]; };
  const double one = at(1, true).relaxing;
  CHECK(at(6, true).relaxing == Approx(6 * one));
  CHECK(at(6, true).groups == 6);
  CHECK(at(6, true).start_share == Approx(std::pow(0.5, 6)));
  CHECK(at(6, false).groups == 1);
  CHECK(at(6, false).relaxing == Approx(at(6, true).connected));
  CHECK(at(6, false).relaxing < one);
}

TEST_CASE("a measurement is drawn on the landscape's axes, or the report says why not") {
  const Configuration cell = test::fcc(test::fcc_constant(argon()), 3, elements_named({"Ar"}));
  const test::Folder folder;
  std::string csv = "time_s,strain\n", loss = "frequency_Hz,loss_modulus_MPa\n";
  for (int k = 0; k < 40; ++k) {
    const double t = std::pow(10.0, -3 + 0.15 * k);
    csv += fmt::format("{:.12g},{:.12g}\n", t, 0.02 * std::exp(-t) + 1e-5 * std::sin(17.0 * k));
    loss += fmt::format("{:.12g},{:.12g}\n", t, 100 * t / (1 + t * t) + 0.01 * std::sin(17.0 * k));
  }
  ReportOptions o = options(1000);
  o.measured = folder.write("recovery.csv", csv);
  const AnelasticFindings strained = anelastic_of(pair(0.03, 0.004), cell, argon(), o).value();
  double area = 0;
  for (const double d : strained.measured->density) area += d * std::log(strained.measured->tau[1] / strained.measured->tau[0]);
  CHECK(area == Approx(0.02 * *strained.shear_modulus).epsilon(0.02));
  CHECK(strained.measured->loss.empty());
  o.measured = folder.write("loss.csv", loss);
  const AnelasticFindings lost = anelastic_of(pair(0.03, 0.004), cell, argon(), o).value();
  CHECK(lost.measured->loss[20] == Approx(0.05).epsilon(0.01));
  CHECK(figures_of(lost)[1].marks.size() == figures_of(strained)[1].marks.size() + 1);
  o.measured = folder.write("bad.csv", "time_s,strian\n1,2\n");
  CHECK(anelastic_of(pair(0.03, 0.004), cell, argon(), o)->not_measured->find("bad.csv") != std::string::npos);
}

TEST_CASE("the stress between two basins is what a strain makes of the difference of their energies") {
  const Store store = study().store();
  const Study& of = study().study;
  const Configuration start = prepared(of, store, *of.find("saddles")).found.configuration;
  const EnergyNetwork& network = findings().searches.back().network;
  int compared = 0;
  for (const std::string& task : store.tasks())
    for (const Event& event : store.read(task).events) {
      const auto* saddle = std::get_if<SaddleFound>(&event);
      if (saddle == nullptr || compared >= 3) continue;
      const auto energy = [&](const Positions& x, double gamma) {
        Configuration c = start;
        Matrix3d f = Matrix3d::Identity();
        f(0, 1) = f(1, 0) = 0.5 * gamma;
        c.cell = c.cell.with_lattice(f * c.cell.lattice());
        Surface surface(of.potential, c);
        return minimise(surface, f * x, {.fmax = 1e-6}).energy;
      };
      const double h = 2e-4;
      const auto slope = [&](const Positions& x) { return (energy(x, h) - energy(x, -h)) / (2 * h); };
      const double coupling = start.cell.volume() * ((*stress_at(of.potential, start, saddle->end))[3] - (*stress_at(of.potential, start, start.positions))[3]);
      CHECK(slope(saddle->end) - slope(start.positions) == Approx(coupling).margin(0.02 + 0.02 * std::abs(coupling)));
      ++compared;
    }
  CHECK(compared == 3);
  CHECK(network.basins[network.start].stress.has_value());
}

TEST_CASE("a study says what its landscape relaxes, beside its cyclic shear") {
  const Findings& f = findings();
  REQUIRE(f.anelastic.size() == 1);
  const AnelasticFindings& a = f.anelastic.front();
  CHECK(a.law == RateLaw::harmonic);
  CHECK(a.observed == Approx(1.0));
  CHECK(a.at.size() == 2);
  CHECK(a.at[1].reached > 1);
  CHECK(*a.shear_modulus > 5);
  REQUIRE(a.sheared.size() == 1);
  CHECK(a.sheared[0].frequency == Approx(1e12));
  const nlohmann::ordered_json json = to_json(f)["anelastic"][0];
  CHECK(json["temperatures"][1]["spectrum"]["tau_s"].size() == a.at[1].reached - 1);
  CHECK(a.at[1].groups >= 1);
  CHECK(a.at[1].connected <= a.at[1].relaxing * (1 + 1e-9));
  CHECK(json["coverage"].contains("value"));
  CHECK(to_html(f).find("Loss modulus of the landscape") != std::string::npos);
  CHECK(to_text(f).find("Relaxation of the landscape of saddles") != std::string::npos);
  CHECK(figures_of(a).size() == 5);
}
