// The rate at which one of the twelve neighbours of a vacancy in copper hops into it, four ways at one temperature: harmonic
// transition state theory, the free energy of the RMSD of the twelve, infrequent metadynamics, and plain dynamics.
// 31 atoms: the vacancy feels its images, in all four alike. examples/cu_vacancy does it with 107 atoms and at length.
#include <catch2/catch.hpp>
#include <numeric>

#include "analysis/distributions.hpp"
#include "analysis/escape_times.hpp"
#include "analysis/sampled_barrier.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/minimise.hpp"
#include "samplers/metadynamics.hpp"
#include "samplers/stationary_point.hpp"
#include "samplers/variables/projection.hpp"
#include "samplers/variables/rmsd.hpp"
#include "samplers/vineyard.hpp"
#include "tests/free_energy/sampling.hpp"
#include "tests/support/vacancy.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double T = 1000;               // K
constexpr std::uint64_t samplings = 40;  // until a hop, with bias and without
constexpr int blocks = 15;
constexpr double anharmonic = 0.15;      // of ln(rate), what harmonic theory may be off at this temperature
constexpr double crossed_again = 0.7;    // likewise what a sphere of RMSD may be crossed more often than a hop happens

const Vacancy& vacancy() {
  static const Vacancy made = copper_vacancy(2);
  return made;
}

/// ln of 12 nu exp(-E/kT), 1/s.
double harmonic_log_rate(double temperature) {
  const Vacancy& v = vacancy();
  Surface surface(copper(), v.basin);
  const StationaryPoint saddle = refine(surface, v.halfway(v.neighbours.front()), 1, {.fmax = 1e-7, .max_displacement = 1});
  REQUIRE(saddle.ended == StationaryPoint::Ended::converged);
  const auto prefactor = vineyard(basin_modes(surface, v.basin.positions), saddle_modes(surface, saddle.positions));
  REQUIRE(prefactor);
  return std::log(12.0) + prefactor->log_nu + std::log(1e12) - (saddle.energy - v.energy) / thermal_energy(temperature);
}

SamplingStart start(std::uint64_t stream) {
  SamplingStart s;
  s.potential = copper();
  s.basin = {vacancy().basin, vacancy().energy, 1e-8, 1};
  s.of = {"vacancy", 0};
  s.task = "sampling";
  s.bind = [](const Configuration& reference) { return Rmsd({false}).bind({reference, vacancy().neighbours}); };
  s.seed = 1;
  s.stream = stream;
  return s;
}

Metadynamics until_hop() {
  Metadynamics o;
  o.temperature = T;
  o.timestep = 4 / units::time_fs;
  o.equilibration = 0;  // a hop during it would leave the twelve behind
  o.steps = 10'000'000;
  o.record_every = o.steps;
  o.quench_every = 250;
  o.moved = 1;
  return o;
}

Metadynamics with_hills(double height, std::int64_t steps) {
  Metadynamics o = until_hop();
  o.height = height;
  o.width = 0.02;
  o.stride = steps;
  o.bias_temperature = 3000;
  return o;
}

struct Hops {
  double log_rate = 0, p = 0;
  double log_boost = 0;  // ln of the time that the samplings stand for over the time that they took
};

/// Of samplings that each end with a hop.
Hops hops(const Metadynamics& options, std::uint64_t first) {
  std::vector<BoostedTime> times;
  double walked = 0;
  for (std::uint64_t k = 0; k < samplings; ++k) {
    const Events events = events_of(start(first + k), options);
    const auto& escape = fact<EscapeSought>(events);
    const double seen = 0.5 * (std::exp(escape.log_boosted_inside) + std::exp(escape.log_boosted_outside));
    times.push_back({std::log(seen), escape.escaped == 1});
    walked += 0.5 * (escape.inside + escape.outside) / samplings;
  }
  Rng rng(1, first);
  const auto found = escape_times(times, rng);
  REQUIRE((found && found->p_value));
  return {std::log(1e12) - found->log_mean.value, found->p_value->value, found->log_mean.value - std::log(walked)};
}

/// Over the free energy of the RMSD of the twelve, there and back before a wall behind the top and before the end of a hop.
SampledBarrier over_free_energy() {
  Metadynamics o = with_hills(0.01, 50);
  o.steps = 200'000;
  o.record_every = 5;
  o.until_escape = false;
  o.wall = 0.51;
  o.wall_stiffness = 1000;
  const BiasedSampling sampling = test::sampling_of(events_of(start(300), o));
  const auto found = barrier_of(sampling, {.inside = 0.2, .outside = 0.5, .settled = sampling.times.back() / 4, .blocks = blocks}, 32);
  REQUIRE((found && found->errors));
  CHECK(found->barrier.closed);
  return *found;
}

/// Over the free energy along one hop, there and back, at a temperature at which no other hop happens meanwhile.
SampledBarrier over_one_hop(double temperature) {
  const Vacancy& v = vacancy();
  const Eigen::Index hopping = v.neighbours.front();
  Surface surface(copper(), v.basin);
  Positions end = v.halfway(hopping);
  end.col(hopping) += end.col(hopping) - v.basin.positions.col(hopping);
  const Positions displacement = minimise(surface, end, {.fmax = 1e-6}).positions - v.basin.positions;
  SamplingStart from = start(400);
  from.bind = [&v, displacement](const Configuration& reference) {
    std::vector<Eigen::Index> all(static_cast<std::size_t>(v.basin.atoms()));
    std::iota(all.begin(), all.end(), 0);
    return EventProjection({}).bind({reference, all, &displacement});
  };
  Metadynamics o = with_hills(0.01, 50);
  o.temperature = temperature;
  o.width = 0.1 / displacement.norm();
  o.steps = 400'000;
  o.record_every = 5;
  o.until_escape = false;
  o.wall = 1 + 0.3 / displacement.norm();
  o.wall_stiffness = 10 * displacement.squaredNorm();
  const BiasedSampling sampling = test::sampling_of(events_of(std::move(from), o));
  const auto found = barrier_of(sampling, {.inside = 0, .outside = 0.6, .settled = sampling.times.back() / 4, .blocks = blocks}, 0);
  REQUIRE((found && found->errors));
  return *found;
}

}  // namespace

TEST_CASE("the hop of a copper atom into a vacancy has one rate: harmonic, of plain dynamics and of infrequent metadynamics, and over the free energy of an RMSD it is not below, and less than e^2 above") {
  const double harmonic = harmonic_log_rate(T);
  Metadynamics plain = until_hop();
  plain.height = 0;
  const Hops direct = hops(plain, 100);
  const Hops infrequent = hops(with_hills(0.015, 200), 200);
  const SampledBarrier free_energy = over_free_energy();
  CAPTURE(harmonic, direct.log_rate, infrequent.log_rate, infrequent.log_boost, free_energy.best_rate().log_rate, free_energy.errors->log_rate);
  constexpr double several = 3.3;        // standard errors that 1 run in 1000 is off
  const double error = 1 / std::sqrt(static_cast<double>(samplings));
  CHECK(direct.log_boost == Approx(0).margin(1e-9));
  CHECK(direct.log_rate == Approx(harmonic).margin(several * error + anharmonic));
  CHECK(infrequent.log_rate == Approx(harmonic).margin(several * error + anharmonic));
  CHECK(infrequent.log_rate == Approx(direct.log_rate).margin(several * std::sqrt(2.0) * error));
  CHECK(infrequent.log_boost > std::log(2));
  CHECK(direct.p > 0.001);
  CHECK(infrequent.p > 0.001);
  // an upper bound
  const double off = student_two_sided(blocks - 1, 0.998) * free_energy.errors->log_rate;
  CHECK(off < 0.7);
  CHECK(free_energy.best_rate().log_rate > harmonic - anharmonic - off);
  CHECK(free_energy.best_rate().log_rate < harmonic + crossed_again + anharmonic + off);
}

TEST_CASE("the rate of one hop over its free energy along the displacement is that of harmonic theory") {
  constexpr double cooler = 500;  // at 700 K one of the eleven other atoms would hop, by its rate, in half of such runs
  const double harmonic = harmonic_log_rate(cooler) - std::log(12.0);
  const SampledBarrier along = over_one_hop(cooler);
  CAPTURE(harmonic, along.best_rate().log_rate, along.errors->log_rate, along.rate.log_rate, along.barrier.top, along.barrier.well, along.barrier.height);
  const double off = student_two_sided(blocks - 1, 0.998) * along.errors->log_rate;
  CHECK(along.barrier.closed);
  CHECK(off < 1.1);
  CHECK(along.best_rate().log_rate == Approx(harmonic).margin(off + anharmonic));
}
