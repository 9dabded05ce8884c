#include "samplers/cyclic_shear.hpp"

#include <catch2/catch.hpp>
#include <complex>

#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double fs = 1.0 / units::time_fs;

/// A hundredth of a Lennard-Jones crystal's melting point, so that it is elastic.
ShearStart cold_crystal() {
  const auto law = potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  const Configuration c = fcc(4.1, 3, elements_named({"Cu"}));
  return {law, {c, Surface(law, c).evaluate(c.positions).energy, 0, 1}, {"prepare", 1}, "shear-0001"};
}

CyclicShear short_run() {
  CyclicShear o;
  o.temperature = 10;
  o.timestep = 2 * fs;
  o.equilibration = 0;
  o.steps_per_cycle = 1000;
  o.sample_every = 5;
  o.cycles = 4;
  o.record_every = 50;
  return o;
}

Events run_of(const ShearStart& start, const CyclicShear& options) {
  CyclicShearRun run(start, options);
  while (!run.ended()) run.step();
  return run.events();
}

std::vector<ShearCycled> cycles_of(const Events& events) {
  std::vector<ShearCycled> cycles;
  for (const Event& event : events)
    if (const auto* cycle = std::get_if<ShearCycled>(&event)) cycles.push_back(*cycle);
  return cycles;
}

/// Complex modulus of the system at the drive, eV/Angstrom^3, over all cycles.
std::complex<double> modulus(const Events& events) {
  const auto& begun = std::get<ShearBegun>(events.front());
  std::complex<double> z = 0;
  const auto cycles = cycles_of(events);
  for (const ShearCycled& c : cycles) z += std::complex<double>(c.real.col(1).sum(), c.imaginary.col(1).sum()) / static_cast<double>(cycles.size());
  return z / std::complex<double>(0, -begun.amplitude) / begun.configuration.cell.volume();
}

double static_modulus(const ShearStart& start) {
  const auto stress_at = [&](double gamma) {
    Configuration c = start.basin.configuration;
    Matrix3d lattice = c.cell.lattice();
    lattice.row(0) += gamma * lattice.row(1);
    c.cell = c.cell.with_lattice(lattice);
    c.positions.row(0) += gamma * c.positions.row(1);
    return -Surface(start.potential, c).evaluate(c.positions, {.virial = true}).virial(0, 1) / c.cell.volume();
  };
  return (stress_at(1e-4) - stress_at(-1e-4)) / 2e-4;
}

}  // namespace

TEST_CASE("a cold crystal answers a shear with its static modulus, in phase, and so does each of its atoms") {
  const ShearStart start = cold_crystal();
  CyclicShear options = short_run();
  options.temperature = 0.01;
  const Events events = run_of(start, options);
  const std::complex<double> g = modulus(events);
  CHECK(g.real() == Approx(static_modulus(start)).epsilon(0.01));
  CHECK(std::abs(std::arg(g)) < 0.01);
  const ShearCycled last = cycles_of(events).back();
  for (Eigen::Index i = 0; i < last.real.rows(); ++i) CHECK(std::abs(std::arg(std::complex<double>(last.real(i, 1), last.imaginary(i, 1)) / std::complex<double>(0, -1))) < 0.1);
}

TEST_CASE("amplitudes of atoms sum to that of the system's own stress, and its work is the loss that they tell") {
  const Glass& glass = glass_of_500();
  CyclicShear options = short_run();
  options.temperature = 300;
  options.steps_per_cycle = 500;
  options.sample_every = options.record_every = 1;
  options.amplitude = 0.02;
  options.cycles = 2;
  options.followed = {3};
  const Events events = run_of({glass.potential, {glass.basin, glass.energy, 0, 1}, {"prepare", 1}, "shear-0001"}, options);
  const auto& begun = std::get<ShearBegun>(events.front());
  const auto& trace = std::get<TraceRecorded>(events.back());
  const double volume = begun.configuration.cell.volume();
  REQUIRE(trace.rows.rows() == 1000);
  std::complex<double> of_system = 0, of_atom = 0;
  for (Eigen::Index n = 0; n < 1000; ++n) {
    const std::complex<double> turned = std::polar(2.0 / 1000.0, -2.0 * std::numbers::pi * static_cast<double>(n + 1) / 500.0);
    of_system += trace.rows(n, 2) / units::stress_GPa * volume * turned;
    of_atom += trace.rows(n, 6) * turned;
  }
  const auto cycles = cycles_of(events);
  REQUIRE(cycles.size() == 2);
  std::complex<double> sum = 0, third = 0;
  double work = 0;
  for (const ShearCycled& c : cycles) {
    sum += 0.5 * std::complex<double>(c.real.col(1).sum(), c.imaginary.col(1).sum());
    third += 0.5 * std::complex<double>(c.real(3, 1), c.imaginary(3, 1));
    work += c.work;
  }
  CHECK(std::abs(sum - of_system) < 1e-9 * std::abs(of_system));
  CHECK(std::abs(third - of_atom) < 1e-9 * std::abs(of_atom));
  // pi G'' gamma^2 V of each cycle
  const double loss = (sum / std::complex<double>(0, -1)).imag() * std::numbers::pi * begun.amplitude * 2.0;
  CHECK(work == Approx(loss).epsilon(0.02));
}

TEST_CASE("the equilibration gives the mean cell at the pressure, and a run without a barostat keeps the start's") {
  const ShearStart start = cold_crystal();
  CyclicShear options = short_run();
  options.cycles = 1;
  const auto begun_of = [&] { return std::get<ShearBegun>(run_of(start, options).front()); };
  CHECK(begun_of().configuration.cell.lattice() == start.basin.configuration.cell.lattice());
  options.equilibration = 2000;
  options.temperature = 50;
  const auto events = run_of(start, options);
  const double kelvin = cycles_of(events).front().temperature;
  CHECK(kelvin == Approx(50).epsilon(0.2));
  CHECK(std::get<ShearBegun>(events.front()).configuration.cell.volume() != start.basin.configuration.cell.volume());
  CHECK(std::abs(cycles_of(events).front().pressure * units::stress_GPa) < 0.1);
}

TEST_CASE("a cyclic shear continues from its checkpoint bit for bit, wherever it stopped") {
  const ShearStart start = cold_crystal();
  CyclicShear options = short_run();
  options.temperature = 200;
  options.equilibration = 100;
  options.steps_per_cycle = 100;
  options.cycles = 3;
  options.followed = {0, 7};
  for (const Ensemble thermostat : {Ensemble::nvt, Ensemble::langevin}) {
    options.thermostat = thermostat;
    const Events whole = run_of(start, options);
    for (const int stop : {40, 100, 137, 310}) {
      CyclicShearRun first(start, options);
      for (int k = 0; k < stop; ++k) first.step();
      const Restart saved = first.checkpoint();
      CyclicShearRun second(start, options, &saved);
      while (!second.ended()) second.step();
      const Events resumed = second.events();
      REQUIRE(resumed.size() == whole.size());
      CHECK(std::get<ShearBegun>(resumed.front()).stress == std::get<ShearBegun>(whole.front()).stress);
      CHECK(std::get<TraceRecorded>(resumed.back()).rows == std::get<TraceRecorded>(whole.back()).rows);
      const auto a = cycles_of(whole), b = cycles_of(resumed);
      for (std::size_t k = 0; k < a.size(); ++k) {
        CHECK(a[k].real == b[k].real);
        CHECK(a[k].imaginary == b[k].imaginary);
        CHECK(a[k].positions == b[k].positions);
        CHECK(a[k].work == b[k].work);
        CHECK(a[k].cycle == b[k].cycle);
      }
    }
  }
}

TEST_CASE("samples, rows and blocks of a cyclic shear that do not fit are refused") {
  const ShearStart start = cold_crystal();
  CyclicShear options = short_run();
  options.sample_every = 3;
  CHECK_THROWS_WITH(CyclicShearRun(start, options), Catch::Contains("a cycle"));
  options = short_run();
  options.record_every = 7;
  CHECK_THROWS_WITH(CyclicShearRun(start, options), Catch::Contains("a row of the trace"));
  options = short_run();
  options.block = 1;
  CHECK_THROWS_WITH(CyclicShearRun(start, options), Catch::Contains("2 or more"));
}
