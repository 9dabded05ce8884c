#include "apps/runners.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr auto between_beats = std::chrono::seconds(10);
constexpr auto between_looks = std::chrono::milliseconds(200);

std::string name_of(const std::string& host, long process) { return fmt::format("{}.{}", host, process); }

/// When a process of this host was started, in ticks; 0 when there is none. A process number alone may be in use again.
long long birth_of(long process) {
  try {
    const std::string text = read_text_file(fmt::format("/proc/{}/stat", process), "process");
    const auto fields = words(std::string_view(text).substr(text.rfind(')') + 1));  // its name may hold blanks
    constexpr std::size_t start_time = 19;                                         // proc(5): field 22, of which the name is the 2nd
    return fields.size() > start_time ? to_integer(fields[start_time]).value_or(0) : 0;
  } catch (const Error&) {
    return 0;
  }
}

std::string own_job() {
  const char* job = std::getenv(job_variable);
  return job == nullptr ? "" : job;
}

std::optional<Runner> read_runner(const fs::path& file) {
  try {
    const Json json = Json::parse(read_text_file(file.string(), "runner"));
    return Runner{json.at("host"), json.at("process"), json.at("born"), json.at("beat"), json.at("time"), json.at("tasks"), json.value("job", ""), file};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string job_name(const std::string& queue, const std::string& id) { return fmt::format("{} {}", queue, id); }

bool Runner::lives() const { return process > 0 && born > 0 && birth_of(process) == born; }

std::vector<Runner> other_runners(const fs::path& run_folder) {
  std::vector<Runner> others;
  std::error_code none;
  for (fs::directory_iterator at(run_folder / "runners", none); !none && at != fs::directory_iterator(); at.increment(none)) {
    const auto runner = read_runner(at->path());
    if (!runner || (runner->here() && (runner->process == ::getpid() || !runner->lives()))) continue;
    others.push_back(*runner);
  }
  return others;
}

Runners::Runners(const fs::path& run_folder, std::chrono::milliseconds patience)
    : run_folder_(run_folder), file_(run_folder / "runners" / name_of(host_name(), ::getpid())), patience_(patience) {
  std::error_code ignored;
  fs::create_directories(file_.parent_path(), ignored);
  announce();
  remove_dead();
  heart_ = std::thread([this] { beat(); });
}

Runners::~Runners() {
  {
    const std::lock_guard lock(mutex_);
    left_ = true;
  }
  leaving_.notify_all();
  heart_.join();
  std::error_code ignored;
  fs::remove(file_, ignored);
}

void Runners::begins(const std::string& task) {
  const std::lock_guard lock(mutex_);
  tasks_.insert(task);
  announce();
}

void Runners::ends(const std::string& task) {
  const std::lock_guard lock(mutex_);
  tasks_.erase(task);  // told with the next task: this one has a shard now, or is free again
}

std::set<std::string> Runners::taken() {
  const std::lock_guard lock(mutex_);
  if (Clock::now() - looked_ < between_looks) return taken_;
  looked_ = Clock::now();
  taken_.clear();
  std::error_code ignored;
  for (const Runner& runner : other_runners(run_folder_)) {
    const std::string name = name_of(runner.host, runner.process);
    const auto [heard, is_new] = heard_.try_emplace(name, Heard{runner.beat, looked_});
    if (heard->second.beat != runner.beat) heard->second = {runner.beat, looked_};
    if (runner.here() || looked_ - heard->second.since < patience_)
      taken_.insert(runner.tasks.begin(), runner.tasks.end());
    else
      fs::remove(runner.file, ignored);
  }
  return taken_;
}

void Runners::remove_dead() const {
  std::error_code unknown, none;
  const fs::file_time_type now = fs::last_write_time(file_, unknown);
  for (fs::directory_iterator at(file_.parent_path(), none); !none && at != fs::directory_iterator(); at.increment(none)) {
    const auto runner = read_runner(at->path());
    if (!runner) continue;
    std::error_code failed;
    const fs::file_time_type heard = fs::last_write_time(at->path(), failed);
    if (runner->here() ? !runner->lives() : !unknown && !failed && now - heard > patience_) fs::remove(at->path(), failed);
  }
}

void Runners::announce() {
  const Json json{{"host", host_name()}, {"process", ::getpid()}, {"born", birth_of(::getpid())}, {"beat", ++beats_}, {"time", now_text()}, {"tasks", tasks_}, {"job", own_job()}};
  try {
    write_text_file(file_.string(), json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  } catch (const WriteError&) {  // a disk that is full will be told of by those who need it
  }
}

void Runners::beat() {
  std::unique_lock lock(mutex_);
  while (!leaving_.wait_for(lock, between_beats, [this] { return left_; })) announce();
}

}  // namespace glasscape
