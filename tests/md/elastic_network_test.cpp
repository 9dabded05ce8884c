#include "md/elastic_network.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "md/minimise.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const std::shared_ptr<const Potential>& law() {
  static const auto pairs = potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  return pairs;
}

Configuration glass() { return sample(law(), 2); }

/// Forces whose sum is 0.
Positions balanced(Eigen::Index atoms, std::uint64_t seed) {
  const Positions f = noise(atoms, seed);
  return f.colwise() - Vector3d(f.rowwise().mean());
}

}  // namespace

TEST_CASE("the step of an elastic network is linear in the force, symmetric and downhill") {
  const Configuration c = glass();
  for (const bool frozen : {false, true}) {
    Surface surface(law(), c);
    if (frozen) surface.freeze({0, 5});
    const ElasticNetwork network(surface.hessian(c.positions)->springs(), surface.free(), !frozen);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Positions a = balanced(c.atoms(), seed).cwiseProduct(surface.free());
      const Positions b = balanced(c.atoms(), 10 + seed).cwiseProduct(surface.free());
      CHECK(dot(a, network.solve(a)) > 0);
      CHECK(dot(a, network.solve(b)) == Approx(dot(b, network.solve(a))).epsilon(1e-9).margin(1e-9));
      CHECK((network.solve(2 * a - b) - 2 * network.solve(a) + network.solve(b)).norm() <
            1e-9 * network.solve(a).norm());
    }
  }
}

TEST_CASE("a floating network does not shift the whole, whatever the force, and a held one does") {
  const Configuration c = glass();
  Surface surface(law(), c);
  const auto springs = surface.hessian(c.positions)->springs();
  const Positions force = noise(c.atoms(), 3).colwise() + Vector3d(1, 2, -1);
  const Positions step = ElasticNetwork(springs, surface.free(), true).solve(force);
  CHECK(step.rowwise().mean().norm() < 1e-12 * step.norm());
  const Positions held = ElasticNetwork(springs, surface.free(), false).solve(force);
  CHECK(held.rowwise().mean().norm() > 0.01 * held.norm());
}

TEST_CASE("frozen coordinates get no step, and a force on them moves nothing else") {
  const Configuration c = glass();
  Surface surface(law(), c);
  surface.freeze({0, 5});
  const auto springs = surface.hessian(c.positions)->springs();
  const ElasticNetwork network(springs, surface.free(), false);
  const Positions force = noise(c.atoms(), 3);
  const Positions step = network.solve(force.cwiseProduct(surface.free()));
  CHECK(step.col(0).norm() == 0.0);
  CHECK(step.col(5).norm() == 0.0);
  CHECK(step.col(1).norm() > 0.0);
  CHECK(network.solve(force).cwiseProduct(surface.free()) == step);
}

TEST_CASE("a chain held at its ends is solved exactly") {
  // atoms 0 to 4 on a line, springs of 2 eV/Angstrom^2 along x and 0.5 across; its incomplete factors are
  // complete
  constexpr double along = 2.0, across = 0.5;
  std::vector<Spring> springs;
  for (int i = 1; i < 5; ++i) springs.push_back({i, i - 1, Vector3d::UnitX(), 1.0, along, across});
  Positions free = Positions::Ones(3, 5);
  free.col(0).setZero();
  free.col(4).setZero();
  const ElasticNetwork network(springs, free, false);
  Positions force = Positions::Zero(3, 5);
  force.col(2) = Vector3d(1, 1, 0);
  const Positions step = network.solve(force);
  // two springs in a row on each side: the middle moves by f/k, its neighbours by half of it
  Positions expected(3, 5);
  expected << 0, 0.25, 0.5, 0.25, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0;
  CHECK((step - expected).cwiseAbs().maxCoeff() <
        0.03);  // the network is held a little by a spring of its own
  CHECK(network.spacing() == 1.0);
}

TEST_CASE("springs that push apart and springs beyond one and a half spacings are left out") {
  const Positions free = Positions::Ones(3, 4);
  const Vector3d x = Vector3d::UnitX(), y = Vector3d::UnitY();
  const std::vector<Spring> near{
      {1, 0, x, 1.0, 2.0, 0.5}, {2, 1, x, 1.0, 2.0, 0.5}, {3, 2, x, 1.0, 2.0, 0.5}};
  std::vector<Spring> more = near;
  more.push_back({2, 0, y, 1.51, 9.0, 9.0});
  more.push_back({3, 1, x, 1.0, -3.0, -1.0});
  more.push_back({1, 1, x, 1.0, 5.0, 5.0});  // an atom and its own image
  const Positions force = balanced(4, 1);
  const Positions step = ElasticNetwork(near, free, true).solve(force);
  CHECK((ElasticNetwork(more, free, true).solve(force) - step).norm() < 1e-12 * step.norm());
  more.push_back({2, 0, y, 1.49, 9.0, 9.0});
  CHECK((ElasticNetwork(more, free, true).solve(force) - step).norm() > 0.01 * step.norm());
}

TEST_CASE("an elastic network conditions the Hessian of a glass: its spread of eigenvalues shrinks") {
  const Configuration c = glass();
  Surface surface(law(), c);
  const Positions x = minimise(surface, c.positions, {.fmax = 1e-6}).positions;
  const auto hessian = surface.hessian(x);
  const ElasticNetwork network(hessian->springs(), surface.free(), true);
  const Eigen::MatrixXd h = hessian->matrix();
  Eigen::MatrixXd product(h.rows(), h.cols());
  for (Eigen::Index k = 0; k < h.cols(); ++k) {
    const Positions column = Eigen::Map<const Positions>(h.col(k).data(), 3, c.atoms());
    product.col(k) = network.solve(column).reshaped();
  }
  const auto spread = [](Eigen::VectorXd values) {  // without the three translations
    std::sort(values.begin(), values.end());
    return values[values.size() - 1] / values[3];
  };
  const double before = spread(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h).eigenvalues());
  const double after = spread(Eigen::EigenSolver<Eigen::MatrixXd>(product).eigenvalues().real());
  CHECK(before > 0);
  CHECK(after > 0);
  CHECK(after < 0.5 * before);
}

TEST_CASE(
    "a following network is renewed after an atom has moved by a fifth of the spacing, at the price of a "
    "call") {
  const Configuration c = glass();
  Surface surface(law(), c);
  FollowingNetwork following(surface);
  const auto first = following.at(c.positions);
  REQUIRE(first != nullptr);
  CHECK(first->spacing() == Approx(2.7).margin(0.4));
  CHECK(surface.calls() == 1);
  Positions moved = c.positions;
  moved(1, 4) += 0.19 * first->spacing();
  CHECK(following.at(moved) == first);
  CHECK(following.at(c.positions) == first);
  CHECK(surface.calls() == 1);
  moved(1, 4) += 0.02 * first->spacing();
  const auto second = following.at(moved);
  CHECK(second != first);
  CHECK(surface.calls() == 2);
  CHECK(following.at(moved) == second);
  CHECK(surface.calls() == 2);
}

TEST_CASE("a surface keeps its network for those who ask at the same place, who are told the same number of calls") {
  const Configuration c = glass();
  Surface surface(law(), c);
  const auto first = surface.network(c.positions);
  REQUIRE(first != nullptr);
  CHECK(surface.calls() == 1);
  CHECK(surface.network(c.positions) == first);
  CHECK(surface.calls() == 2);
  Positions moved = c.positions;
  moved(1, 4) += 1e-9;
  CHECK(surface.network(moved) != first);
  const auto of_all = surface.network(c.positions);
  surface.freeze({3});
  CHECK(surface.network(c.positions) != of_all);
}

TEST_CASE("a following network that is told to keep one makes none") {
  const Configuration c = glass();
  Surface surface(law(), c);
  const auto kept = surface.network(c.positions);
  FollowingNetwork following(surface);
  following.keep(kept);
  CHECK(following.at(c.positions.array() + 10.0) == kept);
  CHECK(surface.calls() == 1);
}

TEST_CASE("the network that a walker follows floats only where nothing holds the whole") {
  const Configuration c = glass();
  const Positions force = noise(c.atoms(), 3).colwise() + Vector3d(1, 2, -1);
  Surface surface(law(), c);
  CHECK(FollowingNetwork(surface).at(c.positions)->solve(force).rowwise().mean().norm() < 1e-9);
  surface.freeze({3});
  CHECK(FollowingNetwork(surface)
            .at(c.positions)
            ->solve(force.cwiseProduct(surface.free()))
            .rowwise()
            .mean()
            .norm() > 1e-3);
}

TEST_CASE("a potential that is not made of pairs has no network and pays nothing for it") {
  const auto plane = potential("mueller-brown");
  const Configuration c = open_sample(plane);
  Surface surface(plane, c);
  FollowingNetwork following(surface);
  CHECK(following.at(c.positions) == nullptr);
  CHECK(following.at(Positions(c.positions.array() + 1.0)) == nullptr);
  CHECK(surface.calls() == 0);
}

TEST_CASE("the long waves of two forces at once are those of each, whatever stands in the fourth places") {
  const Configuration c = glass();
  Surface surface(law(), c);
  const LongWaves waves(surface.hessian(c.positions)->springs(), c.positions, c.cell, surface.free(), 4.0);
  const Positions forces[] = {noise(c.atoms(), 1), noise(c.atoms(), 2)};
  const auto atoms = static_cast<std::size_t>(c.atoms());
  Room<TwoVectors> room;
  TwoVectors *force = room.of(2 * atoms), *step = force + atoms;
  for (Eigen::Index i = 0; i < c.atoms(); ++i)
    for (int k = 0; k < 8; ++k) {
      force[i][k] = k % 4 == 3 ? 1e6F : static_cast<float>(forces[k / 4](k % 4, i));
      step[i][k] = 0.5F;
    }
  waves.add_of_both(force, step);
  for (int which = 0; which < 2; ++which) {
    const Positions exact = waves.solve(forces[which]);
    Positions added(3, c.atoms());
    for (Eigen::Index i = 0; i < c.atoms(); ++i) {
      CHECK(step[i][4 * which + 3] == 0.5F);
      for (int k = 0; k < 3; ++k) added(k, i) = static_cast<double>(step[i][4 * which + k]) - 0.5;
    }
    CHECK((added - exact).norm() < 1e-4 * exact.norm());
    CHECK(exact.norm() > 0.0);
  }
}

TEST_CASE("a wave as long as the cell: the grid of long waves gives back the displacement whose force it is told") {
  // springs of a simple cubic lattice, 1 eV/A^2 along and 0.4 across; a wave along x as long as the cell, which the grid resolves well
  constexpr int edge = 16;
  const auto number = [](int a, int b, int c) { return ((a + edge) % edge * edge + (b + edge) % edge) * edge + (c + edge) % edge; };
  std::vector<Spring> springs;
  Positions x(3, edge * edge * edge);
  for (int a = 0; a < edge; ++a)
    for (int b = 0; b < edge; ++b)
      for (int c = 0; c < edge; ++c) {
        const int i = number(a, b, c);
        x.col(i) << a, b, c;
        springs.push_back({i, number(a - 1, b, c), Vector3d::UnitX(), 1.0, 1.0, 0.4});
        springs.push_back({i, number(a, b - 1, c), Vector3d::UnitY(), 1.0, 1.0, 0.4});
        springs.push_back({i, number(a, b, c - 1), Vector3d::UnitZ(), 1.0, 1.0, 0.4});
      }
  const Cell cell = Cell::cubic(edge);
  Positions wave = Positions::Zero(3, x.cols());
  const double k = 2.0 * 3.14159265358979 / edge;
  for (Eigen::Index i = 0; i < x.cols(); ++i) wave(0, i) = std::sin(k * x(0, i)), wave(1, i) = std::cos(k * x(0, i));
  Positions force = wave;  // stiffness 2 (1 - cos k) times that of the spring along, or across
  force.row(0) *= 2.0 * (1.0 - std::cos(k)) * 1.0;
  force.row(1) *= 2.0 * (1.0 - std::cos(k)) * 0.4;
  const Positions step = LongWaves(springs, x, cell, Positions::Ones(3, x.cols()), 2.0).solve(force);
  CHECK((step - wave).norm() < 0.07 * wave.norm());  // what straight lines are off a wave
  CHECK(dot(step, force) < dot(wave, force));
  const Positions rough = LongWaves(springs, x, cell, Positions::Ones(3, x.cols()), 5.3).solve(force);
  CHECK(dot(rough, force) < dot(step, force));  // fewer nodes are stiffer
  CHECK(dot(rough, force) > 0.5 * dot(step, force));
  Positions held = Positions::Ones(3, x.cols());
  held.leftCols(edge * edge).setZero();
  CHECK(LongWaves(springs, x, cell, held, 2.0).solve(force).leftCols(edge * edge).norm() == 0.0);
}
