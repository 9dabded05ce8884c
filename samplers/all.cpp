// The list of samplers, in alphabetical order: a new one is its file and a line here.
#include "samplers/art.hpp"

namespace glasscape {

Samplers builtin_samplers() {
  Samplers samplers("sampler");
  samplers.add<Art>();
  return samplers;
}

}  // namespace glasscape
