// Extended XYZ, with elements named by the file and by the user.
#include "md/structure_io.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  fuzz::refuses_or_accepts([&] { parse_extended_xyz(text, "fuzz.xyz", {{"Cu", "Zr"}}); });
  return fuzz::refuses_or_accepts([&] { parse_extended_xyz(text, "fuzz.xyz"); });
}
