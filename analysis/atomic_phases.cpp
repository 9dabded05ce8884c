#include "analysis/atomic_phases.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Complex = std::complex<double>;
using std::numbers::pi;

constexpr int bins = 36;

std::size_t bin_of(double phase) {
  return static_cast<std::size_t>(std::clamp(static_cast<int>(std::floor((phase + pi) / (2.0 * pi) * bins)), 0, bins - 1));
}

/// Density of phases in each bin, 1/rad.
Eigen::VectorXd histogram(const Shares& shares, const AtomSet* group = nullptr) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(bins);
  const auto add = [&](Eigen::Index i) { ++counts[static_cast<Eigen::Index>(bin_of(std::arg(shares[i])))]; };
  if (group != nullptr)
    std::for_each(group->begin(), group->end(), add);
  else
    for (Eigen::Index i = 0; i < shares.size(); ++i) add(i);
  return counts / (counts.sum() * 2.0 * pi / bins);
}

/// Means of rows of numbers, one row per block, with the intervals of drawing blocks anew.
std::vector<Estimate> means(const std::vector<Eigen::VectorXd>& rows, Rng& rng) {
  return bootstrap_jointly(std::span<const Eigen::VectorXd>(rows), [](std::span<const Eigen::VectorXd> some) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(some.front().size());
    for (const Eigen::VectorXd& row : some) sum += row;
    sum /= static_cast<double>(some.size());
    return std::vector<double>(sum.begin(), sum.end());
  }, rng);
}

Complex sum_over(const Shares& shares, const AtomSet& group) {
  Complex sum = 0;
  for (const Eigen::Index i : group) sum += shares[i];
  return sum;
}

PhaseGroup phase_group(const std::vector<ShareSeries>& all, double phase, double fraction, Rng& rng) {
  PhaseGroup found{phase, {}, {}, {}};
  std::vector<Eigen::VectorXd> changes;
  for (const ShareSeries& series : all)
    for (const Shares& block : series) {
      const Complex whole = block.sum(), without = whole - sum_over(block, nearest_in_phase(block, phase, fraction));
      found.without.push_back(without);
      changes.push_back(Eigen::Vector2d(angle_between(std::arg(without), std::arg(whole)), without.imag() - whole.imag()));
    }
  const std::vector<Estimate> change = means(changes, rng);
  found.phase_change = change[0];
  found.loss_change = change[1];
  return found;
}

std::vector<LaterPhases> later_phases(const std::vector<ShareSeries>& all, double fraction, Rng& rng) {
  std::size_t longest = 0;
  for (const ShareSeries& series : all) longest = std::max(longest, series.size());
  std::vector<std::size_t> lags{0};
  for (const std::size_t lag : {std::size_t{1}, longest - 1})
    if (lag > lags.back() && lag < longest) lags.push_back(lag);
  std::vector<LaterPhases> later;
  for (const std::size_t lag : lags) {
    std::vector<Eigen::VectorXd> rows;
    for (const ShareSeries& series : all)
      for (std::size_t b = 0; b + lag < series.size(); ++b) {
        const AtomSet group = nearest_in_phase(series[b], pi / 2, fraction);
        rows.push_back(histogram(series[b + lag], &group));
      }
    later.push_back({static_cast<std::int64_t>(lag), means(rows, rng)});
  }
  return later;
}

/// Sums over atoms of a pair of blocks.
struct Turned {
  Complex between, one, next;
  double atoms;
};

void add_persistence(const std::vector<ShareSeries>& all, AtomicPhases& found, Rng& rng) {
  std::vector<Turned> pairs;
  const auto direction = [](const Complex& share) { return std::abs(share) > 0 ? share / std::abs(share) : Complex(1.0); };
  for (const ShareSeries& series : all)
    for (std::size_t b = 0; b + 1 < series.size(); ++b) {
      const Shares one = series[b].unaryExpr(direction), next = series[b + 1].unaryExpr(direction);
      pairs.push_back({one.dot(next), one.sum(), next.sum(), static_cast<double>(one.size())});
    }
  if (pairs.empty()) return;
  const std::vector<Estimate> estimates = bootstrap_jointly(std::span<const Turned>(pairs), [](std::span<const Turned> some) {
    Complex together = 0, chance = 0;
    const auto n = static_cast<double>(some.size());
    for (const Turned& t : some) {
      together += t.between / t.atoms / n;
      chance += std::conj(t.one) * t.next / (t.atoms * t.atoms) / n;
    }
    return std::vector<double>{std::abs(together), std::abs(chance)};
  }, rng);
  found.persistence = estimates[0];
  found.by_chance = estimates[1];
}

Shares mean_share(const ShareSeries& series) {
  Shares sum = Shares::Zero(series.front().size());
  for (const Shares& block : series) sum += block;
  return sum / static_cast<double>(series.size());
}

/// Values drawn towards their mean until they scatter by the variance of `noise` less.
Eigen::VectorXd shrunk(const Eigen::VectorXd& values, double noise) {
  const Eigen::VectorXd about = values.array() - values.mean();
  const double variance = about.squaredNorm() / static_cast<double>(values.size());
  return values.mean() + std::sqrt(variance > noise ? 1.0 - noise / variance : 0.0) * about.array();
}

/// Power of the change from block to block in each, both components of all atoms; unbiased.
std::vector<double> scatter_powers(const ShareSeries& series) {
  const Shares steady = mean_share(series);
  const auto n = static_cast<double>(series.size());
  std::vector<double> powers;
  for (const Shares& block : series) powers.push_back(n / (n - 1.0) * (block - steady).squaredNorm());
  return powers;
}

Shares steady_shares(const ShareSeries& series) {
  const Shares means = mean_share(series);
  const double scatter = 0.5 * mean(scatter_powers(series)) / static_cast<double>(means.size()) / static_cast<double>(series.size());  // of a component of a mean
  Shares steady(means.size());
  steady.real() = shrunk(means.real(), scatter);
  steady.imag() = shrunk(means.imag(), scatter);
  return steady;
}

std::vector<double> powers_of(const std::vector<ShareSeries>& noise) {
  std::vector<double> powers;
  for (const ShareSeries& series : noise)
    for (const Shares& block : series) powers.push_back(block.squaredNorm());
  return powers;
}

double mean_value(const std::vector<double>& values) { return mean(values); }
double median(const std::vector<double>& values) { return quantile(sorted(values), 0.5); }

std::vector<double> redrawn(const std::vector<double>& values, Rng& rng) {
  std::vector<double> some;
  for (std::size_t k = 0; k < values.size(); ++k) some.push_back(values[rng.below(values.size())]);
  return some;
}

/// Of two samples that are drawn anew by themselves.
Estimate ratio_of(const std::vector<double>& above, const std::vector<double>& below, double (*of)(const std::vector<double>&), Rng& rng) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (below.empty() || !(*std::min_element(below.begin(), below.end()) > 0)) return {std::numeric_limits<double>::quiet_NaN(), {-infinite, infinite}};
  const Bootstrap options;
  std::vector<double> drawn;
  for (int k = 0; k < options.resamples; ++k) {
    const double one = of(redrawn(above, rng));
    drawn.push_back(one / of(redrawn(below, rng)));
  }
  return percentile_estimates(std::vector{of(above) / of(below)}, {drawn}, options.level).front();
}

}  // namespace

double angle_between(double angle, double other) {
  const double difference = std::remainder(angle - other, 2.0 * pi);
  return difference <= -pi ? pi : difference;
}

AtomSet nearest_in_phase(const Shares& shares, double phase, double fraction) {
  AtomSet order(static_cast<std::size_t>(shares.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  Eigen::VectorXd distance(shares.size());
  for (Eigen::Index i = 0; i < shares.size(); ++i) distance[i] = std::abs(angle_between(std::arg(shares[i]), phase));
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return distance[a] < distance[b]; });
  order.resize(static_cast<std::size_t>(std::max(1LL, std::llround(fraction * static_cast<double>(shares.size())))));
  std::sort(order.begin(), order.end());
  return order;
}

ShareSeries drive_of(const std::vector<ShearBlock>& blocks) {
  ShareSeries series;
  for (const ShearBlock& b : blocks) series.push_back(b.drive);
  return series;
}

std::vector<ShareSeries> noise_of(const std::vector<ShearBlock>& blocks) {
  std::vector<ShareSeries> both(2);
  double below = 0, above = 0;
  for (const ShearBlock& b : blocks) {
    both[0].push_back(b.below);
    both[1].push_back(b.above);
    below += b.below.squaredNorm();
    above += b.above.squaredNorm();
  }
  if (!(below > 0 && above > 0)) return both;
  const double power = power_at(1.0, below, above, blocks.front().cycles);
  for (Shares& block : both[0]) block *= std::sqrt(power / below);
  for (Shares& block : both[1]) block *= std::sqrt(power / above);
  return both;
}

std::vector<ShareSeries> steady_with_noise(const ShareSeries& shares, std::vector<ShareSeries> noise) {
  if (shares.size() < 2) throw InputError("atoms' steady answers are means over 2 blocks or more, got {}", shares.size());
  const Shares steady = steady_shares(shares);
  for (ShareSeries& series : noise)
    for (Shares& block : series) block += steady;
  return noise;
}

AtomicPhases atomic_phases(const std::vector<ShareSeries>& series, double fraction, Rng& rng) {
  if (!(fraction > 0 && fraction < 1)) throw InputError("a group of {} of the atoms, expected a part between 0 and 1", fraction);
  AtomicPhases found;
  found.fraction = fraction;
  for (int k = 0; k <= bins; ++k) found.edges.push_back(pi * (2.0 * k / bins - 1.0));
  std::vector<Eigen::VectorXd> rows, central;
  for (const ShareSeries& one : series)
    for (const Shares& shares : one) {
      rows.push_back(histogram(shares));
      found.by_block.emplace_back(rows.back().begin(), rows.back().end());
      found.whole.push_back(shares.sum());
      central.push_back(Eigen::VectorXd::Constant(1, static_cast<double>((shares.real().array() > 0.0).count()) / static_cast<double>(shares.size())));
    }
  if (rows.empty()) throw InputError("phases of atoms need a whole block of cycles");
  found.density = means(rows, rng);
  found.central = means(central, rng).front();
  for (const double phase : group_phases) found.groups.push_back(phase_group(series, phase, fraction, rng));
  found.later = later_phases(series, fraction, rng);
  add_persistence(series, found, rng);
  found.kept = kept_in_next(series, fraction, rng);
  return found;
}

std::optional<Estimate> kept_in_next(const std::vector<ShareSeries>& all, double fraction, Rng& rng) {
  std::vector<Eigen::VectorXd> pairs;  // loss above that of as many average atoms, and in the next block
  double chosen = 0;
  for (const ShareSeries& series : all)
    for (std::size_t b = 0; b + 1 < series.size(); ++b) {
      const AtomSet group = nearest_in_phase(series[b], pi / 2, fraction);
      const double part = static_cast<double>(group.size()) / static_cast<double>(series[b].size());
      const auto above = [&](const Shares& shares) { return (sum_over(shares, group) - part * shares.sum()).imag(); };
      pairs.push_back(Eigen::Vector2d(above(series[b]), above(series[b + 1])));
      chosen += std::abs(pairs.back()[0]);
    }
  if (!(chosen > 0)) return std::nullopt;
  return bootstrap_jointly(std::span<const Eigen::VectorXd>(pairs), [](std::span<const Eigen::VectorXd> some) {
    Eigen::Vector2d sum = Eigen::Vector2d::Zero();
    for (const Eigen::VectorXd& pair : some) sum += pair;
    return std::vector<double>{sum[0] != 0 ? sum[1] / sum[0] : 0.0};
  }, rng).front();
}

Estimate scatter_over_noise(const ShareSeries& shares, const std::vector<ShareSeries>& noise, Rng& rng) {
  if (shares.size() < 2) throw InputError("scatter from block to block needs 2 blocks or more, got {}", shares.size());
  return ratio_of(scatter_powers(shares), powers_of(noise), mean_value, rng);
}

Estimate typical_scatter_over_noise(const ShareSeries& shares, const std::vector<ShareSeries>& noise, Rng& rng) {
  if (shares.size() < 2) throw InputError("scatter from block to block needs 2 blocks or more, got {}", shares.size());
  std::vector<double> changes;
  for (std::size_t b = 0; b + 1 < shares.size(); ++b) changes.push_back(0.5 * (shares[b + 1] - shares[b]).squaredNorm());
  return ratio_of(changes, powers_of(noise), median, rng);
}

Eigen::VectorXd noise_power(const std::vector<ShearBlock>& blocks) {
  Eigen::VectorXd power = Eigen::VectorXd::Zero(blocks.front().drive.size());
  for (const ShareSeries& series : noise_of(blocks))
    for (const Shares& block : series) power += 0.5 / static_cast<double>(blocks.size()) * block.cwiseAbs2();
  return power;
}

SignalToNoise signal_to_noise(const std::vector<ShearBlock>& blocks) {
  SignalToNoise found;
  if (blocks.empty()) return found;
  const Eigen::VectorXd power = noise_power(blocks);
  const Shares steady = mean_share(drive_of(blocks)), &one = blocks[blocks.size() / 2].drive;
  for (Eigen::Index i = 0; i < one.size(); ++i) {
    found.of_block.push_back(std::abs(one[i]) / std::sqrt(power[i]));
    found.of_run.push_back(std::abs(steady[i]) / std::sqrt(power[i] / static_cast<double>(blocks.size())));
  }
  return found;
}

}  // namespace glasscape
