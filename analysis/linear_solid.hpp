// A linear solid as springs and dashpots: how it creeps under a constant stress, and how the stress relaxes at a constant strain.
//   J(t) = J_g + sum J_i (1 - e^{-t/tau_i}) + phi t           E(t) = E_inf + sum E_k e^{-t/rho_k}
// One follows from the other exactly: with F(s) = J_g + sum J_i/(1 + s tau_i) + phi/s, the transform of s J, that of E/s is 1/F, whose
// poles s = -1/rho_k are the zeros of F. F rises from pole to pole along negative s, so that there is one zero between any two
// neighbours, one beyond the fastest, and one below the slowest when the solid flows (Gross, Mathematical Structure of the Theories of
// Viscoelasticity, 1953). Hence rho and tau interlace, every E_k is above 0, and no time step is taken. Any units, the same in all.
#pragma once

#include <vector>

namespace glasscape {

struct RelaxationMode {
  double strength = 0, tau = 0;  // J_i or E_k; s
};

struct Compliance {
  double instantaneous = 0;             // J_g, above 0
  std::vector<RelaxationMode> modes;    // strengths of 0 or more, times above 0
  double fluidity = 0;                  // phi, 0 or more

  double at(double time) const;
};

struct Relaxation {
  double equilibrium = 0;               // E_inf
  std::vector<RelaxationMode> modes;    // ascending rho

  double at(double time) const;
  double instantaneous() const;         // E(0) = 1 / J_g
  /// E' = E_inf + sum E_k (w rho)^2/(1 + (w rho)^2) and E'' = sum E_k w rho/(1 + (w rho)^2) at an angular frequency w, rad/s.
  double storage(double omega) const;
  double loss(double omega) const;
  double loss_tangent(double omega) const { return loss(omega) / storage(omega); }
};

/// Throws InputError for what is not above 0 and must be.
Relaxation relaxation_of(const Compliance& compliance);
/// The way back, as exact; a solid without equilibrium modulus flows. Throws InputError for what is below 0, and without any modulus.
Compliance compliance_of(const Relaxation& relaxation);

}  // namespace glasscape
