// What a potential calls the atoms of a system.
#pragma once

#include "md/potential.hpp"

namespace glasscape {

/// The potential's own index of each atom. Throws InputError for an element that it does not know.
inline std::vector<int> kinds_per_atom(const Potential& potential, const Species& species) {
  const std::vector<int> kind_of = potential.kinds(species.elements);
  std::vector<int> kinds;
  kinds.reserve(species.element_of.size());
  for (const int element : species.element_of) kinds.push_back(kind_of[static_cast<std::size_t>(element)]);
  return kinds;
}

}  // namespace glasscape
