// The loop over pairs of pair laws. What makes it fast:
//   - Of a list those in range are written out without a branch, each kind of neighbour by itself, so that one law with one end is
//     worked out over an array of distances: the compiler does several at a time.
//   - Forces are added register by register; sums are kept from call to call (block_sums.hpp).
//   - Built for several instruction sets (lanes.hpp).
// Angstrom, eV.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "md/block_sums.hpp"
#include "md/truncation.hpp"

namespace glasscape {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // whatever passes registers is inlined

/// The memory of one surface.
struct PairWork final : Workspace {
  Room<FourDoubles> place;  // of each column of x its position
  std::vector<BlockSums> blocks;
};

/// Pairs of an atom with neighbours of one kind.
struct PairsInRange {
  static constexpr int most = 128;
  int count = 0;
  int j[most + 1];
  alignas(64) double r[most + 1];                   // r^2 at first
  alignas(64) double energy[most + 1], tension[most + 1];  // V and V'/r
  alignas(64) FourDoubles separation[most + 1];
};

/// Energies and tensions of pairs whose law ends in one way.
template <Truncation end, typename Law>
GLASSCAPE_INLINE void work_out(const TruncatedLaw<Law>& law, PairsInRange& pairs) {
  for (int k = 0; k < pairs.count; ++k) {
    const double r = std::sqrt(pairs.r[k]);
    const Radial v = law.template ended<end>(r);
    pairs.energy[k] = v.value;
    pairs.tension[k] = v.first / r;
  }
}

template <typename Law>
GLASSCAPE_INLINE void work_out(const TruncatedLaw<Law>& law, PairsInRange& pairs) {
  switch (law.range.truncation) {
    case Truncation::cut: return work_out<Truncation::cut>(law, pairs);
    case Truncation::shifted: return work_out<Truncation::shifted>(law, pairs);
    case Truncation::force_shifted: return work_out<Truncation::force_shifted>(law, pairs);
    case Truncation::smoothed: return work_out<Truncation::smoothed>(law, pairs);
  }
}

/// Fills the sums of a block. `laws` has a row of `kinds` for each kind.
template <typename Law>
GLASSCAPE_PER_PROCESSOR void sum_pairs(const Atoms& atoms, const TruncatedLaw<Law>* laws, std::size_t kinds, bool per_atom, const FourDoubles* place, std::vector<PairsInRange>& near,
                                       BlockSums& block) {
  FourDoubles* force = block.force.begin();
  double energy = 0.0;
  PairVirial virial;
  for (Eigen::Index i = block.atoms.begin; i < block.atoms.end; ++i) {
    const TruncatedLaw<Law>* of_i = laws + static_cast<std::size_t>(atoms.kind[static_cast<std::size_t>(i)]) * kinds;
    FourDoubles own{};
    Halves halves{block.halves.begin()};
    for (std::span<const int> list = atoms.neighbours_of(i); !list.empty();) {
      const auto part = list.first(std::min<std::size_t>(list.size(), PairsInRange::most));
      list = list.subspan(part.size());
      for (PairsInRange& pairs : near) pairs.count = 0;
      for (const int column : part) {  // without a branch: one more than counts is written
        const auto kind = static_cast<std::size_t>(atoms.kind[static_cast<std::size_t>(column)]);
        PairsInRange& pairs = near[kind];
        const FourDoubles d = place[i] - place[column], squares = d * d;
        const double r2 = squares[0] + squares[1] + squares[2];
        pairs.separation[pairs.count] = d;
        pairs.r[pairs.count] = r2;
        pairs.j[pairs.count] = atoms.owner[static_cast<std::size_t>(column)];
        pairs.count += r2 < of_i[kind].range.cutoff * of_i[kind].range.cutoff ? 1 : 0;
      }
      for (std::size_t kind = 0; kind < kinds; ++kind) {
        PairsInRange& pairs = near[kind];
        work_out(of_i[kind], pairs);
        for (int k = 0; k < pairs.count; ++k) {
          const FourDoubles d = pairs.separation[k], pull = pairs.tension[k] * d;
          own -= pull;
          force[pairs.j[k]] += pull;
          virial.take(pull, d);
          energy += pairs.energy[k];
        }
        if (!per_atom) continue;
        for (int k = 0; k < pairs.count; ++k) halves.take(pairs.j[k], pairs.separation[k], pairs.tension[k], pairs.energy[k]);
      }
    }
    force[i] += own;
    if (per_atom) halves.give(i);
  }
  block.pair_energy = energy;
  virial.add_to(block.pair_virial);
}

/// Energy, forces and what is wanted of all pairs.
template <typename Law>
void add_pairs(const Atoms& atoms, const std::vector<TruncatedLaw<Law>>& laws, std::size_t kinds, Want want, PairWork& work, Evaluation& out) {
  work.blocks.resize(count_of_blocks(atoms.listed));
  set_places(atoms, work.place);
  for_each_block(work.blocks.size(), atoms.threads, [&](std::size_t b) {
    std::vector<PairsInRange> near(kinds);
    work.blocks[b].begin(atoms, b, want.per_atom);
    sum_pairs(atoms, laws.data(), kinds, want.per_atom, work.place.begin(), near, work.blocks[b]);
  });
  add_sums(pointers_to(work.blocks), atoms, want, out);
}

#pragma GCC diagnostic pop

}  // namespace glasscape
