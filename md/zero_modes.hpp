// Directions along which the energy cannot change: translations of matter with no frozen coordinate, and rotations of
// an open cluster. They are eigenvectors of the Hessian with eigenvalue 0 and hide the modes that matter.
#pragma once

#include "md/lowest_mode.hpp"
#include "md/surface.hpp"

namespace glasscape {

/// An orthonormal basis of the zero modes at x, one column of 3 * atoms each; none for an external potential.
Eigen::MatrixXd zero_modes(const Surface& surface, const Positions& x);

/// Takes frozen coordinates and zero modes out of a vector. Refers to the surface: it must outlive the projection.
Projection physical_directions(const Surface& surface, const Positions& x);

}  // namespace glasscape
