// What the determinant of a Hessian costs: dense eigenvalues, one factorisation, one local determinant, side by side.
// Usage: determinants [cells per axis of the glass = 5] [copies per axis, e.g. 2x2x1] [eigenvalues: yes or no]
// A quick glass of 4 * cells^3 atoms is repeated and relaxed; then comes a local change of it, and a saddle found by ART.
// Times are processor seconds: run with OPENBLAS_NUM_THREADS=1 to compare.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <ctime>

#include "md/local_determinant.hpp"
#include "md/spectrum.hpp"
#include "samplers/saddle_search.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double peak_GB() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1048576.0;
}

template <typename Work>
auto timed(const char* what, Work work) {
  const double start = seconds();
  auto result = work();
  std::printf("%-40s %9.2f s   peak so far %5.2f GB\n", what, seconds() - start, peak_GB());
  std::fflush(stdout);
  return result;
}

/// One atom pushed, its neighbours following, until one direction is unstable: a change that ends nearby.
Positions unstable_point(Surface& surface, const Positions& x) {
  Positions top = x;
  for (double push = 0.3; push < 2.5; push += 0.1) {
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
      const double r = surface.cell().nearest(x.col(i) - x.col(40)).norm();
      top.col(i) = x.col(i) + push * std::exp(-r * r / 8.0) * Vector3d(0.6, 0.64, -0.48);
    }
    if (log_determinant(surface, top).negative > 0) break;
  }
  return top;
}

/// The first saddle that a search around some atom connects with the glass.
FoundSaddle a_saddle(Surface& surface, const Configuration& glass, double energy) {
  SaddleSearch options;
  options.fmax = 2e-3;
  options.climb_calls = 1000;
  for (Eigen::Index centre = 0; centre < glass.atoms(); ++centre) {
    Positions direction = Positions::Zero(3, glass.atoms()), local = direction;
    Rng rng(1, static_cast<std::uint64_t>(centre));
    for (Eigen::Index i = 0; i < glass.atoms(); ++i) {
      const double r = glass.cell.nearest(glass.positions.col(i) - glass.positions.col(centre)).norm();
      if (r < 4.0) direction.col(i) = Vector3d(rng.normal(), rng.normal(), rng.normal());
      if (r < 8.0) local.col(i).setOnes();
    }
    const SearchOutcome found = search_saddle(surface, {glass.positions, energy}, direction, local, options, rng);
    if (found.saddle && found.saddle->energy - energy > 0.05) return *found.saddle;
  }
  throw Error("no saddle was found");
}

void compare(Surface& surface, const LocalDeterminant& basin, const Positions& top, bool dense) {
  const LogDeterminant exact = timed("one factorisation", [&] { return log_determinant(surface, top); });
  std::printf("   ln|det saddle/det basin| %.9f, negative %ld\n", exact.value - basin.basin().value, static_cast<long>(exact.negative));
  for (const Eigen::Index atoms : {100, 200, 300, 400, 600}) {
    if (atoms >= top.cols()) break;
    const auto local = timed("local determinant", [&] { return basin.at(surface, top, {.atoms = atoms}); });
    std::printf("   %ld atoms: off by %.5f kB in dS, its own error %.5f kB\n", static_cast<long>(atoms),
                0.5 * std::abs(local.at.value - exact.value), 0.5 * local.error);
  }
  timed("lowest mode of the saddle", [&] { return lowest_modes(surface, top, 1); });
  if (!dense) return;
  const Eigen::VectorXd spectrum = timed("dense eigenvalues of the saddle", [&] { return full_spectrum(surface, top); });
  std::printf("   off by %.2e kB from the factorisation\n", 0.5 * std::abs(spectrum.array().abs().log().sum() - exact.value));
}

}  // namespace

int main(int argc, char** argv) {
  const int cells = argc > 1 ? std::atoi(argv[1]) : 5;
  std::array<int, 3> copies{1, 1, 1};
  if (argc > 2) std::sscanf(argv[2], "%dx%dx%d", &copies[0], &copies[1], &copies[2]);
  const bool dense = argc <= 3 || argv[3][0] != 'n';
  const Glass unit = quick_glass(cells);
  Configuration glass = repeated(unit.basin, copies);
  Surface surface(unit.potential, glass);
  FollowingNetwork network(surface);
  const Quenched quenched = minimise(surface, glass.positions, {.fmax = 1e-4, .network = &network});
  glass.positions = quenched.positions;
  std::printf("%ld atoms\n", static_cast<long>(glass.atoms()));
  const auto basin = timed("factorisation and inverse of the basin", [&] { return LocalDeterminant::of_basin(surface, glass.positions); });
  if (!basin) throw Error("the glass is not at a minimum");

  std::printf("\na local change\n");
  Surface small = unit.surface();
  Positions pushed = glass.positions;
  pushed.leftCols(unit.basin.atoms()) += unstable_point(small, unit.basin.positions) - unit.basin.positions;
  compare(surface, *basin, pushed, dense);

  const FoundSaddle saddle = a_saddle(surface, glass, quenched.energy);
  std::printf("\na saddle, %.3f eV above the basin, curvature %.3f eV/A^2\n", saddle.energy - quenched.energy, saddle.curvature);
  compare(surface, *basin, saddle.positions, dense);
}
