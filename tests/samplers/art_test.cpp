// ART against surfaces whose stationary points are known.
#include <catch2/catch.hpp>

#include <map>

#include "samplers/art.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Art art(const std::string& options) {
  Input in(parse_pairs(options, "", "test"), "test");
  Art made(Art::read(in));
  in.finish();
  return made;
}

BasinFound basin(const std::shared_ptr<const Potential>& potential, const Configuration& c, double tolerance) {
  Surface surface(potential, c);
  const Quenched q = minimise(surface, c.positions, {.fmax = tolerance, .max_step = 0.05});
  REQUIRE(q.converged());
  return {surface.at(q.positions), q.energy, q.fmax, q.calls};
}

struct Link {
  double saddle, low, high;  // energies of the saddle and of the two minima, sorted
};

/// Searches with the random streams from `first` to before `last`.
struct Searches {
  Art sampler;
  int first, last;
};

/// Every saddle that searches from a minimum, and from all minima they lead to, find.
std::vector<Link> explore(const std::shared_ptr<const Potential>& potential, const Configuration& start, const std::vector<Searches>& searches) {
  std::map<long, BasinFound> minima;  // by energy in 1e-5
  std::vector<BasinFound> waiting{basin(potential, start, 1e-7)};
  std::map<std::tuple<long, long, long>, Link> links;
  const auto key = [](double energy) { return std::lround(energy * 1e5); };
  while (!waiting.empty()) {
    const BasinFound here = waiting.back();
    waiting.pop_back();
    if (!minima.emplace(key(here.energy), here).second) continue;
    for (auto [sampler, first, last] : searches)
      for (int k = first; k < last; ++k) {
        Surface surface(potential, here.configuration);
        Rng rng(17, static_cast<std::uint64_t>(k));
        Run run{surface, here, {"start", 0}, rng};
        for (const Event& event : sampler.step(run))
          if (const auto* s = std::get_if<SaddleFound>(&event)) {
            const Link link{s->energy, std::min(here.energy, s->end_energy), std::max(here.energy, s->end_energy)};
            if (!links.emplace(std::tuple{key(link.saddle), key(link.low), key(link.high)}, link).second) continue;
            waiting.push_back(basin(potential, {here.configuration.species, here.configuration.cell, s->end, {}}, 1e-7));
          }
      }
  }
  std::vector<Link> all;
  for (const auto& [k, link] : links) all.push_back(link);
  return all;
}

Configuration open_atoms(const Positions& x) {
  return {std::make_shared<Species>(Species{elements_named({"Ar"}), std::vector<int>(static_cast<std::size_t>(x.cols()), 0)}), Cell(), x, {}};
}

}  // namespace

TEST_CASE("ART finds both saddles of the Mueller-Brown surface and what they connect") {
  // at a hundredth of its height the surface has curvatures like those of matter
  const Art sampler = art("push=0.05,increment=0.05,same=0.02,fmax=1e-6,relaxed_fmax=1e-7,pushes=60,radius=1,soft_radius=1,softening=1000");
  const auto links = explore(potential("mueller-brown:scale=0.01"), open_atoms(Vector3d(-0.55, 1.44, 0)), {{sampler, 0, 40}});
  REQUIRE(links.size() == 2);
  CHECK(100 * links[0].saddle == Approx(-72.248940112325).epsilon(1e-9));
  CHECK(100 * links[0].low == Approx(-108.166724116852).epsilon(1e-9));
  CHECK(100 * links[0].high == Approx(-80.767818129659).epsilon(1e-9));
  CHECK(100 * links[1].saddle == Approx(-40.664843508657).epsilon(1e-9));
  CHECK(100 * links[1].low == Approx(-146.699517209954).epsilon(1e-9));
  CHECK(100 * links[1].high == Approx(-80.767818129659).epsilon(1e-9));
}

TEST_CASE("ART finds the four minima and twelve saddles of LJ7 with their connections") {
  // energies in epsilon; reference values of docs/saddle_search.md
  const std::vector<Link> expected{
      {-15.444733800, -16.505384168, -15.935043060}, {-15.319864441, -15.935043060, -15.593210938}, {-15.283421275, -15.935043060, -15.533060055},
      {-15.097845644, -15.935043060, -15.935043060}, {-15.033384354, -16.505384168, -15.593210938}, {-15.026438106, -16.505384168, -15.533060055},
      {-14.816399804, -15.533060055, -15.533060055}, {-14.811129645, -15.533060055, -15.533060055}, {-14.596945713, -16.505384168, -15.533060055},
      {-14.568061437, -15.593210938, -15.593210938}, {-14.548572943, -15.533060055, -15.533060055},
      {-12.548937709, -15.593210938, -15.593210938}};
  Positions x(3, 7);
  x << 0, 1.1, 0.5, 0.5, 0.6, 1.5, -0.4, 0, 0, 0.95, 0.3, 0.4, 0.9, 0.8, 0, 0, 0, 0.9, -0.9, 0.5, 0.8;
  // soft directions find the low saddles at once, single atoms pushed hard the others
  const std::string common = "increment=0.1,same=0.05,fmax=1e-5,relaxed_fmax=1e-6,ceiling=30,soft_radius=9";
  const Art soft = art(common + ",radius=9,pushes=40,push=0.3,softening=5"), hard = art(common + ",radius=0.5,push=0.5,softening=1e6,softness=-3,retreats=0");
  // the last is a nearly flat hexagon at the end of a ridge: only a push that keeps the symmetry comes there, and only the
  // steepest descent stays on the ridge
  std::vector<Searches> searches{{soft, 0, 200}, {hard, 0, 1000}};
  for (const double push : {0.49, 0.50, 0.51})
    for (const int relaxations : {5, 15})
      searches.push_back({art(fmt::format("{},radius=3,displacement=inward,descent=steepest,push={},push_relaxations={},pushes=60,softening=1e6,softness=-3,climb_calls=400,retreats=0",
                                          common, push, relaxations)), 0, 40});
  const auto links = explore(potential("lj:cutoff=100,truncation=cut"), open_atoms(x), searches);
  for (const Link& reference : expected) {
    INFO("saddle at " << reference.saddle << " between " << reference.low << " and " << reference.high);
    CHECK(std::any_of(links.begin(), links.end(), [&](const Link& found) {
      return std::abs(found.saddle - reference.saddle) < 1e-6 && std::abs(found.low - reference.low) < 1e-6 && std::abs(found.high - reference.high) < 1e-6;
    }));
  }
  CHECK(links.size() == expected.size());
}

TEST_CASE("one atom that nothing holds has no direction to search in, and that is a fact") {
  const auto law = potential("lj:sigma=2.5");
  auto species = std::make_shared<Species>(Species{elements_named({"Ar"}), {0}});
  Configuration alone{species, Cell::cubic(9.0), Positions::Zero(3, 1), {}};
  const BasinFound start{alone, 0.0, 0.0, 1};
  Surface surface(law, alone);
  Rng rng(1, 1);
  Run run{surface, start, {"start", 0}, rng};
  Art sampler = art("searches=1");
  const Events events = sampler.step(run);
  REQUIRE(events.size() == 1);
  CHECK(std::get<SearchFailed>(events.front()).reason == "no-direction");
}

TEST_CASE("searches around what the start does not have are refused at their key") {
  const Species species{elements_named({"Cu", "Zr"}), {0, 1, 1}};
  const auto told = [&](const std::string& toml) -> std::string {
    Input in(parse_toml(toml, "study.toml"), "study.toml");
    const Art sampler(Art::read(in));
    try {
      sampler.check_start(species, in);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(told("around = \"Zr\"") == "accepted");
  CHECK(told("centres = [0, 2]") == "accepted");
  CHECK(told("") == "accepted");
  CHECK(told("around = \"Zn\"") == "study.toml:1: key 'around': got \"Zn\", expected an element of the start; did you mean 'Zr'?");
  CHECK(told("centres = [0, 3]") == "study.toml:1: key 'centres': got [0, 3], expected atoms from 0 to 2");
}
