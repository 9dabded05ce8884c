// What the tasks of a stage start from, out of the facts of the stages before it. It depends on those facts alone: the
// shards of a stage are taken in the order of its tasks, whoever ran them and when.
#pragma once

#include <set>

#include "apps/study.hpp"
#include "landscape/graph.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// The numbers of the tasks of a stage that have a shard, in order. Takes no longer for tasks that have none.
std::vector<std::int64_t> tasks_done(const Study& study, const Store& store, const StudyStage& stage);

/// Whether all that a stage starts from has run.
bool can_start(const Study& study, const Store& store, const StudyStage& stage);

/// The preparing stage that a stage goes back to; itself if it prepares.
const StudyStage& root_of(const Study& study, const StudyStage& stage);

/// The basin that the root of a stage found. Throws InputError when it has not run or found none.
NamedBasin prepared(const Study& study, const Store& store, const StudyStage& stage);

/// The basins that a stage starts from, or that the searches started from whose saddles it is about, in the order of its
/// tasks. Of a stage that starts from basins: those that the stages from its root on have found and not searched from, the
/// lowest energy first, equal ones in the order found, as many as it takes. Throws as `prepared`.
std::vector<NamedBasin> starts_of(const Study& study, const Store& store, const StudyStage& stage);

/// The facts that stand for the distinct saddles of a searching stage, those left out that the stages it goes back to had
/// found: of each the first, in the order of its tasks.
std::set<EventRef> distinct_saddles(const Study& study, const Store& store, const StudyStage& searching);

/// Of those the ones that a stage takes, the lowest barrier first, at most so many as it asks for.
std::vector<NamedSaddle> events_of(const Study& study, const Store& store, const StudyStage& stage);

/// When stationary points of a study are one: as `SameBasin`, in a fixed frame where the potential is.
SameBasin same_basin_of(const Study& study);
/// To throw where facts are wanted and there are none.
NotFound nothing_has_run(const Study& study);

}  // namespace glasscape
