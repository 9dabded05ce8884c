// Every registered sampler keeps these laws; a new one is covered by being registered.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "landscape/facts_hash.hpp"
#include "landscape/graph.hpp"
#include "md/minimise.hpp"
#include "md/zero_modes.hpp"
#include "samplers/sampler.hpp"
#include "tests/landscape/samples.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const std::shared_ptr<const Potential>& alloy() {
  static const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  return law;
}

/// A small disordered alloy at a minimum.
const BasinFound& start() {
  static const BasinFound basin = [] {
    Configuration c = fcc(4.1, 3, alloy()->elements(), 5);
    c.positions += 0.35 * noise(c.atoms(), 6);
    Surface surface(alloy(), c);
    const Quenched q = minimise(surface, c.positions, {.fmax = 1e-6});
    return BasinFound{surface.at(q.positions), q.energy, q.fmax, q.calls};
  }();
  return basin;
}

std::unique_ptr<Sampler> example_of(const Samplers::Entry& entry) {
  Input in(parse_pairs(entry.about.example, entry.about.positional, "test"), "test");
  auto made = entry.make(in);
  in.finish();
  return made;
}

/// The first steps of a sampler, each from its own stream, in a given order.
Events steps_of(const Samplers::Entry& entry, const std::vector<int>& order) {
  std::vector<Events> by_step(order.size());
  Surface surface(alloy(), start().configuration);
  for (const int step : order) {
    Rng rng(4, static_cast<std::uint64_t>(step));
    Run run{surface, start(), {"start", 0}, rng};
    by_step[static_cast<std::size_t>(step)] = example_of(entry)->step(run);
  }
  Events all;
  for (const Events& events : by_step) all.insert(all.end(), events.begin(), events.end());
  return all;
}

template <typename Check>
void for_each_sampler(Check check) {
  static const Samplers samplers = builtin_samplers();
  for (const auto& entry : samplers.entries())
    DYNAMIC_SECTION(entry.about.name) { check(entry); }
}

double furthest(const Surface& surface, const Positions& a, const Positions& b) {
  Positions u = a - b;
  physical_directions(surface, b)(u);
  return fmax(u);
}

}  // namespace

TEST_CASE("the same seed gives the same events, in whatever order the steps are made") {
  for_each_sampler([](const auto& entry) { CHECK(facts_hash(steps_of(entry, {0, 1, 2, 3})) == facts_hash(steps_of(entry, {2, 0, 3, 1}))); });
}

TEST_CASE("a stored saddle is stationary, has one negative mode, and relaxes to its two basins") {
  for_each_sampler([](const auto& entry) {
    int saddles = 0;
    for (const Event& event : steps_of(entry, {0, 1, 2, 3, 4, 5})) {
      const auto* found = std::get_if<SaddleFound>(&event);
      if (found == nullptr) continue;
      ++saddles;
      Surface surface(alloy(), start().configuration);
      const Evaluation at = surface.evaluate(found->saddle);
      CHECK(at.energy == Approx(found->energy).epsilon(1e-12));
      CHECK(fmax(at.forces) < 0.01);
      CHECK(found->energy > start().energy - 1e-6);
      // the whole spectrum, not the sampler's own Lanczos
      const Eigen::MatrixXd hessian = surface.hessian(found->saddle)->matrix();
      const Eigen::VectorXd spectrum = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian, Eigen::EigenvaluesOnly).eigenvalues();
      CHECK(spectrum[0] < 0.0);
      CHECK(spectrum[0] == Approx(found->curvature).epsilon(0.05).margin(0.005));  // a Ritz value of few vectors
      CHECK(spectrum[1] > -1e-6);
      for (const double sign : {-1.0, 1.0}) {
        const Quenched end = minimise(surface, found->saddle + sign * 0.1 / fmax(found->mode) * found->mode, {.fmax = 1e-3, .max_step = 0.05});
        const Positions& target = sign < 0 ? start().configuration.positions : found->end;
        CHECK(furthest(surface, end.positions, target) < 0.15);
        CHECK(end.energy == Approx(sign < 0 ? start().energy : found->end_energy).epsilon(0).margin(5e-3));
      }
    }
    CHECK(saddles > 0);
  });
}

TEST_CASE("a store of what a sampler found replays to the graph of its events") {
  for_each_sampler([](const auto& entry) {
    const TemporaryFolder folder;
    Store store(folder.path);
    LandscapeGraph fold;
    const auto keep = [&](const std::string& task, const Events& events) {
      Shard shard = sample_shard(task);
      shard.events = events;
      store.write(shard);
      for (std::size_t k = 0; k < events.size(); ++k) fold.apply({task, static_cast<std::int64_t>(k)}, events[k]);
    };
    keep("start", {start()});
    keep("steps", steps_of(entry, {0, 1, 2, 3}));
    CHECK(fold.waiting() == 0);
    CHECK(fold.searches().attempts > 0);
    CHECK_FALSE(fold.saddles().empty());
    CHECK(replay(store) == fold);
  });
}

TEST_CASE("every failure names its reason and its force calls") {
  for_each_sampler([](const auto& entry) {
    for (const Event& event : steps_of(entry, {0, 1, 2, 3, 4, 5}))
      if (const auto* failed = std::get_if<SearchFailed>(&event)) {
        CHECK_FALSE(failed->reason.empty());
        CHECK_FALSE(failed->detail.empty());
        CHECK(failed->force_calls > 0);
      }
  });
}
