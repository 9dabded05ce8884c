#include "landscape/graph.hpp"

#include <algorithm>
#include <boost/graph/connected_components.hpp>

#include "landscape/store.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

bool same_positions(const Positions& a, const Positions& b) { return a.cols() == b.cols() && a == b; }

template <typename Node>
bool same_point(const CommonFrame& frame, const Node& a, const Node& b, const SameBasin& options) {
  return same_basin(frame, {a.positions, a.energy}, {b.positions, b.energy}, options).same;
}

bool same_content(const Basin& a, const Basin& b) {
  return a.ref == b.ref && a.point == b.point && a.energy == b.energy && a.frame == b.frame &&
         a.times_found == b.times_found && same_positions(a.positions, b.positions);
}

bool same_content(const Saddle& a, const Saddle& b) {
  return a.ref == b.ref && a.energy == b.energy && a.from == b.from && a.to == b.to &&
         a.barrier_from == b.barrier_from && a.barrier_to == b.barrier_to && a.times_found == b.times_found &&
         same_positions(a.positions, b.positions);
}

template <typename Node>
bool same_content(const std::vector<Node>& a, const std::vector<Node>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Node& x, const Node& y) { return same_content(x, y); });
}

}  // namespace

void LandscapeGraph::apply(const EventRef& ref, const Event& event) {
  std::visit([&](const auto& fact) { add(ref, fact); }, event);
}

void LandscapeGraph::add(const EventRef& ref, const BasinFound& found) {
  const BasinId basin = take_in({.ref = ref,
                                 .point = BasinPoint::found,
                                 .energy = found.energy,
                                 .positions = found.configuration.positions,
                                 .frame = frame_of(found.configuration)});
  let_start(ref, basin);
}

void LandscapeGraph::add(const EventRef& ref, const SaddleFound& found) {
  ++searches_.attempts;
  ++searches_.found;
  searches_.force_calls += found.force_calls;
  if (const auto start = basin_of_.find(found.from); start != basin_of_.end())
    connect(ref, found, start->second);
  else
    waiting_[found.from].emplace_back(ref, found);
}

void LandscapeGraph::add(const EventRef&, const SearchFailed& failed) {
  ++searches_.attempts;
  ++searches_.failed[failed.reason];
  searches_.force_calls += failed.force_calls;
}

void LandscapeGraph::connect(const EventRef& ref, const SaddleFound& found, BasinId from) {
  const Basin& start = (*this)[from];
  if (found.saddle.cols() != start.positions.cols() || found.end.cols() != start.positions.cols())
    throw FormatError(
        "event {} of task '{}' has {} atoms at the saddle and {} at its end, but starts from {}", ref.number,
        ref.task, found.saddle.cols(), found.end.cols(), start.positions.cols());
  const BasinId to = take_in({.ref = ref,
                              .point = BasinPoint::end,
                              .energy = found.end_energy,
                              .positions = found.end,
                              .frame = start.frame});
  take_in({.ref = ref,
           .energy = found.energy,
           .positions = found.saddle,
           .from = from,
           .to = to,
           .barrier_from = found.energy - (*this)[from].energy,
           .barrier_to = found.energy - (*this)[to].energy});
  let_start(ref, to);
}

void LandscapeGraph::let_start(const EventRef& ref, BasinId basin) {
  basin_of_[ref] = basin;
  const auto waiting = waiting_.extract(ref);
  if (waiting.empty()) return;
  for (const auto& [saddle_ref, saddle] : waiting.mapped()) connect(saddle_ref, saddle, basin);
}

std::size_t LandscapeGraph::frame_of(const Configuration& configuration) {
  const CommonFrame frame{configuration.species, configuration.cell};
  const auto known =
      std::find_if(frames_.begin(), frames_.end(), [&](const CommonFrame& f) { return same_frame(f, frame); });
  const auto index = static_cast<std::size_t>(known - frames_.begin());
  if (known == frames_.end()) {
    frames_.push_back(frame);
    by_energy_.emplace_back();
  }
  return index;
}

BasinId LandscapeGraph::take_in(Basin candidate) {
  ByEnergy& near = by_energy_[candidate.frame];
  const auto end = near.upper_bound(candidate.energy + options_.energy_window);
  for (auto at = near.lower_bound(candidate.energy - options_.energy_window); at != end; ++at) {
    Basin& known = basins_[static_cast<std::size_t>(at->second)];
    if (!same_point(frames_[candidate.frame], known, candidate, options_)) continue;
    ++known.times_found;
    return at->second;
  }
  const BasinId id{boost::add_vertex(graph_)};
  near.emplace(candidate.energy, id);
  basins_.push_back(std::move(candidate));
  return id;
}

void LandscapeGraph::take_in(Saddle candidate) {
  const CommonFrame& frame = frames_[(*this)[candidate.from].frame];
  const auto ends = std::minmax({candidate.from, candidate.to});
  for (const SaddleId id : saddles_of(candidate.from)) {
    Saddle& known = saddles_[static_cast<std::size_t>(id)];
    if (std::minmax({known.from, known.to}) != ends || !same_point(frame, known, candidate, options_))
      continue;
    ++known.times_found;
    return;
  }
  boost::add_edge(static_cast<std::size_t>(candidate.from), static_cast<std::size_t>(candidate.to),
                  Edge{SaddleId{saddles_.size()}}, graph_);
  saddles_.push_back(std::move(candidate));
}

std::vector<SaddleId> LandscapeGraph::saddles_of(BasinId id) const {
  std::vector<SaddleId> around;
  const auto [begin, end] = boost::out_edges(static_cast<std::size_t>(id), graph_);
  for (auto edge = begin; edge != end; ++edge) around.push_back(graph_[*edge].saddle);
  std::sort(around.begin(), around.end());
  // an edge from a basin to itself leaves it twice
  around.erase(std::unique(around.begin(), around.end()), around.end());
  return around;
}

std::vector<std::vector<BasinId>> LandscapeGraph::components() const {
  std::vector<std::size_t> component(basins_.size());
  std::vector<std::vector<BasinId>> sets(boost::connected_components(graph_, component.data()));
  for (std::size_t k = 0; k < component.size(); ++k) sets[component[k]].push_back(BasinId{k});
  return sets;
}

BasinId LandscapeGraph::basin_of(const EventRef& ref) const {
  const auto found = basin_of_.find(ref);
  if (found == basin_of_.end())
    throw NotFound("no basin was found by event {} of task '{}'", ref.number, ref.task);
  return found->second;
}

std::size_t LandscapeGraph::waiting() const {
  std::size_t count = 0;
  for (const auto& [start, saddles] : waiting_) count += saddles.size();
  return count;
}

bool LandscapeGraph::operator==(const LandscapeGraph& other) const {
  return same_content(basins_, other.basins_) && same_content(saddles_, other.saddles_) &&
         basin_of_ == other.basin_of_ && searches_ == other.searches_ && waiting() == other.waiting();
}

LandscapeGraph replay(const Store& store, const SameBasin& options) {
  LandscapeGraph graph(options);
  for (const std::string& task : store.tasks()) {
    const Shard shard = store.read(task);
    for (std::size_t k = 0; k < shard.events.size(); ++k)
      graph.apply({task, static_cast<std::int64_t>(k)}, shard.events[k]);
  }
  return graph;
}

}  // namespace glasscape
