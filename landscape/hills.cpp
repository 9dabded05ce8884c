#include "landscape/hills.hpp"

#include <algorithm>
#include <cmath>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double gaussian_reach = 8.0;
constexpr double most_nodes = 1e7;
constexpr double furthest_node = 9007199254740992.0;  // 2^53: beyond it nodes cannot be told apart
/// PLUMED's cutoff of x^2/2, and the stretching that makes the hill 1 at its centre and 0 there.
constexpr double stretched_cutoff = 6.25;
const double stretch = 1.0 / (1.0 - std::exp(-stretched_cutoff)), shift = -stretch * std::exp(-stretched_cutoff);

}  // namespace

double reach(HillShape shape) { return shape == HillShape::gaussian ? gaussian_reach : std::sqrt(2.0 * stretched_cutoff); }

HillAt hill_at(const Hill& hill, HillShape shape, double s) {
  const double x = (s - hill.centre) / hill.width;
  if (!(std::abs(x) < reach(shape))) return {};
  const double bell = hill.height * std::exp(-0.5 * x * x);
  if (shape == HillShape::gaussian) return {bell, -bell * x / hill.width};
  return {stretch * bell + shift * hill.height, -stretch * bell * x / hill.width};
}

HillSum::HillSum(double spacing, HillShape shape) : spacing_(spacing), shape_(shape) {
  if (!(spacing > 0.0) || !std::isfinite(spacing)) throw InputError("the spacing of a grid of hills is {}, expected a number above 0", spacing);
}

void HillSum::cover(std::int64_t first, std::int64_t last) {
  if (empty()) {
    first_ = first;
    energy_.assign(static_cast<std::size_t>(last - first + 1), 0.0);
    slope_ = energy_;
    return;
  }
  const std::int64_t end = first_ + static_cast<std::int64_t>(energy_.size()) - 1;
  for (std::vector<double>* values : {&energy_, &slope_}) {
    if (last > end) values->insert(values->end(), static_cast<std::size_t>(last - end), 0.0);
    if (first < first_) values->insert(values->begin(), static_cast<std::size_t>(first_ - first), 0.0);
  }
  first_ = std::min(first, first_);
}

void HillSum::add(const Hill& hill) {
  if (!(hill.width > 0.0) || !std::isfinite(hill.width) || !std::isfinite(hill.centre) || !std::isfinite(hill.height))
    throw InputError("a hill of height {} and width {} at {}, expected finite numbers and a width above 0", hill.height, hill.width, hill.centre);
  const double far = reach(shape_) * hill.width;
  const double low = std::floor((hill.centre - far) / spacing_), high = std::ceil((hill.centre + far) / spacing_);
  if (!(low > -furthest_node) || !(high < furthest_node))
    throw InputError("a hill of width {} at {} on a grid of nodes {} apart, expected one within {:g} nodes of 0: its centre is too far or its width too small", hill.width, hill.centre,
                     spacing_, furthest_node);
  const double least = empty() ? low : std::min(low, static_cast<double>(first_));
  const double most = empty() ? high : std::max(high, static_cast<double>(first_) + static_cast<double>(energy_.size()));
  if (!(most - least < most_nodes))
    throw InputError("a hill of width {} at {} would make a grid of {:g} nodes {} apart, expected at most {:g}: it is too wide or too far from the others", hill.width,
                     hill.centre, most - least, spacing_, most_nodes);
  cover(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high));
  for (auto k = static_cast<std::int64_t>(low); k <= static_cast<std::int64_t>(high); ++k) {
    const HillAt here = hill_at(hill, shape_, spacing_ * static_cast<double>(k));
    energy_[static_cast<std::size_t>(k - first_)] += here.energy;
    slope_[static_cast<std::size_t>(k - first_)] += here.slope;
  }
}

HillAt HillSum::at(double s) const {
  const double place = s / spacing_ - static_cast<double>(first_);
  if (empty() || !(place >= 0.0) || !(place < static_cast<double>(energy_.size() - 1))) return {};
  const auto k = static_cast<std::size_t>(place);
  const double t = place - static_cast<double>(k), u = 1.0 - t;
  const double e0 = energy_[k], e1 = energy_[k + 1], m0 = spacing_ * slope_[k], m1 = spacing_ * slope_[k + 1];
  return {e0 * u * u * (1.0 + 2.0 * t) + e1 * t * t * (1.0 + 2.0 * u) + t * u * (m0 * u - m1 * t),
          (6.0 * t * u * (e1 - e0) + m0 * u * (u - 2.0 * t) + m1 * t * (t - 2.0 * u)) / spacing_};
}

}  // namespace glasscape
