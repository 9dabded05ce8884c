#include "apps/runner.hpp"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <mutex>

#include "apps/starts.hpp"
#include "apps/version.hpp"

namespace glasscape {
namespace {

using Clock = std::chrono::steady_clock;

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::filesystem::path checkpoints_of(const Study& study) { return study.folder / "checkpoints"; }

/// Makes the run folder. A folder that cannot be written must be known before the work, not after it.
void make_folders(const Study& study) {
  const std::string remedy = "give another run folder with --folder";
  std::error_code failed;
  std::filesystem::create_directories(checkpoints_of(study), failed);
  if (failed) throw WriteError("cannot make the folder '{}': {}; {}", checkpoints_of(study).string(), failed.message(), remedy);
  for (const std::filesystem::path& folder : {study.folder, checkpoints_of(study), study.folder / "shards"})
    if (std::filesystem::exists(folder, failed) && ::access(folder.c_str(), W_OK | X_OK) != 0)
      throw WriteError("cannot write in the folder '{}': {}; {}", folder.string(), std::strerror(errno), remedy);
}

/// A task with a shard needs no checkpoint, nor what a killed process left of writing one.
void remove_checkpoints(const Study& study, const std::string& task) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(checkpoints_of(study), ignored))
    if (entry.path().filename().string().starts_with(task + ".restart")) std::filesystem::remove(entry.path(), ignored);
}

/// Runs the missing tasks of one stage.
class StageRun {
 public:
  StageRun(const Study& study, Store& store, const StudyStage& stage, int threads, const std::atomic<bool>& stop, Watcher& watcher)
      : study_(study), store_(store), stage_(stage), stop_(stop), watcher_(watcher), threads_(threads) {}

  bool run() {
    find_missing();
    watcher_.stage_begins(stage_, static_cast<std::int64_t>(missing_.size()), stage_.stage->tasks());
    if (!missing_.empty()) find_starts();
    const auto count = static_cast<std::int64_t>(missing_.size());
    // several tasks: one thread each; a single task: all threads inside it
    const int at_once = stage_.stage->tasks() > 1 ? threads_ : 1;
#pragma omp parallel for schedule(dynamic, 1) num_threads(at_once)
    for (std::int64_t k = 0; k < count; ++k) attempt(missing_[static_cast<std::size_t>(k)]);
    if (failure_) std::rethrow_exception(failure_);
    if (finished_ < count) return false;
    watcher_.stage_ends(stage_);
    return true;
  }

 private:
  void find_missing() {
    const std::vector<std::int64_t> done = tasks_done(study_, store_, stage_);
    auto next = done.begin();
    for (std::int64_t task = 0; task < stage_.stage->tasks(); ++task)
      if (next != done.end() && *next == task)
        ++next;
      else
        missing_.push_back(task);
  }

  void find_starts() {
    starts_ = starts_of(study_, store_, stage_);
    if (stage_.stage->starts_from() == StartsFrom::events) events_ = events_of(study_, store_, stage_);
    if (stage_.stage->starts_from() == StartsFrom::saddles) distinct_ = distinct_saddles(study_, store_, *study_.find(stage_.from));
  }

  /// Those of the distinct saddles that this task of the searching stage was the first to find.
  std::vector<NamedSaddle> saddles_of(std::int64_t task) const {
    std::vector<NamedSaddle> saddles;
    const std::string searched = study_.upstream_of(stage_, task);
    const auto first = distinct_.lower_bound({searched, 0});
    if (first == distinct_.end() || first->task != searched) return saddles;
    const Shard shard = store_.read(searched);
    for (std::size_t k = 0; k < shard.events.size(); ++k)
      if (const EventRef ref{searched, static_cast<std::int64_t>(k)}; distinct_.contains(ref))
        saddles.push_back({ref, std::get<SaddleFound>(shard.events[k])});
    return saddles;
  }

  /// All that the stage starts from; of a stage that is about saddles the one basin that they were searched from.
  std::span<const NamedBasin> starts_of_task(const std::vector<NamedSaddle>& saddles) const {
    if (stage_.stage->starts_from() != StartsFrom::saddles) return starts_;
    for (const NamedBasin& start : starts_)
      if (!saddles.empty() && start.ref == saddles.front().found.from) return {&start, 1};
    return {};
  }

  void attempt(std::int64_t task) {
    if (stop_ || failed_) return;
    try {
      run_task(task);
    } catch (const Interrupted&) {
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      failed_ = true;
    }
  }

  void run_task(std::int64_t task) {
    const auto begin = Clock::now();
    Shard shard;
    shard.task = study_.task_id(stage_, task);
    shard.circumstances = {.host = host_name(), .started = now_text(), .ended = {}, .wall_seconds = 0, .threads = threads_};
    TaskContext context;
    context.potential = study_.potential;
    context.stage = stage_.name;
    context.task = shard.task;
    context.seed = study_.seed;
    if (stage_.stage->starts_from() == StartsFrom::saddles) {
      const std::lock_guard lock(mutex_);  // of the store
      context.saddles = saddles_of(task);
    }
    if (stage_.stage->starts_from() == StartsFrom::events) context.saddles = events_;
    context.starts = starts_of_task(context.saddles);
    context.threads = stage_.stage->tasks() > 1 ? 1 : threads_;
    context.checkpoint = (checkpoints_of(study_) / (shard.task + ".restart")).string();
    context.stop = &stop_;
    context.progress = [this](double part) {
      const std::lock_guard lock(mutex_);
      watcher_.task_moves(stage_, part);
    };
    shard.events = stage_.stage->run(task, context);
    shard.provenance = provenance_of(study_, stage_, task);
    shard.circumstances.ended = now_text();
    shard.circumstances.wall_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const std::lock_guard lock(mutex_);
    store_.write(shard);
    remove_checkpoints(study_, shard.task);
    watcher_.task_ends(stage_, ++finished_, static_cast<std::int64_t>(missing_.size()));
  }

  static Provenance provenance_of(const Study& study, const StudyStage& stage, std::int64_t task) {
    return {.study = study.text,
            .study_name = study.name,
            .program_version = std::string(program_version),
            .compiler = compiler_text(),
            .libraries = libraries_text(),
            .seed = study.seed,
            .potential = study.potential->provenance(),
            .potential_checksum = study.potential->checksum(),
            .task_description = study.task_description(stage, task)};
  }

  const Study& study_;
  Store& store_;
  const StudyStage& stage_;
  const std::atomic<bool>& stop_;
  Watcher& watcher_;
  int threads_;
  std::vector<std::int64_t> missing_;
  std::vector<NamedBasin> starts_;
  std::set<EventRef> distinct_;  // saddles
  std::vector<NamedSaddle> events_;
  std::mutex mutex_;
  std::int64_t finished_ = 0;
  std::exception_ptr failure_;
  std::atomic<bool> failed_ = false;
};

}  // namespace

std::vector<StageStatus> status(const Study& study, const Store& store) {
  std::vector<StageStatus> all;
  for (const StudyStage& stage : study.stages) {
    const auto done = static_cast<std::int64_t>(tasks_done(study, store, stage).size());
    all.push_back({stage.name, stage.type, stage.stage->tasks(), done});
  }
  return all;
}

bool run_study(const Study& study, Store& store, int threads, const std::atomic<bool>& stop, Watcher& watcher) {
  make_folders(study);
  store.remove_leftovers();
  for (const StudyStage& stage : study.stages)
    if (!StageRun(study, store, stage, threads, stop, watcher).run()) return false;
  return true;
}

}  // namespace glasscape
