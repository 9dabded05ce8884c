#include "analysis/atomic_phases.hpp"

#include <catch2/catch.hpp>
#include <numbers>

#include "md/support/error.hpp"

using namespace glasscape;
using std::numbers::pi;

namespace {

using Complex = std::complex<double>;
constexpr Eigen::Index atoms = 2000;

Shares gaussian(double size, Rng& rng) {
  Shares noise(atoms);
  for (Complex& z : noise) z = size * Complex(rng.normal(), rng.normal());
  return noise;
}

/// Blocks of two cycles of atoms with these answers and white noise.
std::vector<ShearBlock> blocks_with(const std::vector<Shares>& answers, double noise, Rng& rng) {
  std::vector<ShearBlock> blocks;
  for (const Shares& answer : answers) {
    const Shares none = Shares::Zero(atoms);
    blocks.push_back({static_cast<std::int64_t>(2 * blocks.size()), 2, answer + gaussian(noise, rng), gaussian(noise, rng), gaussian(noise, rng), none, none});
  }
  return blocks;
}

/// Elastic atoms of different stiffness.
Shares elastic(Rng& rng) {
  Shares g(atoms);
  for (Complex& z : g) z = 1.0 + 0.5 * rng.normal();
  return g;
}

AtomicPhases phases_of(const std::vector<ShearBlock>& blocks, Rng& rng) { return atomic_phases({drive_of(blocks)}, 0.05, rng); }

}  // namespace

TEST_CASE("the atoms nearest to a phase are found across the ends of the circle, and leaving them out is exact") {
  Shares shares(8);
  for (Eigen::Index k = 0; k < 8; ++k) shares[k] = std::polar(1.0 + static_cast<double>(k), pi * (0.25 * static_cast<double>(k) - 0.9));
  CHECK(nearest_in_phase(shares, pi, 0.25) == AtomSet{0, 7});    // -0.9 pi, and 0.85 pi
  CHECK(nearest_in_phase(shares, -pi, 0.25) == AtomSet{0, 7});
  CHECK(nearest_in_phase(shares, pi / 2, 0.25) == AtomSet{5, 6});
  CHECK(nearest_in_phase(shares, 0, 0.01).size() == 1);
  CHECK(angle_between(0.9 * pi, -0.9 * pi) == Approx(-0.2 * pi));
  CHECK(angle_between(pi, 0) == Approx(pi));
  CHECK(angle_between(0, pi) == Approx(pi));
  Rng rng(1, 1);
  const AtomicPhases found = atomic_phases({{shares}}, 0.25, rng);
  CHECK(std::abs(found.dissipating().without.front() - (shares.sum() - shares[5] - shares[6])) < 1e-12);
  CHECK_FALSE(found.persistence);
  CHECK_FALSE(found.kept);
}

TEST_CASE("atoms that always answer alike, with noise, are told from atoms that dissipate for a while or for good") {
  Rng rng(7, 1);
  const Shares answer = elastic(rng);
  const std::size_t blocks = 24;
  const auto scatter = [&](const std::vector<ShearBlock>& b) { return scatter_over_noise(drive_of(b), noise_of(b), rng); };

  const auto alike = blocks_with(std::vector<Shares>(blocks, answer), 1.0, rng);
  const AtomicPhases of_alike = phases_of(alike, rng);
  CHECK(scatter(alike).value == Approx(1.0).margin(0.02));
  CHECK(of_alike.dissipating().loss_change.interval.high < 0);  // chosen for it
  CHECK(of_alike.groups.front().loss_change.interval.low > 0);
  CHECK(std::abs(of_alike.kept->value) < 0.03);

  std::vector<Shares> for_a_while, for_good;
  for (std::size_t b = 0; b < blocks; ++b) {
    for_a_while.push_back(answer);
    for_good.push_back(answer);
    for (Eigen::Index i = 0; i < atoms / 20; ++i) {
      for_a_while.back()[static_cast<Eigen::Index>(rng.below(atoms))] += Complex(0, 4);
      for_good.back()[i] += Complex(0, 4);
    }
  }
  const auto transient = blocks_with(for_a_while, 1.0, rng), persistent = blocks_with(for_good, 1.0, rng);
  CHECK(scatter(transient).interval.low > 1.1);
  CHECK(std::abs(phases_of(transient, rng).kept->value) < 0.1);
  CHECK(scatter(persistent).value == Approx(1.0).margin(0.02));
  CHECK(phases_of(persistent, rng).kept->interval.low > 0.4);
}

TEST_CASE("one block that is shaken moves the mean scatter, and that of a typical block little") {
  Rng rng(6, 1);
  auto blocks = blocks_with(std::vector<Shares>(16, elastic(rng)), 1.0, rng);
  CHECK(typical_scatter_over_noise(drive_of(blocks), noise_of(blocks), rng).value == Approx(1.0).margin(0.04));
  blocks[7].drive += gaussian(5.0, rng);
  CHECK(scatter_over_noise(drive_of(blocks), noise_of(blocks), rng).value > 2.0);
  CHECK(typical_scatter_over_noise(drive_of(blocks), noise_of(blocks), rng).value == Approx(1.0).margin(0.04));
}

TEST_CASE("the null of atoms that always answer alike is like such atoms in all that is told of them") {
  Rng rng(3, 1);
  const auto blocks = blocks_with(std::vector<Shares>(16, elastic(rng)), 0.8, rng);
  const AtomicPhases measured = phases_of(blocks, rng), null = atomic_phases(steady_with_noise(drive_of(blocks), noise_of(blocks)), 0.05, rng);
  CHECK(null.central.value == Approx(measured.central.value).margin(0.01));
  CHECK(null.persistence->value == Approx(measured.persistence->value).margin(0.02));
  CHECK(null.dissipating().loss_change.value == Approx(measured.dissipating().loss_change.value).epsilon(0.05));
  CHECK(null.kept->value == Approx(measured.kept->value).margin(0.05));
  for (std::size_t k = 0; k < null.density.size(); ++k) CHECK(null.density[k].value == Approx(measured.density[k].value).margin(0.03));
}

TEST_CASE("answers of atoms without noise stay as they are") {
  Rng rng(4, 1);
  const Shares answer = elastic(rng);
  const auto blocks = blocks_with(std::vector<Shares>(6, answer), 0.0, rng);
  for (const ShareSeries& series : steady_with_noise(drive_of(blocks), noise_of(blocks)))
    for (const Shares& block : series) CHECK((block - answer).norm() < 1e-9);
  const AtomicPhases found = phases_of(blocks, rng);
  CHECK(found.persistence->value == Approx(1.0));
  CHECK(found.later.back().blocks_later == 5);
}

TEST_CASE("noise at the drive is between that of its neighbours as a power law says") {
  for (const double power : {0.0, 1.0, 2.0})
    for (const std::int64_t cycles : {2, 3, 10}) {
      const double apart = 1.0 / static_cast<double>(cycles);
      CHECK(power_at(1.0, std::pow(1 - apart, -power), std::pow(1 + apart, -power), cycles) == Approx(1.0));
      CHECK(power_at(3.0, std::pow(1 - apart, -power), std::pow(1 + apart, -power), cycles) == Approx(std::pow(3.0, -power)));
    }
  CHECK(power_at(1.0, 0.0, 2.0, 2) == Approx(1.0));
}

TEST_CASE("phases of atoms need a block, and groups a part of the atoms") {
  Rng rng(1, 1);
  CHECK_THROWS_AS(atomic_phases({}, 0.05, rng), InputError);
  CHECK_THROWS_AS(atomic_phases({{Shares::Ones(3)}}, 0.0, rng), InputError);
  CHECK_THROWS_AS(steady_with_noise({Shares::Ones(3)}, {}), InputError);
  CHECK_THROWS_AS(scatter_over_noise({Shares::Ones(3)}, {}, rng), InputError);
}
