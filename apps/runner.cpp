#include "apps/runner.hpp"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "apps/runners.hpp"
#include "apps/starts.hpp"
#include "apps/version.hpp"
#include "md/support/folder.hpp"
#include "md/support/temporary.hpp"

namespace glasscape {
namespace {

using Clock = std::chrono::steady_clock;

std::filesystem::path checkpoints_of(const Study& study) { return study.folder / "checkpoints"; }

void check_writable(const std::filesystem::path& folder) {
  if (!is_there(folder)) return;
  std::error_code failed;
  const bool is_folder = std::filesystem::is_directory(folder, failed);
  if (failed) throw NotFound("cannot tell what '{}' is: {}", folder.string(), failed.message());
  if (!is_folder) throw WriteError("'{}' is there and is no folder", folder.string());
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw WriteError("cannot write in the folder '{}': {}", folder.string(), std::strerror(errno));
}

/// Makes the run folder. A folder that cannot be written must be known before the work, not after it.
void make_folders(const Study& study) try {
  make_folder(checkpoints_of(study));
  for (const std::filesystem::path& folder : {study.folder, checkpoints_of(study), study.folder / "shards"}) check_writable(folder);
} catch (const WriteError& error) {
  throw WriteError("{}; give another run folder with --folder", error.what());
}

/// Whether a file is named after another process that may be at work still, on the same task as we.
bool is_anothers(const std::string& name) {
  for (const std::string_view mark : {".tmp.", ".journal."})
    if (const std::size_t found = name.rfind(mark); found != std::string::npos) {
      const std::string process = name.substr(found + mark.size());
      return process != process_name() && !has_ended(process);
    }
  return false;
}

/// Removes the checkpoints and journals of some tasks, whose ids names have up to their first point.
template <typename Done>
void remove_checkpoints(const Study& study, const Done& done) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(checkpoints_of(study), ignored)) {
    const std::string name = entry.path().filename().string();
    if (done(name.substr(0, name.find('.'))) && !is_anothers(name)) std::filesystem::remove(entry.path(), ignored);
  }
}

void remove_checkpoints_of(const Study& study, const std::string& task) {
  remove_checkpoints(study, [&](const std::string& other) { return other == task; });
}

/// What a process left that was killed after another had done its task.
void remove_checkpoints_of_shards(const Study& study, const Store& store) {
  const std::vector<std::string> done = store.tasks();
  remove_checkpoints(study, [&](const std::string& task) { return std::binary_search(done.begin(), done.end(), task); });
}

/// The first stage that this one needs and that lacks shards, or "".
std::string waits_for(const Study& study, const Store& store, const StudyStage& stage) {
  if (stage.stage->starts_from() == StartsFrom::nothing) return "";
  const StudyStage& from = *study.find(stage.from);
  if (const std::string earlier = waits_for(study, store, from); !earlier.empty()) return earlier;
  return static_cast<std::int64_t>(tasks_done(study, store, from).size()) < from.stage->tasks() ? from.name : "";
}

/// A task to run.
struct Todo {
  std::int64_t number;
  std::string id;
};

/// The chosen tasks of each stage, in the order in which they were chosen.
std::map<std::string, std::vector<Todo>> tasks_to_run(const Study& study, const RunOptions& options) {
  std::map<std::string, std::vector<Todo>> by_stage;
  std::map<std::string, std::pair<const StudyStage*, std::int64_t>> known;
  for (const StudyStage& stage : study.stages)
    for (std::int64_t task = 0; task < stage.stage->tasks(); ++task) {
      const std::string id = study.task_id(stage, task);
      if (options.chosen) known.emplace(id, std::pair{&stage, task});
      else by_stage[stage.name].push_back({task, id});
    }
  if (!options.chosen) return by_stage;
  std::set<std::string> taken;
  for (const std::string& id : *options.chosen) {
    const auto found = known.find(id);
    if (found == known.end())
      throw InputError("the study {} has no task '{:.200}': `glasscape plan {} --tasks` prints those it has; a study that was edited has others", study.source, id, study.source);
    if (taken.insert(id).second) by_stage[found->second.first->name].push_back({found->second.second, id});
  }
  return by_stage;
}

/// Runs those tasks of one stage that have neither a shard nor failed.
class StageRun {
 public:
  StageRun(const Study& study, Store& store, const StudyStage& stage, std::vector<Todo> todo, Runners& runners, int threads, const std::atomic<bool>& stop, Watcher& watcher)
      : study_(study), store_(store), stage_(stage), failures_(study.folder), runners_(runners), stop_(stop), watcher_(watcher), threads_(threads), left_(todo.begin(), todo.end()) {}

  void run(RunSummary& summary) {
    drop_ended();
    missing_ = static_cast<std::int64_t>(left_.size());
    const std::string needed = left_.empty() ? "" : waits_for(study_, store_, stage_);
    if (!needed.empty()) summary.waiting.push_back(fmt::format("stage '{}' waits for '{}'", stage_.name, needed));
    if (needed.empty()) run_missing();
    for (Failure& failure : failed_) summary.failed.push_back(std::move(failure));
    if (error_) std::rethrow_exception(error_);
    summary.stopped = summary.stopped || interrupted_;
  }

 private:
  void drop_ended() {
    const std::vector<std::int64_t> done = tasks_done(study_, store_, stage_);
    std::map<std::string, Failure> failed;
    for (Failure& failure : failures_.all()) failed.emplace(failure.task, failure);
    std::deque<Todo> left;
    for (Todo& todo : left_) {
      if (std::binary_search(done.begin(), done.end(), todo.number)) continue;
      if (const auto failure = failed.find(todo.id); failure != failed.end())
        failed_.push_back(failure->second);
      else
        left.push_back(std::move(todo));
    }
    left_ = std::move(left);
  }

  void run_missing() {
    watcher_.stage_begins(stage_, missing_, stage_.stage->tasks());
    if (missing_ > 0) find_starts();
    const int at_once = static_cast<int>(std::clamp<std::int64_t>(missing_, 1, threads_));
    inside_ = threads_ / at_once;  // of tasks that are fewer than threads each has several
#pragma omp parallel num_threads(at_once)
    work();
    if (!interrupted_ && !error_ && failed_.empty()) watcher_.stage_ends(stage_);
  }

  /// What one thread does; no exception may leave it.
  void work() {
    try {
      while (const auto todo = next()) attempt(*todo);
    } catch (...) {
      keep_error();
    }
  }

  /// One that no other runner is at. Waits for those that others are at to end, or to be left.
  std::optional<Todo> next() {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
      const std::lock_guard lock(mutex_);
      const std::set<std::string> taken = left_.empty() ? std::set<std::string>{} : runners_.taken();
      for (auto todo = left_.begin(); todo != left_.end();) {
        if (stop_) interrupted_ = true;
        if (stop_ || error_) return std::nullopt;
        if (ended_elsewhere(*todo)) {
          todo = left_.erase(todo);
        } else if (taken.contains(todo->id)) {
          ++todo;
        } else {
          const Todo mine = *todo;
          left_.erase(todo);
          runners_.begins(mine.id);
          return mine;
        }
      }
      if (left_.empty()) return std::nullopt;
      watcher_.others_work(stage_, static_cast<std::int64_t>(left_.size()));
    }
  }

  bool ended_elsewhere(const Todo& todo) {
    if (store_.has(todo.id)) {
      watcher_.task_ends(stage_, ++finished_, missing_);
      return true;
    }
    if (!failures_.has(todo.id)) return false;
    for (const Failure& failure : failures_.all())
      if (failure.task == todo.id) failed_.push_back(failure);
    return true;
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

  void attempt(const Todo& todo) {
    try {
      run_task(todo);
    } catch (const Interrupted&) {
      interrupted_ = true;
    } catch (const InputError&) {
      keep_error();
    } catch (const FormatError&) {
      keep_error();
    } catch (const NotFound&) {
      keep_error();
    } catch (const WriteError&) {
      keep_error();
    } catch (const Error& error) {
      fail(todo, error.what());
    } catch (...) {
      keep_error();
    }
    runners_.ends(todo.id);
  }

  void keep_error() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
  }

  void fail(const Todo& todo, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    failed_.push_back({todo.id, reason, host_name(), now_text()});
    watcher_.task_fails(stage_, failed_.back());
    try {
      failures_.record(failed_.back());
    } catch (const WriteError&) {
      if (!error_) error_ = std::current_exception();
    }
  }

  void run_task(const Todo& todo) {
    const auto begin = Clock::now();
    const std::int64_t task = todo.number;
    Shard shard;
    shard.task = todo.id;
    shard.circumstances = {.host = host_name(), .started = now_text(), .ended = {}, .wall_seconds = 0, .threads = inside_};
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
    context.models = models_;
    context.threads = inside_;
    // another version of the program does not go on with what this one has begun
    context.checkpoint = (checkpoints_of(study_) / fmt::format("{}.{}", shard.task, program_version)).string();
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
    remove_checkpoints_of(study_, shard.task);
    watcher_.task_ends(stage_, ++finished_, missing_);
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
  Failures failures_;
  Runners& runners_;
  const std::atomic<bool>& stop_;
  Watcher& watcher_;
  int threads_, inside_ = 1;  // of all tasks at once; of each of them
  std::deque<Todo> left_;     // and begun by none of our threads
  std::int64_t missing_ = 0, finished_ = 0;
  std::vector<NamedBasin> starts_;
  std::shared_ptr<ModelsOfBasin> models_ = std::make_shared<ModelsOfBasin>();
  std::set<EventRef> distinct_;  // saddles
  std::vector<NamedSaddle> events_;
  std::vector<Failure> failed_;
  std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace

std::vector<StageStatus> status(const Study& study, const Store& store) {
  std::set<std::string> failed;
  for (const Failure& failure : Failures(study.folder).all()) failed.insert(failure.task);
  std::vector<StageStatus> all;
  for (const StudyStage& stage : study.stages) {
    StageStatus s{.name = stage.name, .type = stage.type, .tasks = stage.stage->tasks()};
    const std::vector<std::int64_t> done = tasks_done(study, store, stage);
    s.done = static_cast<std::int64_t>(done.size());
    for (std::int64_t task = 0; !failed.empty() && task < s.tasks; ++task)
      s.failed += failed.contains(study.task_id(stage, task)) && !std::binary_search(done.begin(), done.end(), task);
    if (s.done < s.tasks) s.waits_for = waits_for(study, store, stage);
    all.push_back(std::move(s));
  }
  return all;
}

void forget_failure(const Study& study, const std::string& task) {
  remove_checkpoints_of(study, task);
  Failures(study.folder).forget(task);
}

RunSummary run_study(const Study& study, Store& store, const RunOptions& options, const std::atomic<bool>& stop, Watcher& watcher) {
  std::map<std::string, std::vector<Todo>> todo = tasks_to_run(study, options);
  omp_set_max_active_levels(2);  // tasks, and loops over atoms inside each
  make_folders(study);
  store.remove_leftovers();
  remove_checkpoints_of_shards(study, store);
  Runners runners(study.folder);
  RunSummary summary;
  for (const StudyStage& stage : study.stages) {
    if (options.chosen && !todo.contains(stage.name)) continue;
    StageRun(study, store, stage, std::move(todo[stage.name]), runners, options.threads, stop, watcher).run(summary);
    if (summary.stopped) break;
  }
  return summary;
}

}  // namespace glasscape
