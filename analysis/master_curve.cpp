#include "analysis/master_curve.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/distributions.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double decisive = 10;  // difference of the criterion: "very strong" of Kass and Raftery, J. Am. Stat. Assoc. 90, 773 (1995)

Estimate within(double value, double error, double freedom, double level) {
  if (!(freedom > 0 && std::isfinite(error))) return {value, {-infinite, infinite}, level};
  const double half = student_two_sided(freedom, level) * error;
  return {value, {value - half, value + half}, level};
}

/// Shifts that are linear in few parameters: shift of curve k = sum_j per_parameter(k, j) x_j.
struct Law {
  MatrixXd per_parameter;
  VectorXd stretch;
  double least = -infinite, most = infinite;  // of a parameter
};

double points_of(const std::vector<ResponseData>& curves) {
  double n = 0;
  for (const ResponseData& d : curves) n += static_cast<double>(d.at.size());
  return n;
}

std::vector<ResponseData> moved(std::vector<ResponseData> curves, const Law& law, const VectorXd& x) {
  const VectorXd shift = law.per_parameter * x;
  for (std::size_t k = 0; k < curves.size(); ++k) {
    curves[k].shift = shift[static_cast<Index>(k)];
    curves[k].stretch = law.stretch[static_cast<Index>(k)];
  }
  return curves;
}

SpectrumOptions grid_around(const std::vector<ResponseData>& curves, const MasterCurveOptions& o) {
  SpectrumOptions grid = o.spectrum;
  const auto [shortest, longest] = range_of_times(curves);
  grid.shortest = o.spectrum.shortest.value_or(shortest / o.beyond);
  grid.longest = o.spectrum.longest.value_or(longest * o.beyond);
  return grid;
}

/// Residuals of data and penalty below each other, and how the law changes them when the spectrum and the background follow.
struct Linearised {
  VectorXd residuals;
  MatrixXd slopes;
};

Linearised linearised(const std::vector<ResponseData>& curves, const Law& law, const RelaxationSpectrum& s) {
  constexpr double step = 1e-4;  // of ln tau: differences of a smooth kernel, good to 1e-8
  std::vector<Index> free;
  for (Index i = 0; i < s.density.size(); ++i)
    if (s.density[i] > 0) free.push_back(i);
  const WeightedRows rows = weighted_rows(curves);
  const Index data = rows.values.size(), terms = rows.background.cols(), unknowns = terms + static_cast<Index>(free.size());
  const MatrixXd penalty = std::sqrt(s.lambda) * second_differences(s.density.size());
  MatrixXd linear = MatrixXd::Zero(data + penalty.rows(), unknowns);
  linear.topLeftCorner(data, terms) = rows.background;
  VectorXd slope = VectorXd::Zero(data);  // of the fitted values by ln of the times of their curve
  for (std::size_t k = 0; k < free.size(); ++k) {
    const Index column = terms + static_cast<Index>(k);
    linear.col(column).head(data) = s.spacing * weighted_kernel(curves, s.tau[free[k]]);
    linear.col(column).tail(penalty.rows()) = penalty.col(free[k]);
    std::vector<ResponseData> later = curves, sooner = curves;
    for (std::size_t c = 0; c < curves.size(); ++c) {
      later[c].shift += step;
      sooner[c].shift -= step;
    }
    slope += s.spacing * s.density[free[k]] * (weighted_kernel(later, s.tau[free[k]]) - weighted_kernel(sooner, s.tau[free[k]])) / (2.0 * step);
  }
  Linearised l{VectorXd(linear.rows()), MatrixXd::Zero(linear.rows(), law.per_parameter.cols())};
  Index row = 0;
  for (std::size_t c = 0; c < curves.size(); ++c)
    for (Index k = 0; k < curves[c].at.size(); ++k, ++row) {
      l.residuals[row] = rows.values[row] - s.fitted[c][k] / (curves[c].error.size() > 0 ? curves[c].error[k] : 1.0);
      l.slopes.row(row) = -slope[row] * law.per_parameter.row(static_cast<Index>(c));
    }
  l.residuals.tail(penalty.rows()) = -penalty * s.density;
  if (unknowns > 0) {
    const MatrixXd q = Eigen::HouseholderQR<MatrixXd>(linear).householderQ() * MatrixXd::Identity(linear.rows(), unknowns);
    l.slopes -= q * (q.transpose() * l.slopes);
  }
  return l;
}

double penalised(const RelaxationSpectrum& s) { return s.tried.front().squares + s.lambda * (second_differences(s.density.size()) * s.density).squaredNorm(); }

/// The least regularised misfit at one weight, by Gauss and Newton with Marquardt's damping.
VectorXd least_misfit(const std::vector<ResponseData>& curves, const Law& law, VectorXd x, const RelaxationSpectrum& begin, const SpectrumOptions& grid) {
  constexpr int steps = 25;
  RelaxationSpectrum here = spectrum_at(moved(curves, law, x), begin.lambda, grid, begin.density);
  double damping = 1e-3;
  for (int k = 0; k < steps && damping < 1e8; ++k) {
    const Linearised l = linearised(moved(curves, law, x), law, here);
    const MatrixXd square = l.slopes.transpose() * l.slopes;
    const VectorXd downhill = -l.slopes.transpose() * l.residuals;
    bool lower = false;
    double gain = 0, length = 0;
    while (!lower && damping < 1e8) {
      MatrixXd damped = square;
      damped.diagonal() += damping * square.diagonal() + VectorXd::Constant(square.rows(), 1e-300);
      const VectorXd next = (x + damped.ldlt().solve(downhill)).cwiseMax(law.least).cwiseMin(law.most);
      if (!next.allFinite()) return x;
      const RelaxationSpectrum there = spectrum_at(moved(curves, law, next), begin.lambda, grid, here.density);
      lower = penalised(there) <= penalised(here);
      damping *= lower ? 0.1 : 10.0;
      if (!lower) continue;
      gain = 1.0 - penalised(there) / penalised(here);
      length = (law.per_parameter * (next - x)).cwiseAbs().maxCoeff();
      x = next;
      here = there;
    }
    if (lower && gain < 1e-6 && length < 1e-4) break;
  }
  return x;
}

void add_intervals(SharedSpectrum& s, const Law& law, const VectorXd& x, double level) {
  const Linearised l = linearised(s.curves, law, s.spectrum);
  const double left = points_of(s.curves) - s.freedom;
  const MatrixXd covariance = s.squares / std::max(left, 1.0) * (l.slopes.transpose() * l.slopes).completeOrthogonalDecomposition().pseudoInverse();
  for (Index j = 0; j < x.size(); ++j) s.parameters.push_back(within(x[j], std::sqrt(covariance(j, j)), left, level));
}

/// The law with the parameters that overlay the curves best.
SharedSpectrum shared(const std::vector<ResponseData>& curves, const Law& law, VectorXd x, const MasterCurveOptions& o) {
  for (int round = 0; round < o.rounds; ++round) {
    const std::vector<ResponseData> now = moved(curves, law, x);
    const SpectrumOptions grid = grid_around(now, o);
    const VectorXd next = least_misfit(curves, law, x, relaxation_spectrum(now, grid), grid);
    const double change = (law.per_parameter * (next - x)).cwiseAbs().maxCoeff();
    x = next;
    if (change < 1e-4) break;
  }
  SharedSpectrum s;
  s.curves = moved(curves, law, x);
  s.spectrum = relaxation_spectrum(s.curves, grid_around(s.curves, o));
  const double n = points_of(curves);
  double sum = 0;
  for (std::size_t c = 0; c < curves.size(); ++c) {
    VectorXd left = curves[c].value - s.spectrum.fitted[c];
    if (curves[c].error.size() > 0) left = left.cwiseQuotient(curves[c].error);
    s.squares += left.squaredNorm();
    for (Index k = 0; k < left.size(); ++k) sum += std::pow(std::log(curves[c].value[k] / std::max(s.spectrum.fitted[c][k], 1e-12 * curves[c].value[k])), 2);
  }
  s.overlay = std::sqrt(sum / n);
  s.freedom = s.spectrum.freedom + static_cast<double>(x.size());
  s.bic = n * std::log(std::max(s.squares, 1e-300) / n) + s.freedom * std::log(n);
  add_intervals(s, law, x, o.level);
  return s;
}

/// The attempt time at which cross-validation is best, of some between the bounds: where to begin.
double attempt_time_to_begin(const std::vector<ResponseData>& curves, const Law& law, const MasterCurveOptions& o) {
  constexpr int places = 11;
  double best = o.least_ln_attempt_time, least = infinite;
  for (int k = 0; k < places; ++k) {
    const VectorXd x = VectorXd::Constant(1, o.least_ln_attempt_time + (o.most_ln_attempt_time - o.least_ln_attempt_time) * (k + 0.5) / places);
    const std::vector<ResponseData> now = moved(curves, law, x);
    SpectrumOptions grid = grid_around(now, o);
    grid.weights = 9;
    for (const TriedWeight& t : relaxation_spectrum(now, grid).tried)
      if (t.gcv < least) {
        least = t.gcv;
        best = x[0];
      }
  }
  return best;
}

struct Curves {
  std::vector<ResponseData> data;
  std::vector<double> temperature;     // of each curve
  std::vector<double> temperatures;    // each once
  std::vector<std::size_t> at;         // number of the temperature of each curve
  std::size_t reference = 0;           // its number
};

Curves sorted_out(const std::vector<Isotherm>& isotherms, double reference) {
  Curves c;
  for (const Isotherm& i : isotherms) {
    const ResponseData& d = i.data;
    check(d);
    thermal_energy(i.temperature);
    if (d.kind != Response::loss && d.kind != Response::storage) throw InputError("{}: a measurement in time, expected a loss or a storage modulus against frequency", d.source);
    for (Index k = 0; k < d.value.size(); ++k)
      if (!(d.value[k] > 0)) throw InputError("{}: row {}: modulus {}, expected one above 0", d.source, k + 1, d.value[k]);
    if (!c.temperature.empty() && i.temperature < c.temperature.back()) throw InputError("{}: {} K follows {} K, expected ascending temperatures; sort the curves", d.source, i.temperature, c.temperature.back());
    for (std::size_t k = 0; k < c.data.size(); ++k)
      if (c.temperature[k] == i.temperature && c.data[k].kind == d.kind) throw InputError("{}: {} K was there before, expected one curve of a kind at each temperature", d.source, i.temperature);
    if (c.temperatures.empty() || c.temperatures.back() != i.temperature) c.temperatures.push_back(i.temperature);
    c.data.push_back(d);
    c.temperature.push_back(i.temperature);
    c.at.push_back(c.temperatures.size() - 1);
  }
  if (c.temperatures.size() < 2) throw InputError("curves at {} temperature(s), expected 2 or more to shift", c.temperatures.size());
  for (std::size_t t = 0; t < c.temperatures.size(); ++t)
    if (std::abs(c.temperatures[t] - reference) < std::abs(c.temperatures[c.reference] - reference)) c.reference = t;
  return c;
}

Law law_of_free_shifts(const Curves& c) {
  const auto curves = static_cast<Index>(c.data.size());
  Law law{MatrixXd::Zero(curves, static_cast<Index>(c.temperatures.size()) - 1), VectorXd::Ones(curves)};
  for (std::size_t k = 0; k < c.data.size(); ++k)
    if (c.at[k] != c.reference) law.per_parameter(static_cast<Index>(k), static_cast<Index>(c.at[k]) - (c.at[k] > c.reference ? 1 : 0)) = 1.0;
  return law;
}

Law law_of_one_barrier(const Curves& c) {
  const auto curves = static_cast<Index>(c.data.size());
  Law law{MatrixXd(curves, 1), VectorXd::Ones(curves)};
  for (Index k = 0; k < curves; ++k) law.per_parameter(k, 0) = 1.0 / thermal_energy(c.temperature[static_cast<std::size_t>(k)]) - 1.0 / thermal_energy(c.temperatures[c.reference]);
  return law;
}

Law law_of_many_barriers(const Curves& c, const MasterCurveOptions& o) {
  const auto curves = static_cast<Index>(c.data.size());
  Law law{MatrixXd(curves, 1), VectorXd(curves), o.least_ln_attempt_time, o.most_ln_attempt_time};
  for (Index k = 0; k < curves; ++k) {
    law.stretch[k] = c.temperatures[c.reference] / c.temperature[static_cast<std::size_t>(k)];
    law.per_parameter(k, 0) = 1.0 - law.stretch[k];
  }
  return law;
}

/// One shift for each temperature out of what neighbours ask for, from the reference outwards.
VectorXd neighbours_shifts(const Curves& c) {
  std::vector<double> from_first(c.temperatures.size(), 0.0);
  for (std::size_t t = 1; t < c.temperatures.size(); ++t) {
    double step = 0;
    for (const Response kind : {Response::storage, Response::loss})  // a loss says more, and goes last
      for (std::size_t a = 0; a < c.data.size(); ++a)
        for (std::size_t b = 0; b < c.data.size(); ++b)
          if (c.at[a] + 1 == t && c.at[b] == t && c.data[a].kind == kind && c.data[b].kind == kind) step = pairwise_shift(c.data[a], c.data[b]);
    from_first[t] = from_first[t - 1] + step;
  }
  VectorXd x(static_cast<Index>(c.temperatures.size()) - 1);
  for (std::size_t t = 0; t < c.temperatures.size(); ++t)
    if (t != c.reference) x[static_cast<Index>(t) - (t > c.reference ? 1 : 0)] = from_first[t] - from_first[c.reference];
  return x;
}

void add_shifts(MasterCurve& m, const Curves& c, double level) {
  std::vector<double> values;
  for (std::size_t t = 0; t < c.temperatures.size(); ++t) {
    m.ln_shift.push_back(t == c.reference ? Estimate{0, {0, 0}, level} : m.one_shift.parameters[t - (t > c.reference ? 1 : 0)]);
    values.push_back(m.ln_shift.back().value);
  }
  m.apparent = thermal_activation(c.temperatures, values, {}, level);
}

/// Over how many times of its grid a spectrum spreads.
double spread(const RelaxationSpectrum& s) { return std::pow(s.density.sum(), 2) / std::max(s.density.squaredNorm(), 1e-300); }

void judge(MasterCurve& m) {
  constexpr double hardly_wider = 4;  // than the grid, which then decides instead of the curves
  const double one = std::min(m.one_shift.bic, m.arrhenius_shift.bic), many = m.many_barriers.bic;
  const bool narrow = spread(m.arrhenius_shift.spectrum) < hardly_wider && spread(m.many_barriers.spectrum) < hardly_wider;
  if (narrow) m.doubts.emplace_back("The spectrum is hardly wider than the steps of its grid: one process is the same under both laws");
  m.verdict = narrow || std::abs(one - many) < decisive ? Superposition::undecided : one < many ? Superposition::one_shift : Superposition::many_barriers;
  const std::string numbers = fmt::format("BIC {:.1f} with one shift, {:.1f} with many barriers; overlay {:.2g} and {:.2g} in ln of the modulus", one, many, m.one_shift.overlay, m.many_barriers.overlay);
  switch (m.verdict) {
    case Superposition::one_shift: m.sentence = "One shift of all times describes the curves, and many barriers with one attempt time do not: " + numbers; break;
    case Superposition::many_barriers: m.sentence = fmt::format("Many barriers describe the curves better than one shift, though the shifts lie on an Arrhenius line with R^2 = {:.5f}: ", m.apparent.r_squared) + numbers; break;
    case Superposition::undecided: m.sentence = "These curves do not tell one shift from many barriers: " + numbers; break;
  }
}

void add_doubts(MasterCurve& m, const Curves& c, const MasterCurveOptions& o) {
  m.doubts.insert(m.doubts.end(), m.apparent.doubts.begin(), m.apparent.doubts.end());
  const SharedSpectrum& better = m.verdict == Superposition::many_barriers ? m.many_barriers : m.one_shift.bic < m.arrhenius_shift.bic ? m.one_shift : m.arrhenius_shift;
  for (const std::string& doubt : better.spectrum.doubts) m.doubts.push_back(doubt);
  const bool have_errors = std::all_of(c.data.begin(), c.data.end(), [](const ResponseData& d) { return d.error.size() > 0; });
  const double noise = std::sqrt(better.squares / std::max(points_of(c.data) - better.freedom, 1.0));
  if (have_errors && noise > 2) m.doubts.push_back(fmt::format("Residuals of the better law are {:.1f} times the errors: neither describes the curves within them", noise));
  const double ln_attempt = m.ln_attempt_time.value;
  if (ln_attempt <= o.least_ln_attempt_time || ln_attempt >= o.most_ln_attempt_time)
    m.doubts.push_back(fmt::format("The attempt time lies at the end of those searched, exp({:.4g}) s: curves that are the same at all times of a process do not hold it", ln_attempt));
  for (std::size_t k = 1; k < c.data.size(); ++k) {
    if (c.at[k] == c.at[k - 1]) continue;
    const auto [shortest, longest] = range_of_times({m.one_shift.curves[k - 1]});
    const auto [shortest_next, longest_next] = range_of_times({m.one_shift.curves[k]});
    if (shortest > longest_next || shortest_next > longest)
      m.doubts.push_back(fmt::format("The curves at {} and {} K do not overlap when shifted: only the smoothness of the spectrum holds their shift", c.temperature[k - 1], c.temperature[k]));
  }
}

/// ln of a modulus between its points, in ln of the frequency.
double interpolated(const ResponseData& d, double ln_frequency) {
  Index k = 1;
  while (k + 1 < d.at.size() && std::log(d.at[k]) < ln_frequency) ++k;
  const double a = std::log(d.at[k - 1]), b = std::log(d.at[k]), part = (ln_frequency - a) / (b - a);
  return (1.0 - part) * std::log(d.value[k - 1]) + part * std::log(d.value[k]);
}

void check_options(const MasterCurveOptions& o) {
  check_level(o.level);
  if (!(std::isfinite(o.reference) && o.reference > 0)) throw InputError("a reference temperature of {} K, expected one above 0", o.reference);
  if (!(o.beyond >= 1 && o.rounds >= 1 && o.least_ln_attempt_time < o.most_ln_attempt_time) || o.spectrum.lambda)
    throw InputError("a master curve that goes on by {}, in {} rounds, ln of attempt times from {} to {}{}: expected a factor of 1 or more, a round or more, an ascending range, and no weight of the penalty", o.beyond, o.rounds,
                     o.least_ln_attempt_time, o.most_ln_attempt_time, o.spectrum.lambda ? ", with a weight of the penalty" : "");
}

}  // namespace

ThermalActivation thermal_activation(std::span<const double> temperatures, std::span<const double> ln_times, std::span<const double> errors, double level) {
  check_level(level);
  const std::size_t n = temperatures.size();
  if (n != ln_times.size() || (!errors.empty() && errors.size() != n)) throw InputError("{} temperatures, {} times and {} errors, expected as many of each", n, ln_times.size(), errors.size());
  double weights = 0, x_mean = 0, y_mean = 0;
  std::vector<double> x, w;
  for (std::size_t k = 0; k < n; ++k) {
    const double error = errors.empty() ? 1.0 : errors[k];
    if (!std::isfinite(ln_times[k]) || !(error > 0 && std::isfinite(error))) throw InputError("ln of a time {} with error {} at {} K, expected a finite number and one above 0", ln_times[k], error, temperatures[k]);
    x.push_back(1.0 / thermal_energy(temperatures[k]));
    w.push_back(1.0 / (error * error));
    weights += w[k];
    x_mean += w[k] * x[k];
    y_mean += w[k] * ln_times[k];
  }
  if (n < 2 || *std::min_element(x.begin(), x.end()) == *std::max_element(x.begin(), x.end())) throw InputError("times at {} temperature(s), expected two different ones or more", std::min<std::size_t>(n, 1));
  x_mean /= weights;
  y_mean /= weights;
  double xx = 0, xy = 0, yy = 0, squares = 0;
  for (std::size_t k = 0; k < n; ++k) {
    xx += w[k] * (x[k] - x_mean) * (x[k] - x_mean);
    xy += w[k] * (x[k] - x_mean) * (ln_times[k] - y_mean);
    yy += w[k] * (ln_times[k] - y_mean) * (ln_times[k] - y_mean);
  }
  const double slope = xy / xx, freedom = static_cast<double>(n) - 2.0;
  for (std::size_t k = 0; k < n; ++k) squares += w[k] * std::pow(ln_times[k] - y_mean - slope * (x[k] - x_mean), 2);
  const double variance = freedom > 0 ? squares / freedom : infinite;
  ThermalActivation a{within(slope, std::sqrt(variance / xx), freedom, level), within(y_mean - slope * x_mean, std::sqrt(variance * (1.0 / weights + x_mean * x_mean / xx)), freedom, level), yy > 0 ? 1.0 - squares / yy : 1.0, {}};
  if (n == 2) a.doubts.emplace_back("Two temperatures give a line and no interval");
  if (!errors.empty() && freedom > 0 && chi_squared_above(freedom, squares) < 1e-3) a.doubts.push_back(fmt::format("Times scatter around the line {:.1f} times more than their errors: it is not straight, or the errors are too small", std::sqrt(variance)));
  return a;
}

double pairwise_shift(const ResponseData& from, const ResponseData& to) {
  constexpr int places = 400;
  constexpr double least_overlap = 0.3;  // of the shorter curve
  const double first = std::log(from.at[0]), last = std::log(from.at[from.at.size() - 1]), to_first = std::log(to.at[0]), to_last = std::log(to.at[to.at.size() - 1]);
  const double overlap = least_overlap * std::min(last - first, to_last - to_first), low = first - to_last + overlap, high = last - to_first - overlap;
  double best = 0, least = infinite;
  for (int k = 0; k <= places; ++k) {
    const double shift = low + (high - low) * k / places;
    double sum = 0, count = 0;
    for (Index i = 0; i < to.at.size(); ++i) {
      const double there = std::log(to.at[i]) + shift;  // a slower process is seen at a lower frequency
      if (there < first || there > last) continue;
      sum += std::pow(std::log(to.value[i]) - interpolated(from, there), 2);
      ++count;
    }
    if (count >= 2 && sum / count < least) {
      least = sum / count;
      best = shift;
    }
  }
  return best;
}

double MasterCurve::barrier_of(double tau) const { return thermal_energy(reference) * (std::log(tau) - ln_attempt_time.value); }

MasterCurve master_curve(const std::vector<Isotherm>& isotherms, const MasterCurveOptions& options) {
  check_options(options);
  const Curves c = sorted_out(isotherms, options.reference);
  MasterCurve m;
  m.reference = c.temperatures[c.reference];
  m.temperatures = c.temperatures;
  const Law free = law_of_free_shifts(c), one = law_of_one_barrier(c), many = law_of_many_barriers(c, options);
  m.one_shift = shared(c.data, free, neighbours_shifts(c), options);
  add_shifts(m, c, options.level);
  m.arrhenius_shift = shared(c.data, one, VectorXd::Constant(1, m.apparent.energy.value), options);
  if (m.arrhenius_shift.squares < m.one_shift.squares) {  // the neighbours led astray, as what has one parameter cannot be better
    VectorXd x(free.per_parameter.cols());
    for (std::size_t k = 0; k < c.data.size(); ++k)
      if (c.at[k] != c.reference) x[static_cast<Index>(c.at[k]) - (c.at[k] > c.reference ? 1 : 0)] = m.arrhenius_shift.curves[k].shift;
    SharedSpectrum again = shared(c.data, free, x, options);
    if (again.bic < m.one_shift.bic) m.one_shift = std::move(again);
    m.ln_shift.clear();
    add_shifts(m, c, options.level);
  }
  m.arrhenius_energy = m.arrhenius_shift.parameters.front();
  m.many_barriers = shared(c.data, many, VectorXd::Constant(1, attempt_time_to_begin(c.data, many, options)), options);
  m.ln_attempt_time = m.many_barriers.parameters.front();
  judge(m);
  add_doubts(m, c, options);
  return m;
}

}  // namespace glasscape
