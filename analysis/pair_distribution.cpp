#include "analysis/pair_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "md/neighbours.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double most_bins = 2e4, most_pairs = 1e8;

/// Bins from 0 to the range; throws for sizes that make no sense.
std::size_t count_bins(const Configuration& configuration, double range, double width, double level);
void check_memory(const Configuration& configuration, double range);

/// Pairs per bin of two elements, own images apart.
struct Counts {
  std::vector<std::int64_t> others, own_images;
};
/// By elements a <= b at a * elements + b.
std::vector<Counts> count_pairs(const Configuration& configuration, std::size_t bins, double width,
                                double& nearest_image);

/// What the histogram of a pair of kinds is divided by.
struct Normal {
  double first, second;  // atoms of each kind
  bool like;
  double volume;  // of the cell
};
PairDistribution distribution(const Counts& counts, const Normal& normal, double width, double level);
/// Bins where g is highest and lowest in turn.
struct Extrema {
  std::vector<std::size_t> peaks, minima;
};
Extrema extrema(const Counts& counts, const std::vector<double>& expected, double width);
std::vector<std::string> doubts_about(double nearest_image, double range);

}  // namespace

PairDistributions pair_distributions(const Configuration& configuration, double range, double width,
                                     double level) {
  const std::size_t bins = count_bins(configuration, range, width, level);
  double nearest_image = std::numeric_limits<double>::infinity();
  const std::vector<Counts> counts = count_pairs(configuration, bins, width, nearest_image);

  const Species& species = *configuration.species;
  const std::size_t elements = species.elements.size();
  std::vector<double> atoms(elements, 0.0);
  for (const int element : species.element_of) ++atoms[static_cast<std::size_t>(element)];
  const double volume = configuration.cell.volume();
  PairDistributions result{width, {}, {}, doubts_about(nearest_image, range)};
  Counts all{std::vector<std::int64_t>(bins, 0), std::vector<std::int64_t>(bins, 0)};
  for (std::size_t a = 0; a < elements; ++a)
    for (std::size_t b = a; b < elements; ++b) {
      const Counts& pair = counts[a * elements + b];
      std::transform(pair.others.begin(), pair.others.end(), all.others.begin(), all.others.begin(),
                     std::plus<>());
      std::transform(pair.own_images.begin(), pair.own_images.end(), all.own_images.begin(),
                     all.own_images.begin(), std::plus<>());
      if (atoms[a] == 0 || atoms[b] == 0 || (a == b && atoms[a] == 1)) continue;
      result.partials.push_back(distribution(pair, {atoms[a], atoms[b], a == b, volume}, width, level));
      result.partials.back().first = species.elements[a].name;
      result.partials.back().second = species.elements[b].name;
    }
  const auto n = static_cast<double>(species.atoms());
  result.total = distribution(all, {n, n, true, volume}, width, level);
  return result;
}

namespace {

std::size_t count_bins(const Configuration& configuration, double range, double width, double level) {
  check(configuration, "the configuration of a pair distribution");
  check_level(level);
  if (!configuration.cell.all_periodic())
    throw InputError(
        "a pair distribution needs a density, but the cell is open and has no volume; expected a cell that "
        "is periodic in all three directions");
  if (configuration.atoms() < 2)
    throw InputError("a pair distribution of {} atoms; expected at least 2, repeat the cell",
                     configuration.atoms());
  if (!(width > 0 && std::isfinite(width)))
    throw InputError("bin width is {} A, expected a value above 0", width);
  if (!(range >= width && std::isfinite(range)))
    throw InputError("range is {} A, expected at least the bin width of {} A", range, width);
  if (range / width > most_bins)
    throw InputError("range {} A and bin width {} A make {:.3g} bins, expected at most {:g}; use wider ones",
                     range, width, range / width, most_bins);
  check_memory(configuration, range);
  return static_cast<std::size_t>(std::floor(range / width * (1 + 1e-12)));
}

void check_memory(const Configuration& configuration, double range) {
  const auto n = static_cast<double>(configuration.atoms());
  const double sphere = 4.0 / 3.0 * std::numbers::pi * range * range * range;
  const double pairs = 0.5 * n * n * sphere / configuration.cell.volume();
  const double images = n * (1.0 + 2.0 * range / configuration.cell.heights().array()).prod();
  if (!(pairs <= most_pairs && images <= most_pairs / 10))
    throw InputError(
        "range {} A makes {:.3g} pairs with {:.3g} periodic images, expected at most {:g} and {:g}; use a "
        "shorter one",
        range, pairs, images, most_pairs, most_pairs / 10);
}

std::vector<Counts> count_pairs(const Configuration& configuration, std::size_t bins, double width,
                                double& nearest_image) {
  const auto elements = configuration.species->elements.size();
  std::vector<Counts> counts(elements * elements);
  for (Counts& pair : counts) {
    pair.others.assign(bins, 0);
    pair.own_images.assign(bins, 0);
  }
  Neighbours neighbours(static_cast<double>(bins) * width, configuration.species->element_of, ListKind::half);
  neighbours.build(configuration.positions, configuration.cell);
  const Atoms atoms = neighbours.atoms();
  for (Eigen::Index i = 0; i < atoms.count; ++i)
    for (const int j : atoms.neighbours_of(i)) {
      const double r = (atoms.x.col(j) - atoms.x.col(i)).norm();
      const std::size_t bin = std::min(static_cast<std::size_t>(r / width), bins - 1);
      const auto [a, b] =
          std::minmax(atoms.kind[static_cast<std::size_t>(i)], atoms.kind[static_cast<std::size_t>(j)]);
      Counts& pair = counts[static_cast<std::size_t>(a) * elements + static_cast<std::size_t>(b)];
      const bool own = atoms.owner[static_cast<std::size_t>(j)] == i;
      ++(own ? pair.own_images : pair.others)[bin];
      if (own) nearest_image = std::min(nearest_image, r);
    }
  return counts;
}

PairDistribution distribution(const Counts& counts, const Normal& normal, double width, double level) {
  PairDistribution result;
  result.pairs = counts.others;
  const double all_pairs =
      normal.like ? 0.5 * normal.first * (normal.first - 1) : normal.first * normal.second;
  const double ends = normal.like ? 2.0 : 1.0;  // a like pair gives each of its atoms a neighbour
  std::vector<double> expected;
  std::int64_t within = 0;
  for (std::size_t k = 0; k < counts.others.size(); ++k) {
    const auto edge = static_cast<double>(k);
    const double shell = 4.0 / 3.0 * std::numbers::pi * width * width * width * (3 * edge * (edge + 1) + 1);
    expected.push_back(all_pairs * shell / normal.volume);
    const Estimate count = poisson_mean(counts.others[k], level);
    result.g.push_back({count.value / expected[k],
                        {count.interval.low / expected[k], count.interval.high / expected[k]},
                        level});
    within += counts.others[k] + counts.own_images[k];
    result.neighbours.push_back(ends * static_cast<double>(within) / normal.first);
  }
  const Extrema found = extrema(counts, expected, width);
  for (const std::size_t bin : found.peaks) result.peaks.push_back((static_cast<double>(bin) + 0.5) * width);
  for (const std::size_t bin : found.minima) result.minima.push_back(static_cast<double>(bin + 1) * width);
  if (!found.minima.empty()) {
    const double around_first = result.neighbours[found.minima.front()];
    result.shell = {result.minima.front(), around_first, around_first * normal.first / normal.second};
  }
  return result;
}

/// Falls and rises of g in turn that noise does not explain: bins within 0.1 Angstrom are taken together, and values differ
/// when their bands of three standard errors do not overlap. The middle of the extreme bins if several are equal.
Extrema extrema(const Counts& counts, const std::vector<double>& expected, double width) {
  const std::size_t bins = expected.size();
  const auto reach = static_cast<std::size_t>(0.1 / width);
  Extrema found;
  bool rising = true;
  double best = -std::numeric_limits<double>::infinity(), best_band = 0;  // of g times the sign of the search
  double surest = best;                                                   // largest of it less its band
  std::size_t from = 0, to = 0;
  for (std::size_t k = 0; k < bins; ++k) {
    double pairs = 0, random = 0;
    for (std::size_t m = k - std::min(k, reach); m <= std::min(k + reach, bins - 1); ++m) {
      pairs += static_cast<double>(counts.others[m] + counts.own_images[m]);
      random += expected[m];
    }
    const double band = 3.0 * std::sqrt(pairs + 1.0) / random;
    double g = (rising ? 1.0 : -1.0) * pairs / random;
    if (g + band < (rising ? surest : best - best_band)) {  // past it
      (rising ? found.peaks : found.minima).push_back((from + to) / 2);
      rising = !rising;
      g = -g;
      best = surest = -std::numeric_limits<double>::infinity();
    }
    surest = std::max(surest, g - band);
    if (g > best) {
      best = g;
      best_band = band;
      from = k;
    }
    if (g == best) to = k;
  }
  return found;
}

std::vector<std::string> doubts_about(double nearest_image, double range) {
  if (nearest_image > range) return {};
  return {fmt::format(
      "the range of {:g} A reaches the atoms' own images at {:.4g} A, which are left out of g: a crystal "
      "lacks these neighbours there, repeat the cell",
      range, nearest_image)};
}

}  // namespace
}  // namespace glasscape
