// SHA-256, to name the content of files and facts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace glasscape {

/// A running SHA-256 (OpenSSL's EVP).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  /// The 32 bytes of the hash of all bytes added so far; ends the run.
  std::string bytes();
  /// The same as 64 lower-case hexadecimal digits.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256(std::string_view bytes);

/// The same in base64, as a content-security policy names a script.
std::string sha256_base64(std::string_view bytes);

/// RFC 4648, section 4, padded, in one line.
std::string base64(std::string_view bytes);

}  // namespace glasscape
