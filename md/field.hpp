// What acts on the atoms of a dynamics beside the potential: a bias, a wall. It may change with time.
#pragma once

#include "md/potential.hpp"

namespace glasscape {

class Field {
 public:
  virtual ~Field() = default;
  /// Adds its energy, forces and virial (sign conventions of potential.hpp) at these positions.
  virtual void add(const Positions& x, const Cell& cell, Evaluation& out) = 0;
};

}  // namespace glasscape
