#include "apps/progress.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace glasscape {
namespace {

std::atomic<bool> stop_requested{false};

extern "C" void on_signal(int number) {
  if (stop_requested.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

std::string span_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

const std::atomic<bool>& stop_on_signal() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  return stop_requested;
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::stage_begins(const StudyStage& stage, std::int64_t missing, std::int64_t tasks) {
  begin_ = shown_ = std::chrono::steady_clock::now();
  if (quiet_) return;
  if (missing == 0) {
    std::fprintf(stderr, "%s: complete (%lld tasks)\n", stage.name.c_str(), static_cast<long long>(tasks));
  } else {
    const std::string first = tasks == 1 ? stage.stage->describe_task(0) : fmt::format("{} of {} tasks to run", missing, tasks);
    std::fprintf(stderr, "%s: %s\n", stage.name.c_str(), first.c_str());
  }
}

void Progress::task_ends(const StudyStage& stage, std::int64_t finished, std::int64_t missing) {
  if (missing > 1) show(stage, static_cast<double>(finished) / static_cast<double>(missing), fmt::format("{} of {} tasks", finished, missing));
}

void Progress::task_moves(const StudyStage& stage, double part) {
  if (stage.stage->tasks() == 1) show(stage, part, fmt::format("{:.0f} %", 100 * part));
}

void Progress::stage_ends(const StudyStage& stage) {
  if (quiet_) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
  if (terminal_) std::fprintf(stderr, "\r\033[K");
  if (took.count() > 0.05) std::fprintf(stderr, "%s: done in %s\n", stage.name.c_str(), span_text(took.count()).c_str());
}

void Progress::show(const StudyStage& stage, double part, const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  if (quiet_ || !terminal_ || part <= 0.0 || now - shown_ < std::chrono::milliseconds(200)) return;
  shown_ = now;
  const std::chrono::duration<double> took = now - begin_;
  std::fprintf(stderr, "\r\033[K%s: %s, %s left", stage.name.c_str(), what.c_str(), span_text(took.count() * (1.0 - part) / part).c_str());
}

}  // namespace glasscape
