// The logarithm of the product of the nonzero eigenvalues of a mass-weighted Hessian, without the eigenvalues: one dense
// factorisation. Why dense: the embedding couples atoms up to twice the density range, and at 4000 atoms even the
// augmented sparse form (one more unknown per atom) fills in to 40 % of the work of a dense factorisation, at a tenth of
// its speed (docs/normal_modes.md). Eigenvalues in eV/(Angstrom^2 u).
#pragma once

#include "md/mode_space.hpp"

namespace glasscape {

struct LogDeterminant {
  double value = 0;           // sum of ln|eigenvalue| over the modes; -infinity when one more is zero
  Eigen::Index negative = 0;  // negative eigenvalues
  Eigen::Index modes = 0;
};

/// At a stationary point of the surface, whose frozen coordinates are no modes. Memory: 8 bytes * modes^2.
LogDeterminant log_determinant(Surface& surface, const Positions& x);

/// The same for a Hessian at hand.
LogDeterminant log_determinant(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space);

}  // namespace glasscape
