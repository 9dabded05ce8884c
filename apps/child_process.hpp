// Another program at work: started without a shell, waited for, with what it printed.
#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace glasscape {

struct ChildEnded {
  int code = 0;      // of its exit; 128 + number of the signal that ended it
  std::string text;  // what it printed, on both streams
};

/// Captures what a program prints; it has no input. What tells us to stop, Ctrl-C too, does not reach it: a queue that is being asked for
/// something answers, so that we know what it has done. Throws NotFound when there is no such program on the path.
ChildEnded output_of(const std::vector<std::string>& words);

/// The exit code of a program that shares our terminal, and so hears of Ctrl-C and may ask for a password, and reads a file. When `stop` is set it
/// is sent SIGTERM each second until it ends: GNU parallel does not hear it while it starts, and some versions of it let their jobs end at the first
/// one and end them at the second.
int run_to_end(const std::vector<std::string>& words, const std::string& input_file, const std::atomic<bool>& stop);

/// As one word of a shell.
std::string quoted(const std::string& word);
/// As a command of a shell: quoted where a word needs it.
std::string command_text(const std::vector<std::string>& words);

}  // namespace glasscape
