#include <catch2/catch.hpp>

#include <unistd.h>

#include <boost/math/distributions/normal.hpp>
#include <filesystem>

#include "md/dynamics.hpp"
#include "md/minimise.hpp"
#include "md/restart.hpp"
#include "md/support/text.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;
using units::boltzmann;

namespace {

constexpr double fs = 1.0 / units::time_fs;

const std::shared_ptr<const Potential>& soft() {
  static const auto law = potential("lj:epsilon=0.1,sigma=2.5,cutoff=6.25,truncation=smoothed");
  return law;
}

/// Argon-like liquid or crystal of 108 atoms with the mass of copper.
Configuration start(double lattice = 4.1) { return fcc(lattice, 3, elements_named({"Cu"})); }

struct Moments {
  double mean = 0, variance = 0, error = 0;  // error of the mean from blocks
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size() - 1);
  constexpr std::size_t blocks = 20;
  const std::size_t length = values.size() / blocks;
  double spread = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    double mean = 0;
    for (std::size_t k = 0; k < length; ++k) mean += values[b * length + k] / static_cast<double>(length);
    spread += (mean - m.mean) * (mean - m.mean);
  }
  m.error = std::sqrt(spread / (blocks * (blocks - 1)));
  return m;
}

double energy_deviation(double timestep) {
  Configuration c = start();
  Surface surface(soft(), c);
  Dynamics run(surface, c, {.ensemble = Ensemble::nve, .timestep = timestep, .temperature = 300, .seed = 4});
  for (double t = 0; t < 100 * fs; t += timestep) run.step();
  double sum = 0;
  int count = 0;
  double reference = run.conserved(), squares = 0;
  for (double t = 0; t < 400 * fs; t += timestep, ++count) {
    run.step();
    sum += run.conserved() - reference;
    squares += std::pow(run.conserved() - reference, 2);
  }
  return std::sqrt(squares / count - std::pow(sum / count, 2));
}

DynamicsState after(const DynamicsState* from, const Dynamics::Options& options, int steps, int threads = 1) {
  Configuration c = from != nullptr ? from->configuration : start();
  Surface surface(soft(), c, {.threads = threads});
  Dynamics run = from != nullptr ? Dynamics(surface, *from, options) : Dynamics(surface, c, options);
  for (int k = 0; k < steps; ++k) run.step();
  return run.state();
}

}  // namespace

TEST_CASE("energy is conserved to second order in the time step") {
  const double coarse = energy_deviation(4 * fs), fine = energy_deviation(2 * fs), finest = energy_deviation(1 * fs);
  CHECK(coarse / fine == Approx(4.0).epsilon(0.25));
  CHECK(fine / finest == Approx(4.0).epsilon(0.25));
}

TEST_CASE("the energy of an alloy does not drift in a microcanonical run") {
  const auto alloy = potential("eam-fs:CuZr_mm.eam.fs");
  Configuration c = sample(alloy);
  Surface surface(alloy, c);
  c.positions = minimise(surface, c.positions, {.fmax = 1e-3}).positions;
  Dynamics run(surface, c, {.ensemble = Ensemble::nve, .timestep = 1 * fs, .temperature = 300, .seed = 9});
  const double before = run.conserved();
  for (int k = 0; k < 5000; ++k) run.step();
  // bound: 1e-3 kT per degree of freedom over 5 ps; measured 2e-5
  CHECK(std::abs(run.conserved() - before) / run.degrees_of_freedom() < 1e-3 * boltzmann * 300);
}

TEST_CASE("every ensemble conserves its extended energy") {
  for (const Ensemble ensemble : {Ensemble::nvt, Ensemble::langevin, Ensemble::npt, Ensemble::npt_axes})
    DYNAMIC_SECTION(to_string(ensemble)) {
      std::vector<double> spread;
      for (const double timestep : {4 * fs, 2 * fs}) {
        Configuration c = start();
        Surface surface(soft(), c);
        Dynamics run(surface, c, {.ensemble = ensemble, .timestep = timestep, .temperature = 300, .damping = 50 * fs, .pressure_damping = 300 * fs, .seed = 5});
        std::vector<double> values;
        for (double t = 0; t < 1000 * fs; t += timestep) {
          run.step();
          values.push_back(run.conserved());
        }
        spread.push_back(std::sqrt(moments(values).variance));
      }
      CHECK(spread[0] < 0.05);  // eV; the kinetic energy of 4.2 eV fluctuates by 0.5 eV
      CHECK(spread[1] < 0.5 * spread[0]);
    }
}

TEST_CASE("thermostats give the canonical distribution of the kinetic energy, and equipartition") {
  for (const Ensemble ensemble : {Ensemble::nvt, Ensemble::langevin, Ensemble::npt})
    DYNAMIC_SECTION(to_string(ensemble)) {
      Configuration c = fcc(4.3, 2, {{"light", 20}, {"heavy", 80}}, 3);
      Surface surface(soft(), c);
      Dynamics run(surface, c, {.ensemble = ensemble, .timestep = 4 * fs, .temperature = 400, .damping = 60 * fs, .pressure_damping = 500 * fs, .seed = 6});
      std::vector<double> kinetic, light;
      const Eigen::VectorXd masses = c.species->masses();
      for (int k = 0; k < 40000; ++k) {
        run.step();
        if (k < 2000 || k % 5 != 0) continue;
        kinetic.push_back(run.kinetic_energy());
        double sum = 0;
        int atoms = 0;
        for (Eigen::Index i = 0; i < c.atoms(); ++i)
          if (masses[i] == 20) {
            sum += run.state().configuration.momenta.col(i).squaredNorm() / (2 * masses[i]);
            ++atoms;
          }
        light.push_back(sum / (1.5 * boltzmann * atoms));
      }
      const double degrees = run.degrees_of_freedom();
      const Moments m = moments(kinetic);
      CHECK(m.mean == Approx(0.5 * degrees * boltzmann * 400).margin(4 * m.error));
      // canonical: variance of the kinetic energy = degrees (kT)^2 / 2
      CHECK(m.variance == Approx(0.5 * degrees * std::pow(boltzmann * 400, 2)).epsilon(0.12));
      // total momentum conserved takes 3 of 96 degrees from all atoms: below 1.5 % for the light ones
      CHECK(moments(light).mean == Approx(400).epsilon(0.025));
    }
}

TEST_CASE("the barostat gives the volume fluctuation that belongs to the compressibility") {
  // var(V) = kT V kappa_T: compare with -dV/dp at constant temperature from runs at two pressures
  const auto volumes = [](double pressure, Ensemble ensemble) {
    Configuration c = start(4.05);
    Surface surface(soft(), c);
    Dynamics run(surface, c, {.ensemble = ensemble, .timestep = 4 * fs, .temperature = 200, .damping = 60 * fs, .pressure = pressure, .pressure_damping = 400 * fs, .seed = 8});
    std::vector<double> values;
    for (int k = 0; k < 30000; ++k) {
      run.step();
      if (k > 2000) values.push_back(run.state().configuration.cell.volume());
    }
    return moments(values);
  };
  const double dp = 0.2 / units::stress_GPa;
  for (const Ensemble ensemble : {Ensemble::npt, Ensemble::npt_axes})
    DYNAMIC_SECTION(to_string(ensemble)) {
      const Moments low = volumes(-dp, ensemble), middle = volumes(0.0, ensemble), high = volumes(dp, ensemble);
      const double compressed = (low.mean - high.mean) / (2 * dp);
      CHECK(middle.variance == Approx(boltzmann * 200 * compressed).epsilon(0.2));
    }
}

TEST_CASE("a barostat keeps the mean pressure at its target") {
  Configuration c = start(4.05);
  Surface surface(soft(), c);
  const double target = 0.5 / units::stress_GPa;
  Dynamics run(surface, c, {.ensemble = Ensemble::npt, .timestep = 4 * fs, .temperature = 200, .damping = 60 * fs, .pressure = target, .pressure_damping = 300 * fs, .seed = 2});
  std::vector<double> values;
  for (int k = 0; k < 12000; ++k) {
    run.step();
    if (k > 2000) values.push_back(run.pressure());
  }
  const Moments m = moments(values);
  CHECK(m.mean == Approx(target).margin(4 * m.error));
}

TEST_CASE("a ramp reaches its last temperature") {
  Configuration c = start();
  Surface surface(soft(), c);
  Dynamics run(surface, c, {.ensemble = Ensemble::nvt, .timestep = 4 * fs, .temperature = 300, .ramp = -200.0 / (2000 * fs), .damping = 50 * fs, .seed = 2});
  for (int k = 0; k < 500; ++k) run.step();
  CHECK(run.target() == Approx(100));
  double mean = 0;
  for (int k = 0; k < 50; ++k) {
    run.step();
    mean += run.temperature() / 50;
  }
  CHECK(mean == Approx(90).margin(40));
}

TEST_CASE("a run continued from its restart file equals an uninterrupted one bit for bit") {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("glasscape-{}.restart", ::getpid())).string();
  for (const Ensemble ensemble : all_ensembles)
    DYNAMIC_SECTION(to_string(ensemble)) {
      const Dynamics::Options options{.ensemble = ensemble, .timestep = 4 * fs, .temperature = 800, .damping = 50 * fs, .pressure_damping = 300 * fs, .seed = 3};
      const DynamicsState whole = after(nullptr, options, 137 + 160);
      const DynamicsState half = after(nullptr, options, 137);
      const DynamicsState other = after(nullptr, options, 5);
      write_restart(path, {{half, other}, {{"row", {1.0, 1e-300}}}});
      const Restart read = read_restart(path);
      CHECK(read.notes.at("row") == std::vector<double>{1.0, 1e-300});
      REQUIRE(read.states.size() == 2);
      CHECK(read.states[1].configuration.positions == other.configuration.positions);
      CHECK(read.states[1].step == 5);
      const DynamicsState continued = after(&read.states[0], options, 160, 3);
      CHECK(continued.configuration.positions == whole.configuration.positions);
      CHECK(continued.configuration.momenta == whole.configuration.momenta);
      CHECK(continued.configuration.cell.lattice() == whole.configuration.cell.lattice());
      CHECK(continued.particles.position == whole.particles.position);
      CHECK(continued.heat == whole.heat);
      CHECK(continued.step == whole.step);
    }
  std::filesystem::remove(path);
}

TEST_CASE("a damaged restart file is refused") {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("glasscape-{}-bad.restart", ::getpid())).string();
  write_restart(path, {{after(nullptr, {.ensemble = Ensemble::nvt, .seed = 1}, 2)}, {}});
  std::string text = read_text_file(path, "restart");
  text[text.size() / 2] = text[text.size() / 2] == '1' ? '2' : '1';
  write_text_file(path, text);
  CHECK_THROWS_WITH(read_restart(path), Catch::Contains("damaged"));
  write_text_file(path, "something else\n");
  CHECK_THROWS_WITH(read_restart(path), Catch::Contains("not a restart file"));
  std::filesystem::remove(path);
}

TEST_CASE("checkpoints are written in turn: the newest sound one counts, and without one the run begins anew") {
  const test::Folder folder;
  const std::string stem = folder.file("task");
  const auto state = [](int steps) { return Restart{{after(nullptr, {.ensemble = Ensemble::nvt, .seed = 1}, steps)}, {{"row", {1.0 * steps}}}}; };
  CHECK_FALSE(Checkpoints(stem).load());
  {
    Checkpoints checkpoints(stem);
    for (int steps = 1; steps <= 3; ++steps) checkpoints.save(state(steps));
  }
  Checkpoints again(stem);
  const std::optional<Restart> third = again.load();
  REQUIRE(third);
  CHECK(third->states.front().step == 3);
  CHECK(third->notes == std::map<std::string, std::vector<double>, std::less<>>{{"row", {3.0}}});
  again.save(state(4));  // takes the place of the second
  CHECK(Checkpoints(stem).load()->states.front().step == 4);
  const auto damage = [&](const std::string& file) {
    std::string text = read_text_file(file, "checkpoint");
    text[text.size() / 2] ^= 1;
    write_text_file(file, text);
  };
  damage(stem + ".B");
  CHECK(Checkpoints(stem).load()->states.front().step == 3);
  damage(stem + ".A");
  CHECK_FALSE(Checkpoints(stem).load());
  Checkpoints("").save(state(1));
  CHECK_FALSE(Checkpoints("").load());
}

TEST_CASE("dynamics whose atoms fly out of all bounds says so instead of going on") {
  Configuration c = start();
  Surface surface(soft(), c);
  for (const Ensemble ensemble : {Ensemble::nve, Ensemble::npt}) {
    Dynamics run(surface, c, {.ensemble = ensemble, .timestep = 1e12 * fs});
    CHECK_THROWS_AS([&] { for (int k = 0; k < 10; ++k) run.step(); }(), Error);
  }
}
