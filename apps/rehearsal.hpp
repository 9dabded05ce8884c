// A rehearsal: what measurements on a solid that is known would give, with noise, and what usual ways of reading them would make of it. All
// data are computed and none measured. The solid is linear: zones of n atoms that take the parts c_m of the volume (shear_transformation.hpp),
// or beta and alpha relaxation (two_step_relaxation.hpp), over its compliance at once
//   J(t)/J_g = 1 + sum c_m (1 - e^{-t/tau_m}) + phi t
//   creep       strain over elastic strain under constant stress less the elastic strain     sum c_m (1 - e^{-t/tau_m}) + phi t
//   recovery    the same after such a load of `loaded` s     sum c_m (1 - e^{-loaded/tau_m}) e^{-t/tau_m} + phi loaded
//   relaxation  E(t)/E(0) at constant strain, exactly from J (linear_solid.hpp);   loss, storage  E'' and E' of it, GPa
// Temperature moves the tau_m; fractions stay. Noise is normal, of one standard deviation at all points of a file or of one part of each
// value, from a stream of random numbers that the name of the file chooses: a file is the same whatever else is measured. s, Hz, K, eV, GPa.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "analysis/bending.hpp"
#include "analysis/empirical_fits.hpp"
#include "analysis/temperature_steps.hpp"
#include "analysis/two_step_relaxation.hpp"

namespace glasscape {

struct ZoneSolid {
  ShearTransformation law;
  std::vector<Zone> zones;              // at the temperature of the law
};

struct TwoStepSolid {
  HierarchicalRelaxation law;           // in units of 1/E_el
  double elastic_modulus = 0;           // GPa
};

using Solid = std::variant<ZoneSolid, TwoStepSolid>;

/// J(t)/J_g at a temperature, and 1/J_g.
Compliance compliance_of(const Solid& solid, double temperature);
double modulus_of(const Solid& solid);
/// "zones of 14 to 21 atoms, 5.6 % of the volume".
std::string describe(const Solid& solid);

enum class Observable { creep, recovery, relaxation, loss, storage };
std::string to_string(Observable kind);
bool is_modulus(Observable kind);
/// Of a table: "loss_modulus_GPa".
std::string column_of(Observable kind);

struct PlannedMeasurement {
  std::string where;                    // "solid.toml:12: key 'measurement.file'", to begin a message
  Observable kind = Observable::creep;
  std::vector<std::string> files;       // one for each temperature
  std::vector<double> temperatures;
  double from = 0, to = 0;              // s or Hz; points are equally spaced in their logarithm
  int points = 0;
  double noise = 0;                     // standard deviation over the largest value
  bool noise_of_each = false;           // or over each value
  double loaded = std::numeric_limits<double>::infinity();  // s

  /// "0.005 of the largest value".
  std::string noise_text() const;
};

struct SteppingPlan {
  BarrierDensity density;
  std::vector<TemperatureHold> holds;
  double attempt_time = 0;              // s
};

struct BendingPlan {
  ZoneSolid solid;
  std::vector<double> strains;          // of the surface, imposed
  double loaded = 0, read = 0;          // s, on the mandrel and after it
  double noise = 0;                     // of an anelastic strain, over it
  double transformation_strain = 0;     // that the ribbon really has; times and fractions are those of the zones
};

struct ClockPlan {
  StretchedExponential truth;           // its shift is the time that passed before the clock was started
  double longest = 0;                   // s, equally spaced from 0
  int points = 0;
  double noise = 0;                     // over the first value
};

struct LoadingPlan {
  Relaxation relaxation;                // GPa
  double temperature = 0;
  double hold = 0, first = 0;           // s, of each stage; the first record after a step
  std::vector<StrainStep> steps;
};

struct Demonstration {
  std::string where;
  std::variant<SteppingPlan, BendingPlan, ClockPlan, LoadingPlan> plan;
};

struct Rehearsal {
  std::string name;
  std::uint64_t seed = 1;
  Solid solid;
  std::vector<PlannedMeasurement> measurements;
  std::vector<Demonstration> demonstrations;
};

/// Throws NotFound, FormatError and InputError with the file, the line and the key.
Rehearsal read_rehearsal(const std::string& path);

struct RehearsedMeasurement {
  std::string file;
  Observable kind = Observable::creep;
  double temperature = 0;
  Eigen::VectorXd at, exact, value;     // s or Hz
  Eigen::VectorXd error;                // standard deviations of the noise; empty: none
};

struct SteppingFindings {
  SteppingPlan plan;
  SteppingArtefact artefact;
};

struct BendingRow {
  double imposed = 0, elastic = 0;      // of the surface; apparent
  double anelastic = 0, measured = 0;   // apparent, at the time of reading: exact, with noise
};

struct BendingFindings {
  BendingPlan plan;
  std::vector<BendingRow> rows;
  double linear = 0;                    // anelastic over elastic strain of a small bend
  double nonlinearity = 1;              // greatest sinh(x)/x
  TransformationStrain fit;             // of the measured column, begun from the zones as they are written
};

struct ClockFindings {
  ClockPlan plan;
  Eigen::VectorXd at, value;
  StretchedFit free_amplitude, fixed_amplitude, free_shift;
};

/// Two stages at the same strain, and how far their stresses are apart.
struct StagePair {
  std::size_t first = 0, second = 0;    // from 0
  double difference = 0;                // over the first stress of the first
};

struct LoadingFindings {
  LoadingPlan plan;
  std::vector<StagePair> pairs;
};

using DemonstrationFindings = std::variant<SteppingFindings, BendingFindings, ClockFindings, LoadingFindings>;

struct RehearsalFindings {
  std::string name, solid;
  std::uint64_t seed = 1;
  std::vector<PlannedMeasurement> plans;
  std::vector<std::vector<RehearsedMeasurement>> measurements;  // of each plan, one for each temperature
  std::vector<DemonstrationFindings> demonstrations;
  std::optional<Interval> two_steps;    // of a solid of two steps: the temperatures at which a record from 0.5 to 1e4 s has both, K
};

/// Throws InputError where the solid shows nothing, or nothing finite.
RehearsalFindings rehearse(const Rehearsal& rehearsal);

/// The table that `read_measurement` reads; its first line says that it is synthetic.
std::string to_csv(const RehearsalFindings& findings, const PlannedMeasurement& plan, const RehearsedMeasurement& measurement);

}  // namespace glasscape
