// Measurements as `glasscape spectrum` reads them: a table of comma-separated values by its own names of columns, and the TOML that says how tables were measured.
#include <fstream>

#include "apps/measurement.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::string toml = [] {  // the name tells the two apart
    std::string folder = "/tmp/glasscape-fuzz-XXXXXX";
    return std::string(::mkdtemp(folder.data())) + "/experiment.toml";
  }();
  const std::string_view text = fuzz::text_of(bytes, size);
  std::ofstream(toml, std::ios::binary).write(text.data(), static_cast<std::streamsize>(size));
  fuzz::refuses_or_accepts([&] { read_experiment({toml}); });
  const fuzz::MemoryFile table(text);
  return fuzz::refuses_or_accepts([&] { read_measurement(table.path()); });
}
