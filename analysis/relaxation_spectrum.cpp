#include "analysis/relaxation_spectrum.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/bootstrap.hpp"
#include "analysis/distributions.hpp"
#include "analysis/nonnegative_least_squares.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr int weights_of_band = 17;  // as many lambdas for each fit to new noise

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

bool is_of_time(Response kind) { return kind == Response::recovery || kind == Response::creep; }
int background_terms(const ResponseData& d) { return d.kind == Response::loss ? 0 : (d.constant ? 1 : 0) + (d.drift && is_of_time(d.kind) ? 1 : 0); }

/// Grid of relaxation times, equally spaced in ln tau.
VectorXd grid_of(const std::vector<ResponseData>& sets, const SpectrumOptions& o) {
  const auto [first, last] = range_of_times(sets);
  const double beyond = range_of_flanks(sets), shortest = o.shortest.value_or(first / beyond), longest = o.longest.value_or(last * beyond);
  if (!(shortest > 0 && longest > shortest && std::isfinite(longest))) throw InputError("relaxation times from {} to {} s, expected a range above 0", shortest, longest);
  const VectorXd ln = VectorXd::LinSpaced(o.points, std::log(shortest), std::log(longest));
  return ln.array().exp();
}

/// The whole of the data as one weighted linear problem: background | kernel of the grid | values.
struct Problem {
  MatrixXd rows;
  Index background = 0, points = 0;
  double spacing = 0;
};

Problem problem_of(const std::vector<ResponseData>& sets, const VectorXd& tau) {
  const WeightedRows data = weighted_rows(sets);
  Problem p{MatrixXd(data.values.size(), data.background.cols() + tau.size() + 1), data.background.cols(), tau.size(), std::log(tau[1] / tau[0])};
  p.rows.leftCols(p.background) = data.background;
  for (Index i = 0; i < p.points; ++i) p.rows.col(p.background + i) = p.spacing * weighted_kernel(sets, tau[i]);
  p.rows.rightCols(1) = data.values;
  return p;
}

/// The same without the background, and no longer than it is wide: a QR factorisation leaves squares as they are.
struct Reduced {
  MatrixXd kernel;
  VectorXd values;
  MatrixXd penalty;
  double data = 0, background = 0;  // points, terms
};

Reduced reduced(const Problem& p) {
  const MatrixXd q = Eigen::HouseholderQR<MatrixXd>(p.rows).matrixQR().triangularView<Eigen::Upper>();
  const Index rows = std::min<Index>(q.rows(), q.cols()) - p.background;
  return {q.block(p.background, p.background, rows, p.points), q.block(p.background, p.background + p.points, rows, 1), second_differences(p.points), static_cast<double>(p.rows.rows()),
          static_cast<double>(p.background)};
}

/// Of one lambda: the fit and what the rules make of it.
struct Trial {
  NonnegativeFit fit;
  TriedWeight says;
};

/// Data and penalty below each other.
std::pair<MatrixXd, VectorXd> stacked_with(const Reduced& r, double lambda) {
  MatrixXd stacked(r.kernel.rows() + r.penalty.rows(), r.kernel.cols());
  stacked << r.kernel, std::sqrt(lambda) * r.penalty;
  VectorXd values = VectorXd::Zero(stacked.rows());
  values.head(r.values.size()) = r.values;
  return {stacked, values};
}

Trial trial(const Reduced& r, double lambda, const std::vector<Index>& guess) {
  const auto [stacked, values] = stacked_with(r, lambda);
  Trial t{nonnegative_least_squares(stacked, values, guess), {}};
  const double squares = (r.values - r.kernel * t.fit.x).squaredNorm(), roughness = (r.penalty * t.fit.x).squaredNorm();
  double freedom = r.background, log_ratio = 0;
  if (!t.fit.free.empty()) {
    const MatrixXd free = stacked(Eigen::all, t.fit.free), penalty = r.penalty(Eigen::all, t.fit.free);
    const Eigen::HouseholderQR<MatrixXd> qr(free), of_penalty(penalty);
    const auto m = static_cast<Index>(t.fit.free.size());
    const MatrixXd q = qr.householderQ() * MatrixXd::Identity(free.rows(), m);
    freedom += q.topRows(r.kernel.rows()).squaredNorm();
    for (Index k = 0; k < m; ++k) log_ratio += std::log(std::sqrt(lambda) * std::abs(of_penalty.matrixQR()(k, k))) - std::log(std::abs(qr.matrixQR()(k, k)));
  }
  const double left = r.data - freedom, k = freedom + 1.0;
  TriedWeight& s = t.says;
  s = {lambda, squares, freedom, r.data * squares / (left * left), r.data * std::log(squares / r.data) + 2.0 * k + 2.0 * k * (k + 1.0) / std::max(r.data - k - 1.0, 1e-9),
       -0.5 * (r.data - r.background) * std::log(squares + lambda * roughness) + log_ratio, 0};
  return t;
}

/// Chance that a misfit larger than that of the least lambda is one of noise (Provencher, ibid., Eq. 3.23).
void add_prob1(const Reduced& r, std::vector<Trial>& trials) {
  const TriedWeight& least = trials.front().says;
  const double left = r.data - least.freedom;
  for (Trial& t : trials) {
    const double f = (t.says.squares / least.squares - 1.0) * left / least.freedom;
    t.says.prob1 = f > 0 && left > 0 ? 1.0 - fisher_above(least.freedom, left, f) : 0.0;
  }
}

std::size_t chosen_by(Rule rule, const std::vector<Trial>& trials) {
  const auto least = [&](auto value) {
    return static_cast<std::size_t>(std::min_element(trials.begin(), trials.end(), [&](const Trial& a, const Trial& b) { return value(a.says) < value(b.says); }) - trials.begin());
  };
  switch (rule) {
    case Rule::gcv: return least([](const TriedWeight& t) { return t.gcv; });
    case Rule::aicc: return least([](const TriedWeight& t) { return t.aicc; });
    case Rule::evidence: return least([](const TriedWeight& t) { return -t.log_evidence; });
    case Rule::prob1: break;
  }
  return least([](const TriedWeight& t) { return std::abs(t.prob1 - 0.5); });
}

/// From stiff to soft, each beginning where the one before was free.
std::vector<Trial> scan(const Reduced& r, int weights) {
  constexpr double softest = 1e-10, stiffest = 1e3;  // of the weight at which both terms have equal traces
  const double unit = r.kernel.squaredNorm() / r.penalty.squaredNorm();
  std::vector<Trial> trials;
  for (int k = 0; k < weights; ++k) {
    const double part = weights > 1 ? static_cast<double>(k) / (weights - 1) : 0.0;
    trials.push_back(trial(r, unit * stiffest * std::pow(softest / stiffest, part), trials.empty() ? std::vector<Index>{} : trials.back().fit.free));
  }
  std::reverse(trials.begin(), trials.end());
  add_prob1(r, trials);
  return trials;
}

void check(const SpectrumOptions& o) {
  if (o.points < 5 || o.points > 400) throw InputError("a spectrum of {} relaxation times, expected 5 to 400", o.points);
  if (o.weights < 5 || o.weights > 1000) throw InputError("{} weights of the penalty, expected 5 to 1000", o.weights);
  if (o.lambda && !(*o.lambda > 0)) throw InputError("a weight of the penalty of {}, expected a number above 0", *o.lambda);
}

/// Background of each set by least squares on what the spectrum leaves, and the fitted values.
void add_background(const std::vector<ResponseData>& sets, const Problem& p, RelaxationSpectrum& s) {
  const VectorXd left = p.rows.rightCols(1) - p.rows.middleCols(p.background, p.points) * s.density;
  VectorXd terms(p.background);
  if (p.background > 0) terms = p.rows.leftCols(p.background).colPivHouseholderQr().solve(left);
  const VectorXd fitted = p.rows.leftCols(p.background) * terms + p.rows.middleCols(p.background, p.points) * s.density;
  s.background = background_of_sets(sets, terms);
  Index row = 0;
  for (const ResponseData& d : sets) {
    VectorXd own = fitted.segment(row, d.at.size());
    if (d.error.size() > 0) own = own.cwiseProduct(d.error);
    s.fitted.push_back(own);
    row += d.at.size();
  }
}

/// Standard deviations by which runs of one sign among residuals are fewer than by chance (Wald and Wolfowitz, Ann. Math. Stat. 11, 147 (1940)).
double missing_runs(const VectorXd& residuals) {
  double up = 0, down = 0, runs = 1;
  for (Index k = 0; k < residuals.size(); ++k) {
    (residuals[k] > 0 ? up : down) += 1;
    if (k > 0 && (residuals[k] > 0) != (residuals[k - 1] > 0)) runs += 1;
  }
  const double n = up + down, expected = 1 + 2 * up * down / n, variance = (expected - 1) * (expected - 2) / (n - 1);
  return variance > 0 ? (expected - runs) / std::sqrt(variance) : 0.0;
}

/// What the residuals of each set say against the fit.
void add_doubts_of_residuals(const std::vector<ResponseData>& sets, RelaxationSpectrum& s) {
  constexpr double many = 4, three = 3;
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (std::size_t k = 0; k < sets.size(); ++k) {
    VectorXd residuals = sets[k].value - s.fitted[k];
    if (const double missing = missing_runs(residuals); missing > many)
      s.doubts.push_back(fmt::format("{}: residuals keep their sign too long ({:.1f} standard deviations fewer runs than by chance): the data are not of this kind; does what is said to decay rise, or fall?", sets[k].source, missing));
    if (sets[k].error.size() > 0) residuals = residuals.cwiseQuotient(sets[k].error);
    constexpr double outlying = 8, normal = 1.4826;  // standard deviation of a normal number over the median of its size
    const VectorXd size = residuals.cwiseAbs();
    Index farthest = 0;
    if (const double scatter = normal * quantile(sorted({size.data(), static_cast<std::size_t>(size.size())}), 0.5), most_off = size.maxCoeff(&farthest); most_off > outlying * scatter && scatter > 0)
      s.doubts.push_back(fmt::format("{}: row {} lies {:.2g} standard deviations off, and pulls the spectrum", sets[k].source, farthest + 1, most_off / scatter));
    const double noise = std::sqrt(residuals.squaredNorm() / static_cast<double>(residuals.size()));
    least = std::min(least, noise);
    most = std::max(most, noise);
  }
  if (most > three * least) s.doubts.push_back(fmt::format("The sets scatter by {:.2g} to {:.2g}{}, and are weighed as if they were alike: give each point its error", least, most, sets.front().error.size() > 0 ? " of their errors" : ""));
  if (sets.front().error.size() > 0 && (s.noise > 2 || s.noise < 0.5)) s.doubts.push_back(fmt::format("The scatter is {:.2g} times what the errors of the points say", s.noise));
}

void add_doubts(RelaxationSpectrum& s) {
  const double most = s.density.maxCoeff();
  for (const auto& [end, name] : {std::pair{s.density[0], "shortest"}, {s.density[s.density.size() - 1], "longest"}})
    if (end > 0.1 * most && most > 0) s.doubts.push_back(fmt::format("The spectrum does not fall to 0 at its {} relaxation time: what lies beyond the data bends it; free the background or widen the range", name));
  if (s.kkt > 1e-9) s.doubts.push_back(fmt::format("The fit is not the minimum: its conditions are violated by {:.1g}", s.kkt));
}

/// Checks all and begins the answer.
std::pair<Problem, Reduced> posed(const std::vector<ResponseData>& sets, const SpectrumOptions& options, RelaxationSpectrum& s) {
  check(sets);
  check(options);
  s.rule = options.rule;
  s.tau = grid_of(sets, options);
  Problem problem = problem_of(sets, s.tau);
  Reduced r = reduced(problem);
  return {std::move(problem), std::move(r)};
}

void take(const Trial& best, const Reduced& r, const Problem& problem, const std::vector<ResponseData>& sets, RelaxationSpectrum& s) {
  s.spacing = problem.spacing;
  s.lambda = best.says.lambda;
  s.density = best.fit.x;
  s.freedom = best.says.freedom;
  s.kkt = best.fit.kkt;
  s.noise = std::sqrt(best.says.squares / std::max(r.data - best.says.freedom, 1.0));
  add_background(sets, problem, s);
  add_doubts(s);
  add_doubts_of_residuals(sets, s);
}

}  // namespace

// the exact number where nothing is shifted, which exp(ln) would miss by rounding
double ResponseData::time_of(double tau) const { return shift == 0 && stretch == 1 ? tau : std::exp(shift + stretch * std::log(tau)); }

double ResponseData::spectral_time(double time) const { return shift == 0 && stretch == 1 ? time : std::exp((std::log(time) - shift) / stretch); }

void check(const ResponseData& d) {
  if (!(std::isfinite(d.shift) && d.stretch > 0 && std::isfinite(d.stretch))) throw InputError("{}: relaxation times shifted by {} and stretched by {} in ln, expected a finite number and one above 0", d.source, d.shift, d.stretch);
  if (!(d.loaded > 0)) throw InputError("{}: a load that lasted {} s, expected a time above 0", d.source, d.loaded);
  if (d.at.size() != d.value.size() || (d.error.size() > 0 && d.error.size() != d.at.size()))
    throw InputError("{}: columns of {}, {} and {} numbers, expected equal ones", d.source, d.at.size(), d.value.size(), d.error.size());
  const bool of_time = is_of_time(d.kind);
  for (Index k = 0; k < d.at.size(); ++k) {
    const auto row = k + 1;
    if (!std::isfinite(d.at[k]) || !std::isfinite(d.value[k])) throw InputError("{}: row {}: got {} and {}, expected finite numbers", d.source, row, d.at[k], d.value[k]);
    if (d.at[k] < 0 || (!of_time && d.at[k] == 0)) throw InputError("{}: row {}: {} {}, expected one {}", d.source, row, of_time ? "time" : "frequency", d.at[k], of_time ? "from 0 on" : "above 0");
    if (k > 0 && !(d.at[k] > d.at[k - 1])) throw InputError("{}: row {}: {} {} follows {}, expected ascending ones, each once; sort the rows", d.source, row, of_time ? "time" : "frequency", d.at[k], d.at[k - 1]);
    if (d.error.size() > 0 && !(d.error[k] > 0 && std::isfinite(d.error[k]))) throw InputError("{}: row {}: standard error {}, expected a number above 0", d.source, row, d.error[k]);
  }
  if (d.at.size() < background_terms(d) + 2) throw InputError("{}: {} for {} of the background and a spectrum, expected {} or more", d.source, counted(static_cast<std::size_t>(d.at.size()), "point"), counted(static_cast<std::size_t>(background_terms(d)), "term"), background_terms(d) + 2);
}

void check(const std::vector<ResponseData>& sets) {
  constexpr Index most_points = 5000;
  if (sets.empty()) throw InputError("a spectrum needs data");
  Index points = 0;
  for (const ResponseData& d : sets) {
    check(d);
    points += d.at.size();
    if ((d.error.size() > 0) != (sets.front().error.size() > 0))
      throw InputError("{}: {} standard errors beside {}, which has {}: expected a column 'error' in all files that share a spectrum, or in none", d.source, d.error.size() > 0 ? "has" : "has no", sets.front().source, d.error.size() > 0 ? "none" : "some");
  }
  if (points > most_points) throw InputError("{}: {} points, expected at most {} in all: average neighbours, equally many in each decade", sets.front().source, points, most_points);
}

std::string to_string(Rule rule) {
  switch (rule) {
    case Rule::gcv: return "gcv";
    case Rule::aicc: return "aicc";
    case Rule::evidence: return "evidence";
    case Rule::prob1: break;
  }
  return "prob1";
}

double kernel(Response kind, double at, double tau) {
  const double x = at / tau, wt = at * tau;
  switch (kind) {
    case Response::recovery: return std::exp(-x);
    case Response::creep: return -std::exp(-x);
    case Response::loss: return wt / (1.0 + wt * wt);
    case Response::storage: break;
  }
  return wt * wt / (1.0 + wt * wt);
}

std::vector<Estimate> density_band(const std::vector<ResponseData>& sets, const RelaxationSpectrum& spectrum, Rng& rng, int resamples) {
  Problem problem = problem_of(sets, spectrum.tau);
  VectorXd exact(problem.rows.rows());
  Index row = 0;
  for (std::size_t k = 0; k < sets.size(); ++k) {
    exact.segment(row, spectrum.fitted[k].size()) = sets[k].error.size() > 0 ? VectorXd(spectrum.fitted[k].cwiseQuotient(sets[k].error)) : spectrum.fitted[k];
    row += spectrum.fitted[k].size();
  }
  std::vector<std::vector<double>> drawn(static_cast<std::size_t>(problem.points));
  for (int r = 0; r < resamples; ++r) {
    problem.rows.rightCols(1) = exact;
    for (double& value : problem.rows.rightCols(1).reshaped()) value += spectrum.noise * rng.normal();
    const std::vector<Trial> trials = scan(reduced(problem), weights_of_band);
    const Trial& again = trials[chosen_by(spectrum.rule, trials)];
    for (Index i = 0; i < problem.points; ++i) drawn[static_cast<std::size_t>(i)].push_back(again.fit.x[i]);
  }
  return percentile_estimates(std::span<const double>(spectrum.density.data(), static_cast<std::size_t>(problem.points)), drawn, 0.95);
}

WeightedRows weighted_rows(const std::vector<ResponseData>& sets) {
  Index points = 0, terms = 0;
  for (const ResponseData& d : sets) {
    points += d.at.size();
    terms += background_terms(d);
  }
  WeightedRows rows{MatrixXd::Zero(points, terms), VectorXd(points)};
  Index row = 0, term = 0;
  for (const ResponseData& d : sets) {
    for (Index k = 0; k < d.at.size(); ++k, ++row) {
      const double weight = d.error.size() > 0 ? 1.0 / d.error[k] : 1.0;
      rows.values[row] = weight * d.value[k];
      if (background_terms(d) == 0) continue;
      Index own = term;
      if (d.constant) rows.background(row, own++) = weight;
      if (own < term + background_terms(d)) rows.background(row, own) = weight * d.at[k];
    }
    term += background_terms(d);
  }
  return rows;
}

MatrixXd second_differences(Index n) {
  MatrixXd l = MatrixXd::Zero(n + 2, n);
  for (Index row = 0; row < n + 2; ++row)
    for (const auto& [column, weight] : {std::pair{row - 2, 1.0}, {row - 1, -2.0}, {row, 1.0}})
      if (column >= 0 && column < n) l(row, column) = weight;
  return l;
}

VectorXd weighted_kernel(const std::vector<ResponseData>& sets, double tau) {
  Index points = 0, row = 0;
  for (const ResponseData& d : sets) points += d.at.size();
  VectorXd column(points);
  for (const ResponseData& d : sets) {
    const double own = d.time_of(tau), filled = d.kind == Response::recovery ? -std::expm1(-d.loaded / own) : 1.0;
    for (Index k = 0; k < d.at.size(); ++k, ++row) column[row] = filled * kernel(d.kind, d.at[k], own) / (d.error.size() > 0 ? d.error[k] : 1.0);
  }
  return column;
}

std::vector<VectorXd> background_of_sets(const std::vector<ResponseData>& sets, const VectorXd& terms) {
  std::vector<VectorXd> all;
  Index term = 0;
  for (const ResponseData& d : sets) {
    all.push_back(terms.segment(term, background_terms(d)));
    term += background_terms(d);
  }
  return all;
}

std::pair<double, double> range_of_times(const std::vector<ResponseData>& sets) {
  double shortest = std::numeric_limits<double>::infinity(), longest = 0;
  for (const ResponseData& d : sets)
    for (const double x : d.at) {
      if (x == 0) continue;
      const double tau = d.spectral_time(is_of_time(d.kind) ? x : 1.0 / x);
      shortest = std::min(shortest, tau);
      longest = std::max(longest, tau);
    }
  return {shortest, longest};
}

double range_of_flanks(const std::vector<ResponseData>& sets) {
  constexpr double tenth = 10;  // w tau/(1 + w^2 tau^2) is a fifth of its maximum there
  return std::any_of(sets.begin(), sets.end(), [](const ResponseData& d) { return d.kind == Response::loss; }) ? tenth : 1.0;
}

RelaxationSpectrum relaxation_spectrum(const std::vector<ResponseData>& sets, const SpectrumOptions& options) {
  RelaxationSpectrum s;
  const auto [problem, r] = posed(sets, options, s);
  std::vector<Trial> trials = scan(r, options.weights);
  for (const Trial& t : trials) s.tried.push_back(t.says);
  for (const Rule rule : {Rule::gcv, Rule::aicc, Rule::evidence, Rule::prob1}) s.chosen.emplace_back(rule, trials[chosen_by(rule, trials)].says.lambda);
  const Trial best = options.lambda ? trial(r, *options.lambda, trials[chosen_by(options.rule, trials)].fit.free) : trials[chosen_by(options.rule, trials)];
  take(best, r, problem, sets, s);
  if (s.lambda <= s.tried.front().lambda || s.lambda >= s.tried.back().lambda) s.doubts.emplace_back("The weight of the penalty lies at an end of those tried: the rule found none");
  return s;
}

RelaxationSpectrum spectrum_at(const std::vector<ResponseData>& sets, double lambda, const SpectrumOptions& options, const VectorXd& near) {
  RelaxationSpectrum s;
  const auto [problem, r] = posed(sets, options, s);
  if (!(lambda > 0 && std::isfinite(lambda))) throw InputError("a weight of the penalty of {}, expected a number above 0", lambda);
  std::vector<Index> guess;
  for (Index i = 0; i < near.size() && near.size() == problem.points; ++i)
    if (near[i] > 0) guess.push_back(i);
  const Trial only = trial(r, lambda, guess);
  s.tried = {only.says};
  take(only, r, problem, sets, s);
  return s;
}

}  // namespace glasscape
