// The landscape around a start as a reader sees it: basins and the saddles between them, with energies above the start
// (eV) and distances from it (Angstrom): the length of the displacement of all atoms, without uniform drift. The numbers
// of events are DistinctEvent::number.
#pragma once

#include <optional>

#include "analysis/disconnectivity.hpp"
#include "apps/stage.hpp"
#include "landscape/graph.hpp"
#include "md/potential.hpp"

namespace glasscape {

struct NetworkBasin {
  double energy = 0, distance = 0;
  std::int64_t event = 0;  // that found it first; 0: none, as for the start
  std::int64_t times_found = 1;
  std::optional<StressComponents> stress = {};  // inherent, eV/A^3; nothing in an open cell
};

struct NetworkSaddle {
  Connection connection;  // basins and energy
  double distance = 0;
  std::int64_t event = 0;
  std::int64_t times_found = 1;
  std::vector<Eigen::Index> moved = {};  // atoms whose places differ between its basins, ascending
};

struct EnergyNetwork {
  std::vector<std::string> stages;  // that found it
  std::vector<NetworkBasin> basins;
  std::vector<NetworkSaddle> saddles;
  std::size_t start = 0;  // a basin
  MergeTree tree;         // exact
};

/// At a minimum near these positions; nothing in an open cell.
std::optional<StressComponents> stress_at(const std::shared_ptr<const Potential>& potential, const Configuration& frame, const Positions& x);

/// What all stages that go back to one prepared basin have found together, each basin and saddle once, as far as saddles
/// connect it with the start.
class NetworkReading {
 public:
  NetworkReading(NamedBasin start, const SameBasin& options);
  void take(const EventRef& ref, const Event& event) { graph_.apply(ref, event); }
  std::size_t saddles() const { return graph_.saddles().size(); }
  /// How often the first so many saddles were found.
  std::int64_t times_found(std::size_t saddles) const;
  /// Another stage has been taken in.
  void end_stage(const std::string& name) { stages_.push_back(name); }
  /// `events`: numbers of the facts that stand for events in the report. Stresses are those by the potential; an atom displaced further than `moved` (Angstrom) has moved.
  EnergyNetwork network(const std::map<EventRef, std::int64_t>& events, const std::shared_ptr<const Potential>& potential, double moved) const;

 private:
  NamedBasin start_;
  LandscapeGraph graph_;
  std::vector<std::string> stages_;
};

}  // namespace glasscape
