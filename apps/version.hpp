// What program this is, for --version and for the provenance of every shard.
#pragma once

#include <string>
#include <string_view>

namespace glasscape {

inline constexpr std::string_view program_version = GLASSCAPE_VERSION;

std::string compiler_text();
/// Names and versions of the libraries that results may depend on.
std::string libraries_text();

}  // namespace glasscape
