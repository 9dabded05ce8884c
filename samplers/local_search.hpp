// A saddle search in a region around its centre, which grows: the search itself costs what the event costs, whatever the size of
// the glass; only the relaxation of what was found, at last, goes as far as elasticity does.
//   search    in the first region, whose atoms alone may move (saddle_search.hpp); most searches that fail end here
//   confirm   in a wider one: climb again from there, relax down to the start
//   widen     the saddle, and the minimum behind it once that is found in the first of these, relax in regions ever wider, until what is still to be
//             gained beyond is less than `tolerance`: a defect in an elastic medium relaxes the rest of space by an energy that falls as radius^-3
//   look      where something moved, what both sides relax to now: an event only where it still is the start, with another minimum behind it, maybe
//   far field when so little is left that the medium is hardly strained beyond the last region, all atoms come to rest at once, those
//             far away in linear response (far_field.hpp)
//   verify    at rest: mode and curvatures there, the forces on the atoms around the last region
// Where a region would hold half of the atoms or more, or atoms are frozen, all take its place. Units: eV, Angstrom.
#pragma once

#include "samplers/saddle_search.hpp"

namespace glasscape {

struct LocalSearch {
  double radius = 12.0;      // of the first region, Angstrom; 0: all atoms from the beginning
  double growth = 1.4;       // of the radius from one region to the next, at least; further where the law asks for more
  double tolerance = 1e-4;   // eV, of the energies of the saddle and of the minimum behind it

  static LocalSearch read(Input& in);
};

/// As search_saddle around an atom; `direction` and `local` are 0 further from it than the first region reaches. Force calls are told
/// in calls of the whole; a region counts by its share of the pairs.
SearchOutcome search_saddle_near(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& direction, const Positions& local,
                                 const SaddleSearch& options, const LocalSearch& regions, Rng& rng);

}  // namespace glasscape
