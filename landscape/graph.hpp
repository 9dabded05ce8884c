// What is known of a landscape: basins joined by saddles, folded from facts. Nothing in it is more than the
// facts and a same-basin test, so it can always be made again from a store: replay(store) == graph.
// An undirected multigraph: two saddles may join the same two basins, and a saddle may join a basin to a
// copy of itself with atoms exchanged. Ids count from 0 in the order of discovery and belong to one graph;
// EventRefs are for good. Energies in eV, positions 3 x atoms in Angstrom.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "landscape/event.hpp"
#include "landscape/same_basin.hpp"
#include "landscape/structures.hpp"

namespace glasscape {

class Store;
struct Shard;

enum class BasinId : std::size_t {};
enum class SaddleId : std::size_t {};

/// Which point of an event stands for a basin.
enum class BasinPoint { found, end };  // the configuration of a BasinFound, the `end` of a SaddleFound

/// A basin and the fact that stands for it: the first that found it.
struct Basin {
  EventRef ref;
  BasinPoint point = BasinPoint::found;
  double energy = 0;
  StructureId structure{};       // see LandscapeGraph::positions
  std::size_t frame = 0;         // index into frames()
  std::int64_t times_found = 1;  // as the basin of a BasinFound or the end of a SaddleFound
};

/// A saddle and the fact that stands for it: the first that found it.
struct Saddle {
  EventRef ref;
  double energy = 0;
  StructureId structure{};
  BasinId from{}, to{};                     // equal for an exchange of atoms
  double barrier_from = 0, barrier_to = 0;  // above the energy of each basin, eV
  std::int64_t times_found = 1;
};

/// How the searches fared.
struct Searches {
  std::int64_t attempts = 0;  // searches that found a saddle or failed
  std::int64_t found = 0;
  std::map<std::string, std::int64_t> failed;  // by reason
  std::int64_t force_calls = 0;                // of all attempts

  bool operator==(const Searches&) const = default;
};

class LandscapeGraph {
 public:
  /// Vertices are basins; an edge carries its saddle.
  struct Edge {
    SaddleId saddle{};
  };
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, Edge>;

  explicit LandscapeGraph(SameBasin options = {}, Structures structures = Structures()) : options_(options), structures_(std::move(structures)) {}

  /// Takes in one fact. A saddle whose starting basin is not yet known waits for it. Throws FormatError when
  /// a saddle has another number of atoms than its start.
  void apply(const EventRef& ref, const Event& event);
  void apply(const Shard& shard);

  const std::vector<Basin>& basins() const { return basins_; }
  const std::vector<Saddle>& saddles() const { return saddles_; }
  const Basin& operator[](BasinId id) const { return basins_[static_cast<std::size_t>(id)]; }
  const Saddle& operator[](SaddleId id) const { return saddles_[static_cast<std::size_t>(id)]; }
  /// 3 x atoms; perhaps from a disk.
  Positions positions(const Basin& basin) const { return structures_[basin.structure]; }
  Positions positions(const Saddle& saddle) const { return structures_[saddle.structure]; }
  /// The saddles around a basin, each once, in order of discovery.
  std::vector<SaddleId> saddles_of(BasinId id) const;
  /// Sets of basins that saddles connect, each sorted, in order of their first basin.
  std::vector<std::vector<BasinId>> components() const;
  /// The basin that a BasinFound, or the end of a SaddleFound, was taken for. Throws NotFound for a ref that neither had.
  BasinId basin_of(const EventRef& ref) const;

  /// The saddle that each SaddleFound was taken for, in the order in which they came in.
  const std::vector<SaddleId>& found() const { return found_; }
  const Searches& searches() const { return searches_; }
  /// Saddles that wait for the basin they started from: its shard is missing.
  std::size_t waiting() const;
  const std::vector<CommonFrame>& frames() const { return frames_; }
  const SameBasin& options() const { return options_; }
  /// For Boost's algorithms; vertex k is basin k.
  const Graph& graph() const { return graph_; }

  /// The same content in the same order.
  bool operator==(const LandscapeGraph& other) const;

 private:
  using ByEnergy = std::multimap<double, BasinId>;
  /// What the graph takes of a SaddleFound.
  struct Passage {
    EventRef ref;
    double energy = 0, end_energy = 0;
  };
  struct Waiting {
    Passage passage;
    StructureId saddle{}, end{};
  };

  void add(const EventRef& ref, const BasinFound& found);
  void add(const EventRef& ref, const SaddleFound& found);
  void add(const EventRef& ref, const SearchFailed& failed);
  void add(const EventRef&, const TraceRecorded&) {}
  void add(const EventRef&, const ModesFound&) {}
  void add(const EventRef&, const ModesFailed&) {}
  void add(const EventRef&, const RegionPrefactors&) {}
  void add(const EventRef&, const HillsDeposited&) {}
  void add(const EventRef&, const EscapeSought&) {}
  void add(const EventRef&, const ShearBegun&) {}
  void add(const EventRef&, const ShearCycled&) {}

  void connect(const Passage& passage, const Positions& saddle, const Positions& end, BasinId from);
  /// The fact stands for that basin as the start of searches; those that waited for it come in.
  void let_start(const EventRef& ref, BasinId basin);
  std::size_t frame_of(const Configuration& configuration);
  /// The known basin that is the same, the nearest in energy if several are, or the candidate as a new one.
  BasinId take_in(Basin candidate, const Positions& x);
  SaddleId take_in(Saddle candidate, const Positions& x);
  bool same_content(const Basin& mine, const LandscapeGraph& other, const Basin& its) const;
  bool same_content(const Saddle& mine, const LandscapeGraph& other, const Saddle& its) const;

  SameBasin options_;
  Structures structures_;
  std::vector<CommonFrame> frames_;
  std::vector<ByEnergy> by_energy_;  // one per frame
  std::vector<Basin> basins_;
  std::vector<Saddle> saddles_;
  std::vector<SaddleId> found_;
  std::map<std::pair<BasinId, BasinId>, std::vector<SaddleId>> between_;  // by their basins, the lower id first
  Graph graph_;
  std::map<EventRef, BasinId> basin_of_;
  std::map<EventRef, std::vector<Waiting>> waiting_;  // by the basin they wait for
  Searches searches_;
};

/// The graph of all facts of a store, in the order of their refs. Throws as Store::read.
LandscapeGraph replay(const Store& store, const SameBasin& options = {});

}  // namespace glasscape
