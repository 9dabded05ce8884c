// The list of collective variables, in alphabetical order: a new one is its file and a line here.
#include "samplers/variables/coordinate.hpp"
#include "samplers/variables/distance.hpp"
#include "samplers/variables/projection.hpp"
#include "samplers/variables/rmsd.hpp"

namespace glasscape {

Variables builtin_variables() {
  Variables variables("collective variable");
  variables.add<Coordinate>();
  variables.add<Distance>();
  variables.add<EventProjection>();
  variables.add<Rmsd>();
  return variables;
}

}  // namespace glasscape
