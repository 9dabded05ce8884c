#include "md/support/scratch_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// What the system takes for temporary files: $TMPDIR, else /tmp.
std::string folder() {
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(failed);
  if (failed) throw WriteError("there is no folder for temporary files: {}; set TMPDIR to a folder with room", failed.message());
  return folder.string();
}

std::string reason() { return std::strerror(errno); }

}  // namespace

ScratchFile::ScratchFile() {
  std::string path = folder() + "/glasscape.XXXXXX";
  file_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (file_ < 0) throw WriteError("cannot make a temporary file in '{}': {}; set TMPDIR to a folder with room", folder(), reason());
  ::unlink(path.c_str());
}

ScratchFile::~ScratchFile() { ::close(file_); }

std::uint64_t ScratchFile::append(std::span<const std::byte> bytes) {
  const std::uint64_t at = end_;
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(end_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw WriteError("cannot write a temporary file in '{}': {}; set TMPDIR to a folder with room", folder(), reason());
    end_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return at;
}

void ScratchFile::read(std::uint64_t at, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw NotFound("cannot read a temporary file in '{}': {}", folder(), got == 0 ? "it ends too early" : reason());
    at += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace glasscape
