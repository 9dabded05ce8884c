// Who is at work on a run: one small file for each process, runners/<host>.<process>, that names the tasks it is at and beats while it
// lives; others leave those tasks to it. This saves work and is no lock: a task that is run twice gives one shard with one content,
// and whatever goes wrong with these files is passed over in silence.
// Clocks of hosts are never compared: a runner elsewhere counts as gone when its beat has stood still for a minute of our own clock, one on
// this host when its process is no more. Files of those who are gone are removed; one who is not, but was held up, writes it again. So files
// that were written a minute before our own, both as the file system dates them, go at once, and a run that finds nothing to do clears up too.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace glasscape {

std::string host_name();
/// UTC, ISO 8601.
std::string now_text();

/// What the environment variable job_variable holds in a job of a queue: its queue and its id there.
std::string job_name(const std::string& queue, const std::string& id);
constexpr const char* job_variable = "GLASSCAPE_JOB";

/// One that has announced itself.
struct Runner {
  std::string host;
  long process = 0;
  long long born = 0;  // start of the process, in ticks of its host since that was started
  long long beat = 0;
  std::string time;        // of the beat, as its host's clock has it: for people
  std::set<std::string> tasks;
  std::string job;         // of a queue, which can end it there (`job_name`); or ""
  std::filesystem::path file;

  bool here() const { return host == host_name(); }
  /// Whether the process is there; asked of runners of this host only.
  bool lives() const;
};

/// All whose files can be read, but for this process and the dead of this host.
std::vector<Runner> other_runners(const std::filesystem::path& run_folder);

/// This process as one of the runners; the announcement goes with it.
class Runners {
 public:
  /// `patience`: how long the beat of a runner elsewhere may stand still.
  explicit Runners(const std::filesystem::path& run_folder, std::chrono::milliseconds patience = std::chrono::seconds(60));
  ~Runners();
  Runners(const Runners&) = delete;
  Runners& operator=(const Runners&) = delete;

  void begins(const std::string& task);
  void ends(const std::string& task);
  /// The tasks that other runners are at. Calls may come from any thread.
  std::set<std::string> taken();

 private:
  using Clock = std::chrono::steady_clock;
  struct Heard {
    long long beat;
    Clock::time_point since;
  };

  void announce();  // with mutex_ held
  void remove_dead() const;
  void beat();

  const std::filesystem::path run_folder_, file_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable leaving_;
  bool left_ = false;
  long long beats_ = 0;
  std::set<std::string> tasks_;
  std::map<std::string, Heard> heard_;  // by host and process: the newest beat and when it came
  std::set<std::string> taken_;
  Clock::time_point looked_{};
  std::thread heart_;
};

}  // namespace glasscape
