// What LAMMPS data files and dumps share; private to them: atoms by id, and a cell whose a lies along x and b
// in the xy-plane.
#pragma once

#include <unordered_set>

#include "md/formats/formats.hpp"

namespace glasscape::formats {

/// Bytes of the shortest atom line, "1 1 0 0 0\n".
inline constexpr std::size_t shortest_atom = 10;

/// One atom line. Position unwrapped, Angstrom; velocity Angstrom/ps.
struct LammpsAtom {
  long long id;
  Kind kind;
  Vector3d position;
  Vector3d velocity = Vector3d::Zero();
};

/// The files list atoms in any order.
inline bool by_id(const LammpsAtom& a, const LammpsAtom& b) { return a.id < b.id; }

/// Refuses an id below 1 or one seen before.
void check_id(const Lines& lines, long long id, std::unordered_set<long long>& seen);

/// The configuration of atoms that are in order of id.
Configuration assemble(const std::vector<LammpsAtom>& atoms, std::shared_ptr<const Species> species,
                       const Cell& cell, bool moving);

/// The cell with edges from low to high and tilts xy, xz, yz (LAMMPS manual, Howto_triclinic).
Cell lammps_cell(const Lines& lines, const Vector3d& low, const Vector3d& high, const Vector3d& tilt,
                 const std::array<bool, 3>& periodic);


}  // namespace glasscape::formats
