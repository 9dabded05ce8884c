#include "md/medium.hpp"

#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <thread>

#include "md/zero_modes.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// Forces on a few atoms near one, whose sum is 0.
Positions load_near(const Glass& glass, Eigen::Index atom, std::uint64_t seed) {
  Positions load = Positions::Zero(3, glass.basin.atoms());
  const Positions random = noise(glass.basin.atoms(), seed);
  for (const Eigen::Index i : {atom, atom + 1, atom + 2}) load.col(i) = 0.01 * random.col(i);
  load.colwise() -= Vector3d(load.rowwise().mean());
  return load;
}

/// The displacement without a shift of the whole that balances a load.
Positions exact_response(const Glass& glass, const Positions& load) {
  Surface surface = glass.surface();
  Eigen::MatrixXd hessian = Eigen::MatrixXd(surface.hessian(glass.basin.positions)->matrix());
  const Eigen::MatrixXd zero = zero_modes(surface, glass.basin.positions);
  hessian += zero * zero.transpose();
  const Eigen::VectorXd u = hessian.ldlt().solve(Eigen::VectorXd(load.reshaped()));
  return u.reshaped(3, load.cols());
}

}  // namespace

TEST_CASE("a medium gives way to two loads as its Hessian says") {
  const Glass& glass = glass_of_500();
  Surface surface = glass.surface();
  const auto medium = surface.medium(glass.basin.positions);
  REQUIRE(medium);
  const Positions one = load_near(glass, 7, 1), other = 0.1 * load_near(glass, 300, 2);
  const Medium::Responses response = medium->respond(one, other, 1e-10);
  CHECK(response.products > 5);
  const Positions loads[] = {one, other};
  for (std::size_t k = 0; k < 2; ++k) {
    const Positions exact = exact_response(glass, loads[k]);
    CHECK((response.to[k].displacement - exact).norm() < 2e-3 * exact.norm());
    CHECK(response.to[k].gain == Approx(0.5 * dot(loads[k], exact)).epsilon(1e-3));
    CHECK(response.to[k].left.norm() < 1e-2 * loads[k].norm());
  }
}

TEST_CASE("a medium knows where near neighbours move apart so far that what they feel is not linear any more") {
  const Glass& glass = glass_of_500();
  Surface surface = glass.surface();
  const auto medium = surface.medium(glass.basin.positions);
  REQUIRE(medium);
  const Positions before = noise(glass.basin.atoms(), 2), moved = 0.3 * noise(glass.basin.atoms(), 1);
  const auto changed = [&](Eigen::Index i, Eigen::Index j) {
    const double size = (moved.col(i) - moved.col(j)).norm();
    return size * (size + 2.0 * (before.col(i) - before.col(j)).norm());
  };
  const Eigen::VectorXd not_linear = medium->not_linear(before, moved);
  constexpr double near = 3.0, far = 5.0;  // Angstrom: in the first shell of all atoms, and beyond it
  for (Eigen::Index i = 0; i < glass.basin.atoms(); ++i) {
    double among_near = 0.0, among_far = 0.0;
    for (Eigen::Index j = 0; j < glass.basin.atoms(); ++j) {
      const double distance = glass.basin.cell.nearest(glass.basin.positions.col(i) - glass.basin.positions.col(j)).norm();
      if (distance < near) among_near = std::max(among_near, changed(i, j));
      if (distance < far) among_far = std::max(among_far, changed(i, j));
    }
    CHECK(not_linear[i] > 0.999 * among_near);
    CHECK(not_linear[i] < 1.001 * among_far);
  }
}

TEST_CASE("a glass that is a little off its minimum is led back to it, and gains what was said") {
  const Glass& glass = glass_of_500();
  Surface surface = glass.surface();
  const auto medium = surface.medium(glass.basin.positions);
  REQUIRE(medium);
  Positions off = noise(glass.basin.atoms(), 5);
  off.colwise() -= Vector3d(off.rowwise().mean());
  for (const double size : {1e-3, 2e-4}) {
    const Evaluation at = surface.evaluate(glass.basin.positions + size * off);
    const Medium::Responses response = medium->respond(at.forces, Positions::Zero(3, off.cols()), 1e-12);
    CHECK((response.to[0].displacement + size * off).norm() < 0.05 * (size * off).norm());  // the minimum itself is known to 1e-6 eV/A only
    CHECK(response.to[0].gain == Approx(at.energy - glass.energy).epsilon(10.0 * size + 1e-3));
    CHECK(response.to[1].displacement.isZero(0.0));
    CHECK(response.to[1].gain == 0.0);
  }
}

TEST_CASE("what a medium leaves of a load is what its Hessian leaves, for every law that is made of pairs, in a skewed cell") {
  int laws = 0;
  const Potentials potentials = builtin_potentials();
  for (const auto& entry : potentials.entries()) {
    const auto law = example_of(entry);
    if (law->dimension() < 3) continue;
    Configuration c = sample(law);
    Surface surface(law, c);
    c.positions = minimise(surface, c.positions, {.fmax = 1e-6}).positions;
    const auto medium = surface.medium(c.positions);
    if (!medium) continue;
    const Positions none = Positions::Zero(3, c.atoms()), forces = surface.evaluate(c.positions).forces;
    CHECK(medium->forces_after(none, none)[0] == forces);
    const std::array<Positions, 2> loads{0.01 * noise(c.atoms(), 1), 0.1 * noise(c.atoms(), 2)};
    const Medium::Responses response = medium->respond(loads[0], loads[1], 1e-6);
    const auto hessian = surface.hessian(c.positions);
    if (response.products > 1) ++laws;
    const std::array<Positions, 2> after = medium->forces_after(loads[0], loads[1]);  // any displacement
    for (std::size_t k = 0; k < loads.size(); ++k) {
      const Positions pull = hessian->times(loads[k]);
      CHECK((after[k] - (forces - pull)).norm() < 1e-5 * pull.norm());
      const Positions answer = hessian->times(response.to[k].displacement);
      Positions balanced = loads[k];
      balanced.colwise() -= Vector3d(balanced.rowwise().mean());
      CHECK((response.to[k].left - (balanced - answer)).norm() < 1e-5 * balanced.norm());
    }
  }
  CHECK(laws >= 4);
}

TEST_CASE("a response that is not asked for much takes few products and gains a part of what there is") {
  const Glass& glass = glass_of_500();
  Surface surface = glass.surface();
  const auto medium = surface.medium(glass.basin.positions);
  REQUIRE(medium);
  const Positions load = load_near(glass, 40, 3), none = Positions::Zero(3, load.cols());
  const Medium::Responses full = medium->respond(load, none, 1e-10), rough = medium->respond(load, none, 0.02 * full.to[0].gain);
  CHECK(rough.products < full.products);
  CHECK(rough.to[0].gain < full.to[0].gain);
  CHECK(rough.to[0].gain > 0.5 * full.to[0].gain);
  CHECK(medium->respond(load, none, 2.0 * full.to[0].gain).products == 0);
}

TEST_CASE("there is no medium where an atom is frozen, the cell has an end, or the law is not made of pairs") {
  const Glass& glass = glass_of_500();
  Surface frozen = glass.surface();
  CHECK(frozen.medium(glass.basin.positions));
  frozen.freeze({3});
  CHECK(!frozen.medium(glass.basin.positions));

  Configuration open = glass.basin;
  open.cell = Cell(open.cell.lattice(), {true, true, false});
  Surface film(glass.potential, open);
  CHECK(!film.medium(open.positions));

  const auto silicon = potential("sw:Si.sw");
  const Configuration c = sample(silicon, 2);
  Surface surface(silicon, c);
  CHECK(!surface.medium(c.positions));
}

TEST_CASE("surfaces that are alike share what they know of a place: it is made once, and forgotten by the one that becomes another") {
  const Glass& glass = glass_of_500();
  const auto models = std::make_shared<Models>();
  const auto like_others = [&] { return Surface(glass.potential, glass.basin, {.models = models}); };
  Surface one = like_others(), other = like_others();
  std::array<std::shared_ptr<const Medium>, 2> media;
  std::thread beside([&] { media[1] = other.medium(glass.basin.positions); });
  media[0] = one.medium(glass.basin.positions);
  beside.join();
  REQUIRE(media[0]);
  CHECK(media[0] == media[1]);
  CHECK(one.calls() == 1);
  CHECK(other.calls() == 1);
  CHECK(one.network(glass.basin.positions) == other.network(glass.basin.positions));

  other.freeze({3});
  CHECK(!other.medium(glass.basin.positions));
  CHECK(one.medium(glass.basin.positions) == media[0]);
  CHECK(like_others().medium(glass.basin.positions) == media[0]);
  CHECK(glass.surface().medium(glass.basin.positions) != media[0]);
}
