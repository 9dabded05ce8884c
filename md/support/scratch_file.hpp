// Bytes that need not stay in memory, in a file without a name: it is gone with the process, however that ends. It lies in the folder for temporary
// files ($TMPDIR, else /tmp).
#pragma once

#include <cstdint>
#include <span>

namespace glasscape {

class ScratchFile {
 public:
  /// Throws WriteError.
  ScratchFile();
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// Where these bytes lie from now on. Throws WriteError when the disk is full.
  std::uint64_t append(std::span<const std::byte> bytes);
  /// Fills `bytes` with what lies there. Throws NotFound when the disk fails.
  void read(std::uint64_t at, std::span<std::byte> bytes) const;

 private:
  int file_ = -1;
  std::uint64_t end_ = 0;
};

}  // namespace glasscape
