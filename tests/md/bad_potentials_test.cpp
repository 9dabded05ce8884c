// Every file of tests/inputs/bad/potentials is refused with the message in NAME.expected beside it, word for
// word.
#include <catch2/catch.hpp>
#include <filesystem>

#include "md/potentials/eam.hpp"
#include "md/support/text.hpp"
#include "md/surface.hpp"
#include "tests/support/message.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

using Style = EamTables::Style;

const std::filesystem::path folder = std::filesystem::path(GLASSCAPE_TEST_INPUTS) / "bad" / "potentials";

Style style_of(const std::string& name) {
  return name.ends_with(".eam.fs") ? Style::finnis_sinclair : Style::alloy;
}

/// A table of n values on lines of three, all the same.
std::string table(int n, const std::string& value) {
  std::string text;
  for (int k = 1; k <= n; ++k) text += value + (k % 3 == 0 || k == n ? "\n" : " ");
  return text;
}

/// A sound file of two elements.
std::string sound(Style style) {
  std::string text = "one\ntwo\nthree\n2 Cu Zr\n7 0.5 6 1 5.5\n";
  for (const std::string element : {"29 63.546 3.615 fcc", "40 91.224 3.232 hcp"}) {
    text += element + '\n' + table(7, "-0.5") + table(6, "0.1");
    if (style == Style::finnis_sinclair) text += table(6, "0.2");
  }
  for (int pair = 0; pair < 3; ++pair) text += table(6, "0.3");
  return text;
}

}  // namespace

TEST_CASE("every bad potential file is refused with a message that says where and what") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string(), path = entry.path().string();
    if (entry.path().extension() == ".expected") continue;
    DYNAMIC_SECTION(name) {
      const std::string expected(trimmed(read_text_file(path + ".expected", "expected message")));
      const std::string text = read_text_file(path, "potential file");
      CHECK_THROWS_AS(EamTables::parse(text, style_of(name), name), FormatError);
      CHECK(message_of([&] { EamTables::parse(text, style_of(name), name); }) == expected);
    }
    ++files;
  }
  CHECK(files >= 50);
}

TEST_CASE("a bad potential file is named with its path") {
  const std::string path = (folder / "nan_in_table.eam.alloy").string();
  CHECK_THAT(message_of([&] { potential("eam-alloy:" + path); }), Catch::StartsWith(path + ":12: 'nan'"));
}

TEST_CASE("a sound potential file is read whatever ends its lines") {
  for (const Style style : {Style::alloy, Style::finnis_sinclair}) {
    const std::string text = sound(style);
    const EamTables read = EamTables::parse(text, style, "sound");
    CHECK(read.cutoff == 5.5);
    CHECK(read.rho_end == 3.0);
    CHECK(read.elements == std::vector<Element>{{"Cu", 63.546}, {"Zr", 91.224}});
    std::string windows;
    for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const std::string blank_lines = "\n \n\n";
    for (const std::string& other : {windows, text.substr(0, text.size() - 1), text + blank_lines}) {
      const EamTables same = EamTables::parse(other, style, "sound");
      CHECK(same.elements == read.elements);
      CHECK(same.pair.back().knots() == read.pair.back().knots());
      CHECK(same.density[1].knots() == read.density[1].knots());
    }
  }
}

TEST_CASE("a potential file cut at any place is refused") {
  for (const Style style : {Style::alloy, Style::finnis_sinclair}) {
    const std::string text = sound(style);
    // the last cut takes the newline only; those before it leave "0." and "0", which are numbers too
    for (std::size_t length = 0; length + 3 < text.size(); ++length)
      CHECK_THROWS_AS(EamTables::parse(text.substr(0, length), style, "cut"), FormatError);
  }
}

TEST_CASE("a potential file with any line missing or doubled is refused") {
  for (const Style style : {Style::alloy, Style::finnis_sinclair}) {
    const std::string text = sound(style);
    const auto lines = split(std::string_view(text).substr(0, text.size() - 1), '\n');
    for (std::size_t changed = 0; changed < lines.size(); ++changed)
      for (const int times : {0, 2}) {
        std::string other;
        for (std::size_t k = 0; k < lines.size(); ++k)
          for (int copy = 0; copy < (k == changed ? times : 1); ++copy) other += std::string(lines[k]) + '\n';
        INFO("line " << changed + 1 << " written " << times << " times");
        CHECK_THROWS_AS(EamTables::parse(other, style, "changed"), FormatError);
      }
  }
}

TEST_CASE("an element that a potential does not know is refused before anything is evaluated") {
  const Configuration gold = fcc(4.1, 2, elements_named({"Au"}));
  CHECK(message_of([&] { Surface(potential("eam-fs:CuZr_mm.eam.fs"), gold); }) ==
        "element 'Au' is not in potential CuZr_mm.eam.fs; did you mean 'Cu'?");
  CHECK_THROWS_AS(Surface(potential("eam-fs:CuZr_mm.eam.fs"), gold), InputError);
  CHECK(message_of([&] {
          Surface(potential("kim:EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005"), gold);
        }) ==
        "element 'Au' is not in potential kim:EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005; "
        "did you mean 'Cu'?");
  CHECK_THROWS_AS(Surface(potential("sw:Si.sw"), gold), InputError);
}
