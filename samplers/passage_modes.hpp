// The harmonic modes of a passage as facts: of the start, the saddle and the end, each refined first; and what they say
// together, Vineyard's prefactors. All atoms may move.
#pragma once

#include "landscape/event.hpp"
#include "md/support/input.hpp"
#include "samplers/stationary_point.hpp"
#include "samplers/vineyard.hpp"

namespace glasscape {

struct PassageModes {
  Refine refine = {};
  Eigen::Index lowest = 4;    // eigenvalues to keep, at least 1
  bool spectrum = false;      // keep all frequencies
  std::vector<double> radii = {};  // Angstrom, of active regions

  static PassageModes read(Input& in);
};

/// The modes of a point that should have `order` negative eigenvalues, or a failure. `of` and `point` name it.
Event modes_of_point(Surface& surface, const EventRef& of, std::string_view point, const Positions& x, Eigen::Index order,
                     const PassageModes& options);

/// The modes of a saddle and, if it is one, of its end, and with a refined start the prefactors of active regions.
Events modes_of_passage(Surface& surface, const EventRef& of, const SaddleFound& found, const ModesFound* start, const PassageModes& options);

/// For `vineyard`.
ModeSum mode_sum(const ModesFound& modes);

}  // namespace glasscape
