// The loops over pairs of the embedded-atom method. The first finds the pairs in range, sums densities and does all that needs
// no embedding energy; the second, when these are known, adds what depends on them.
// What makes them fast:
//   - Pairs out of range are dropped at once, and those with a density (half of them in Cu-Zr) are kept apart: the others are
//     done with in the first loop, and only the former are written down for the second, 52 bytes each.
//   - The three functions of a pair of kinds that has a density stand interval by interval beside each other, so that a pair
//     reads one place. Four (or eight) pairs at a time are turned from rows into columns in registers, and their cubics worked
//     out there.
//   - What is written down, and the sums of each block of atoms, are kept from call to call (EamWork, block_sums.hpp).
//   - Built for several instruction sets (lanes.hpp).
// In two precisions. Double: tables as in the file, value and slope at each knot, LAMMPS's interpolation to rounding. Mixed:
// distances and functions of a pair in single precision, from tables of 2500 intervals; positions, densities, embedding and all
// sums in double. In CuZr_mm.eam.fs these tables follow r * phi to 7e-8 eV A, but where the file itself has a kink (Zr-Zr at 2.30 A: a
// force off by 6e-3 eV/A), and densities to 3e-10.
// Units: Angstrom, eV.
#pragma once

#include <cmath>
#include <optional>

#include "md/block_sums.hpp"
#include "md/cubic_table.hpp"

namespace glasscape {

struct EamTables;

/// The pairs with a density that the first loop leaves to the second.
template <typename Real>
struct EamPairs {
  using Vector = std::conditional_t<std::is_same_v<Real, double>, FourDoubles, FourFloats>;
  Room<Vector> separation;       // x_i - x_j, and beside it (1/r) dphi/dr
  Room<Real> slope_i, slope_j;   // (1/r) d/dr of the density at i due to j, and at j due to i
  Room<int> j;                   // the other atom, not its image
};

/// A block of atoms: its sums, and its pairs.
struct EamBlock : BlockSums {
  std::vector<std::size_t> first;  // per atom of the block its first pair with a density; one more at the end
  EamPairs<double> pairs;
  EamPairs<float> mixed_pairs;
  Room<double> density;  // per atom of the whole system, of use where the block touches it
};

/// The memory of one surface.
struct EamWork final : Workspace {
  Room<FourDoubles> place;  // of each column of x its position
  std::vector<EamBlock> blocks;

  double density_at(Eigen::Index i, const Atoms& atoms) const {
    double sum = 0.0;
    atoms.touching_at(i).for_each([&](std::size_t b) { sum += blocks[b].density.begin()[i]; });
    return sum;
  }
};

class EamKernel {
 public:
  explicit EamKernel(const EamTables& tables);

  /// How far atoms of two kinds feel each other.
  double range(int kind, int other) const { return std::sqrt(exact_.kinds[static_cast<std::size_t>(kind * elements_ + other)].range2); }
  /// How far they count in each other's densities, at most.
  double density_range() const;
  /// The first loop over the pairs of the atoms of the block with this number.
  void densities(const Atoms& atoms, Want want, EamWork& work, std::size_t number) const;
  /// The second; `embedding_slope` is F' per atom.
  void forces(const Eigen::VectorXd& embedding_slope, Want want, EamBlock& block) const;

  /// The functions of a pair of kinds at a distance; nothing out of range.
  struct Functions {
    Cubic pair, at_i, at_j;  // r * phi, the density at i due to j, that at j due to i
    double t;                // the argument of all three
    bool dense;              // whether the densities are in range
  };
  std::optional<Functions> functions(int kind_i, int kind_j, double r) const;

 private:
  /// Where the functions of an ordered pair of kinds begin, and how far they reach.
  struct Kinds {
    int dense, pair;                // numbers into the tables
    double range2, density_range2;  // squared range of all, and of the densities, Angstrom^2
  };
  template <typename Real>
  struct Tables {
    std::vector<Kinds> kinds;        // row-major elements x elements
    std::vector<Real> dense, pair;   // rows of all three functions; of r phi alone
    int last_interval = 0;
    Real inverse_spacing = 0;
  };
  template <typename Real>
  struct Found;
  template <typename Real>
  struct FirstLoop;
  template <typename Real>
  void densities_in(const Tables<Real>& tables, const Atoms& atoms, bool per_atom, const FourDoubles* place, EamBlock& block) const;
  template <typename Real>
  void forces_in(const double* embedding_slope, bool per_atom, EamBlock& block) const;
  template <typename Real>
  static Tables<Real> tables_of(const EamTables& tables);

  int elements_;
  Tables<double> exact_;
  Tables<float> mixed_;
};

}  // namespace glasscape
