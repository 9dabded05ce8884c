#include "md/block_sums.hpp"

#include <algorithm>

namespace glasscape {

using Eigen::Index;

void BlockSums::begin(const Atoms& all, std::size_t number, bool per_atom) {
  atoms = block_of(all.listed, number);
  clear_touched(all, number, force, 1);
  if (per_atom) clear_touched(all, number, halves, 2);
  pair_energy = 0.0;
  pair_virial.setZero();
}

void set_places(const Atoms& atoms, Room<FourDoubles>& place) {
  FourDoubles* of = place.of(static_cast<std::size_t>(atoms.x.cols()));
  for (Index k = 0; k < atoms.x.cols(); ++k) of[k] = FourDoubles{atoms.x(0, k), atoms.x(1, k), atoms.x(2, k), 0.0};
}

void add_sums(const std::vector<const BlockSums*>& blocks, const Atoms& atoms, Want want, Evaluation& out) {
  for_each_block(count_of_blocks(atoms.count), atoms.threads, [&](std::size_t part) {
    const auto [begin, end] = block_of(atoms.count, part);
    for (Index i = begin; i < end; ++i) {
      FourDoubles force{}, diagonal{}, across{};
      const BlockSet touching = atoms.touching_at(i);
      touching.for_each([&](std::size_t b) { force += blocks[b]->force.begin()[i]; });
      for (int k = 0; k < 3; ++k) out.forces(k, i) += force[k];
      if (!want.per_atom) continue;
      touching.for_each([&](std::size_t b) {
        diagonal += blocks[b]->halves.begin()[2 * i];
        across += blocks[b]->halves.begin()[2 * i + 1];
      });
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
