#include "apps/plan.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "md/support/folder.hpp"
#include "md/support/hash.hpp"
#include "md/support/text.hpp"

namespace glasscape {

Plan plan_of(const Study& study) {
  Plan plan;
  Sha256 hash;
  for (const StudyStage& stage : study.stages)
    for (std::int64_t task = 0; task < stage.stage->tasks(); ++task) {
      plan.tasks.push_back({study.task_id(stage, task), stage.name, task});
      hash.add(plan.tasks.back().id + "\n");
    }
  plan.id = hash.hex().substr(0, 12);
  return plan;
}

std::vector<PlannedTask> missing(const Plan& plan, const Store& store, const Failures& failures) {
  const std::vector<std::string> with_shard = store.tasks();
  std::set<std::string> ended(with_shard.begin(), with_shard.end());
  for (const Failure& failure : failures.all()) ended.insert(failure.task);
  std::vector<PlannedTask> left;
  for (const PlannedTask& task : plan.tasks)
    if (!ended.contains(task.id)) left.push_back(task);
  return left;
}

std::vector<Failure> failures_in(const Plan& plan, const Store& store, const Failures& failures) {
  std::vector<Failure> found = failures.all();
  if (found.empty()) return found;
  std::set<std::string> planned;
  for (const PlannedTask& task : plan.tasks) planned.insert(task.id);
  std::erase_if(found, [&](const Failure& failure) { return !planned.contains(failure.task) || store.has(failure.task); });
  return found;
}

std::filesystem::path write_plan(const Study& study, const Plan& plan) {
  const std::filesystem::path file = study.folder / "plans" / (plan.id + ".jsonl");
  std::string lines;
  for (const PlannedTask& task : plan.tasks) {
    const StudyStage& stage = *study.find(task.stage);
    const nlohmann::ordered_json line{{"id", task.id}, {"stage", task.stage}, {"number", task.number}, {"needs", stage.from}, {"does", stage.stage->describe_task(task.number)}};
    lines += line.dump() + "\n";
  }
  if (is_there(file) && read_text_file(file.string(), "plan") == lines) return file;
  make_folder(file.parent_path());
  write_text_file(file.string(), lines);
  return file;
}

}  // namespace glasscape
