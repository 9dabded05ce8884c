// `glasscape rehearse`: tables of a solid that is known, for `glasscape spectrum` and for tests of methods.
#include "apps/rehearsal.hpp"

#include "apps/measurement.hpp"
#include "tests/apps/program.hpp"

using namespace glasscape;
using test::Ended;
using test::Folder;
using test::Program;

namespace {

const std::string one_zone = "name = \"One size\"\n[zones]\natoms = [16]\nfractions = [0.02]\nshear_modulus = \"19.06 GPa\"\n";
const std::string two_steps = "[two_step]\nelastic_modulus = \"35 GPa\"\n";
const std::string recovery = "[[measurement]]\nkind = \"recovery\"\nfile = \"recovery.csv\"\nloaded = \"1e6 s\"\nfrom = \"0.5 s\"\nto = \"2e4 s\"\npoints = 60\n";
const std::string loss = "[[measurement]]\nkind = \"loss\"\nfile = \"loss\"\nfrom = \"1e-4 Hz\"\nto = \"1 Hz\"\npoints = 40\nnoise_of = \"each\"\n";

Ended rehearsed(const Folder& folder, const std::string& toml, const std::vector<std::string>& more = {"--json"}) {
  folder.write("solid.toml", toml);
  std::vector<std::string> arguments{"rehearse", "solid.toml", "--write", "out"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Program(folder.path(), arguments).wait();
}

std::string content(const Folder& folder, const std::string& name) { return read_text_file(folder.file("out/" + name), "table"); }

RehearsalFindings of(const Folder& folder, const std::string& toml) { return rehearse(read_rehearsal(folder.write("solid.toml", toml))); }

std::string replaced(std::string text, const std::string& old, const std::string& now) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), now);
}

/// What is refused names the file and the key, and leaves nothing behind.
void refused(const std::string& toml, const std::string& key, const std::string& message) {
  const Folder folder;
  const Ended ended = rehearsed(folder, toml);
  INFO(ended.err);
  CHECK(ended.code != 0);
  CHECK(ended.out.empty());
  CHECK_THAT(ended.err, Catch::Contains("solid.toml") && Catch::Contains(key) && Catch::Contains(message));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()) == 1);
}

}  // namespace

TEST_CASE("what is rehearsed on a single size of zones gives back its time and its fraction") {
  const Folder folder;
  const auto written = test::json_of(rehearsed(folder, one_zone + recovery + replaced(recovery, "recovery.csv\"\nloaded = \"1e6 s\"", "creep.csv\"") .replace(0, 33, "[[measurement]]\nkind = \"creep\"\n") + loss));
  CHECK(written.at("synthetic").get<bool>());
  REQUIRE(written.at("files").size() == 3);
  const double tau = ShearTransformation{}.relaxation_time(16 * 16.6);
  const double relaxing = tau / 1.02, strength = 2 * 1.324 * 19.06 * 0.02 / 1.02;  // of the modulus of a solid of one mode
  for (const auto& [file, quantity, time, area] : {std::tuple{"recovery.csv", "strain", tau, 0.02}, {"creep.csv", "creep_strain", tau, 0.02}, {"loss.csv", "loss_modulus", relaxing, strength}}) {
    const Measurement m = read_measurement(folder.file("out/" + std::string(file)));
    CHECK(m.quantity == quantity);
    CHECK(m.data.error.size() == m.data.at.size());
    const auto found = test::json_of(Program(folder.file("out"), {"spectrum", file, "--json"}).wait());
    REQUIRE(found.at("peaks").size() == 1);
    CHECK(found["peaks"][0]["tau_s"]["value"].get<double>() == Approx(time).epsilon(0.03));
    CHECK(found["peaks"][0]["area"]["value"].get<double>() == Approx(area).epsilon(0.02));
  }
  CHECK(content(folder, "recovery.csv").starts_with("# synthetic, computed and not measured"));
  CHECK_THAT(content(folder, "rehearsal.html"), Catch::Contains("Synthetic") && Catch::Contains("recovery.csv"));
}

TEST_CASE("without noise tables hold the formulas, a load that was short fills slow zones in part, and heat makes them fast") {
  const Folder folder;
  const std::string exact = replaced(recovery, "points", "noise = 0\ntemperatures = [\"298 K\", \"330 K\"]\npoints");
  const RehearsalFindings f = of(folder, one_zone + replaced(exact, "1e6 s", "50 s"));
  REQUIRE(f.measurements.at(0).size() == 2);
  for (const RehearsedMeasurement& m : f.measurements[0]) {
    ShearTransformation law;
    law.temperature = m.temperature;
    const double tau = law.relaxation_time(16 * 16.6);
    for (const Eigen::Index k : {0, 20, 40}) CHECK(m.value[k] == Approx(0.02 * (1 - std::exp(-50 / tau)) * std::exp(-m.at[k] / tau)).epsilon(1e-6).margin(1e-300));
    CHECK(m.at[0] == Approx(0.5));
    CHECK(m.at[59] == Approx(2e4));
    CHECK(m.error.size() == 0);
  }
  CHECK(f.measurements[0][0].file == "recovery_298K.csv");
  CHECK(f.measurements[0][1].value[20] < 0.5 * f.measurements[0][0].value[20]);
}

TEST_CASE("a solid of two steps creeps by Eq. 2, keeps its flow after a load, and its moduli belong to its stress") {
  const Folder folder;
  const std::string creep = "[[measurement]]\nkind = \"creep\"\nfile = \"a.csv\"\ntemperature = \"400 K\"\nfrom = \"1e-3 s\"\nto = \"1e7 s\"\npoints = 30\nnoise = 0\n";
  const std::string after = replaced(replaced(creep, "creep", "recovery"), "a.csv\"", "b.csv\"\nloaded = \"1e6 s\""), stress = replaced(replaced(creep, "creep", "relaxation"), "a.csv", "c.csv");
  const std::string storage = replaced(replaced(replaced(replaced(creep, "creep", "storage"), "a.csv", "d.csv"), "1e-3 s", "1e-6 Hz"), "1e7 s", "1e12 Hz");
  const RehearsalFindings f = of(folder, two_steps + creep + after + stress + storage);
  const HierarchicalRelaxation law = la60ni15al25_demonstration();
  const auto& all = f.measurements;
  for (const Eigen::Index k : {0, 10, 20, 29}) {
    const double t = all[0][0].at[k];
    CHECK(all[0][0].value[k] == Approx(law.compliance_at(t, 400) - 1).epsilon(1e-7).margin(1e-9));
    CHECK(all[1][0].value[k] == Approx(law.compliance_at(t + 1e6, 400) - law.compliance_at(t, 400)).epsilon(1e-6));
    CHECK(all[2][0].value[k] == Approx(law.relaxation(400).at(t)).epsilon(1e-9));
  }
  CHECK(all[3][0].value[29] == Approx(35).epsilon(1e-3));
}

TEST_CASE("equal seeds give equal bytes, other seeds others, and noise depends on the name of its file alone") {
  const Folder first, second, third;
  rehearsed(first, one_zone + recovery + loss);
  rehearsed(second, one_zone + loss + recovery);
  rehearsed(third, "seed = 2\n" + one_zone + recovery + "noise = 0.1\n");
  for (const std::string name : {"recovery.csv", "loss.csv"}) CHECK(content(first, name) == content(second, name));
  CHECK(content(first, "recovery.csv") != content(third, "recovery.csv"));
  rehearsed(third, one_zone + recovery);  // over what was there
  CHECK(content(first, "recovery.csv") == content(third, "recovery.csv"));
  const auto noise = [&](const std::string& toml) -> Eigen::VectorXd {
    const RehearsedMeasurement m = of(first, toml).measurements[0][0];
    return m.value - m.exact;
  };
  const Eigen::VectorXd here = noise(one_zone + recovery);
  CHECK(noise("seed = 1\n" + one_zone + recovery) == here);
  CHECK((noise("seed = 2\n" + one_zone + recovery) - here).norm() > 0.5 * here.norm());
  CHECK((noise(one_zone + replaced(recovery, "recovery.csv", "other.csv")) - here).norm() > 0.5 * here.norm());
}

TEST_CASE("noise is as strong as it is told to be, over the largest value or over each") {
  const Folder folder;
  const std::string many = "points = 4000\nnoise = 0.03\n";
  const RehearsalFindings f = of(folder, one_zone + replaced(recovery, "points = 60\n", many) + replaced(loss, "points = 40\n", many));
  for (const std::size_t which : {0u, 1u}) {
    const RehearsedMeasurement& m = f.measurements[which][0];
    const Eigen::VectorXd over = ((m.value - m.exact).array() / m.error.array()).matrix();
    CHECK(over.squaredNorm() / 4000 == Approx(1).margin(0.1));
    CHECK(std::abs(over.mean()) < 0.06);
    CHECK(m.error[3999] == Approx(0.03 * (which == 0 ? m.exact.maxCoeff() : m.exact[3999])));
  }
}

TEST_CASE("demonstrations of zones tell what methods miss") {
  const Folder folder;
  const std::string zones = "[zones]\natoms = [14, 17, 21]\nfractions = [0.001, 0.004, 0.02]\nshear_modulus = \"19.06 GPa\"\n";
  const std::string asked = "[[demonstration]]\nkind = \"temperature-steps\"\nfrom = \"0.85 eV\"\nto = \"1.26 eV\"\n[[demonstration]]\nkind = \"bending\"\ntransformation_strain = 0.17\nnoise = 0\nstrains = [0.003, 0.009, 0.0155]\n"
                            "[[demonstration]]\nkind = \"stretched-exponential\"\n[[demonstration]]\nkind = \"temperature-steps\"\n";
  const auto all = test::json_of(rehearsed(folder, zones + asked)).at("demonstrations");
  REQUIRE(all.size() == 4);
  CHECK(all[0].at("apparent_maximum_eV").get<double>() < 1.25);
  CHECK(all[0].at("last_over_maximum").get<double>() < 0.05);
  CHECK(all[1].at("transformation_strain").at("value").get<double>() == Approx(0.17).epsilon(2e-3));
  CHECK(all[1].at("volume_ratio").get<double>() == Approx(1.364).epsilon(0.003));
  const auto& bends = all[1].at("bends");
  CHECK(bends[2]["anelastic"].get<double>() / bends[2]["elastic"].get<double>() > 1.2 * all[1].at("linear_ratio").get<double>());
  CHECK(bends[0]["anelastic"].get<double>() / bends[0]["elastic"].get<double>() == Approx(all[1].at("linear_ratio").get<double>()).epsilon(0.1));
  CHECK(all[2].at("free_amplitude").at("tau_s").at("value").get<double>() == Approx(47.90).margin(0.01));
  CHECK(all[2].at("fixed_amplitude").at("tau_s").at("value").get<double>() < 30);
  CHECK(all[2].at("free_shift").at("shift_s").at("value").get<double>() == Approx(3).epsilon(1e-3));
  CHECK(all[3].at("true_maximum_eV").get<double>() == Approx(ShearTransformation{}.barrier(21 * 16.6)).epsilon(1e-6));
}

TEST_CASE("stages of loading lie over each other where the solid is cold, and not where it flows") {
  const Folder folder;
  const std::string asked = "[[demonstration]]\nkind = \"load-unload\"\ntemperature = \"315 K\"\n[[demonstration]]\nkind = \"load-unload\"\ntemperature = \"410 K\"\n";
  const auto all = test::json_of(rehearsed(folder, two_steps + asked)).at("demonstrations");
  REQUIRE(all[0].at("pairs").size() == 3);
  for (const auto& pair : all[0]["pairs"]) CHECK(pair.at("difference").get<double>() < 1e-3);
  CHECK(all[1]["pairs"][0].at("difference").get<double>() > 0.02);
}

TEST_CASE("a rehearsal prints what it wrote and what it found, and writes nothing else") {
  const Folder folder;
  const Ended ended = rehearsed(folder, one_zone + recovery, {});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Catch::Contains("One size") && Catch::Contains("nothing was measured") && Catch::Contains("recovery.csv") && Catch::Contains("written to out"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.file("out")), std::filesystem::directory_iterator()) == 2);
}

TEST_CASE("a rehearsal that cannot be is refused at its key, and nothing is written") {
  refused(one_zone + replaced(recovery, "points", "pionts"), "measurement.pionts", "did you mean 'points'");
  refused(one_zone + replaced(recovery, "recovery.csv", "../recovery.csv"), "measurement.file", "plain name");
  refused(one_zone + replaced(recovery, "recovery.csv", "/tmp/recovery.csv"), "measurement.file", "plain name");
  refused(one_zone + replaced(recovery, "recovery.csv", "..\\\\recovery.csv"), "measurement.file", "plain name");
  refused(one_zone + replaced(recovery, "recovery.csv", ".."), "measurement.file", "plain name");
  refused(one_zone + replaced(recovery, "recovery.csv", ""), "measurement.file", "plain name");
  refused(one_zone + recovery + recovery, "measurement.file", "recovery.csv is written already");
  refused(replaced(one_zone, "[0.02]", "[0.02, 0.03]") + recovery, "zones.fractions", "1 number, one for each of 'atoms'");
  refused(replaced(one_zone, "[0.02]", "[-0.02]") + recovery, "zones.fractions", "above 0");
  refused(replaced(one_zone, "[16]", "[0.01]") + recovery, "zones.atoms", "a barrier above kT");
  refused(one_zone + recovery + "noise = -0.1\n", "measurement.noise", "0 or more");
  refused(one_zone + replaced(recovery, "2e4 s", "0.2 s"), "measurement.to", "more than 'from'");
  refused(one_zone + replaced(recovery, "loaded = \"1e6 s\"\n", ""), "measurement.loaded", "missing");
  refused(one_zone + replaced(recovery, "\"recovery\"", "\"recvery\""), "measurement.kind", "did you mean 'recovery'");
  refused(one_zone + replaced(recovery, "0.5 s\"\nto = \"2e4 s", "1e7 s\"\nto = \"1e8 s"), "measurement.file", "expected finite values above 0");
  refused(two_steps + recovery, "measurement.temperature", "missing");
  refused(two_steps + "correlation = 0.99\n" + replaced(recovery, "file", "temperature = \"300 K\"\nfile"), "two_step.correlation", "between 0.1 and 0.95");
  refused(two_steps + "[[demonstration]]\nkind = \"bending\"\n", "demonstration.kind", "without [zones]");
  refused(one_zone + two_steps + recovery, "solid.toml", "either a table [zones] or a table [two_step]");
  refused(replaced(one_zone, "One size", "One\\nsize") + recovery, "name", "one line");
  refused(one_zone, "solid.toml", "neither a [[measurement]] nor a [[demonstration]]");
}
