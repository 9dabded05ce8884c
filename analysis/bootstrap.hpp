// Intervals by resampling: how any statistic of a sample would scatter if the sample were drawn anew (Efron
// and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: percentile interval). Values are taken
// as independent unless they are said to come in groups, which are then drawn as wholes (Davison and Hinkley,
// Bootstrap Methods and their Application, 1997, section 3.8). Percentile and not BCa: BCa corrects smooth statistics to second order, but those used here
// are not smooth. The acceleration of a quantile by the jackknife does not converge (ibid., 11.6), and at low
// temperature an effective barrier is nearly the least or greatest value, below or above which no resample
// can lie: its bias correction is infinite. The percentile interval always exists, keeps to possible values
// and follows every monotone change of scale. Its fault, that small samples give too short intervals, is told
// by `enough_values`.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "analysis/estimate.hpp"
#include "md/support/random.hpp"

namespace glasscape {

struct Bootstrap {
  int resamples = 2000;  // leaves 50 of them beyond each end of a 95 % interval; of large samples fewer, see `resamples_of`
  double level = 0.95;
  std::vector<std::size_t> groups = {};  // of each value: a group is drawn as a whole; none: each value by itself
};

using Statistic = std::function<double(std::span<const double>)>;

/// The statistic of the sample and its percentile interval. Throws InputError for an empty or non-finite
/// sample, options out of range, and a statistic that is not a number for a resample.
Estimate bootstrap(std::span<const double> sample, const Statistic& statistic, Rng& rng,
                   const Bootstrap& options = {});

/// Throws InputError for options out of range, an empty sample, or groups of another number of values.
void check(const Bootstrap& options, std::size_t sample_size);
/// Says so when what is drawn as a whole is below `enough_values`; `noun` names one value, "barrier".
std::optional<std::string> doubt_of_few(std::string_view noun, std::size_t sample_size, const Bootstrap& options);
/// As many as asked for, or fewer where that would draw more than 1e7 values, but 100 at least: an end of a 95 % interval is then known to a fifth of its
/// length, and of a hundred thousand values that length is small.
int resamples_of(const Bootstrap& options, std::size_t sample_size);
/// What is drawn as a whole: the numbers of the values of each group, or each value by itself.
std::vector<std::vector<std::size_t>> drawn_together(const Bootstrap& options, std::size_t sample_size);
/// Values with the percentile intervals of what was drawn for each; infinite intervals when nothing was
/// drawn. Throws InputError for a draw that is not a number.
std::vector<Estimate> percentile_estimates(std::span<const double> values,
                                           const std::vector<std::vector<double>>& drawn, double level);

/// Several statistics from the same resamples. `statistics` maps a std::span<const Value> to a
/// std::vector<double>.
template <typename Value, typename Statistics>
std::vector<Estimate> bootstrap_jointly(std::span<const Value> sample, const Statistics& statistics, Rng& rng,
                                        const Bootstrap& options = {}) {
  check(options, sample.size());
  const std::vector<double> values = statistics(sample);
  std::vector<std::vector<double>> drawn(values.size());
  const std::vector<std::vector<std::size_t>> groups = options.groups.empty() ? std::vector<std::vector<std::size_t>>() : drawn_together(options, sample.size());
  const std::size_t drawn_from = options.groups.empty() ? sample.size() : groups.size();
  std::vector<Value> resample;
  const int resamples = drawn_from > 1 ? resamples_of(options, sample.size()) : 0;
  for (int r = 0; r < resamples; ++r) {
    resample.clear();
    for (std::size_t k = 0; k < drawn_from; ++k)
      if (const std::size_t one = rng.below(drawn_from); groups.empty())
        resample.push_back(sample[one]);
      else
        for (const std::size_t value : groups[one]) resample.push_back(sample[value]);
    const std::vector<double> found = statistics(std::span<const Value>(resample));
    for (std::size_t k = 0; k < values.size(); ++k) drawn[k].push_back(found[k]);
  }
  return percentile_estimates(values, drawn, options.level);
}

}  // namespace glasscape
