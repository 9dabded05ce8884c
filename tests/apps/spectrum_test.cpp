// `glasscape spectrum`: from a table of a measurement to relaxation times, for programs and for people.
#include "md/support/random.hpp"
#include "tests/apps/program.hpp"

using namespace glasscape;
using test::Ended;
using test::Folder;
using test::Program;

namespace {

std::string recovery(const std::string& header, double unit) {
  Rng rng(3, 1);
  std::string csv = "# made up: two relaxation times, 100 and 100 000 s, and a constant\n" + header + "\n";
  for (int k = 0; k < 70; ++k) {
    const double t = std::pow(10.0, 0.1 * k);
    csv += fmt::format("{:.12g},{:.12g}\n", t / unit, 0.1 + 0.3 * std::exp(-t / 1e2) + 0.5 * std::exp(-t / 1e5) + 0.002 * rng.normal());
  }
  return csv;
}

Ended spectrum(const Folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "spectrum");
  return Program(folder.file("."), arguments).wait();
}

}  // namespace

TEST_CASE("the spectrum of a measurement comes as JSON with peaks, background, weight and certificate, whatever its unit of time") {
  const Folder folder;
  for (const auto& [header, unit] : {std::pair<std::string, double>{"time_s,strain", 1}, {"time_h,stress", 3600}}) {
    folder.write("data.csv", recovery(header, unit));
    const Ended ended = spectrum(folder, {"data.csv", "--json"});
    REQUIRE(ended.code == 0);
    const auto json = nlohmann::json::parse(ended.out);
    REQUIRE(json.at("peaks").size() == 2);
    CHECK(json["peaks"][0]["tau_s"]["value"].get<double>() == Approx(1e2).epsilon(0.1));
    CHECK(json["peaks"][1]["tau_s"]["value"].get<double>() == Approx(1e5).epsilon(0.1));
    CHECK(json["peaks"][1]["area"]["low"].get<double>() < 0.5);
    CHECK(json["peaks"][1]["area"]["high"].get<double>() > 0.49);
    CHECK(json["background"][0]["constant"].get<double>() == Approx(0.1).margin(0.01));
    CHECK(json["lambda"].get<double>() > 0);
    CHECK(json["kkt_residual"].get<double>() < 1e-10);
    CHECK(json["lambda_by_rule"].size() == 4);
    CHECK(json["spectrum"]["tau_s"].size() == 60);
  }
  const Ended text = spectrum(folder, {"data.csv"});
  CHECK(text.code == 0);
  CHECK_THAT(text.out, Catch::Contains("peak  tau") && Catch::Contains("lambda by gcv"));
}

TEST_CASE("a loss modulus and its storage modulus share one spectrum") {
  const Folder folder;
  std::string loss = "frequency_Hz,loss_modulus_GPa\n", storage = "frequency_Hz,storage_modulus_GPa\n";
  Rng rng(4, 1);
  for (int k = 0; k < 40; ++k) {
    const double f = std::pow(10.0, -3 + 0.15 * k), x = 2 * std::numbers::pi * f * 0.5;
    loss += fmt::format("{:.12g},{:.12g}\n", f, 2 * x / (1 + x * x) + 0.004 * rng.normal());
    storage += fmt::format("{:.12g},{:.12g}\n", f, 30 + 2 * x * x / (1 + x * x) + 0.004 * rng.normal());
  }
  folder.write("loss.csv", loss);
  folder.write("storage.csv", storage);
  const Ended ended = spectrum(folder, {"loss.csv", "storage.csv", "--json", "--rule", "evidence"});
  REQUIRE(ended.code == 0);
  const auto json = nlohmann::json::parse(ended.out);
  REQUIRE(json.at("peaks").size() == 1);
  CHECK(json["peaks"][0]["tau_s"]["value"].get<double>() == Approx(0.5).epsilon(0.02));
  CHECK(json["peaks"][0]["area"]["value"].get<double>() == Approx(2.0).epsilon(0.02));
  CHECK(json["background"][1]["constant"].get<double>() == Approx(30).epsilon(0.01));
}

TEST_CASE("measurements that cannot be read say where and what was expected") {
  const Folder folder;
  const auto refused = [&](const std::string& content, const std::string& message) {
    folder.write("bad.csv", content);
    const Ended ended = spectrum(folder, {"bad.csv"});
    CHECK(ended.code != 0);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::Contains("bad.csv") && Catch::Contains(message));
  };
  refused("time,strain\n1,2\n", "expected one of time_s");
  refused("time_s,strian\n1,2\n", "expected one of strain");
  refused("time_s,loss_modulus\n1,2\n", "beside time_s");
  refused("time_s,strain\n1,x\n", ":2:");
  refused("time_s,strain\n1,2\n1,3\n2,4\n5,6\n", "row 2");
  refused("time_s,strain\n2,2\n1,3\n2,4\n5,6\n", "ascending");
  refused("time_s,strain\n1,2\n2,3\n", "2 points");
  refused("time_s,strain,error\n1,2,0.1\n2,3,-0.1\n3,4,0.1\n", "standard error");
  refused("# nothing\n", "no header");
}
