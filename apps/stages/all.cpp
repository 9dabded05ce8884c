// The list of stages that are no samplers, in alphabetical order, and all built-in plug-ins together.
#include "apps/plugins.hpp"
#include "apps/stages/cyclic_shear.hpp"
#include "apps/stages/melt_quench.hpp"
#include "apps/stages/metadynamics.hpp"
#include "apps/stages/normal_modes.hpp"
#include "apps/stages/structure.hpp"

namespace glasscape {

Stages builtin_stages(const std::shared_ptr<const Variables>& variables) {
  Stages stages("stage");
  stages.add<CyclicShearStage>();
  stages.add<MeltQuench>();
  stages.add<MetadynamicsStage>(variables);
  stages.add<NormalModes>();
  stages.add<Structure>();
  return stages;
}

Plugins builtin_plugins() {
  const auto variables = std::make_shared<Variables>(builtin_variables());
  return {builtin_potentials(), builtin_samplers(), builtin_stages(variables), variables};
}

}  // namespace glasscape
