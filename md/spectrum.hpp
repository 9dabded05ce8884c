// Vibrational spectra: a few modes of lowest eigenvalue by restarted Lanczos (Spectra), or all eigenvalues by LAPACK.
// Zero modes are lifted above the spectrum by a multiple of their projector, so they are neither found nor confused with
// soft modes. Eigenvalues of the mass-weighted Hessian, eV/(Angstrom^2 u); a negative one is an unstable direction.
#pragma once

#include "md/mode_space.hpp"
#include "md/symmetric.hpp"

namespace glasscape {

struct LowModes {
  Eigen::VectorXd eigenvalues;  // ascending
  Eigen::MatrixXd vectors;      // 3N x count, mass-weighted displacements of unit length, 0 on frozen coordinates
  bool converged = false;       // else fewer than asked for
};

/// `guess`, displacements of unit masses near the lowest mode, may be empty.
LowModes lowest_modes(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space, Eigen::Index count,
                      const Positions& guess = {});
LowModes lowest_modes(Surface& surface, const Positions& x, Eigen::Index count, const Positions& guess = {});

/// The same from the factors of the kept part of the Hessian, by Lanczos on its inverse: a few dozen solves, where the
/// Hessian itself takes hundreds of products.
LowModes lowest_modes(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space, const SymmetricFactors& factors, Eigen::Index count);

/// The eigenvalues of all modes, ascending.
Eigen::VectorXd full_spectrum(const Eigen::SparseMatrix<double>& hessian, const ModeSpace& space);
Eigen::VectorXd full_spectrum(Surface& surface, const Positions& x);

/// sqrt|eigenvalue| / 2 pi in THz, negative for a negative eigenvalue (the usual sign for imaginary frequencies).
double frequency_THz(double eigenvalue);

}  // namespace glasscape
