// Every file of tests/inputs/bad/studies is refused with the message written on its last line after "#^".
#include <catch2/catch.hpp>

#include <filesystem>

#include "apps/study.hpp"
#include "md/support/text.hpp"

using namespace glasscape;

TEST_CASE("a study with a mistake is refused with its file, key, value and what was expected") {
  const Plugins plugins = builtin_plugins();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GLASSCAPE_TEST_INPUTS "/bad/studies")) {
    const std::string path = entry.path().string();
    const std::string text = read_text_file(path, "study");
    const std::size_t mark = text.rfind("#^ ");
    DYNAMIC_SECTION(entry.path().filename().string()) {
      REQUIRE(mark != std::string::npos);
      std::string message = "accepted";
      try {
        read_study(path, plugins, installed_potentials());
      } catch (const Error& error) {
        message = error.what();
      }
      CHECK_THAT(message, Catch::Contains(std::string(trimmed(std::string_view(text).substr(mark + 3)))));
      const bool names_the_file_or_what_it_names = message.find(entry.path().filename().string()) != std::string::npos || message.find("KIM model") != std::string::npos;
      CHECK(names_the_file_or_what_it_names);
    }
    ++files;
  }
  CHECK(files >= 40);
}
