// Every registered engine keeps these laws, with every registered potential.
#include <catch2/catch.hpp>

#include "md/replicas.hpp"
#include "md/surface.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr Eigen::Index count = 5;

std::unique_ptr<Engine> engine_of(const Engines::Entry& entry, const std::string& options) {
  Input in(parse_pairs(options, std::string(entry.about.positional), "test"), "test");
  return entry.make(in);
}

template <typename Check>
void for_each_engine_and_potential(Check check) {
  const Engines engines = builtin_engines();
  const Potentials potentials = builtin_potentials();
  for (const auto& engine : engines.entries())
    for (const auto& potential : potentials.entries())
      DYNAMIC_SECTION(engine.about.name << ", " << potential.about.name) { check(engine, example_of(potential)); }
}

/// Every replica elsewhere.
Positions spread(const Configuration& c) {
  Positions x(3, count * c.atoms());
  for (Eigen::Index r = 0; r < count; ++r) x.middleCols(r * c.atoms(), c.atoms()) = c.positions + 0.05 * noise(c.atoms(), 20 + static_cast<std::uint64_t>(r));
  return x;
}

}  // namespace

TEST_CASE("replicas have the energies, forces and virials that a surface of each has") {
  for_each_engine_and_potential([](const auto& engine, const auto& potential) {
    const Configuration c = sample(potential);
    const auto replicas = engine_of(engine, std::string(engine.about.example))->replicas(potential, c, count);
    REQUIRE(replicas->count() == count);
    REQUIRE(replicas->atoms() == c.atoms());
    const Positions x = spread(c);
    ReplicaEvaluation found;
    replicas->evaluate(x, {.virial = true}, found);
    REQUIRE(found.energy.size() == count);
    REQUIRE(found.forces.cols() == x.cols());
    REQUIRE(found.virial.size() == count);
    for (Eigen::Index r = 0; r < count; ++r) {
      Surface surface(potential, c);
      const Evaluation alone = surface.evaluate(x.middleCols(r * c.atoms(), c.atoms()), {.virial = true});
      CHECK(found.energy[r] == Approx(alone.energy).epsilon(1e-12));
      CHECK((found.forces.middleCols(r * c.atoms(), c.atoms()) - alone.forces).cwiseAbs().maxCoeff() < 1e-10);
      CHECK((found.virial[static_cast<std::size_t>(r)] - alone.virial).cwiseAbs().maxCoeff() < 1e-9);
    }
    replicas->evaluate(x, {}, found);
    CHECK(found.virial.empty());
  });
}

TEST_CASE("a replica does not feel the others, nor how often it is asked") {
  for_each_engine_and_potential([](const auto& engine, const auto& potential) {
    const Configuration c = sample(potential);
    const auto made = engine_of(engine, std::string(engine.about.example));
    const auto some = made->replicas(potential, c, count), again = made->replicas(potential, c, count);
    const Positions x = spread(c);
    ReplicaEvaluation first, other;
    some->evaluate(x, {}, first);
    Positions elsewhere = x;
    elsewhere.rightCols(2 * c.atoms()) = x.leftCols(2 * c.atoms());
    again->evaluate(elsewhere, {}, other);
    again->evaluate(elsewhere, {}, other);
    CHECK(other.energy.head(count - 2) == first.energy.head(count - 2));
    CHECK(other.forces.leftCols((count - 2) * c.atoms()) == first.forces.leftCols((count - 2) * c.atoms()));
    CHECK(other.energy[count - 2] == first.energy[0]);
    CHECK(other.energy[count - 1] == first.energy[1]);
  });
}

TEST_CASE("replicas on the processor give the same bits for any number of threads") {
  const auto potential = test::potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = repeated(sample(potential), {2, 2, 2});
  const Positions x = spread(c);
  const Engines engines = builtin_engines();
  ReplicaEvaluation expected;
  engine_of(engines.at("processor", "test"), "threads=1")->replicas(potential, c, count)->evaluate(x, {.virial = true}, expected);
  for (const char* threads : {"threads=2", "threads=3", "threads=8"}) {
    ReplicaEvaluation found;
    engine_of(engines.at("processor", "test"), threads)->replicas(potential, c, count)->evaluate(x, {.virial = true}, found);
    CHECK(found.energy == expected.energy);
    CHECK(found.forces == expected.forces);
    CHECK(found.virial == expected.virial);
  }
  // one replica: threads share its atoms
  ReplicaEvaluation one, alone;
  const Positions first = x.leftCols(c.atoms());
  engine_of(engines.at("processor", "test"), "threads=1")->replicas(potential, c, 1)->evaluate(first, {}, alone);
  engine_of(engines.at("processor", "test"), "threads=2")->replicas(potential, c, 1)->evaluate(first, {}, one);
  CHECK(one.forces == alone.forces);
}

TEST_CASE("positions of another number of replicas are refused, and so is no replica") {
  const auto potential = test::potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = sample(potential);
  const auto engine = engine_of(builtin_engines().at("processor", "test"), "threads=2");
  ReplicaEvaluation out;
  CHECK_THROWS_WITH(engine->replicas(potential, c, 3)->evaluate(c.positions, {}, out), Catch::Contains("3 replicas"));
  CHECK_THROWS_AS(engine->replicas(potential, c, 0), InputError);
}
