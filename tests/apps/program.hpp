// The program at work: started in a folder, signalled, waited for; its exit code and what it printed.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "md/support/text.hpp"
#include "tests/support/folder.hpp"

namespace glasscape::test {

struct Ended {
  int code;  // of the exit, or minus the signal
  std::string out, err;
  double memory_MB;  // at most at a time
};

/// The program at work in a folder; what it prints lies in a folder of its own.
class Program {
 public:
  Program(const std::filesystem::path& where, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), GLASSCAPE_PROGRAM);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const std::string out = printed_.file("out"), err = printed_.file("err");
    process_ = ::fork();
    if (process_ != 0) return;
    ::setenv("OMP_WAIT_POLICY", "passive", 1);  // two threads on one core must not spin
    const bool ready = ::chdir(where.c_str()) == 0 && std::freopen(out.c_str(), "w", stdout) &&
                       std::freopen(err.c_str(), "w", stderr);
    if (ready) ::execv(words.front(), words.data());
    ::_exit(127);
  }
  ~Program() {
    if (process_ <= 0) return;
    signal(SIGKILL);
    wait();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const { ::kill(process_, number); }
  Ended wait() {
    int status = 0;
    rusage used{};
    ::wait4(process_, &status, 0, &used);
    process_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
            read_text_file(printed_.file("out"), "output"), read_text_file(printed_.file("err"), "messages"),
            static_cast<double>(used.ru_maxrss) / 1024.0};
  }
  /// Until something has happened in the file system; false when the program ended before.
  template <typename Happened>
  bool wait_until(Happened happened) {
    while (!happened()) {
      if (::waitid(P_PID, static_cast<id_t>(process_), &ended_, WEXITED | WNOHANG | WNOWAIT) == 0 &&
          ended_.si_pid != 0)
        return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

 private:
  Folder printed_;
  pid_t process_ = -1;
  siginfo_t ended_{};
};

inline Ended finished(const Folder& where, std::vector<std::string> arguments) {
  return Program(where.path(), std::move(arguments)).wait();
}

inline nlohmann::json json_of(const Ended& ended) {
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return nlohmann::json::parse(ended.out);
}

}  // namespace glasscape::test
