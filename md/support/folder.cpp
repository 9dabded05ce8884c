#include "md/support/folder.hpp"

#include <system_error>

#include "md/support/error.hpp"

namespace glasscape {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code failed;
  const bool found = fs::exists(path, failed);
  if (failed) throw NotFound("cannot tell whether '{}' is there: {}", path.string(), failed.message());
  return found;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, failed); !failed && at != fs::directory_iterator(); at.increment(failed)) entries.push_back(at->path());
  if (failed && failed != std::errc::no_such_file_or_directory) throw NotFound("cannot list the folder '{}': {}", folder.string(), failed.message());
  return entries;
}

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw WriteError("cannot make the folder '{}': {}", folder.string(), failed.message());
}

}  // namespace glasscape
