// What was handed over to queues, as files below the run folder: submissions/NNNN/jobs.json.
#pragma once

#include "apps/queue.hpp"
#include "apps/study.hpp"

namespace glasscape {

/// The folder of the next one, made. Throws WriteError.
std::filesystem::path new_submission(const Study& study);

/// Throws WriteError.
void record_jobs(const std::filesystem::path& place, const std::vector<Job>& jobs);

/// All jobs ever recorded for a study. Throws FormatError for a record that is damaged.
std::vector<Job> jobs_of(const Study& study);

/// Those of them that their queues still hold. Throws when a queue that had some cannot be asked.
std::vector<Job> jobs_held(const Study& study, const Queues& queues);

/// Throws FormatError when one was recorded before it was handed over and has no id yet.
void check_jobs_known(const Study& study);

}  // namespace glasscape
