// Shards. The seal is made to fit, so that HDF5 and the reader see the bytes that follow it.
#include "landscape/seal.hpp"
#include "landscape/shard.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view rest = fuzz::text_of(bytes, size);
  const fuzz::MemoryFile file(seal_of(rest).append(rest));
  fuzz::refuses_or_accepts([&] { read_circumstances(file.path()); });
  return fuzz::refuses_or_accepts([&] { read_shard(file.path()); });
}
