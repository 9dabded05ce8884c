// What the fuzz targets share: a target hands bytes to one reader, which may accept them or throw one of the project's own errors.
// Anything else (another exception, a sanitizer's report, a hang, more memory than run.sh allows) ends the process and is a finding.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape::fuzz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) { return {reinterpret_cast<const char*>(bytes), size}; }

/// libFuzzer takes these for coverage, and so each kind of refusal as something new; in a build without instruments it knows nothing else.
__attribute__((section("__libfuzzer_extra_counters"))) inline std::array<std::uint8_t, 4096> refusals{};

/// By its words of small letters, as values and names come in too many kinds.
inline void count_refusal(std::string_view message) {
  std::uint32_t kind = 0;
  for (const std::string_view word : words(message))
    if (std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
      for (const char c : word) kind = kind * 31 + static_cast<std::uint8_t>(c);
  refusals[kind % refusals.size()] = 1;
}

/// Runs a reader; `Error` and its kinds are the ways in which it may refuse.
template <typename Read>
int refuses_or_accepts(Read read) {
  try {
    read();
  } catch (const Error& refusal) {
    count_refusal(refusal.what());
  }
  return 0;
}

/// A file in memory, for readers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    while (!content.empty()) {
      const ssize_t written = ::write(file_, content.data(), content.size());
      if (written <= 0) std::abort();
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(file_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace glasscape::fuzz
