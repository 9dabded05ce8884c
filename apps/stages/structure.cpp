#include "apps/stages/structure.hpp"

namespace glasscape {

Structure::Options Structure::read(Input& in) {
  Options o;
  o.file = in.file("file", required, "extended XYZ, LAMMPS data or LAMMPS dump file");
  o.read.elements = in.list("elements", std::vector<std::string>{}, "elements of the numeric types of a LAMMPS file, in order");
  o.minimise = Minimise::read(in);
  return o;
}

Events Structure::run(std::int64_t, TaskContext& context) const {
  Configuration start = read_structure(options_.file, options_.read);
  start.momenta.resize(3, 0);
  Surface surface(context.potential, start, {.threads = context.threads});
  const Quenched q = minimise(surface, start.positions, options_.minimise);
  if (!q.converged())
    throw Error("{}: the structure did not relax: {} at fmax {} eV/A after {} force calls", options_.file, to_string(q.ended), q.fmax, q.calls);
  start.positions = q.positions;
  return {BasinFound{start, q.energy, q.fmax, q.calls}};
}

}  // namespace glasscape
