// Everything that can be named in a study. A user's own program adds to it and calls cli().
#pragma once

#include "apps/stage.hpp"
#include "md/potential.hpp"
#include "samplers/sampler.hpp"

namespace glasscape {

struct Plugins {
  Potentials potentials;
  Samplers samplers;
  Stages stages;
};

Plugins builtin_plugins();

}  // namespace glasscape
