#include "md/elastic_constants.hpp"

#include <algorithm>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double tight = 1e-5;  // eV/A: a hundredth of what a strain of 1e-4 makes of forces

/// Symmetric, so that nothing turns.
Matrix3d strained(int component, double strain) {
  static constexpr int rows[] = {0, 1, 2, 0, 0, 1}, columns[] = {0, 1, 2, 1, 2, 2};
  Matrix3d f = Matrix3d::Identity();
  const double each = component < 3 ? strain : 0.5 * strain;
  f(rows[component], columns[component]) += each;
  if (component >= 3) f(columns[component], rows[component]) += each;
  return f;
}

}  // namespace

StressComponents inherent_stress(Surface& surface, const Positions& x) {
  if (!surface.cell().all_periodic()) throw InputError("there is no stress of an open cluster: it has no volume");
  const Matrix3d w = surface.evaluate(x, {.virial = true}).virial;
  StressComponents s;
  s << w(0, 0), w(1, 1), w(2, 2), w(0, 1), w(0, 2), w(1, 2);
  return -s / surface.cell().volume();
}

ElasticConstants elastic_constants(const std::shared_ptr<const Potential>& potential, const Configuration& minimum, double strain) {
  ElasticConstants found;
  Surface here(potential, minimum);
  const Quenched start = minimise(here, minimum.positions, {.fmax = tight});
  found.converged = start.converged();
  for (int component = 0; component < 6; ++component) {
    StressComponents difference = StressComponents::Zero();
    for (const double sign : {1.0, -1.0}) {
      const Matrix3d f = strained(component, sign * strain);
      Configuration c = minimum;
      c.cell = c.cell.with_lattice(f * c.cell.lattice());
      Surface surface(potential, c);
      const Quenched q = minimise(surface, f * start.positions, {.fmax = tight});
      found.converged = found.converged && q.converged();
      difference += sign * inherent_stress(surface, q.positions);
    }
    found.constants.col(component) = difference / (2.0 * strain);
  }
  found.asymmetry = (found.constants - found.constants.transpose()).cwiseAbs().maxCoeff();
  found.constants = 0.5 * (found.constants + found.constants.transpose().eval());
  return found;
}

}  // namespace glasscape
