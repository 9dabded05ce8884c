#include "analysis/shear_transformation.hpp"

#include <cmath>

#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

constexpr double eV_per_GPa_A3 = 1.0 / units::stress_GPa;

void check(const ShearTransformation& s) {
  if (!(s.poisson > -1 && s.poisson < 0.5 && s.strain > 0 && s.resistance >= 0 && s.dilatation >= 0 && s.shear_modulus > 0 && s.attempt_frequency > 0 && s.atomic_volume > 0))
    throw InputError("a shear transformation with Poisson's ratio {}, strain {}, modulus {} GPa, frequency {} 1/s, {} A^3 per atom: expected a ratio from -1 to 0.5 and numbers above 0", s.poisson, s.strain, s.shear_modulus,
                     s.attempt_frequency, s.atomic_volume);
}

}  // namespace

double ShearTransformation::constrained_strain() const { return 2.0 * (4.0 - 5.0 * poisson) / (15.0 * (1.0 - poisson)) * strain; }

double ShearTransformation::young_modulus() const { return 2.0 * shear_modulus * (1.0 + poisson); }

double ShearTransformation::barrier(double volume) const {
  const double shear = (7.0 - 5.0 * poisson) / (30.0 * (1.0 - poisson)), dilating = 2.0 * (1.0 + poisson) / (9.0 * (1.0 - poisson)) * dilatation;
  return ((shear + dilating) * strain + 0.5 * resistance) * shear_modulus * eV_per_GPa_A3 * strain * volume;
}

double ShearTransformation::relaxation_time(double volume) const {
  const double kT = thermal_energy(temperature);
  return 3.0 * kT * std::exp(barrier(volume) / kT) / (young_modulus() * eV_per_GPa_A3 * attempt_frequency * constrained_strain() * strain * volume);
}

double ShearTransformation::volume_of(double tau) const {
  check(*this);
  const double kT = thermal_energy(temperature), per_volume = barrier(1.0) / kT;
  const double least = relaxation_time(1.0 / per_volume);  // where dF = kT, and tau is least
  if (!(tau > least)) throw InputError("a relaxation time of {} s, expected one above {} s, that of a barrier of kT", tau, least);
  // with y = dF/kT: y - ln y = ln(tau/least) + 1, whose left side rises from 1 on (Newton's steps never overshoot from the right)
  const double wanted = std::log(tau / least) + 1.0;
  double y = wanted + std::log(wanted) + 1.0;
  for (int k = 0; k < 60; ++k) {
    const double step = (y - std::log(y) - wanted) / (1.0 - 1.0 / y);
    y -= step;
    if (std::abs(step) < 1e-15 * y) break;
  }
  return y / per_volume;
}

double ShearTransformation::shear_rate(double volume, double fraction, double stress) const {
  const double kT = thermal_energy(temperature);
  return 2.0 * fraction * constrained_strain() * attempt_frequency * std::exp(-barrier(volume) / kT) * std::sinh(0.5 * stress * eV_per_GPa_A3 * strain * volume / kT);
}

double ShearTransformation::nonlinearity(double volume, double stress) const {
  const double x = 0.5 * stress * eV_per_GPa_A3 * strain * volume / thermal_energy(temperature);
  return x == 0 ? 1.0 : std::sinh(x) / x;
}

Zone zone_of(const ShearTransformation& law, double tau, double area, double loaded) {
  if (!(area > 0 && loaded > 0)) throw InputError("a peak of area {} after a load of {} s, expected numbers above 0", area, loaded);
  Zone z{tau, area / -std::expm1(-loaded / tau), law.volume_of(tau), 0, 0, 0, 0};
  z.atoms = law.atoms(z.volume);
  z.barrier = law.barrier(z.volume);
  z.modulus = law.young_modulus() / z.fraction;
  z.viscosity = tau * z.modulus / 3.0;
  return z;
}

Percolation percolation(const std::vector<Zone>& zones) {
  double sum = 0;
  for (const Zone& z : zones) sum += z.fraction;
  return {std::exp(-sum), -std::expm1(-sum)};
}

}  // namespace glasscape
