// The list of potentials, in alphabetical order: a new one is its file and a line here.
#include "md/potentials/eam.hpp"
#include "md/potentials/lennard_jones.hpp"
#include "md/potentials/morse.hpp"
#include "md/potentials/plane_surfaces.hpp"
#include "md/potentials/stillinger_weber.hpp"
#include "md/support/hash.hpp"

namespace glasscape {

Potentials builtin_potentials() {
  Potentials potentials("potential");
  potentials.add<DoubleWell>();
  potentials.add<EamAlloy>();
  potentials.add<EamFs>();
  potentials.add<KimEam>();
  potentials.add<KobAndersen>();
  potentials.add<PairPotential<LennardJones>>();
  potentials.add<PairPotential<Morse>>();
  potentials.add<MuellerBrown>();
  potentials.add<StillingerWeber>();
  return potentials;
}

SearchPath installed_potentials() {
  return {{"/usr/share/lammps/potentials", "/usr/lib/" GLASSCAPE_MULTIARCH "/kim-api/portable-models"}};
}

std::string Potential::checksum() const { return sha256(provenance()); }

}  // namespace glasscape
