#include "md/support/csv.hpp"

#include <catch2/catch.hpp>

#include "md/support/error.hpp"
#include "tests/support/folder.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

/// A file with a content, to be read.
struct CsvFile {
  Folder folder;
  std::string path;
  explicit CsvFile(const std::string& content) : path(folder.write("table.csv", content)) {}
  CsvTable read(std::vector<std::string> columns) const { return CsvTable::read(path, std::move(columns), "table"); }
};

void check_refused(const std::string& content, const std::string& message) {
  INFO(content);
  const CsvFile file(content);
  REQUIRE_THROWS_AS(file.read({"name", "x"}).real(0, 1), FormatError);
  CHECK_THROWS_WITH(file.read({"name", "x"}).real(0, 1), Catch::Contains(message));
}

}  // namespace

TEST_CASE("columns of a comma-separated table are found by name, comments and other columns left out") {
  const CsvFile file("# measured\n x ,note,name\r\n1.5,\"a, b\",\"one\"\n\n# more\n-2e-3,,two");
  const CsvTable table = file.read({"name", "x"});
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, 0) == "one");
  CHECK(table.real(0, 1) == 1.5);
  CHECK(table.text(1, 0) == "two");
  CHECK(table.real(1, 1) == -2e-3);
}

TEST_CASE("a comma-separated table that cannot be read is refused with its line") {
  check_refused("", "the file is empty");
  check_refused("name,x\n", "no row below the header");
  check_refused("name,y\na,1\n", ":1: no column is named 'x'");
  check_refused("name,x,x\na,1,2\n", ":1: two columns are named 'x'");
  check_refused("name,x\na,1\n\"b\n", "quotes");
  check_refused("# note\nname,x\na\n", ":3: 1 values, expected 2");
  check_refused("name,x\na,1e400\n", ":2: column 'x' is '1e400', expected a number");
  check_refused("name,x\na,red\n", ":2: column 'x' is 'red', expected a number");
}
