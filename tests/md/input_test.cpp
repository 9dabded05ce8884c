#include "md/support/input.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "md/support/error.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/message.hpp"

using namespace glasscape;
using Catch::Contains;
using test::Folder;
using test::message_of;

namespace {

Input study(std::string_view toml, const SearchPath& search = {}) {
  return Input(parse_toml(toml, "study.toml"), "study.toml", search);
}

std::string with_article(const std::string& name) {
  return (name == "energy" || name == "angle" ? "an " : "a ") + name;
}

using Read = std::function<void(Input&)>;

/// What a study of the one line `k = VALUE` is told.
std::string told(const std::string& value, const Read& read) {
  Input in = study("k = " + value);
  return message_of<InputError>([&] { read(in); });
}

using Reader = double (Input::*)(const std::string&, const Default<std::string>&, std::string_view, Range);

/// Readers of quantities with an example of their own unit, internal value of it, and a unit of another
/// quantity.
struct Kind {
  Reader read;
  std::string name, text, wrong;
  double value;
  bool bare;
};

const std::vector<Kind> kinds{
    {&Input::length, "length", "0.3 nm", "3 fs", 3.0, true},
    {&Input::energy, "energy", "250 meV", "2 K", 0.25, true},
    {&Input::mass, "mass", "63.5 amu", "1 kg", 63.5, true},
    {&Input::temperature, "temperature", "300 K", "20 C", 300.0, true},
    {&Input::time, "time", "2 fs", "2 A", 2.0 / units::time_fs, false},
    {&Input::pressure, "pressure", "1 GPa", "1 atm", 1.0 / units::stress_GPa, false},
    {&Input::force, "force", "5 meV/A", "5 eV", 0.005, true},
    {&Input::rate, "rate of temperature", "1 K/fs", "1 K", units::time_fs, false},
    {&Input::angle, "angle", "180 deg", "3 grad", std::acos(-1.0), true},
    {&Input::frequency, "frequency", "2 THz", "2 K", 2e-3 * units::time_fs, false},
};

}  // namespace

TEST_CASE("every quantity is read in its units, and a bare number only where a unit is agreed on") {
  for (const Kind& kind : kinds) {
    INFO(kind.name);
    Input in = study("k = \"" + kind.text + "\"\nspaced = \"  " + kind.text + " \"\nbare = 1.5\nwhole = 2");
    CHECK((in.*kind.read)("k", required, "", Range::any) == Approx(kind.value).epsilon(1e-12));
    CHECK((in.*kind.read)("spaced", required, "", Range::any) == Approx(kind.value).epsilon(1e-12));
    CHECK((in.*kind.read)("absent", kind.text, "", Range::any) == Approx(kind.value).epsilon(1e-12));
    for (const char* key : {"bare", "whole"}) {
      const std::string message = message_of<InputError>([&] { (in.*kind.read)(key, required, "", Range::any); });
      if (kind.bare)
        CHECK(message == "accepted");
      else
        CHECK_THAT(message, Contains("expected " + with_article(kind.name) + " such as"));
    }
  }
  Input in = study("angle = 90\nradius = 4");
  CHECK(in.angle("angle", required, "") == Approx(std::acos(0.0)).epsilon(1e-12));
  CHECK(in.length("radius", required, "") == 4.0);
}

TEST_CASE("a unit of another quantity is refused with the units that fit") {
  for (const Kind& kind : kinds) {
    INFO(kind.name);
    const auto read = [&](Input& in) { (in.*kind.read)("k", required, "", Range::any); };
    CHECK_THAT(told('"' + kind.wrong + '"', read), Contains("expected " + with_article(kind.name) + " such as \"1 "));
    for (const char* wrong : {"\"\"", "\"4\"", "\"A\"", "\"4A\"", "\"four A\"", "true", "[1]", "{a = 1}"})
      CHECK_THAT(told(wrong, read), Contains("expected " + with_article(kind.name) + " such as \"1 "));
  }
  CHECK(told("\"4 fs\"", [](Input& in) { in.length("k", required, ""); }) ==
        "study.toml:1: key 'k': got \"4 fs\", expected a length such as \"1 A\" (units: A, nm, pm)");
}

TEST_CASE("a value of another type is refused with what was expected") {
  const std::map<std::string, std::pair<Read, std::vector<std::string>>> cases{
      {"a number", {[](Input& in) { in.real("k", required, ""); }, {"\"1\"", "true", "[1.0]", "{a = 1}"}}},
      {"a whole number",
       {[](Input& in) { in.integer("k", required, ""); }, {"1.5", "2.0", "\"1\"", "false", "[1]"}}},
      {"true or false", {[](Input& in) { in.flag("k", required, ""); }, {"1", "\"true\"", "0.0", "[true]"}}},
      {"a text in quotes", {[](Input& in) { in.text("k", required, ""); }, {"1", "1.5", "true", "[\"a\"]"}}},
      {"one of red, blue",
       {[](Input& in) {
          in.choice("k", {"red", "blue"}, required, "");
        },
        {"1", "[\"red\"]"}}},
      {"a list of names",
       {[](Input& in) { in.list("k", required, ""); }, {"1", "[1]", "[\"a\", 2]", "true"}}},
      {"a list of numbers", {[](Input& in) { in.reals("k", required, ""); }, {"1.5", "\"1\"", "{a = 1}"}}},
      {"a list of whole numbers",
       {[](Input& in) { in.integers("k", required, ""); }, {"1", "[1.5]", "[\"1\"]"}}},
      {"a table", {[](Input& in) { in.table("k", ""); }, {"1", "\"a\"", "[{a = 1}]"}}},
      {"a list of tables", {[](Input& in) { in.tables("k", ""); }, {"1", "{a = 1}", "[1]"}}},
  };
  for (const auto& [expected, reader] : cases)
    for (const std::string& value : reader.second) {
      INFO(expected << " from " << value);
      CHECK_THAT(told(value, reader.first), Catch::StartsWith("study.toml:1: key 'k': got "));
      CHECK_THAT(told(value, reader.first), Contains("expected " + expected));
    }
  CHECK(told("[1.0, true]", [](Input& in) { in.reals("k", required, ""); }) ==
        "study.toml:1: key 'k': got true, expected a number");
}

TEST_CASE("values of the right type are read as they are written") {
  Input in = study(
      "real = 1.5e3\ninteger = -9007199254740993\nflag = true\ntext = \"a b\"\nlist = [\"a\", \"b\"]\nword = "
      "\"a\"\n"
      "reals = [1, 2.5]\nintegers = [3, -4]\nchoice = \"blue\"");
  CHECK(in.real("real", required, "") == 1500.0);
  CHECK(in.integer("integer", required, "") == -9007199254740993);  // no double holds it
  CHECK(in.real("integer", required, "") == -9007199254740992.0);
  CHECK(in.flag("flag", required, ""));
  CHECK(in.text("text", required, "") == "a b");
  CHECK(in.list("list", required, "") == std::vector<std::string>{"a", "b"});
  CHECK(in.list("word", required, "") == std::vector<std::string>{"a"});
  CHECK(in.reals("reals", required, "") == std::vector<double>{1, 2.5});
  CHECK(in.integers("integers", required, "") == std::vector<long long>{3, -4});
  CHECK(in.choice("choice", {"red", "blue"}, required, "") == "blue");
  CHECK(in.keys().front() == "real");
  CHECK(in.keys().back() == "choice");
  CHECK_NOTHROW(in.finish());
}

TEST_CASE("a key that is absent takes its default, and without a default it is missed by name and meaning") {
  Input in = study("");
  CHECK(in.length("radius", "4 A", "") == 4.0);
  CHECK(in.real("softness", 0.25, "") == 0.25);
  CHECK(in.integer("count", 7, "") == 7);
  CHECK(in.flag("quick", true, ""));
  CHECK(in.text("name", "glass", "") == "glass");
  CHECK(in.choice("colour", {"red", "blue"}, "blue", "") == "blue");
  CHECK(in.reals("weights", std::vector<double>{1, 2}, "") == std::vector<double>{1, 2});
  CHECK(in.table("inner", "").keys().empty());
  CHECK(in.tables("stage", "").empty());
  CHECK(!in.has("radius"));
  CHECK(message_of<InputError>([&] { in.length("radius", required, "atoms within it are pushed"); }) ==
        "study.toml: key 'radius' is missing: give length (atoms within it are pushed)");
}

TEST_CASE("ranges end where they say") {
  struct Case {
    Range range;
    std::string expected;
    std::vector<const char*> good, bad;
  };
  const std::vector<Case> cases{
      {positive, "a value above 0", {"1e-300", "1", "1e300"}, {"0.0", "-1e-300", "inf", "nan"}},
      {non_negative, "a value of 0 or more", {"0", "-0.0", "2.5"}, {"-1e-300", "-1", "inf", "nan"}},
      {fraction, "a value between 0 and 1", {"0", "0.5", "1.0"}, {"-1e-300", "1.0000001", "inf", "nan"}},
      {Range::any, "a finite number", {"-1e300", "0"}, {"inf", "-inf", "nan"}},
  };
  for (const Case& c : cases) {
    const auto read = [&](Input& in) { in.real("k", required, "", c.range); };
    for (const char* good : c.good) CHECK(told(good, read) == "accepted");
    for (const char* bad : c.bad) {
      INFO(bad);
      CHECK_THAT(told(bad, read), Catch::EndsWith("expected " + c.expected));
    }
  }
  CHECK(told("0", [](Input& in) { in.integer("k", required, "", positive); }) ==
        "study.toml:1: key 'k': got 0, expected a value above 0");
  CHECK(told("\"-2 fs\"", [](Input& in) { in.time("k", required, ""); }) ==
        "study.toml:1: key 'k': got \"-2 fs\", expected a value above 0");
  CHECK(told("[1.0, inf]", [](Input& in) { in.reals("k", required, ""); }) ==
        "study.toml:1: key 'k': got [1, inf], expected a finite number");
}

TEST_CASE("a key that nothing asked for is refused, and the nearest known key is named") {
  Input in = study("\nradius = 4\nradios = 5");
  in.length("radius", required, "");
  CHECK(message_of<InputError>([&] { in.finish(); }) == "study.toml:3: key 'radios' is unknown; did you mean 'radius'?");
  Input far = study("seed = 1");
  far.length("radius", "4 A", "");
  far.real("softness", 1.0, "");
  CHECK(message_of<InputError>([&] { far.finish(); }) == "study.toml:1: key 'seed' is unknown; known: radius, softness");
  Input known = study("radius = 4");
  CHECK(known.has("radius"));
  CHECK_NOTHROW(known.finish());
}

TEST_CASE("a key that was asked about and then read is listed once among the known") {
  Input in = study("seed = 1");
  in.has("radius");
  in.length("radius", "4 A", "");
  CHECK(message_of<InputError>([&] { in.finish(); }) == "study.toml:1: key 'seed' is unknown; known: radius");
}

TEST_CASE("a word that is none of the choices is refused with the nearest") {
  const auto read = [](Input& in) { in.choice("k", {"shifted", "smoothed"}, required, ""); };
  CHECK(
      told("\"smothed\"", read) ==
      "study.toml:1: key 'k': got \"smothed\", expected one of shifted, smoothed; did you mean 'smoothed'?");
  CHECK_THAT(told("\"Shifted\"", read), Contains("did you mean 'shifted'?"));
}

TEST_CASE("keys of inner tables are named with their path and their own line") {
  Input in = study("[outer]\n[outer.inner]\n\nradius = -1\n[[stage]]\nname = \"a\"\n[[stage]]\nname = 2\n");
  Input inner = in.table("outer", "").table("inner", "");
  CHECK(inner.where("radius") == "study.toml:4: key 'outer.inner.radius'");
  CHECK(message_of<InputError>([&] { inner.length("radius", required, "", positive); }) ==
        "study.toml:4: key 'outer.inner.radius': got -1, expected a value above 0");
  CHECK_THAT(message_of<InputError>([&] { inner.length("depth", required, "how deep"); }),
             Catch::StartsWith("study.toml:2: key 'outer.inner.depth' is missing"));
  std::vector<Input> stages = in.tables("stage", "");
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].text("name", required, "") == "a");
  CHECK_THAT(message_of<InputError>([&] { stages[1].text("name", required, ""); }),
             Catch::StartsWith("study.toml:8: key 'stage.name': got 2"));
  CHECK_NOTHROW(in.finish());
}

TEST_CASE("a condition of several options is refused at the key that breaks it") {
  Input in = study("inner = 5\ncutoff = 4");
  CHECK_NOTHROW(in.expect(true, "inner", ""));
  CHECK(message_of<InputError>([&] { in.expect(false, "inner", "less than the cutoff"); }) ==
        "study.toml:1: key 'inner': got 5, expected less than the cutoff");
  CHECK(message_of<InputError>([&] { in.expect(false, "width", "less than the cutoff"); }) ==
        "study.toml: key 'width': its default does not fit here, expected less than the cutoff");
}

TEST_CASE("describing records every option with its path, kind, default and meaning, and refuses nothing") {
  Input in = Input::describing();
  in.length("radius", "4 A", "of the push");
  in.integer("seed", required, "of the random numbers");
  in.choice("colour", {"red", "blue"}, "blue", "of the line");
  in.table("ramp", "a leg").time("time", required, "how long");
  REQUIRE(in.tables("stage", "the stages").size() == 1);
  in.expect(false, "radius", "something else");
  CHECK_NOTHROW(in.finish());
  std::string text;
  for (const OptionText& o : in.record())
    text += o.key + '|' + o.kind + '|' + o.fallback + '|' + o.meaning + '\n';
  CHECK(text ==
        "radius|length|4 A|of the push\n"
        "seed|whole number|(required)|of the random numbers\n"
        "colour|one of red, blue|blue|of the line\n"
        "ramp|table||a leg\n"
        "ramp.time|time|(required)|how long\n"
        "stage|list of tables||the stages\n");
}

TEST_CASE("a file is looked for in the search path in its order, and absolute paths are taken as they are") {
  const Folder first, second;
  second.write("both", "2");
  const std::string only = second.write("only", "2"), both = first.write("both", "1");
  const SearchPath search{{first.path().string(), second.path().string()}};
  Input in = study("a = \"both\"\nb = \"only\"\nc = '" + only + "'\nd = \"none\"", search);
  CHECK(in.file("a", required, "") == both);
  CHECK(in.file("b", required, "") == only);
  CHECK(in.file("c", required, "") == only);
  CHECK_THROWS_AS(in.file("d", required, ""), NotFound);
  CHECK_THROWS_WITH(in.file("d", required, ""),
                    Contains("study.toml:4: key 'd': file 'none'") && Contains(first.path().string() + ", "));
  CHECK(find_file(first.path().string(), search).empty());  // a folder is no file
  Input wrong = study("a = \"/dev/zero\"\nb = '" + first.path().string() + "'", search);
  CHECK_THROWS_WITH(wrong.file("a", required, ""), Contains("study.toml:1: key 'a': '/dev/zero' is no regular file, expected one"));
  CHECK_THROWS_AS(wrong.file("b", required, ""), NotFound);
}

TEST_CASE("options of the command line are typed by how they look") {
  Input in(parse_pairs("Si.sw,epsilon=0.5,n=3,quick=true,width=2 A,url=a=b", "file", "here"), "here");
  CHECK(in.text("file", required, "") == "Si.sw");
  CHECK(in.real("epsilon", required, "") == 0.5);
  CHECK(in.integer("n", required, "") == 3);
  CHECK(in.flag("quick", required, ""));
  CHECK(in.length("width", required, "") == 2.0);
  CHECK(in.text("url", required, "") == "a=b");
  CHECK_NOTHROW(in.finish());
  CHECK(parse_pairs("  ", "file", "here").entries.empty());
  CHECK(message_of<InputError>([] { parse_pairs("Si.sw", "", "here"); }) == "here: 'Si.sw' is not of the form key=value");
  CHECK(message_of<InputError>([] { parse_pairs("a=1,Si.sw", "file", "here"); }) ==
        "here: 'Si.sw' is not of the form key=value");
}

TEST_CASE("an option given twice on the command line is refused") {
  CHECK_THAT(message_of<InputError>([] { parse_pairs("a=1,a=2", "", "here"); }), Contains("'a'"));
  CHECK_THAT(message_of<InputError>([] { parse_pairs("Si.sw,file=Ge.sw", "file", "here"); }), Contains("'file'"));
}

TEST_CASE("a whole number above its limit is refused with the limit") {
  const Read up_to_ten = [](Input& in) { in.integer("k", required, "", positive, 10); };
  CHECK(told("10", up_to_ten) == "accepted");
  CHECK(told("11", up_to_ten) == "study.toml:1: key 'k': got 11, expected a value above 0 and at most 10");
  const Read count = [](Input& in) { in.count("k", required, "", non_negative); };
  CHECK(told("1000000000", count) == "accepted");
  for (const std::string wrong : {"1000000001", "4294967296", "9223372036854775807"})
    CHECK_THAT(told(wrong, count), Contains("expected a value of 0 or more and at most 1000000000"));
  CHECK_THAT(told("-1", count), Contains("expected a value of 0 or more"));
}

TEST_CASE("describing shows of keys that exclude each other that one of them is given") {
  Input in = Input::describing();
  in.time("time", OneOf{"rate, time"}, "how long");
  CHECK(in.record().at(0).fallback == "(one of rate, time)");
  CHECK_THAT(message_of<InputError>([] { study("").time("time", OneOf{"rate, time"}, "how long"); }), Contains("key 'time' is missing"));
}

TEST_CASE("the files that a table and those inside it name are known by their keys") {
  const Folder folder;
  const std::string a = folder.write("a", ""), b = folder.write("b", "");
  Input in = study("file = 'a'\n[inner]\nfile = 'b'\n[other]\n", {{folder.path().string()}});
  in.file("file", required, "");
  Input inner = in.table("inner", "");
  inner.file("file", required, "");
  CHECK(inner.files().size() == 1);
  CHECK(in.table("other", "").files().empty());
  REQUIRE(in.files().size() == 2);
  CHECK(in.files()[0].key == "file");
  CHECK(in.files()[0].path == a);
  CHECK(in.files()[1].key == "inner.file");
  CHECK(in.files()[1].path == b);
}

TEST_CASE("a required key with a slip is told with the word that stands there") {
  Input in(parse_toml("fractoins = 3\nother = 1\n", "solid.toml"), "solid.toml");
  CHECK_THROWS_WITH(in.integer("fractions", required, "of the volume"), Catch::Contains("'fractions' is missing") && Catch::Contains("did you mean it by 'fractoins'?"));
  Input far(parse_toml("other = 1\n", "solid.toml"), "solid.toml");
  CHECK_THROWS_WITH(far.integer("fractions", required, "of the volume"), !Catch::Contains("did you mean"));
}
