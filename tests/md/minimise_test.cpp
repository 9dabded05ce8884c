#include <catch2/catch.hpp>

#include "md/minimise.hpp"
#include "md/support/random.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

Configuration open_atoms(const Positions& x) {
  return {std::make_shared<Species>(Species{elements_named({"Ar"}), std::vector<int>(static_cast<std::size_t>(x.cols()), 0)}), Cell(), x, {}};
}

/// The lowest energy of a Lennard-Jones cluster found from random starts by kicks and quenches (basin hopping).
double lowest_of_cluster(int atoms, int hops, std::uint64_t seed) {
  const auto lj = potential("lj:cutoff=100,truncation=cut");
  Rng rng(seed, 0);
  Positions x(3, atoms);
  for (double& c : x.reshaped()) c = 0.55 * std::cbrt(atoms) * (2 * rng.uniform() - 1);
  Surface surface(lj, open_atoms(x));
  Quenched here = minimise(surface, x, {.fmax = 1e-6});
  double best = here.energy;
  for (int hop = 0; hop < hops; ++hop) {
    Positions kicked = here.positions;
    for (double& c : kicked.reshaped()) c += 0.36 * (2 * rng.uniform() - 1);
    const Quenched there = minimise(surface, kicked, {.fmax = 1e-6});
    if (!there.converged()) continue;
    if (there.energy < here.energy || rng.uniform() < std::exp((here.energy - there.energy) / 0.8)) here = there;
    best = std::min(best, there.energy);
  }
  return best;
}

/// Closed-shell fcc truncated octahedron of 38 atoms.
Positions truncated_octahedron() {
  std::vector<Vector3d> sites;
  for (int i = -3; i <= 3; ++i)
    for (int j = -3; j <= 3; ++j)
      for (int k = -3; k <= 3; ++k) {
        const Vector3d s(i, j, k);
        // 38 octahedral-centred fcc sites: odd coordinate sums, within the truncation planes
        if ((std::abs(i) + std::abs(j) + std::abs(k)) % 2 == 1 && s.cwiseAbs().maxCoeff() <= 2 && s.cwiseAbs().sum() <= 3) sites.push_back(s);
      }
  Positions x(3, static_cast<Eigen::Index>(sites.size()));
  for (std::size_t k = 0; k < sites.size(); ++k) x.col(static_cast<Eigen::Index>(k)) = 0.78 * sites[k];
  return x;
}

}  // namespace

TEST_CASE("both minimisers reach the minima of the Mueller-Brown surface") {
  const auto surface_law = potential("mueller-brown");
  const struct { double x, y, mx, my, energy; } cases[] = {{-0.6, 1.3, -0.558223634633, 1.441725841805, -146.699517209954},
                                                           {-0.1, 0.5, -0.050010822998, 0.466694104872, -80.767818129659},
                                                           {0.5, 0.1, 0.623499404931, 0.028037758529, -108.166724116852}};
  for (const auto& c : cases)
    for (const auto method : {Minimise::Method::lbfgs, Minimise::Method::fire}) {
      const Positions x = Vector3d(c.x, c.y, 0);
      Surface surface(surface_law, open_atoms(x));
      const Quenched q = minimise(surface, x, {.method = method, .fmax = 1e-9, .max_step = 0.02});
      CHECK(q.converged());
      CHECK(q.positions(0, 0) == Approx(c.mx).margin(1e-9));
      CHECK(q.positions(1, 0) == Approx(c.my).margin(1e-9));
      CHECK(q.energy == Approx(c.energy).epsilon(1e-12));
    }
}

TEST_CASE("both minimisers find the same minimum of a disordered alloy from nearby") {
  const auto alloy = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = sample(alloy);
  Surface surface(alloy, c);
  const Quenched a = minimise(surface, c.positions, {.fmax = 1e-6});
  Positions near = a.positions + 0.01 * noise(c.atoms(), 3);
  const Quenched b = minimise(surface, near, {.fmax = 1e-6});
  const Quenched f = minimise(surface, near, {.method = Minimise::Method::fire, .fmax = 1e-6});
  CHECK(b.converged());
  CHECK(f.converged());
  CHECK(b.energy == Approx(a.energy).epsilon(0).margin(1e-8));
  CHECK(f.energy == Approx(a.energy).epsilon(0).margin(1e-8));
}

TEST_CASE("a minimiser that is told how the force changed on the way to a minimum takes fewer calls to go there again") {
  const auto alloy = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = sample(alloy);
  Surface surface(alloy, c);
  const Quenched rest = minimise(surface, c.positions, {.fmax = 1e-5});
  const Positions from = rest.positions + 0.01 * noise(c.atoms(), 5);
  const Minimise plainly{.fmax = 1e-3};
  const Quenched first = minimise(surface, from, plainly);
  Minimise knowing = plainly;
  knowing.known = Learnt{first.positions - from, surface.evaluate(from).forces - surface.evaluate(first.positions).forces};
  const Quenched again = minimise(surface, from, knowing);
  CHECK(again.converged());
  CHECK(again.energy == Approx(first.energy).epsilon(0).margin(1e-4));
  CHECK(2 * again.calls <= first.calls);
}

TEST_CASE("the global minimum of LJ13 is -44.326801 epsilon") {
  CHECK(lowest_of_cluster(13, 150, 1) == Approx(-44.326801).margin(1e-6));
}

TEST_CASE("the truncated octahedron relaxes to the global minimum of LJ38, -173.928427 epsilon") {
  const Positions x = truncated_octahedron();
  REQUIRE(x.cols() == 38);
  Surface surface(potential("lj:cutoff=100,truncation=cut"), open_atoms(x));
  CHECK(minimise(surface, x, {.fmax = 1e-7}).energy == Approx(-173.928427).margin(1e-6));
}

TEST_CASE("frozen atoms stay where they are") {
  const auto alloy = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = sample(alloy);
  Surface surface(alloy, c);
  surface.freeze({1, 4});
  const Quenched q = minimise(surface, c.positions, {.fmax = 1e-3});
  CHECK(q.positions.col(1) == c.positions.col(1));
  CHECK(q.positions.col(4) == c.positions.col(4));
  CHECK(q.positions.col(0) != c.positions.col(0));
}

TEST_CASE("a quench that runs out of force calls says so") {
  const auto alloy = potential("eam-fs:CuZr_mm.eam.fs");
  const Configuration c = sample(alloy);
  Surface surface(alloy, c);
  const Quenched q = minimise(surface, c.positions, {.fmax = 1e-9, .max_calls = 5});
  CHECK(q.ended == Ended::step_limit);
  CHECK(q.calls <= 6);
  CHECK(to_string(q.ended) == "step limit");
}
