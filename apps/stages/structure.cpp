#include "apps/stages/structure.hpp"

#include "apps/stages/relaxation.hpp"

namespace glasscape {

Structure::Options Structure::read(Input& in) {
  Options o;
  o.file = in.file("file", required, "extended XYZ, LAMMPS data or LAMMPS dump file");
  const ReadOptions read{in.list("elements", std::vector<std::string>{}, "elements of the numeric types of the file, in order")};
  o.minimise = Minimise::read(in);
  if (!in.is_describing()) o.start = read_structure(o.file, read);
  o.start.momenta.resize(3, 0);
  return o;
}

Events Structure::run(std::int64_t, TaskContext& context) const {
  Configuration start = options_.start;
  Surface surface(context.potential, start, {.threads = context.threads});
  const Quenched q = relax(surface, start.positions, options_.minimise, context);
  if (!q.converged())
    throw Error("stage '{}': {}: the structure did not relax: {} at fmax {} eV/A after {} force calls", context.stage, options_.file,
                to_string(q.ended), q.fmax, q.calls);
  start.positions = q.positions;
  return {BasinFound{start, q.energy, q.fmax, q.calls}};
}

}  // namespace glasscape
