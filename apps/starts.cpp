#include "apps/starts.hpp"

#include <algorithm>
#include <map>

#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// The searching stages from the root of a stage to itself, in order.
std::vector<const StudyStage*> searches_up_to(const Study& study, const StudyStage& last) {
  std::vector<const StudyStage*> chain;
  for (const StudyStage* stage = &last; stage->stage->starts_from() != StartsFrom::nothing; stage = study.find(stage->from))
    chain.push_back(stage);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

/// The landscape as the stages of a chain find it, one after the other.
class Exploration {
 public:
  Exploration(const Study& study, const Store& store, const StudyStage& last) : study_(study), store_(store), graph_(same_basin_of(study)) {
    const NamedBasin start = prepared(study, store, last);
    frame_ = start.found.configuration;
    take(start.ref, start.found);
    for (const StudyStage* stage : searches_up_to(study, last)) {
      for (const BasinId basin : next(stage->stage->basins())) is_searched_[static_cast<std::size_t>(basin)] = true;
      first_saddle_ = graph_.saddles().size();
      take(*stage);
    }
  }

  /// The basins not searched from, the lowest first, at most so many.
  std::vector<NamedBasin> unsearched(std::int64_t most) const {
    std::vector<NamedBasin> starts;
    for (const BasinId id : next(most)) {
      const Basin& basin = graph_[id];
      const Found& found = found_[static_cast<std::size_t>(id)];
      starts.push_back({basin.ref, {{frame_.species, frame_.cell, graph_.positions(basin), {}}, basin.energy, found.fmax, found.force_calls}});
    }
    return starts;
  }

  /// The saddles that the last stage was the first to find.
  std::set<EventRef> newest_saddles() const {
    std::set<EventRef> newest;
    for (std::size_t k = first_saddle_; k < graph_.saddles().size(); ++k) newest.insert(graph_.saddles()[k].ref);
    return newest;
  }

 private:
  /// What the graph does not keep of the fact that stands for a basin.
  struct Found {
    double fmax = 0;
    std::int64_t force_calls = 0;
  };

  void take(const StudyStage& stage) {
    for (const std::int64_t task : tasks_done(study_, store_, stage)) {
      const Shard shard = store_.read(study_.task_id(stage, task));
      for (std::size_t k = 0; k < shard.events.size(); ++k) take({shard.task, static_cast<std::int64_t>(k)}, shard.events[k]);
    }
  }

  /// A fact adds one basin at most, as all that it refers to came before it.
  void take(const EventRef& ref, const Event& event) {
    graph_.apply(ref, event);
    if (graph_.basins().size() == found_.size()) return;
    if (const auto* basin = std::get_if<BasinFound>(&event)) found_.push_back({basin->fmax, basin->force_calls});
    if (const auto* saddle = std::get_if<SaddleFound>(&event)) found_.push_back({saddle->end_fmax, 0});
    is_searched_.resize(found_.size(), false);
  }

  std::vector<BasinId> next(std::int64_t most) const {
    std::vector<BasinId> left;
    for (std::size_t k = 0; k < found_.size(); ++k)
      if (!is_searched_[k]) left.push_back(BasinId{k});
    std::stable_sort(left.begin(), left.end(), [&](BasinId a, BasinId b) { return graph_[a].energy < graph_[b].energy; });
    left.resize(std::min(left.size(), static_cast<std::size_t>(most)));
    return left;
  }

  const Study& study_;
  const Store& store_;
  LandscapeGraph graph_;
  Configuration frame_;
  std::vector<Found> found_;  // one per basin of the graph
  std::vector<bool> is_searched_;
  std::size_t first_saddle_ = 0;   // of the newest stage
};

}  // namespace

std::vector<std::int64_t> tasks_done(const Study& study, const Store& store, const StudyStage& stage) {
  const std::string begin = stage.name + "-";
  std::vector<std::int64_t> done;
  for (const std::string& id : store.tasks()) {
    if (!id.starts_with(begin)) continue;
    const auto task = to_integer(std::string_view(id).substr(begin.size(), id.find('-', begin.size()) - begin.size()));
    const bool one_of_it = task && *task >= 0 && *task < stage.stage->tasks();
    if (one_of_it && study.task_id(stage, *task) == id) done.push_back(*task);
  }
  std::sort(done.begin(), done.end());
  return done;
}

bool can_start(const Study& study, const Store& store, const StudyStage& stage) {
  if (stage.stage->starts_from() == StartsFrom::nothing) return true;
  const StudyStage& from = *study.find(stage.from);
  if (!can_start(study, store, from)) return false;
  return stage.stage->starts_from() == StartsFrom::saddles || static_cast<std::int64_t>(tasks_done(study, store, from).size()) == from.stage->tasks();
}

const StudyStage& root_of(const Study& study, const StudyStage& stage) {
  const StudyStage* root = &stage;
  while (root->stage->starts_from() != StartsFrom::nothing) root = study.find(root->from);
  return *root;
}

NamedBasin prepared(const Study& study, const Store& store, const StudyStage& stage) {
  const StudyStage& root = root_of(study, stage);
  const std::string task = study.task_id(root, 0);
  if (!store.has(task)) throw InputError("stage '{}' starts from '{}', which has not run in {}", stage.name, root.name, study.folder.string());
  const Shard shard = store.read(task);
  for (std::size_t k = 0; k < shard.events.size(); ++k)
    if (const auto* basin = std::get_if<BasinFound>(&shard.events[k])) return {{task, static_cast<std::int64_t>(k)}, *basin};
  throw InputError("stage '{}' starts from '{}', which found no basin", stage.name, root.name);
}

std::vector<NamedBasin> starts_of(const Study& study, const Store& store, const StudyStage& stage) {
  switch (stage.stage->starts_from()) {
    case StartsFrom::nothing: return {};
    case StartsFrom::basin: return {prepared(study, store, stage)};
    case StartsFrom::basins: return Exploration(study, store, *study.find(stage.from)).unsearched(stage.stage->basins());
    case StartsFrom::saddles:
    case StartsFrom::events: return starts_of(study, store, *study.find(stage.from));
  }
  return {};
}

std::set<EventRef> distinct_saddles(const Study& study, const Store& store, const StudyStage& searching) {
  return Exploration(study, store, searching).newest_saddles();
}

std::vector<NamedSaddle> events_of(const Study& study, const Store& store, const StudyStage& stage) {
  const StudyStage& searching = *study.find(stage.from);
  std::map<EventRef, BasinFound> starts;
  for (const NamedBasin& start : starts_of(study, store, searching)) starts.emplace(start.ref, start.found);
  const auto barrier = [&](const NamedSaddle& saddle) { return saddle.found.energy - starts.at(saddle.found.from).energy; };
  const std::set<EventRef> distinct = distinct_saddles(study, store, searching);
  const auto most = static_cast<std::size_t>(stage.stage->events());
  std::vector<NamedSaddle> events;
  const auto keep_lowest = [&] {
    std::stable_sort(events.begin(), events.end(), [&](const NamedSaddle& a, const NamedSaddle& b) { return barrier(a) < barrier(b); });
    events.resize(std::min(events.size(), most));
  };
  for (const std::int64_t task : tasks_done(study, store, searching)) {
    const Shard shard = store.read(study.task_id(searching, task));
    for (std::size_t k = 0; k < shard.events.size(); ++k) {
      const EventRef ref{shard.task, static_cast<std::int64_t>(k)};
      if (!distinct.contains(ref)) continue;
      NamedSaddle saddle{ref, std::get<SaddleFound>(shard.events[k])};
      if (stage.stage->takes(saddle.found, starts.at(saddle.found.from))) events.push_back(std::move(saddle));
    }
    if (events.size() > 2 * most) keep_lowest();  // few of many need not wait in memory
  }
  keep_lowest();
  return events;
}

SameBasin same_basin_of(const Study& study) { return {.fixed_frame = !study.potential->translation_invariant()}; }

NotFound nothing_has_run(const Study& study) {
  return NotFound("nothing of the study '{}' has run in {}: run `glasscape run {}` first", study.name, study.folder.string(), study.source);
}

}  // namespace glasscape
