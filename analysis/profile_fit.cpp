#include "analysis/profile_fit.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/distributions.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr Index nothing_held = -1;

/// A place in the space of the parameters as they are searched.
struct Point {
  VectorXd u, residuals;
  double squares = infinite;
};

class Search {
 public:
  explicit Search(const FitProblem& p) : p_(p) {
    if (p.values.size() == 0 || !p.values.allFinite()) throw InputError("a fit to {} values, expected some, all finite", p.values.size());
    if (p.error.size() > 0 && (p.error.size() != p.values.size() || !(p.error.minCoeff() > 0) || !p.error.allFinite())) throw InputError("{} errors of {} values, expected as many numbers above 0", p.error.size(), p.values.size());
    if (p.baseline.size() > 0 && p.baseline.size() != p.values.size()) throw InputError("a baseline of {} for {} values", p.baseline.size(), p.values.size());
    if (!(p.values.size() > size())) throw InputError("{} values for {} parameters, expected more values than parameters", p.values.size(), size());
    weight_ = p.error.size() > 0 ? VectorXd(p.error.cwiseInverse()) : VectorXd::Ones(p.values.size());
    low_.resize(size());
    high_.resize(size());
    for (Index k = 0; k < size(); ++k) {
      const FitParameter& q = parameter(k);
      if (!(q.low < q.high) || (q.logarithmic && !(q.low > 0))) throw InputError("{} between {} and {}, expected limits in order, and above 0 for its logarithm", q.name, q.low, q.high);
      low_[k] = q.logarithmic ? std::log(q.low) : q.low;
      high_[k] = q.logarithmic ? std::log(q.high) : q.high;
    }
  }

  Index size() const { return static_cast<Index>(p_.parameters.size()); }
  const FitParameter& parameter(Index k) const { return p_.parameters[static_cast<std::size_t>(k)]; }
  double freedom() const { return static_cast<double>(p_.values.size() - size()); }
  const VectorXd& low() const { return low_; }
  const VectorXd& high() const { return high_; }
  const VectorXd& weight() const { return weight_; }
  double length_of_values() const { return p_.values.cwiseProduct(weight_).norm(); }

  VectorXd searched(VectorXd x) const {
    if (x.size() != size()) throw InputError("a start of {} parameters, expected {}", x.size(), size());
    for (Index k = 0; k < size(); ++k) {
      x[k] = std::clamp(x[k], parameter(k).low, parameter(k).high);
      if (parameter(k).logarithmic) x[k] = std::log(x[k]);
    }
    return x;
  }
  double parameter_of(Index k, double u) const { return parameter(k).logarithmic ? std::exp(u) : u; }
  VectorXd parameters_of(VectorXd u) const {
    for (Index k = 0; k < size(); ++k) u[k] = parameter_of(k, u[k]);
    return u;
  }

  Point at(const VectorXd& u) const {
    Point point{u, (p_.model(parameters_of(u)) - p_.values).cwiseProduct(weight_), infinite};
    if (point.residuals.allFinite()) point.squares = point.residuals.squaredNorm();
    return point;
  }

  /// Derivatives of the residuals; 0 for the one that is held.
  MatrixXd slopes(const Point& point, Index held) const {
    MatrixXd j = MatrixXd::Zero(point.residuals.size(), size());
    for (Index k = 0; k < size(); ++k) {
      if (k == held) continue;
      double step = parameter(k).difference * (parameter(k).logarithmic ? parameter(k).scale : std::max(std::abs(point.u[k]), parameter(k).scale));
      if (point.u[k] + step > high_[k]) step = -step;
      VectorXd u = point.u;
      u[k] += step;
      j.col(k) = (at(u).residuals - point.residuals) / (u[k] - point.u[k]);
    }
    return j;
  }

 private:
  const FitProblem& p_;
  VectorXd weight_, low_, high_;
};

/// Those that may move: not held, and not pressed against a limit.
std::vector<Index> movable(const Search& s, const Point& point, const VectorXd& gradient, Index held) {
  std::vector<Index> free;
  for (Index k = 0; k < s.size(); ++k)
    if (k != held && !(point.u[k] <= s.low()[k] && gradient[k] >= 0) && !(point.u[k] >= s.high()[k] && gradient[k] <= 0)) free.push_back(k);
  return free;
}

/// The point after one step that lowers the squares; nothing when none does, or none would by more than a hundredth of the tolerance were
/// the model straight: what is left then is its round-off.
std::optional<Point> step_down(const Search& s, const Point& from, Index held, double& damping, double tolerance) {
  const MatrixXd all = s.slopes(from, held);
  if (!all.allFinite()) return std::nullopt;
  const std::vector<Index> free = movable(s, from, all.transpose() * from.residuals, held);
  if (free.empty()) return std::nullopt;
  const auto n = static_cast<Index>(free.size());
  const MatrixXd j = all(Eigen::all, free);
  const Eigen::HouseholderQR<MatrixXd> qr(j);
  MatrixXd damped = MatrixXd::Zero(2 * n, n);
  damped.topRows(n) = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  VectorXd right = VectorXd::Zero(2 * n);
  right.head(n) = -(qr.householderQ().adjoint() * from.residuals).head(n);
  const VectorXd lengths = j.colwise().norm().transpose().cwiseMax(1e-150);
  for (int attempt = 0; attempt < 25; ++attempt) {
    damped.bottomRows(n) = (std::sqrt(damping) * lengths).asDiagonal();
    const VectorXd step = damped.colPivHouseholderQr().solve(right);
    const double promised = right.head(n).squaredNorm() - (damped.topRows(n) * step - right.head(n)).squaredNorm();
    if (!(promised > 0.01 * tolerance * from.squares)) return std::nullopt;
    VectorXd u = from.u;
    u(free) += step;
    u = u.cwiseMax(s.low()).cwiseMin(s.high());
    if (u == from.u) return std::nullopt;
    Point next = s.at(u);
    if (next.squares < from.squares) {
      damping = std::max(0.1 * damping, 1e-14);
      return next;
    }
    damping *= 6.0;
  }
  return std::nullopt;
}

Point descend(const Search& s, const VectorXd& from, Index held, double tolerance) {
  constexpr int most = 300;
  Point point = s.at(from);
  if (!std::isfinite(point.squares)) return point;
  const double nothing = std::pow(1e-15 * s.length_of_values(), 2);
  double damping = 1e-3;
  for (int k = 0, calm = 0; k < most && calm < 2 && point.squares > nothing; ++k) {
    std::optional<Point> next = step_down(s, point, held, damping, tolerance);
    if (!next) break;
    calm = point.squares - next->squares < tolerance * point.squares ? calm + 1 : 0;
    point = *std::move(next);
  }
  return point;
}

constexpr double coarse = 1e-7;  // relative change of the squares

/// No finer than derivatives allow.
double fine(const Search& s) {
  double tolerance = 1e-12;
  for (Index k = 0; k < s.size(); ++k) tolerance = std::max(tolerance, std::pow(s.parameter(k).difference, 2));
  return tolerance;
}

struct Profile {
  Interval interval;
  bool meets_low = false, meets_high = false;
  std::optional<Point> better;  // than what was taken for the least
};

/// How far one parameter can go in one direction.
class Walk {
 public:
  /// `along`: by how much each parameter follows the one that is held, to first order.
  Walk(const Search& s, const Point& least, Index k, VectorXd along, double quantile) : s_(s), least_(least), k_(k), along_(std::move(along)), quantile_(quantile), inside_(least.u) {}

  /// The end; the limit of the parameter when it is not met before.
  double end(double direction, double step) {
    const double start = least_.u[k_], limit = direction > 0 ? s_.high()[k_] : s_.low()[k_];
    if (start == limit) return met_limit(limit);
    double inside = start, below = 0.0, outside = start, above = 0.0;
    for (int k = 0; k < 80; ++k) {
      outside = direction > 0 ? std::min(inside + step, limit) : std::max(inside - step, limit);
      if (!std::isfinite(outside)) return met_limit(direction * infinite);
      above = excess(outside);
      if (better_) return start;
      if (above >= quantile_) return between(inside, below, outside, above);
      if (outside == limit) return met_limit(limit);
      step = std::max(std::abs(outside - start), step) * std::clamp(1.2 * quantile_ / std::max(above, 1e-3 * quantile_) - 1.0, 0.3, 4.0);
      inside = outside;
      below = above;
    }
    return met_limit(limit);
  }

  bool limited() const { return limited_; }
  std::optional<Point> better() const { return better_; }

 private:
  double met_limit(double limit) {
    limited_ = true;
    return limit;
  }

  /// Root of the squares above the least, over the noise: straight where the model is. From the last place inside, which is known to be at
  /// the bottom of the valley, along the valley or, when that leads out, straight on: a fit that got stuck would end the interval too early.
  double excess(double u) {
    VectorXd follow = inside_ + (u - inside_[k_]) * along_, straight = inside_;
    follow[k_] = straight[k_] = u;
    Point point = descend(s_, follow.cwiseMax(s_.low()).cwiseMin(s_.high()), k_, coarse);
    if (!(over(point) < quantile_)) {
      Point other = descend(s_, straight, k_, coarse);
      if (other.squares < point.squares) point = std::move(other);
    }
    if (!std::isfinite(point.squares)) return 1e3 * quantile_;
    if (over(point) < quantile_) {
      const double moved = u - inside_[k_];
      if (std::abs(moved) > 0) along_ = (point.u - inside_) / moved;
      inside_ = point.u;
    }
    if (point.squares < least_.squares * (1.0 - 1e-6)) better_ = point;
    return over(point);
  }

  double over(const Point& point) const { return std::sqrt(std::max(point.squares / least_.squares - 1.0, 0.0) * s_.freedom()); }

  double between(double inside, double below, double outside, double above) {
    double y_in = below - quantile_, y_out = above - quantile_;
    for (int k = 0; k < 60 && std::abs(y_out) > 2e-3 * quantile_; ++k) {
      const double u = (inside * y_out - outside * y_in) / (y_out - y_in), y = excess(u) - quantile_;
      if (better_) return u;
      if (std::abs(y) < 2e-3 * quantile_ || std::abs(outside - inside) < 1e-12 * std::abs(outside)) return u;
      // the end that stays counts half (Illinois), so that both ends move
      if (y > 0) {
        outside = u;
        y_out = y;
        y_in *= 0.5;
      } else {
        inside = u;
        y_in = y;
        y_out *= 0.5;
      }
    }
    return outside;
  }

  const Search& s_;
  const Point& least_;
  Index k_;
  VectorXd along_;
  double quantile_;
  VectorXd inside_;
  bool limited_ = false;
  std::optional<Point> better_;
};

/// Inverse of the squares of the slopes, over the lengths of the columns: of a singular matrix what is left of it.
struct FirstOrder {
  MatrixXd correlation;
  VectorXd errors;      // of the searched parameters, for noise 1
  bool singular = false;
};

FirstOrder first_order(const Search& s, const Point& point) {
  const MatrixXd j = s.slopes(point, nothing_held);
  const VectorXd lengths = j.colwise().norm().transpose().cwiseMax(1e-150);
  const MatrixXd unit = j * lengths.cwiseInverse().asDiagonal();
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(unit.transpose() * unit);
  constexpr double smallest = 1e-13;  // eigenvalue that is more than round-off
  FirstOrder f;
  f.singular = solver.eigenvalues()[0] < smallest;
  const MatrixXd inverse = solver.eigenvectors() * solver.eigenvalues().cwiseMax(smallest).cwiseInverse().asDiagonal() * solver.eigenvectors().transpose();
  const VectorXd roots = inverse.diagonal().cwiseSqrt();
  f.correlation = roots.cwiseInverse().asDiagonal() * inverse * roots.cwiseInverse().asDiagonal();
  f.errors = roots.cwiseQuotient(lengths);
  return f;
}

/// Nothing but round-off is left of the values: squares say nothing.
bool exact(const Search& s, const Point& point) { return std::sqrt(point.squares) < 1e-9 * s.length_of_values(); }

Profile profile(const Search& s, const Point& least, Index k, const FirstOrder& first, double level) {
  const double quantile = student_two_sided(s.freedom(), level), step = quantile * first.errors[k] * std::sqrt(least.squares / s.freedom());
  const VectorXd along = first.correlation.col(k).cwiseProduct(first.errors) / first.errors[k];
  Profile p;
  if (exact(s, least)) {
    p.interval = {s.parameter_of(k, std::max(least.u[k] - step, s.low()[k])), s.parameter_of(k, std::min(least.u[k] + step, s.high()[k]))};
    return p;
  }
  Walk down(s, least, k, along, quantile), up(s, least, k, along, quantile);
  p.interval.low = s.parameter_of(k, down.end(-1.0, step));
  p.interval.high = s.parameter_of(k, up.end(1.0, step));
  p.meets_low = down.limited();
  p.meets_high = up.limited();
  p.better = down.better() ? down.better() : up.better();
  return p;
}

void doubt_limits(const FitParameter& q, const Profile& p, std::vector<std::string>& doubts) {
  if (p.meets_low) doubts.push_back(fmt::format("The data do not bound {} from below: its interval ends at the limit of the fit, {:.4g}", q.name, p.interval.low));
  if (p.meets_high) doubts.push_back(fmt::format("The data do not bound {} from above: its interval ends at the limit of the fit, {:.4g}", q.name, p.interval.high));
}

double runs_of(const VectorXd& residuals) {
  double above = 0, runs = 1;
  const auto n = static_cast<double>(residuals.size());
  for (Index k = 0; k < residuals.size(); ++k) {
    if (residuals[k] > 0) ++above;
    if (k > 0 && (residuals[k] > 0) != (residuals[k - 1] > 0)) ++runs;
  }
  const double expected = 2.0 * above * (n - above) / n + 1.0, variance = (expected - 1.0) * (expected - 2.0) / (n - 1.0);
  return variance > 0 ? (runs - expected) / std::sqrt(variance) : 0.0;
}

void doubt_fit(const Search& s, const Point& least, const FirstOrder& first, ProfileFit& fit) {
  constexpr double bound = 0.98, few_runs = -3.0;
  if (first.singular) fit.doubts.push_back("The data leave a combination of the parameters open");
  for (Index a = 0; a < s.size(); ++a)
    for (Index b = 0; b < a; ++b)
      if (const double r = first.correlation(a, b); std::abs(r) > bound)
        fit.doubts.push_back(fmt::format("{} and {} stand in for each other (correlation {:.3f}): neither is known without the other", s.parameter(b).name, s.parameter(a).name, r));
  if (!exact(s, least) && fit.runs < few_runs)
    fit.doubts.push_back(fmt::format("The residuals keep their sign too long ({:.1f} standard deviations fewer runs than by chance): the data are not of this form, and the intervals are too short, whatever R^2 = {:.5f} says", -fit.runs, fit.r_squared));
}

/// Other leasts that the data do not rule out, though no interval has met them.
void doubt_others(const Search& s, const std::vector<Point>& found, const Point& least, double quantile, ProfileFit& fit) {
  const double threshold = least.squares * (1.0 + quantile * quantile / s.freedom());
  for (const Point& other : found) {
    if (exact(s, least) || !(other.squares < threshold)) continue;
    for (Index k = 0; k < s.size(); ++k) {
      const double x = s.parameter_of(k, other.u[k]);
      const Estimate& e = fit.parameters[static_cast<std::size_t>(k)];
      if (x >= e.interval.low && x <= e.interval.high) continue;
      fit.doubts.push_back(fmt::format("Another fit, with {} = {:.4g}, is nearly as good as that with {:.4g}", s.parameter(k).name, x, e.value));
      return;
    }
  }
}

double r_squared(const FitProblem& problem, const Search& s, double squares) {
  VectorXd away = problem.values;
  if (problem.baseline.size() > 0) {
    away -= problem.baseline;
  } else {
    const VectorXd w = s.weight().cwiseAbs2();
    away.array() -= problem.values.dot(w) / w.sum();
  }
  return 1.0 - squares / away.cwiseProduct(s.weight()).squaredNorm();
}

}  // namespace

VectorXd ProfileFit::at() const {
  VectorXd x(static_cast<Index>(parameters.size()));
  for (std::size_t k = 0; k < parameters.size(); ++k) x[static_cast<Index>(k)] = parameters[k].value;
  return x;
}

VectorXd linear_factors(const MatrixXd& columns, const VectorXd& values, const VectorXd& error) {
  if (columns.cols() == 0) return VectorXd(0);
  if (error.size() == 0) return columns.colPivHouseholderQr().solve(values);
  return (error.cwiseInverse().asDiagonal() * columns).colPivHouseholderQr().solve(values.cwiseQuotient(error));
}

Estimate profile_of(const FitProblem& problem, const VectorXd& least, Index parameter, double level, std::vector<std::string>& doubts) {
  check_level(level);
  const Search s(problem);
  const Point point = s.at(s.searched(least));
  if (!std::isfinite(point.squares)) throw InputError("the model is not finite at what is given as its best parameters");
  const Profile p = profile(s, point, parameter, first_order(s, point), level);
  doubt_limits(s.parameter(parameter), p, doubts);
  return {least[parameter], p.interval, level};
}

ProfileFit profile_fit(const FitProblem& problem, const std::vector<VectorXd>& starts, double level) {
  check_level(level);
  const Search s(problem);
  std::vector<Point> found;
  for (const VectorXd& start : starts) found.push_back(descend(s, s.searched(start), nothing_held, fine(s)));
  const auto lower = [](const Point& a, const Point& b) { return a.squares < b.squares; };
  if (found.empty() || !std::isfinite(std::min_element(found.begin(), found.end(), lower)->squares)) throw InputError("the model is finite at none of {} starts", starts.size());
  Point least = *std::min_element(found.begin(), found.end(), lower);
  FirstOrder first = first_order(s, least);
  std::vector<Profile> profiles;
  // a walk may meet a lower valley, from which all begins anew
  for (int again = 0; again < 5; ++again) {
    profiles.clear();
    std::optional<Point> better;
    for (Index k = 0; k < s.size() && !better; ++k) {
      profiles.push_back(profile(s, least, k, first, level));
      better = profiles.back().better;
    }
    if (!better) break;
    least = descend(s, better->u, nothing_held, fine(s));
    found.push_back(least);
    first = first_order(s, least);
  }
  ProfileFit fit;
  for (Index k = 0; k < s.size(); ++k) {
    const bool known = static_cast<std::size_t>(k) < profiles.size() && !profiles[static_cast<std::size_t>(k)].better;
    const Profile p = known ? profiles[static_cast<std::size_t>(k)] : Profile{{s.parameter(k).low, s.parameter(k).high}, true, true, std::nullopt};
    fit.parameters.push_back({s.parameter_of(k, least.u[k]), p.interval, level});
    doubt_limits(s.parameter(k), p, fit.doubts);
  }
  fit.squares = least.squares;
  fit.freedom = s.freedom();
  fit.noise = std::sqrt(fit.squares / fit.freedom);
  fit.r_squared = r_squared(problem, s, fit.squares);
  fit.runs = runs_of(least.residuals);
  fit.correlation = first.correlation;
  fit.fitted = problem.values + least.residuals.cwiseQuotient(s.weight());
  doubt_fit(s, least, first, fit);
  doubt_others(s, found, least, student_two_sided(s.freedom(), level), fit);
  return fit;
}

}  // namespace glasscape
