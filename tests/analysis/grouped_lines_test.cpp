#include "analysis/grouped_lines.hpp"

#include <catch2/catch.hpp>

#include "analysis/effective_barriers.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"

using namespace glasscape;

namespace {

constexpr double energy = 0.9, entropy = 5;  // eV, kB

/// Barriers energy - T entropy kB, those of a group shifted by `between` times a normal number, each by `within`.
GroupedBarriers drawn(int groups, double between, double within, Rng& rng) {
  GroupedBarriers all{{200, 300, 400}, {}};
  for (int g = 0; g < groups; ++g) {
    const double own = between * rng.normal();
    auto& group = all.groups.emplace_back();
    for (const double t : all.temperatures) {
      auto& at = group.emplace_back();
      for (int k = 0; k < 3; ++k) at.push_back(energy - entropy * thermal_energy(t) + own + within * rng.normal());
    }
  }
  return all;
}

double mean_of(std::span<const double> values, double) { return mean(values); }

}  // namespace

TEST_CASE("the interval of the entropy of groups holds it in about 95 % of samples, however far groups are apart") {
  Rng rng(1, 1);
  for (const double between : {0.0, 0.3}) {
    int held = 0;
    constexpr int samples = 200;
    double width = 0;
    for (int s = 0; s < samples; ++s) {
      const auto line = line_of_groups(drawn(20, between, 0.05, rng), mean_of, rng, {.resamples = 200, .level = 0.95, .groups = {}});
      REQUIRE(line);
      const Interval& i = line->entropy.interval;
      held += i.low < entropy && entropy < i.high ? 1 : 0;
      width += (i.high - i.low) / samples;
    }
    CAPTURE(between);
    CHECK(held > 0.88 * samples);
    CHECK(held < 0.99 * samples);
    CHECK(width < 3.5);  // were the groups taken for independent at each temperature, 0.3 eV would make it 15 kB
  }
}

TEST_CASE("a line of groups without scatter is exact, and its covariance is that of its resamples") {
  Rng rng(2, 1);
  CHECK(!line_of_groups(drawn(4, 0, 0, rng), mean_of, rng));
  const auto line = line_of_groups(drawn(10, 0.1, 1e-9, rng), mean_of, rng);
  REQUIRE(line);
  CHECK(line->entropy.value == Approx(entropy).margin(1e-4));
  CHECK(std::sqrt(line->covariance(0, 0)) == Approx(0.1 / std::sqrt(10.0)).epsilon(0.6));
  const Estimate at = line->barrier(300);
  CHECK(at.value == Approx(line->enthalpy.value - thermal_energy(300) * entropy).margin(1e-5));
}

TEST_CASE("effective barriers alone are those found together") {
  Rng rng(3, 1);
  const std::vector<double> barriers{0.4, 0.6, 0.9, 0.35};
  const EffectiveBarriers all = effective_barriers(barriers, 350, rng);
  CHECK(parallel_barrier(barriers, 350) == Approx(all.parallel.barrier.value).epsilon(1e-12));
  CHECK(sequential_barrier(barriers, 350) == Approx(all.sequential.barrier.value).epsilon(1e-12));
}

TEST_CASE("groups that lack a temperature make no line") {
  Rng rng(4, 1);
  GroupedBarriers all = drawn(3, 0.1, 0.1, rng);
  all.groups[1][2].clear();
  CHECK(!all.complete());
  CHECK_THROWS_AS(line_of_groups(all, mean_of, rng), InputError);
  CHECK(!drawn(1, 0.1, 0.1, rng).complete());
}
