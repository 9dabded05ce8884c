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
  /// 64 lower-case hexadecimal digits of all bytes added so far; ends the run.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256(std::string_view bytes);

}  // namespace glasscape
