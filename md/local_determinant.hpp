// The log-determinant at many points near one basin, from one factorisation of the basin.
// With G the inverse of the basin's Hessian, without its translations, and D the change of the Hessian,
// ln|det'(H + D)/det' H| = ln|det(1 + D G)|: D does not feel translations either.
// D_R, the change among the atoms of a region, enters exactly; the rest E = D - D_R to second order:
//   ln|det(1 + D_R G_R)| + tr(E G') - tr(E G' E G')/2,   G' the inverse of H + D_R
// The last trace, and a small part of the first, are drawn with random signs (Hutchinson, Commun. Stat. Simul. 18, 1059
// (1989)); the seed is fixed. The error bounds the third order by the second and adds five standard errors of the draws:
// it shrinks as the region grows, and for a region of all atoms nothing is left out. A saddle of a soft glass strains all
// of a small cell: see docs/normal_modes.md for when this is worth more than a factorisation of each saddle.
#pragma once

#include <optional>

#include "md/log_determinant.hpp"

namespace glasscape {

class LocalDeterminant {
 public:
  struct Options {
    Eigen::Index atoms = 300;  // of the region: those whose rows of the Hessian change most
    int draws = 16;            // of the traces; two products of G each
  };
  struct Result {
    LogDeterminant at;      // `negative` counts those of the region's change alone
    double error = 0;       // of at.value
    Eigen::Index atoms = 0; // in the region
  };

  /// Nothing when the Hessian at x has a negative eigenvalue or one more zero. Throws InputError for a free cluster: its
  /// rotations are other zero modes at another point. Memory: 8 bytes * modes^2.
  static std::optional<LocalDeterminant> of_basin(Surface& surface, const Positions& x);

  const LogDeterminant& basin() const { return basin_; }
  /// At a point of the same surface. Throws InputError when it has other frozen coordinates.
  Result at(Surface& surface, const Positions& x, const Options& options) const;
  Result at(Surface& surface, const Positions& x) const { return at(surface, x, Options{}); }

 private:
  LocalDeterminant() = default;

  Eigen::SparseMatrix<double> hessian_;
  ModeSpace space_;
  Eigen::MatrixXd inverse_;  // on the free coordinates, without translations
  LogDeterminant basin_;
};

}  // namespace glasscape
