// Rearrangements of a square lattice of 4 x 4 atoms, 3 Angstrom apart, in a periodic cell.
#include "landscape/mechanism.hpp"

#include <catch2/catch.hpp>

#include "md/support/error.hpp"

using namespace glasscape;

namespace {

constexpr double spacing = 3.0, threshold = 0.5;

const Cell& cell() {
  static const Cell made(Matrix3d(4 * spacing * Matrix3d::Identity()));
  return made;
}

Positions lattice() {
  Positions x(3, 16);
  for (int i = 0; i < 16; ++i) x.col(i) = spacing * Vector3d(i % 4, i / 4, 0);
  return x;
}

/// Atom `first` of each pair goes to where `second` was, all but a fraction of the way.
Mechanism of(const std::vector<std::pair<int, int>>& moves, double part = 0.9) {
  const Positions x = lattice();
  Positions d = Positions::Zero(3, 16);
  for (const auto& [first, second] : moves) d.col(first) = part * cell().nearest(x.col(second) - x.col(first));
  return mechanism_of(x, d, cell(), threshold);
}

}  // namespace

TEST_CASE("a rearrangement without a displacement above the threshold is none, and one that keeps all places is local") {
  CHECK(of({}).name == "none");
  CHECK(of({{5, 6}}, 0.1).name == "none");
  const Mechanism local = of({{5, 6}, {9, 10}}, 0.3);
  CHECK(local.name == "local");
  CHECK(local.moved == std::vector<std::int32_t>{5, 9});
  CHECK(local.places == local.moved);
  CHECK(local.longest == 0);
}

TEST_CASE("atoms that follow each other are a string, across the edge of the cell too") {
  const Mechanism string = of({{2, 3}, {3, 0}, {0, 1}});
  CHECK(string.name == "string");
  CHECK(string.moved == std::vector<std::int32_t>{0, 2, 3});
  CHECK(string.places == std::vector<std::int32_t>{1, 3, 0});
  CHECK(string.longest == 3);
}

TEST_CASE("two atoms that swap are a pair exchange, and four in a circle are a loop") {
  CHECK(of({{5, 6}, {6, 5}}).name == "pair exchange");
  const Mechanism loop = of({{5, 6}, {6, 10}, {10, 9}, {9, 5}});
  CHECK(loop.name == "loop");
  CHECK(loop.longest == 4);
}

TEST_CASE("a string that leads into a loop is named after the loop, and so is a loop beside a pair exchange") {
  const Mechanism both = of({{4, 5}, {5, 6}, {6, 10}, {10, 5}});
  CHECK(both.name == "loop");
  CHECK(both.longest == 4);
  CHECK(of({{0, 1}, {1, 0}, {5, 6}, {6, 10}, {10, 5}}).name == "loop");
}

TEST_CASE("displacements of another number of atoms have no mechanism") {
  CHECK_THROWS_AS(mechanism_of(lattice(), Positions::Zero(3, 15), cell(), threshold), InputError);
}
