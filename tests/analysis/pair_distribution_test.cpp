#include "analysis/pair_distribution.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "md/support/error.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// Points at random in a cell; kinds by turns.
Configuration gas(int atoms, const Cell& cell, Rng& rng, const std::vector<std::string>& names = {"Ar"}) {
  auto species = std::make_shared<Species>(Species{elements_named(names), {}});
  Configuration points{nullptr, cell, Positions(3, atoms), {}};
  for (int i = 0; i < atoms; ++i) {
    species->element_of.push_back(i % static_cast<int>(names.size()));
    points.positions.col(i) =
        cell.origin() + cell.lattice() * Vector3d(rng.uniform(), rng.uniform(), rng.uniform());
  }
  points.species = species;
  return points;
}

/// n^3 cells of four atoms each on a face-centred lattice; the atom at the corner is of another element if
/// asked for.
Configuration face_centred(double a, int n, bool ordered = false) {
  auto species = std::make_shared<Species>(Species{elements_named({"Cu", "Au"}), {ordered ? 1 : 0, 0, 0, 0}});
  Configuration unit{species, Cell::cubic(a), Positions(3, 4), {}};
  unit.positions << 0, 0, 0.5, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0.5, 0;
  unit.positions *= a;
  return repeated(unit, {n, n, n});
}

std::size_t bin_of(double r, double width) { return static_cast<std::size_t>(r / width); }

Cell skewed() {
  Matrix3d lattice;
  lattice << 7, 2.9, -2, 0, 6.5, 2.2, 0, 0, 5.8;
  return Cell(lattice, {true, true, true}, Vector3d(-3, 4, 2));
}

}  // namespace

TEST_CASE("a face-centred crystal has shells of 12, 6, 24 and 12 at the distances of its lattice") {
  const double a = 3.61, width = 0.05;
  const PairDistributions found = pair_distributions(face_centred(a, 4), 1.55 * a, width);
  const std::vector<std::pair<double, double>> shells{
      {a / std::sqrt(2), 12}, {a, 18}, {a * std::sqrt(1.5), 42}, {a * std::sqrt(2), 54}};
  for (const auto& [r, within] : shells) {
    CHECK(found.total.g[bin_of(r, width)].value > 1);
    CHECK(found.total.neighbours[bin_of(r, width) + 1] == Approx(within));
  }
  std::size_t filled = 0;
  for (const std::int64_t pairs : found.total.pairs) filled += pairs > 0 ? 1 : 0;
  CHECK(filled == 4);
  REQUIRE(found.total.shell);
  CHECK(found.total.shell->neighbours == Approx(12));
  CHECK(found.total.shell->radius > a / std::sqrt(2));
  CHECK(found.total.shell->radius < a);
  REQUIRE(found.partials.size() == 1);
  CHECK(found.partials[0].first == "Cu");
  CHECK(found.doubts.empty());
}

TEST_CASE("a warm crystal keeps its 12 neighbours out to the first minimum") {
  Rng rng(1, 0);
  Configuration crystal = face_centred(3.61, 5);
  for (double& x : crystal.positions.reshaped()) x += 0.1 * rng.normal();
  const PairDistributions found = pair_distributions(crystal, 6.0);
  REQUIRE(found.total.shell);
  CHECK(found.total.shell->neighbours == Approx(12).margin(0.2));
}

TEST_CASE("g of a warm crystal is highest at its shells, with a minimum between each two") {
  Rng rng(1, 0);
  Configuration crystal = face_centred(3.61, 6);
  for (double& x : crystal.positions.reshaped()) x += 0.08 * rng.normal();
  const PairDistribution g = pair_distributions(crystal, 6.0).total;
  REQUIRE(g.peaks.size() >= 4);
  for (const auto& [k, shell] : {std::pair{0, 0.5}, {1, 1.0}, {2, 1.5}, {3, 2.0}})
    CHECK(g.peaks[static_cast<std::size_t>(k)] == Approx(3.61 * std::sqrt(shell)).margin(0.08));
  REQUIRE(g.minima.size() + 1 >= g.peaks.size());
  for (std::size_t k = 0; k + 1 < g.peaks.size(); ++k) {
    CHECK(g.minima[k] > g.peaks[k]);
    CHECK(g.minima[k] < g.peaks[k + 1]);
  }
}

TEST_CASE("in ordered AB3 twelve B surround an A and four A surround a B") {
  const PairDistributions found = pair_distributions(face_centred(3.75, 4, true), 5.0);
  REQUIRE(found.partials.size() == 3);
  const PairDistribution& unlike = found.partials[1];
  CHECK(unlike.first == "Cu");
  CHECK(unlike.second == "Au");
  REQUIRE(unlike.shell);
  CHECK(unlike.shell->neighbours == Approx(4));
  CHECK(unlike.shell->the_other_way == Approx(12));
  REQUIRE(found.partials[0].shell);
  CHECK(found.partials[0].shell->neighbours == Approx(8));
  CHECK(found.partials[2].neighbours.back() == Approx(6));
}

TEST_CASE("an ideal gas has g = 1 out to more than the cell, for few atoms and for each pair of elements") {
  Rng rng(2, stream_of("gas"));
  for (const Cell& cell : {Cell::cubic(8.0), skewed()}) {
    const int repeats = 400;
    std::vector<std::int64_t> total(4, 0), like(4, 0), unlike(4, 0);
    std::vector<double> per_count(12);
    for (int r = 0; r < repeats; ++r) {
      const PairDistributions found = pair_distributions(gas(6, cell, rng, {"Cu", "Zr"}), 10.0, 2.5);
      REQUIRE(found.partials.size() == 3);
      for (std::size_t k = 0; k < 4; ++k) {
        total[k] += found.total.pairs[k];
        like[k] += found.partials[0].pairs[k];
        unlike[k] += found.partials[1].pairs[k];
        const auto keep = [&](std::size_t at, const PairDistribution& g) {
          if (g.pairs[k] > 0) per_count[at + k] = g.g[k].value / static_cast<double>(g.pairs[k]);
        };
        keep(0, found.total);
        keep(4, found.partials[0]);
        keep(8, found.partials[1]);
      }
    }
    for (std::size_t k = 0; k < 4; ++k) {
      // 15, 3 and 9 pairs; N in place of N - 1 would miss 1 by 1/6 and 1/3
      CHECK(static_cast<double>(total[k]) * per_count[k] / repeats == Approx(1).margin(k == 0 ? 0.12 : 0.05));
      CHECK(static_cast<double>(like[k]) * per_count[4 + k] / repeats ==
            Approx(1).margin(k == 0 ? 0.25 : 0.1));
      CHECK(static_cast<double>(unlike[k]) * per_count[8 + k] / repeats ==
            Approx(1).margin(k == 0 ? 0.15 : 0.06));
    }
  }
}

TEST_CASE("the Poisson intervals of an ideal gas hold 1, and a gas has no first shell") {
  Rng rng(3, stream_of("poisson gas"));
  int held = 0, bins = 0, shells = 0;
  for (int r = 0; r < 40; ++r) {
    const PairDistributions found = pair_distributions(gas(300, Cell::cubic(20.0), rng), 9.0, 0.1);
    for (const Estimate& g : found.total.g) {
      held += holds(g.interval, 1.0) ? 1 : 0;
      ++bins;
    }
    shells += found.total.shell ? 1 : 0;
  }
  CHECK(bins == 40 * 90);
  CHECK(static_cast<double>(held) / bins > 0.94);
  CHECK(static_cast<double>(held) / bins < 0.985);
  CHECK(shells <= 1);
}

TEST_CASE(
    "pairs and neighbours are those that trying every image finds, in a skewed cell smaller than the range") {
  Rng rng(4, 0);
  const double range = 9.0, width = 0.45;  // no lattice vector ends on an edge
  Configuration points = gas(15, skewed(), rng, {"Cu", "Zr"});
  points.positions.col(3) += 5 * points.cell.lattice().col(1);
  const PairDistributions found = pair_distributions(points, range, width);
  std::vector<std::int64_t> others(20, 0), with_images(20, 0);
  for (Eigen::Index i = 0; i < 15; ++i)
    for (Eigen::Index j = 0; j < 15; ++j)
      for (int a = -12; a <= 12; ++a)
        for (int b = -12; b <= 12; ++b)
          for (int c = -5; c <= 5; ++c) {
            const double r = (points.positions.col(j) - points.positions.col(i) +
                              points.cell.lattice() * Vector3d(a, b, c))
                                 .norm();
            if (r >= range || r == 0) continue;
            ++with_images[bin_of(r, width)];
            if (i != j) ++others[bin_of(r, width)];
          }
  std::int64_t within = 0;
  for (std::size_t k = 0; k < 20; ++k) {
    within += with_images[k];
    CHECK(2 * found.total.pairs[k] == others[k]);
    CHECK(found.total.neighbours[k] == Approx(static_cast<double>(within) / 15));
    std::int64_t sum = 0;
    for (const PairDistribution& partial : found.partials) sum += partial.pairs[k];
    CHECK(sum == found.total.pairs[k]);
  }
  REQUIRE(found.doubts.size() == 1);
  CHECK_THAT(found.doubts.front(), Catch::Contains("own images at 6.518"));  // |c|
}

TEST_CASE("repeating a crystal leaves its neighbours alone") {
  const PairDistributions one = pair_distributions(face_centred(3.61, 1), 6.3, 0.1);
  const PairDistributions many = pair_distributions(face_centred(3.61, 4), 6.3, 0.1);
  for (std::size_t k = 0; k < one.total.neighbours.size(); ++k)
    CHECK(one.total.neighbours[k] == Approx(many.total.neighbours[k]));
  CHECK(one.doubts.size() == 1);
  CHECK(many.doubts.empty());
}

TEST_CASE("an element with one atom has no pair with itself") {
  Rng rng(5, 0);
  const PairDistributions found = pair_distributions(gas(3, Cell::cubic(9), rng, {"Cu", "Zr"}), 4.0);
  REQUIRE(found.partials.size() == 2);
  CHECK(found.partials[0].second == "Cu");
  CHECK(found.partials[1].first == "Cu");
  CHECK(found.partials[1].second == "Zr");
}

TEST_CASE("pair distributions without volume, of odd bins or of absurd size are refused") {
  Rng rng(6, 0);
  const Configuration points = gas(20, Cell::cubic(9), rng);
  Configuration open = points, slab = points, broken = points;
  open.cell = Cell();
  slab.cell = Cell(points.cell.lattice(), {true, true, false});
  broken.positions(1, 2) = std::nan("");
  CHECK_THROWS_WITH(pair_distributions(open, 4), Catch::Contains("no volume"));
  CHECK_THROWS_AS(pair_distributions(slab, 4), InputError);
  CHECK_THROWS_AS(pair_distributions(broken, 4), FormatError);
  CHECK_THROWS_AS(pair_distributions(gas(1, Cell::cubic(9), rng), 4), InputError);
  for (const double width : {0.0, -1.0, std::nan(""), 1e-9, 5.0})
    CHECK_THROWS_AS(pair_distributions(points, 4, width), InputError);
  for (const double range : {0.0, -1.0, std::nan(""), 0.01, 1e300})
    CHECK_THROWS_AS(pair_distributions(points, range), InputError);
  CHECK_THROWS_WITH(pair_distributions(points, 900.0), Catch::Contains("shorter"));
  CHECK_THROWS_AS(pair_distributions(points, 4, 0.1, 0.0), InputError);
}
