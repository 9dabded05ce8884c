#include "md/support/text.hpp"

#include <sys/stat.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <thread>

#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/message.hpp"

using namespace glasscape;
using test::Folder;
using test::message_of;

namespace {

using Parts = std::vector<std::string_view>;

/// The text of fewest digits in scientific form that reads back to the same double, by trying.
std::string fewest_digits(double value) {
  for (int digits = 0; digits < 17; ++digits) {
    const std::string text = fmt::format("{:.{}e}", value, digits);
    if (std::strtod(text.c_str(), nullptr) == value) return text;
  }
  return "none";
}

}  // namespace

TEST_CASE("the shortest text of a double reads back to the same bits, and trying finds no shorter one") {
  Rng rng(1, stream_of("doubles"));
  std::vector<double> values{
      0.0, -0.0, 1.0, 0.1, 1e22, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308};
  for (int k = 0; k < 2000; ++k) values.push_back(std::bit_cast<double>(rng.bits()));
  for (int k = 0; k < 2000; ++k) values.push_back(std::round(1e6 * rng.normal()) / 1e5);
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const std::string text = shortest(value);
    INFO(text);
    REQUIRE(to_real(text).has_value());
    CHECK(std::bit_cast<std::uint64_t>(*to_real(text)) == std::bit_cast<std::uint64_t>(value));
    CHECK(text.size() <= fewest_digits(value).size());
  }
  CHECK(shortest(0.1) == "0.1");
  CHECK(shortest(-2.0) == "-2");
  CHECK(shortest(1e-7) == "1e-07");
}

TEST_CASE("numbers that are not finite survive as text") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(to_real(shortest(infinity)) == infinity);
  CHECK(to_real(shortest(-infinity)) == -infinity);
  CHECK(std::isnan(to_real(shortest(std::nan(""))).value()));
}

TEST_CASE("a real is read from the whole word, with a plus sign or a Fortran exponent too") {
  CHECK(to_real("-1.5e3") == -1500.0);
  CHECK(to_real("+0.25") == 0.25);
  CHECK(to_real("1.0D-3") == 1e-3);
  CHECK(to_real("2d2") == 200.0);
  CHECK(to_real(".5") == 0.5);
  CHECK(to_real("7") == 7.0);
  for (const char* wrong :
       {"", "+", "-", ".", "1.5x", " 1", "1 ", "1,5", "1e", "1.5 2", "++1", "+-1", "0x10", "1e999", "one"}) {
    INFO('\'' << wrong << '\'');
    CHECK(!to_real(wrong).has_value());
  }
}

TEST_CASE("an integer is read from the whole word and must fit") {
  CHECK(to_integer("42") == 42);
  CHECK(to_integer("+42") == 42);
  CHECK(to_integer("-9223372036854775808") == std::numeric_limits<long long>::min());
  CHECK(to_integer("9223372036854775807") == std::numeric_limits<long long>::max());
  for (const char* wrong :
       {"", "+", "-", "1.0", "1e3", "4 2", " 42", "42x", "++1", "+-1", "9223372036854775808"}) {
    INFO('\'' << wrong << '\'');
    CHECK(!to_integer(wrong).has_value());
  }
}

TEST_CASE("words are what stands between blanks of any kind") {
  CHECK(words("  one\ttwo \r\n three") == Parts{"one", "two", "three"});
  CHECK(words("one") == Parts{"one"});
  CHECK(words("").empty());
  CHECK(words(" \t\r\n\v\f").empty());
}

TEST_CASE("splitting keeps empty parts, so that joining the parts gives the text") {
  CHECK(split("a,b", ',') == Parts{"a", "b"});
  CHECK(split(",a,,b,", ',') == Parts{"", "a", "", "b", ""});
  CHECK(split("", ',') == Parts{""});
  CHECK(split("a b", ',') == Parts{"a b"});
}

TEST_CASE("trimming takes blanks from the ends only") {
  CHECK(trimmed(" \ta  b\r\n") == "a  b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \n ").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("the nearest name is the one that the fewest typing errors lead to") {
  const std::vector<std::string> known{"radius", "push", "max_calls", "temperature"};
  CHECK(nearest("radios", known) == "radius");   // one letter replaced
  CHECK(nearest("radiuss", known) == "radius");  // one too many
  CHECK(nearest("radus", known) == "radius");    // one missing
  CHECK(nearest("temprature", known) == "temperature");
  CHECK(nearest("maxcals", known) == "max_calls");  // two missing
  CHECK(nearest("tempreture", known) == "temperature");
  CHECK(nearest("energy", known).empty());
  CHECK(nearest("radius", {}).empty());
  CHECK(nearest("cat", std::vector<std::string>{"cart", "cat", "car"}) == "cat");
}

TEST_CASE("a message about an unknown name ends with the nearest known name, or with all of them") {
  const std::vector<std::string> known{"radius", "push"};
  CHECK(suggestion("radios", known) == "; did you mean 'radius'?");
  CHECK(suggestion("temperature", known) == "; known: radius, push");
}

TEST_CASE("a text file written and read again is the same, byte for byte") {
  const Folder folder;
  const std::string every_byte = [] {
    std::string text;
    for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
    return text;
  }();
  for (const std::string& text :
       {std::string(), std::string("one\r\ntwo"), every_byte, std::string(1 << 20, 'x')}) {
    write_text_file(folder.file("text"), text);
    CHECK((read_text_file(folder.file("text"), "text") == text));
  }
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  CHECK(files == 1);  // the temporary file is gone
}

TEST_CASE("a file that cannot be read is reported with its role, its path and the reason") {
  const Folder folder;
  const std::string missing = folder.file("missing");
  CHECK_THROWS_AS(read_text_file(missing, "study"), NotFound);
  CHECK(message_of([&] { read_text_file(missing, "study"); }) ==
        fmt::format("cannot open study '{}': No such file or directory", missing));
  const std::string directory = folder.path().string();
  CHECK_THROWS_AS(read_text_file(directory, "study"), NotFound);
  CHECK(message_of([&] { read_text_file(directory, "study"); }) ==
        fmt::format("cannot read study '{}': it is a folder, give a file", directory));
}

TEST_CASE("a file with more bytes than are expected is refused with both numbers, before it is read where it has a size") {
  const Folder folder;
  const std::string path = folder.write("text", std::string(100, 'x'));
  CHECK(read_text_file(path, "study", 100).size() == 100);
  CHECK_THROWS_AS(read_text_file(path, "study", 99), NotFound);
  CHECK(message_of([&] { read_text_file(path, "study", 99); }) ==
        fmt::format("cannot read study '{}': it has 100 bytes, expected at most 99; look whether it is the right file, or give a part of it", path));
  std::filesystem::resize_file(path, most_of_file + 1);  // of holes
  CHECK_THAT(message_of([&] { read_text_file(path, "structure file"); }), Catch::Contains(fmt::format("it has {} bytes, expected at most {};", most_of_file + 1, most_of_file)));
}

TEST_CASE("what has no size, as a pipe or a device, is read to its end or to a bound") {
  const Folder folder;
  CHECK(message_of([] { read_text_file("/dev/zero", "study", 100000); }) ==
        "cannot read study '/dev/zero': it goes on after 100000 bytes, expected at most these; write what it gives into a file, and give that");
  CHECK_THROWS_AS(read_text_file("/dev/zero", "structure file"), NotFound);  // also where a file may have more than a pipe
  CHECK(read_text_file("/dev/null", "study").empty());
  const std::string pipe = folder.file("pipe"), text(100000, 'x');
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::size_t most : {text.size(), text.size() - 1}) {
    std::thread writer([&] { std::ofstream(pipe) << text; });
    std::string got;
    const std::string message = message_of([&] { got = read_text_file(pipe, "study", most); });
    CHECK((message == "accepted") == (most == text.size()));
    CHECK((got == text) == (most == text.size()));
    writer.join();
  }
}

TEST_CASE("a file that cannot be written is reported and nothing is left behind") {
  const Folder folder;
  const std::string nowhere = folder.file("missing/file");
  CHECK_THROWS_AS(write_text_file(nowhere, "text"), WriteError);
  CHECK(message_of([&] { write_text_file(nowhere, "text"); }) ==
        fmt::format("cannot create '{}': No such file or directory", nowhere));
  std::filesystem::create_directories(folder.file("taken/inside"));
  CHECK_THROWS_AS(write_text_file(folder.file("taken"), "text"), WriteError);
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  CHECK(files == 1);
}

TEST_CASE("a count agrees with its noun") {
  CHECK(counted(0, "barrier") == "0 barriers");
  CHECK(counted(1, "barrier") == "1 barrier");
  CHECK(counted(2, "glass", "glasses") == "2 glasses");
}
