// What the determinant of a Hessian costs: dense eigenvalues, one factorisation, one local determinant, side by side.
// Usage: determinants [cells per axis of the glass = 5] [copies per axis, e.g. 2x2x1] [eigenvalues: yes or no]
// A quick glass of 4 * cells^3 atoms is repeated, and one atom of it pushed until one direction turns unstable, which
// stands in for a saddle. Times are processor seconds: run with OPENBLAS_NUM_THREADS=1 to compare.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <ctime>

#include "md/local_determinant.hpp"
#include "md/spectrum.hpp"
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

/// One atom pushed, its neighbours following, until exactly one direction is unstable.
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

}  // namespace

int main(int argc, char** argv) {
  const int cells = argc > 1 ? std::atoi(argv[1]) : 5;
  std::array<int, 3> copies{1, 1, 1};
  if (argc > 2) std::sscanf(argv[2], "%dx%dx%d", &copies[0], &copies[1], &copies[2]);
  const bool dense = argc <= 3 || argv[3][0] != 'n';
  const Glass unit = quick_glass(cells);
  Surface small = unit.surface();
  const Positions pushed = unstable_point(small, unit.basin.positions) - unit.basin.positions;
  const Configuration glass = repeated(unit.basin, copies);
  Surface surface(unit.potential, glass);
  Positions top = glass.positions;
  top.leftCols(pushed.cols()) += pushed;
  std::printf("%ld atoms\n", static_cast<long>(glass.atoms()));

  const LogDeterminant at_basin = timed("factorisation of the basin", [&] { return log_determinant(surface, glass.positions); });
  const LogDeterminant at_top = timed("factorisation of the saddle", [&] { return log_determinant(surface, top); });
  const double exact = at_top.value - at_basin.value;
  std::printf("   ln|det saddle/det basin| %.9f, negative %ld and %ld\n", exact, static_cast<long>(at_basin.negative),
              static_cast<long>(at_top.negative));
  const auto basin = timed("factorisation and inverse of the basin", [&] { return LocalDeterminant::of_basin(surface, glass.positions); });
  for (const Eigen::Index atoms : {50, 100, 200, 400}) {
    if (!basin || atoms >= glass.atoms()) break;
    const auto local = timed("local determinant", [&] { return basin->at(surface, top, {.atoms = atoms}); });
    std::printf("   %ld atoms: off by %.5f kB in dS, its own error %.5f kB\n", static_cast<long>(atoms),
                0.5 * std::abs(local.at.value - at_basin.value - exact), 0.5 * local.error);
  }
  timed("lowest mode of the saddle", [&] { return lowest_modes(surface, top, 1); });
  if (!dense) return 0;
  const Eigen::VectorXd spectrum = timed("dense eigenvalues of the saddle", [&] { return full_spectrum(surface, top); });
  std::printf("   off by %.2e kB from the factorisation\n", 0.5 * std::abs(spectrum.array().abs().log().sum() - at_top.value));
}
