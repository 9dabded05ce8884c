// Stress and elastic constants of a minimum of the energy, without temperature. The inherent stress is sigma_ab = -W_ab / V, positive under
// tension. Constants are what a strain changes of it after the atoms have found their new places, by central differences; for shears the
// strain is the engineering one. Components xx, yy, zz, xy, xz, yz; eV, Angstrom.
#pragma once

#include "md/minimise.hpp"

namespace glasscape {

/// At these positions, eV/A^3. Throws InputError unless the cell is periodic in all directions.
StressComponents inherent_stress(Surface& surface, const Positions& x);

struct ElasticConstants {
  Eigen::Matrix<double, 6, 6> constants;  // eV/A^3, made symmetric
  double asymmetry = 0;                   // largest difference that was evened out: of the order of the stress, or of an event on the way
  bool converged = true;                  // of all twelve minimisations
};

/// Around a minimum; the smaller the strain, the less is an event on the way. Throws as inherent_stress.
ElasticConstants elastic_constants(const std::shared_ptr<const Potential>& potential, const Configuration& minimum, double strain = 1e-4);

}  // namespace glasscape
