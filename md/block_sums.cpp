#include "md/block_sums.hpp"

#include <algorithm>

namespace glasscape {

using Eigen::Index;

void BlockSums::clear(Index count, bool per_atom) {
  std::fill_n(force.of(static_cast<std::size_t>(count)), count, FourDoubles{});
  if (per_atom) std::fill_n(halves.of(static_cast<std::size_t>(2 * count)), 2 * count, FourDoubles{});
  pair_energy = 0.0;
  pair_virial.setZero();
}

void set_places(const Atoms& atoms, Room<FourDoubles>& place) {
  FourDoubles* of = place.of(static_cast<std::size_t>(atoms.x.cols()));
  for (Index k = 0; k < atoms.x.cols(); ++k) of[k] = FourDoubles{atoms.x(0, k), atoms.x(1, k), atoms.x(2, k), 0.0};
}

void add_sums(const std::vector<const BlockSums*>& blocks, const Atoms& atoms, Want want, Evaluation& out) {
  const std::vector<Block> parts = blocks_of(atoms.count);
  for_each_block(parts.size(), atoms.threads, [&](std::size_t p) {
    for (Index i = parts[p].begin; i < parts[p].end; ++i) {
      FourDoubles force{}, diagonal{}, across{};
      for (const BlockSums* block : blocks) force += block->force.begin()[i];
      for (int k = 0; k < 3; ++k) out.forces(k, i) += force[k];
      if (!want.per_atom) continue;
      for (const BlockSums* block : blocks) {
        diagonal += block->halves.begin()[2 * i];
        across += block->halves.begin()[2 * i + 1];
      }
      out.atom_energy[i] += diagonal[3];
      for (int k = 0; k < 3; ++k) {
        out.atom_virial(k, i) += diagonal[k];
        out.atom_virial(3 + k, i) += across[k];
      }
    }
  });
  for (const BlockSums* block : blocks) {
    out.energy += block->pair_energy;
    if (want.virial) out.virial += block->pair_virial;
  }
}

}  // namespace glasscape
