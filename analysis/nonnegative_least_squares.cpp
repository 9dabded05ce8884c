#include "analysis/nonnegative_least_squares.hpp"

#include <Eigen/QR>
#include <algorithm>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Free = std::vector<Eigen::Index>;

class ActiveSet {
 public:
  ActiveSet(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) : a_(a), b_(b), scale_(a.colwise().norm().transpose() * b.norm()), x_(Eigen::VectorXd::Zero(a.cols())) {}

  /// Frees what was guessed, less what would be negative.
  void begin(Free guess) {
    free_ = std::move(guess);
    std::sort(free_.begin(), free_.end());
    for (;;) {
      const Eigen::VectorXd s = solved();
      if (free_.empty() || s.minCoeff() > 0) return set(s);
      Free kept;
      for (std::size_t k = 0; k < free_.size(); ++k)
        if (s[static_cast<Eigen::Index>(k)] > 0) kept.push_back(free_[k]);
      free_ = std::move(kept);
    }
  }

  /// One more column becomes free; false at the minimum.
  bool advance() {
    const Eigen::VectorXd w = a_.transpose() * (b_ - a_ * x_);
    Eigen::Index best = -1;
    double steepest = tolerance;
    for (Eigen::Index j = 0; j < x_.size(); ++j)
      if (x_[j] == 0.0 && !refused(j) && scale_[j] > 0 && w[j] / scale_[j] > steepest) {
        steepest = w[j] / scale_[j];
        best = j;
      }
    if (best < 0) return false;
    free_.insert(std::upper_bound(free_.begin(), free_.end(), best), best);
    Eigen::VectorXd s = solved();
    const auto added = std::lower_bound(free_.begin(), free_.end(), best) - free_.begin();
    if (!(s[added] > 0)) {  // steeper by rounding alone (Lawson and Hanson, their test of step 6)
      free_.erase(free_.begin() + added);
      refused_.push_back(best);
      return true;
    }
    refused_.clear();
    while (!free_.empty() && s.minCoeff() <= 0) s = shortened(s);
    set(s);
    return true;
  }

  NonnegativeFit fit() const {
    const Eigen::VectorXd residual = b_ - a_ * x_, w = a_.transpose() * residual;
    NonnegativeFit found{x_, free_, residual.squaredNorm(), 0};
    for (Eigen::Index j = 0; j < x_.size(); ++j)
      if (scale_[j] > 0) found.kkt = std::max(found.kkt, (x_[j] > 0 ? std::abs(w[j]) : std::max(w[j], 0.0)) / scale_[j]);
    return found;
  }

 private:
  static constexpr double tolerance = 1e-13;

  bool refused(Eigen::Index j) const { return std::find(refused_.begin(), refused_.end(), j) != refused_.end(); }

  /// Of the free columns, without regard to signs.
  Eigen::VectorXd solved() const {
    if (free_.empty()) return {};
    const Eigen::MatrixXd columns = a_(Eigen::all, free_);
    return columns.colPivHouseholderQr().solve(b_);
  }

  void set(const Eigen::VectorXd& s) {
    x_.setZero();
    for (std::size_t k = 0; k < free_.size(); ++k) x_[free_[k]] = s[static_cast<Eigen::Index>(k)];
  }

  /// As far towards `s` as x stays positive; what reaches 0 is no longer free.
  Eigen::VectorXd shortened(const Eigen::VectorXd& s) {
    double part = 1.0;
    for (std::size_t k = 0; k < free_.size(); ++k)
      if (const double to = s[static_cast<Eigen::Index>(k)], from = x_[free_[k]]; to <= 0) part = std::min(part, from / (from - to));
    Free kept;
    for (std::size_t k = 0; k < free_.size(); ++k) {
      double& x = x_[free_[k]];
      const double to = s[static_cast<Eigen::Index>(k)];
      const bool reaches = to <= 0 && x <= part * (x - to) * (1.0 + 1e-14);
      x = reaches ? 0.0 : x + part * (to - x);
      if (x > 0) kept.push_back(free_[k]);
      else x = 0.0;
    }
    free_ = std::move(kept);
    return solved();
  }

  const Eigen::MatrixXd& a_;
  const Eigen::VectorXd& b_;
  Eigen::VectorXd scale_, x_;
  Free free_, refused_;
};

}  // namespace

NonnegativeFit nonnegative_least_squares(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, Free guess) {
  if (a.rows() != b.size()) throw InputError("nonnegative least squares: {} rows for {} values", a.rows(), b.size());
  if (!a.allFinite() || !b.allFinite()) throw InputError("nonnegative least squares: a number is not finite");
  ActiveSet set(a, b);
  set.begin(std::move(guess));
  // each step lowers the residual, so that no set comes twice; the limit is that of Lawson and Hanson for rounding
  for (Eigen::Index steps = 0; steps < 3 * a.cols() + 10 && set.advance(); ++steps) {}
  return set.fit();
}

}  // namespace glasscape
