#include "apps/report/activation_findings.hpp"

#include <algorithm>

#include "md/support/csv.hpp"
#include "md/support/error.hpp"

namespace glasscape {

std::vector<GlassBarriers> read_barriers(const std::string& path) {
  enum Column : std::size_t { glass, temperature, barrier, error };
  const CsvTable table = CsvTable::read(path, {"glass", "temperature_K", "barrier_eV", "error_eV"}, "table of barriers");
  std::vector<GlassBarriers> glasses;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const BarrierAt point{table.real(row, temperature), table.real(row, barrier), table.real(row, error)};
    if (!(point.temperature > 0)) table.refuse(row, temperature, "a temperature above 0 K");
    if (!(point.error > 0)) table.refuse(row, error, "a standard error above 0 eV");
    const std::string& name = table.text(row, glass);
    auto known = std::find_if(glasses.begin(), glasses.end(), [&](const GlassBarriers& g) { return g.name == name; });
    if (known == glasses.end()) known = glasses.insert(glasses.end(), GlassBarriers{name, {}});
    known->points.push_back(point);
  }
  return glasses;
}

ActivationFindings activation_findings(std::string source, std::vector<GlassBarriers> glasses, double nu0) {
  constexpr std::size_t fewest_for_compensation = 4;
  ActivationFindings f{std::move(source), nu0, std::move(glasses), {}, {}, {}, {}};
  if (f.glasses.empty()) throw InputError("{}: no barriers", f.source);
  for (const GlassBarriers& glass : f.glasses) try {
      f.fits.push_back(fit_activation(glass.points));
    } catch (const InputError& error) {
      throw InputError("{}: glass '{}': {}", f.source, glass.name, error.what());
    }
  if (f.glasses.size() > 1) f.together = activation_of_glasses(f.glasses);
  f.curvature = curvature(f.glasses);
  if (f.glasses.size() >= fewest_for_compensation) f.compensation = compensation(measured(f.fits));
  return f;
}

}  // namespace glasscape
