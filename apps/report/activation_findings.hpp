// Activation energy and entropy from free-energy barriers at several temperatures, of one glass or several: what a page
// about them says. eV, K; entropies in kB, which are meaningless without nu0.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/activation_entropy.hpp"
#include "analysis/compensation.hpp"

namespace glasscape {

struct ActivationFindings {
  std::string source;                    // where the barriers come from
  double nu0 = 0;                        // THz
  std::vector<GlassBarriers> glasses;    // in the order of the source
  std::vector<ActivationFit> fits;       // one per glass
  std::optional<ActivationOfGlasses> together;  // of two glasses or more
  std::optional<Curvature> curvature;           // with three temperatures or more
  std::optional<Compensation> compensation;     // of four glasses or more
};

/// A CSV file with the columns glass, temperature_K, barrier_eV and error_eV, one barrier per row. Throws as CsvTable, and
/// FormatError for a temperature or an error not above 0.
std::vector<GlassBarriers> read_barriers(const std::string& path);

/// Throws InputError for a glass with fewer than two temperatures, and for no glass.
ActivationFindings activation_findings(std::string source, std::vector<GlassBarriers> glasses, double nu0);

}  // namespace glasscape
