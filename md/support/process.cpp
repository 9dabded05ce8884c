#include "md/support/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr std::string_view temporary_mark = ".tmp.";

std::string host() {
  std::array<char, 65> name{};  // HOST_NAME_MAX of Linux is 64
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

std::string process_name() { return fmt::format("{}.{}", host(), ::getpid()); }

bool has_ended(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.substr(0, dot) != host()) return false;
  const auto process = to_integer(name.substr(dot + 1));
  return process && *process > 0 && ::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH;
}

std::string temporary_of(const std::string& path) { return fmt::format("{}{}{}", path, temporary_mark, process_name()); }

int remove_leftovers(const std::filesystem::path& folder) {
  int removed = 0;
  std::error_code none;
  for (std::filesystem::directory_iterator at(folder, none); !none && at != std::filesystem::directory_iterator(); at.increment(none)) {
    const std::string name = at->path().filename();
    const std::size_t mark = name.rfind(temporary_mark);
    if (mark == std::string::npos || !has_ended(std::string_view(name).substr(mark + temporary_mark.size()))) continue;
    std::error_code ignored;
    if (std::filesystem::remove(at->path(), ignored)) ++removed;
  }
  return removed;
}

}  // namespace glasscape
