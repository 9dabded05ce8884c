// How all atoms of a glass at a minimum give way to small forces: the displacement u that solves H u = f, with the exact Hessian H of the
// minimum, by conjugate gradients (Hestenes and Stiefel, J. Res. NBS 49, 409 (1952)). Far from an event everything is linear: there one
// such response takes the place of a relaxation by force calls, each of whose steps costs five times as much.
// Two loads at a time, of a saddle and of the minimum behind it, in single precision: x y z 0 of one and x y z 0 of the other fill a register,
// and the pairs, 2.4 kB per atom, are read from memory once for both. Steps are preconditioned by incomplete factors of the elastic
// network and its long waves. Immutable. Units: eV, Angstrom.
#pragma once

#include <array>

#include "md/elastic_network.hpp"
#include "md/lanes.hpp"

namespace glasscape {

class Medium {
 public:
  /// Of a periodic configuration, none of whose atoms is frozen: `x` in the order of the pairs, `order` the atoms in that order; `spacing` of
  /// near neighbours.
  Medium(const PairTerms& terms, const Positions& x, std::vector<Eigen::Index> order, const Cell& cell, double spacing);

  struct Response {
    std::array<Positions, 2> displacement;  // 3 x atoms, without a shift of the whole
    std::array<double, 2> gain{};           // eV, by which it lowers the energy
    int products = 0;                       // of the Hessian with both
  };
  /// Until a step promises to gain less than `promise`, eV, for either load; what is still to be gained then is some times as much. The sum of a load over
  /// all atoms is taken off it. Where the curvature along a step is not positive, in rounding or since this is no minimum, the load's response ends before it.
  Response respond(const Positions& load, const Positions& other, double promise) const;
  /// What the first step of each promises to gain, eV.
  std::array<double, 2> promise(const Positions& load, const Positions& other) const;

 private:
  struct DensePair {
    float e[3], radial, across, b_ij, b_ji;  // radial: along - across
    int j;
  };
  struct Pair {
    float e[3], radial, across;
    int j;
  };
  struct Block {
    float column[3][3];
  };
  struct Vectors;

  void take(const Positions& load, const Positions& other, TwoVectors* residual) const;
  void times(const Vectors& of, TwoVectors* densities, TwoVectors* product) const;
  void precondition(const TwoVectors* residual, TwoVectors* step) const;
  void solve_factors(const TwoVectors* residual, TwoVectors* step) const;

  std::vector<Eigen::Index> order_;
  std::vector<std::size_t> first_dense_, first_pair_;  // atoms + 1 offsets
  std::vector<DensePair> dense_;                       // pairs that feel each other's density
  std::vector<Pair> pairs_;                            // the others
  std::vector<float> embedding_;
  std::vector<std::size_t> first_below_;  // of the factors L D L^T
  std::vector<int> column_;
  std::vector<Block> below_, inverse_pivot_;
  std::optional<LongWaves> long_waves_;
};

}  // namespace glasscape
