#include "analysis/empirical_fits.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double least_exponent = 0.1, greatest_exponent = 3.0;
constexpr double far = 1e6;  // how far beyond the data a time is sought
constexpr std::size_t tried = 3;  // starts that are followed to the end

/// First and last time above 0.
std::pair<double, double> times_of(const ResponseData& data) { return {data.at[0] > 0 ? data.at[0] : data.at[1], data.at[data.at.size() - 1]}; }

struct Start {
  VectorXd x;
  double squares;
};

std::vector<VectorXd> best_of(std::vector<Start> all) {
  std::sort(all.begin(), all.end(), [](const Start& a, const Start& b) { return a.squares < b.squares; });
  std::vector<VectorXd> best;
  for (std::size_t k = 0; k < std::min(tried, all.size()); ++k) best.push_back(all[k].x);
  return best;
}

double weighted_squares(const VectorXd& residuals, const VectorXd& error) { return error.size() > 0 ? residuals.cwiseQuotient(error).squaredNorm() : residuals.squaredNorm(); }

/// Factors of the columns are the first parameters of a start, or of its end; `squares` are those of the best factors.
VectorXd factors(const MatrixXd& columns, const FitProblem& p, double& squares) {
  const VectorXd f = linear_factors(columns, p.values, p.error);
  squares = weighted_squares(columns * f - p.values, p.error);
  return f;
}

// ---- stretched exponential

/// Which of c, A, tau, beta, shift are fitted, and where each stands among the parameters.
class StretchedProblem {
 public:
  StretchedProblem(const ResponseData& data, const StretchedOptions& options, bool by_mean_time = false) : data_(data), options_(options), by_mean_time_(by_mean_time) {
    const auto [shortest, longest] = times_of(data);
    const double size = std::max((data.value.maxCoeff() - data.value.minCoeff()), 1e-300), mean_below = StretchedExponential{0, 1, 1, 1, 0}.mean_time();
    const double longest_mean = StretchedExponential{0, 1, 1, least_exponent, 0}.mean_time();
    if (data.constant) problem.parameters.push_back({.name = "the constant c", .scale = size});
    if (options.amplitude) problem.parameters.push_back({.name = "the amplitude A", .scale = size});
    problem.parameters.push_back({.name = by_mean_time ? "the mean time" : "the time tau", .low = shortest / far * 0.5 * mean_below, .high = longest * far * (by_mean_time ? longest_mean : 1.0), .logarithmic = true});
    problem.parameters.push_back({.name = "the exponent beta", .low = least_exponent, .high = greatest_exponent});
    if (options.shift) problem.parameters.push_back({.name = "the shift of time", .low = -data.at[0], .high = 10.0 * longest, .scale = shortest});
    problem.values = data.value;
    problem.error = data.error;
    problem.model = [this](const VectorXd& x) { return values(curve(x)); };
  }
  StretchedProblem(const StretchedProblem&) = delete;
  StretchedProblem& operator=(const StretchedProblem&) = delete;

  StretchedExponential curve(const VectorXd& x) const {
    StretchedExponential c = options_.fixed;
    Index k = 0;
    c.constant = data_.constant ? x[k++] : options_.fixed.constant;
    if (options_.amplitude) c.amplitude = x[k++];
    c.tau = x[k++];
    c.exponent = x[k++];
    if (options_.shift) c.shift = x[k++];
    if (by_mean_time_) c.tau *= c.tau / StretchedExponential{0, 1, c.tau, c.exponent, 0}.mean_time();
    return c;
  }

  VectorXd values(const StretchedExponential& c) const {
    return (c.constant + c.amplitude * (-((data_.at.array() + c.shift) / c.tau).pow(c.exponent)).exp()).matrix();
  }

  /// Over a grid of tau, beta and shift, each with the c and A that suit it.
  std::vector<VectorXd> starts() const {
    const auto [shortest, longest] = times_of(data_);
    std::vector<Start> all;
    constexpr int times = 9;
    for (int k = 0; k < times; ++k)
      for (const double beta : {0.3, 0.55, 0.8, 1.2})
        for (const double shift : options_.shift ? std::vector<double>{0.0, 0.1, 1.0} : std::vector<double>{-1.0}) {
          const double tau = shortest * std::pow(longest / shortest, k / (times - 1.0));
          add(all, {0, 1, tau, beta, shift < 0 ? options_.fixed.shift : shift * tau});
        }
    return best_of(std::move(all));
  }

  FitProblem problem;

 private:
  void add(std::vector<Start>& all, const StretchedExponential& shape) const {
    MatrixXd columns(data_.at.size(), (data_.constant ? 1 : 0) + (options_.amplitude ? 1 : 0));
    VectorXd rest = VectorXd::Zero(data_.at.size());
    const VectorXd decay = values(shape);
    if (data_.constant) columns.col(0).setOnes();
    if (!data_.constant) rest.array() += options_.fixed.constant;
    if (options_.amplitude) columns.col(columns.cols() - 1) = decay;
    if (!options_.amplitude) rest += options_.fixed.amplitude * decay;
    FitProblem linear;
    linear.values = data_.value - rest;
    linear.error = data_.error;
    double squares = 0;
    const VectorXd f = factors(columns, linear, squares);
    VectorXd x(static_cast<Index>(problem.parameters.size()));
    x.head(f.size()) = f;
    x[f.size()] = shape.tau;
    x[f.size() + 1] = shape.exponent;
    if (options_.shift) x[f.size() + 2] = shape.shift;
    all.push_back({x, squares});
  }

  const ResponseData& data_;
  const StretchedOptions& options_;
  bool by_mean_time_;
};

void doubt_stretched(const ResponseData& data, const StretchedOptions& options, StretchedFit& f) {
  const auto [shortest, longest] = times_of(data);
  if (f.curve.tau < shortest || f.curve.tau > longest) f.doubts.push_back(fmt::format("tau = {:.4g} s lies outside the times of the data, {:.4g} to {:.4g} s", f.curve.tau, shortest, longest));
  if (f.exponent.interval.low > 1) f.doubts.push_back(fmt::format("beta = {:.3f} is above 1: no sum of exponentials that decay has this form", f.curve.exponent));
  if (!options.shift && f.curve.exponent < 0.95 && data.at[0] + f.curve.shift < 0.1 * f.curve.tau)
    f.doubts.emplace_back("The shift of time was not fitted: tau and beta are right only if the clock started with the relaxation, to within much less than a tenth of tau");
}

// ---- Havriliak and Negami

/// (1 + (i w tau)^alpha)^-gamma.
std::complex<double> relaxing_part(double x, double alpha, double gamma) {
  const double power = std::pow(x, alpha), angle = 0.5 * std::numbers::pi * alpha;
  const double real = 1.0 + power * std::cos(angle), imaginary = power * std::sin(angle);
  return std::polar(std::pow(std::hypot(real, imaginary), -gamma), -gamma * std::atan2(imaginary, real));
}

/// How the two exponents are written among the parameters: each pair of limits is a rectangle, and covers just what is allowed.
enum class Exponents { alpha_and_product, alpha_scaled_and_gamma };

class HavriliakNegamiProblem {
 public:
  HavriliakNegamiProblem(const std::vector<ResponseData>& sets, Exponents exponents) : sets_(sets), exponents_(exponents) {
    Index rows = 0;
    double shortest = std::numeric_limits<double>::infinity(), longest = 0;
    for (const ResponseData& d : sets) {
      rows += d.at.size();
      has_storage_ = has_storage_ || d.kind == Response::storage;
      shortest = std::min(shortest, 1.0 / d.at[d.at.size() - 1]);
      longest = std::max(longest, 1.0 / d.at[0]);
    }
    range = {shortest, longest};
    gather(rows);
    const double size = std::max((problem.values - problem.baseline).cwiseAbs().maxCoeff(), 1e-300);
    constexpr double least = 0.02;
    problem.parameters = {{.name = "the strength D", .low = 0, .scale = size}, {.name = "the time tau", .low = shortest / far, .high = longest * far, .logarithmic = true}};
    if (exponents == Exponents::alpha_and_product) {
      problem.parameters.push_back({.name = "alpha", .low = least, .high = 1});
      problem.parameters.push_back({.name = "alpha gamma", .low = least, .high = 1});
    } else {
      problem.parameters.push_back({.name = "alpha", .low = least * least, .high = 1});
      problem.parameters.push_back({.name = "gamma", .low = least, .high = 1 / least, .logarithmic = true});
    }
    if (has_storage_) problem.parameters.push_back({.name = "the modulus at high frequency", .scale = size});
    problem.model = [this](const VectorXd& x) { return values(curve(x)); };
  }
  HavriliakNegamiProblem(const HavriliakNegamiProblem&) = delete;
  HavriliakNegamiProblem& operator=(const HavriliakNegamiProblem&) = delete;

  HavriliakNegami curve(const VectorXd& x) const {
    HavriliakNegami c{has_storage_ ? x[4] : 0.0, x[0], x[1], x[2], x[3] / x[2]};
    if (exponents_ == Exponents::alpha_scaled_and_gamma) {
      c.gamma = x[3];
      c.alpha = x[2] * std::min(1.0, 1.0 / c.gamma);
    }
    return c;
  }

  VectorXd values(const HavriliakNegami& c) const {
    VectorXd y(problem.values.size());
    Index row = 0;
    for (const ResponseData& d : sets_)
      for (const double w : d.at) y[row++] = d.kind == Response::loss ? c.loss(w) : c.storage(w);
    return y;
  }

  /// Over a grid of tau, alpha and alpha gamma, each with the D and E_U that suit it.
  std::vector<VectorXd> starts() const {
    std::vector<Start> all;
    constexpr int times = 9;
    for (int k = 0; k < times; ++k)
      for (const double alpha : {0.3, 0.6, 0.9})
        for (const double product : {0.2, 0.5, 0.9}) {
          const HavriliakNegami shape{0, 1, range.first * std::pow(range.second / range.first, k / (times - 1.0)), alpha, product / alpha};
          MatrixXd columns(problem.values.size(), has_storage_ ? 2 : 1);
          columns.col(0) = values(shape);
          if (has_storage_) columns.col(1) = of_storage_;
          double squares = 0;
          const VectorXd f = factors(columns, problem, squares);
          VectorXd x(has_storage_ ? 5 : 4);
          x.head(4) << std::max(f[0], 0.0), shape.tau, alpha, product;
          if (has_storage_) x[4] = f[1];
          if (f[0] > 0) all.push_back({x, squares});
        }
    if (all.empty()) throw InputError("a loss that is nowhere above 0, or a storage that does not rise with the frequency, has no Havriliak-Negami form");
    return best_of(std::move(all));
  }

  FitProblem problem;
  std::pair<double, double> range;  // 1/w, s

 private:
  void gather(Index rows) {
    problem.values.resize(rows);
    problem.baseline.resize(rows);
    of_storage_ = VectorXd::Zero(rows);
    problem.error = VectorXd::Ones(rows);
    Index row = 0;
    for (const ResponseData& d : sets_) {
      const Index n = d.at.size();
      problem.values.segment(row, n) = d.value;
      problem.baseline.segment(row, n).setConstant(d.value.mean());
      if (d.kind == Response::storage) of_storage_.segment(row, n).setOnes();
      if (d.error.size() > 0) problem.error.segment(row, n) = d.error;
      row += n;
    }
  }

  const std::vector<ResponseData>& sets_;
  Exponents exponents_;
  bool has_storage_ = false;
  VectorXd of_storage_;  // 1 in its rows
};

void check_sets(const std::vector<ResponseData>& sets) {
  if (sets.empty()) throw InputError("a Havriliak-Negami fit needs a loss or a storage");
  for (const ResponseData& d : sets) {
    check(d);
    if (d.kind != Response::loss && d.kind != Response::storage) throw InputError("{}: a Havriliak-Negami fit of data in time, expected a loss or a storage", d.source);
    if ((d.error.size() > 0) != (sets.front().error.size() > 0)) throw InputError("{}: errors are given for some sets and not for others", d.source);
  }
}

}  // namespace

double StretchedExponential::at(double time) const { return constant + amplitude * std::exp(-std::pow((time + shift) / tau, exponent)); }

double StretchedExponential::mean_time() const { return tau * std::tgamma(1.0 / exponent) / exponent; }

double root_exponential_density(double tau, double tau0) {
  if (!(tau > 0 && tau0 > 0)) throw InputError("a density at {} s of a decay in {} s, expected times above 0", tau, tau0);
  return 0.5 * std::sqrt(tau / (std::numbers::pi * tau0)) * std::exp(-0.25 * tau / tau0);
}

StretchedFit fit_stretched_exponential(const ResponseData& data, const StretchedOptions& options) {
  check(data);
  if ((data.kind != Response::recovery && data.kind != Response::creep) || data.drift) throw InputError("{}: a stretched exponential of a modulus or of data that drift, expected a recovery or a creep without drift", data.source);
  if (!options.shift && !(data.at[0] + options.fixed.shift >= 0)) throw InputError("{}: a shift of {} s, expected none that makes the first time, {} s, negative", data.source, options.fixed.shift, data.at[0]);
  const StretchedProblem problem(data, options), by_mean(data, options, true);
  StretchedFit f;
  f.fit = profile_fit(problem.problem, problem.starts(), options.level);
  f.curve = problem.curve(f.fit.at());
  std::size_t k = 0;
  const auto next = [&](bool fitted, double fixed) { return fitted ? f.fit.parameters[k++] : Estimate{fixed, {fixed, fixed}, options.level}; };
  f.constant = next(data.constant, f.curve.constant);
  f.amplitude = next(options.amplitude, f.curve.amplitude);
  const auto place_of_time = static_cast<Index>(k);
  f.tau = next(true, 0);
  f.exponent = next(true, 0);
  f.shift = next(options.shift, f.curve.shift);
  f.doubts = f.fit.doubts;
  VectorXd x = f.fit.at();
  x[place_of_time] = f.curve.mean_time();
  f.mean_time = profile_of(by_mean.problem, x, place_of_time, options.level, f.doubts);
  doubt_stretched(data, options, f);
  return f;
}

double HavriliakNegami::storage(double omega) const { return unrelaxed - strength * relaxing_part(omega * tau, alpha, gamma).real(); }

double HavriliakNegami::loss(double omega) const { return -strength * relaxing_part(omega * tau, alpha, gamma).imag(); }

double HavriliakNegami::density(double time) const {
  if (!(time > 0 && tau > 0)) throw InputError("a density at {} s of a process of {} s, expected times above 0", time, tau);
  if (alpha == 1 && gamma == 1) throw InputError("the spectrum of a Debye process is a single time: alpha and gamma are both 1");
  const double power = std::pow(time / tau, alpha), angle = std::numbers::pi * alpha;
  // atan2 keeps to the branch from 0 to pi, where an arctangent jumps once x^alpha < -cos(pi alpha)
  const double theta = std::atan2(std::sin(angle), power + std::cos(angle));
  const double below = power * power + 2.0 * power * std::cos(angle) + 1.0;
  return strength / std::numbers::pi * std::pow(power, gamma) * std::sin(gamma * theta) * std::pow(below, -0.5 * gamma);
}

HavriliakNegamiFit fit_havriliak_negami(const std::vector<ResponseData>& sets, double level) {
  check_sets(sets);
  const HavriliakNegamiProblem by_product(sets, Exponents::alpha_and_product), by_gamma(sets, Exponents::alpha_scaled_and_gamma);
  HavriliakNegamiFit f;
  f.fit = profile_fit(by_product.problem, by_product.starts(), level);
  f.curve = by_product.curve(f.fit.at());
  f.strength = f.fit.parameters[0];
  f.tau = f.fit.parameters[1];
  f.alpha = f.fit.parameters[2];
  f.product = f.fit.parameters[3];
  if (f.fit.parameters.size() > 4) f.unrelaxed = f.fit.parameters[4];
  f.doubts = f.fit.doubts;
  VectorXd x = f.fit.at();
  x[2] = f.curve.alpha * std::max(1.0, f.curve.gamma);
  x[3] = f.curve.gamma;
  f.gamma = profile_of(by_gamma.problem, x, 3, level, f.doubts);
  if (f.curve.tau < by_product.range.first || f.curve.tau > by_product.range.second)
    f.doubts.push_back(fmt::format("tau = {:.4g} s lies outside 1/w of the data, {:.4g} to {:.4g} s", f.curve.tau, by_product.range.first, by_product.range.second));
  return f;
}

}  // namespace glasscape
