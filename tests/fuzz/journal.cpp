// Journals and the canonical bytes of events in them; the bytes as they are too, which no checksum stops.
#include "landscape/journal.hpp"

#include "landscape/canonical_bytes.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  std::size_t end = 0;
  if (steps_of_journal(text, "task", end).size() > 0 && end > size) std::abort();
  return fuzz::refuses_or_accepts([&] { event_of_bytes(text, "event"); });
}
