// A quenched glass by its trace and its structure.
#include <catch2/catch.hpp>

#include "analysis/pair_distribution.hpp"
#include "apps/stages/melt_quench.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const Events& quench() {
  static const Events events = [] {
    const std::string options = R"(
      atoms = 108
      composition = { Cu = 50, Zr = 50 }
      timestep = "2 fs"
      schedule = [
        { at = "2000 K", time = "1 ps" },
        { to = "300 K", rate = "500 K/ps" },
      ]
      record_every = 50)";
    Input in(parse_toml(options, "test"), "test");
    const MeltQuench stage(MeltQuench::read(in));
    TaskContext context;
    context.potential = potential("eam-fs:CuZr_mm.eam.fs");
    context.stage = "glass";
    context.seed = 5;
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
