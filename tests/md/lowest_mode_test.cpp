#include "md/lowest_mode.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <catch2/catch.hpp>

#include "md/minimise.hpp"
#include "md/support/random.hpp"
#include "md/zero_modes.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// A system whose Hessian is small enough to be diagonalised as a whole.
struct System {
  explicit System(const Configuration& c) : surface(law(), c), x(c.positions) {}

  static std::shared_ptr<const Potential> law() {
    return potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  }
  std::unique_ptr<Hessian> hessian() { return surface.hessian(x); }
  Projection project() { return physical_directions(surface, x); }
  Positions guess() { return noise(x.cols(), 5); }

  /// Eigenpairs of the Hessian on the directions left by the projection, by a dense solver.
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> exact() {
    const Eigen::MatrixXd zero = zero_modes(surface, x), h = hessian()->matrix();
    const Eigen::MatrixXd p = Eigen::MatrixXd::Identity(h.rows(), h.cols()) - zero * zero.transpose();
    constexpr double far = 1e4;  // eV/Angstrom^2: puts the zero modes above all others
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(p * h * p + far * zero * zero.transpose());
  }

  Surface surface;
  Positions x;
};

/// A disordered open cluster, far from any minimum.
System cluster() { return System(open_sample(System::law(), 3)); }

/// A relaxed glass of 32 atoms: a periodic cell with one soft mode below the others.
System glass() {
  System system(sample(System::law(), 2));
  system.x = minimise(system.surface, system.x, {.fmax = 1e-6}).positions;
  return system;
}

/// A Hessian given as a matrix.
class GivenHessian final : public Hessian {
 public:
  explicit GivenHessian(Eigen::MatrixXd matrix) : matrix_(std::move(matrix)) {}
  Eigen::Index atoms() const override { return matrix_.rows() / 3; }
  Positions times(const Positions& v) const override {
    return (matrix_ * v.reshaped()).reshaped(3, v.cols());
  }

 private:
  Eigen::MatrixXd matrix_;
};

/// Two eigenvectors are the same up to their sign.
double difference(const Positions& v, const Eigen::VectorXd& w) {
  return std::min((v.reshaped() - w).norm(), (v.reshaped() + w).norm());
}

constexpr LowestMode exactly{.max_vectors = 1000, .residual = 1e-9, .relative = 0};

}  // namespace

TEST_CASE("with enough vectors the lowest eigenpair is that of a dense solver") {
  for (const auto make : {cluster, glass}) {
    System system = make();
    const auto expected = system.exact();
    REQUIRE(expected.eigenvalues()[1] - expected.eigenvalues()[0] > 1e-3);  // the mode is unique
    const Mode mode = lowest_mode(*system.hessian(), system.guess(), exactly, system.project());
    CHECK(mode.eigenvalue == Approx(expected.eigenvalues()[0]).epsilon(1e-10));
    CHECK(mode.residual < 1e-9);
    CHECK(mode.vector.norm() == Approx(1).epsilon(1e-14));
    CHECK(difference(mode.vector, expected.eigenvectors().col(0)) < 1e-6);
  }
}

TEST_CASE(
    "Ritz values come down to the eigenvalues and never go below, and an eigenvalue lies within the residual") {
  for (const auto make : {cluster, glass}) {
    System system = make();
    const Eigen::VectorXd expected = system.exact().eigenvalues();
    double before = std::numeric_limits<double>::infinity();
    for (int vectors = 1; vectors <= 30; ++vectors) {
      const LowestMode options{.max_vectors = vectors, .residual = 0, .relative = 0};
      const Mode mode = lowest_mode(*system.hessian(), system.guess(), options, system.project());
      CHECK(mode.products == vectors);
      CHECK(mode.eigenvalue >= expected[0] - 1e-10);
      CHECK(mode.eigenvalue <= before + 1e-10);
      CHECK((expected.array() - mode.eigenvalue).abs().minCoeff() <= mode.residual + 1e-10);
      if (vectors > 1) CHECK(mode.next >= expected[1] - 1e-10);
      before = mode.eigenvalue;
    }
  }
}

TEST_CASE("the reported residual and Ritz value are those of the returned vector") {
  System system = cluster();
  const auto hessian = system.hessian();
  const Projection project = system.project();
  const Mode mode = lowest_mode(*hessian, system.guess(), {.max_vectors = 12}, project);
  Positions image = hessian->times(mode.vector);
  project(image);
  CHECK(mode.vector.cwiseProduct(image).sum() == Approx(mode.eigenvalue).epsilon(1e-10));
  CHECK((image - mode.eigenvalue * mode.vector).norm() == Approx(mode.residual).epsilon(1e-8));
}

TEST_CASE("a search for the mode ends as soon as the residual is small enough, and not before") {
  System system = glass();
  int before = 0;
  for (const double residual : {1.0, 0.1, 0.01, 1e-4, 1e-6}) {
    const LowestMode options{.max_vectors = 1000, .residual = residual, .relative = 0};
    const Mode mode = lowest_mode(*system.hessian(), system.guess(), options, system.project());
    CHECK(mode.residual < residual);
    CHECK(mode.products > before);
    const LowestMode fewer{.max_vectors = mode.products - 1, .residual = residual, .relative = 0};
    CHECK(lowest_mode(*system.hessian(), system.guess(), fewer, system.project()).residual >= residual);
    before = mode.products;
  }
}

TEST_CASE("with an elastic network the mode is the same and takes fewer products") {
  System system = glass();
  const ElasticNetwork network(system.hessian()->springs(), system.surface.free(), true);
  const auto expected = system.exact();
  LowestMode options{.max_vectors = 1000, .residual = 1e-6, .relative = 0};
  const Mode plain = lowest_mode(*system.hessian(), system.guess(), options, system.project());
  options.network = &network;
  const Mode helped = lowest_mode(*system.hessian(), system.guess(), options, system.project());
  CHECK(helped.eigenvalue == Approx(expected.eigenvalues()[0]).epsilon(1e-9));
  CHECK(difference(helped.vector, expected.eigenvectors().col(0)) < 1e-4);
  CHECK(plain.eigenvalue == Approx(expected.eigenvalues()[0]).epsilon(1e-9));
  CHECK(helped.products < plain.products);
}

TEST_CASE("neither the length of the guess nor what the projection removes from it matters") {
  System system = cluster();
  const LowestMode options{.max_vectors = 10, .residual = 0, .relative = 0};
  const Mode mode = lowest_mode(*system.hessian(), system.guess(), options, system.project());
  const Positions shifted = 1e-3 * (system.guess().colwise() + Vector3d(5, -3, 2));
  const Mode again = lowest_mode(*system.hessian(), shifted, options, system.project());
  CHECK(again.eigenvalue == Approx(mode.eigenvalue).epsilon(1e-9));
  CHECK(difference(again.vector, mode.vector.reshaped()) < 1e-8);
}

TEST_CASE("the vector has nothing of what the projection takes away") {
  System system = cluster();
  const auto expected = system.exact();
  const Eigen::VectorXd lowest = expected.eigenvectors().col(0);
  const Projection physical = system.project();
  const Projection beside_lowest = [&](Positions& v) {
    physical(v);
    v.reshaped() -= lowest * lowest.dot(v.reshaped());
  };
  const Mode second = lowest_mode(*system.hessian(), system.guess(), exactly, beside_lowest);
  CHECK(second.eigenvalue == Approx(expected.eigenvalues()[1]).epsilon(1e-9));
  CHECK(std::abs(lowest.dot(second.vector.reshaped())) < 1e-10);
  CHECK((zero_modes(system.surface, system.x).transpose() * second.vector.reshaped()).norm() < 1e-10);
}

TEST_CASE("frozen atoms do not take part in the mode") {
  System system = cluster();
  system.surface.freeze({0, 7});
  const Mode mode = lowest_mode(*system.hessian(), system.guess(), exactly, system.project());
  CHECK(mode.vector.col(0).norm() == 0.0);
  CHECK(mode.vector.col(7).norm() == 0.0);
  Eigen::MatrixXd h = system.hessian()->matrix();
  for (const int atom : {0, 7}) h.diagonal().segment(3 * atom, 3).array() += 1e4;
  CHECK(mode.eigenvalue ==
        Approx(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h).eigenvalues()[0]).epsilon(1e-9));
}

TEST_CASE("a space that is exhausted gives its lowest eigenpair, however many vectors are allowed") {
  for (const bool with_network : {false, true}) {
    System system = cluster();
    const ElasticNetwork network(system.hessian()->springs(), system.surface.free(), true);
    const LowestMode options{
        .max_vectors = 1000, .residual = 0, .relative = 0, .network = with_network ? &network : nullptr};
    const Mode mode = lowest_mode(*system.hessian(), system.guess(), options, system.project());
    CHECK(mode.products <= system.x.size());
    CHECK(mode.eigenvalue == Approx(system.exact().eigenvalues()[0]).epsilon(1e-9));
    CHECK((zero_modes(system.surface, system.x).transpose() * mode.vector.reshaped()).norm() < 1e-9);
  }
}

TEST_CASE(
    "an exhausted space does not let in what the projection took away, however soft the mode and stiff the "
    "rest") {
  constexpr int size = 30, zero = 3;
  Rng rng(1, stream_of("stiff"));
  Eigen::MatrixXd random(size, size);
  for (double& r : random.reshaped()) r = rng.normal();
  const Eigen::MatrixXd modes = Eigen::HouseholderQR<Eigen::MatrixXd>(random).householderQ();
  Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(size, 1e5, 1e6);
  values.head(zero).setZero();
  values[zero] = 0.1;
  const Projection beside_zero = [&](Positions& v) {
    v.reshaped() -= modes.leftCols(zero) * (modes.leftCols(zero).transpose() * v.reshaped());
  };
  const GivenHessian hessian(modes * values.asDiagonal() * modes.transpose());
  const Mode mode = lowest_mode(hessian, noise(size / 3, 5),
                                {.max_vectors = size, .residual = 0, .relative = 0}, beside_zero);
  CHECK(mode.eigenvalue == Approx(0.1).epsilon(1e-6));
  CHECK(difference(mode.vector, modes.col(zero)) < 1e-6);
}

TEST_CASE("a guess that is an eigenvector is kept") {
  System system = cluster();
  const auto expected = system.exact();
  const Positions guess =
      Eigen::Map<const Positions>(expected.eigenvectors().col(0).data(), 3, system.x.cols());
  const Mode mode = lowest_mode(*system.hessian(), guess, {}, system.project());
  CHECK(mode.products <= 2);
  CHECK(mode.eigenvalue == Approx(expected.eigenvalues()[0]).epsilon(1e-10));
  CHECK(difference(mode.vector, expected.eigenvectors().col(0)) < 1e-8);
}
