#include "samplers/lock_in.hpp"

#include <catch2/catch.hpp>
#include <complex>
#include <numbers>

#include "md/support/error.hpp"
#include "md/support/random.hpp"

using namespace glasscape;

namespace {

constexpr std::int64_t period = 200;  // samples
constexpr double turn = 2.0 * std::numbers::pi / static_cast<double>(period);

/// Of that many samples from number `first` on.
template <typename Signal>
LockIn locked(const std::vector<double>& multiples, std::int64_t first, std::int64_t samples, Eigen::Index signals, Signal signal) {
  LockIn lock(signals, multiples, period);
  for (std::int64_t n = first; n < first + samples; ++n) lock.add(n, signal(static_cast<double>(n)));
  return lock;
}

}  // namespace

TEST_CASE("a lock-in finds amplitude, phase and mean of a wave, on the full circle") {
  Eigen::VectorXd amplitude(5), phase(5), offset(5);
  amplitude << 1.0, 0.3, 2.0, 5.0, 1e-3;
  phase << 0.0, 1.2, -2.9, 3.1, -0.4;
  offset << 0.0, 7.0, -3.0, 0.5, 100.0;
  const LockIn lock = locked({1, 2, 3}, 1, 3 * period, 5, [&](double n) { return Eigen::VectorXd(offset.array() + amplitude.array() * (turn * n + phase.array()).sin()); });
  const Eigen::MatrixXcd z = lock.amplitudes();
  const std::complex<double> drive(0, -1);  // of sin(wt)
  for (Eigen::Index i = 0; i < 5; ++i) {
    const std::complex<double> response = z(i, 0) / drive;
    CHECK(std::abs(response) == Approx(amplitude[i]).epsilon(1e-9));
    CHECK(std::arg(response) == Approx(phase[i]).margin(1e-9));
    CHECK(std::abs(z(i, 1)) < 1e-12 * (1.0 + std::abs(offset[i])));
    CHECK(lock.mean()[i] == Approx(offset[i]).margin(1e-12));
  }
}

TEST_CASE("harmonics and half multiples are told apart over an even number of periods") {
  const LockIn lock = locked({0.5, 1, 1.5, 2, 3}, 0, 4 * period, 1, [](double n) {
    return Eigen::VectorXd::Constant(1, 4.0 + std::sin(turn * n) + 0.2 * std::sin(2 * turn * n + 1.0) + 0.1 * std::sin(0.5 * turn * n));
  });
  const Eigen::MatrixXcd z = lock.amplitudes();
  CHECK(std::abs(z(0, 0)) == Approx(0.1));
  CHECK(std::abs(z(0, 1)) == Approx(1.0));
  CHECK(std::abs(z(0, 2)) < 1e-12);
  CHECK(std::abs(z(0, 3)) == Approx(0.2));
  CHECK(std::abs(z(0, 4)) < 1e-12);
}

TEST_CASE("amplitudes add up: over signals exactly, over periods as the mean") {
  Rng rng(1, 1);
  Eigen::MatrixXd noise(6, 2 * period);
  for (double& x : noise.reshaped()) x = rng.normal();
  const auto signal = [&](double n) { return Eigen::VectorXd(noise.col(static_cast<Eigen::Index>(n))); };
  const std::vector<double> multiples{0.5, 1, 1.5};
  const Eigen::MatrixXcd first = locked(multiples, 0, period, 6, signal).amplitudes(), second = locked(multiples, period, period, 6, signal).amplitudes();
  const Eigen::MatrixXcd both = locked(multiples, 0, 2 * period, 6, signal).amplitudes();
  CHECK((0.5 * (first + second) - both).cwiseAbs().maxCoeff() < 1e-14);
  const LockIn sum = locked(multiples, 0, 2 * period, 1, [&](double n) { return Eigen::VectorXd::Constant(1, signal(n).sum()); });
  CHECK((both.colwise().sum() - sum.amplitudes()).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("white noise has amplitudes of variance 4/N and phases that are spread evenly") {
  constexpr Eigen::Index signals = 20'000;
  Rng rng(2, 1);
  const LockIn lock = locked({1}, 0, period, signals, [&](double) {
    Eigen::VectorXd s(signals);
    for (double& x : s) x = rng.normal();
    return s;
  });
  const Eigen::VectorXcd z = lock.amplitudes().col(0);
  CHECK(z.squaredNorm() / signals == Approx(4.0 / static_cast<double>(period)).epsilon(5.0 / std::sqrt(signals)));
  std::complex<double> resultant = 0.0;
  for (const std::complex<double>& one : z) resultant += one / std::abs(one);
  CHECK(std::abs(resultant) / signals < 4.0 / std::sqrt(signals));
}

TEST_CASE("a lock-in that was saved goes on with the same bits, and refuses what another saved") {
  const auto signal = [](double n) { return Eigen::VectorXd::Constant(2, std::sin(turn * n) + 0.1 * n); };
  const std::vector<double> multiples{1, 1.5};
  const LockIn whole = locked(multiples, 0, period, 2, signal);
  const LockIn half = locked(multiples, 0, 77, 2, signal);
  LockIn resumed(2, multiples, period);
  resumed.load(half.saved());
  for (std::int64_t n = 77; n < period; ++n) resumed.add(n, signal(static_cast<double>(n)));
  CHECK(resumed.amplitudes() == whole.amplitudes());
  CHECK(resumed.samples() == period);
  CHECK_THROWS_AS(LockIn(3, multiples, period).load(half.saved()), FormatError);
}
