// Files that are not whole yet, under names that tell whose they are, so that what the dead left can be removed.
#pragma once

#include <string>
#include <string_view>

namespace glasscape {

/// "HOST.PROCESS": this process among those of all hosts, as between hosts that share a folder a process number alone names nobody.
std::string process_name();

/// Whether a process of that name was of this host and is no more.
bool has_ended(std::string_view process);

/// The name under which this process writes a file before that takes its place: PATH.tmp.HOST.PROCESS.
std::string temporary_name(const std::string& path);

/// The whole content on disk under that name, which is returned. Throws WriteError, and then leaves nothing.
std::string write_temporary(const std::string& path, std::string_view content);

/// Deletes the files with such names that dead processes of this host left in a folder and those below it; returns how many. Those of
/// other hosts stay, as nobody here knows whether their writers live.
int remove_leftovers(const std::string& folder);

}  // namespace glasscape
