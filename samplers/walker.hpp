// The walker of a saddle search: where it is, its force, the mode it follows, and what it has learnt of the Hessian; how it steps,
// relaxes across its mode, finds modes, and falls to the minimum below. Units: eV, Angstrom.
#pragma once

#include "md/local_modes.hpp"
#include "samplers/saddle_search.hpp"

namespace glasscape {

class Walker {
 protected:
  /// What it refers to must outlive it; `local` as in `search_saddle`.
  Walker(Surface& surface, const SearchStart& start, const Positions& local, const SaddleSearch& options, Rng& rng);

  void step(const Positions& by);
  void relax_across(int steps, double target);
  Positions relaxation_across();
  void place(Positions x, Positions mode);
  void soften(double softening);
  void follow_lowest();
  void point_as(const Positions& before);
  void point_away() { if (dot(mode_, x_ - start_.positions) < 0.0) mode_ = -mode_; }  // from the start
  Mode second_mode();

  Positions beside(double sign) const { return x_ + sign * options_.same / fmax(mode_) * mode_; }
  Quenched fall(const Positions& from);
  Quenched settle(Quenched fallen);
  Quenched fall_back(const Positions& from);

  double distance(const Positions& x) const { return distance_between(x, start_.positions); }
  double distance_between(const Positions& x, const Positions& y) const;
  bool is_start(const Quenched& q) const { return distance(q.positions) < options_.same; }
  double height() const { return at_.energy - start_.energy; }
  bool is_too_high() const { return !(height() <= options_.ceiling); }  // nor a number

  Surface& surface_;
  const SearchStart& start_;
  const SaddleSearch& options_;
  std::int64_t calls_falling_ = 0;
  Projection project_;
  FollowingNetwork network_;
  QuasiNewton inverse_;
  Positions x_, mode_;
  Evaluation at_;
  double curvature_ = 0;

 private:
  const Hessian& hessian_here();
  bool is_at_start(const Positions& x, double energy) const;
  auto known() { return [this](const Positions& x, const Evaluation& at) { return is_at_start(x, at.energy); }; }

  Rng& rng_;
  LocalModes local_modes_;
  std::unique_ptr<Hessian> hessian_;
  Positions hessian_at_;
};

}  // namespace glasscape
