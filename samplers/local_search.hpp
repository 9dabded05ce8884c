// A saddle search that costs what the event costs, not what the glass costs: in a region around its centre, which grows.
//   search    in the first region, whose atoms alone may move (saddle_search.hpp); most searches that fail end here
//   confirm   in a wider one: climb again from there, relax down both sides, count negative curvatures
//   widen     the saddle and the minimum behind it relax in regions ever wider, until what is still to be gained beyond is less
//             than `tolerance`: a defect in an elastic medium relaxes the rest of space by an energy that falls as radius^-3
//   verify    the forces on the atoms around the last region
// Where a region would hold more than half of the atoms, all take its place. Units: eV, Angstrom.
#pragma once

#include "samplers/saddle_search.hpp"

namespace glasscape {

struct LocalSearch {
  double radius = 12.0;      // of the first region, Angstrom; 0: all atoms from the beginning
  double growth = 1.4;       // from one region to the next
  double tolerance = 1e-4;   // eV, of the energies of the saddle and of the minimum behind it

  static LocalSearch read(Input& in);
};

/// As search_saddle around an atom. Forces calls are told in calls of the whole; a region counts by its share of the pairs.
SearchOutcome search_saddle_near(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& direction, const Positions& local,
                                 const SaddleSearch& options, const LocalSearch& regions, Rng& rng);

}  // namespace glasscape
