#include "analysis/atomic_environment.hpp"

#include <Eigen/QR>
#include <numbers>

#include "analysis/event_size.hpp"
#include "md/neighbours.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"
#include "md/voronoi.hpp"

namespace glasscape {
namespace {

constexpr double most_pairs = 1e8;

Neighbours all_within(const Configuration& c, double cutoff) {
  check(c, "the configuration whose atoms' surroundings are asked for");
  const double sphere = 4.0 / 3.0 * std::numbers::pi * cutoff * cutoff * cutoff;
  const auto n = static_cast<double>(c.atoms());
  if (!(cutoff > 0 && (!c.cell.all_periodic() || n * n / c.cell.volume() * sphere < most_pairs)))
    throw InputError("neighbours within {} A, expected a cutoff above 0 within which there are less than {:g} pairs", cutoff, most_pairs);
  Neighbours neighbours(cutoff, c.species->element_of);
  neighbours.build(c.positions, c.cell);
  return neighbours;
}

/// D2min of one atom, of vectors to its neighbours before and then as columns.
double residual(const Positions& before, const Positions& then) {
  if (before.cols() == 0) return 0.0;
  const Matrix3d strain = (before * before.transpose()).completeOrthogonalDecomposition().solve(before * then.transpose()).transpose();
  return (then - strain * before).squaredNorm();
}

}  // namespace

Eigen::VectorXi coordination(const Configuration& c, double cutoff) {
  const Neighbours neighbours = all_within(c, cutoff);
  const Atoms atoms = neighbours.atoms();
  Eigen::VectorXi counts(atoms.count);
  for (Eigen::Index i = 0; i < atoms.count; ++i) counts[i] = static_cast<int>(atoms.neighbours_of(i).size());
  return counts;
}

NonAffine non_affine(const Configuration& before, const Positions& then, double cutoff) {
  const Neighbours neighbours = all_within(before, cutoff);
  const Positions moved = event_size(before.positions, then, before.cell, *before.species, 0.0).displacements;
  const Atoms atoms = neighbours.atoms();
  NonAffine found{moved.colwise().norm().transpose(), Eigen::VectorXd(atoms.count)};
  Positions from, to;
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const auto near = atoms.neighbours_of(i);
    from.resize(3, static_cast<Eigen::Index>(near.size()));
    to.resize(3, from.cols());
    for (std::size_t k = 0; k < near.size(); ++k) {
      const auto column = static_cast<Eigen::Index>(k);
      from.col(column) = atoms.x.col(near[k]) - atoms.x.col(i);
      to.col(column) = from.col(column) + moved.col(atoms.owner[static_cast<std::size_t>(near[k])]) - moved.col(i);
    }
    found.d2min[i] = residual(from, to);
  }
  return found;
}

AtomicStress atomic_stress(const Configuration& configuration, const std::vector<double>& stress_times_volume) {
  if (static_cast<Eigen::Index>(stress_times_volume.size()) != configuration.atoms())
    throw InputError("stresses of {} atoms, expected {}", stress_times_volume.size(), configuration.atoms());
  AtomicStress found{{}, atomic_volumes(configuration)};
  const Eigen::Map<const Eigen::VectorXd> extensive(stress_times_volume.data(), configuration.atoms());
  found.stress = units::stress_GPa * extensive.cwiseQuotient(found.volume);
  return found;
}

}  // namespace glasscape
