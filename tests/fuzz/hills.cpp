// Hills of PLUMED and Colvars, and their sum, as the command `hills` makes it.
#include "landscape/hills_files.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::text_of(bytes, size));
  return fuzz::refuses_or_accepts([&] {
    const HillsFile read = read_hills(file.path());
    HillSum sum(read.hills.front().width / HillSum::nodes_per_width, read.shape);
    for (const Hill& hill : read.hills) sum.add(hill);
    sum.at(0.0);
  });
}
