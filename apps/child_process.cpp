#include "apps/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "md/support/descriptor.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

extern char** environ;

namespace glasscape {
namespace {

/// What becomes of the streams of a child, and which signals reach it.
class Start {
 public:
  Start() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~Start() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  void read(const std::string& file) { ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, file.c_str(), O_RDONLY, 0); }
  void print_to(int descriptor) {
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) ::posix_spawn_file_actions_adddup2(&actions_, descriptor, stream);
  }
  /// In a process group of its own: what a terminal, or `timeout`, sends to ours does not reach it.
  void apart() {
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

pid_t started(const std::vector<std::string>& words, const Start& start) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, arguments.front(), start.actions(), start.attributes(), arguments.data(), environ);
  if (failed != 0) throw NotFound("cannot run '{}': {}", words.front(), std::strerror(failed));
  return child;
}

/// The exit code of a child once it has ended; nothing before. With `options` of waitpid(2).
std::optional<int> code_of(pid_t child, const std::string& program, int options) {
  int status = 0;
  const pid_t ended = uninterrupted([&] { return ::waitpid(child, &status, options); });
  if (ended < 0) throw Error("cannot tell how '{}' ended: {}", program, std::strerror(errno));
  if (ended == 0) return std::nullopt;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ChildEnded output_of(const std::vector<std::string>& words) {
  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw Error("cannot run '{}': {}", words.front(), std::strerror(errno));
  const Descriptor out(pipe[0]);
  Descriptor in(pipe[1]);
  Start start;
  start.read("/dev/null");
  start.print_to(in.number());
  start.apart();
  const pid_t child = started(words, start);
  in.close();  // the child's is the last: the end of what it prints is seen
  const std::string text = rest_of(out.number(), fmt::format("what '{}' prints", words.front()));
  return {*code_of(child, words.front(), 0), text};
}

int run_to_end(const std::vector<std::string>& words, const std::string& input_file, const std::atomic<bool>& stop) {
  Start start;
  start.read(input_file);
  const pid_t child = started(words, start);
  using Clock = std::chrono::steady_clock;
  for (Clock::time_point told{};; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
    if (const auto code = code_of(child, words.front(), WNOHANG)) return *code;
    if (!stop || Clock::now() - told < std::chrono::seconds(1)) continue;
    ::kill(child, SIGTERM);
    told = Clock::now();
  }
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) || std::strchr("%+,-./:=@_", c) != nullptr; });
    text += (text.empty() ? "" : " ") + (plain ? word : quoted(word));
  }
  return text;
}

}  // namespace glasscape
