// What lies in folders. Only what the system says is not there counts as absent: a disk that fails, or too many open files, must not pass for
// work that was never done.
#pragma once

#include <filesystem>
#include <vector>

namespace glasscape {

/// Throws NotFound when the system cannot tell.
bool is_there(const std::filesystem::path& path);

/// In no order; nothing when there is no such folder. Throws NotFound when it cannot be listed.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// The folder and those above it. Throws WriteError.
void make_folder(const std::filesystem::path& folder);

}  // namespace glasscape
