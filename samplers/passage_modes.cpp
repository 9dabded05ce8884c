#include "samplers/passage_modes.hpp"

#include <cmath>
#include <limits>

#include "md/spectrum.hpp"
#include "md/zero_modes.hpp"

namespace glasscape {
namespace {

std::string reason_of(const StationaryPoint& p, Eigen::Index order) {
  switch (p.ended) {
    case StationaryPoint::Ended::left: return order == 0 ? "left-the-minimum" : "left-the-saddle";
    case StationaryPoint::Ended::wrong_order:
      return order == 0 ? "not-a-minimum" : p.determinant.negative == 0 ? "lost-its-negative-mode" : "not-first-order";
    case StationaryPoint::Ended::not_converged: break;
    case StationaryPoint::Ended::converged: return "modes-not-converged";
  }
  return "not-converged";
}

ModesFailed failure(const EventRef& of, std::string_view point, const StationaryPoint& p, Eigen::Index order, std::int64_t calls) {
  std::string detail = fmt::format("after {} steps and a displacement of {:.3f} A the largest force is {:.2g} eV/A and {} eigenvalues are negative",
                                   p.steps, p.displacement, p.fmax, p.determinant.negative);
  return {of, std::string(point), reason_of(p, order), std::move(detail), p.energy, p.fmax, p.displacement, p.determinant.negative, calls};
}

/// All eigenvalues where they are asked for, else the lowest; fewer when they did not converge.
Eigen::VectorXd eigenvalues_of(const StationaryPoint& p, const PassageModes& options) {
  if (options.spectrum) return full_spectrum(p.hessian, p.space);
  const LowModes low = lowest_modes(p.hessian, p.space, *p.factors, options.lowest);
  return low.converged ? low.eigenvalues : Eigen::VectorXd(0);
}

/// The atom that moves furthest from the start to the saddle, the drift of all taken off.
Eigen::Index furthest_atom(Surface& surface, const Positions& start, const Positions& saddle) {
  Positions moved = saddle - start;
  physical_directions(surface, start)(moved);
  Eigen::Index atom = 0;
  moved.colwise().squaredNorm().maxCoeff(&atom);
  return atom;
}

RegionPrefactors regions_of(Surface& surface, const EventRef& of, const Positions& start, const Positions& saddle, const std::vector<double>& radii) {
  RegionPrefactors table{of, furthest_atom(surface, start, saddle), {}, {}, {}};
  for (const RegionPrefactor& row : prefactor_by_radius(surface, start, saddle, start.col(table.centre), radii)) {
    table.radius.push_back(row.radius);
    table.atoms.push_back(static_cast<std::int32_t>(row.atoms));
    table.log_nu.push_back(row.prefactor ? row.prefactor->log_nu : std::numeric_limits<double>::quiet_NaN());
  }
  return table;
}

}  // namespace

PassageModes PassageModes::read(Input& in) {
  PassageModes o;
  o.refine.fmax = in.force("fmax", "1e-5 eV/A", "largest force on an atom to which start, saddle and end are refined");
  o.refine.max_displacement = in.length("max_displacement", "0.5 A", "an atom that the refinement moves further has left the point", positive);
  o.lowest = in.count("lowest", 4, "how many of the lowest eigenvalues to keep", positive);
  o.spectrum = in.flag("spectrum", false, "keep the frequencies of all modes: a full diagonalisation of each point");
  o.radii = in.lengths("radii", "radii of active regions, to see how the prefactor converges with them", positive);
  return o;
}

Event modes_of_point(Surface& surface, const EventRef& of, std::string_view point, const Positions& x, Eigen::Index order,
                     const PassageModes& options) {
  const std::int64_t before = surface.calls();
  const StationaryPoint p = refine(surface, x, order, options.refine);
  if (p.ended != StationaryPoint::Ended::converged) return failure(of, point, p, order, surface.calls() - before);
  const Eigen::VectorXd values = eigenvalues_of(p, options);
  if (values.size() == 0 || (values[0] < 0.0) != (order == 1)) return failure(of, point, p, order, surface.calls() - before);
  ModesFound found{of, std::string(point), p.positions, p.energy, p.fmax, p.displacement, p.determinant.value, p.determinant.modes - order, order,
                   0.0, 0.0, 0.0, {}, {}, 0};
  const Eigen::SparseMatrix<double> weighted = p.space.mass_weighted(p.hessian);  // zero modes add nothing
  found.trace = weighted.diagonal().sum();
  found.trace_of_square = weighted.squaredNorm();
  if (order == 1) {
    found.unstable = values[0];
    found.log_determinant -= std::log(-values[0]);
  }
  const Eigen::Index kept = std::min(options.lowest, values.size());
  found.lowest.assign(values.data(), values.data() + kept);
  if (options.spectrum)
    for (const double value : values) found.frequencies.push_back(frequency_THz(value));
  found.force_calls = surface.calls() - before;
  return found;
}

Events modes_of_passage(Surface& surface, const EventRef& of, const SaddleFound& found, const ModesFound* start, const PassageModes& options) {
  Events events{modes_of_point(surface, of, "saddle", found.saddle, 1, options)};
  const auto* saddle = std::get_if<ModesFound>(&events.front());
  if (saddle == nullptr) return events;
  const Positions top = saddle->positions;
  events.push_back(modes_of_point(surface, of, "end", found.end, 0, options));
  if (start != nullptr && !options.radii.empty()) events.push_back(regions_of(surface, of, start->positions, top, options.radii));
  return events;
}

ModeSum mode_sum(const ModesFound& m) { return {m.log_determinant, 0.0, m.unstable, m.negative, m.positive}; }

}  // namespace glasscape
