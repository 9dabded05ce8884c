// The modes of a few atoms while all others stay, exact from their block of the Hessian: a search that begins around one
// atom follows them instead of the modes of the whole system, which are wide where the system is large, and pays for no
// product. Curvatures are those of the block: never below the lowest of the whole Hessian (Cauchy's interlacing).
// eV/Angstrom^2, unit masses.
#pragma once

#include "md/surface.hpp"

namespace glasscape {

struct Direction {
  Positions vector;      // unit length, 0 on all other atoms
  double curvature = 0;  // along it
};

class LocalModes {
 public:
  /// `local` is 1 on the coordinates that belong to it, 0 elsewhere; of these the free ones count. When no other atom can
  /// move, the zero modes at x are taken out.
  LocalModes(const Surface& surface, const Positions& x, const Positions& local);

  /// A direction turned towards soft modes: its part along a mode of curvature c is divided by c - min(c0, 0) + softening,
  /// c0 the lowest curvature. Repeated, it becomes the lowest mode; a direction without local part stays without.
  Direction softened(const Hessian& hessian, const Positions& direction, double softening) const;

 private:
  std::vector<Eigen::Index> atoms_, coordinates_;  // coordinates within those of `atoms_`
  Eigen::MatrixXd zero_;
};

}  // namespace glasscape
