#include "apps/submissions.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "md/support/folder.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

fs::path folder_of(const Study& study) { return study.folder / "submissions"; }

fs::path record_in(const fs::path& place) { return place / "jobs.json"; }

}  // namespace

fs::path new_submission(const Study& study) {
  make_folder(folder_of(study));
  for (int number = 1;; ++number) {
    const fs::path place = folder_of(study) / fmt::format("{:04}", number);
    std::error_code failed;
    if (fs::create_directory(place, failed)) return place;  // ours alone, whoever else submits
    if (failed) throw WriteError("cannot make the folder '{}': {}", place.string(), failed.message());
  }
}

void record_jobs(const fs::path& place, const std::vector<Job>& jobs) {
  Json all = Json::array();
  for (const Job& job : jobs) all.push_back({{"queue", job.queue}, {"job", job.id}, {"stage", job.stage}});
  write_text_file(record_in(place).string(), all.dump(2) + "\n");
}

std::vector<Job> jobs_of(const Study& study) {
  std::vector<Job> jobs;
  std::vector<fs::path> places = entries_of(folder_of(study));
  std::sort(places.begin(), places.end());
  for (const fs::path& place : places) {
    const fs::path record = record_in(place);
    if (!is_there(record)) continue;
    const std::string text = read_text_file(record.string(), "record of jobs");
    try {
      const auto all = Json::parse(text).get<std::vector<Json>>();
      for (const Json& job : all) jobs.push_back({job.at("queue"), job.at("job"), job.at("stage"), place});
    } catch (const Json::exception& error) {
      throw FormatError("{}: is damaged, so that nobody knows which jobs it named: {}; look for them in the queue, then delete it", record.string(), error.what());
    }
  }
  return jobs;
}

std::vector<Job> jobs_held(const Study& study, const Queues& queues) {
  std::map<std::string, std::vector<Job>> by_queue;
  for (const Job& job : jobs_of(study))
    if (!job.id.empty()) by_queue[job.queue].push_back(job);
  std::vector<Job> held;
  Input none = Input::describing();
  for (const auto& [name, jobs] : by_queue) {
    const auto* queue = queues.find(name);
    if (queue == nullptr) throw FormatError("{}: names no queue that there is: look for its jobs in the queue '{}', then delete it", record_in(jobs.front().place).string(), name);
    for (Job& job : queue->make(none)->held(jobs)) held.push_back(std::move(job));
  }
  return held;
}

void check_jobs_known(const Study& study) {
  for (const Job& job : jobs_of(study))
    if (job.id.empty())
      throw FormatError("{}: stage '{}' is being handed over to '{}', or was when its submission ended, so that nobody knows whether there is a job of it: "
                        "look for its jobs in the queue, take them back there, then delete this file", record_in(job.place).string(), job.stage, job.queue);
}

}  // namespace glasscape
