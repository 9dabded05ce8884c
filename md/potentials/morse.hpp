// Morse, V(r) = D [exp(-2 a (r - r0)) - 2 exp(-a (r - r0))] (P. M. Morse, Phys. Rev. 34, 57 (1929)).
#pragma once

#include "md/pair.hpp"

namespace glasscape {

struct Morse {
  static constexpr Plugin about{"morse", "Morse pair potential", "", "depth=0.5,stiffness=1.4,r0=2.6,cutoff=6,truncation=smoothed"};

  double depth = 1.0, stiffness = 1.0, r0 = 1.0;  // eV, 1/Angstrom, Angstrom

  static Morse read(Input& in) {
    return {.depth = in.energy("depth", "1 eV", "well depth D", positive),
            .stiffness = in.real("stiffness", 1.6, "inverse width a, 1/A", positive),
            .r0 = in.length("r0", "2.9 A", "distance of lowest energy", positive)};
  }
  std::string default_cutoff() const { return fmt::format("{} A", shortest(r0 + 6.0 / stiffness)); }
  std::string text() const {
    return fmt::format("depth {} eV, stiffness {} /A, r0 {} A", shortest(depth), shortest(stiffness), shortest(r0));
  }

  Radial at(double r) const {
    const double e = std::exp(-stiffness * (r - r0));
    return {depth * e * (e - 2.0), 2.0 * depth * stiffness * e * (1.0 - e),
            2.0 * depth * stiffness * stiffness * e * (2.0 * e - 1.0)};
  }
};

}  // namespace glasscape
