#include <catch2/catch.hpp>

#include <map>

#include "md/blocks.hpp"
#include "md/neighbours.hpp"
#include "md/support/error.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// Distances of all pairs (i, j with image) within a range, by trying every image: sorted per pair of atoms.
std::multimap<std::pair<int, int>, double> by_force(const Positions& x, const Cell& cell, double range) {
  std::multimap<std::pair<int, int>, double> pairs;
  Eigen::Vector3i most = Eigen::Vector3i::Zero();
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)]) most[k] = static_cast<int>(std::ceil(range / cell.heights()[k])) + 1;
  for (int i = 0; i < x.cols(); ++i)
    for (int j = 0; j < x.cols(); ++j) {
      const Vector3d d = cell.wrapped(x.col(j)) - cell.wrapped(x.col(i));
      for (int a = -most[0]; a <= most[0]; ++a)
        for (int b = -most[1]; b <= most[1]; ++b)
          for (int c = -most[2]; c <= most[2]; ++c) {
            const double r = (d + cell.lattice() * Vector3d(a, b, c)).norm();
            if (r < range && !(i == j && a == 0 && b == 0 && c == 0)) pairs.emplace(std::pair{i, j}, r);
          }
    }
  return pairs;
}

std::multimap<std::pair<int, int>, double> by_lists(const Positions& x, const Cell& cell, double range, ListKind kind) {
  Neighbours neighbours(range, std::vector<int>(static_cast<std::size_t>(x.cols()), 0), kind);
  neighbours.build(x, cell);
  const Atoms atoms = neighbours.atoms();
  std::multimap<std::pair<int, int>, double> pairs;
  for (Eigen::Index i = 0; i < atoms.count; ++i)
    for (const int j : atoms.neighbours_of(i)) {
      const int owner = atoms.owner[static_cast<std::size_t>(j)];
      const double r = (atoms.x.col(j) - atoms.x.col(i)).norm();
      pairs.emplace(std::pair{static_cast<int>(i), owner}, r);
      if (kind == ListKind::half) pairs.emplace(std::pair{owner, static_cast<int>(i)}, r);
    }
  return pairs;
}

void same(const std::multimap<std::pair<int, int>, double>& a, const std::multimap<std::pair<int, int>, double>& b) {
  std::map<std::pair<int, int>, std::vector<double>> left, right;
  for (const auto& [key, r] : a) left[key].push_back(r);
  for (const auto& [key, r] : b) right[key].push_back(r);
  REQUIRE(left.size() == right.size());
  for (auto& [key, distances] : left) {
    auto& others = right[key];
    REQUIRE(distances.size() == others.size());
    std::sort(distances.begin(), distances.end());
    std::sort(others.begin(), others.end());
    for (std::size_t k = 0; k < distances.size(); ++k) CHECK(distances[k] == Approx(others[k]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("lists hold exactly the pairs that trying every image finds") {
  Matrix3d tilted;
  tilted << 7, 2.9, -2, 0, 6.5, 2.2, 0, 0, 5.8;
  for (const double range : {1.5, 4.0, 9.0})
    for (const Cell& cell : {Cell::cubic(7.0), Cell(tilted), Cell(tilted, {true, false, true}), Cell(tilted, {true, true, true}, Vector3d(-3, 40, 2)), Cell()}) {
      const Positions x = 6.0 * noise(24, 11);
      const auto expected = by_force(x, cell, range);
      same(expected, by_lists(x, cell, range, ListKind::full));
      same(expected, by_lists(x, cell, range, ListKind::half));
    }
}

TEST_CASE("lists that follow moving atoms within the skin give the same energies as new lists") {
  const auto lj = potential("lj:epsilon=0.4,sigma=2.3,cutoff=5.5,truncation=smoothed");
  const Configuration c = sample(lj);
  Surface followed(lj, c, {.skin = 1.0});
  Positions x = c.positions;
  for (int step = 0; step < 30; ++step) {
    x += 0.05 * noise(x.cols(), static_cast<std::uint64_t>(step));
    Surface fresh(lj, c, {.skin = 0.0});
    fresh.restart(x);
    CHECK(followed.evaluate(x).energy == Approx(fresh.evaluate(x).energy).epsilon(1e-12));
  }
}

TEST_CASE("a block of listed atoms touches its own and their neighbours, and far from all of a large system") {
  const Configuration c = fcc(4.0, 10, elements_named({"Cu"}));
  const std::vector<Eigen::Index> order = order_in_space(c.positions, c.cell, 5.0);
  for (const ListKind kind : {ListKind::full, ListKind::half}) {
    Neighbours neighbours(5.0, std::vector<int>(static_cast<std::size_t>(c.atoms()), 0), kind);
    neighbours.build(c.positions(Eigen::all, order), c.cell);
    const Atoms atoms = neighbours.atoms();
    const std::size_t blocks = count_of_blocks(atoms.listed);
    REQUIRE(blocks > 1);
    int missed = 0, touched = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      const auto [begin, end] = block_of(atoms.listed, b);
      for (Eigen::Index i = begin; i < end; ++i) {
        missed += atoms.touching_at(i).has(b) ? 0 : 1;
        for (const int column : atoms.neighbours_of(i)) missed += atoms.touching_at(atoms.owner[static_cast<std::size_t>(column)]).has(b) ? 0 : 1;
      }
      for (Eigen::Index i = 0; i < atoms.count; ++i) touched += atoms.touching_at(i).has(b) ? 1 : 0;
    }
    CHECK(missed == 0);
    CHECK(touched < 4 * atoms.count);  // of 8 times as many
  }
}

TEST_CASE("a cell so small that images would exhaust memory is refused") {
  Neighbours neighbours(8.0, {0});
  CHECK_THROWS_WITH(neighbours.build(Positions::Zero(3, 1), Cell::cubic(0.01)), Catch::Contains("too small"));
}
