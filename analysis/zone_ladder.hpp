// The peaks of a spectrum of strain as shear transformation zones, one size each (shear_transformation.hpp; Atzmon, Ju and Lei, Materials
// 16, 7444 (2023), Section 4 and Fig. 5): volumes Omega_m from the times by their Eq. 9, and by how much they grow from one size to the
// next. Data must be strain over elastic strain, so that areas are the parts of the volume c_m (Eq. 6). Units of shear_transformation.hpp.
#pragma once

#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/shear_transformation.hpp"
#include "analysis/spectrum_peaks.hpp"

namespace glasscape {

struct MeasuredZone {
  int m = 0;                               // its number on the ladder, from 1: steps are multiples of the largest unit that suits them all (half of it would, too)
  Zone zone;
  Estimate tau, fraction, volume, atoms, barrier;  // with the intervals of the peak's time and area
};

struct ZoneLadder {
  std::vector<MeasuredZone> zones;         // ascending
  Estimate step;                           // of Omega_m over m, least squares weighed by the intervals of Omega_m; Student's interval, with these numbers. Angstrom^3
  Estimate step_atoms;                     // the same over the volume of an atom
  Percolation percolation;
  std::vector<std::string> doubts;
};

/// Throws InputError for a peak that no zone relaxes in, as `volume_of`.
ZoneLadder zone_ladder(const ShearTransformation& law, const std::vector<SpectrumPeak>& peaks);

}  // namespace glasscape
