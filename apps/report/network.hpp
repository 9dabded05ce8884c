// The landscape around a start as a reader sees it: basins and the saddles between them, with energies above the start
// (eV) and distances from it (Angstrom): the length of the displacement of all atoms, without uniform drift. The numbers
// of events are DistinctEvent::number.
#pragma once

#include "analysis/disconnectivity.hpp"
#include "landscape/graph.hpp"

namespace glasscape {

struct NetworkBasin {
  double energy = 0, distance = 0;
  std::int64_t event = 0;  // that found it first; 0: none, as for the start
  std::int64_t times_found = 1;
};

struct NetworkSaddle {
  Connection connection;  // basins and energy
  double distance = 0;
  std::int64_t event = 0;
};

struct EnergyNetwork {
  std::vector<NetworkBasin> basins;
  std::vector<NetworkSaddle> saddles;
  std::size_t start = 0;  // a basin
  MergeTree tree;         // exact
};

/// Of the graph that one sampling stage found; saddle k of the graph is the event `first_event` + k.
EnergyNetwork network_of(const LandscapeGraph& graph, BasinId start, const Configuration& configuration, std::int64_t first_event);

}  // namespace glasscape
