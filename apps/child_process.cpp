#include "apps/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "md/support/error.hpp"

extern char** environ;

namespace glasscape {
namespace {

/// What becomes of the streams of a child.
class Streams {
 public:
  Streams() { ::posix_spawn_file_actions_init(&actions_); }
  ~Streams() { ::posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  void read(const std::string& file) { ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, file.c_str(), O_RDONLY, 0); }
  void print_to(int descriptor) {
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) ::posix_spawn_file_actions_adddup2(&actions_, descriptor, stream);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

pid_t started(const std::vector<std::string>& words, const Streams& streams) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, arguments.front(), streams.actions(), nullptr, arguments.data(), environ);
  if (failed != 0) throw NotFound("cannot run '{}': {}", words.front(), std::strerror(failed));
  return child;
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

ChildEnded output_of(const std::vector<std::string>& words) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw Error("cannot run '{}': {}", words.front(), std::strerror(errno));
  Streams streams;
  streams.read("/dev/null");
  streams.print_to(pipe[1]);
  pid_t child = 0;
  try {
    child = started(words, streams);
  } catch (const Error&) {
    ::close(pipe[0]);
    ::close(pipe[1]);
    throw;
  }
  ::close(pipe[1]);
  ChildEnded ended;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = ::read(pipe[0], piece.data(), piece.size())) > 0 || (got < 0 && errno == EINTR);)
    if (got > 0) ended.text.append(piece.data(), static_cast<std::size_t>(got));
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw Error("cannot tell how '{}' ended: {}", words.front(), std::strerror(errno));
  ended.code = code_of(status);
  return ended;
}

int run_to_end(const std::vector<std::string>& words, const std::string& input_file, const std::atomic<bool>& stop) {
  Streams streams;
  streams.read(input_file);
  const pid_t child = started(words, streams);
  bool told = false;
  for (int status = 0;; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return code_of(status);
    if (ended < 0 && errno != EINTR) throw Error("cannot tell how '{}' ended: {}", words.front(), std::strerror(errno));
    if (!stop || std::exchange(told, true)) continue;
    ::kill(child, SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ::kill(child, SIGTERM);
  }
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace glasscape
