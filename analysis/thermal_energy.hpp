// kT, the energy that every thermal average of this room is measured in. eV, K.
#pragma once

#include <cmath>

#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {

/// Throws InputError for a temperature that is not a finite number above 0.
inline double thermal_energy(double temperature) {
  const double kT = units::boltzmann * temperature;
  if (!(kT > 0 && std::isfinite(temperature)))
    throw InputError("temperature is {} K, expected a value above 0", temperature);
  return kT;
}

}  // namespace glasscape
