#include "md/local_modes.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "md/zero_modes.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Positions around(const Configuration& c, const std::vector<Eigen::Index>& atoms) {
  Positions local = Positions::Zero(3, c.atoms());
  for (const Eigen::Index i : atoms) local.col(i).setOnes();
  return local;
}

const std::vector<Eigen::Index> some{1, 4, 5, 9};

struct System {
  std::shared_ptr<const Potential> law = potential("eam-fs:CuZr_mm.eam.fs");
  Configuration c = sample(law);
  Surface surface{law, c};
  std::unique_ptr<Hessian> hessian = surface.hessian(c.positions);
};

Positions softened_often(const LocalModes& modes, const Hessian& hessian, Positions v, double softening, int times) {
  for (int k = 0; k < times; ++k) v = modes.softened(hessian, v, softening).vector;
  return v;
}

double overlap(const Positions& a, const Positions& b) { return std::abs(a.cwiseProduct(b).sum()); }

}  // namespace

TEST_CASE("a direction softened again and again is the lowest mode of the local atoms") {
  System s;
  const LocalModes modes(s.surface, s.c.positions, around(s.c, some));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> exact(s.hessian->block(some));
  const Positions v = softened_often(modes, *s.hessian, noise(s.c.atoms(), 3), 1e-3, 30);
  const Direction last = modes.softened(*s.hessian, v, 1e-3);
  CHECK(last.curvature == Approx(exact.eigenvalues()[0]).epsilon(1e-8));
  const Positions of_atoms = last.vector(Eigen::all, some);
  CHECK(std::abs(exact.eigenvectors().col(0).dot(of_atoms.reshaped())) == Approx(1.0).epsilon(1e-8));
}

TEST_CASE("a softened direction has unit length, its own curvature, and nothing on other atoms") {
  System s;
  const LocalModes modes(s.surface, s.c.positions, around(s.c, some));
  const Direction turned = modes.softened(*s.hessian, noise(s.c.atoms(), 3), 0.5);
  CHECK(turned.vector.norm() == Approx(1.0).epsilon(1e-12));
  CHECK(turned.vector.cwiseProduct(s.hessian->times(turned.vector)).sum() == Approx(turned.curvature).epsilon(1e-9));
  CHECK((turned.vector.array() * (1.0 - around(s.c, some).array())).matrix().isZero(0.0));
}

TEST_CASE("a large softening leaves a local direction as it is") {
  System s;
  const LocalModes modes(s.surface, s.c.positions, around(s.c, some));
  const Positions v = noise(s.c.atoms(), 3).cwiseProduct(around(s.c, some));
  CHECK(overlap(modes.softened(*s.hessian, v, 1e9).vector, v / v.norm()) == Approx(1.0).epsilon(1e-9));
}

TEST_CASE("the local atoms are never softer than the whole") {
  System s;
  const Eigen::MatrixXd all = s.hessian->matrix();
  const double lowest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(all).eigenvalues()[0];
  for (const std::vector<Eigen::Index>& atoms : {std::vector<Eigen::Index>{0}, some, {0, 1, 2, 3, 4, 5, 6, 7}}) {
    const LocalModes modes(s.surface, s.c.positions, around(s.c, atoms));
    const Positions v = softened_often(modes, *s.hessian, noise(s.c.atoms(), 3), 1e-3, 30);
    CHECK(modes.softened(*s.hessian, v, 1e-3).curvature >= lowest);
  }
}

TEST_CASE("frozen coordinates take no part") {
  System s;
  s.surface.freeze({4});
  s.hessian = s.surface.hessian(s.c.positions);
  const LocalModes modes(s.surface, s.c.positions, around(s.c, some));
  CHECK(modes.softened(*s.hessian, noise(s.c.atoms(), 3), 0.1).vector.col(4).isZero(0.0));
}

TEST_CASE("a cluster that is all local is not turned towards its rotations") {
  const auto law = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = open_sample(law);
  Surface surface(law, c);
  const auto hessian = surface.hessian(c.positions);
  const LocalModes modes(surface, c.positions, Positions::Ones(3, c.atoms()));
  Positions v = noise(c.atoms(), 3);
  physical_directions(surface, c.positions)(v);
  v = softened_often(modes, *hessian, v, 1e-3, 10);
  const Eigen::MatrixXd zero = zero_modes(surface, c.positions);
  REQUIRE(zero.cols() == 6);
  CHECK((zero.transpose() * v.reshaped()).norm() < 1e-9);
}
