#include "analysis/spectrum_peaks.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <unsupported/Eigen/NonLinearOptimization>

#include "analysis/bootstrap.hpp"
#include "analysis/nonnegative_least_squares.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double least_width = 1e-3;  // of ln tau: no width

/// Nodes and weights over a normal law: the midpoint rule to three and a half standard deviations, exact to 1e-4 for what is as smooth as a kernel.
constexpr int nodes = 15;

/// Data without their background.
class Projected {
 public:
  explicit Projected(const std::vector<ResponseData>& sets) : sets_(sets), rows_(weighted_rows(sets)) {
    if (rows_.background.cols() > 0) q_ = Eigen::HouseholderQR<MatrixXd>(rows_.background).householderQ() * MatrixXd::Identity(rows_.values.size(), rows_.background.cols());
    values_ = without_background(rows_.values);
  }

  VectorXd without_background(const VectorXd& v) const { return q_.cols() > 0 ? VectorXd(v - q_ * (q_.transpose() * v)) : v; }

  /// A peak of area 1, as it stands in the rows.
  VectorXd column(double centre, double width) const {
    if (width <= least_width) return weighted_kernel(sets_, std::exp(centre));
    VectorXd sum = VectorXd::Zero(rows_.values.size());
    double weights = 0;
    for (int k = 0; k < nodes; ++k) {
      const double z = 7.0 * (k + 0.5) / nodes - 3.5, weight = std::exp(-0.5 * z * z);
      sum += weight * weighted_kernel(sets_, std::exp(centre + width * z));
      weights += weight;
    }
    return sum / weights;
  }

  MatrixXd columns(const VectorXd& centres, double width) const {
    MatrixXd all(rows_.values.size(), centres.size());
    for (Index k = 0; k < centres.size(); ++k) all.col(k) = column(centres[k], width);
    return all;
  }

  MatrixXd projected(MatrixXd columns) const {
    for (Index k = 0; k < columns.cols(); ++k) columns.col(k) = without_background(columns.col(k));
    return columns;
  }

  void set_values(const VectorXd& all) {
    rows_.values = all;
    values_ = without_background(all);
  }
  const VectorXd& values() const { return values_; }
  const WeightedRows& rows() const { return rows_; }
  double points() const { return static_cast<double>(rows_.values.size()); }

 private:
  const std::vector<ResponseData>& sets_;
  WeightedRows rows_;
  MatrixXd q_;
  VectorXd values_;
};

/// A model of peaks, with the areas that suit it best.
struct Model {
  VectorXd centres;  // ln tau
  double width = 0;
  bool has_width = false;
  VectorXd areas;
  double squares = 0;

  double parameters(double background) const { return 2.0 * static_cast<double>(centres.size()) + background + (has_width ? 1.0 : 0.0); }
};

void fit_areas(const Projected& data, Model& m) {
  const MatrixXd columns = data.projected(data.columns(m.centres, m.width));
  const NonnegativeFit fit = nonnegative_least_squares(columns, data.values());
  m.areas = fit.x;
  m.squares = fit.squares;
}

/// Residuals as a function of centres and, last, ln of the width, for Eigen's Levenberg-Marquardt.
struct Residuals {
  using Scalar = double;
  using InputType = VectorXd;
  using ValueType = VectorXd;
  using JacobianType = MatrixXd;
  enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };

  const Projected& data;
  bool has_width;
  Index peaks;

  std::pair<double, double> range;  // of ln tau: a peak far beyond the data is a background

  VectorXd centres(const VectorXd& x) const { return x.head(peaks).cwiseMax(range.first).cwiseMin(range.second); }
  int inputs() const { return static_cast<int>(peaks + (has_width ? 1 : 0)); }
  int values() const { return static_cast<int>(data.values().size()); }
  double width(const VectorXd& x) const { return has_width ? std::clamp(std::exp(x[peaks]), 2.0 * least_width, 3.0) : 0.0; }
  int operator()(const VectorXd& x, VectorXd& out) const {
    const MatrixXd columns = data.projected(data.columns(centres(x), width(x)));
    out = columns * nonnegative_least_squares(columns, data.values()).x - data.values();
    return 0;
  }
};

/// Moves the centres, and the width if there is one, to the least residual nearby.
void refine(const Projected& data, Model& m, std::pair<double, double> range) {
  if (m.centres.size() == 0) return fit_areas(data, m);
  Residuals residuals{data, m.has_width, m.centres.size(), range};
  if (residuals.values() < residuals.inputs()) return fit_areas(data, m);
  VectorXd x(residuals.inputs());
  x.head(m.centres.size()) = m.centres;
  if (m.has_width) x[m.centres.size()] = std::log(m.width);
  Eigen::NumericalDiff<Residuals> differences(residuals, 1e-10);
  Eigen::LevenbergMarquardt<Eigen::NumericalDiff<Residuals>> search(differences);
  search.parameters.maxfev = 400;
  search.parameters.xtol = search.parameters.ftol = 1e-9;
  search.minimize(x);
  Model moved = m;
  moved.centres = residuals.centres(x);
  moved.width = residuals.width(x);
  fit_areas(data, moved);
  fit_areas(data, m);
  if (moved.squares <= m.squares && x.allFinite()) m = moved;
}

/// One more peak, where it helps most, beginning with this width; all of them then refined.
Model with_one_more(const Projected& data, const Model& before, double width, std::pair<double, double> range) {
  constexpr int places = 40;
  Model best;
  best.squares = std::numeric_limits<double>::infinity();
  for (int k = 0; k < places; ++k) {
    Model m = before;
    m.width = width;
    m.centres.conservativeResize(before.centres.size() + 1);
    m.centres[before.centres.size()] = range.first + (range.second - range.first) * (k + 0.5) / places;
    fit_areas(data, m);
    if (m.squares < best.squares) best = m;
  }
  refine(data, best, range);
  return best;
}

double bic(const Projected& data, const Model& m) {
  const double n = data.points();
  const double rounding = 1e-26 * data.rows().values.squaredNorm();  // below it, residuals are those of arithmetic
  return n * std::log(std::max({m.squares, rounding, 1e-300}) / n) + m.parameters(static_cast<double>(data.rows().background.cols())) * std::log(n);
}

/// The next rung: the best of several beginnings, as the least residual has many neighbours that are nearly as low.
Model next_rung(const Projected& data, const Model& before, const Model* without_width, std::pair<double, double> range) {
  if (!before.has_width) return with_one_more(data, before, 0.0, range);
  std::vector<Model> all;
  for (const double width : {0.2, 0.5, before.width}) all.push_back(with_one_more(data, before, width, range));
  if (without_width != nullptr) {
    all.push_back(*without_width);
    all.back().has_width = true;
    all.back().width = 0.3;
    refine(data, all.back(), range);
  }
  return *std::min_element(all.begin(), all.end(), [](const Model& a, const Model& b) { return a.squares < b.squares; });
}

/// The best of 0, 1, ... peaks of a kind; stops when three more have not helped.
std::vector<Model> ladder(const Projected& data, bool has_width, const std::vector<Model>& without_width, std::pair<double, double> range, int most) {
  constexpr int patience = 3;
  std::vector<Model> rungs(1);
  rungs.front().has_width = has_width;
  rungs.front().width = has_width ? 0.4 : 0.0;
  fit_areas(data, rungs.front());
  double best = bic(data, rungs.front());
  for (int k = 1, worse = 0; k <= most && worse < patience; ++k) {
    const auto rung = static_cast<std::size_t>(k);
    Model next = next_rung(data, rungs.back(), rung < without_width.size() ? &without_width[rung] : nullptr, range);
    if (next.parameters(static_cast<double>(data.rows().background.cols())) >= data.points() - 1.0) break;
    const double value = bic(data, next);
    worse = value < best ? 0 : worse + 1;
    best = std::min(best, value);
    rungs.push_back(std::move(next));
  }
  return rungs;
}

/// Without peaks of no area, by ascending time.
void tidy(Model& m) {
  std::vector<Index> order;
  for (Index k = 0; k < m.centres.size(); ++k)
    if (m.areas[k] > 0) order.push_back(k);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return m.centres[a] < m.centres[b]; });
  const VectorXd centres = m.centres(order), areas = m.areas(order);
  m.centres = centres;
  m.areas = areas;
}

VectorXd background_terms_of(const Projected& data, const VectorXd& left) {
  if (data.rows().background.cols() == 0) return VectorXd(0);
  return data.rows().background.colPivHouseholderQr().solve(left);
}

/// Columns of ln tau, areas and the width of fits to the fit with new noise.
std::vector<std::vector<double>> refitted(const Projected& data, const Model& m, std::pair<double, double> range, double noise, Rng& rng, int resamples) {
  const auto peaks = static_cast<std::size_t>(m.centres.size());
  std::vector<std::vector<double>> drawn(2 * peaks + 1);
  Projected again = data;
  const VectorXd peaks_alone = data.columns(m.centres, m.width) * m.areas;
  const VectorXd exact = peaks_alone + data.rows().background * background_terms_of(data, data.rows().values - peaks_alone);
  for (int r = 0; r < resamples; ++r) {
    VectorXd values = exact;
    for (double& v : values) v += noise * rng.normal();
    again.set_values(values);
    Model fit = m;
    refine(again, fit, range);
    std::vector<Index> order(peaks);
    for (std::size_t k = 0; k < peaks; ++k) order[k] = static_cast<Index>(k);
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return fit.centres[a] < fit.centres[b]; });
    for (std::size_t k = 0; k < peaks; ++k) {
      drawn[k].push_back(fit.centres[order[k]]);
      drawn[peaks + k].push_back(fit.areas[order[k]]);
    }
    drawn[2 * peaks].push_back(fit.width);
  }
  return drawn;
}

/// A time that met the limit of the search may be any beyond it, and an area there any larger one.
void open_at_limits(SpectrumPeak& peak, std::pair<double, double> range) {
  constexpr double near = 1e-6, infinity = std::numeric_limits<double>::infinity();
  Interval& tau = peak.tau.interval;
  const bool first = std::log(tau.low) <= range.first + near, last = std::log(tau.high) >= range.second - near;
  if (first) tau.low = 0;
  if (last) tau.high = infinity;
  if (first || last) peak.area.interval.high = infinity;
}

}  // namespace

double resolution_limit(double noise_over_signal) {
  if (!(noise_over_signal > 0 && noise_over_signal < 1)) return std::numeric_limits<double>::quiet_NaN();
  return std::exp(std::numbers::pi * std::numbers::pi / std::acosh(1.0 / (noise_over_signal * noise_over_signal)));
}

SpectrumPeaks spectrum_peaks(const std::vector<ResponseData>& sets, Rng& rng, const PeakOptions& options) {
  check(sets);
  if (options.most < 1 || options.most > 40 || options.resamples < 0) throw InputError("at most {} peaks with {} fits of new noise, expected 1 to 40 and 0 or more", options.most, options.resamples);
  const Projected data(sets);
  const double beyond = std::max(2.0, range_of_flanks(sets));  // the data's range
  const auto [shortest, longest] = range_of_times(sets);
  const std::pair range{std::log(shortest / beyond), std::log(longest * beyond)};
  SpectrumPeaks found;
  Model best;
  double least = std::numeric_limits<double>::infinity();
  std::vector<Model> without_width;
  for (const bool has_width : {false, true}) {
    const std::vector<Model> rungs = ladder(data, has_width, without_width, range, options.most);
    if (!has_width) without_width = rungs;
    for (std::size_t k = 0; k < rungs.size(); ++k) {
      const double value = bic(data, rungs[k]);
      if (found.bic.size() <= k) found.bic.push_back(value);
      found.bic[k] = std::min(found.bic[k], value);
      if (value < least) {
        least = value;
        best = rungs[k];
      }
    }
  }
  tidy(best);
  const double freedom = data.points() - best.parameters(static_cast<double>(data.rows().background.cols()));
  found.noise = std::sqrt(best.squares / std::max(freedom, 1.0));
  const VectorXd peaks_alone = data.columns(best.centres, best.width) * best.areas;
  found.background = background_of_sets(sets, background_terms_of(data, data.rows().values - peaks_alone));
  found.resolution = resolution_limit(found.noise / std::max(peaks_alone.cwiseAbs().maxCoeff(), 1e-300));
  std::vector<double> values;
  for (const double c : best.centres) values.push_back(c);
  for (const double a : best.areas) values.push_back(a);
  values.push_back(best.width);
  const std::vector<Estimate> estimates = percentile_estimates(values, refitted(data, best, range, found.noise, rng, options.resamples), 0.95);
  const auto peaks = static_cast<std::size_t>(best.centres.size());
  for (std::size_t k = 0; k < peaks; ++k) {
    const Estimate& ln = estimates[k];
    found.peaks.push_back({{std::exp(ln.value), {std::exp(ln.interval.low), std::exp(ln.interval.high)}, ln.level}, estimates[peaks + k]});
    if (k > 0 && found.peaks[k].tau.value / found.peaks[k - 1].tau.value < found.resolution)
      found.doubts.push_back(fmt::format("Peaks at {:.3g} and {:.3g} s are nearer than the factor {:.2g} that this noise can tell apart", found.peaks[k - 1].tau.value, found.peaks[k].tau.value, found.resolution));
    open_at_limits(found.peaks[k], range);
    if (const double c = best.centres[static_cast<Index>(k)]; c <= std::log(shortest) || c >= std::log(longest))
      found.doubts.push_back(fmt::format("The peak at {:.3g} s lies at the end of the data: it may be part of the background", found.peaks[k].tau.value));
  }
  if (static_cast<int>(peaks) >= options.most) found.doubts.push_back(fmt::format("There may be more than the {} peaks that were tried: what is smooth is a sum of any number of them", options.most));
  found.width = estimates[2 * peaks];
  return found;
}

}  // namespace glasscape
