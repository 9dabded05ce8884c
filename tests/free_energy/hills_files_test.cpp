// Hills in the files of PLUMED and Colvars: scaling, kernels, and one free energy from all of them.
#include "landscape/hills_files.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/free_energy_profile.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "md/support/text.hpp"
#include "tests/support/folder.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double T = 300, dT = 2700;

HillsFile a_sampling() {
  HillsFile file{.variable = "rmsd", .shape = HillShape::gaussian, .bias_factor = (T + dT) / T, .hills = {}, .times = {}};
  Rng rng(6, 1);
  for (int k = 0; k < 200; ++k) {
    file.times.push_back(0.5 * (k + 1));
    file.hills.push_back({0.3 + 0.1 * rng.normal(), 0.05, 0.01 * std::exp(-0.01 * k)});
  }
  return file;
}

std::string colvars_trajectory(const HillsFile& file) {
  std::string text = "# step  centers  sigmas  weight\n";
  for (std::size_t k = 0; k < file.hills.size(); ++k)
    text += fmt::format("{} {:.16e} {:.16e} {:.16e}\n", 1000 * (k + 1), file.hills[k].centre, file.hills[k].width, file.hills[k].height);
  return text;
}

std::vector<double> free_energy(const HillsFile& file, double bias_temperature) {
  BiasedSampling s{.temperature = T, .bias_temperature = bias_temperature, .hills = file.hills, .hill_times = file.times};
  s.shape = file.shape;
  return profile_of_bias(s, {0, 0.7, 71}).energy;
}

}  // namespace

TEST_CASE("a HILLS has the heights that PLUMED stores: its own example, 0.4 at a bias factor of 25, is 0.41667") {
  const std::string text = plumed_hills({.variable = "rmsd", .shape = HillShape::stretched, .bias_factor = 25.0, .hills = {{0.02388, 0.004, 0.4}}, .times = {0.5}});
  const std::vector<std::string_view> lines = split(text, '\n');
  CHECK(lines[0] == "#! FIELDS time rmsd sigma_rmsd height biasf");
  CHECK(lines[1] == "#! SET multivariate false");
  CHECK(lines[2] == "#! SET kerneltype stretched-gaussian");
  const auto row = words(lines[3]);
  REQUIRE(row.size() == 5);
  CHECK(to_real(row[0]) == 0.5);
  CHECK(*to_real(row[3]) == Approx(0.41667).epsilon(1e-5));
  CHECK(to_real(row[4]) == 25.0);
}

TEST_CASE("minus the sum of the hills of a HILLS is the free energy, as sum_hills takes it") {
  HillsFile file = a_sampling();
  file.shape = HillShape::stretched;
  const Folder at;
  const HillsFile back = read_hills(at.write("HILLS", plumed_hills(file)));
  REQUIRE(back.bias_factor);
  CHECK(*back.bias_factor == Approx(*file.bias_factor));
  const std::vector<double> ours = free_energy(back, dT);
  // the kernel of PLUMED 2.8 and later, written out
  constexpr double a = 1.00193418799744762399, b = -0.00193418799744762399;
  std::vector<double> theirs;
  for (int k = 0; k < 71; ++k) {
    double sum = 0;
    for (const std::string_view line : split(plumed_hills(file), '\n')) {
      const auto row = words(line);
      if (row.size() != 5 || row[0].starts_with("#")) continue;
      const double x = (0.01 * k - *to_real(row[1])) / *to_real(row[2]), half = 0.5 * x * x;
      if (half < 6.25) sum += *to_real(row[3]) * (a * std::exp(-half) + b);
    }
    theirs.push_back(-sum);
  }
  const double least = *std::min_element(theirs.begin(), theirs.end());
  for (std::size_t k = 0; k < theirs.size(); ++k) CHECK(ours[k] == Approx(theirs[k] - least).margin(1e-6));
}

TEST_CASE("ours, a HILLS and a trajectory of Colvars give one free energy") {
  const HillsFile file = a_sampling();
  const Folder at;
  const HillsFile colvars = read_hills(at.write("run.hills.traj", colvars_trajectory(file)));
  CHECK(!colvars.bias_factor);
  REQUIRE(colvars.hills.size() == file.hills.size());
  HillsFile plumed = read_hills(at.write("HILLS", plumed_hills(file)));
  CHECK(plumed.shape == HillShape::gaussian);  // as it says
  const std::vector<double> own = free_energy(file, dT), from_colvars = free_energy(colvars, dT), from_plumed = free_energy(plumed, dT);
  plumed.shape = HillShape::stretched;  // what PLUMED sums
  const std::vector<double> summed = free_energy(plumed, dT);
  double furthest = 0;
  for (std::size_t k = 0; k < own.size(); ++k) {
    CHECK(from_colvars[k] == Approx(own[k]).margin(1e-12));
    CHECK(from_plumed[k] == Approx(own[k]).margin(1e-12));
    furthest = std::max(furthest, std::abs(summed[k] - own[k]));
  }
  CHECK(furthest < 0.01 * *std::max_element(own.begin(), own.end()));  // the kernels differ by 0.2 % of a height
}

TEST_CASE("hills that keep their height are stored as they are") {
  HillsFile file = a_sampling();
  file.bias_factor.reset();
  const Folder at;
  const HillsFile back = read_hills(at.write("HILLS", plumed_hills(file)));
  CHECK(!back.bias_factor);
  for (std::size_t k = 0; k < file.hills.size(); ++k) CHECK(back.hills[k].height == file.hills[k].height);
}

TEST_CASE("a pmf has midpoints of bins after the header of Colvars") {
  const std::string text = colvars_pmf(0.1, 0.05, {0.0, 0.25});
  const std::vector<std::string_view> lines = split(text, '\n');
  CHECK(lines[0] == "# 1");
  const auto head = words(lines[1]);
  REQUIRE(head.size() == 5);
  CHECK(to_real(head[1]) == 0.1);
  CHECK(to_real(head[2]) == 0.05);
  CHECK(head[3] == "2");
  CHECK(words(lines[2]).empty());
  CHECK(*to_real(words(lines[3])[0]) == Approx(0.125));
  CHECK(*to_real(words(lines[4])[1]) == 0.25);
}

TEST_CASE("files that hold no hills of one variable are refused at their line") {
  const Folder at;
  const auto refuses = [&](const std::string& text, const std::string& message) {
    INFO(text);
    CHECK_THROWS_WITH(read_hills(at.write("HILLS", text)), Catch::Contains(message));
  };
  refuses("", "no hill in this file");
  refuses("1 2 3 4\n", "HILLS:1: a line without a header");
  refuses("#! FIELDS time a b sigma_a sigma_b height biasf\n", "HILLS:1: fields of something else");
  refuses("#! FIELDS time a sigma_a height biasf\n1 0.2 0 0.1 10\n", "HILLS:2: a hill of width 0");
  refuses("#! FIELDS time a sigma_a height biasf\n1 0.2 0.1 x 10\n", "HILLS:2: 'x' is not a number (column 4)");
  refuses("#! FIELDS time a sigma_a height biasf\n#! SET multivariate true\n", "HILLS:2: hills of several variables");
  refuses("# step\n1000 0.1 0.2 0.1 0.1 0.3\n", "HILLS:2: 6 columns");
  CHECK_THROWS_AS(read_hills(at.file("nothing")), NotFound);
}

TEST_CASE("a hill so far from 0 that nodes cannot be told apart there is refused") {
  for (const double centre : {1e300, -1e300, 1e15}) CHECK_THROWS_AS(HillSum(0.01).add({centre, 0.1, 1.0}), InputError);
}
