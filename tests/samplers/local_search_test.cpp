#include "samplers/local_search.hpp"

#include <catch2/catch.hpp>

#include "md/dynamics.hpp"
#include "md/support/units.hpp"
#include "samplers/atom_group.hpp"
#include "samplers/falls.hpp"
#include "samplers/search_region.hpp"
#include "samplers/stationary_point.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// What searches around atoms of a glass find, one at least.
std::vector<FoundSaddle> found_in(const Glass& glass, const LocalSearch& regions, int searches) {
  Surface whole = glass.surface();
  std::vector<FoundSaddle> found;
  std::vector<std::string> reasons;
  for (int k = 0; k < searches; ++k) {
    Rng rng(3, static_cast<std::uint64_t>(k));
    const Eigen::Index centre = static_cast<Eigen::Index>(rng.below(static_cast<std::size_t>(glass.basin.atoms())));
    Positions direction = Positions::Zero(3, glass.basin.atoms());
    for (const Eigen::Index i : atoms_within(glass.basin, centre, 4.0))
      for (int axis = 0; axis < 3; ++axis) direction(axis, i) = rng.normal();
    const Positions local = mask_of(glass.basin.atoms(), atoms_within(glass.basin, centre, 5.0));
    SearchOutcome outcome = search_saddle_near(whole, {glass.basin.positions, glass.energy}, centre, direction, local, {}, regions, rng);
    reasons.push_back(outcome.reason);
    if (outcome.saddle) found.push_back(std::move(*outcome.saddle));
  }
  CAPTURE(reasons);
  REQUIRE(!found.empty());
  return found;
}

/// Saddle and minimum are such where all atoms may move.
void check_in_whole(const Glass& glass, const FoundSaddle& s) {
  Surface whole = glass.surface();
  CHECK(fmax(whole.evaluate(s.positions).forces) < SaddleSearch{}.fmax);
  CHECK(fmax(whole.evaluate(s.end.positions).forces) <= SaddleSearch{}.relaxed_fmax);
  CHECK(whole.evaluate(s.positions).energy == Approx(s.energy).epsilon(1e-12));
  CHECK(whole.evaluate(s.end.positions).energy == Approx(s.end.energy).epsilon(1e-12));
  CHECK(s.energy > std::max(glass.energy, s.end.energy));
}

/// Shaken copies of the small one, cooled from a melt: in one that was never warm few searches succeed.
Glass glass_of_4000() {
  constexpr double melt = 1500.0, cooled = 10.0, step = 2.0 / units::time_fs;  // K, K, 2 fs
  constexpr int steps = 8000;
  Glass made = glass_of_500();
  Surface small = made.surface();
  Dynamics run(small, made.basin, {.ensemble = Ensemble::langevin, .timestep = step, .temperature = melt, .ramp = (cooled - melt) / (steps * step)});
  for (int k = 0; k < steps; ++k) run.step();
  made.basin.positions = run.state().configuration.positions;
  made.basin = repeated(made.basin, {2, 2, 2});
  made.basin.positions += 0.1 * noise(made.basin.atoms(), 4);
  Surface surface = made.surface();
  FollowingNetwork network(surface);
  const Quenched low = minimise(surface, made.basin.positions, {.fmax = 1e-6, .network = &network});
  made.basin.positions = low.positions;
  made.energy = low.energy;
  return made;
}

}  // namespace

TEST_CASE("a saddle that was found in growing regions is one of the whole, with its barrier") {
  const Glass& glass = glass_of_500();
  const LocalSearch regions{.radius = 7.5, .growth = 1.2};
  Surface whole = glass.surface();
  for (const FoundSaddle& s : found_in(glass, regions, 20)) {
    check_in_whole(glass, s);
    const StationaryPoint saddle = refine(whole, s.positions, 1, {.fmax = 1e-6}), end = refine(whole, s.end.positions, 0, {.fmax = 1e-6});
    CHECK(saddle.ended == StationaryPoint::Ended::converged);
    CHECK(end.ended == StationaryPoint::Ended::converged);
    CHECK(s.energy == Approx(saddle.energy).epsilon(0).margin(regions.tolerance));
    CHECK(s.end.energy == Approx(end.energy).epsilon(0).margin(regions.tolerance));
  }
}

TEST_CASE("the sides of a saddle relax to the minima that it connects, and neither to the other one") {
  const Glass& glass = glass_of_500();
  Surface whole = glass.surface();
  const SearchStart start{glass.basin.positions, glass.energy};
  const Positions all = Positions::Ones(3, glass.basin.atoms());
  for (const FoundSaddle& s : found_in(glass, {.radius = 0}, 6)) {
    const SearchStart end{s.end.positions, s.end.energy};
    Rng rng(1, 1);
    CHECK(fall_from(whole, start, s, Side::back, all, {}, rng).is_known);
    CHECK(fall_from(whole, end, s, Side::end, all, {}, rng).is_known);
    CHECK_FALSE(fall_from(whole, end, s, Side::back, all, {}, rng).is_known);
    CHECK_FALSE(fall_from(whole, start, s, Side::end, all, {}, rng).is_known);
  }
}

TEST_CASE("what lies beyond the last region gains less than the tolerance") {
  const Glass glass = glass_of_4000();
  const LocalSearch regions{.radius = 10, .growth = 1.25, .tolerance = 3e-3};
  Surface whole = glass.surface();
  for (const FoundSaddle& s : found_in(glass, regions, 20)) {
    check_in_whole(glass, s);
    FoundSaddle relaxed = s;
    Rng rng(1, 1);
    // to where the search itself stops with all atoms: some of a glass that was cooled within 16 ps would go on over a flat place (docs/saddle_search.md, Limits)
    REQUIRE(relax_saddle(whole, {glass.basin.positions, glass.energy}, relaxed, {.gain = 0.1 * regions.tolerance}, Positions::Ones(3, glass.basin.atoms()), {}, rng));
    relaxed.end = minimise(whole, s.end.positions, {.fmax = SaddleSearch{}.relaxed_fmax, .gain = 0.1 * regions.tolerance});
    CHECK(s.energy == Approx(relaxed.energy).epsilon(0).margin(regions.tolerance));
    CHECK(s.end.energy == Approx(relaxed.end.energy).epsilon(0).margin(regions.tolerance));
  }
}

TEST_CASE("a saddle beside which a soft spot flips as more atoms give way is not told") {
  const Glass glass = glass_of_4000();
  Surface whole = glass.surface();
  for (const FoundSaddle& s : found_in(glass, {.radius = 10, .growth = 1.25, .tolerance = 3e-3}, 10)) {
    Rng rng(1, 1);
    CHECK(fall_from(whole, {glass.basin.positions, glass.energy}, s, Side::back, Positions::Ones(3, glass.basin.atoms()), {}, rng).is_known);
  }
}

TEST_CASE("what searches tell that began among too few atoms stands where all may move: from the start it leads to the minimum that is told, another one") {
  const Glass& glass = glass_of_500();
  Surface whole = glass.surface();
  const SearchStart start{glass.basin.positions, glass.energy};
  const Positions all = Positions::Ones(3, glass.basin.atoms());
  for (const FoundSaddle& s : found_in(glass, {.radius = 7.0, .growth = 1.2}, 40)) {
    check_in_whole(glass, s);
    CHECK(s.end.converged());
    CHECK(fmax(s.end.positions - start.positions) > SaddleSearch{}.same);
    CHECK(dot(s.mode, s.positions - start.positions) > 0.0);
    Rng rng(1, 1);
    CHECK(fall_from(whole, start, s, Side::back, all, {}, rng).is_known);
    CHECK(fall_from(whole, {s.end.positions, s.end.energy}, s, Side::end, all, {}, rng).is_known);
  }
}

TEST_CASE("a straight way to a minimum is one down to it as long as nothing rises on it") {
  const Glass& glass = glass_of_500();
  Surface whole = glass.surface();
  const Positions off = noise(glass.basin.atoms(), 7), away = 0.1 / fmax(off) * off;
  const auto is_near = [&](const Positions& x, const Evaluation&) { return fmax(x - glass.basin.positions) < 0.02; };
  Quenched from;
  from.positions = glass.basin.positions + away;
  from.energy = whole.evaluate(from.positions).energy;
  const std::optional<Quenched> down = fall_straight(whole, from, -away, is_near);
  REQUIRE(down);
  CHECK(down->converged());
  CHECK(down->energy < from.energy);
  CHECK(is_near(down->positions, {}));
  CHECK_FALSE(fall_straight(whole, from, away, [](const Positions&, const Evaluation&) { return true; }));
  CHECK_FALSE(fall_straight(whole, from, -3.0 * away, [&](const Positions& x, const Evaluation&) { return dot(x - glass.basin.positions, away) < 0.0; }));  // beyond the minimum
}

TEST_CASE("a mode is another than one that was where they overlap little, also with a part of that") {
  Positions was = Positions::Zero(3, 4), turned = was;
  was.row(0).setConstant(0.5);
  turned(0, 0) = turned(1, 0) = std::sqrt(0.5);
  Positions part = Positions::Zero(3, 4);
  part(0, 0) = 0.5;
  CHECK_FALSE(is_another(was, was));
  CHECK_FALSE(is_another(-was, was));
  CHECK(is_another(turned, was));
  CHECK_FALSE(is_another(turned, part));
  CHECK(points_as(was, was));
  CHECK_FALSE(points_as(-was, was));
}

TEST_CASE("a search that leaves open what lies behind its saddle, or how many curvatures are negative, ends at the same saddle, from which the rest is found then") {
  const Glass& glass = glass_of_500();
  Surface whole = glass.surface();
  const SearchStart start{glass.basin.positions, glass.energy};
  const Positions all = Positions::Ones(3, glass.basin.atoms());
  for (const FoundSaddle& s : found_in(glass, {.radius = 0}, 6)) {
    const auto again = [&](const SaddleSearch& options) {
      Rng rng(1, 1);
      return search_saddle_again(whole, start, s, all, options, rng);
    };
    const SearchOutcome full = again({}), near = again({.finds_end = false}), not_counted = again({.counts_curvatures = false});
    REQUIRE(full.saddle);
    REQUIRE(near.saddle);
    REQUIRE(not_counted.saddle);
    CHECK(near.saddle->positions == full.saddle->positions);
    CHECK(not_counted.saddle->positions == full.saddle->positions);
    CHECK(near.calls < full.calls);
    CHECK(not_counted.calls < full.calls);
    CHECK_FALSE(near.saddle->end.converged());
    Rng rng(1, 1);
    const Quenched end = fall_from(whole, start, *near.saddle, Side::end, all, {}, rng).minimum;
    CHECK(end.converged());
    CHECK(end.energy == Approx(full.saddle->end.energy).epsilon(0).margin(1e-4));
  }
}

TEST_CASE("the calls that a search tells are those of the whole and what those of its regions come to, each once") {
  const Glass glass = glass_of_4000();
  Surface whole = glass.surface();
  const SearchStart start{glass.basin.positions, glass.energy};
  SearchRegion all(whole, glass.basin, glass.energy, {{Vector3d::Zero(), 0.0}}), few(whole, glass.basin, glass.energy, {{Vector3d::Zero(), 10.0}});
  REQUIRE(all.is_whole());
  REQUIRE(!few.is_whole());
  for (SearchRegion* region : {&all, &few}) {
    region->cost();
    for (int k = 0; k < 10; ++k) region->surface().evaluate(region->part(start.positions));
  }
  CHECK(all.cost() == 0.0);
  const double of_few = few.cost();
  CHECK(of_few > 0.5);
  CHECK(of_few < 5.0);
  CHECK(few.cost() == 0.0);
}

TEST_CASE("without regions a search is that of all atoms") {
  const Glass& glass = glass_of_500();
  Surface whole = glass.surface();
  Rng one(3, 0), other(3, 0);
  Positions direction = Positions::Zero(3, glass.basin.atoms());
  direction.col(7) << 1, 2, 3;
  const Positions local = mask_of(glass.basin.atoms(), atoms_within(glass.basin, 7, 5.0));
  const SearchStart start{glass.basin.positions, glass.energy};
  const SearchOutcome found = search_saddle_near(whole, start, 7, direction, local, {}, {.radius = 0}, one);
  const SearchOutcome expected = search_saddle(whole, start, direction, local, {}, other);
  CHECK(found.calls == expected.calls);
  CHECK(found.energy == expected.energy);
  CHECK(found.reason == expected.reason);
  REQUIRE(found.saddle.has_value() == expected.saddle.has_value());
  if (found.saddle) CHECK(found.saddle->positions == expected.saddle->positions);
}
