#include "landscape/event_check.hpp"

#include <cmath>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// An empty event of the kind, or nothing.
template <typename... Facts>
std::optional<Event> event_of(std::string_view kind, const std::variant<Facts...>&) {
  std::optional<Event> event;
  ((kind == Facts::kind ? static_cast<void>(event.emplace(Facts{})) : static_cast<void>(0)), ...);
  return event;
}

template <typename Fact>
void check_fact(const Fact&, const std::string&) {}

void check_finite(const Positions& x, const std::string& where) {
  if (!x.allFinite()) throw FormatError("{}: a coordinate is not a finite number", where);
}

void check_energy(double energy, const std::string& where) {
  if (!std::isfinite(energy)) throw FormatError("{}: the energy {} is not a finite number", where, energy);
}

void check_fact(const BasinFound& basin, const std::string& where) { check_energy(basin.energy, where); }

void check_fact(const SaddleFound& saddle, const std::string& where) {
  if (saddle.mode.cols() != saddle.saddle.cols() || saddle.end.cols() != saddle.saddle.cols())
    throw FormatError("{}: saddle, mode and end have {}, {} and {} atoms", where, saddle.saddle.cols(), saddle.mode.cols(), saddle.end.cols());
  for (const Positions* x : {&saddle.saddle, &saddle.mode, &saddle.end}) check_finite(*x, where);
  for (const double energy : {saddle.energy, saddle.end_energy}) check_energy(energy, where);
  if (!(saddle.curvature < 0.0)) throw FormatError("{}: a saddle has the curvature {}, expected one below 0", where, saddle.curvature);
}

void check_fact(const TraceRecorded& trace, const std::string& where) {
  if (static_cast<Eigen::Index>(trace.columns.size()) != trace.rows.cols())
    throw FormatError("{}: {} column names for {} columns", where, trace.columns.size(), trace.rows.cols());
}

void check_fact(const ModesFound& modes, const std::string& where) {
  if (modes.point != "start" && modes.point != "saddle" && modes.point != "end")
    throw FormatError("{}: modes of '{}', expected those of a start, saddle or end", where, modes.point);
  check_finite(modes.positions, where);
  const auto coordinates = static_cast<std::int64_t>(modes.positions.size());
  if (modes.positive < 0 || modes.negative < 0 || modes.positive > coordinates || modes.negative > coordinates - modes.positive)
    throw FormatError("{}: {} and {} modes of {} atoms", where, modes.positive, modes.negative, modes.positions.cols());
  const std::int64_t all = modes.positive + modes.negative;
  if (!modes.frequencies.empty() && static_cast<std::int64_t>(modes.frequencies.size()) != all)
    throw FormatError("{}: {} frequencies of {} modes", where, modes.frequencies.size(), all);
}

void check_fact(const RegionPrefactors& regions, const std::string& where) {
  if (regions.atoms.size() != regions.radius.size() || regions.log_nu.size() != regions.radius.size())
    throw FormatError("{}: {} radii, {} numbers of atoms and {} prefactors", where, regions.radius.size(), regions.atoms.size(), regions.log_nu.size());
}

void check_fact(const HillsDeposited& hills, const std::string& where) {
  for (const std::size_t size : {hills.walker.size(), hills.centres.size(), hills.heights.size()})
    if (size != hills.times.size()) throw FormatError("{}: {} numbers for the {} times of hills", where, size, hills.times.size());
}

void check_fact(const EscapeSought& escape, const std::string& where) {
  check_finite(escape.end, where);
  if (escape.movers.size() != escape.places.size()) throw FormatError("{}: {} places of {} atoms that moved", where, escape.places.size(), escape.movers.size());
}

void check_fact(const ShearBegun& begun, const std::string& where) {
  if (begun.stress.size() != static_cast<std::size_t>(begun.configuration.atoms()))
    throw FormatError("{}: {} stresses of {} atoms", where, begun.stress.size(), begun.configuration.atoms());
}

void check_fact(const ShearCycled& cycled, const std::string& where) {
  const Eigen::Index atoms = cycled.positions.cols();
  if (cycled.real.rows() != atoms || cycled.imaginary.rows() != atoms || cycled.real.cols() != cycled.imaginary.cols())
    throw FormatError("{}: amplitudes of {} by {} and {} by {}, expected as many for {} atoms", where, cycled.real.rows(), cycled.real.cols(), cycled.imaginary.rows(),
                      cycled.imaginary.cols(), atoms);
  for (const std::size_t size : {cycled.mean.size(), cycled.stress.size()})
    if (size != static_cast<std::size_t>(atoms)) throw FormatError("{}: {} stresses of {} atoms", where, size, atoms);
}

}  // namespace

void check(const Event& event, const std::string& where) {
  std::visit([&](const auto& fact) { check_fact(fact, where); }, event);
}

std::optional<Event> empty_event(std::string_view kind) { return event_of(kind, Event()); }

}  // namespace glasscape
