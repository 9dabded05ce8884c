// How fast we are, and beside Debian's `lmp`, on the same files, in turn.
// Usage: performance [--json FILE] [--rounds 5] [--copies 1,2,4,8] [SECTION ...]
//   --copies   systems: a glass of 500 atoms repeated so many times along each axis
//   sections   dynamics threads minimisation precision searches hessian bias memory replicas; all unless named
#include <cstdio>
#include <map>

#include "md/support/memory.hpp"
#include "md/support/text.hpp"
#include "md/structure_io.hpp"
#include "tests/bench/sections.hpp"

using namespace glasscape;
using namespace glasscape::bench;

int main(int argc, char** argv) {
  keep_memory();  // as the program does
  const std::map<std::string, void (*)(Bench&)> sections{{"dynamics", dynamics}, {"threads", threads}, {"minimisation", minimisation}, {"precision", precision}, {"searches", searches},
                                                         {"hessian", hessian},   {"bias", bias},                 {"memory", memory},     {"replicas", replicas}};
  Bench bench;
  std::string json;
  std::vector<std::string> wanted;
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    const bool takes_value = word == "--json" || word == "--rounds" || word == "--copies";
    if ((takes_value && k + 1 == argc) || (!takes_value && !sections.contains(word))) {
      std::fprintf(stderr, "performance: '%s' is no section, or wants a value; see the head of performance.cpp\n", word.c_str());
      return 2;
    }
    if (word == "--json") json = argv[++k];
    else if (word == "--rounds") bench.rounds = std::max(1, std::atoi(argv[++k]));
    else if (word == "--copies") {
      bench.copies.clear();
      for (const std::string_view copies : split(argv[++k], ',')) bench.copies.push_back(static_cast<int>(to_integer(copies).value_or(1)));
    } else wanted.push_back(word);
  }
  std::printf("%s\n", machine().c_str());
  for (const auto& [name, run] : sections)
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) run(bench);
  if (!json.empty()) write_text_file(json, to_json(bench.records));
}
