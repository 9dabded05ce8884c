// Metadynamics of landscapes whose free energy, rate and activation entropy are known exactly.
// Margins: a mean of 20 blocks has Student's law, so what 3 runs in 10 000 exceed, 4.4 standard errors, is within the error;
// beside it stands how large the error may be, 0.09 kT, so that a factor of 1.5 in a rate, 0.4 kT, is never within it.
#include <Eigen/Cholesky>
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <numbers>

#include "analysis/activation_entropy.hpp"
#include "analysis/distributions.hpp"
#include "analysis/escape_times.hpp"
#include "analysis/sampled_barrier.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/potentials/plane_surfaces.hpp"
#include "samplers/metadynamics.hpp"
#include "samplers/variables/coordinate.hpp"
#include "samplers/variables/rmsd.hpp"
#include "tests/free_energy/sampling.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr std::uint64_t seed = 1;
constexpr int blocks = 20;
constexpr double largest_error = 0.09;                // kT
constexpr double largest_rate_error = 0.12;           // of ln(rate)
constexpr double per_second = 1e12 / units::time_ps;  // of an internal unit of 1/time
constexpr double planck = 4.135667696e-15;            // eV s
const double mass = standard_mass("Cu");

/// How many of its standard errors, from blocks, a mean may be off.
double allowed() { return student_two_sided(blocks - 1, 0.9997); }
double errors_off(double value, double exact, double error) { return (value - exact) / error; }

/// U(x) of all positions, in no cell.
class Law final : public Potential {
 public:
  using Energy = std::function<double(const Positions& x, Positions& forces)>;
  explicit Law(Energy energy) : energy_(std::move(energy)) {}
  double cutoff() const override { return 0; }
  std::vector<int> kinds(const std::vector<Element>& elements) const override { return std::vector<int>(elements.size(), 0); }
  void add(const Atoms& atoms, Want, Evaluation& out) const override { out.energy += energy_(atoms.x, out.forces); }
  bool translation_invariant() const override { return false; }
  std::string provenance() const override { return "a law of a test"; }

 private:
  Energy energy_;
};

/// u . x of the first atom.
class Along final : public CollectiveVariable {
 public:
  Along(AtomGroup group, Vector3d u) : CollectiveVariable(std::move(group)), u_(std::move(u)) {}
  At at(const Positions& x, const Cell&) const override { return {u_.dot(x.col(0)), u_}; }
  std::string describe() const override { return "along a direction"; }

 private:
  Vector3d u_;
};

using Bind = std::function<std::shared_ptr<const CollectiveVariable>(const Configuration&)>;

Bind coordinate(int axis) {
  return [=](const Configuration& c) { return Coordinate({axis}).bind({c, {0}}); };
}

SamplingStart start_at(const std::shared_ptr<const Potential>& law, const Positions& x, Bind bind, std::uint64_t stream = 0) {
  const Configuration c{std::make_shared<Species>(Species{elements_named({"Cu"}), std::vector<int>(static_cast<std::size_t>(x.cols()), 0)}), Cell(), x, {}};
  SamplingStart start;
  start.potential = law;
  start.basin = {c, Surface(law, c).evaluate(x).energy, 0, 1};
  start.of = {"start", 0};
  start.task = "sampling";
  start.bind = std::move(bind);
  start.same.fixed_frame = true;
  start.seed = seed;
  start.stream = stream;
  return start;
}

Metadynamics options_at(double temperature) {
  Metadynamics options;
  options.temperature = temperature;
  options.timestep = 6 / units::time_fs;
  options.damping = 200 / units::time_fs;
  options.equilibration = 100;
  options.stride = 200;
  options.record_every = 10;
  options.quench_every = 1'000'000'000;  // where the walker is does not matter here
  options.until_escape = false;
  return options;
}

BiasedSampling sampling_of(SamplingStart start, const Metadynamics& options) { return test::sampling_of(events_of(std::move(start), options)); }

/// Root mean square of a profile less the exact one where that is below `highest`, their mean difference taken off.
double distance_of(const FreeEnergyProfile& profile, const FreeEnergyProfile& exact, double highest) {
  double sum = 0, squares = 0, count = 0;
  for (std::size_t k = 0; k < exact.energy.size(); ++k) {
    if (exact.energy[k] > highest) continue;
    const double off = profile.energy[k] - exact.energy[k];
    sum += off;
    squares += off * off;
    ++count;
  }
  return std::sqrt(squares / count - std::pow(sum / count, 2));
}

/// ln of the rate over the barrier of a profile of a coordinate, 1/s.
double log_rate(const FreeEnergyProfile& profile, double temperature, const SampledRange& range) {
  const auto barrier = barrier_of(profile, temperature, range.inside, range.outside);
  if (!barrier) throw Error("no barrier");
  return rate_over(*barrier, temperature, 1 / mass, 1 / mass, 0).log_rate;
}

/// The rate by each of the three free energies; that by the bias at its end is the roughest.
void check_rates(const SampledBarrier& found, double temperature, const SampledRange& range, double exact) {
  const double kT = thermal_energy(temperature);
  CHECK(found.errors->log_rate < largest_rate_error);
  CHECK(found.reweighted_rate->log_rate - exact == Approx(0).margin(allowed() * found.errors->log_rate));
  CHECK(log_rate(found.averaged, temperature, range) - exact == Approx(0).margin(0.35));
  CHECK(found.rate.log_rate - exact == Approx(0).margin(0.5));
  CHECK((found.rate.free_energy + kT * (found.rate.log_rate - std::log(kT / planck))) / kT == Approx(0).margin(1e-6));
}

// ---- the surface of Mueller and Brown ----

/// -kT ln of the integral of exp(-V/kT) over the line on which u . (x, y) has the value of a point of the grid.
FreeEnergyProfile exact_over_plane(const PlaneSurface& law, const Eigen::Vector2d& u, const ProfileGrid& grid, double temperature) {
  constexpr double reach = 3, step = 0.01;
  const double kT = thermal_energy(temperature);
  const Eigen::Vector2d across(-u[1], u[0]);
  FreeEnergyProfile exact{grid, {}};
  for (std::size_t k = 0; k < grid.points; ++k) {
    double sum = 0;
    for (double q = -reach; q < reach; q += step) {
      const Eigen::Vector2d at = grid.at(k) * u + q * across;
      sum += std::exp(-law.at(at[0], at[1]).value / kT);
    }
    exact.energy.push_back(-kT * std::log(sum));
  }
  const double least = *std::min_element(exact.energy.begin(), exact.energy.end());
  for (double& energy : exact.energy) energy -= least;
  return exact;
}

/// A profile between its points.
double value_at(const FreeEnergyProfile& profile, double s) {
  const ProfileGrid& grid = profile.grid;
  const double place = (s - grid.lower) / (grid.upper - grid.lower) * static_cast<double>(grid.points - 1), part = place - std::floor(place);
  const auto k = static_cast<std::size_t>(place);
  return (1 - part) * profile.energy.at(k) + part * profile.energy.at(k + 1);
}

}  // namespace

TEST_CASE("free energies and rates on the surface of Mueller and Brown are the exact ones, along x - y and along y") {
  constexpr double T = 300;
  const double kT = thermal_energy(T), half = std::numbers::sqrt2 / 2;
  const auto law = std::make_shared<MuellerBrown>(MuellerBrown::Options{0.002});
  struct Case {
    Vector3d u, start;
    Bind bind;
    double inside, outside;
    ProfileGrid grid;
    double height;  // of the exact barrier, kT
  };
  const Bind oblique = [=](const Configuration& c) { return std::make_shared<Along>(AtomGroup(c, {0}), Vector3d(half, -half, 0)); };
  for (const Case& c : {Case{{half, -half, 0}, {-0.558, 1.442, 0}, oblique, -1.41, -0.4, {-1.8, 0.9, 136}, 8.2},
                        Case{{0, 1, 0}, {0.623, 0.028, 0}, coordinate(1), 0.03, 1.4, {-0.5, 2.0, 126}, 3.6}}) DYNAMIC_SECTION("along " << c.u.transpose()) {
      Metadynamics options = options_at(T);
      options.timestep = 8 / units::time_fs;
      options.steps = 5'000'000;
      options.stride = 400;
      const BiasedSampling sampling = sampling_of(start_at(law, c.start, c.bind), options);
      const SampledRange range{.inside = c.inside, .outside = c.outside, .settled = sampling.times.back() / 3, .blocks = blocks};
      const FreeEnergyProfile exact = exact_over_plane(*law, c.u.head<2>(), c.grid, T);
      const auto barrier = barrier_of(exact, T, c.inside, c.outside);
      REQUIRE(barrier);
      CHECK(barrier->height / kT == Approx(c.height).margin(0.1));
      const double highest = value_at(exact, barrier->top) + kT;
      CHECK(distance_of(profile_by_reweighting(sampling, c.grid, range.settled), exact, highest) / kT < 0.1);
      CHECK(distance_of(profile_of_averaged_bias(sampling, c.grid, range.settled), exact, highest) / kT < 0.1);
      CHECK(distance_of(profile_of_bias(sampling, c.grid), exact, highest) / kT < 0.2);
      const auto found = barrier_of(sampling, range, 0);
      REQUIRE((found && found->errors));
      CHECK(found->errors->height / kT < largest_error);
      const double height = value_at(exact, found->barrier.top) - value_at(exact, found->barrier.well);
      CHECK(errors_off(*found->reweighted_height, height, found->errors->height) == Approx(0).margin(allowed()));
      check_rates(*found, T, range, log_rate(exact, T, range));
    }
}

// ---- wells that soften on the way out ----

namespace {

constexpr double V0 = 0.35, k_well = 5, k_top = 2;  // eV, eV/A^2
constexpr int toy_atoms = 4, bath = 3 * toy_atoms - 1;

/// 1 at the top between wells at -1 and 1, 0 from them on; its slope is continuous.
double openness(double x) { return std::abs(x) < 1 ? std::pow(1 - x * x, 2) : 0; }
double openness_slope(double x) { return std::abs(x) < 1 ? -4 * x * (1 - x * x) : 0; }
double stiffness(double x) { return k_well * std::pow(k_top / k_well, openness(x)); }
double V(double x) { return V0 * std::pow(1 - x * x, 2); }

/// Places on a tetrahedron; x of the first atom is that of the double well.
Positions tetrahedron(double edge) {
  Positions x(3, 4);
  x << 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1;
  return x * edge / std::numbers::sqrt2;
}

/// V(x) + k(x)/2 times the sum of squares of all other coordinates about their places: F(x) = V(x) + (bath/2) kT ln k(x).
std::shared_ptr<const Potential> softening_wells() {
  return std::make_shared<Law>([places = tetrahedron(3)](const Positions& at, Positions& forces) {
    const double x = at(0, 0), k = stiffness(x);
    Positions d = at - places;
    d(0, 0) = 0;
    forces -= k * d;
    forces(0, 0) += 4 * V0 * x * (1 - x * x) - 0.5 * d.squaredNorm() * k * std::log(k_top / k_well) * openness_slope(x);
    return V(x) + 0.5 * k * d.squaredNorm();
  });
}

double exact_free_energy(double x, double temperature) { return V(x) + 0.5 * bath * thermal_energy(temperature) * std::log(stiffness(x)); }

/// ln of the rate of transition state theory over x = 0, 1/s.
double exact_log_rate(double temperature) {
  const double kT = thermal_energy(temperature);
  double sum = 0;
  for (double x = -3; x < 0; x += 1e-4) sum += std::exp(-(exact_free_energy(x, temperature) - exact_free_energy(0, temperature)) / kT) * 1e-4;
  return std::log(std::sqrt(kT / (2 * std::numbers::pi * mass)) / sum * per_second);
}

}  // namespace

TEST_CASE("the entropy of wells that soften on the way out is the slope of their sampled barriers, and the rate is the exact one at every temperature") {
  const double entropy = 0.5 * bath * std::log(k_well / k_top);  // kB
  CHECK(entropy == Approx(5).margin(0.1));
  std::vector<BarrierAt> points;
  for (const double T : {300.0, 400.0, 500.0}) {
    Metadynamics options = options_at(T);
    options.steps = 2'400'000;
    options.stride = 300;
    Positions start = tetrahedron(3);
    start(0, 0) = -1;
    const BiasedSampling sampling = sampling_of(start_at(softening_wells(), start, coordinate(0)), options);
    const SampledRange range{.inside = -1, .outside = 0.8, .settled = sampling.times.back() / 3, .blocks = blocks};
    const auto found = barrier_of(sampling, range, 0);
    REQUIRE((found && found->errors));
    CHECK(found->errors->height / thermal_energy(T) < largest_error);
    const double exact = exact_free_energy(found->barrier.top, T) - exact_free_energy(found->barrier.well, T);
    CHECK(exact == Approx(V0 - entropy * thermal_energy(T)).margin(0.3 * thermal_energy(T)));  // the top is flat, its place rough
    CHECK(errors_off(*found->reweighted_height, exact, found->errors->height) == Approx(0).margin(allowed()));
    check_rates(*found, T, range, exact_log_rate(T));
    points.push_back({T, *found->reweighted_height, found->errors->height});
  }
  const ActivationLine line = fit_activation(points).line;
  const double entropy_error = std::sqrt(line.covariance(1, 1)), enthalpy_error = std::sqrt(line.covariance(0, 0));
  CHECK(entropy_error < 0.25);
  CHECK(errors_off(line.entropy.value, entropy, entropy_error) == Approx(0).margin(allowed()));
  CHECK(enthalpy_error < 0.01);
  CHECK(errors_off(line.enthalpy.value, V0, enthalpy_error) == Approx(0).margin(allowed()));
}

// ---- the shells of a root-mean-square displacement ----

namespace {

/// F = -kT p ln R + b R^2 + c by least squares over the points of a profile below `highest`; p and b.
Eigen::Vector2d shells_of(const FreeEnergyProfile& profile, double temperature, double highest) {
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Vector3d right = Vector3d::Zero();
  for (std::size_t k = 0; k < profile.energy.size(); ++k) {
    if (!(profile.energy[k] < highest)) continue;
    const double R = profile.grid.at(k);
    const Vector3d terms(-thermal_energy(temperature) * std::log(R), R * R, 1);
    normal += terms * terms.transpose();
    right += terms * profile.energy[k];
  }
  return normal.ldlt().solve(right).head<2>();
}

}  // namespace

TEST_CASE("the free energy of an RMSD in a harmonic basin is the energy less kT times the power of its shells times ln R, with and without rotation") {
  constexpr double T = 300, k = 10;
  const double kT = thermal_energy(T);
  const Positions places = tetrahedron(12);  // so large that a rotation is a displacement along a line
  const auto law = std::make_shared<Law>([=](const Positions& x, Positions& forces) {
    forces -= k * (x - places);
    return 0.5 * k * (x - places).squaredNorm();
  });
  const double bend = 0.5 * toy_atoms * k;
  for (const auto& [rotation, power] : {std::pair{false, 3 * toy_atoms - 4}, {true, 3 * toy_atoms - 7}}) DYNAMIC_SECTION("power " << power) {
      const Bind bind = [&, rotation = rotation](const Configuration& c) { return Rmsd({rotation}).bind({c, {0, 1, 2, 3}}); };
      Metadynamics options = options_at(T);
      options.timestep = 3 / units::time_fs;
      options.steps = 1'000'000;
      options.height = 0.005;
      options.width = 0.015;
      options.bias_temperature = 1200;  // the cusp at R = 0 wants gentle hills
      const SamplingStart start = start_at(law, places, bind);
      CHECK(start.bind(start.basin.configuration)->shell_power() == power);
      const BiasedSampling sampling = sampling_of(start, options);
      const auto [least, most] = std::minmax_element(sampling.inverse_masses.begin(), sampling.inverse_masses.end());
      CHECK((*most - *least) * toy_atoms * mass < 1e-9);
      CHECK(*most == Approx(1 / (toy_atoms * mass)));
      const double settled = sampling.times.back() / 3;
      const ProfileGrid grid{0.01, 0.3, 117};  // a bin as wide as a tenth of the peak would bend it by 1 %
      const Eigen::Vector2d whole = shells_of(profile_by_reweighting(sampling, grid, settled), T, 5 * kT);
      std::vector<double> powers, bends;
      for (const FreeEnergyProfile& block : blocks_by_reweighting(sampling, grid, settled, blocks)) {
        const Eigen::Vector2d found = shells_of(block, T, 5 * kT);
        powers.push_back(found[0]);
        bends.push_back(found[1]);
      }
      const double power_error = standard_deviation(powers) / std::sqrt(blocks), bend_error = standard_deviation(bends) / std::sqrt(blocks);
      CHECK(power_error < 0.15);
      CHECK(errors_off(whole[0], power, power_error) == Approx(0).margin(allowed()));
      CHECK(bend_error / bend < 0.02);
      CHECK(errors_off(whole[1], bend, bend_error) == Approx(0).margin(allowed()));
      const auto found = barrier_of(sampling, {.inside = 0.08, .outside = 0.12, .settled = settled, .blocks = blocks}, power);
      REQUIRE((found && found->errors));
      const double energy = bend * (std::pow(found->barrier.top, 2) - std::pow(found->barrier.well, 2));
      CHECK(found->errors->height / kT < largest_error);
      CHECK(errors_off(*found->reweighted_height, found->rate.geometric + energy, found->errors->height) == Approx(0).margin(allowed()));
    }
}

// ---- how long until an escape ----

namespace {

constexpr double hot = 300, barrier_height = 6 * units::boltzmann * hot;
constexpr double damping = 230 / units::time_fs;  // friction at which a fifth of what crosses the top comes back at once

struct Escapes {
  EscapeTimes times;      // that the samplings stand for
  double log_walked = 0;  // ln of the mean time that they took, ps
};

Metadynamics until_escape(std::int64_t stride, double hill, double width) {
  Metadynamics options = options_at(hot);
  options.timestep = 15 / units::time_fs;
  options.damping = damping;
  options.steps = 10'000'000;
  options.height = hill;
  options.width = width;
  options.stride = stride;
  options.record_every = options.steps;
  options.quench_every = 50;
  options.moved = 0.7;
  options.until_escape = true;
  return options;
}

/// In the left well.
SamplingStart left(std::uint64_t stream) {
  return start_at(std::make_shared<DoubleWell>(DoubleWell::Options{barrier_height, 1, 2}), Vector3d(-1, 0, 0), coordinate(0), stream);
}

/// Of independent samplings.
Escapes escapes(int samplings, const Metadynamics& options) {
  std::vector<BoostedTime> times;
  double walked = 0;
  for (int k = 0; k < samplings; ++k) {
    const Events events = events_of(left(stream_of(fmt::format("{} {}", options.stride, k))), options);
    const auto& escape = fact<EscapeSought>(events);
    times.push_back({escape.log_boosted_outside, escape.escaped == 1});
    walked += escape.outside / samplings;
  }
  Rng rng(seed, stream_of("escapes"));
  return {*escape_times(times, rng), std::log(walked)};
}

}  // namespace

TEST_CASE("the boosted time is the sum of exp(V/kT) over the steps until the escape is seen") {
  Metadynamics options = until_escape(100, 0.01, 0.15);
  options.record_every = 1;
  const Events events = events_of(left(1), options);
  const auto& escape = fact<EscapeSought>(events);
  REQUIRE(escape.escaped == 1);
  double inside = 0, outside = 0;
  const Eigen::MatrixXd& rows = fact<TraceRecorded>(events).rows;
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    const double boosted = std::exp(rows(row, 3) / thermal_energy(hot)) * options.timestep * units::time_ps;
    outside += boosted;
    if (rows(row, 0) < escape.inside + 1e-9) inside += boosted;
  }
  CHECK(rows(rows.rows() - 1, 0) == Approx(escape.outside));
  CHECK(escape.log_boosted_inside == Approx(std::log(inside)));
  CHECK(escape.log_boosted_outside == Approx(std::log(outside)));
  CHECK(inside > escape.inside);
}

TEST_CASE("infrequent hills make escapes four times as frequent and their boosted times those without bias, and hills in haste are seen to do neither") {
  const double kT = thermal_energy(hot);
  constexpr int unbiased = 800, biased = 500;
  const Escapes free = escapes(unbiased, until_escape(1'000'000'000, 1e-12, 0.15));
  const Escapes boosted = escapes(biased, until_escape(300, 0.01, 0.15));
  const Escapes hasty = escapes(100, until_escape(5, 0.02, 0.3));
  for (const Escapes* all : {&free, &boosted, &hasty}) REQUIRE(all->times.escaped == all->times.ended);
  double sum = 0;
  for (double x = -3; x < 0; x += 1e-4) sum += std::exp(-barrier_height * x * x * (x * x - 2) / kT) * 1e-4;
  const double log_tst = -std::log(std::sqrt(kT / (2 * std::numbers::pi * mass)) / sum / units::time_ps);
  // what recrosses a parabolic top: Kramers, Physica 7, 284 (1940)
  const double rubbed = 1 / (2 * damping * std::sqrt(4 * barrier_height / mass));
  const double log_kappa = std::log(std::sqrt(1 + rubbed * rubbed) - rubbed);
  constexpr double several = 3.3;  // standard errors that 1 run in 1000 is off
  constexpr double law = 0.05;     // how far Kramers' law, and that of boosts, may be off behind 6 kT, of which hills leave 4
  CHECK(free.times.log_mean.value - free.log_walked == Approx(0).margin(1e-6));
  CHECK(std::exp(log_kappa) == Approx(0.8).margin(0.01));
  CHECK(free.times.log_mean.value - (log_tst - log_kappa) == Approx(0).margin(several / std::sqrt(unbiased) + law));
  CHECK(boosted.times.log_mean.value - boosted.log_walked > std::log(3));
  CHECK(boosted.times.log_mean.value - free.times.log_mean.value == Approx(0).margin(several * std::sqrt(1.0 / unbiased + 1.0 / biased) + law));
  CHECK(free.times.p_value->value > 0.001);
  CHECK(boosted.times.p_value->value > 0.001);
  CHECK(hasty.times.p_value->value < 0.001);
  CHECK(!hasty.times.doubts.empty());
  CHECK(hasty.times.log_mean.value - free.times.log_mean.value > 1);
}
