// The long waves of an elastic network: displacements that are trilinear between the nodes of a grid many neighbours wide, and the
// stiffness that the springs give them (Galerkin's). They are what incomplete factors know least, and are solved exactly here, to be
// added: the two-level additive preconditioner of Smith, Bjorstad and Gropp, Domain Decomposition (Cambridge 1996), ch. 2.
// eV, Angstrom.
#pragma once

#include <Eigen/Cholesky>
#include <array>
#include <vector>

#include "md/cell.hpp"
#include "md/hessian.hpp"
#include "md/lanes.hpp"

namespace glasscape {

class LongWaves {
 public:
  /// Springs between atoms at x; `free` is 1 for coordinates that may move and 0 for others, 3 x atoms; nodes are about `width`
  /// apart, in a periodic direction a whole number of them.
  LongWaves(const std::vector<Spring>& springs, const Positions& x, const Cell& cell, const Positions& free, double width);

  /// The displacement on the grid that would relax a force.
  Positions solve(const Positions& force) const;
  /// The same of two forces at once in single precision, one for each atom, where all may move: added to `step`, whose fourth
  /// places stay as they are, whatever those of `force` are.
  void add_of_both(const TwoVectors* force, TwoVectors* step) const;

 private:
  struct Corner {
    int node;
    float weight;
  };
  using Corners = std::array<Corner, 8>;  // of the box of the grid that an atom is in

  void find_corners(const Positions& x, const Cell& cell, double width);
  void stretch(const Spring& spring, std::vector<Corner>& moved) const;

  std::vector<Corners> corners_;
  Positions free_;
  Eigen::Index nodes_ = 0;
  Eigen::LLT<Eigen::MatrixXd> stiffness_;
};

}  // namespace glasscape
