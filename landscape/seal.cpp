#include "landscape/seal.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "md/support/error.hpp"
#include "md/support/hash.hpp"

namespace glasscape {
namespace {

std::string seal_with(std::string_view digest) {
  std::string seal =
      fmt::format("glasscape; SHA-256 of all bytes after the first {}: {}", seal_bytes, digest);
  seal.resize(seal_bytes - 1, ' ');
  return seal + '\n';
}

}  // namespace

std::string seal_of(std::string_view rest) { return seal_with(sha256(rest)); }

void check_seal(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FormatError("{}: cannot open: {}", path, std::strerror(errno));
  std::string found(seal_bytes, '\0');
  file.read(found.data(), seal_bytes);
  Sha256 hash;
  for (std::vector<char> piece(1 << 20); file;) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (found != seal_with(hash.hex()))
    throw FormatError("{}: the content does not match the checksum it begins with", path);
}

}  // namespace glasscape
