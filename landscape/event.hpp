// What a sampler can say: a closed set of facts. A fact is what was found, in full precision, and never what follows
// from it at some temperature, tolerance or bin width. Failures are facts too: without them there is no success rate.
// Each kind lists its fields once (`fields`); writing, reading, hashing and comparing all walk that list.
// Units: eV, Angstrom. Positions are 3 x atoms.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

/// Names one event for good: the task that found it and its number within that task. Never a graph id, so that a
/// replay with another same-basin test re-clusters without loss.
struct EventRef {
  std::string task;
  std::int64_t number = 0;

  auto operator<=>(const EventRef&) const = default;
};

/// A local minimum of the energy.
struct BasinFound {
  static constexpr std::string_view kind = "basin-found";
  Configuration configuration;
  double energy = 0;   // eV
  double fmax = 0;     // largest force on an atom, eV/Angstrom
  std::int64_t force_calls = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("configuration", self.configuration, "");
    visit("energy", self.energy, "eV");
    visit("fmax", self.fmax, "eV/A");
    visit("force_calls", self.force_calls, "");
  }
};

/// A first-order saddle and the two minima below it; `from` names the basin that one side returned to.
struct SaddleFound {
  static constexpr std::string_view kind = "saddle-found";
  EventRef from;               // the BasinFound, or the SaddleFound with the end, that the search started from
  std::int64_t centre = -1;    // atom around which the search pushed, or -1
  Positions saddle;
  double energy = 0;           // of the saddle, eV
  double fmax = 0;             // at the saddle, eV/Angstrom
  double curvature = 0;        // the negative eigenvalue of the Hessian, eV/Angstrom^2
  double next_curvature = 0;   // the lowest other eigenvalue that is no translation, eV/Angstrom^2
  Positions mode;              // its eigenvector, unit length, pointing from the start to the other side
  double back_energy = 0;      // of the minimum on the side of the start, eV
  double back_distance = 0;    // of that minimum from the start, Angstrom
  Positions end;               // the minimum on the other side
  double end_energy = 0;       // eV
  double end_fmax = 0;         // eV/Angstrom
  std::int64_t force_calls = 0;  // of the whole search

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from, "");
    visit("centre", self.centre, "");
    visit("saddle", self.saddle, "A");
    visit("energy", self.energy, "eV");
    visit("fmax", self.fmax, "eV/A");
    visit("curvature", self.curvature, "eV/A^2");
    visit("next_curvature", self.next_curvature, "eV/A^2");
    visit("mode", self.mode, "");
    visit("back_energy", self.back_energy, "eV");
    visit("back_distance", self.back_distance, "A");
    visit("end", self.end, "A");
    visit("end_energy", self.end_energy, "eV");
    visit("end_fmax", self.end_fmax, "eV/A");
    visit("force_calls", self.force_calls, "");
  }
};

/// A search that did not end in a connected first-order saddle, and why.
struct SearchFailed {
  static constexpr std::string_view kind = "search-failed";
  EventRef from;
  std::int64_t centre = -1;
  std::string reason;   // one of a sampler's short names, e.g. "not-connected"
  std::string detail;   // one sentence with numbers
  double energy = 0;    // where it ended, eV
  std::int64_t force_calls = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from, "");
    visit("centre", self.centre, "");
    visit("reason", self.reason, "");
    visit("detail", self.detail, "");
    visit("energy", self.energy, "eV");
    visit("force_calls", self.force_calls, "");
  }
};

/// A time series that a dynamics run wrote down: one row per record, one named column per quantity.
struct TraceRecorded {
  static constexpr std::string_view kind = "trace-recorded";
  std::string name;
  std::vector<std::string> columns;  // with units, "temperature (K)"
  Eigen::MatrixXd rows;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name, "");
    visit("columns", self.columns, "");
    visit("rows", self.rows, "");
  }
};

/// The harmonic modes of a stationary point. Eigenvalues are those of the mass-weighted Hessian without zero modes (rigid
/// motions) and frozen coordinates, eV/(Angstrom^2 u).
struct ModesFound {
  static constexpr std::string_view kind = "modes-found";
  EventRef of;         // the BasinFound of a "start", the SaddleFound of a "saddle" or "end"
  std::string point;   // "start", "saddle" or "end"
  Positions positions; // after refinement
  double energy = 0;         // there, eV
  double fmax = 0;           // there, eV/Angstrom
  double displacement = 0;   // largest of an atom by the refinement, Angstrom
  double log_determinant = 0;  // sum of ln(eigenvalue / (eV/(Angstrom^2 u))) over the positive ones
  std::int64_t positive = 0, negative = 0;  // how many of them; negative: 0 at a minimum, 1 at a saddle
  double unstable = 0;               // the negative one of a saddle; 0 at a minimum
  double trace = 0, trace_of_square = 0;  // sums of all eigenvalues, the negative one too, and of their squares
  std::vector<double> lowest;        // ascending
  std::vector<double> frequencies;   // of all modes in THz, ascending, below 0 for a negative eigenvalue; empty unless asked for
  std::int64_t force_calls = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("point", self.point, "");
    visit("positions", self.positions, "A");
    visit("energy", self.energy, "eV");
    visit("fmax", self.fmax, "eV/A");
    visit("displacement", self.displacement, "A");
    visit("log_determinant", self.log_determinant, "");
    visit("positive", self.positive, "");
    visit("negative", self.negative, "");
    visit("unstable", self.unstable, "eV/(A^2 u)");
    visit("trace", self.trace, "eV/(A^2 u)");
    visit("trace_of_square", self.trace_of_square, "eV^2/(A^4 u^2)");
    visit("lowest", self.lowest, "eV/(A^2 u)");
    visit("frequencies", self.frequencies, "THz");
    visit("force_calls", self.force_calls, "");
  }
};

/// A point whose modes mean nothing for a passage, and why.
struct ModesFailed {
  static constexpr std::string_view kind = "modes-failed";
  EventRef of;           // as of ModesFound
  std::string point;
  std::string reason;    // a short name: "left-the-saddle"
  std::string detail;    // one sentence with numbers
  double energy = 0;     // where the refinement ended, eV
  double fmax = 0;       // there, eV/Angstrom
  double displacement = 0;   // Angstrom
  std::int64_t negative = 0; // eigenvalues there
  std::int64_t force_calls = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("point", self.point, "");
    visit("reason", self.reason, "");
    visit("detail", self.detail, "");
    visit("energy", self.energy, "eV");
    visit("fmax", self.fmax, "eV/A");
    visit("displacement", self.displacement, "A");
    visit("negative", self.negative, "");
    visit("force_calls", self.force_calls, "");
  }
};

/// The forward prefactor of a passage when only the atoms within a radius of a centre may move; one row for each radius.
struct RegionPrefactors {
  static constexpr std::string_view kind = "region-prefactors";
  EventRef of;                      // the SaddleFound
  std::int64_t centre = -1;         // atom that moves furthest from the start to the saddle
  std::vector<double> radius;       // Angstrom
  std::vector<std::int32_t> atoms;  // within it
  std::vector<double> log_nu;       // ln(nu* / THz); not a number where the region has no first-order saddle

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("centre", self.centre, "");
    visit("radius", self.radius, "A");
    visit("atoms", self.atoms, "");
    visit("log_nu", self.log_nu, "");
  }
};

/// Dynamics of a group of atoms under hills of bias along a collective variable: what was sampled and every hill. A free
/// energy follows from it, and is not in it.
struct HillsDeposited {
  static constexpr std::string_view kind = "hills-deposited";
  EventRef of;                        // the BasinFound that it began in
  std::int64_t centre = -1;           // atom around which the group lies, or -1
  double radius = 0;                  // Angstrom: within which it lies; 0: it is named otherwise
  EventRef event;                     // the SaddleFound that moved the group, or of no task
  double event_end = 0;               // value of the variable where it ends; 0 without an event
  std::vector<std::int32_t> group;    // atoms
  std::string variable;               // in a sentence
  double shell_power = 0;             // CollectiveVariable::shell_power
  double temperature = 0;             // K
  double bias_temperature = 0;        // dT of the tempering, K; 0: hills kept their height
  double width = 0;                   // of every hill, unit of the variable
  double first_height = 0;            // eV
  double stride = 0;                  // between two hills of a walker, ps
  double wall = 0, wall_stiffness = 0;  // unit of the variable, eV per its square; stiffness 0: none
  std::int64_t walkers = 1;
  double time = 0;                    // of each walker, ps
  std::vector<double> times;          // of the hills, ps
  std::vector<std::int32_t> walker;   // that left it
  std::vector<double> centres, heights;  // unit of the variable, eV
  std::int64_t force_calls = 0;       // of the whole sampling, its quenches included

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("centre", self.centre, "");
    visit("radius", self.radius, "A");
    visit("event", self.event, "");
    visit("event_end", self.event_end, "");
    visit("group", self.group, "");
    visit("variable", self.variable, "");
    visit("shell_power", self.shell_power, "");
    visit("temperature", self.temperature, "K");
    visit("bias_temperature", self.bias_temperature, "K");
    visit("width", self.width, "");
    visit("first_height", self.first_height, "eV");
    visit("stride", self.stride, "ps");
    visit("wall", self.wall, "");
    visit("wall_stiffness", self.wall_stiffness, "eV");
    visit("walkers", self.walkers, "");
    visit("time", self.time, "ps");
    visit("times", self.times, "ps");
    visit("walker", self.walker, "");
    visit("centres", self.centres, "");
    visit("heights", self.heights, "eV");
    visit("force_calls", self.force_calls, "");
  }
};

/// Whether and when a sampled group left the basin it began in. Where it is was seen at the quenches alone: it left between
/// the last that found it inside and the first that found it outside.
struct EscapeSought {
  static constexpr std::string_view kind = "escape-sought";
  EventRef of;                   // as of HillsDeposited
  std::int64_t centre = -1;
  double temperature = 0;        // K
  double moved = 0;              // Angstrom: an atom of the group displaced further in the inherent structure has escaped
  std::int64_t escaped = 0;      // 1 when it did
  std::int64_t walker = 0;       // that did
  double inside = 0, outside = 0;  // time of all walkers together, ps; without escape both are the whole time
  /// ln of the integral of exp(V/kT) over that time, ps; minus infinity for no time.
  double log_boosted_inside = -std::numeric_limits<double>::infinity(), log_boosted_outside = -std::numeric_limits<double>::infinity();
  double value = 0;              // of the variable when it was first seen outside
  double displacement = 0;       // largest of an atom of the group in the inherent structure then, Angstrom
  std::string mechanism;         // what all atoms did from `before` to `end`, see mechanism.hpp; "" without escape
  std::vector<std::int32_t> movers;  // atoms displaced more than `moved` from `before` to `end`
  std::vector<std::int32_t> places;  // of each: the atom whose place it took, or itself
  Positions before;              // the walker's inherent structure at the last quench that found it inside
  double before_energy = 0;      // eV
  double before_fmax = 0;        // eV/Angstrom
  Positions end;                 // the one that was first found outside; `before` without escape
  double end_energy = 0;         // eV
  double end_fmax = 0;           // eV/Angstrom

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("centre", self.centre, "");
    visit("temperature", self.temperature, "K");
    visit("moved", self.moved, "A");
    visit("escaped", self.escaped, "");
    visit("walker", self.walker, "");
    visit("inside", self.inside, "ps");
    visit("outside", self.outside, "ps");
    visit("log_boosted_inside", self.log_boosted_inside, "");
    visit("log_boosted_outside", self.log_boosted_outside, "");
    visit("value", self.value, "");
    visit("displacement", self.displacement, "A");
    visit("mechanism", self.mechanism, "");
    visit("movers", self.movers, "");
    visit("places", self.places, "");
    visit("before", self.before, "A");
    visit("before_energy", self.before_energy, "eV");
    visit("before_fmax", self.before_fmax, "eV/A");
    visit("end", self.end, "A");
    visit("end_energy", self.end_energy, "eV");
    visit("end_fmax", self.end_fmax, "eV/A");
  }
};

/// A glass at a temperature whose cell begins to be sheared to and fro: x_a += gamma x_b, gamma(t) = amplitude sin(2 pi t / period).
/// Stresses are those of atoms times volume, positive in tension, the component that is driven.
struct ShearBegun {
  static constexpr std::string_view kind = "shear-begun";
  EventRef of;                     // the BasinFound that it was heated from
  Configuration configuration;     // after the equilibration, at rest as the shear sees it; its cell is that of gamma = 0
  std::string plane;               // displacement and gradient: "xy"
  double amplitude = 0;            // 0: a run without shear, told as if it had one
  double period = 0;               // ps
  double temperature = 0;          // K
  std::string thermostat;          // "nvt" or "langevin"
  double damping = 0;              // of the thermostat, ps
  double timestep = 0;             // ps
  std::int64_t samples = 0;        // of the stresses, in each period
  std::int64_t block = 0;          // periods over which `multiples` do not see each other
  std::vector<double> multiples;   // of the drive's frequency, at which the stresses of atoms were looked at
  std::vector<double> stress;      // of each atom now, eV

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("configuration", self.configuration, "");
    visit("plane", self.plane, "");
    visit("amplitude", self.amplitude, "");
    visit("period", self.period, "ps");
    visit("temperature", self.temperature, "K");
    visit("thermostat", self.thermostat, "");
    visit("damping", self.damping, "ps");
    visit("timestep", self.timestep, "ps");
    visit("samples", self.samples, "");
    visit("block", self.block, "");
    visit("multiples", self.multiples, "");
    visit("stress", self.stress, "eV");
  }
};

/// One period of it: Z(k) = 2/N sum of s exp(-2 pi i k t / period) over its samples, with t from the beginning of the shear; the drive
/// itself has -i times its amplitude.
struct ShearCycled {
  static constexpr std::string_view kind = "shear-cycled";
  EventRef of;                   // the ShearBegun
  std::int64_t cycle = 0;        // from 0
  Eigen::MatrixXd real, imaginary;  // of Z; atoms x multiples, eV
  std::vector<double> mean;      // stress of each atom over the period, eV
  std::vector<double> stress;    // at its end, eV
  Positions positions;           // at its end, when the cell is not sheared
  double temperature = 0;        // mean over the samples, K
  double energy = 0;             // mean potential energy, eV
  double pressure = 0;           // mean, eV/A^3
  double work = 0;               // that the shear did, eV

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("of", self.of, "");
    visit("cycle", self.cycle, "");
    visit("real", self.real, "eV");
    visit("imaginary", self.imaginary, "eV");
    visit("mean", self.mean, "eV");
    visit("stress", self.stress, "eV");
    visit("positions", self.positions, "A");
    visit("temperature", self.temperature, "K");
    visit("energy", self.energy, "eV");
    visit("pressure", self.pressure, "eV/A^3");
    visit("work", self.work, "eV");
  }
};

using Event = std::variant<BasinFound, SaddleFound, SearchFailed, TraceRecorded, ModesFound, ModesFailed, RegionPrefactors, HillsDeposited, EscapeSought, ShearBegun, ShearCycled>;
using Events = std::vector<Event>;

/// "basin-found", "saddle-found", ...
std::string_view kind_of(const Event& event);

}  // namespace glasscape
