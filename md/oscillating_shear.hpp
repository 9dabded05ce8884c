// A homogeneous simple shear that oscillates, x_a = X_a + gamma X_b for cell and atoms alike, gamma(t) = amplitude sin(2 pi t / period):
// small strain, atoms are carried along affinely and keep their momenta, which are those against the flow. What the drive does to the
// atoms is work, dE = -W_ab dgamma with the virial W. Peers: LAMMPS's `fix deform wiggle ... remap x`, where gamma = A / L_b.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <string>

namespace glasscape {

/// Displacements along the first axis, which grow along the second.
struct ShearPlane {
  int along = 0, across = 1;

  /// Row of a symmetric tensor written as xx, yy, zz, xy, xz, yz.
  int component() const { return 2 + along + across; }
  std::string name() const { return {"xyz"[along], "xyz"[across]}; }
};

/// Every plane, by name.
inline constexpr std::array<ShearPlane, 6> shear_planes{{{0, 1}, {0, 2}, {1, 2}, {1, 0}, {2, 0}, {2, 1}}};

struct OscillatingShear {
  ShearPlane plane;
  double amplitude = 0.01;  // gamma
  double period = 0.0;      // internal time

  double strain(double time) const { return amplitude * std::sin(2.0 * std::numbers::pi * time / period); }
};

}  // namespace glasscape
