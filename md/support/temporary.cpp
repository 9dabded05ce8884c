#include "md/support/temporary.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "md/support/descriptor.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr std::string_view mark = ".tmp.";

std::string host() {
  std::array<char, 65> name{};  // HOST_NAME_MAX of Linux is 64
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

std::string process_name() { return fmt::format("{}.{}", host(), ::getpid()); }

bool has_ended(std::string_view process) {
  const std::size_t dot = process.rfind('.');
  if (dot == std::string_view::npos || process.substr(0, dot) != host()) return false;
  const auto number = to_integer(process.substr(dot + 1));
  return number && *number > 0 && ::kill(static_cast<pid_t>(*number), 0) != 0 && errno == ESRCH;
}

std::string temporary_name(const std::string& path) { return fmt::format("{}{}{}", path, mark, process_name()); }

std::string write_temporary(const std::string& path, std::string_view content) {
  const std::string temporary = temporary_name(path);
  const auto fail = [&](std::string_view step, int reason) {
    std::remove(temporary.c_str());
    throw WriteError("cannot {} '{}': {}", step, path, std::strerror(reason));
  };
  const int file = uninterrupted([&] { return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); });
  if (file < 0) fail("create", errno);
  const bool written = write_all(file, content);
  int reason = written ? 0 : errno;
  if (written && uninterrupted([&] { return ::fsync(file); }) != 0) reason = errno;
  if (::close(file) != 0 && errno != EINTR && reason == 0) reason = errno;  // interrupted, it is closed all the same
  if (reason != 0) fail(written ? "sync" : "write", reason);
  return temporary;
}

int remove_leftovers(const std::string& folder) {
  int removed = 0;
  std::error_code none;
  for (std::filesystem::recursive_directory_iterator at(folder, none); !none && at != std::filesystem::recursive_directory_iterator(); at.increment(none)) {
    const std::string name = at->path().filename();
    const std::size_t found = name.rfind(mark);
    if (found == std::string::npos || !has_ended(std::string_view(name).substr(found + mark.size()))) continue;
    if (std::error_code failed; std::filesystem::remove(at->path(), failed)) ++removed;
  }
  return removed;
}

}  // namespace glasscape
