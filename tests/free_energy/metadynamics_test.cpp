// Metadynamics from the dynamics to the free energy, where that is known.
#include "samplers/metadynamics.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <numbers>

#include "analysis/sampled_barrier.hpp"
#include "analysis/thermal_energy.hpp"
#include "landscape/facts_hash.hpp"
#include "tests/free_energy/sampling.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double half = 1.0, height = 0.3, stiffness = 2.0, T = 300;
const std::string well = "double-well:height=0.3,half=1,stiffness=2";

/// (x + 3)^power, times a factor: other scales of one coordinate.
class Rescaled final : public CollectiveVariable {
 public:
  Rescaled(AtomGroup group, double power, double factor) : CollectiveVariable(std::move(group)), power_(power), factor_(factor) {}
  At at(const Positions& x, const Cell&) const override {
    const double from = x(0, 0) + 3.0;
    return {factor_ * std::pow(from, power_), Vector3d(factor_ * power_ * std::pow(from, power_ - 1), 0, 0)};
  }
  std::string describe() const override { return "rescaled x"; }

 private:
  double power_, factor_;
};

BasinFound left_well(const std::shared_ptr<const Potential>& law) {
  const Configuration c{std::make_shared<Species>(Species{elements_named({"Cu"}), {0}}), Cell(), Vector3d(-half, 0, 0), {}};
  Surface surface(law, c);
  return {c, surface.evaluate(c.positions).energy, 0, 1};
}

SamplingStart on_the_well(double power = 1, double factor = 1) {
  SamplingStart start{potential(well), left_well(potential(well)), {"start", 0}, "sampling", 0, {}};
  start.bind = [=](const Configuration& reference) { return std::make_shared<Rescaled>(AtomGroup(reference, {0}), power, factor); };
  start.same.fixed_frame = true;
  return start;
}

Metadynamics quick(std::int64_t steps) {
  return {.temperature = T, .timestep = 4 / units::time_fs, .damping = 200 / units::time_fs, .equilibration = 100, .steps = steps, .height = 0.01, .width = 0.1,
          .stride = 100, .bias_temperature = 2700, .record_every = 10, .quench_every = 500, .moved = 0.7, .until_escape = false};
}

double exact(double x) { return height * std::pow(x * x / (half * half) - 1, 2); }

/// k of classical transition state theory out of the left well, 1/s.
double exact_rate(double mass) {
  const double kT = thermal_energy(T);
  double sum = 0;
  for (double x = -3; x < 0; x += 1e-4) sum += std::exp(-exact(x) / kT) * 1e-4;
  return std::sqrt(kT / (2 * std::numbers::pi * mass)) * std::exp(-height / kT) / sum * 1e12 / units::time_ps;
}

/// The exact profile of s = factor (x + 3)^power, from that of x and the change of scale.
FreeEnergyProfile exact_profile(double power, double factor) {
  const auto s = [&](double x) { return factor * std::pow(x + 3, power); };
  FreeEnergyProfile profile{{s(-1.8), s(1.8), 4001}, {}};
  for (std::size_t k = 0; k < profile.grid.points; ++k) {
    const double x = std::pow(profile.grid.at(k) / factor, 1 / power) - 3;
    profile.energy.push_back(exact(x) + thermal_energy(T) * std::log(factor * power * std::pow(x + 3, power - 1)));
  }
  return profile;
}

}  // namespace

TEST_CASE("the rate over a profile does not depend on the scale of the variable, its height does") {
  const double mass = standard_mass("Cu"), kT = thermal_energy(T);
  std::vector<double> heights;
  for (const auto& [power, factor] : {std::pair{1.0, 1.0}, {1.0, 7.0}, {2.0, 1.0}, {0.5, 3.0}}) {
    const FreeEnergyProfile profile = exact_profile(power, factor);
    const auto s = [&, p = power, f = factor](double x) { return f * std::pow(x + 3, p); };
    const auto slope = [&, p = power, f = factor](double x) { return f * p * std::pow(x + 3, p - 1); };
    const auto barrier = barrier_of(profile, T, s(-1), s(0.7));
    REQUIRE(barrier);
    heights.push_back(barrier->height);
    const double top = std::pow(barrier->top / factor, 1 / power) - 3, in_well = std::pow(barrier->well / factor, 1 / power) - 3;
    const ProfileRate rate = rate_over(*barrier, T, slope(top) * slope(top) / mass, slope(in_well) * slope(in_well) / mass, 0);
    CHECK(rate.log_rate == Approx(std::log(exact_rate(mass))).margin(0.02));
    CHECK(rate.free_energy == Approx(-kT * std::log(exact_rate(mass) * 4.135667696e-15 / kT)).margin(1e-3));
    const double curvature = 8 * height / (half * half);
    CHECK(rate.attempt_THz == Approx(std::sqrt(curvature / mass) / (2 * std::numbers::pi) / units::time_ps).epsilon(0.1));
  }
  CHECK(std::abs(heights[0] - heights[1]) < 1e-9);
  CHECK(std::abs(heights[2] - heights[3]) > 0.5 * kT);
}

TEST_CASE("a filled double well gives its free energy three ways, by reweighting within 0.12 kT, and the same rate on three scales") {
  const double mass = standard_mass("Cu"), kT = thermal_energy(T);
  for (const auto& [power, factor, width] : {std::tuple{1.0, 1.0, 0.15}, {2.0, 1.0, 0.6}, {1.0, 5.0, 0.75}}) DYNAMIC_SECTION(factor << " (x + 3)^" << power) {
      Metadynamics options = quick(1'500'000);
      options.width = width;
      MetadynamicsRun run(on_the_well(power, factor), options);
      const Events events = run_all(run);
      const BiasedSampling sampling = sampling_of(events);
      const auto s = [&, p = power, f = factor](double x) { return f * std::pow(x + 3, p); };
      const ProfileGrid grid{s(-1.4), s(1.4), 141};
      const double settled = sampling.times.back() / 3;
      // twice the rms over twenty seeds, 0.05 to 0.11 kT
      for (const auto& [profile, margin] : {std::pair{profile_of_bias(sampling, grid), 0.22}, {profile_of_averaged_bias(sampling, grid, settled), 0.18}, {profile_by_reweighting(sampling, grid, settled), 0.12}}) {
        double offset = 0, squares = 0;
        int count = 0;
        const auto truth = [&, p = power, f = factor](std::size_t k) {
          const double x = std::pow(grid.at(k) / f, 1 / p) - 3;
          return exact(x) + kT * std::log(f * p * std::pow(x + 3, p - 1));
        };
        const auto low = [&](std::size_t k) { return std::abs(std::pow(grid.at(k) / factor, 1 / power) - 3) < 1.3; };
        for (std::size_t k = 0; k < grid.points; ++k)
          if (low(k)) offset += profile.energy[k] - truth(k), ++count;
        for (std::size_t k = 0; k < grid.points; ++k)
          if (low(k)) squares += std::pow(profile.energy[k] - truth(k) - offset / count, 2);
        CHECK(std::sqrt(squares / count) < margin * kT);
      }
      const auto found = barrier_of(sampling, {.inside = s(-1), .outside = s(0.7), .settled = settled, .blocks = 20}, 0);
      REQUIRE((found && found->errors));
      CHECK(found->errors->height < 0.13 * kT);
      CHECK(found->errors->log_rate < 0.15);
      CHECK(found->best_rate().log_rate == Approx(std::log(exact_rate(mass))).margin(4 * found->errors->log_rate));  // Student's law of 20 blocks: 1 in 1000
    }
}

TEST_CASE("the block errors of a free energy, its barrier and its rate are how far they are from the exact ones, in about 68 % of samplings") {
  const auto exact_barrier = barrier_of(exact_profile(1, 1), T, 2, 3.7);
  REQUIRE(exact_barrier);
  struct Scatter {
    int known = 0, held = 0;
    double sum = 0, squares = 0, errors = 0;
    void take(double off, double error) {
      ++known;
      sum += off;
      squares += off * off;
      errors += error;
      held += std::abs(off) < error ? 1 : 0;
    }
    void is_as_its_errors() const {
      const double error = errors / known;
      CHECK(std::abs(sum / known) < 0.5 * error);
      CHECK(std::sqrt(squares / known) == Approx(error).epsilon(0.4));
      CHECK(held > 0.5 * known);
      CHECK(held < 0.85 * known);
    }
  };
  Scatter heights, rates, middles;
  constexpr int samplings = 40;
  for (int k = 0; k < samplings; ++k) {
    SamplingStart start = on_the_well();
    start.stream = static_cast<std::uint64_t>(k + 1);
    MetadynamicsRun run(std::move(start), quick(400'000));
    const BiasedSampling sampling = sampling_of(run_all(run));
    const auto found = barrier_of(sampling, {.inside = 2, .outside = 3.7, .settled = sampling.times.back() / 3}, 0);
    if (!found || !found->errors) continue;
    heights.take(*found->reweighted_height - exact_barrier->height, found->errors->height);
    rates.take(found->reweighted_rate->log_rate - std::log(exact_rate(standard_mass("Cu"))), found->errors->log_rate);
    const std::size_t well = nearest_point(found->grid, found->barrier.well), middle = nearest_point(found->grid, 0.5 * (found->barrier.well + found->barrier.top));
    const auto truth = [&](std::size_t point) { return exact(found->grid.at(point) - 3); };
    middles.take(found->reweighted.energy[middle] - found->reweighted.energy[well] - (truth(middle) - truth(well)), found->errors->profile[middle]);
  }
  REQUIRE(heights.known > 0.9 * samplings);
  heights.is_as_its_errors();
  rates.is_as_its_errors();
  middles.is_as_its_errors();
}

TEST_CASE("a barrier towards smaller values is that of the mirrored variable") {
  MetadynamicsRun run(on_the_well(), quick(100'000));
  BiasedSampling sampling = sampling_of(run_all(run));
  const double settled = sampling.times.back() / 3;
  const auto up = barrier_of(sampling, {.inside = 2, .outside = 3.7, .settled = settled}, 0);
  for (Hill& hill : sampling.hills) hill.centre = -hill.centre;
  for (double& value : sampling.values) value = -value;
  const auto down = barrier_of(sampling, {.inside = -2, .outside = -3.7, .settled = settled}, 0);
  REQUIRE((up && down));
  CHECK(down->barrier.height == Approx(up->barrier.height).epsilon(1e-6));
  CHECK(down->barrier.top == Approx(-up->barrier.top).epsilon(1e-6));
  CHECK(down->barrier.well == Approx(-up->barrier.well).epsilon(1e-6));
  CHECK(down->rate.log_rate == Approx(up->rate.log_rate).epsilon(1e-6));
  CHECK(down->bias.energy.front() == Approx(up->bias.energy.back()).margin(1e-9));
}

TEST_CASE("a sampling is quenched at its end too, and no time has the logarithm minus infinity") {
  Metadynamics options = quick(1'000);
  options.height = 0;
  options.quench_every = 700;
  MetadynamicsRun run(on_the_well(), options);
  const Events events = run_all(run);
  const auto& escape = fact<EscapeSought>(events);
  CHECK(escape.outside == Approx(4));  // seen at its end too
  CHECK(escape.inside == Approx(4));
  CHECK(escape.log_boosted_inside == Approx(std::log(4)).epsilon(1e-9));
  CHECK(EscapeSought{}.log_boosted_inside == -std::numeric_limits<double>::infinity());
}

TEST_CASE("a sampling continued from a checkpoint at any step equals an uninterrupted one bit for bit") {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("glasscape-{}.metadynamics", ::getpid())).string();
  Metadynamics options = quick(1200);
  options.walkers = 2;
  MetadynamicsRun whole(on_the_well(), options);
  const std::string expected = facts_hash(run_all(whole));
  for (const int at : {1, 99, 100, 101, 600, 1000, 1299}) {
    {
      MetadynamicsRun begun(on_the_well(), options);
      for (int k = 0; k < at; ++k) begun.step();
      write_restart(path, begun.checkpoint());
    }
    const Restart saved = read_restart(path);
    MetadynamicsRun continued(on_the_well(), options, &saved);
    CHECK(facts_hash(run_all(continued)) == expected);
  }
  std::filesystem::remove(path);
}

TEST_CASE("an escape is seen by quenches, with its time, its boosted time and where it ended") {
  Metadynamics options = quick(400'000);
  options.until_escape = true;
  MetadynamicsRun run(on_the_well(), options);
  const Events events = run_all(run);
  const auto& escape = fact<EscapeSought>(events);
  REQUIRE(escape.escaped == 1);
  CHECK(escape.end(0, 0) == Approx(half).margin(1e-2));
  CHECK(escape.displacement == Approx(2 * half).margin(1e-2));
  CHECK(escape.outside - escape.inside == Approx(500 * 0.004).epsilon(1e-9));
  CHECK(escape.log_boosted_outside > std::log(escape.outside));
  CHECK(fact<HillsDeposited>(events).time == Approx(escape.outside).epsilon(1e-9));
  for (const double h : fact<HillsDeposited>(events).heights) CHECK((h > 0 && h <= 0.01));
}

TEST_CASE("without escape both times are the whole time, and no bias means no boost") {
  Metadynamics options = quick(2000);
  options.height = 1e-12;
  MetadynamicsRun run(on_the_well(), options);
  const Events events = run_all(run);
  const auto& escape = fact<EscapeSought>(events);
  CHECK(escape.escaped == 0);
  CHECK(escape.outside == Approx(8));
  CHECK(escape.inside == Approx(8));
  CHECK(escape.log_boosted_outside == Approx(std::log(8)).epsilon(1e-6));
}
