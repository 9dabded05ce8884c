// What a block of atoms adds to the forces, energies and virials of all atoms; kept from call to call, for a system that gives memory
// back and takes it anew spends half of its time on that. Half of a pair's energy and virial belongs to each of its atoms, both
// halves to an atom beside its own image. Units: eV, Angstrom.
#pragma once

#include <algorithm>
#include <vector>

#include "md/blocks.hpp"
#include "md/lanes.hpp"
#include "md/potential.hpp"

namespace glasscape {

struct BlockSums {
  Block atoms{0, 0};
  // per atom of the whole system, of use where the block touches it:
  Room<FourDoubles> force;   // and beside it nothing of use
  Room<FourDoubles> halves;  // two each: virial xx, yy, zz and the energy; virial xy, xz, yz; if wanted per atom
  // over the block:
  double pair_energy = 0;
  Matrix3d pair_virial = Matrix3d::Zero();

  /// For the block with this number.
  void begin(const Atoms& all, std::size_t number, bool per_atom);
};

/// Sets to 0 what a block keeps per atom, several values each, where it touches one. The rest is memory never looked at.
template <typename Value>
void clear_touched(const Atoms& all, std::size_t block, Room<Value>& room, Eigen::Index each) {
  Value* values = room.of(static_cast<std::size_t>(each * all.count));
  for (Eigen::Index i = 0; i < all.count; i += Atoms::stretch)
    if (all.touching_at(i).has(block)) std::fill(values + each * i, values + each * std::min(i + Atoms::stretch, all.count), Value{});
}

/// Positions of atoms and images as the loops read them: beside each a 0.
void set_places(const Atoms& atoms, Room<FourDoubles>& place);

template <typename Blocks>
std::vector<const BlockSums*> pointers_to(const Blocks& blocks) {
  std::vector<const BlockSums*> all;
  for (const BlockSums& block : blocks) all.push_back(&block);
  return all;
}

/// Adds force, and whatever is wanted of energy and virial, of all blocks, in their order.
void add_sums(const std::vector<const BlockSums*>& blocks, const Atoms& atoms, Want want, Evaluation& out);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // whatever passes registers is inlined

/// Of pairs with the virial -tension d d^T, by rows; pull is tension d.
struct PairVirial {
  FourDoubles x{}, y{}, z{};
  GLASSCAPE_INLINE void take(FourDoubles pull, FourDoubles d) {
    x -= pull * d[0];
    y -= pull * d[1];
    z -= pull * d[2];
  }
  void add_to(Matrix3d& m) const {
    for (int k = 0; k < 3; ++k) {
      m(0, k) += x[k];
      m(1, k) += y[k];
      m(2, k) += z[k];
    }
  }
};

/// What the pairs of one atom give it and the others.
struct Halves {
  FourDoubles* of_all;
  FourDoubles diagonal{}, across{};  // its own

  GLASSCAPE_INLINE void take(int other, FourDoubles d, double tension, double energy) {
    const FourDoubles pull = -0.5 * tension * d;
    FourDoubles on = pull * d;
    on[3] = 0.5 * energy;
    const FourDoubles beside = __builtin_shufflevector(pull, pull, 0, 0, 1, 3) * __builtin_shufflevector(d, d, 1, 2, 2, 3);
    of_all[2 * other] += on;
    of_all[2 * other + 1] += beside;
    diagonal += on;
    across += beside;
  }
  GLASSCAPE_INLINE void give(Eigen::Index own) const {
    of_all[2 * own] += diagonal;
    of_all[2 * own + 1] += across;
  }
};

#pragma GCC diagnostic pop

}  // namespace glasscape
