// Measurements of relaxation as tables, and a file that says how they were made: which belong together, at which temperature, after how
// long a load, and what the solid is. docs/relaxation_spectra.md has the columns and the keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/bending.hpp"
#include "analysis/relaxation_spectrum.hpp"
#include "analysis/shear_transformation.hpp"
#include "md/support/input.hpp"

namespace glasscape {

struct Measurement {
  std::string quantity;               // "strain", "stress", "creep_strain", "loss_modulus", "storage_modulus"
  std::string unit;                   // of a modulus or a stress: "GPa", "MPa", "Pa"; empty: relative, or not said
  ResponseData data;
  std::optional<double> temperature;  // K
  std::optional<double> aged;         // s, before the measurement
  bool relative = false;              // a strain that is said to be told over the elastic strain
  std::vector<std::string> unread;    // columns that mean nothing here
};

/// Strains of ribbons bent around mandrels of several sizes, and read off a while after their release.
struct BendingMeasurement {
  std::vector<BendingDatum> data;
  TransformationStrainOptions options;  // with the times
};

struct Experiment {
  std::string source, name;
  std::vector<Measurement> measurements;
  SpectrumOptions options;
  std::optional<ShearTransformation> zones;  // strain over elastic strain is told as zones by this law
  bool zones_have_temperature = false;       // else they are at that of the measurement, if it has one
  std::optional<BendingMeasurement> bending; // beyond the linear range; wants zones
  std::string composition;                   // as it was written; never normalised
  std::vector<std::string> doubts;
};

/// The keys of the law of zones in a table; the table may have others.
ShearTransformation read_shear_transformation(Input& in);

/// A CSV with a header. Throws NotFound, FormatError and InputError with the file, and its line or the number of its row.
Measurement read_measurement(const std::string& path);

/// A TOML file, or CSV files that share one spectrum. Throws as read_measurement, and InputError at a key.
Experiment read_experiment(const std::vector<std::string>& files);

}  // namespace glasscape
