#include "analysis/dynamic_modulus.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Complex = std::complex<double>;

/// Columns of the multiples in facts, as samplers/cyclic_shear.hpp orders them.
enum Multiple : Eigen::Index { below, drive, above, second, third };

/// Amplitudes of a cycle to shares of the modulus.
Complex per_strain(const ShearBegun& begun) {
  return units::stress_GPa / (Complex(0.0, -told_amplitude(begun)) * begun.configuration.cell.volume());
}

Shares shares(const ShearTest& test, std::int64_t cycle, Multiple multiple) {
  const ShearCycled& c = test.cycles[static_cast<std::size_t>(cycle)];
  Shares z(c.real.rows());
  z.real() = c.real.col(multiple);
  z.imag() = c.imaginary.col(multiple);
  return per_strain(test.begun) * z;
}

/// The mean of values that scatter normally.
Estimate student(const std::vector<double>& values, double level = 0.95) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(values.size());
  const double value = mean(values);
  if (values.size() < 2) return {value, {-infinite, infinite}, level};
  const double half = student_two_sided(n - 1.0, level) * standard_deviation(values) / std::sqrt(n);
  return {value, {value - half, value + half}, level};
}

/// Slope of the least squares line through values that scatter normally about it; 0 through one place.
Estimate drift(const std::vector<double>& x, const std::vector<double>& y, double level = 0.95) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(x.size());
  const double middle = mean(x), height = mean(y);
  double xx = 0, xy = 0, residual = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - middle) * (x[k] - middle);
    xy += (x[k] - middle) * (y[k] - height);
  }
  const double slope = xx > 0 ? xy / xx : 0.0;
  if (x.size() < 3) return {slope, {-infinite, infinite}, level};
  for (std::size_t k = 0; k < x.size(); ++k) residual += std::pow(y[k] - height - slope * (x[k] - middle), 2);
  const double half = student_two_sided(n - 2.0, level) * std::sqrt(residual / (n - 2.0) / xx);
  return {slope, {slope - half, slope + half}, level};
}

/// Moduli of blocks, and what is linear in their scatter.
void add_modulus(const std::vector<ShearBlock>& blocks, DynamicModulus& m) {
  std::vector<double> first, storage, loss;
  for (const ShearBlock& b : blocks) {
    const Complex g = b.drive.sum();
    first.push_back(static_cast<double>(b.first));
    storage.push_back(g.real());
    loss.push_back(g.imag());
  }
  m.storage = student(storage);
  m.loss = student(loss);
  m.storage_drift = drift(first, storage);
  m.loss_drift = drift(first, loss);
  const Complex g(m.storage.value, m.loss.value);
  std::vector<double> phase, tangent;
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    phase.push_back(std::arg(g) + (Complex(storage[k], loss[k]) / g).imag());
    tangent.push_back(g.imag() / g.real() + (loss[k] - g.imag() / g.real() * storage[k]) / g.real());
  }
  m.phase = student(phase);
  m.loss_tangent = student(tangent);
}

/// How much too low the weighted geometric mean of two powers is, each the mean over n blocks of an exponential one.
double bias_of_powers(double n, double weight) {
  const auto one = [&](double w) { return std::lgamma(n + w) - std::lgamma(n) - w * std::log(n); };
  return std::exp(one(weight) + one(1.0 - weight));
}

/// Of the power below in power_at.
double weight_below(double multiple, std::int64_t cycles) {
  const double apart = 1.0 / static_cast<double>(cycles);
  return std::log((1.0 + apart) / multiple) / (std::log1p(apart) - std::log1p(-apart));
}

void add_noise(const std::vector<ShearBlock>& blocks, DynamicModulus& m) {
  const auto n = static_cast<double>(blocks.size());
  const std::int64_t cycles = blocks.front().cycles;
  double below = 0, above = 0;  // both components
  Complex g = 0, two = 0, three = 0;
  for (const ShearBlock& b : blocks) {
    below += std::norm(b.below.sum()) / n;
    above += std::norm(b.above.sum()) / n;
    g += b.drive.sum() / n;
    two += b.second.sum() / n;
    three += b.third.sum() / n;
  }
  m.noise = std::sqrt(0.5 * power_at(1.0, below, above, cycles) / n / bias_of_powers(n, weight_below(1.0, cycles)));
  m.second = std::abs(two) / std::abs(g);
  m.third = std::abs(three) / std::abs(g);
  m.second_noise = std::sqrt(power_at(2.0, below, above, cycles) / n) / std::abs(g);
  m.third_noise = std::sqrt(power_at(3.0, below, above, cycles) / n) / std::abs(g);
}

/// G'' from the noise of both neighbours in all blocks: <|G|^2> gamma^2 V w t / (8 kT). Each is a sum of two squares of normal numbers.
Estimate fluctuation_loss(const ShearTest& test, const std::vector<ShearBlock>& blocks, double temperature, double level = 0.95) {
  const ShearBegun& begun = test.begun;
  const double strain = told_amplitude(begun), volume = begun.configuration.cell.volume(), n = static_cast<double>(blocks.size());
  const double wt = 2.0 * std::numbers::pi * static_cast<double>(begun.block);  // at the drive
  double power = 0;                                                             // times the multiple
  for (const ShearBlock& b : blocks) power += 0.5 / n * (begun.multiples[below] * std::norm(b.below.sum()) + begun.multiples[above] * std::norm(b.above.sum()));
  const double loss = power * strain * strain * volume * wt / (8.0 * units::boltzmann * temperature * units::stress_GPa), freedom = 4.0 * n;
  return {loss, {loss * freedom / chi_squared_quantile(freedom, 0.5 * (1.0 + level)), loss * freedom / chi_squared_quantile(freedom, 0.5 * (1.0 - level))}, level};
}

bool excludes_zero(const Estimate& e) { return e.interval.low > 0 || e.interval.high < 0; }

/// Fewer blocks on a line are a chance too often, and so is one of twenty lines.
constexpr std::size_t fewest_for_drift = 5;
constexpr double sure_of_drift = 0.999;
constexpr double coarse_sampling = 0.05;  // ps: half a period of the fastest vibrations of a metal

void doubt_linearity(DynamicModulus& m) {
  for (const auto& [name, size, noise] : {std::tuple{"second", m.second, m.second_noise}, {"third", m.third, m.third_noise}})
    if (size > 0.02 && size > 3.0 * noise)
      m.doubts.push_back(fmt::format("The answer is not linear: the {} harmonic is {:.1f} % of it, and noise alone would make {:.1f} %; use a smaller amplitude", name, 100 * size, 100 * noise));
}

void doubt_drift(const std::vector<ShearBlock>& blocks, DynamicModulus& m) {
  if (blocks.size() < fewest_for_drift) return;
  for (const auto& [name, part] : {std::pair{"G'", +[](const Complex& g) { return g.real(); }}, {"G''", +[](const Complex& g) { return g.imag(); }}}) {
    std::vector<double> first, values;
    for (const ShearBlock& b : blocks) {
      first.push_back(static_cast<double>(b.first));
      values.push_back(part(b.drive.sum()));
    }
    if (const Estimate slope = drift(first, values, sure_of_drift); excludes_zero(slope))
      m.doubts.push_back(fmt::format("{} drifts by {:.2g} GPa per cycle: the glass may age, or has not found its steady state; skip cycles (key report.skipped)", name, slope.value));
  }
}

void add_doubts(const ShearTest& test, const std::vector<ShearBlock>& blocks, std::int64_t skipped, DynamicModulus& m) {
  if (blocks.size() < 2) m.doubts.emplace_back("One block of cycles has no scatter, and its modulus no interval");
  const std::int64_t left = (static_cast<std::int64_t>(test.cycles.size()) - skipped) % test.begun.block;
  if (left > 0) m.doubts.push_back(fmt::format("{} at the end fill{} no block and {} left out", counted(static_cast<std::size_t>(left), "cycle"), left == 1 ? "s" : "", left == 1 ? "is" : "are"));
  if (const double apart = test.begun.period / static_cast<double>(test.begun.samples); apart > coarse_sampling)
    m.doubts.push_back(fmt::format("Stresses were sampled every {:.3g} ps: vibrations that are faster than twice that are folded into the noise", apart));
  if (test.begun.amplitude == 0) return;
  if (std::abs(Complex(m.storage.value, m.loss.value)) < 5.0 * m.noise)
    m.doubts.emplace_back("The modulus is not five times its noise: use a larger amplitude, more cycles or more atoms");
  doubt_linearity(m);
  doubt_drift(blocks, m);
}

}  // namespace

std::optional<ShearTest> shear_test(const Events& events) {
  std::optional<ShearTest> test;
  for (const Event& event : events) {
    if (const auto* begun = std::get_if<ShearBegun>(&event)) test = ShearTest{*begun, {}, {}};
    if (!test) continue;
    if (const auto* cycled = std::get_if<ShearCycled>(&event)) test->cycles.push_back(*cycled);
    if (const auto* trace = std::get_if<TraceRecorded>(&event)) test->trace = *trace;
  }
  return test;
}

double told_amplitude(const ShearBegun& begun) { return begun.amplitude > 0 ? begun.amplitude : amplitude_told; }

std::vector<ShearBlock> blocks_of(const ShearTest& test, std::int64_t skipped) {
  const std::int64_t size = test.begun.block;
  std::vector<ShearBlock> blocks;
  for (std::int64_t first = skipped; first + size <= static_cast<std::int64_t>(test.cycles.size()); first += size) {
    const auto mean = [&](Multiple multiple) {
      Shares sum = shares(test, first, multiple);
      for (std::int64_t cycle = first + 1; cycle < first + size; ++cycle) sum += shares(test, cycle, multiple);
      return Shares(sum / static_cast<double>(size));
    };
    blocks.push_back({first, size, mean(drive), mean(below), mean(above), mean(second), mean(third)});
  }
  return blocks;
}

std::vector<Shares> cycle_shares(const ShearTest& test, std::int64_t skipped) {
  std::vector<Shares> all;
  for (std::int64_t k = skipped; k < static_cast<std::int64_t>(test.cycles.size()); ++k) all.push_back(shares(test, k, drive));
  return all;
}

double power_at(double multiple, double below, double above, std::int64_t cycles) {
  if (!(below > 0 && above > 0)) return 0.5 * (below + above);
  const double apart = 1.0 / static_cast<double>(cycles), span = std::log1p(apart) - std::log1p(-apart);
  if (multiple > 1.0 + apart) {
    const double exponent = std::clamp(std::log(below / above) / span, 0.0, 2.0);
    return above * std::pow((1.0 + apart) / multiple, exponent);
  }
  const double weight = weight_below(multiple, cycles);
  return std::exp(weight * std::log(below) + (1.0 - weight) * std::log(above));
}

DynamicModulus dynamic_modulus(const ShearTest& test, std::int64_t skipped) {
  const std::vector<ShearBlock> blocks = blocks_of(test, skipped);
  if (blocks.empty())
    throw InputError("a cyclic shear of {} cycles has no block of {} after the first {}", test.cycles.size(), test.begun.block, skipped);
  DynamicModulus m;
  for (const Shares& cycle : cycle_shares(test, skipped)) m.by_cycle.push_back(cycle.sum());
  for (std::int64_t k = skipped; k < static_cast<std::int64_t>(test.cycles.size()); ++k)
    m.temperature += test.cycles[static_cast<std::size_t>(k)].temperature;
  m.temperature /= static_cast<double>(m.by_cycle.size());
  add_modulus(blocks, m);
  add_noise(blocks, m);
  m.loss_by_fluctuation = fluctuation_loss(test, blocks, m.temperature);
  add_doubts(test, blocks, skipped, m);
  return m;
}

}  // namespace glasscape
