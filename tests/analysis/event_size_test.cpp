#include "analysis/event_size.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;

namespace {

Cell skewed() {
  Matrix3d lattice;
  lattice << 20, 6, -5, 0, 18, 7, 0, 0, 16;
  return Cell(lattice, {true, true, true}, Vector3d(-3, 4, 2));
}

Species alternating(int atoms) {
  Species species{elements_named({"Cu", "Zr"}), {}};
  for (int i = 0; i < atoms; ++i) species.element_of.push_back(i % 2);
  return species;
}

Positions scattered(int atoms, const Cell& cell, std::uint64_t seed) {
  Rng rng(seed, stream_of("scattered"));
  Positions x(3, atoms);
  for (Eigen::Index i = 0; i < atoms; ++i)
    x.col(i) = cell.origin() + cell.lattice() * Vector3d(rng.uniform(), rng.uniform(), rng.uniform());
  return x;
}

Positions noise(int atoms, double size, std::uint64_t seed) {
  Rng rng(seed, stream_of("noise"));
  Positions x(3, atoms);
  for (double& value : x.reshaped()) value = size * rng.normal();
  return x;
}

void same(const EventSize& a, const EventSize& b) {
  CHECK(a.displacements.isApprox(b.displacements, 1e-9));
  CHECK(a.participation == Approx(b.participation));
  CHECK(a.moved == b.moved);
  CHECK(a.moved_of == b.moved_of);
  CHECK(a.largest == Approx(b.largest));
  CHECK(a.largest_atom == b.largest_atom);
  CHECK(a.total == Approx(b.total));
}

}  // namespace

TEST_CASE("one of N atoms moved alone participates as 1 + 2/N, n equal ones as n") {
  const int atoms = 1000;
  const Cell cell = Cell::cubic(40);
  const Positions start = scattered(atoms, cell, 1);
  Positions end = start;
  end.col(7) += Vector3d(0.6, 0, 0.8);
  const EventSize one = event_size(start, end, cell, alternating(atoms), 0.1);
  CHECK(one.participation == Approx(1 + 2.0 / atoms).epsilon(1e-4));
  CHECK(one.moved == 1);
  CHECK(one.moved_of == std::vector<std::size_t>{0, 1});
  CHECK(one.largest_atom == 7);
  CHECK(one.largest == Approx(1 - 1.0 / atoms));
  CHECK(one.total == Approx(std::sqrt(1 - 1.0 / atoms)));
  REQUIRE(one.centre);
  CHECK(cell.nearest(*one.centre - start.col(7)).norm() < 0.05);

  for (const int i : {8, 9, 10, 11, 13}) end.col(i) += Vector3d(0, i % 2 ? 1 : -1, 0);
  end.col(12) += Vector3d(0, 1, 0);
  const EventSize seven = event_size(start, end, cell, alternating(atoms), 0.1);
  CHECK(seven.participation == Approx(7).epsilon(0.02));
  CHECK(seven.moved_of == std::vector<std::size_t>{3, 4});
}

TEST_CASE("displacements across the faces of a skewed cell are as long as those inside") {
  const int atoms = 60;
  const Cell cell = skewed();
  const Positions start = scattered(atoms, cell, 2), moves = noise(atoms, 0.3, 3);
  const Positions end = start + moves;
  const EventSize plain = event_size(start, end, cell, alternating(atoms), 0.4);
  CHECK(plain.displacements.isApprox(moves.colwise() - moves.rowwise().mean(), 1e-9));
  const Eigen::VectorXd lengths = (moves.colwise() - moves.rowwise().mean()).colwise().norm();
  CHECK(static_cast<Eigen::Index>(plain.moved) == (lengths.array() > 0.4).count());
  CHECK(plain.moved > 0);
  CHECK(plain.moved < 60);
  CHECK(plain.doubts.empty());
  Rng rng(4, 0);
  Positions folded = end;
  for (Eigen::Index i = 0; i < atoms; ++i)
    for (int k = 0; k < 3; ++k)
      folded.col(i) += (static_cast<double>(rng.below(7)) - 3.0) * cell.lattice().col(k);
  same(plain, event_size(start, folded, cell, alternating(atoms), 0.4));
}

TEST_CASE("a drift of any length is found and taken off, even one of half the cell") {
  const int atoms = 60;
  const Cell cell = skewed();
  const Positions start = scattered(atoms, cell, 5), moves = noise(atoms, 0.3, 6);
  const EventSize plain = event_size(start, start + moves, cell, alternating(atoms), 0.4);
  const Vector3d half = 0.5 * cell.lattice().col(0) + 0.5 * cell.lattice().col(2);
  for (const Vector3d& drift : {Vector3d(0.7, -0.3, 0.2), Vector3d(100, 33, -8), half}) {
    Positions end = (start + moves).colwise() + drift;
    for (Eigen::Index i = 0; i < atoms; ++i) end.col(i) = cell.wrapped(end.col(i));
    const EventSize moved = event_size(start, end, cell, alternating(atoms), 0.4);
    same(plain, moved);
    CHECK(cell.nearest(moved.drift - drift - plain.drift).norm() < 1e-9);
    CHECK(moved.displacements.rowwise().sum().norm() < 1e-9);
  }
}

TEST_CASE("the centre of an event across a corner of the cell is at the corner") {
  const Cell cell = skewed();
  Positions start = scattered(200, cell, 7);
  const Vector3d corner = cell.origin();
  Rng rng(8, 0);
  for (Eigen::Index i = 0; i < 6; ++i) {
    const Vector3d away = (i % 2 ? 1.0 : -1.0) * (i < 2   ? Vector3d(1, 0, 0)
                                                  : i < 4 ? Vector3d(0, 1, 0)
                                                          : Vector3d(0, 0, 1));
    start.col(i) = cell.wrapped(corner + away);
  }
  Positions end = start;
  for (Eigen::Index i = 0; i < 6; ++i) end.col(i) += Vector3d(0, 0, 0.5);
  const EventSize event = event_size(start, end, cell, alternating(200), 0.1);
  REQUIRE(event.centre);
  CHECK(cell.nearest(*event.centre - corner).norm() < 0.3);  // the drift gives all others a small weight
  const Vector3d s = cell.fractional(*event.centre);
  for (int k = 0; k < 3; ++k) CHECK((s[k] >= 0 && s[k] < 1));
}

TEST_CASE("an open cluster keeps its long displacements, and a slab those along its open direction") {
  Positions start = scattered(4, Cell::cubic(5), 9), end = start;
  end.col(0) += Vector3d(0, 0, 30);
  end.col(1) -= Vector3d(0, 0, 30);
  const EventSize cluster = event_size(start, end, Cell(), alternating(4), 1.0);
  CHECK(cluster.largest == Approx(30));
  CHECK(cluster.participation == Approx(2));
  CHECK(cluster.doubts.empty());
  const EventSize slab =
      event_size(start, end, Cell(5 * Matrix3d::Identity(), {true, true, false}), alternating(4), 1.0);
  CHECK(slab.largest == Approx(30));
}

TEST_CASE("a jump of a third of the cell may have gone the other way round, and that is said") {
  const Cell cell = Cell::cubic(10);
  const Positions start = scattered(50, cell, 10);
  Positions end = start;
  end.col(3) += Vector3d(3.6, 0, 0);
  CHECK_THAT(event_size(start, end, cell, alternating(50), 0.1).doubts.at(0), Catch::Contains("other way"));
  end.col(3) -= Vector3d(1.0, 0, 0);
  CHECK(event_size(start, end, cell, alternating(50), 0.1).doubts.empty());
}

TEST_CASE("without motion nothing participates and there is no centre") {
  const Cell cell = Cell::cubic(10);
  const Positions start = scattered(5, cell, 11);
  const EventSize still = event_size(start, start, cell, alternating(5), 0.0);
  CHECK(still.participation == 0);
  CHECK(still.moved == 0);
  CHECK(still.largest == 0);
  CHECK_FALSE(still.centre);
}

TEST_CASE("events of unequal counts, without atoms or with odd numbers are refused") {
  const Cell cell = Cell::cubic(10);
  const Positions start = scattered(5, cell, 12);
  Positions broken = start;
  broken(1, 1) = std::nan("");
  CHECK_THROWS_AS(event_size(start, start.leftCols(4), cell, alternating(5), 0.1), InputError);
  CHECK_THROWS_AS(event_size(start, start, cell, alternating(4), 0.1), InputError);
  CHECK_THROWS_AS(event_size(Positions(3, 0), Positions(3, 0), cell, alternating(0), 0.1), InputError);
  CHECK_THROWS_AS(event_size(start, broken, cell, alternating(5), 0.1), InputError);
  CHECK_THROWS_AS(event_size(start, start, cell, alternating(5), -0.1), InputError);
  CHECK_THROWS_AS(event_size(start, start, cell, alternating(5), std::nan("")), InputError);
}
