#include "landscape/graph.hpp"

#include <algorithm>
#include <boost/graph/connected_components.hpp>
#include <cmath>

#include "landscape/store.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

bool same_positions(const Positions& a, const Positions& b) { return a.cols() == b.cols() && a == b; }

}  // namespace

void LandscapeGraph::apply(const EventRef& ref, const Event& event) {
  std::visit([&](const auto& fact) { add(ref, fact); }, event);
}

void LandscapeGraph::apply(const Shard& shard) {
  for (std::size_t k = 0; k < shard.events.size(); ++k) apply({shard.task, static_cast<std::int64_t>(k)}, shard.events[k]);
}

void LandscapeGraph::add(const EventRef& ref, const BasinFound& found) {
  const Configuration& c = found.configuration;
  const BasinId basin = take_in({.ref = ref, .point = BasinPoint::found, .energy = found.energy, .frame = frame_of(c)}, c.positions);
  let_start(ref, basin);
}

void LandscapeGraph::add(const EventRef& ref, const SaddleFound& found) {
  ++searches_.attempts;
  ++searches_.found;
  searches_.force_calls += found.force_calls;
  const Passage passage{ref, found.energy, found.end_energy};
  if (const auto start = basin_of_.find(found.from); start != basin_of_.end())
    connect(passage, found.saddle, found.end, start->second);
  else
    waiting_[found.from].push_back({passage, structures_.add(found.saddle), structures_.add(found.end)});
}

void LandscapeGraph::add(const EventRef&, const SearchFailed& failed) {
  ++searches_.attempts;
  ++searches_.failed[failed.reason];
  searches_.force_calls += failed.force_calls;
}

void LandscapeGraph::connect(const Passage& passage, const Positions& saddle, const Positions& end, BasinId from) {
  const Basin& start = (*this)[from];
  const auto atoms = static_cast<Eigen::Index>(frames_[start.frame].species->element_of.size());
  if (saddle.cols() != atoms || end.cols() != atoms)
    throw FormatError("event {} of task '{}' has {} atoms at the saddle and {} at its end, but starts from {}", passage.ref.number, passage.ref.task, saddle.cols(), end.cols(), atoms);
  const BasinId to = take_in({.ref = passage.ref, .point = BasinPoint::end, .energy = passage.end_energy, .frame = start.frame}, end);
  const double barrier_from = passage.energy - (*this)[from].energy, barrier_to = passage.energy - (*this)[to].energy;
  found_.push_back(take_in({.ref = passage.ref, .energy = passage.energy, .from = from, .to = to, .barrier_from = barrier_from, .barrier_to = barrier_to}, saddle));
  let_start(passage.ref, to);
}

void LandscapeGraph::let_start(const EventRef& ref, BasinId basin) {
  basin_of_[ref] = basin;
  const auto waiting = waiting_.extract(ref);
  if (waiting.empty()) return;
  for (const auto& [passage, saddle, end] : waiting.mapped()) connect(passage, structures_[saddle], structures_[end], basin);
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

BasinId LandscapeGraph::take_in(Basin candidate, const Positions& x) {
  ByEnergy& by_energy = by_energy_[candidate.frame];
  const auto away = [&](ByEnergy::const_iterator at) { return std::abs(at->first - candidate.energy); };
  auto above = by_energy.lower_bound(candidate.energy), below = above;
  for (;;) {
    const bool has_above = above != by_energy.end() && away(above) <= options_.energy_window;
    const bool has_below = below != by_energy.begin() && away(std::prev(below)) <= options_.energy_window;
    if (!has_above && !has_below) break;
    const bool up = has_above && (!has_below || away(above) <= away(std::prev(below)));
    const BasinId id = up ? (above++)->second : (--below)->second;
    Basin& known = basins_[static_cast<std::size_t>(id)];
    if (!same_basin(frames_[candidate.frame], {positions(known), known.energy}, {x, candidate.energy}, options_).same) continue;
    ++known.times_found;
    return id;
  }
  const BasinId id{boost::add_vertex(graph_)};
  by_energy.emplace(candidate.energy, id);
  candidate.structure = structures_.add(x);
  basins_.push_back(std::move(candidate));
  return id;
}

SaddleId LandscapeGraph::take_in(Saddle candidate, const Positions& x) {
  const CommonFrame& frame = frames_[(*this)[candidate.from].frame];
  std::vector<SaddleId>& between = between_[std::minmax({candidate.from, candidate.to})];
  for (const SaddleId id : between) {
    Saddle& known = saddles_[static_cast<std::size_t>(id)];
    if (std::abs(known.energy - candidate.energy) > options_.energy_window) continue;
    if (!same_basin(frame, {positions(known), known.energy}, {x, candidate.energy}, options_).same) continue;
    ++known.times_found;
    return id;
  }
  const SaddleId id{saddles_.size()};
  boost::add_edge(static_cast<std::size_t>(candidate.from), static_cast<std::size_t>(candidate.to), Edge{id}, graph_);
  between.push_back(id);
  candidate.structure = structures_.add(x);
  saddles_.push_back(std::move(candidate));
  return id;
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

bool LandscapeGraph::same_content(const Basin& mine, const LandscapeGraph& other, const Basin& its) const {
  return mine.ref == its.ref && mine.point == its.point && mine.energy == its.energy && mine.frame == its.frame && mine.times_found == its.times_found &&
         same_positions(positions(mine), other.positions(its));
}

bool LandscapeGraph::same_content(const Saddle& mine, const LandscapeGraph& other, const Saddle& its) const {
  return mine.ref == its.ref && mine.energy == its.energy && mine.from == its.from && mine.to == its.to && mine.barrier_from == its.barrier_from &&
         mine.barrier_to == its.barrier_to && mine.times_found == its.times_found && same_positions(positions(mine), other.positions(its));
}

bool LandscapeGraph::operator==(const LandscapeGraph& other) const {
  const auto same = [&](const auto& mine, const auto& its) { return same_content(mine, other, its); };
  return std::equal(basins_.begin(), basins_.end(), other.basins_.begin(), other.basins_.end(), same) &&
         std::equal(saddles_.begin(), saddles_.end(), other.saddles_.begin(), other.saddles_.end(), same) && basin_of_ == other.basin_of_ &&
         searches_ == other.searches_ && waiting() == other.waiting();
}

LandscapeGraph replay(const Store& store, const SameBasin& options) {
  LandscapeGraph graph(options);
  store.visit([&](const Shard& shard, const std::string&) { graph.apply(shard); });
  return graph;
}

}  // namespace glasscape
