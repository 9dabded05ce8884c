// A small glass for tests: a random copper-zirconium crystal, shaken until nothing of it is left, and relaxed.
#pragma once

#include "md/minimise.hpp"
#include "tests/support/systems.hpp"

namespace glasscape::test {

struct Glass {
  std::shared_ptr<const Potential> potential;
  Configuration basin;
  double energy = 0;

  Surface surface() const { return Surface(potential, basin); }
};

/// 4 * cells^3 atoms.
inline Glass quick_glass(int cells, double fmax = 1e-6) {
  const auto law = potential("kim:EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005");
  Configuration c = fcc(4.13, cells, elements_named({"Cu", "Zr"}));
  c.positions += 0.8 * noise(c.atoms(), 3);
  Surface surface(law, c);
  FollowingNetwork network(surface);
  const Quenched q = minimise(surface, c.positions, {.fmax = fmax, .network = &network});
  c.positions = q.positions;
  return {law, c, q.energy};
}

/// Made once.
inline const Glass& glass_of_500() {
  static const Glass made = quick_glass(5);
  return made;
}

}  // namespace glasscape::test
