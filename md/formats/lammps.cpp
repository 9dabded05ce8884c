#include "md/formats/lammps.hpp"

#include <Eigen/Geometry>

namespace glasscape::formats {

void check_id(const Lines& lines, long long id, std::unordered_set<long long>& seen) {
  if (id < 1) lines.fail("got atom id {}, expected 1 or more", id);
  if (!seen.insert(id).second) lines.fail("atom id {} is there twice", id);
}

Configuration assemble(const std::vector<LammpsAtom>& atoms, std::shared_ptr<const Species> species,
                       const Cell& cell, bool moving) {
  const auto count = static_cast<Eigen::Index>(atoms.size());
  Configuration configuration{std::move(species), cell, Positions(3, count), {}};
  Positions velocities(3, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    configuration.positions.col(i) = atoms[static_cast<std::size_t>(i)].position;
    velocities.col(i) = atoms[static_cast<std::size_t>(i)].velocity;
  }
  if (moving) configuration.momenta = momenta(*configuration.species, velocities);
  return configuration;
}

Cell lammps_cell(const Lines& lines, const Vector3d& low, const Vector3d& high, const Vector3d& tilt,
                 const std::array<bool, 3>& periodic) {
  constexpr const char* axis = "xyz";
  for (int k = 0; k < 3; ++k)
    if (!(high[k] > low[k]))
      lines.fail("the cell has {0}lo {1} and {0}hi {2}, expected {0}hi above {0}lo", axis[k], low[k],
                 high[k]);
  Matrix3d lattice = (high - low).asDiagonal();
  lattice(0, 1) = tilt[0];
  lattice(0, 2) = tilt[1];
  lattice(1, 2) = tilt[2];
  return lines.cell(lattice, periodic, low);
}

}  // namespace glasscape::formats
