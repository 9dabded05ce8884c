// A quenched glass by its trace and its structure.
#include <catch2/catch.hpp>

#include "analysis/pair_distribution.hpp"
#include "apps/stages/melt_quench.hpp"
#include "apps/stages/structure.hpp"
#include "landscape/facts_hash.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

MeltQuench stage_of(const std::string& options) {
  Input in(parse_toml(options, "test"), "test");
  return MeltQuench(MeltQuench::read(in));
}

TaskContext context_of(const std::string& potential_text) {
  TaskContext context;
  context.potential = potential(potential_text);
  context.stage = "glass";
  context.seed = 5;
  return context;
}

const Events& quench() {
  static const Events events = [] {
    const MeltQuench stage = stage_of(R"(
      atoms = 108
      composition = { Cu = 50, Zr = 50 }
      timestep = "2 fs"
      schedule = [
        { at = "2000 K", time = "1 ps" },
        { to = "300 K", rate = "500 K/ps" },
      ]
      record_every = 50)");
    TaskContext context = context_of("eam-fs:CuZr_mm.eam.fs");
    return stage.run(0, context);
  }();
  return events;
}

}  // namespace

TEST_CASE("the temperature of a melt-quench follows its schedule") {
  const auto& trace = std::get<TraceRecorded>(quench().at(1));
  REQUIRE(trace.columns.at(1) == "target (K)");
  REQUIRE(trace.columns.at(2) == "temperature (K)");
  REQUIRE(trace.rows.rows() > 20);
  double sum = 0;
  int counted = 0;
  for (Eigen::Index k = 0; k < trace.rows.rows(); ++k) {
    if (trace.rows(k, 0) < 0.5) continue;
    sum += trace.rows(k, 2) / trace.rows(k, 1) - 1.0;
    ++counted;
  }
  CHECK(std::abs(sum / counted) < 0.08);
}

TEST_CASE("a quenched Cu-Zr glass is a dense minimum whose neighbours stand at the distances of bonds") {
  const auto& basin = std::get<BasinFound>(quench().at(0));
  CHECK(basin.fmax < 1e-4);
  const Configuration& c = basin.configuration;
  const double volume = c.cell.volume() / static_cast<double>(c.atoms());
  CHECK(volume > 15.0);  // Angstrom^3; 17 to 18 for this glass
  CHECK(volume < 20.0);
  const PairDistribution all = pair_distributions(c, 5.0, 0.1).total;
  double highest = 0, at = 0;
  for (std::size_t k = 0; k < all.g.size(); ++k)
    if (all.g[k].value > highest) {
      highest = all.g[k].value;
      at = 0.1 * (static_cast<double>(k) + 0.5);
    }
  CHECK(highest > 2.0);
  CHECK(at > 2.4);
  CHECK(at < 3.3);
  for (std::size_t k = 0; k < 20; ++k) CHECK(all.pairs[k] == 0);  // nothing nearer than 2 Angstrom
}

TEST_CASE("a leg at fixed volume keeps the volume, and its thermostat the temperature") {
  for (const std::string ensemble : {"nvt", "langevin"}) DYNAMIC_SECTION(ensemble) {
      const MeltQuench stage = stage_of(fmt::format(R"(
        atoms = 108
        composition = {{ Cu = 50, Zr = 50 }}
        schedule = [
          {{ at = "1500 K", time = "0.5 ps" }},
          {{ at = "1500 K", time = "2 ps", ensemble = "{}" }},
          {{ at = "1500 K", time = "0.5 ps" }},
        ]
        record_every = 25)", ensemble));
      TaskContext context = context_of("eam-fs:CuZr_mm.eam.fs");
      const Events events = stage.run(0, context);
      const auto& rows = std::get<TraceRecorded>(events.at(1)).rows;
      double sum = 0;
      for (int k = 10; k < 50; ++k) {
        CHECK(rows(k, 4) == rows(10, 4));
        sum += rows(k, 2) / 40;
      }
      CHECK(sum == Approx(1500).epsilon(0.15));
      CHECK(rows(9, 4) != rows(10, 4));
      CHECK(rows(51, 4) != rows(50, 4));
    }
}

TEST_CASE("a melt-quench that is told to stop while it relaxes the glass goes on there and ends in the same facts") {
  const std::string options = R"(
    atoms = 32
    composition = { Cu = 50, Zr = 50 }
    schedule = [{ at = "2000 K", time = "0.2 ps" }])";
  const MeltQuench stage = stage_of(options);
  const test::Folder folder;
  std::atomic<bool> stop = false;
  TaskContext context = context_of("eam-fs:CuZr_mm.eam.fs");
  const std::string undisturbed = facts_hash(stage.run(0, context));
  context.checkpoint = folder.file("checkpoint");
  context.stop = &stop;
  context.progress = [&](double part) { stop = part >= 1.0; };
  CHECK_THROWS_AS(stage.run(0, context), Interrupted);  // after the last step
  REQUIRE(std::filesystem::exists(context.checkpoint + ".A"));
  CHECK_THROWS_AS(stage.run(0, context), Interrupted);  // in the relaxation
  stop = false;
  context.progress = {};
  CHECK(facts_hash(stage.run(0, context)) == undisturbed);
}

TEST_CASE("the relaxations of a random start and of a structure file end when told to stop") {
  const std::atomic<bool> stop = true;
  TaskContext context = context_of("eam-fs:CuZr_mm.eam.fs");
  context.stop = &stop;
  std::int64_t moved = 0;
  context.progress = [&](double) { ++moved; };
  const MeltQuench quench = stage_of("atoms = 200\ncomposition = { Cu = 1, Zr = 1 }\nschedule = [{ at = \"2000 K\", time = \"2 ps\" }]");
  CHECK_THROWS_AS(quench.run(0, context), Interrupted);
  const test::Folder folder;
  write_structure(folder.file("start.xyz"), {sample(context.potential), {}, {}});
  Input in(parse_pairs("file=" + folder.file("start.xyz"), "", "test"), "test");
  const Structure structure(Structure::read(in));
  CHECK_THROWS_AS(structure.run(0, context), Interrupted);
  CHECK(moved == 0);
}
