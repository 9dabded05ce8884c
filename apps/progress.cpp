#include "apps/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

#include "apps/exit_code.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

std::atomic<bool> stop_requested{false};

/// Ctrl-C again is somebody who does not want to wait; queues send a signal more than once for one and the same stop.
extern "C" void on_signal(int number) {
  static std::atomic<bool> interrupted{false};
  stop_requested = true;
  if (number == SIGINT && interrupted.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

std::string span_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

/// Work per second, or per minute or hour where that is below 1.
std::string rate_text(const Work& done, double seconds) {
  double rate = done.amount / seconds;
  std::string_view per = "s";
  for (const std::string_view longer : {"min", "h"}) {
    if (rate >= 1.0) break;
    rate *= 60;
    per = longer;
  }
  return fmt::format("{} {}/{}", rate < 100 ? fmt::format("{:.2g}", rate) : fmt::format("{:.0f}", rate), done.unit, per);
}

}  // namespace

std::string progress_text(const std::string& stage, const std::string& what, const Work& done, double left, double seconds) {
  return fmt::format("{}: {}, {}, {} left", stage, what, rate_text(done, seconds), span_text(seconds * left / done.amount));
}

const std::atomic<bool>& stop_on_signal() {
  for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGHUP})
    if (std::signal(number, on_signal) == SIG_IGN) std::signal(number, SIG_IGN);  // as nohup and shells wish of what runs in the background
  return stop_requested;
}

const std::atomic<bool>& end_soon_on_signal() {
  std::thread([] {
    constexpr auto patience = std::chrono::seconds(4);
    while (!stop_requested) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::this_thread::sleep_for(patience);
    std::fprintf(stderr, "\nstopped; the steps in flight were given up, nothing finished is lost\n");
    ::_exit(static_cast<int>(ExitCode::stopped));
  }).detach();
  return stop_on_signal();
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::stage_begins(const StudyStage& stage, std::int64_t missing, std::int64_t tasks) {
  begin_ = shown_ = std::chrono::steady_clock::now();
  share_ = static_cast<double>(missing) / static_cast<double>(std::max<std::int64_t>(tasks, 1));
  part_before_.reset();
  others_ = 0;
  if (quiet_) return;
  if (missing == 0) {
    std::fprintf(stderr, "%s: complete (%lld tasks)\n", stage.name.c_str(), static_cast<long long>(tasks));
  } else {
    const std::string first = tasks == 1 ? stage.stage->describe_task(0) : fmt::format("{} of {} tasks to run", missing, tasks);
    std::fprintf(stderr, "%s: %s\n", stage.name.c_str(), first.c_str());
  }
}

void Progress::task_ends(const StudyStage& stage, std::int64_t finished, std::int64_t missing) {
  if (!part_before_) part_before_ = 0.0;
  if (missing > 1) show(stage, static_cast<double>(finished) / static_cast<double>(missing), fmt::format("{} of {} tasks", finished, missing));
}

void Progress::task_moves(const StudyStage& stage, double part) {
  if (stage.stage->tasks() != 1) return;
  if (!part_before_) part_before_ = part;
  show(stage, part, fmt::format("{:.0f} %", 100 * part));
}

void Progress::task_fails(const StudyStage& stage, const Failure& failure) {
  std::fprintf(stderr, "%s%s: task %s failed: %s\n", terminal_ ? "\r\033[K" : "", stage.name.c_str(), failure.task.c_str(), failure.reason.c_str());
}

void Progress::others_work(const StudyStage& stage, std::int64_t tasks) {
  if (!quiet_ && tasks != others_)
    std::fprintf(stderr, "%s%s: waiting for %s that other runners are at\n", terminal_ ? "\r\033[K" : "", stage.name.c_str(), counted(static_cast<std::size_t>(tasks), "task").c_str());
  others_ = tasks;
}

void Progress::stage_ends(const StudyStage& stage) {
  if (quiet_) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
  if (terminal_) std::fprintf(stderr, "\r\033[K");
  if (took.count() > 0.05) std::fprintf(stderr, "%s: done in %s\n", stage.name.c_str(), span_text(took.count()).c_str());
}

void Progress::show(const StudyStage& stage, double part, const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  const double done = part - part_before_.value_or(0.0);
  if (quiet_ || !terminal_ || done <= 0.0 || now - shown_ < std::chrono::milliseconds(200)) return;
  shown_ = now;
  const std::chrono::duration<double> took = now - begin_;
  const Work all = stage.stage->work();
  const std::string text = progress_text(stage.name, what, {done * share_ * all.amount, all.unit}, (1.0 - part) * share_ * all.amount, took.count());
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

}  // namespace glasscape
