// Tables of comma-separated values.
#include "md/support/csv.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::text_of(bytes, size));
  return fuzz::refuses_or_accepts([&] {
    const CsvTable table = CsvTable::read(file.path(), {"a", "b"}, "table");
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (table.text(row, 0) != "text") table.real(row, 1);
  });
}
