// Shear transformation zones as Argon has them and Atzmon, Ju and Lei count them (Materials 16, 7444 (2023), Eqs. 1 to 6 and 9): n atoms
// that shear by gamma_T, or by less in the solid around them, over a barrier that is proportional to their volume Omega:
//   dF = [(7 - 5 nu)/(30 (1 - nu)) + 2 (1 + nu)/(9 (1 - nu)) beta^2 + resistance/(2 gamma_T)] mu gamma_T^2 Omega         (Eq. 2)
//   gamma_C = 2 (4 - 5 nu)/(15 (1 - nu)) gamma_T                                                  constrained strain
//   tau = 3 kT exp(dF/kT) / (E0 nu_G gamma_C gamma_T Omega),   E0 = 2 mu (1 + nu)                 (Eq. 9)
//   rate = 2 c gamma_C nu_G exp(-dF/kT) sinh(sigma gamma_T Omega / 2kT)                           (Eq. 1)
// The paper calls the third term of dF negligible; it is 8 to 10 % of it. mu and nu_G are not in the paper: with mu = 19.06 GPa and
// nu_G = 1e13/s its barriers and times come out (docs/relaxation_spectra.md). eV, A^3, GPa, K, s.
#pragma once

#include <vector>

namespace glasscape {

struct ShearTransformation {
  double poisson = 0.324;
  double strain = 0.2;             // gamma_T, without constraint
  double resistance = 0.025;       // of a zone, over mu; 0: without the third term
  double dilatation = 1.0;         // beta^2
  double shear_modulus = 19.06;    // mu, GPa
  double attempt_frequency = 1e13; // nu_G, 1/s
  double temperature = 298;        // K
  double atomic_volume = 16.6;     // A^3

  double constrained_strain() const;
  double young_modulus() const;              // E0, GPa
  double barrier(double volume) const;       // dF of a zone of that volume, eV
  double relaxation_time(double volume) const;
  /// The volume that relaxes in `tau`: the larger of the two, where dF > kT. Throws InputError when none does.
  double volume_of(double tau) const;
  double atoms(double volume) const { return volume / atomic_volume; }
  /// Shear rate under a shear stress (GPa) of zones that take a part `fraction` of the volume, 1/s.
  double shear_rate(double volume, double fraction, double stress) const;
  /// That over what it would be were it linear in the stress: sinh(x)/x.
  double nonlinearity(double volume, double stress) const;
};

/// A peak of a spectrum as zones of one size.
struct Zone {
  double tau = 0;       // s
  double fraction = 0;  // c: anelastic over elastic strain, as if the load had lasted for ever
  double volume = 0, atoms = 0, barrier = 0;  // A^3, 1, eV
  double modulus = 0, viscosity = 0;          // E' = E0/c, GPa; eta' = tau E'/3, GPa s
};

/// Of a peak with this area, after a load that lasted `loaded` s (infinite: for ever): c = area / (1 - exp(-loaded/tau)).
Zone zone_of(const ShearTransformation& law, double tau, double area, double loaded);

/// What no zone takes, and what some zone takes, when they are thrown at random: exp(-sum c) and 1 - exp(-sum c).
struct Percolation {
  double rigid = 0, sheared = 0;
};
Percolation percolation(const std::vector<Zone>& zones);

}  // namespace glasscape
