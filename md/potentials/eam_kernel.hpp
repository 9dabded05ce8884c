// The loops over pairs of the embedded-atom method. The first finds the pairs in range and sums densities; the second,
// when the embedding energies are known, sums forces.
// What makes them fast:
//   - Tables hold value and slope at each knot, not four coefficients per interval: half of the memory, so that more of
//     it stays in the cache. An interval is 32 contiguous bytes; its cubic is worked out in registers.
//   - Pairs out of range are dropped once, and those with a density are listed apart (half of them in Cu-Zr), without a
//     branch; the second loop reuses distances and density slopes of the first.
//   - Arithmetic runs over arrays of pairs, built for several instruction sets and chosen when the program starts; only
//     the sums into atoms are done one by one, in the order of the lists. No operation is fused or reordered, so that
//     all instruction sets give the same bits.
// Units: Angstrom, eV.
#pragma once

#include "md/blocks.hpp"
#include "md/cubic_table.hpp"
#include "md/potential.hpp"

namespace glasscape {

struct EamTables;

/// The pairs of a block of atoms that feel each other; entries beyond the last pair are not filled.
struct EamPairs {
  Block atoms;
  /// Per atom of the block its first pair, and its first pair with a density; one more at the end.
  std::vector<Eigen::Index> first{0}, first_dense{0};
  Eigen::Matrix4Xd separation;       // x_i - x_j, |x_i - x_j|
  Eigen::VectorXi j;                 // the other atom, not its image
  Eigen::VectorXi kind;              // of the other atom
  Eigen::VectorXi dense;             // the pairs with a density
  Eigen::VectorXd slope_i, slope_j;  // of those, the slope per grid step of the density at i and at j

  /// Room for so many pairs.
  EamPairs(Block block, Eigen::Index most);
};

/// Sums over pairs, per atom.
struct EamSums {
  Eigen::Matrix4Xd force;  // the fourth row is of no use: four are faster than three
  Eigen::VectorXd energy;  // pair energies only
  AtomTensors virial;      // no columns: not wanted
};

class EamKernel {
 public:
  explicit EamKernel(const EamTables& tables);

  /// Finds the pairs of these atoms and adds their densities to rho.
  EamPairs densities(const Atoms& atoms, Block block, Eigen::VectorXd& rho) const;
  /// Adds what these pairs give to forces, pair energies and virials; `embedding_slope` is F' per atom.
  void forces(const Atoms& atoms, const EamPairs& pairs, const Eigen::VectorXd& embedding_slope, EamSums& sums) const;

  /// The functions of a pair of kinds at a distance.
  struct Functions {
    Cubic pair, at_i, at_j;  // r * phi, the density at i due to j, that at j due to i
    double t;                // the argument of all three
    bool dense;              // whether the densities are in range
  };
  Functions functions(int kind_i, int kind_j, double r) const;

 private:
  /// Where the functions of an ordered pair of kinds begin in `knots_`, and how far they reach.
  struct Kinds {
    int pair, at_i, at_j;
    double range2, density_range;  // squared range of all, range of the densities, Angstrom
  };
  struct Batch;

  void find_pairs(const Atoms& atoms, Eigen::Index i, EamPairs& pairs) const;
  void find_dense(const Kinds* of_i, EamPairs& pairs) const;
  /// Adds to the densities of the other atoms and returns that of i.
  double add_densities(const Kinds* of_i, Eigen::Index begin, Eigen::Index end, EamPairs& pairs, double* rho) const;
  void pair_terms(const Kinds* of_i, const EamPairs& pairs, Eigen::Index begin, Batch& at) const;
  static void add_to_atoms(Eigen::Index i, const EamPairs& pairs, Eigen::Index begin, const Batch& at, EamSums& sums);
  const Kinds* kinds_of(int kind) const { return kinds_.data() + kind * elements_; }

  std::vector<Kinds> kinds_;  // row-major elements x elements
  std::vector<CubicTable::Knot> knots_;
  int elements_, last_interval_;
  double inverse_spacing_;
};

}  // namespace glasscape
