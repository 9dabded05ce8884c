#include "md/voronoi.hpp"

#include <algorithm>
#include <cmath>
#include <voro++/voro++.hh>

#include "md/support/error.hpp"

namespace glasscape {

Eigen::VectorXd atomic_volumes(const Configuration& configuration) {
  constexpr double atoms_per_block = 5.0;  // where voro++ is fastest
  constexpr int room = 8;                  // atoms of a block, at first
  if (!configuration.cell.all_periodic()) throw InputError("volumes of atoms: the cell is open in a direction, expected one that is periodic in all");
  const Configuration c = turned(configuration, rotation_to_upper(configuration.cell.lattice()));
  const Matrix3d& h = c.cell.lattice();
  const double block = std::cbrt(c.cell.volume() * atoms_per_block / static_cast<double>(std::max<Eigen::Index>(c.atoms(), 1)));
  const auto blocks = [&](int axis) { return std::max(1, static_cast<int>(h(axis, axis) / block)); };
  voro::container_periodic all(h(0, 0), h(0, 1), h(1, 1), h(0, 2), h(1, 2), h(2, 2), blocks(0), blocks(1), blocks(2), room);
  for (Eigen::Index i = 0; i < c.atoms(); ++i) {
    const Vector3d x = c.cell.wrapped(c.positions.col(i)) - c.cell.origin();
    all.put(static_cast<int>(i), x[0], x[1], x[2]);
  }
  Eigen::VectorXd volumes = Eigen::VectorXd::Zero(c.atoms());
  voro::c_loop_all_periodic each(all);
  voro::voronoicell cell;
  if (each.start()) do {
      if (!all.compute_cell(cell, each)) throw FormatError("volumes of atoms: atom {} has none: is another at the same place?", each.pid() + 1);
      volumes[each.pid()] = cell.volume();
    } while (each.inc());
  return volumes;
}

}  // namespace glasscape
