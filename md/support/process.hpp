// Files that belong to a process for a time, in folders that processes of many hosts share.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace glasscape {

/// "host.number": this process among those of all hosts.
std::string process_name();

/// Whether a process of that name was of this host and is no more.
bool has_ended(std::string_view name);

/// "path.tmp.host.number": what this process writes before it takes the place of a path in one step.
std::string temporary_of(const std::string& path);

/// Deletes what ended processes of this host left behind of writing files into a folder; returns how many.
int remove_leftovers(const std::filesystem::path& folder);

}  // namespace glasscape
