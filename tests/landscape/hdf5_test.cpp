#include "landscape/hdf5.hpp"

#include <catch2/catch.hpp>

#include "landscape/seal.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"
#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;
using Catch::Matchers::Contains;

namespace {

const std::vector<double> numbers{1.5, -0.0, 1e-300, 4, 5, 6};

std::string with_numbers(const TemporaryFolder& folder) {
  const std::string path = folder.path / "numbers.h5";
  Hdf5Image image(path);
  image.root().write("x", std::span<const double>(numbers), {2, 3}, "A");
  image.root().write("text", "Ångström");
  image.root().set_attribute("count", 6);
  write_text_file(path, image.bytes());
  return path;
}

}  // namespace

TEST_CASE("what was put into an image is read from its file") {
  const TemporaryFolder folder;
  const std::string path = with_numbers(folder);
  const Hdf5File file(path, read_text_file(path, "numbers"));
  const auto x = file.root().read<double>("x", "A");
  CHECK(x.shape == Hdf5Shape{2, 3});
  CHECK(x.values == numbers);
  CHECK(file.root().read_text("text") == "Ångström");
  CHECK(file.root().integer_attribute("count") == 6);
  CHECK(file.root().members() == 2);
  CHECK_FALSE(file.root().has_attribute("x"));
}

TEST_CASE("what is read as something else is refused with its place") {
  const TemporaryFolder folder;
  const std::string path = with_numbers(folder);
  const Hdf5File file(path, read_text_file(path, "numbers"));
  const Hdf5Group& root = file.root();
  CHECK_THROWS_WITH(root.read<double>("x", "eV"), Contains(path + ": /x: has the unit 'A', expected 'eV'"));
  CHECK_THROWS_WITH(root.read<double>("x"), Contains("unit"));
  CHECK_THROWS_WITH(root.read<std::int64_t>("x", "A"), Contains("/x: has another number type"));
  CHECK_THROWS_WITH(root.read<double>("y"), Contains("/y: cannot open"));
  CHECK_THROWS_AS(root.read_text("x"), FormatError);
  CHECK_THROWS_AS(root.read_texts("x"), FormatError);
  CHECK_THROWS_AS(root.text_attribute("count"), FormatError);
  CHECK_THROWS_AS(root.group("x"), FormatError);
  CHECK_THROWS_AS(Hdf5File("none.h5", ""), FormatError);
}

TEST_CASE("superblocks of older formats are refused before HDF5 takes memory for what they name") {
  const TemporaryFolder folder;
  const std::string path = with_numbers(folder);
  std::string content = read_text_file(path, "numbers");
  REQUIRE(content[seal_bytes + 8] == 3);
  content[seal_bytes + 8] = 0;
  CHECK_THROWS_WITH(Hdf5File(path, content), Contains("no HDF5 file of format 1.10"));
  CHECK_THROWS_WITH(Hdf5File(path, content.substr(seal_bytes)), Contains("no HDF5 file of format 1.10"));
}

TEST_CASE("values that do not fill their shape are not written") {
  Hdf5Image image("nowhere");
  CHECK_THROWS_AS(image.root().write("x", std::span<const double>(numbers), {2, 2}), WriteError);
}
