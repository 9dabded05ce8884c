// `glasscape spectrum`: from a table of a measurement to relaxation times, for programs and for people.
#include <filesystem>

#include "analysis/bending.hpp"
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
  refused("time_s,strain,stress\n1,2,3\n2,2,2\n3,1,1\n", "what each other says");
  refused("Time_s,strain\n1,2\n", "'Time_s'");
  std::string long_one = "time_s,strain\n";
  for (int k = 1; k <= 5001; ++k) long_one += fmt::format("{},1\n", k);
  refused(long_one, "average neighbours");
}

TEST_CASE("what is measured against its errors, against its kind, or beside columns that are not read, is told") {
  const Folder folder;
  Rng rng(9, 1);
  std::string rising = "time_s,strain,sigma\n", wrong_errors = "time_s,strain,error\n", without = "time_s,strain\n";
  for (int k = 0; k < 60; ++k) {
    const double t = std::pow(10.0, 0.1 * k), y = 0.5 * std::exp(-t / 1e3) + 0.005 * rng.normal();
    rising += fmt::format("{:.12g},{:.12g},0.1\n", t, 0.6 - y);
    wrong_errors += fmt::format("{:.12g},{:.12g},0.0005\n", t, y);
    without += fmt::format("{:.12g},{:.12g}\n", t, y);
  }
  folder.write("rising.csv", rising);
  folder.write("wrong.csv", wrong_errors);
  folder.write("without.csv", without);
  CHECK_THAT(spectrum(folder, {"rising.csv"}).out, Catch::Contains("keep their sign too long") && Catch::Contains("not read: 'sigma'"));
  CHECK_THAT(spectrum(folder, {"wrong.csv"}).out, Catch::Contains("times what the errors of the points say"));
  folder.write("outlier.csv", without.substr(0, without.rfind('\n', without.size() - 2) + 1) + "1e6,0.5\n");
  CHECK_THAT(spectrum(folder, {"outlier.csv"}).out, Catch::Contains("row 60 lies") && Catch::Contains("off"));
  CHECK_THAT(spectrum(folder, {"without.csv"}).out, !Catch::Contains("standard deviations off"));
  CHECK_THAT(spectrum(folder, {"wrong.csv", "without.csv"}).err, Catch::Contains("without.csv") && Catch::Contains("or in none"));
}

TEST_CASE("a file that names its measurements makes zones of strain, tells what sums wrong, and writes a page") {
  const Folder folder;
  const ShearTransformation law;
  std::string csv = "time_s,strain\n";
  Rng rng(6, 1);
  for (int k = 0; k < 60; ++k) {
    const double t = std::pow(10.0, 2 + 0.1 * k);
    double y = 0;
    for (const int n : {17, 18, 19}) {
      const double tau = law.relaxation_time(n * law.atomic_volume);
      y += 0.01 * -std::expm1(-1e5 / tau) * std::exp(-t / tau);
    }
    csv += fmt::format("{:.12g},{:.12g}\n", t, 0.003 * (y + 3e-5 * rng.normal()));
  }
  folder.write("mandrel.csv", csv);
  folder.write("study.toml", R"(name = "zones"
composition = { Zr = 46.8, Ti = 13.8, Cu = 12.5, Ni = 10, Be = 27.5 }
[[measurement]]
file = "mandrel.csv"
loaded = "1e5 s"
elastic_strain = 0.003
[zones]
shear_modulus = "19.06 GPa"
[bending]
file = "bends.csv"
loaded = "1e5 s"
read = "1e4 s"
scale = true
)");
  std::string bends = "elastic_strain,anelastic_strain\n";
  std::vector<Zone> zones;
  ShearTransformation truth = law;
  truth.strain = 0.17;
  for (const int n : {17, 18, 19}) zones.push_back(zone_of(truth, law.relaxation_time(n * law.atomic_volume), 0.01, std::numeric_limits<double>::infinity()));
  for (const double strain : {0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.014}) {
    const BendingRecovery bent = bend(truth, zones, {strain, 1e5, {0, 1e4}});
    bends += fmt::format("{:.12g},{:.12g}\n", bent.elastic, bent.anelastic[1] * (1 + 0.005 * rng.normal()));
  }
  folder.write("bends.csv", bends);
  const Ended ended = spectrum(folder, {"study.toml", "--json", "--write", "page.html"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const auto json = nlohmann::json::parse(ended.out);
  CHECK(json.at("transformation_strain").at("strain").at("value").get<double>() == Approx(0.17).epsilon(0.05));
  REQUIRE(json.at("zones").at("sizes").size() == 3);
  CHECK(json["zones"]["sizes"][2]["fraction"]["value"].get<double>() == Approx(0.01).epsilon(0.1));  // two thirds of it had been filled
  CHECK(json["zones"]["sizes"][0]["atoms"]["value"].get<double>() == Approx(17).epsilon(0.01));
  CHECK(json["zones"]["step_atoms"]["value"].get<double>() == Approx(1).epsilon(0.05));
  CHECK(json["doubts"].dump().find("sums to 110.6 %") != std::string::npos);
  CHECK(json.at("stretched_exponential").at("r_squared").get<double>() > 0.9);
  const std::string page = read_text_file(folder.file("page.html"), "page");
  CHECK(page.find("Sizes of zones") != std::string::npos);
  CHECK(page.find("Loss tangent") != std::string::npos);
}

TEST_CASE("curves at several temperatures become a master curve, states of other ages an ageing series, two steps of stress an Arrhenius line") {
  const Folder folder;
  std::string study = "name = \"master\"\n";
  ShearTransformation law;
  for (const double t : {380.0, 390.0, 400.0}) {
    law.temperature = t;
    std::string csv = "frequency_Hz,loss_modulus_GPa,error\n";
    Rng rng(static_cast<std::uint64_t>(t), 1);
    for (int k = 0; k < 25; ++k) {
      const double f = std::pow(10.0, -4.5 + 0.16 * k);
      double y = 0;
      for (int n = 14; n <= 21; ++n) {
        const double x = 2 * std::numbers::pi * f * law.relaxation_time(n * law.atomic_volume);
        y += 0.1 * std::pow(2.0, n - 14) * x / (1 + x * x);
      }
      csv += fmt::format("{:.12g},{:.12g},{:.12g}\n", f, y * (1 + 0.003 * rng.normal()), 0.003 * y);
    }
    folder.write(fmt::format("loss{}.csv", t), csv);
    study += fmt::format("[[measurement]]\nfile = \"loss{}.csv\"\ntemperature = \"{} K\"\n", t, t);
  }
  folder.write("master.toml", study);
  const Ended master = spectrum(folder, {"master.toml", "--json"});
  INFO(master.err);
  REQUIRE(master.code == 0);
  const auto json = nlohmann::json::parse(master.out);
  CHECK(json.at("states").size() == 3);
  CHECK(json.at("master_curve").at("apparent_energy_eV").at("value").get<double>() == Approx(1.23).margin(0.03));
  CHECK(json["master_curve"]["bic"]["many_barriers"].get<double>() < json["master_curve"]["bic"]["one_shift"].get<double>());
  CHECK(json.at("processes")[0].at("tau_s").size() == 3);

  folder.write("young.csv", recovery("time_s,strain", 1));
  folder.write("old.csv", recovery("time_s,strain", 1));
  folder.write("ages.toml", "[[measurement]]\nfile = \"young.csv\"\naged = \"1e6 s\"\n[[measurement]]\nfile = \"old.csv\"\naged = \"1e7 s\"\n");
  const Ended ages = spectrum(folder, {"ages.toml", "--write", "ages.html"});
  INFO(ages.err);
  REQUIRE(ages.code == 0);
  CHECK_THAT(ages.out, Catch::Contains("aged 1e+07 s"));
  CHECK(read_text_file(folder.file("ages.html"), "page").find("Ageing of times") != std::string::npos);
}

TEST_CASE("a measurement from a pipe gives what the same file gives") {
  const Folder folder;
  folder.write("table.csv", recovery("time_s,strain", 1));
  const auto print_of = [&](const std::string& command) {
    REQUIRE(std::system(fmt::format("cd {} && {} > out", folder.path().string(), command).c_str()) == 0);
    return read_text_file(folder.file("out"), "output");
  };
  const std::string program = fmt::format("{} spectrum /dev/stdin", GLASSCAPE_PROGRAM);
  CHECK(print_of("cat table.csv | " + program) == print_of(program + " < table.csv"));
}

TEST_CASE("a file of measurements with a wrong key, unit or partner says so and writes nothing") {
  const Folder folder;
  folder.write("data.csv", recovery("time_s,strain", 1));
  folder.write("stress.csv", recovery("time_s,stress_GPa", 1));
  folder.write("plain.csv", recovery("time_s,stress", 1));
  const auto refused = [&](const std::string& content, const std::string& message) {
    folder.write("bad.toml", content);
    const Ended ended = spectrum(folder, {"bad.toml", "--write", "page.html"});
    CHECK(ended.code != 0);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::Contains(message));
    CHECK(!std::filesystem::exists(folder.file("page.html")));
  };
  const std::string measurement = "[[measurement]]\nfile = \"data.csv\"\n";
  refused("name = \"nothing\"\n", "no [[measurement]]");
  refused(measurement + "temprature = \"300 K\"\n", "temperature");
  refused(measurement + "temperature = \"300 s\"\n", "bad.toml:3");
  refused(measurement + "loaded = \"-1 s\"\n", "loaded");
  refused(measurement + "[zones]\npoisson = 0.3\n", "shear_modulus");
  refused(measurement + "[zones]\nshear_modulus = \"20 GPa\"\npoisson = 0.7\n", "poisson");
  refused("[[measurement]]\nfile = \"none.csv\"\n", "none.csv");
  refused("[[measurement]]\nfile = \"stress.csv\"\nloaded = \"1 s\"\n", "'strain'");
  refused(measurement + "[[measurement]]\nfile = \"stress.csv\"\n", "not of both");
  refused("[[measurement]]\nfile = \"stress.csv\"\n[[measurement]]\nfile = \"plain.csv\"\n", "one unit");
  refused(measurement + "[zones]\nshear_modulus = \"20 GPa\"\n", "elastic_strain");
  refused(measurement + "elastic_strain = 1\n[bending]\nfile = \"data.csv\"\nloaded = \"1 s\"\nread = \"1 s\"\n", "without [zones]");
  refused(measurement + "elastic_strain = 1\n[zones]\nshear_modulus = \"20 GPa\"\n[bending]\nfile = \"data.csv\"\nloaded = \"1 s\"\nread = \"1 s\"\n", "elastic_strain");
  refused("points = 100000\n" + measurement, "bad.toml:1");
  const Ended two = spectrum(folder, {"bad.toml", "data.csv"});
  CHECK_THAT(two.err, Catch::Contains("comes alone"));
}
