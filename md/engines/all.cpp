// The list of engines, in alphabetical order: a new one is its file and a line here.
#include "md/engines/processor.hpp"

namespace glasscape {

Engines builtin_engines() {
  Engines engines("engine");
  engines.add<ProcessorEngine>();
  return engines;
}

}  // namespace glasscape
