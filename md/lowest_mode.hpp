// The lowest eigenpair of a Hessian by Lanczos with full reorthogonalisation (Lanczos, J. Res. NBS 45, 255 (1950)),
// warm-started from a guess and stopped by the Ritz residual. Works on any Hessian; one product per vector.
// Eigenvalues in eV/Angstrom^2 (unit masses). Zero modes are projected out by the caller.
#pragma once

#include <functional>

#include "md/hessian.hpp"

namespace glasscape {

struct Lanczos {
  int max_vectors = 16;
  /// Ends when the residual |H v - lambda v| is below this, eV/Angstrom^2 ...
  double residual = 0.05;
  /// ... or below this part of |lambda|, whichever is larger.
  double relative = 0.05;
};

struct Mode {
  double eigenvalue = 0;  // Ritz value: never below the true lowest eigenvalue
  Positions vector;       // unit length
  double residual = 0;    // an eigenvalue lies within this distance of `eigenvalue`
  double next = 0;        // second Ritz value
  int products = 0;
};

/// Takes part of a vector away: translations, a known mode.
using Projection = std::function<void(Positions&)>;

/// `guess` need not be normalised; it must not vanish under the projection.
Mode lowest_mode(const Hessian& hessian, const Positions& guess, const Lanczos& options, const Projection& project);


}  // namespace glasscape
