// Tables of embedded-atom potentials: setfl and Finnis-Sinclair files; KIM models embed the same text.
#include "md/potentials/eam.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  const auto makes = [&](EamTables::Style style) {
    return fuzz::refuses_or_accepts([&] { const EamKernel kernel(EamTables::parse(text, style, "fuzz.eam")); });
  };
  makes(EamTables::Style::alloy);
  return makes(EamTables::Style::finnis_sinclair);
}
