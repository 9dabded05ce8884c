#include "md/log_determinant.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "md/spectrum.hpp"
#include "md/symmetric.hpp"
#include "md/zero_modes.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// ln|det'| and inertia from all eigenvalues, by Eigen and with the zero modes of the whole matrix sorted out by size.
LogDeterminant by_eigenvalues(Surface& surface, const Positions& x) {
  const Eigen::VectorXd mass = surface.species()->masses().transpose().replicate(3, 1).reshaped();
  Eigen::MatrixXd k = surface.hessian(x)->matrix();
  k = (mass.cwiseSqrt().cwiseInverse().asDiagonal() * k * mass.cwiseSqrt().cwiseInverse().asDiagonal()).eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(k, Eigen::EigenvaluesOnly);
  std::vector<double> values(solver.eigenvalues().begin(), solver.eigenvalues().end());
  std::sort(values.begin(), values.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  const Eigen::Index still = (surface.free().array() == 0.0).count() + zero_modes(surface, x).cols();
  LogDeterminant sum;
  for (std::size_t n = static_cast<std::size_t>(still); n < values.size(); ++n) {
    sum.value += std::log(std::abs(values[n]));
    sum.negative += values[n] < 0.0;
    ++sum.modes;
  }
  return sum;
}

void check_same(const LogDeterminant& a, const LogDeterminant& b) {
  CHECK(std::abs(a.value - b.value) < 1e-8 * std::abs(b.value));
  CHECK(a.negative == b.negative);
  CHECK(a.modes == b.modes);
}

/// A Lennard-Jones cluster relaxed from these positions; epsilon = sigma = mass = 1, no cutoff.
Configuration cluster(const Positions& start) {
  const auto lj = potential("lj:cutoff=100,truncation=cut");
  auto species = std::make_shared<Species>(Species{{{"X", 1.0}}, std::vector<int>(static_cast<std::size_t>(start.cols()), 0)});
  Surface surface(lj, {species, Cell(), start, {}});
  return surface.at(minimise(surface, start, {.fmax = 1e-9}).positions);
}

double log_det_of(const Configuration& c) {
  Surface surface(potential("lj:cutoff=100,truncation=cut"), c);
  const LogDeterminant d = log_determinant(surface, c.positions);
  CHECK(d.negative == 0);
  CHECK(d.modes == 3 * c.atoms() - 6);
  return d.value;
}

}  // namespace

TEST_CASE("the factorised log-determinant of a glass is the sum of the logarithms of its eigenvalues") {
  Surface surface = glass_of_500().surface();
  const LogDeterminant d = log_determinant(surface, glass_of_500().basin.positions);
  CHECK(d.negative == 0);
  check_same(d, by_eigenvalues(surface, glass_of_500().basin.positions));
}

TEST_CASE("far from a minimum the factorisation counts the negative eigenvalues") {
  Surface surface = glass_of_500().surface();
  const Positions x = glass_of_500().basin.positions + 0.15 * noise(500, 8);
  const LogDeterminant d = log_determinant(surface, x);
  CHECK(d.negative > 5);
  check_same(d, by_eigenvalues(surface, x));
}

TEST_CASE("frozen atoms are no modes and leave no zero mode") {
  Surface surface = glass_of_500().surface();
  surface.freeze({3, 77, 401});
  const LogDeterminant d = log_determinant(surface, glass_of_500().basin.positions);
  CHECK(d.modes == 3 * 497);
  check_same(d, by_eigenvalues(surface, glass_of_500().basin.positions));
}

TEST_CASE("neither the order of the atoms nor a shift of all of them changes the log-determinant") {
  Surface surface = glass_of_500().surface();
  const double value = log_determinant(surface, glass_of_500().basin.positions).value;
  Configuration turned = glass_of_500().basin;
  auto species = std::make_shared<Species>(*turned.species);
  std::reverse(species->element_of.begin(), species->element_of.end());
  turned.species = species;
  turned.positions = Positions(turned.positions.rowwise().reverse()).colwise() + Vector3d(0.3, -7.1, 2.2);
  Surface other(glass_of_500().potential, turned);
  CHECK(log_determinant(other, turned.positions).value == Approx(value).epsilon(1e-9));
}

TEST_CASE("the log-determinants of small Lennard-Jones clusters, without their six zero modes, are the published ones") {
  Positions octahedron(3, 6);
  octahedron << 1, -1, 0, 0, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, 0, 0, 1, -1;
  CHECK(log_det_of(cluster(0.8 * octahedron)) == Approx(56.084878).margin(2e-6));
  Positions bipyramid(3, 7);
  for (int k = 0; k < 5; ++k) bipyramid.col(k) = Vector3d(std::cos(0.4 * M_PI * k), std::sin(0.4 * M_PI * k), 0.0);
  bipyramid.col(5) = Vector3d(0, 0, 0.6);
  bipyramid.col(6) = Vector3d(0, 0, -0.6);
  CHECK(log_det_of(cluster(bipyramid)) == Approx(69.947643).margin(2e-6));
  Positions icosahedron(3, 13);
  icosahedron.col(12).setZero();
  const double golden = 0.5 * (1.0 + std::sqrt(5.0));
  int n = 0;
  for (const double a : {1.0, -1.0})
    for (const double b : {golden, -golden}) {
      icosahedron.col(n++) = Vector3d(0, a, b);
      icosahedron.col(n++) = Vector3d(a, b, 0);
      icosahedron.col(n++) = Vector3d(b, 0, a);
    }
  CHECK(log_det_of(cluster(0.57 * icosahedron)) == Approx(158.246448738).margin(2e-6));
}

TEST_CASE("the stationary points of the Mueller-Brown surface have the determinants of their published eigenvalues") {
  const auto law = potential("mueller-brown");
  const auto at = [&](double px, double py) {
    auto species = std::make_shared<Species>(Species{{{"X", 2.0}}, {0}});
    Configuration c{species, Cell(), Vector3d(px, py, 0.0), {}};
    Surface surface(law, c);
    const LogDeterminant d = log_determinant(surface, c.positions);
    return std::make_pair(d.value + 2.0 * std::log(2.0), d.negative);  // two coordinates of mass 2
  };
  const auto [minimum, none] = at(-0.558223634633, 1.441725841805);
  CHECK(minimum == Approx(std::log(410.531135) + std::log(4068.198955)).margin(1e-8));
  CHECK(none == 0);
  const auto [saddle, one] = at(-0.822001558733, 0.624312802815);
  CHECK(saddle == Approx(std::log(750.862663) + std::log(490.240708)).margin(1e-8));
  CHECK(one == 1);
}

TEST_CASE("an indefinite matrix with vanishing diagonal has the determinant and inertia of its eigenvalues") {
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(4, 4);
  m(1, 0) = m(0, 1) = 2.0;
  m(3, 2) = m(2, 3) = -3.0;
  const Determinant d = determinant(m);
  CHECK(d.log_abs == Approx(std::log(36.0)));
  CHECK(d.negative == 2);
}
