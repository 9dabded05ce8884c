// Files as the system numbers them, for what streams of C++ hide: errors of a disk, and interruption by signals.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace glasscape {

/// A call of the system, made again while a signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  for (;;)
    if (const auto result = call(); result >= 0 || errno != EINTR) return result;
}

/// Whether all was written; errno tells why not.
inline bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = uninterrupted([&] { return ::write(file, content.data(), content.size()); });
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Closes a file once it is out of scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close() {
    if (is_open()) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

}  // namespace glasscape
