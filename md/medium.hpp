// How all atoms of a glass at a minimum give way to small forces: the displacement u that solves H u = f, with the exact Hessian H of the
// minimum, by conjugate gradients (Hestenes and Stiefel, J. Res. NBS 49, 409 (1952)). Far from an event everything is linear: there one
// such response takes the place of a relaxation by force calls, each of whose steps costs five times as much.
// Two loads at a time, of a saddle and of the minimum behind it, in single precision: x y z of one and x y z of the other fill a register, with a place
// beside each for the change of density that an atom's embedding answers to; the pairs, 2.1 kB per atom, are read from memory once for both, and asked for
// ahead. Steps are preconditioned by incomplete factors of the Hessian's diagonal blocks and what couples near neighbours, without their embedding, and by
// the long waves of the elastic network. Immutable. Units: eV, Angstrom.
#pragma once

#include <array>

#include "md/elastic_network.hpp"
#include "md/lanes.hpp"

namespace glasscape {

class Medium {
 public:
  /// Of a periodic configuration, none of whose atoms is frozen: `all` in an order of their own, in which `order` are the atoms, and the forces on these;
  /// `spacing` of near neighbours. Nothing when the law is not made of pairs.
  static std::shared_ptr<const Medium> of(const Potential& law, const Atoms& all, std::vector<Eigen::Index> order, Positions forces, const Cell& cell, double spacing);

  struct Response {
    Positions displacement;  // 3 x atoms, without a shift of the whole
    Positions left;          // of the load, as the Hessian says, eV/Angstrom
    double gain = 0.0;       // eV, by which it lowers the energy
    double promise = 0.0;    // eV, of the step that was not taken any more
  };
  struct Responses {
    std::array<Response, 2> to;  // each load
    int products = 0;            // of the Hessian with both
  };
  /// Until a step promises to gain less than `promise`, eV, for either load; what is still to be gained then is some times as much. The sum of a load over
  /// all atoms is taken off it. Where the curvature along a step is not positive, in rounding or since this is no minimum, the load's response ends before it;
  /// that, or that 60 products were not enough, shows in what it promises at last.
  Responses respond(const Positions& load, const Positions& other, double promise) const;
  /// Forces after either displacement, as the Hessian says; where it was made those of the law. 3 x atoms, eV/Angstrom.
  std::array<Positions, 2> forces_after(const Positions& displacement, const Positions& other) const;
  /// Per atom, by how much a displacement after an earlier one may change what it feels of a near neighbour in another way than linear: at most |u| (|u| + 2 |U|), Angstrom^2,
  /// of the vectors by which it and the earlier one have moved the two apart.
  Eigen::VectorXd not_linear(const Positions& earlier, const Positions& displacement) const;

 private:
  struct DensePair {
    float e_across[4], radial, b_ij, b_ji;  // e and across in one, to be read at once; radial: along - across
    int j;
  };
  struct Pair {
    float e_across[4], radial;
    int j;
  };
  /// The pairs of some atoms, one after the other; of each atom the end of its own.
  struct Rows {
    std::size_t first_atom;
    std::vector<DensePair> dense;  // that feel each other's density
    std::vector<Pair> others;
    std::vector<std::size_t> end_dense, end_others;
  };
  struct Block {
    float column[3][4];  // and 0
  };
  struct Vectors;

  Medium(std::vector<Eigen::Index> order, Positions forces);
  void add(const PairTerm& term);
  std::vector<Matrix3d> diagonal_blocks() const;
  void precondition_with(const std::vector<Spring>& springs, const Positions& x, const Cell& cell, double spacing);
  void take(const Positions& one, const Positions& other, TwoVectors* both) const;
  std::array<Positions, 2> given(const TwoVectors* both) const;
  void times(TwoVectors* v, TwoVectors* product) const;  // overwrites the fourth places of v
  void precondition(const TwoVectors* residual, TwoVectors* step) const;
  void solve_factors(const TwoVectors* residual, TwoVectors* step) const;

  std::vector<Eigen::Index> order_;
  Positions forces_;  // in the order of the atoms
  std::vector<Rows> rows_;  // of so many atoms that memory is taken in small pieces, each once
  std::vector<float> embedding_;
  std::vector<std::size_t> first_below_;  // of the factors L D L^T
  std::vector<int> column_;
  std::vector<Block> below_, inverse_pivot_;
  std::optional<LongWaves> long_waves_;
};

}  // namespace glasscape
