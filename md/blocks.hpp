// Sums over pairs that each touch two atoms, done by several threads with one result: atoms are split into a fixed
// number of blocks, each block adds into its own arrays, and the blocks are summed in order. The split depends on the
// number of atoms alone, so the number of threads does not change a bit.
#pragma once

#include <algorithm>
#include <exception>
#include <vector>

#include <Eigen/Core>

namespace glasscape {

struct Block {
  Eigen::Index begin, end;
};

/// The blocks of a system: one for a small system, eight for a large one.
inline std::size_t count_of_blocks(Eigen::Index atoms) { return atoms < 256 ? 1 : 8; }
inline Block block_of(Eigen::Index atoms, std::size_t number) {
  const auto b = static_cast<Eigen::Index>(number), count = static_cast<Eigen::Index>(count_of_blocks(atoms));
  return {atoms * b / count, atoms * (b + 1) / count};
}

/// Runs work(block number) for every block on so many threads. What a block throws is thrown here: no exception may leave
/// a parallel region.
template <typename Work>
void for_each_block(std::size_t blocks, [[maybe_unused]] int threads, Work work) {
  const auto count = static_cast<std::ptrdiff_t>(blocks);
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) if (threads > 1)
  for (std::ptrdiff_t b = 0; b < count; ++b) {
    try {
      work(static_cast<std::size_t>(b));
    } catch (...) {
#pragma omp critical
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// The sum of one array per block, in the order of the blocks.
template <typename Array>
Array sum_of_blocks(std::vector<Array>&& parts) {
  Array sum = std::move(parts.front());
  for (std::size_t b = 1; b < parts.size(); ++b) sum += parts[b];
  return sum;
}

}  // namespace glasscape
