#include "landscape/seal.hpp"

#include "md/support/error.hpp"
#include "md/support/hash.hpp"

namespace glasscape {

std::string seal_of(std::string_view rest) {
  std::string seal = fmt::format("glasscape; SHA-256 of all bytes after the first {}: {}", seal_bytes, sha256(rest));
  seal.resize(seal_bytes - 1, ' ');
  return seal + '\n';
}

void check_seal(const std::string& path, std::string_view content) {
  if (content.size() < seal_bytes || content.substr(0, seal_bytes) != seal_of(content.substr(seal_bytes)))
    throw FormatError("{}: the content does not match the checksum it begins with", path);
}

}  // namespace glasscape
