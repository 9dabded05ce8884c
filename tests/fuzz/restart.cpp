// Restart files. The checksum at their end is made to fit, so that what is behind it sees the bytes.
#include "md/restart.hpp"
#include "md/support/hash.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(fuzz::text_of(bytes, size));
  const fuzz::MemoryFile file(text + "\nsha256 1 " + sha256(text + "\n") + "\n");
  return fuzz::refuses_or_accepts([&] { read_restart(file.path()); });
}
