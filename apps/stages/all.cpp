// The list of stages that are no samplers, in alphabetical order, and all built-in plug-ins together.
#include "apps/plugins.hpp"
#include "apps/stages/melt_quench.hpp"
#include "apps/stages/normal_modes.hpp"
#include "apps/stages/structure.hpp"

namespace glasscape {

Stages builtin_stages() {
  Stages stages("stage");
  stages.add<MeltQuench>();
  stages.add<NormalModes>();
  stages.add<Structure>();
  return stages;
}

Plugins builtin_plugins() { return {builtin_potentials(), builtin_samplers(), builtin_stages()}; }

}  // namespace glasscape
