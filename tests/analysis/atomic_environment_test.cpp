#include "analysis/atomic_environment.hpp"

#include <catch2/catch.hpp>

#include "analysis/group_statistics.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Configuration crystal() { return fcc(4.0, 4, elements_named({"Cu"})); }
constexpr double first_shell = 3.4;  // between 2.83 and 4 Angstrom

}  // namespace

TEST_CASE("an atom of a face-centred crystal has twelve neighbours, in a small cell by its images") {
  CHECK((coordination(crystal(), first_shell).array() == 12).all());
  CHECK((coordination(fcc(4.0, 1, elements_named({"Cu"})), first_shell).array() == 12).all());
  CHECK_THROWS_AS(coordination(crystal(), 0.0), InputError);
  CHECK_THROWS_AS(coordination(crystal(), 1e4), InputError);
}

TEST_CASE("D2min sees no uniform deformation and no drift, and of one moved atom what its neighbours do not follow") {
  const Configuration c = crystal();
  CHECK(non_affine(c, c.positions, first_shell).d2min.maxCoeff() < 1e-20);
  Positions drifted = c.positions.colwise() + Vector3d(0.3, -0.2, 0.1);
  CHECK(non_affine(c, drifted, first_shell).displacement.maxCoeff() < 1e-12);
  Positions wavy = c.positions;  // to first order an affine deformation around each atom
  constexpr double small = 1e-3;
  for (Eigen::Index i = 0; i < wavy.cols(); ++i) wavy(0, i) += small * std::sin(2 * std::numbers::pi * wavy(1, i) / 16.0);
  const NonAffine of_wave = non_affine(c, wavy, first_shell);
  CHECK(of_wave.displacement.maxCoeff() == Approx(small).epsilon(0.01));
  CHECK(of_wave.d2min.maxCoeff() < small * small);  // of 12 neighbours
  Positions one = c.positions;
  one(2, 5) += 0.5;
  const NonAffine of_one = non_affine(c, one, first_shell);
  // its 12 bonds all change by the same vector, of which no strain can take any off: they are as many to either side
  const double moved = 0.5 * (1.0 - 1.0 / static_cast<double>(c.atoms()));
  CHECK(of_one.displacement[5] == Approx(moved));
  CHECK(of_one.d2min[5] == Approx(12 * 0.25));
  CHECK_THROWS_AS(non_affine(c, c.positions.leftCols(3), first_shell), InputError);
}

TEST_CASE("the stress of an atom is over its own volume, and volumes fill the cell") {
  const Configuration c = crystal();
  const AtomicStress s = atomic_stress(c, std::vector<double>(static_cast<std::size_t>(c.atoms()), 0.16));
  CHECK(s.volume.sum() == Approx(c.cell.volume()));
  CHECK(s.stress[7] == Approx(0.01 * units::stress_GPa));
  CHECK_THROWS_AS(atomic_stress(c, {1.0}), InputError);
}

TEST_CASE("a compact group is found to cluster, a random one is not") {
  const Configuration c = crystal();
  Rng rng(2, 1);
  AtomSet near;
  for (Eigen::Index i = 0; i < c.atoms(); ++i)
    if (c.cell.nearest(c.positions.col(i) - c.positions.col(40)).norm() < first_shell) near.push_back(i);
  REQUIRE(near.size() == 13);
  const Clustering compact = clustering(c, near, first_shell, rng);
  CHECK(compact.contacts == 36);  // 12 to the centre, 24 between neighbours of it
  CHECK(compact.largest == 13);
  CHECK(compact.chance_of_contacts == Approx(1.0 / 201.0));
  // a pair of atoms touches with the chance 12/255
  CHECK(compact.contacts_by_chance == Approx(13 * 12 / 2 * 12.0 / 255.0).epsilon(0.1));
  int seldom = 0;
  for (int k = 0; k < 40; ++k) {
    AtomSet random;
    while (random.size() < 13) {
      const auto i = static_cast<Eigen::Index>(rng.below(256));
      if (std::find(random.begin(), random.end(), i) == random.end()) random.push_back(i);
    }
    std::sort(random.begin(), random.end());
    seldom += clustering(c, random, first_shell, rng).chance_of_contacts < 0.05 ? 1 : 0;
  }
  CHECK(seldom <= 6);
  CHECK_THROWS_AS(clustering(c, {}, first_shell, rng), InputError);
}

TEST_CASE("moments of a group and of all, and means over blocks with their errors") {
  const Eigen::Vector4d property(1, 2, 3, 6);
  const AtomSet group{0, 2};
  CHECK(moments(property).mean == Approx(3));
  CHECK(moments(property).variance == Approx(14.0 / 3.0));
  CHECK(moments(property, &group).mean == Approx(2));
  CHECK(moments(property, &group).variance == Approx(2));
  CHECK(shared_atoms({0, 2, 5}, {2, 3, 5}) == 2);
  CHECK(block_mean({1, 2, 3}).value == Approx(2));
  CHECK(block_mean({1, 2, 3}).error == Approx(1 / std::sqrt(3.0)));
  CHECK(std::isinf(block_mean({1}).error));
  const GroupAgainstAll moving{{1.1, 2.1, 3.2}, {1, 2, 3}};  // both move, their difference hardly does
  CHECK(moving.difference().value == Approx(0.4 / 3));
  CHECK(moving.difference().error == Approx(0.1 / 3));
}
