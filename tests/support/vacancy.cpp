#include "tests/support/vacancy.hpp"

#include <cmath>

#include "md/minimise.hpp"
#include "md/support/error.hpp"
#include "tests/support/systems.hpp"

namespace glasscape::test {

const std::shared_ptr<const Potential>& copper() {
  static const auto law = potential("eam-alloy:Cu_mishin1.eam.alloy");
  return law;
}

Vacancy copper_vacancy(int n) {
  const Configuration crystal = fcc(copper_lattice_constant, n, elements_named({"Cu"}));
  const Eigen::Index atoms = crystal.atoms() - 1;
  auto species = std::make_shared<Species>(*crystal.species);
  species->element_of.pop_back();
  const Configuration c{species, crystal.cell, crystal.positions.leftCols(atoms), {}};
  Surface surface(copper(), c);
  const Quenched low = minimise(surface, c.positions, {.fmax = 1e-8});
  if (!low.converged()) throw Error("the vacancy did not relax");
  Vacancy made{surface.at(low.positions), low.energy, crystal.positions.col(atoms), {}};
  for (Eigen::Index i = 0; i < atoms; ++i)
    if (c.cell.nearest(c.positions.col(i) - made.site).norm() < 1.01 * copper_hop) made.neighbours.push_back(i);
  return made;
}

Positions Vacancy::halfway(Eigen::Index neighbour) const {
  Positions x = basin.positions;
  x.col(neighbour) += 0.5 * basin.cell.nearest(site - x.col(neighbour));
  return x;
}

}  // namespace glasscape::test
