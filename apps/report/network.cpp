#include "apps/report/network.hpp"

#include "analysis/event_size.hpp"

namespace glasscape {

NetworkReading::NetworkReading(NamedBasin start, const SameBasin& options) : start_(std::move(start)), graph_(options) {
  graph_.apply(start_.ref, start_.found);
}

EnergyNetwork NetworkReading::network(const std::map<EventRef, std::int64_t>& events) const {
  const Configuration& c = start_.found.configuration;
  const auto distance = [&](const Positions& positions) { return event_size(c.positions, positions, c.cell, *c.species, 0.0).total; };
  const auto event_of = [&](const EventRef& ref) {
    const auto known = events.find(ref);
    return known == events.end() ? 0 : known->second;
  };
  EnergyNetwork network;
  network.stages = stages_;
  network.start = static_cast<std::size_t>(graph_.basin_of(start_.ref));
  const double zero = graph_.basins()[network.start].energy;
  for (const Basin& basin : graph_.basins())
    network.basins.push_back({basin.energy - zero, distance(basin.positions), event_of(basin.ref), basin.times_found});
  std::vector<Connection> connections;
  std::vector<double> energies;
  for (const Saddle& saddle : graph_.saddles()) {
    connections.push_back({static_cast<std::size_t>(saddle.from), static_cast<std::size_t>(saddle.to), saddle.energy - zero});
    network.saddles.push_back({connections.back(), distance(saddle.positions), event_of(saddle.ref), saddle.times_found});
  }
  network.basins[network.start].distance = 0.0;
  for (const NetworkBasin& basin : network.basins) energies.push_back(basin.energy);
  network.tree = merge_tree(energies, connections);
  return network;
}

}  // namespace glasscape
