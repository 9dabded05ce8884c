// A stationary point of a given order (negative eigenvalues of its Hessian), sharpened by Newton's method with the
// factorised Hessian: a search ends at 0.01 eV/Angstrom, where a mode of 0.01 eV/Angstrom^2 is still an Angstrom off.
//   order as wanted   u = H^-1 f. It lowers |f|, whatever the order; halved until it does. Nothing else is asked of it,
//                     because the energy may go up or down near a saddle. The factors serve on as long as they bring the
//                     force down to a third; at the end there are those of the point itself
//   order wrong       the parts of u along the modes of wrong sign are reversed: up the lowest `order` modes and down the
//                     others, as eigenvector following does (Cerjan and Miller, J. Chem. Phys. 75, 2800 (1981))
// Zero modes are pinned (ModeSpace), then taken out of the step. eV, Angstrom.
#pragma once

#include <optional>

#include "md/log_determinant.hpp"
#include "md/symmetric.hpp"

namespace glasscape {

struct Refine {
  double fmax = 1e-5;             // largest force on an atom, eV/Angstrom
  double reachable = 1e-3;        // accepted where no step lowers the force any more, eV/Angstrom
  double max_step = 0.1;          // largest move of an atom in one step, Angstrom
  double max_displacement = 0.5;  // of an atom from where it began, Angstrom: further away is another point
  int max_steps = 40;
};

struct StationaryPoint {
  enum class Ended { converged, left, wrong_order, not_converged };
  Ended ended = Ended::not_converged;
  Positions positions;
  double energy = 0;        // eV
  double fmax = 0;          // eV/Angstrom
  double displacement = 0;  // largest of an atom from where it began, Angstrom
  int steps = 0;
  // at these positions:
  Eigen::SparseMatrix<double> hessian;
  ModeSpace space;
  LogDeterminant determinant;
  std::optional<SymmetricFactors> factors;  // of its kept part
};

/// The surface's lists are restarted, so the result depends on the arguments alone.
StationaryPoint refine(Surface& surface, const Positions& from, Eigen::Index order, const Refine& options);

}  // namespace glasscape
