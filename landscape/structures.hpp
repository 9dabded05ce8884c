// The positions of the points of a landscape, to compare with those that come. Those that would take more memory than a limit lie in a scratch file:
// a million saddles of a thousand atoms are 24 GB. Angstrom, 3 x atoms.
#pragma once

#include <memory>
#include <vector>

#include "md/configuration.hpp"
#include "md/support/scratch_file.hpp"

namespace glasscape {

enum class StructureId : std::size_t {};

class Structures {
 public:
  /// `memory`: of positions, bytes.
  explicit Structures(std::uint64_t memory = 512ull << 20) : memory_(memory) {}

  /// Throws as ScratchFile::append.
  StructureId add(const Positions& x);
  Positions operator[](StructureId id) const;

 private:
  struct Place {
    std::uint64_t at = 0;  // an index into held_, or a place in the file
    Eigen::Index atoms = 0;
    bool is_held = true;
  };

  std::uint64_t memory_;
  std::vector<Place> places_;
  std::vector<Positions> held_;
  std::shared_ptr<ScratchFile> file_;  // of all copies: what one adds lies beside what the others do
};

}  // namespace glasscape
