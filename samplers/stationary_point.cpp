#include "samplers/stationary_point.hpp"

#include <cmath>

#include "md/minimise.hpp"
#include "md/spectrum.hpp"
#include "md/symmetric.hpp"
#include "md/zero_modes.hpp"

namespace glasscape {
namespace {

constexpr int most_halvings = 5;
constexpr double worth_it = 3.0;          // by which a step with the factors of an earlier point lowers the force
constexpr int most_turns = 12;            // steps at a wrong order
constexpr Eigen::Index most_wrong = 8;    // modes of wrong sign that are followed

/// Where the refinement stands.
class Refinement {
 public:
  Refinement(Surface& surface, const Positions& from, Eigen::Index order, const Refine& options)
      : surface_(surface), from_(from), order_(order), options_(options), x_(from), at_(surface.evaluate(from)) {}

  StationaryPoint run() {
    for (;;) {
      hessian_ = surface_.hessian(x_)->matrix();
      space_ = mode_space(surface_, x_);
      factors_.emplace(space_.kept_part(hessian_));
      determinant_ = {factors_->determinant().log_abs + space_.mass_term(), factors_->determinant().negative, space_.modes()};
      const bool as_wanted = determinant_.negative == order_;
      if (displacement() > options_.max_displacement) return end(Ended::left);
      if (fmax(at_.forces) <= options_.fmax) return end(as_wanted ? Ended::converged : Ended::wrong_order);
      if (steps_ == options_.max_steps || !std::isfinite(determinant_.value)) return end(Ended::not_converged);
      if (as_wanted ? !descend(most_halvings, 1.0) : !turn()) return give_up(as_wanted);
      ++steps_;
      // factors cost a hundred times what a force does, so those of an earlier point serve while they are good
      while (as_wanted && fmax(at_.forces) > options_.fmax && steps_ < options_.max_steps && descend(0, worth_it)) ++steps_;
    }
  }

 private:
  using Ended = StationaryPoint::Ended;

  double displacement() const { return fmax(x_ - from_); }

  StationaryPoint end(Ended ended) {
    return {ended, x_, at_.energy, fmax(at_.forces), displacement(), steps_, std::move(hessian_), std::move(space_), determinant_, std::move(factors_)};
  }

  StationaryPoint give_up(bool as_wanted) {
    if (!as_wanted) return end(Ended::wrong_order);
    return end(fmax(at_.forces) <= options_.reachable ? Ended::converged : Ended::not_converged);
  }

  Positions newton() const {
    const Eigen::VectorXd force = at_.forces.reshaped();
    Eigen::VectorXd step = Eigen::VectorXd::Zero(force.size());
    step(space_.kept) = factors_->solve(force(space_.kept));
    return step.reshaped(3, x_.cols());
  }

  void trim(Positions& step, double longest) const {
    physical_directions(surface_, x_)(step);
    shorten(step, longest);
  }

  /// Moves by the Newton step, or by the largest of so many halves of it that makes the force at least `fall` times smaller;
  /// false when none does.
  bool descend(int halvings, double fall) {
    Positions step = newton();
    trim(step, options_.max_step);
    for (int k = 0; k <= halvings; ++k, step *= 0.5) {
      Evaluation next = surface_.evaluate(x_ + step);
      if (!(fall * next.forces.norm() < at_.forces.norm())) continue;
      x_ += step;
      at_ = std::move(next);
      return true;
    }
    return false;
  }

  /// Moves towards a region of the right order; false when that is not to be had.
  bool turn() {
    Positions step = newton();
    const Eigen::Index followed = std::max(order_, determinant_.negative);
    if (++turns_ > most_turns || followed > most_wrong) return false;
    const LowModes low = lowest_modes(hessian_, space_, *factors_, followed);
    if (!low.converged) return false;
    const Eigen::VectorXd root = space_.masses.cwiseSqrt();
    const Eigen::VectorXd force = at_.forces.reshaped().array() / root.array();
    for (Eigen::Index k = 0; k < followed; ++k) {
      const double value = low.eigenvalues[k], along = low.vectors.col(k).dot(force);
      const double wanted = (k < order_ ? -along : along) / std::abs(value);
      step.reshaped() += ((wanted - along / value) * low.vectors.col(k).array() / root.array()).matrix();
    }
    trim(step, 0.5 * options_.max_step);
    Evaluation next = surface_.evaluate(x_ + step);
    if (!std::isfinite(next.energy)) return false;
    x_ += step;
    at_ = std::move(next);
    return true;
  }

  Surface& surface_;
  const Positions& from_;
  Eigen::Index order_;
  const Refine& options_;
  Positions x_;
  Evaluation at_;
  Eigen::SparseMatrix<double> hessian_;
  ModeSpace space_;
  LogDeterminant determinant_;
  std::optional<SymmetricFactors> factors_;
  int steps_ = 0, turns_ = 0;
};

}  // namespace

StationaryPoint refine(Surface& surface, const Positions& from, Eigen::Index order, const Refine& options) {
  surface.restart(from);
  return Refinement(surface, from, order, options).run();
}

}  // namespace glasscape
