#include "analysis/zone_ladder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/distributions.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A function that rises with the relaxation time.
template <typename Function>
Estimate through(const Estimate& tau, const Function& f) {
  const auto at = [&](double time) { return time > 0 && std::isfinite(time) ? f(time) : time > 0 ? infinity : -infinity; };
  return {f(tau.value), {at(tau.interval.low), at(tau.interval.high)}, tau.level};
}

/// The largest step of which all are whole multiples, to a quarter; 0 when there is none.
double unit_of(const std::vector<double>& steps) {
  constexpr double quarter = 0.25;
  constexpr int most_parts = 3;
  std::vector<double> candidates;
  for (const double step : steps)
    for (int parts = 1; parts <= most_parts; ++parts) candidates.push_back(step / parts);
  std::sort(candidates.rbegin(), candidates.rend());
  for (const double unit : candidates)
    if (unit > 0 && std::all_of(steps.begin(), steps.end(), [&](double step) { return step / unit > 1 - quarter && std::abs(step / unit - std::round(step / unit)) < quarter; })) return unit;
  return 0;
}

/// Numbers by the size of the steps.
void number(ZoneLadder& ladder) {
  std::vector<MeasuredZone>& zones = ladder.zones;
  std::vector<double> steps;
  for (std::size_t k = 1; k < zones.size(); ++k) steps.push_back(zones[k].zone.volume - zones[k - 1].zone.volume);
  const double one = unit_of(steps);
  if (one == 0 && !steps.empty()) ladder.doubts.emplace_back("The steps between sizes are no multiples of one of them: sizes are numbered as they come, and the step means little");
  for (std::size_t k = 0; k < zones.size(); ++k) zones[k].m = k == 0 ? 1 : zones[k - 1].m + (one > 0 ? static_cast<int>(std::lround(steps[k - 1] / one)) : 1);
}

/// Weighed with the intervals where all have one.
Estimate slope_of(const std::vector<MeasuredZone>& zones, double level) {
  double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
  const bool weighed = std::all_of(zones.begin(), zones.end(), [](const MeasuredZone& z) { return std::isfinite(z.volume.interval.low) && std::isfinite(z.volume.interval.high) && z.volume.interval.high > z.volume.interval.low; });
  const auto weight = [&](const MeasuredZone& z) { return weighed ? std::pow(z.volume.interval.high - z.volume.interval.low, -2) : 1.0; };
  for (const MeasuredZone& z : zones) {
    const double x = z.m, y = z.zone.volume, own = weight(z);
    w += own;
    wx += own * x;
    wy += own * y;
    wxx += own * x * x;
    wxy += own * x * y;
  }
  const double spread = wxx - wx * wx / w, slope = (wxy - wx * wy / w) / spread;
  if (zones.size() < 3) return {slope, {-infinity, infinity}, level};
  double squares = 0;
  for (const MeasuredZone& z : zones) squares += weight(z) * std::pow(z.zone.volume - wy / w - slope * (z.m - wx / w), 2);
  const double freedom = static_cast<double>(zones.size()) - 2.0, half = student_two_sided(freedom, level) * std::sqrt(squares / freedom / spread);
  return {slope, {slope - half, slope + half}, level};
}

void add_doubts(const ShearTransformation& law, ZoneLadder& ladder) {
  for (std::size_t k = 1; k < ladder.zones.size(); ++k)
    if (const int gap = ladder.zones[k].m - ladder.zones[k - 1].m; gap > 1)
      ladder.doubts.push_back(fmt::format("From {:.3g} to {:.3g} s the step is {} times the smallest: {} between them not seen", ladder.zones[k - 1].tau.value, ladder.zones[k].tau.value, gap, gap == 2 ? "a size is" : "sizes are"));
  double sum = 0;
  for (const MeasuredZone& z : ladder.zones) sum += z.fraction.value;
  if (sum > 0.5) ladder.doubts.push_back(fmt::format("Zones take {:.2g} times the volume, each as if the others were not there: the analysis is one of isolated zones", sum));
  if (ladder.zones.size() < 3) ladder.doubts.emplace_back("A step from one size to the next wants three sizes or more");
  ladder.doubts.push_back(fmt::format("Volumes go as the inverse square of a zone's strain: with 0.17 in place of {:g} they would be {:.3g} times as large, over the same barriers", law.strain, [&] {
    ShearTransformation other = law;
    other.strain = 0.17;
    return law.barrier(1.0) / other.barrier(1.0);
  }()));
}

}  // namespace

ZoneLadder zone_ladder(const ShearTransformation& law, const std::vector<SpectrumPeak>& peaks) {
  ZoneLadder ladder;
  for (const SpectrumPeak& p : peaks) {
    if (!(p.area.value > 0)) continue;
    if (!std::isfinite(p.tau.interval.high) || !(p.tau.interval.low > 0)) {
      ladder.doubts.push_back(fmt::format("The peak at {:.3g} s lies at the end of what the data tell: it is no zone", p.tau.value));
      continue;
    }
    MeasuredZone z;
    z.zone = zone_of(law, p.tau.value, p.area.value, infinity);
    z.tau = p.tau;
    z.fraction = p.area;
    z.volume = through(p.tau, [&](double tau) { return law.volume_of(tau); });
    z.atoms = through(p.tau, [&](double tau) { return law.atoms(law.volume_of(tau)); });
    z.barrier = through(p.tau, [&](double tau) { return law.barrier(law.volume_of(tau)); });
    ladder.zones.push_back(z);
  }
  number(ladder);
  std::vector<Zone> plain;
  for (const MeasuredZone& z : ladder.zones) plain.push_back(z.zone);
  ladder.percolation = percolation(plain);
  if (ladder.zones.size() >= 2) {
    ladder.step = slope_of(ladder.zones, 0.95);
    ladder.step_atoms = {law.atoms(ladder.step.value), {law.atoms(ladder.step.interval.low), law.atoms(ladder.step.interval.high)}, ladder.step.level};
  } else {
    ladder.step = ladder.step_atoms = {std::numeric_limits<double>::quiet_NaN(), {-infinity, infinity}, 0.95};
  }
  add_doubts(law, ladder);
  return ladder;
}

}  // namespace glasscape
