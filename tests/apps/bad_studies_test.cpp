// Every file of tests/inputs/bad/studies is refused with the message written on its last line after "#^".
#include <catch2/catch.hpp>

#include <filesystem>

#include "apps/study.hpp"
#include "md/support/text.hpp"
#include "tests/support/folder.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const std::string one_stage =
    "[potential]\ntype = \"lj\"\n[[stage]]\ntype = \"melt-quench\"\natoms = 20\ncomposition = { Ar = 1 }\nschedule = [{ at = \"100 K\", time = \"1 ps\" }]\n";

}  // namespace

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

TEST_CASE("a study cannot name a run folder behind a symbolic link, the command line can") {
  namespace fs = std::filesystem;
  const Folder here;
  const fs::path before = fs::current_path();
  fs::current_path(here.path());
  fs::create_directory_symlink("/tmp", "link");
  const std::string study = "[study]\nseed = 1\nfolder = \"link/run\"\n" + one_stage;
  write_text_file("study.toml", study);
  write_text_file("link.toml", "[study]\nseed = 1\n" + one_stage);
  fs::create_directory_symlink("/tmp", "link.run");
  const Plugins plugins = builtin_plugins();
  CHECK_THROWS_WITH(read_study("study.toml", plugins, {}), Catch::Contains("study.toml:3: key 'study.folder': got \"link/run\", expected a folder below the current one"));
  CHECK_THROWS_WITH(read_study("link.toml", plugins, {}), Catch::Contains("expected a folder below the current one"));
  CHECK(read_study("study.toml", plugins, {}, "link/run").folder == "link/run");
  fs::current_path(before);
}
