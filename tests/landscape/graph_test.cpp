#include "landscape/graph.hpp"

#include <catch2/catch.hpp>

#include "landscape/store.hpp"
#include "md/support/error.hpp"
#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// A made-up landscape: basin k has one atom displaced, its energy is -10 + 0.01 k; between any two basins
/// there are several saddles, each with an atom displaced of its own.
struct Landscape {
  Configuration base = disordered(3, 1);

  Positions displaced(int k, double along) const {
    Positions x = base.positions;
    x.col(k % base.atoms()) += Vector3d(0.4 + 0.01 * k, along, 0);
    return x;
  }
  BasinFound basin(int k) const {
    BasinFound found{base, -10 + 0.01 * k, 1e-4, 100};
    found.configuration.positions = displaced(k, 0.0);
    return found;
  }
  SaddleFound saddle(const EventRef& start, int to, int variant) const {
    SaddleFound found;
    found.from = start;
    found.saddle = displaced(to, 1.0 + 0.5 * variant);
    found.energy = -9 + 0.1 * variant;
    found.curvature = -1;
    found.end = basin(to).configuration.positions;
    found.end_energy = basin(to).energy;
    found.mode = Positions::Zero(3, base.atoms());
    found.force_calls = 1000;
    return found;
  }
};

const EventRef first{"a", 0}, second{"a", 1};

/// Basins 0 and 1, found by events `first` and `second`.
LandscapeGraph two_basins(const Landscape& landscape) {
  LandscapeGraph graph;
  graph.apply(first, landscape.basin(0));
  graph.apply(second, landscape.basin(1));
  return graph;
}

}  // namespace

TEST_CASE("a basin found again is counted, not added") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  BasinFound again = landscape.basin(0);
  again.configuration.positions.colwise() += Vector3d(7, 1, -3);
  const auto& element = landscape.base.species->element_of;
  const auto like_last = std::find(element.begin(), element.end(), element.back()) - element.begin();
  again.configuration.positions.col(like_last).swap(again.configuration.positions.rightCols<1>());
  again.energy += 5e-4;
  graph.apply({"b", 0}, again);
  REQUIRE(graph.basins().size() == 2);
  CHECK(graph.basins()[0].times_found == 2);
  CHECK(graph.basins()[0].ref == first);
  CHECK(graph.basin_of({"b", 0}) == BasinId{0});
  CHECK_THROWS_AS(graph.basin_of({"b", 1}), NotFound);
}

TEST_CASE("a saddle has a barrier from each side") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  graph.apply({"a", 2}, landscape.saddle(first, 5, 0));
  REQUIRE(graph.saddles().size() == 1);
  const Saddle& saddle = graph[SaddleId{0}];
  CHECK(saddle.ref == EventRef{"a", 2});
  CHECK(saddle.from == BasinId{0});
  CHECK(saddle.to == BasinId{2});
  CHECK(graph[saddle.to].point == BasinPoint::end);
  CHECK(graph[saddle.to].ref == EventRef{"a", 2});
  CHECK(saddle.barrier_from == Approx(1.0));
  CHECK(saddle.barrier_to == Approx(0.95));
}

TEST_CASE("a saddle found again, from either side, is counted, not added") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  const SaddleFound there = landscape.saddle(first, 1, 0);
  SaddleFound back = there;
  back.from = second;
  back.end = landscape.basin(0).configuration.positions.colwise() + Vector3d(1, 2, 3);
  back.end_energy = landscape.basin(0).energy;
  back.saddle.colwise() += Vector3d(-5, 0, 0.5);
  graph.apply({"a", 2}, there);
  graph.apply({"a", 3}, there);
  graph.apply({"a", 4}, back);
  REQUIRE(graph.saddles().size() == 1);
  CHECK(graph.saddles()[0].times_found == 3);
  CHECK(graph.saddles()[0].ref == EventRef{"a", 2});
  CHECK(graph.basins()[0].times_found == 2);
  CHECK(graph.basins()[1].times_found == 3);
}

TEST_CASE("parallel saddles and saddles from a basin to itself are kept") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  std::int64_t number = 2;
  for (int variant = 0; variant < 3; ++variant)
    graph.apply({"a", number++}, landscape.saddle(first, 1, variant));
  for (int variant = 3; variant < 5; ++variant)
    graph.apply({"a", number++}, landscape.saddle(first, 0, variant));
  CHECK(graph.basins().size() == 2);
  CHECK(graph.saddles().size() == 5);
  CHECK(graph[SaddleId{4}].from == graph[SaddleId{4}].to);
  CHECK(boost::num_edges(graph.graph()) == 5);
  using Ids = std::vector<SaddleId>;
  CHECK(graph.saddles_of(BasinId{0}) == Ids{SaddleId{0}, SaddleId{1}, SaddleId{2}, SaddleId{3}, SaddleId{4}});
  CHECK(graph.saddles_of(BasinId{1}) == Ids{SaddleId{0}, SaddleId{1}, SaddleId{2}});
}

TEST_CASE("equal saddles between other basins are other saddles") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  SaddleFound to_one = landscape.saddle(first, 1, 0), to_two = landscape.saddle(first, 2, 0);
  to_two.saddle = to_one.saddle;
  graph.apply({"a", 2}, to_one);
  graph.apply({"a", 3}, to_two);
  CHECK(graph.saddles().size() == 2);
}

TEST_CASE("components are the basins that saddles connect") {
  const Landscape landscape;
  LandscapeGraph graph;
  for (int k = 0; k < 6; ++k) graph.apply({"a", k}, landscape.basin(k));
  graph.apply({"b", 0}, landscape.saddle({"a", 0}, 3, 0));
  graph.apply({"b", 1}, landscape.saddle({"a", 3}, 4, 0));
  graph.apply({"b", 2}, landscape.saddle({"a", 2}, 2, 0));
  using Set = std::vector<BasinId>;
  CHECK(graph.components() ==
        std::vector<Set>{{BasinId{0}, BasinId{3}, BasinId{4}}, {BasinId{1}}, {BasinId{2}}, {BasinId{5}}});
}

TEST_CASE("a saddle waits for the basin it started from") {
  const Landscape landscape;
  LandscapeGraph graph;
  graph.apply({"a", 5}, landscape.saddle({"z", 0}, 1, 0));
  graph.apply({"a", 6}, landscape.saddle({"z", 0}, 2, 0));
  CHECK(graph.waiting() == 2);
  CHECK(graph.basins().empty());
  CHECK(graph.searches().found == 2);
  graph.apply({"z", 0}, landscape.basin(0));
  CHECK(graph.waiting() == 0);
  CHECK(graph.basins().size() == 3);
  CHECK(graph.saddles().size() == 2);
}

TEST_CASE("searches may start from the end of a saddle, whichever fact comes first") {
  const Landscape landscape;
  const EventRef to_one{"b", 0}, to_two{"c", 0}, to_three{"d", 0};
  const std::vector<std::pair<EventRef, Event>> facts{{first, landscape.basin(0)},
                                                      {to_one, landscape.saddle(first, 1, 0)},
                                                      {to_two, landscape.saddle(to_one, 2, 0)},
                                                      {to_three, landscape.saddle(to_two, 3, 0)}};
  for (const bool backwards : {false, true}) {
    LandscapeGraph graph;
    for (std::size_t k = 0; k < facts.size(); ++k) {
      const auto& [ref, fact] = facts[backwards ? facts.size() - 1 - k : k];
      graph.apply(ref, fact);
      if (backwards) CHECK(graph.waiting() == (k < 3 ? k + 1 : 0));
    }
    REQUIRE(graph.saddles().size() == 3);
    CHECK(graph.basins().size() == 4);
    CHECK(graph.components().size() == 1);
    for (const Saddle& saddle : graph.saddles()) CHECK(static_cast<std::size_t>(saddle.to) == static_cast<std::size_t>(saddle.from) + 1);
    CHECK(graph.basin_of(to_two) == BasinId{2});
  }
}

TEST_CASE("every attempt counts, failures by reason") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  graph.apply({"a", 2}, landscape.saddle(first, 1, 0));
  graph.apply({"a", 3}, landscape.saddle(first, 1, 0));
  for (const char* reason : {"not-connected", "lost-mode", "not-connected"})
    graph.apply({"a", 4}, SearchFailed{first, 0, reason, "", 0, 10});
  graph.apply({"a", 5}, TraceRecorded{"heat", {}, {}});
  CHECK(graph.searches() == Searches{5, 2, {{"lost-mode", 1}, {"not-connected", 2}}, 2030});
  CHECK(graph.basins().size() == 2);
}

TEST_CASE("basins of different cells or species are never the same") {
  const Landscape landscape;
  LandscapeGraph graph;
  BasinFound other_cell = landscape.basin(0), other_species = landscape.basin(0);
  other_cell.configuration.cell = Cell(1.01 * landscape.base.cell.lattice());
  auto species = std::make_shared<Species>(*landscape.base.species);
  species->elements[0].name = "Ni";
  other_species.configuration.species = species;
  graph.apply(first, landscape.basin(0));
  graph.apply(second, other_cell);
  graph.apply({"a", 2}, other_species);
  graph.apply({"a", 3}, other_cell);
  CHECK(graph.frames().size() == 3);
  CHECK(graph.basins().size() == 3);
  SaddleFound end_in_first = landscape.saddle(second, 0, 0);
  graph.apply({"a", 4}, end_in_first);
  CHECK(graph[SaddleId{0}].to == BasinId{1});
}

TEST_CASE("a saddle with other atoms than its start is refused") {
  const Landscape landscape;
  LandscapeGraph graph = two_basins(landscape);
  SaddleFound saddle = landscape.saddle(first, 1, 0);
  saddle.end.conservativeResize(3, 5);
  CHECK_THROWS_AS(graph.apply({"a", 2}, saddle), FormatError);
}

TEST_CASE("a copy of a graph grows on its own") {
  const Landscape landscape;
  const std::uint64_t memory = GENERATE(0, 1 << 20);  // of positions: all in a scratch file, or none
  LandscapeGraph graph({}, Structures(memory));
  for (const int k : {0, 1}) graph.apply({"a", k}, landscape.basin(k));
  graph.apply({"a", 2}, landscape.saddle(first, 1, 0));
  LandscapeGraph copy = graph;
  CHECK(copy == graph);
  copy.apply({"a", 3}, landscape.saddle(first, 1, 1));
  CHECK_FALSE(copy == graph);
  CHECK(copy.saddles_of(BasinId{1}).size() == 2);
  CHECK(graph.saddles_of(BasinId{1}).size() == 1);
  graph.apply({"a", 3}, landscape.saddle(first, 1, 2));
  CHECK(copy.positions(copy[SaddleId{1}]) == landscape.displaced(1, 1.5));
  CHECK(graph.positions(graph[SaddleId{1}]) == landscape.displaced(1, 2.0));
}

TEST_CASE("of several basins that are the same as a point, the one nearest in energy is taken") {
  const Landscape landscape;
  LandscapeGraph graph;
  const auto at = [&](int number, double energy, double shift) {
    BasinFound found = landscape.basin(0);
    found.energy += energy;
    found.configuration.positions(0, 5) += shift;
    graph.apply({"a", number}, found);
  };
  at(0, 0.0, 0.0);
  at(1, 5e-4, 0.11);  // too far from the first
  REQUIRE(graph.basins().size() == 2);
  at(2, 4e-4, 0.05);  // near both
  at(3, 1e-4, 0.05);
  at(4, -4e-4, 0.05);
  REQUIRE(graph.basins().size() == 2);
  CHECK(graph.basin_of({"a", 2}) == BasinId{1});
  CHECK(graph.basin_of({"a", 3}) == BasinId{0});
  CHECK(graph.basin_of({"a", 4}) == BasinId{0});
}

TEST_CASE("a folder without room for a graph's positions is refused with the way out") {
  const Landscape landscape;
  LandscapeGraph graph({}, Structures(0));
  const char* before = std::getenv("TMPDIR");
  const std::string old = before == nullptr ? "" : before;
  ::setenv("TMPDIR", "/proc", 1);
  CHECK_THROWS_WITH(graph.apply(first, landscape.basin(0)), Catch::Matchers::Contains("'/proc'") && Catch::Matchers::Contains("set TMPDIR"));
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", old.c_str(), 1);
}

TEST_CASE("replaying a store gives the graph of its facts, in whatever order they were written") {
  const Landscape landscape;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Rng rng(seed, stream_of("replay"));
    const int tasks = 6, per_task = 15, kinds = 8;
    std::vector<Shard> shards;
    for (int t = 0; t < tasks; ++t) {
      const EventRef own{fmt::format("task-{}", t), 0};
      Shard shard = sample_shard(own.task);
      shard.events.clear();
      shard.events.push_back(landscape.basin(static_cast<int>(rng.below(kinds))));
      for (int k = 1; k < per_task; ++k) {
        const EventRef start{fmt::format("task-{}", rng.below(tasks)), 0};
        shard.events.push_back(
            landscape.saddle(start, static_cast<int>(rng.below(kinds)), static_cast<int>(rng.below(2))));
      }
      shard.events.push_back(SearchFailed{own, 3, "lost-mode", "", 0, 50});
      shards.push_back(shard);
    }
    LandscapeGraph fold({}, Structures(seed == 1 ? 0 : 1 << 20));
    for (const Shard& shard : shards)
      for (std::size_t k = 0; k < shard.events.size(); ++k)
        fold.apply({shard.task, static_cast<std::int64_t>(k)}, shard.events[k]);
    const TemporaryFolder folder;
    Store store(folder.path);
    for (const std::size_t t : {3u, 0u, 5u, 1u, 4u, 2u}) store.write(shards[t]);
    const LandscapeGraph replayed = replay(store);
    CHECK(replayed == fold);
    CHECK(replayed.basins().size() <= kinds);
    CHECK(replayed.searches().attempts == tasks * per_task);
    CHECK(replayed.waiting() == 0);
    std::int64_t found = 0;
    for (const Saddle& saddle : replayed.saddles()) found += saddle.times_found;
    CHECK(found == replayed.searches().found);

    std::filesystem::remove(folder.path / "shards" / "task-0.h5");
    CHECK_FALSE(replay(store) == fold);
    CHECK(replay(store).waiting() > 0);
  }
}
