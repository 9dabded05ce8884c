#include "apps/report/network.hpp"

#include "analysis/event_size.hpp"

namespace glasscape {

EnergyNetwork network_of(const LandscapeGraph& graph, BasinId start, const Configuration& c, std::int64_t first_event) {
  const double zero = graph[start].energy;
  const auto distance = [&](const Positions& positions) {
    return event_size(c.positions, positions, c.cell, *c.species, 0.0).total;
  };
  EnergyNetwork network;
  network.start = static_cast<std::size_t>(start);
  for (const Basin& basin : graph.basins())
    network.basins.push_back({basin.energy - zero, distance(basin.positions), 0, basin.times_found});
  std::vector<Connection> connections;
  std::vector<double> energies;
  std::int64_t event = first_event;
  for (const Saddle& saddle : graph.saddles()) {
    connections.push_back({static_cast<std::size_t>(saddle.from), static_cast<std::size_t>(saddle.to), saddle.energy - zero});
    network.saddles.push_back({connections.back(), distance(saddle.positions), event});
    NetworkBasin& end = network.basins[connections.back().to];
    if (end.event == 0 && saddle.to != start) end.event = event;
    ++event;
  }
  network.basins[network.start].distance = 0.0;
  for (const NetworkBasin& basin : network.basins) energies.push_back(basin.energy);
  network.tree = merge_tree(energies, connections);
  return network;
}

}  // namespace glasscape
