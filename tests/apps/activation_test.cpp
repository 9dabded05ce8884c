// Activation entropy from a table of barriers, as a user meets it.
#include "apps/report/activation_report.hpp"
#include "md/support/random.hpp"
#include "tests/apps/program.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double enthalpy = 1.36, entropy = 14.8;  // eV, kB: Yang et al., PRB 102, 174103 (2020)
constexpr double boltzmann = 8.617333262e-5;       // eV/K

/// Barriers on a line, each off by its error times a normal number.
std::string table_of(int glasses, double error) {
  Rng rng(11, 3);
  std::string text = "glass,temperature_K,barrier_eV,error_eV\n";
  for (int g = 0; g < glasses; ++g)
    for (const double t : {200, 250, 300, 350, 400, 450})
      text += fmt::format("glass {},{},{},{}\n", g + 1, t, enthalpy - boltzmann * t * entropy + error * rng.normal(), error);
  return text;
}

}  // namespace

TEST_CASE("the verb entropy finds energy and entropy of barriers on a line, and writes a page") {
  const Folder at;
  at.write("barriers.csv", table_of(6, 0.02));
  const Ended ran = finished(at, {"entropy", "barriers.csv", "--json", "--write", "page.html"});
  const nlohmann::json json = json_of(ran);
  REQUIRE(json["glasses"].size() == 6);
  CHECK(json["nu0_THz"].get<double>() == Approx(2));
  const auto& mean = json["mean"];
  CHECK(mean["enthalpy_eV"]["low"].get<double>() < enthalpy);
  CHECK(mean["enthalpy_eV"]["high"].get<double>() > enthalpy);
  CHECK(mean["entropy_kB"]["low"].get<double>() < entropy);
  CHECK(mean["entropy_kB"]["high"].get<double>() > entropy);
  CHECK(mean["entropy_kB"]["high"].get<double>() - mean["entropy_kB"]["low"].get<double>() < 6);
  // what scatters here are the errors of the fits alone
  CHECK_FALSE(json["compensation"]["distinguishable"].get<bool>());
  const std::string page = read_text_file(at.file("page.html"), "page");
  for (const char* part : {"Free-energy barriers", "Arrhenius plot", "Compensation", "glass 6", "Content-Security-Policy"}) {
    INFO(part);
    CHECK(page.find(part) != std::string::npos);
  }
}

TEST_CASE("one glass has its line, no mean and no compensation") {
  const Folder at;
  at.write("barriers.csv", table_of(1, 1e-6));
  const auto json = json_of(finished(at, {"entropy", "barriers.csv", "--json"}));
  CHECK(json["mean"].is_null());
  CHECK(json["compensation"].is_null());
  CHECK(json["glasses"][0]["entropy_kB"]["value"].get<double>() == Approx(entropy).epsilon(1e-3));
  CHECK(finished(at, {"entropy", "barriers.csv"}).out.find("of this one glass") != std::string::npos);
}

TEST_CASE("a table of barriers that makes no sense is refused with its line, and nothing is written") {
  const std::string head = "glass,temperature_K,barrier_eV,error_eV\n";
  const auto refused = [&](const std::string& rows, const std::string& message) {
    const Folder at;
    at.write("barriers.csv", head + rows);
    const Ended ran = finished(at, {"entropy", "barriers.csv", "--write", "page.html"});
    INFO(ran.err);
    CHECK(ran.code != 0);
    CHECK(ran.err.find(message) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(at.file("page.html")));
  };
  refused("a,300,1.2,0.1\na,-5,1.2,0.1\n", "barriers.csv:3: column 'temperature_K' is '-5', expected a temperature above 0 K");
  refused("a,300,1.2,0\n", "barriers.csv:2: column 'error_eV' is '0', expected a standard error above 0 eV");
  refused("a,300,1.2,0.1\nb,300,1.2,0.1\n", "glass 'a'");
  refused("a,300,high,0.1\n", "column 'barrier_eV' is 'high', expected a number");
  const Folder at;
  at.write("barriers.csv", head + "a,300,1.2,0.1\na,400,1.1,0.1\n");
  CHECK(finished(at, {"entropy", "barriers.csv", "--nu0", "2eV"}).err.find("--nu0") != std::string::npos);
  CHECK(finished(at, {"entropy", "nothing.csv"}).err.find("nothing.csv") != std::string::npos);
}
