// A checksum of a whole file in its first 512 bytes, which HDF5 leaves to its users (the "user block"). It is
// compared before HDF5 sees a file: HDF5 finds most damage too, but not all of it, and does not always
// recover from what it finds.
#pragma once

#include <string>
#include <string_view>

namespace glasscape {

inline constexpr std::size_t seal_bytes = 512;

/// The seal of what follows it: a line of text with a SHA-256, filled up with blanks and a line end to 512
/// bytes.
std::string seal_of(std::string_view rest);

/// Throws FormatError unless the content of the file begins with the seal of the rest.
void check_seal(const std::string& path, std::string_view content);

}  // namespace glasscape
