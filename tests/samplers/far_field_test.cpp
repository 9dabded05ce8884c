#include "samplers/far_field.hpp"

#include <catch2/catch.hpp>

#include "samplers/atom_group.hpp"
#include "tests/support/systems.hpp"
#include "tests/support/vacancy.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double radius = 9.0, near = 6.5, tolerance = 1e-4;  // Angstrom, Angstrom, eV

/// The hop of an atom into a vacancy, at rest with the atoms around, while all others are where the start has them.
struct Hop {
  Vacancy vacancy;
  SearchStart start{vacancy.basin.positions, vacancy.energy};
  Positions local;
  FoundSaddle saddle;

  Surface surface() const { return Surface(copper(), vacancy.basin); }

  /// In a crystal of so many cells along each axis.
  explicit Hop(int cells) : vacancy(copper_vacancy(cells)) {
    const Eigen::Index jumper = vacancy.neighbours.front();
    local = mask_of(vacancy.basin.atoms(), atoms_within(vacancy.basin, jumper, 3.0));
    Surface whole = surface();
    SearchRegion region(whole, vacancy.basin, vacancy.energy, {{vacancy.site, radius}});
    REQUIRE(!region.is_whole());
    Positions behind = vacancy.halfway(jumper);
    behind.col(jumper) += behind.col(jumper) - vacancy.basin.positions.col(jumper);
    Rng rng(1, 1);
    SearchOutcome found = search_saddle_towards(region.surface(), region.inside(start), region.part(behind), region.part(local), {}, rng);
    REQUIRE(found.saddle);
    REQUIRE(relax_saddle(region.surface(), region.inside(start), *found.saddle, {}, region.part(local), {}, rng));
    found.saddle->end = minimise(region.surface(), found.saddle->end.positions, {.fmax = SaddleSearch{}.relaxed_fmax, .gain = 1e-5});
    saddle = region.everywhere(std::move(*found.saddle));
  }
};

const Hop& hop() {
  static const Hop made(9);
  return made;
}

/// In a crystal so large that what settling changes is looked at in a region.
const Hop& wide_hop() {
  static const Hop made(24);
  return made;
}

/// Those that may move when it is found, in a crystal that is otherwise as `start`.
SearchRegion around(Surface& whole, const Hop& hop, const SearchStart& start, double reach = radius) { return {whole, whole.at(start.positions), start.energy, {{hop.vacancy.site, reach}}}; }
SearchRegion around(Surface& whole, const Hop& hop) { return around(whole, hop, hop.start); }

/// An atom about so far from the vacancy, Angstrom.
Eigen::Index atom_at(const Hop& hop, double distance) {
  const Configuration& c = hop.vacancy.basin;
  Eigen::Index i = 0;
  while (std::abs(c.cell.nearest(c.positions.col(i) - hop.vacancy.site).norm() - distance) > 1.0) ++i;
  return i;
}

/// With an atom that is off along x by so much, Angstrom, where the saddle and the minimum behind it were found.
FoundSaddle with_atom_off(const Hop& hop, Eigen::Index i, double at_saddle, double behind) {
  FoundSaddle s = hop.saddle;
  s.positions(0, i) += at_saddle;
  s.end.positions(0, i) += behind;
  Surface whole = hop.surface();
  s.energy = whole.evaluate(s.positions).energy;
  s.end.energy = whole.evaluate(s.end.positions).energy;
  return s;
}

/// That what is told of a saddle and the minimum behind it is of all atoms, and they are at rest; in a large crystal as near as linear response is.
void check_at_rest(const Hop& hop, const FoundSaddle& s, const SaddleSearch& options) {
  const bool is_wide = &hop != &::hop();
  const double energy_margin = is_wide ? 0.05 * tolerance : 1e-8, force_margin = is_wide ? 1e-4 : 1e-9;  // eV, eV/Angstrom
  Surface fresh = hop.surface();
  const Evaluation at = fresh.evaluate(s.positions), at_end = fresh.evaluate(s.end.positions);
  CHECK(std::abs(s.energy - at.energy) < energy_margin);
  CHECK(std::abs(s.end.energy - at_end.energy) < energy_margin);
  CHECK(s.fmax == Approx(fmax(at.forces)).margin(force_margin));
  CHECK(s.end.fmax == Approx(fmax(at_end.forces)).margin(force_margin));
  for (const double told_or_true : {s.fmax, fmax(at.forces)}) CHECK(told_or_true < options.fmax);
  for (const double told_or_true : {s.end.fmax, fmax(at_end.forces)}) CHECK(told_or_true < options.relaxed_fmax);
}

}  // namespace

TEST_CASE("a saddle and the minimum behind it come to rest with all atoms as by force calls, those far away in linear response") {
  const SaddleSearch options;
  Surface whole = hop().surface();
  Rng rng(1, 1);
  FoundSaddle s = hop().saddle;
  FarField far(whole, hop().start, hop().vacancy.site, hop().local, options, tolerance, rng);
  SearchRegion region = around(whole, hop());
  REQUIRE(far.settle(region, s, near, radius));
  CHECK(far.cost() > 1.0);
  CHECK(far.cost() == 0.0);

  check_at_rest(hop(), s, options);

  Surface again = hop().surface();
  FoundSaddle by_calls = hop().saddle;
  REQUIRE(relax_saddle(again, hop().start, by_calls, {.gain = 1e-6}, hop().local, options, rng));
  by_calls.end = minimise(again, by_calls.end.positions, {.fmax = options.relaxed_fmax, .gain = 1e-6});
  CHECK(hop().saddle.energy - by_calls.energy > 10.0 * tolerance);  // there was something to gain
  CHECK(s.energy == Approx(by_calls.energy).epsilon(0).margin(tolerance));
  CHECK(s.end.energy == Approx(by_calls.end.energy).epsilon(0).margin(tolerance));
  CHECK(by_calls.end.energy == Approx(hop().start.energy).epsilon(0).margin(tolerance));  // a vacancy as before
}

TEST_CASE("an atom far away where the start is not at rest settles in a spot of its own, and what is told is of all atoms") {
  const Hop& wide = wide_hop();
  const SaddleSearch options;
  constexpr double off = 0.2;  // Angstrom
  SearchStart start = wide.start;
  Surface whole = wide.surface();
  Rng rng(1, 1);
  const Eigen::Index i = atom_at(wide, 40.0);
  FoundSaddle s = with_atom_off(wide, i, off, off);
  start.positions(0, i) += off;
  start.energy = whole.evaluate(start.positions).energy;
  FarField far(whole, start, wide.vacancy.site, wide.local, options, tolerance, rng);
  SearchRegion region = around(whole, wide, start);
  REQUIRE(far.settle(region, s, near, radius));
  check_at_rest(wide, s, options);
  CHECK(s.end.energy == Approx(wide.start.energy).epsilon(0).margin(tolerance));
  CHECK(s.positions(0, i) == Approx(wide.start.positions(0, i)).margin(0.01));
}

TEST_CASE("an atom outside of what always settles that is off at the saddle alone, or behind it alone, settles there, and both end as if it had not been") {
  const Hop& wide = wide_hop();
  const SaddleSearch options;
  Surface whole = wide.surface();
  const Eigen::Index i = atom_at(wide, 8.0);
  const auto settled = [&](double at_saddle, double behind, double& cost) {
    FoundSaddle s = with_atom_off(wide, i, at_saddle, behind);
    Rng rng(1, 1);
    FarField far(whole, wide.start, wide.vacancy.site, wide.local, options, tolerance, rng);
    SearchRegion region = around(whole, wide);
    REQUIRE(far.settle(region, s, near, radius));
    check_at_rest(wide, s, options);
    cost = far.cost();
    return s;
  };
  double cost_as_it_was, cost_off_at_saddle, cost_off_behind;
  const FoundSaddle as_it_was = settled(0.0, 0.0, cost_as_it_was);
  for (const FoundSaddle& s : {settled(0.2, 0.0, cost_off_at_saddle), settled(0.0, 0.2, cost_off_behind)}) {
    CHECK(s.energy == Approx(as_it_was.energy).epsilon(0).margin(tolerance));
    CHECK(s.end.energy == Approx(as_it_was.end.energy).epsilon(0).margin(tolerance));
    CHECK(fmax(s.positions - as_it_was.positions) < 0.01);
    CHECK(fmax(s.end.positions - as_it_was.end.positions) < 0.01);
  }
  CHECK(std::min(cost_off_at_saddle, cost_off_behind) > cost_as_it_was + 1.0);  // another round
}

TEST_CASE("what atoms outside of the region feel of those inside is told, whether these hardly moved or one at the edge is off") {
  const Hop& wide = wide_hop();
  const SaddleSearch options;
  Surface whole = wide.surface();
  constexpr double edge = 20.0;  // Angstrom: further out than what is looked at in any case
  for (const double off : {0.0, 0.2}) {
    FoundSaddle s = with_atom_off(wide, atom_at(wide, 18.5), off, off);
    SearchRegion region = around(whole, wide, wide.start, edge);
    REQUIRE(!region.is_whole());
    Rng rng(1, 1);
    FarField far(whole, wide.start, wide.vacancy.site, wide.local, options, tolerance, rng);
    REQUIRE(far.settle(region, s, near, edge));
    check_at_rest(wide, s, options);
  }
}

TEST_CASE("a saddle that has nothing to gain is looked at all the same") {
  const SaddleSearch options;
  Surface whole = hop().surface();
  Rng rng(1, 1);
  FoundSaddle s = hop().saddle;
  constexpr double anything = 10.0;  // eV: no step promises as much
  s.fmax = s.end.fmax = 0.0;
  FarField far(whole, hop().start, hop().vacancy.site, hop().local, options, anything, rng);
  SearchRegion region = around(whole, hop());
  REQUIRE(far.settle(region, s, near, radius));
  check_at_rest(hop(), s, options);
}

TEST_CASE("what comes to rest in the far field does not depend on what the surface did before") {
  const SaddleSearch options;
  std::vector<FoundSaddle> settled;
  const auto hop_on = [](std::shared_ptr<Models> models) { return Surface(copper(), hop().vacancy.basin, {.models = std::move(models)}); };
  const auto ready = std::make_shared<Models>();
  hop_on(ready).medium(hop().start.positions);
  for (const auto& [elsewhere, models] : {std::pair(false, std::make_shared<Models>()), std::pair(true, std::make_shared<Models>()), std::pair(true, ready)}) {
    Surface whole = hop_on(models);
    if (elsewhere) whole.evaluate(hop().vacancy.halfway(hop().vacancy.neighbours.back()));
    Rng rng(1, 1);
    settled.push_back(hop().saddle);
    FarField far(whole, hop().start, hop().vacancy.site, hop().local, options, tolerance, rng);
    SearchRegion region = around(whole, hop());
    REQUIRE(far.settle(region, settled.back(), near, radius));
  }
  for (const std::size_t other : {1U, 2U}) {
    CHECK(settled[0].positions == settled[other].positions);
    CHECK(settled[0].energy == settled[other].energy);
    CHECK(settled[0].end.positions == settled[other].end.positions);
  }
}

TEST_CASE("a saddle whose mode is another by now than the one that it keeps finds it anew, and comes to rest all the same") {
  const SaddleSearch options;
  Surface whole = hop().surface();
  const auto relaxed = [&](double part) {  // of the mode that is kept, which points another way
    SearchRegion region = around(whole, hop());
    FoundSaddle s = region.inside(hop().saddle);
    Positions other = noise(s.mode.cols(), 3);
    other -= dot(other, s.mode) * s.mode;
    s.mode = std::sqrt(1.0 - part * part) * s.mode + part / other.norm() * other;
    s.positions += 0.02 * noise(s.mode.cols(), 4);
    Rng rng(1, 1);
    REQUIRE(relax_saddle(region.surface(), region.inside(hop().start), s, {}, region.part(hop().local), options, rng));
    CHECK(fmax(region.surface().evaluate(s.positions).forces) < options.relaxed_fmax);
    return region.everywhere(std::move(s)).energy;
  };
  for (const double part : {0.0, 0.8}) CHECK(relaxed(part) == Approx(hop().saddle.energy).epsilon(0).margin(tolerance));
}

TEST_CASE("where an atom is frozen there is no far field, and the saddle stays as it was") {
  Surface frozen = hop().surface();
  frozen.freeze({0});
  Rng rng(1, 1);
  FoundSaddle s = hop().saddle;
  const SaddleSearch options;
  FarField far(frozen, hop().start, hop().vacancy.site, hop().local, options, tolerance, rng);
  SearchRegion region = around(frozen, hop());
  CHECK(!far.settle(region, s, near, radius));
  CHECK(s.positions == hop().saddle.positions);
  CHECK(s.energy == hop().saddle.energy);
}

TEST_CASE("a far field that does not come to rest says so, and leaves the saddle as it was") {
  SaddleSearch options;
  options.relaxed_fmax = 1e-15;  // eV/Angstrom: beyond rounding
  Surface whole = hop().surface();
  Rng rng(1, 1);
  FoundSaddle s = hop().saddle;
  FarField far(whole, hop().start, hop().vacancy.site, hop().local, options, tolerance, rng);
  SearchRegion region = around(whole, hop());
  CHECK(!far.settle(region, s, near, radius));
  CHECK(s.positions == hop().saddle.positions);
  CHECK(s.end.positions == hop().saddle.end.positions);
  CHECK(s.energy == hop().saddle.energy);
}
