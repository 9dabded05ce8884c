// A solid whose modulus is known: at small amplitude in a Langevin bath of friction 1/t each normal mode is an oscillator that the shear
// drives, and so (Lemaitre and Maloney, J. Stat. Phys. 123, 415 (2006), with friction)
//   G(w) = G_affine - 1/V sum over modes of Xi^2 / (lambda - w^2 + i w / t),   Xi: force along the mode per strain of an affine shear.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "analysis/atomic_phases.hpp"
#include "md/minimise.hpp"
#include "samplers/cyclic_shear.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double fs = 1.0 / units::time_fs;

/// 32 atoms of two kinds without order, at a minimum.
struct Solid {
  std::shared_ptr<const Potential> law = potential("eam-fs:CuZr_mm.eam.fs");
  Configuration minimum;
  Solid() {
    Configuration c = fcc(4.1, 2, law->elements(), 3);
    c.positions += 0.4 * noise(c.atoms(), 2);
    Surface surface(law, c);
    minimum = surface.at(minimise(surface, c.positions, {.fmax = 1e-9, .max_calls = 20000}).positions);
  }
};

Configuration sheared(Configuration c, double gamma) {
  Matrix3d lattice = c.cell.lattice();
  lattice.row(0) += gamma * lattice.row(1);
  c.cell = c.cell.with_lattice(lattice);
  c.positions.row(0) += gamma * c.positions.row(1);
  return c;
}

class KnownModulus {
 public:
  explicit KnownModulus(const Solid& solid) : volume_(solid.minimum.cell.volume()) {
    const Configuration& c = solid.minimum;
    const Eigen::Index n = c.atoms();
    Eigen::VectorXd root(3 * n);  // of masses
    for (Eigen::Index i = 0; i < n; ++i) root.segment<3>(3 * i).setConstant(std::sqrt(c.species->of(i).mass));
    Surface surface(solid.law, c);
    constexpr double h = 1e-4, strain = 1e-5;
    Eigen::MatrixXd dynamical(3 * n, 3 * n);
    for (Eigen::Index k = 0; k < 3 * n; ++k) {
      Positions forward = c.positions, backward = c.positions;
      forward(k % 3, k / 3) += h;
      backward(k % 3, k / 3) -= h;
      dynamical.col(k) = (surface.evaluate(backward).forces - surface.evaluate(forward).forces).reshaped() / (2 * h);
    }
    dynamical = root.cwiseInverse().asDiagonal() * dynamical * root.cwiseInverse().asDiagonal();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(0.5 * (dynamical + dynamical.transpose()));
    const auto at = [&](double gamma) {
      const Configuration moved = sheared(c, gamma);
      return Surface(solid.law, moved).evaluate(moved.positions, {.virial = true});
    };
    const Evaluation plus = at(strain), minus = at(-strain);
    affine_ = -(plus.virial(0, 1) - minus.virial(0, 1)) / (2 * strain * volume_);
    const Eigen::VectorXd force = ((plus.forces - minus.forces).reshaped() / (2 * strain)).cwiseQuotient(root);
    lambda_ = modes.eigenvalues();
    xi_ = modes.eigenvectors().transpose() * force;
  }
  /// GPa.
  std::complex<double> at(double omega, double damping) const {
    std::complex<double> g = affine_;
    for (Eigen::Index k = 0; k < lambda_.size(); ++k)
      if (lambda_[k] > 1e-5) g -= xi_[k] * xi_[k] / volume_ / std::complex<double>(lambda_[k] - omega * omega, omega / damping);
    return g * units::stress_GPa;
  }

 private:
  double volume_, affine_;
  Eigen::VectorXd lambda_, xi_;
};

ShearTest shear(const Solid& solid, const CyclicShear& options, std::uint64_t seed = 1) {
  CyclicShearRun run({solid.law, {solid.minimum, 0, 0, 1}, {"prepare", 1}, "shear", seed}, options);
  while (!run.ended()) run.step();
  return *shear_test(run.events());
}

CyclicShear in_a_bath(std::int64_t steps_per_cycle, double timestep) {
  CyclicShear o;
  o.thermostat = Ensemble::langevin;
  o.timestep = timestep;
  o.damping = 100 * fs;
  o.equilibration = 0;
  o.steps_per_cycle = steps_per_cycle;
  o.sample_every = o.record_every = 1;
  return o;
}

}  // namespace

TEST_CASE("a solid in a Langevin bath has the storage and loss modulus that its normal modes give") {
  const Solid solid;
  const KnownModulus known(solid);
  for (const int period : {100, 200, 400, 1600}) {
    CyclicShear options = in_a_bath(period * 2, 0.5 * fs);
    options.temperature = 1e-9;
    options.amplitude = 1e-5;
    options.cycles = 4 + 7200 / period;
    const ShearTest test = shear(solid, options);
    const DynamicModulus found = dynamic_modulus(test, 6000 / period);
    const std::complex<double> expected = known.at(2.0 * std::numbers::pi / (period * fs), options.damping);
    INFO(period << " fs: expected " << expected);
    CHECK(found.storage.value == Approx(expected.real()).margin(0.003 * std::abs(expected)));
    CHECK(found.loss.value == Approx(expected.imag()).margin(0.003 * std::abs(expected)));
    CHECK(expected.imag() > 0.01 * std::abs(expected));
  }
}

TEST_CASE("at a temperature the known modulus is found within its intervals, and noise has the loss that the shear measures") {
  const Solid solid;
  const KnownModulus known(solid);
  CyclicShear options = in_a_bath(200, 2.0 * fs);
  options.temperature = 0.2;
  options.amplitude = 4e-4;
  options.cycles = 420;
  options.block = 20;
  const std::complex<double> expected = known.at(2.0 * std::numbers::pi / (400 * fs), options.damping);
  int storage = 0, loss = 0;
  double fluctuation = 0, interval = 0, noise = 0;
  constexpr int runs = 12;
  for (int k = 0; k < runs; ++k) {
    const ShearTest test = shear(solid, options, static_cast<std::uint64_t>(k + 1));
    const DynamicModulus found = dynamic_modulus(test, 20);
    const auto holds = [](const Estimate& e, double value) { return e.interval.low < value && value < e.interval.high; };
    storage += holds(found.storage, expected.real()) ? 1 : 0;
    loss += holds(found.loss, expected.imag()) ? 1 : 0;
    fluctuation += found.loss_by_fluctuation.value / runs;
    interval += (found.loss.interval.high - found.loss.interval.low) / (2 * 2.09 * runs);
    noise += found.noise / runs;
  }
  INFO("expected " << expected << ", by fluctuation " << fluctuation << ", standard error " << interval << " and by noise " << noise);
  CHECK(storage >= runs - 2);
  CHECK(loss >= runs - 2);
  CHECK(fluctuation == Approx(expected.imag()).epsilon(0.1));
  CHECK(noise == Approx(interval).epsilon(0.1));
}

TEST_CASE("white noise has flat phases, no persistence, and groups that only seem to dissipate") {
  const Solid solid;
  Rng rng(5, 1);
  ShearTest test{{{"prepare", 1}, solid.minimum, "xy", 0.01, 1.0, 300, "nvt", 0.1, 0.002, 50, 2, {0.5, 1, 1.5, 2, 3}, {}}, {}, {}};
  constexpr Eigen::Index atoms = 2000;
  constexpr std::int64_t per_cycle = 50, cycles = 30;
  LockIn lock_in(atoms, test.begun.multiples, per_cycle);
  for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
    for (std::int64_t k = 1; k <= per_cycle; ++k) {
      Eigen::VectorXd stress(atoms);
      for (double& s : stress) s = rng.normal();
      lock_in.add(cycle * per_cycle + k, stress);
    }
    const Eigen::MatrixXcd z = lock_in.amplitudes();
    test.cycles.push_back({{"shear", 0}, cycle, z.real(), z.imag(), {}, {}, {}, 300, 0, 0, 0});
    lock_in.clear();
  }
  const std::vector<ShearBlock> blocks = blocks_of(test);
  const AtomicPhases phases = atomic_phases({drive_of(blocks)}, 0.05, rng);
  for (const Estimate& density : phases.density) CHECK(density.value == Approx(1 / (2 * std::numbers::pi)).epsilon(0.1));
  CHECK(phases.central.value == Approx(0.5).margin(0.01));
  CHECK(phases.persistence->value < 3.0 / std::sqrt(2000.0 * 14.0));
  CHECK(phases.by_chance->value < 0.01);
  CHECK(std::abs(phases.kept->value) < 0.05);
  CHECK(phases.dissipating().loss_change.interval.high < 0);  // by construction
  CHECK(phases.groups.front().loss_change.interval.low > 0);
  const Estimate scatter = scatter_over_noise(drive_of(blocks), noise_of(blocks), rng);
  CHECK(scatter.value == Approx(1.0).margin(0.02));
  const SignalToNoise ratio = signal_to_noise(blocks);
  CHECK(quantile(sorted(ratio.of_block), 0.5) == Approx(std::sqrt(std::log(2.0))).margin(0.04));
}

TEST_CASE("atoms that dissipate for a while show beside the noise at the drive when they last half a period, and not when they last a fiftieth") {
  const Solid solid;
  constexpr Eigen::Index atoms = 3000;
  constexpr std::int64_t per_cycle = 100, cycles = 16;
  for (const auto& [life, least, most] : {std::tuple{0.02, 0.95, 1.05}, {0.5, 1.5, 2.6}}) {  // in periods
    Rng rng(9, static_cast<std::uint64_t>(100 * life));
    ShearTest test{{{"prepare", 1}, solid.minimum, "xy", 0.01, 1.0, 300, "nvt", 0.1, 0.002, per_cycle, 2, {0.5, 1, 1.5, 2, 3}, {}}, {}, {}};
    LockIn lock_in(atoms, test.begun.multiples, per_cycle);
    std::vector<char> on(atoms, 0);
    const double ends = 1.0 / (life * per_cycle), begins = ends / 9.0;  // per sample: on for a tenth of the time
    for (std::int64_t k = 1; k <= cycles * per_cycle; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(k) / per_cycle;
      Eigen::VectorXd stress(atoms);
      for (Eigen::Index i = 0; i < atoms; ++i) {
        char& state = on[static_cast<std::size_t>(i)];
        if (rng.uniform() < (state != 0 ? ends : begins)) state = state != 0 ? 0 : 1;
        stress[i] = std::sin(angle) + (state != 0 ? 4.0 * std::cos(angle) : 0.0) + 3.0 * rng.normal();
      }
      lock_in.add(k, stress);
      if (k % per_cycle != 0) continue;
      const Eigen::MatrixXcd z = lock_in.amplitudes();
      test.cycles.push_back({{"shear", 0}, k / per_cycle - 1, z.real(), z.imag(), {}, {}, {}, 300, 0, 0, 0});
      lock_in.clear();
    }
    const std::vector<ShearBlock> blocks = blocks_of(test);
    const Estimate scatter = scatter_over_noise(drive_of(blocks), noise_of(blocks), rng);
    INFO("they last " << life << " periods");
    CHECK(scatter.value > least);
    CHECK(scatter.value < most);
  }
}

TEST_CASE("the modulus of a glass does not depend on what keeps its temperature") {
  const Glass& glass = glass_of_500();
  CyclicShear options;
  options.timestep = 2 * fs;
  options.equilibration = 500;
  options.steps_per_cycle = 500;
  options.amplitude = 0.02;
  options.cycles = 24;
  options.damping = 500 * fs;
  std::vector<DynamicModulus> found;
  for (const Ensemble thermostat : {Ensemble::nvt, Ensemble::langevin}) {
    options.thermostat = thermostat;
    CyclicShearRun run({glass.potential, {glass.basin, glass.energy, 0, 1}, {"prepare", 1}, "shear"}, options);
    while (!run.ended()) run.step();
    found.push_back(dynamic_modulus(*shear_test(run.events()), 4));
    CHECK(found.back().temperature == Approx(300).epsilon(0.05));
  }
  const auto apart = [&](Estimate DynamicModulus::* of) {
    const auto half = [](const Estimate& e) { return 0.5 * (e.interval.high - e.interval.low); };
    return std::abs((found[0].*of).value - (found[1].*of).value) / std::hypot(half(found[0].*of), half(found[1].*of));
  };
  INFO("G' " << found[0].storage.value << " and " << found[1].storage.value << ", G'' " << found[0].loss.value << " and " << found[1].loss.value << " GPa");
  CHECK(apart(&DynamicModulus::storage) < 1.5);
  CHECK(apart(&DynamicModulus::loss) < 1.5);
  CHECK(found[0].storage.interval.high - found[0].storage.interval.low < 0.25 * found[0].storage.value);
}
