// The lowest eigenpair of a Hessian in a growing subspace, warm-started from a guess and stopped by the Ritz residual;
// one product per vector. Each new vector is the residual (this spans Krylov spaces: Lanczos, J. Res. NBS 45, 255 (1950))
// or, with an elastic network, the residual relaxed by it (Davidson, J. Comput. Phys. 17, 87 (1975)), which takes several
// times fewer vectors.
// Eigenvalues in eV/Angstrom^2 (unit masses). Zero modes are projected out by the caller.
#pragma once

#include <functional>

#include "md/elastic_network.hpp"

namespace glasscape {

struct LowestMode {
  int max_vectors = 16;
  /// Ends when the residual |H v - lambda v| is below this, eV/Angstrom^2 ...
  double residual = 0.05;
  /// ... or below this part of |lambda|, whichever is larger.
  double relative = 0.05;
  const ElasticNetwork* network = nullptr;
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
Mode lowest_mode(const Hessian& hessian, const Positions& guess, const LowestMode& options, const Projection& project);

}  // namespace glasscape
