#include "apps/report/network.hpp"

#include <algorithm>
#include <numeric>

#include "analysis/event_size.hpp"
#include "md/elastic_constants.hpp"

namespace glasscape {

NetworkReading::NetworkReading(NamedBasin start, const SameBasin& options) : start_(std::move(start)), graph_(options) {
  graph_.apply(start_.ref, start_.found);
}

std::int64_t NetworkReading::times_found(std::size_t saddles) const {
  return std::accumulate(graph_.saddles().begin(), graph_.saddles().begin() + static_cast<std::ptrdiff_t>(saddles), std::int64_t{0},
                         [](std::int64_t sum, const Saddle& saddle) { return sum + saddle.times_found; });
}

std::optional<StressComponents> stress_at(const std::shared_ptr<const Potential>& potential, const Configuration& frame, const Positions& x) {
  if (!frame.cell.all_periodic()) return std::nullopt;
  Surface surface(potential, frame);
  // searches end where forces are small enough for energies; a stress wants no more than a call where they are smaller still
  const Quenched q = minimise(surface, x, {.fmax = 1e-3});
  return inherent_stress(surface, q.positions);
}

EnergyNetwork NetworkReading::network(const std::map<EventRef, std::int64_t>& events, const std::shared_ptr<const Potential>& potential, double moved) const {
  const Configuration& c = start_.found.configuration;
  const auto distance = [&](const Positions& positions) { return event_size(c.positions, positions, c.cell, *c.species, 0.0).total; };
  const auto event_of = [&](const EventRef& ref) {
    const auto known = events.find(ref);
    return known == events.end() ? 0 : known->second;
  };
  const auto moved_between = [&](const Positions& from, const Positions& to) {
    const EventSize size = event_size(from, to, c.cell, *c.species, moved);
    std::vector<Eigen::Index> atoms;
    for (Eigen::Index k = 0; k < size.displacements.cols(); ++k)
      if (size.displacements.col(k).norm() > moved) atoms.push_back(k);
    return atoms;
  };
  EnergyNetwork network;
  network.stages = stages_;
  const BasinId start = graph_.basin_of(start_.ref);
  const double zero = graph_[start].energy;
  std::map<BasinId, std::size_t> place;
  for (const std::vector<BasinId>& connected : graph_.components())
    if (std::find(connected.begin(), connected.end(), start) != connected.end())
      for (const BasinId id : connected) {
        place.emplace(id, network.basins.size());
        network.basins.push_back({graph_[id].energy - zero, distance(graph_.positions(graph_[id])), event_of(graph_[id].ref), graph_[id].times_found, stress_at(potential, c, graph_.positions(graph_[id]))});
      }
  network.start = place.at(start);
  std::vector<Connection> connections;
  std::vector<double> energies;
  for (const Saddle& saddle : graph_.saddles()) {
    if (!place.contains(saddle.from)) continue;
    connections.push_back({place.at(saddle.from), place.at(saddle.to), saddle.energy - zero});
    network.saddles.push_back({connections.back(), distance(graph_.positions(saddle)), event_of(saddle.ref), saddle.times_found, moved_between(graph_.positions(graph_[saddle.from]), graph_.positions(graph_[saddle.to]))});
  }
  network.basins[network.start].distance = 0.0;
  for (const NetworkBasin& basin : network.basins) energies.push_back(basin.energy);
  network.tree = merge_tree(energies, connections);
  return network;
}

}  // namespace glasscape
