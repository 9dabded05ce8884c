#include "landscape/same_basin.hpp"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>

#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

CommonFrame frame_of(const Configuration& c) { return {c.species, c.cell}; }

Match compare(const Configuration& c, const Positions& a, const Positions& b, SameBasin options = {}) {
  const Match there = same_basin(frame_of(c), {a, -1.0}, {b, -1.0}, options);
  const Match back = same_basin(frame_of(c), {b, -1.0}, {a, -1.0}, options);
  CHECK(there.same == back.same);
  CHECK(there.permuted == back.permuted);
  CHECK(there.distance == Approx(back.distance).margin(1e-9));
  CHECK(there.largest_displacement == Approx(back.largest_displacement).margin(1e-9));
  return there;
}

Positions noisy(const Positions& x, double size, Rng& rng) {
  Positions y = x;
  for (double& c : y.reshaped()) c += size * (2.0 * rng.uniform() - 1.0);
  return y;
}

/// Every atom moved by lattice vectors of its own along the periodic directions.
Positions other_images(const Configuration& c, const Positions& x, Rng& rng) {
  Positions y = x;
  for (Eigen::Index i = 0; i < y.cols(); ++i)
    for (Eigen::Index k = 0; k < 3; ++k)
      if (c.cell.periodic()[static_cast<std::size_t>(k)])
        y.col(i) += (static_cast<double>(rng.below(5)) - 2.0) * c.cell.lattice().col(k);
  return y;
}

/// The atoms of an element.
std::vector<Eigen::Index> atoms_of(const Configuration& c, int element) {
  std::vector<Eigen::Index> atoms;
  for (Eigen::Index i = 0; i < c.atoms(); ++i)
    if (c.species->element_of[static_cast<std::size_t>(i)] == element) atoms.push_back(i);
  return atoms;
}

/// Like atoms in another order, none in its place (Sattolo's cycle, within each element).
Positions shuffled(const Configuration& c, const Positions& x, Rng& rng) {
  Positions y = x;
  for (const int element : {0, 1}) {
    const auto atoms = atoms_of(c, element);
    for (std::size_t i = atoms.size(); i-- > 1;) y.col(atoms[i]).swap(y.col(atoms[rng.below(i)]));
  }
  return y;
}

}  // namespace

TEST_CASE("a structure in another guise is the same basin") {
  for (const std::array<bool, 3>& periodic : {std::array{true, true, true}, std::array{true, true, false}})
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const Configuration c = disordered(4, seed, periodic);
      Rng rng(seed, stream_of("guises"));
      const Vector3d drift = 20.0 * Vector3d(rng.uniform(), rng.uniform(), rng.uniform());
      const Vector3d half_cell = 0.5 * c.cell.lattice().col(0);
      const Positions& x = c.positions;
      INFO("seed " << seed);
      CHECK(compare(c, x, x).largest_displacement == Approx(0).margin(1e-12));
      CHECK(compare(c, x, other_images(c, x, rng)).same);
      CHECK(compare(c, x, x.colwise() + drift).same);
      CHECK(compare(c, x, noisy(x.colwise() + half_cell, 0.03, rng)).same);
      const Match all_at_once =
          compare(c, x, other_images(c, shuffled(c, noisy(x.colwise() + drift, 0.02, rng), rng), rng));
      CHECK(all_at_once.same);
      CHECK(all_at_once.permuted);
      CHECK(all_at_once.largest_displacement < 0.06);
      CHECK(all_at_once.distance < 0.02 * std::sqrt(3.0 * 64.0));
    }
}

TEST_CASE("an atom moved beyond the tolerance makes another basin, at its distance") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Configuration c = disordered(3, seed);
    Positions moved = c.positions.colwise() + Vector3d(9, -4, 2);
    moved.col(5) += Vector3d(0.3, 0, 0.4);
    const Match match = compare(c, c.positions, moved);
    CHECK_FALSE(match.same);
    CHECK(match.largest_displacement == Approx(0.5));
    CHECK(match.distance == Approx(0.5));
    moved.col(5) -= 0.9 * Vector3d(0.3, 0, 0.4);
    CHECK(compare(c, c.positions, moved).same);
    CHECK_FALSE(compare(c, c.positions, moved, {.displacement = 0.02}).same);
  }
}

TEST_CASE("like atoms may change places, unlike atoms may not") {
  const Configuration c = disordered(3, 1);
  const auto cu = atoms_of(c, 0), zr = atoms_of(c, 1);
  Positions ring = c.positions;
  ring.col(cu[0]) = c.positions.col(cu[1]);
  ring.col(cu[1]) = c.positions.col(cu[2]);
  ring.col(cu[2]) = c.positions.col(cu[0]) + Vector3d(0.05, 0, 0);
  const Match match = compare(c, c.positions, ring);
  CHECK(match.same);
  CHECK(match.permuted);
  CHECK(match.largest_displacement == Approx(0.05));
  Positions unlike = c.positions;
  unlike.col(cu[0]).swap(unlike.col(zr[0]));
  CHECK_FALSE(compare(c, c.positions, unlike).same);
}

TEST_CASE("two atoms cannot share a site") {
  const Configuration c = disordered(3, 1);
  const auto cu = atoms_of(c, 0);
  Positions one_moved = c.positions, three_moved = c.positions;
  one_moved.col(cu[0]) = c.positions.col(cu[1]) + Vector3d(0.02, 0, 0);
  three_moved.col(cu[0]) = c.positions.col(cu[2]) + Vector3d(0.02, 0, 0);
  three_moved.col(cu[1]) = c.positions.col(cu[2]) - Vector3d(0.02, 0, 0);
  three_moved.col(cu[2]) = c.positions.col(cu[0]);
  CHECK_FALSE(compare(c, c.positions, one_moved).same);
  CHECK_FALSE(compare(c, c.positions, three_moved).same);
}

TEST_CASE("a vacancy next door is another basin") {
  auto species = std::make_shared<Species>(Species{elements_named({"Cu"}), std::vector<int>(31, 0)});
  Configuration unit{std::make_shared<Species>(Species{species->elements, {0, 0, 0, 0}}),
                     Cell::cubic(3.6),
                     Positions(3, 4),
                     {}};
  unit.positions << 0, 0, 1.8, 1.8, 0, 1.8, 0, 1.8, 0, 1.8, 1.8, 0;
  Configuration crystal = repeated(unit, {2, 2, 2});
  const Vector3d vacancy = crystal.positions.col(31);
  crystal.positions.conservativeResize(3, 31);
  crystal.species = species;
  Positions hopped = crystal.positions;
  Eigen::Index neighbour = 0;
  for (Eigen::Index i = 0; i < 31; ++i)
    if (crystal.cell.nearest(hopped.col(i) - vacancy).norm() < 2.6) neighbour = i;
  hopped.col(neighbour) = vacancy;
  CHECK_FALSE(compare(crystal, crystal.positions, hopped).same);
}

TEST_CASE("energies further apart than the window are never the same") {
  const Configuration c = disordered(2, 1);
  const auto at = [&](double energy) {
    return same_basin(frame_of(c), {c.positions, -5.0}, {c.positions, energy}, {});
  };
  CHECK(at(-5.0009).same);
  CHECK_FALSE(at(-5.0011).same);
  CHECK_FALSE(at(std::numeric_limits<double>::quiet_NaN()).same);
  CHECK(std::isinf(at(-5.0011).distance));
}

TEST_CASE("in a fixed frame a shift is another basin, an exchange of like atoms is not") {
  for (const std::array<bool, 3>& periodic :
       {std::array{true, true, true}, std::array{false, false, false}}) {
    const Configuration c = disordered(3, 1, periodic);
    Rng rng(1, stream_of("fixed"));
    const SameBasin fixed{.fixed_frame = true};
    CHECK(compare(c, c.positions, noisy(c.positions, 0.03, rng), fixed).same);
    CHECK(compare(c, c.positions, shuffled(c, c.positions, rng), fixed).same);
    CHECK_FALSE(compare(c, c.positions, c.positions.colwise() + Vector3d(0, 0.2, 0), fixed).same);
    CHECK(compare(c, c.positions, c.positions.colwise() + Vector3d(0, 0.2, 0)).same);
  }
}

TEST_CASE("a cluster rotated, reflected, moved and shuffled is the same basin") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Configuration c = disordered(2, seed, {false, false, false});
    Rng rng(seed, stream_of("clusters"));
    const Matrix3d turn =
        Eigen::Quaterniond(rng.normal(), rng.normal(), rng.normal(), rng.normal()).normalized().matrix();
    const Positions turned = (turn * noisy(c.positions, 0.02, rng)).colwise() + Vector3d(3, 2, 1);
    const Match plain = compare(c, c.positions, turned);
    CHECK(plain.same);
    CHECK_FALSE(plain.permuted);
    CHECK(compare(c, c.positions, -turned).same);
    CHECK(compare(c, c.positions, shuffled(c, turned, rng)).same);
  }
}

TEST_CASE("a cluster with an atom elsewhere or unlike atoms exchanged is another basin") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Configuration c = disordered(2, seed, {false, false, false});
    Positions moved = c.positions;
    moved.col(3) += Vector3d(0.5, 0, 0);
    CHECK_FALSE(compare(c, c.positions, moved).same);
    const auto cu = atoms_of(c, 0), zr = atoms_of(c, 1);
    if (cu.empty() || zr.empty()) continue;
    Positions unlike = c.positions;
    unlike.col(cu[0]).swap(unlike.col(zr[0]));
    CHECK_FALSE(compare(c, c.positions, unlike).same);
  }
}

TEST_CASE("the icosahedron of thirteen atoms is one basin in all its guises, and with an atom on a face it is another") {
  const double golden = 0.5 * (1.0 + std::sqrt(5.0));
  auto species = std::make_shared<Species>(Species{elements_named({"Ar"}), std::vector<int>(13, 0)});
  Configuration c{species, Cell(), Positions::Zero(3, 13), {}};
  Eigen::Index atom = 1;
  for (const double a : {-1.0, 1.0})
    for (const double b : {-golden, golden})
      for (int turn = 0; turn < 3; ++turn) {
        Vector3d corner;
        corner[turn] = 0;
        corner[(turn + 1) % 3] = a;
        corner[(turn + 2) % 3] = b;
        c.positions.col(atom++) = 1.7 * corner;
      }
  Positions on_a_face = c.positions;  // the corner furthest from a face sits on it
  Eigen::Index i = 1, j = -1, k = -1;
  const double edge = 2.0 * 1.7;
  for (Eigen::Index a = 2; a < 13; ++a)
    for (Eigen::Index b = 2; b < a; ++b)
      if (std::abs((c.positions.col(a) - c.positions.col(i)).norm() - edge) < 1e-9 &&
          std::abs((c.positions.col(b) - c.positions.col(i)).norm() - edge) < 1e-9 &&
          std::abs((c.positions.col(a) - c.positions.col(b)).norm() - edge) < 1e-9) {
        j = a;
        k = b;
      }
  REQUIRE(j > 0);
  const Vector3d face = (c.positions.col(i) + c.positions.col(j) + c.positions.col(k)) / 3.0;
  Eigen::Index furthest = 0;
  (c.positions.colwise() - face).colwise().squaredNorm().maxCoeff(&furthest);
  on_a_face.col(furthest) = face + std::sqrt(2.0 / 3.0) * edge * face.normalized();
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Rng rng(seed, stream_of("icosahedron"));
    const Matrix3d turn = Eigen::Quaterniond(rng.normal(), rng.normal(), rng.normal(), rng.normal()).normalized().matrix();
    const auto guise = [&](const Positions& x) -> Positions {
      Positions y = turn * noisy(x, 0.01, rng) * (seed % 2 == 0 ? 1.0 : -1.0);
      for (Eigen::Index a = 13; a-- > 1;) y.col(a).swap(y.col(static_cast<Eigen::Index>(rng.below(static_cast<std::size_t>(a)))));
      return y;
    };
    CHECK(compare(c, c.positions, guise(c.positions)).same);
    CHECK(compare(c, on_a_face, guise(on_a_face)).same);
    CHECK_FALSE(compare(c, c.positions, guise(on_a_face)).same);
  }
}

TEST_CASE("clusters with the same distances between other atoms are told apart") {
  // points of a line with the same 15 distances, not congruent (G. S. Bloom, J. Combin. Theory A 22, 378
  // (1977))
  auto species = std::make_shared<Species>(Species{elements_named({"Ar"}), std::vector<int>(6, 0)});
  Configuration c{species, Cell(), Positions::Zero(3, 6), {}};
  Positions other = c.positions;
  c.positions.row(0) << 0, 1, 4, 10, 12, 17;
  other.row(0) << 0, 1, 8, 11, 13, 17;
  const Match match = compare(c, c.positions, other);
  CHECK(match.largest_displacement == Approx(0).margin(1e-12));
  CHECK_FALSE(match.same);
}

TEST_CASE("the lengths between clusters are lower bounds") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Configuration c = disordered(2, seed, {false, false, false});
    Rng rng(seed, stream_of("bounds"));
    const Positions moved = noisy(c.positions, 0.5, rng);
    const Positions u = moved - c.positions;
    const Match match = compare(c, c.positions, shuffled(c, moved, rng));
    CHECK(match.largest_displacement <= std::sqrt(u.colwise().squaredNorm().maxCoeff()));
    CHECK(match.distance <= u.norm());
    CHECK(match.distance > 0);
  }
}

TEST_CASE("the smallest systems compare too") {
  for (const std::array<bool, 3>& periodic :
       {std::array{true, true, true}, std::array{false, false, false}}) {
    auto one = std::make_shared<Species>(Species{elements_named({"Ar"}), {0}});
    const Configuration atom{one, Cell(5.0 * Matrix3d::Identity(), periodic), Positions::Zero(3, 1), {}};
    CHECK(compare(atom, atom.positions, atom.positions.colwise() + Vector3d(1, 2, 3)).same);
    auto two = std::make_shared<Species>(Species{one->elements, {0, 0}});
    Configuration pair{two, Cell(5.0 * Matrix3d::Identity(), periodic), Positions::Zero(3, 2), {}};
    pair.positions.col(1) = Vector3d(1, 1.5, 0.5);
    Positions other = pair.positions.rowwise().reverse();
    CHECK(compare(pair, pair.positions, other).same);
    other.col(0) *= 1.3;
    CHECK_FALSE(compare(pair, pair.positions, other).same);
  }
}

TEST_CASE("frames differ by species, periodicity and, where periodic, by lattice") {
  const Configuration c = disordered(2, 1), other = disordered(2, 1);
  CHECK(same_frame(frame_of(c), frame_of(other)));
  CHECK_FALSE(same_frame(frame_of(c), frame_of(disordered(2, 3))));
  CHECK_FALSE(same_frame(frame_of(c), {c.species, Cell(c.cell.lattice(), {true, true, false})}));
  CHECK_FALSE(same_frame(frame_of(c), {c.species, c.cell.with_lattice(1.001 * c.cell.lattice())}));
  CHECK(
      same_frame({c.species, Cell()}, {c.species, Cell(2.0 * Matrix3d::Identity(), {false, false, false})}));
}
