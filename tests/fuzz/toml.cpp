// TOML and the reading of options from it, with every kind of option.
#include "md/support/input.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return fuzz::refuses_or_accepts([&] {
    Input in(parse_toml(fuzz::text_of(bytes, size), "fuzz.toml"), "fuzz.toml");
    in.length("length", "1 A", "");
    in.time("time", "1 ps", "");
    in.temperature("temperature", "300 K", "");
    in.integer("integer", 1, "", positive, 1000);
    in.count("count", 1, "", non_negative);
    in.real("real", 1.0, "");
    in.reals("reals", std::vector<double>{1.0}, "");
    in.text("text", "", "");
    in.table("table", "").finish();
    for (Input& each : in.tables("tables", "")) each.finish();
    in.finish();
  });
}
