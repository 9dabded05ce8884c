// Everything that can be named in a study. A user's own program adds to it and calls cli().
#pragma once

#include "apps/stage.hpp"
#include "md/potential.hpp"
#include "samplers/collective_variable.hpp"
#include "samplers/sampler.hpp"

namespace glasscape {

struct Plugins {
  Potentials potentials;
  Samplers samplers;
  Stages stages;
  std::shared_ptr<Variables> variables;  // the stages that use them share it
};

Plugins builtin_plugins();

}  // namespace glasscape
