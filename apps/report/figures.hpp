// The pictures of a report.
#pragma once

#include "apps/report/findings.hpp"
#include "apps/report/svg.hpp"

namespace glasscape {

/// Temperature and energy along a quench, radial distribution function.
std::vector<Figure> figures_of(const Preparation& preparation);
/// Spectrum with its fit, its convergence, effective barriers, sizes of events.
std::vector<Figure> figures_of(const SearchFindings& findings);
/// Disconnectivity graph, and basins and saddles over their distance from the start; nothing without a saddle.
std::vector<Figure> figures_of(const EnergyNetwork& network);

}  // namespace glasscape
