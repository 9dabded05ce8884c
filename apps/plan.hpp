// The tasks of a study as a list that never changes: it is named by a hash of their ids, and those are hashes of their inputs. A study
// that was edited meanwhile gives another plan, and a queue that carries the name of the old one is told so.
#pragma once

#include <filesystem>

#include "apps/failures.hpp"
#include "apps/study.hpp"
#include "landscape/store.hpp"

namespace glasscape {

struct PlannedTask {
  std::string id;
  std::string stage;        // its name
  std::int64_t number = 0;  // in its stage, from 0
};

struct Plan {
  std::string id;
  std::vector<PlannedTask> tasks;  // stage by stage
};

Plan plan_of(const Study& study);

/// Those with neither a shard nor a record of failure, in the order of the plan.
std::vector<PlannedTask> missing(const Plan& plan, const Store& store, const Failures& failures);

/// The records of failure of those without a shard.
std::vector<Failure> failures_in(const Plan& plan, const Store& store, const Failures& failures);

/// Writes plans/<id>.jsonl below the run folder, one line per task, unless it is there. Throws WriteError.
std::filesystem::path write_plan(const Study& study, const Plan& plan);

}  // namespace glasscape
