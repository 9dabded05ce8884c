// A region of a glass, or all of it, as saddle searches see it: what is known of the whole goes in, what was found comes out.
// Made where atoms are as `here`, whose energy is that of the whole. Units: eV, Angstrom.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "md/region.hpp"
#include "samplers/saddle_search.hpp"

namespace glasscape {

class SearchRegion {
 public:
  SearchRegion(Surface& whole, Configuration here, double energy, const Balls& balls) : whole_(whole), here_(std::move(here)) {
    const Eigen::VectorXd distances = distances_from(balls, here_.cell, here_.positions);
    const bool is_small = balls.front().radius != 0.0 && 2 * (distances.array() < 0.0).count() < here_.atoms();
    if (is_small && whole.free().minCoeff() > 0.0) {
      region_ = std::make_unique<Region>(whole.shared_potential(), here_, balls, distances, whole.most_threads());
      offset_ = at_first().energy - energy;
    } else {
      whole.restart(here_.positions);  // what follows must not depend on what came before
    }
  }

  /// Where the first ball has no radius, half of the atoms or more would be inside, or one of all is frozen.
  bool is_whole() const { return !region_; }
  Surface& surface() { return region_ ? region_->surface() : whole_; }
  /// Where atoms are as it was made; energies of `surface()`.
  const Evaluation& at_first() {
    if (!at_first_) at_first_ = surface().evaluate(part(here_.positions));
    return *at_first_;
  }
  /// The columns of its atoms, and a whole with these in place of its own.
  Positions part(const Positions& all) const { return region_ ? region_->part(all) : all; }
  Positions put(const Positions& part, Positions all) const { return region_ ? region_->put(part, std::move(all)) : part; }
  bool holds(const Positions& x) const { return !region_ || region_->holds(x); }
  bool holds(const FoundSaddle& s) const { return holds(s.positions) && holds(s.end.positions); }

  /// Of the part what is known of the whole, and the other way round.
  SearchStart inside(const SearchStart& start) const { return {part(start.positions), start.energy + offset_}; }
  FoundSaddle inside(const FoundSaddle& s) const {
    return shifted({part(s.positions), part(s.mode), s.energy, s.fmax, s.curvature, s.next_curvature, part(s.back), part(s.end), s.back_distance}, offset_);
  }
  FoundSaddle everywhere(FoundSaddle s) const {
    s.mode = put(s.mode, Positions::Zero(3, here_.atoms()));
    for (Positions* x : {&s.positions, &s.back.positions, &s.end.positions}) *x = put(*x, here_.positions);
    return shifted(std::move(s), -offset_);
  }
  Quenched everywhere(Quenched q) const {
    q.positions = put(q.positions, here_.positions);
    q.energy -= offset_;
    return q;
  }
  double of_whole(double energy) const { return energy - offset_; }
  /// Of the calls of a region that were made since this was asked last, in calls of the whole; a whole counts its own.
  double cost() {
    if (!region_) return 0.0;
    const std::int64_t before = std::exchange(counted_, surface().calls());
    return static_cast<double>(counted_ - before) * region_->share();
  }

 private:
  Quenched part(const Quenched& q) const { return {part(q.positions), q.energy, q.fmax, q.ended, q.calls}; }
  static FoundSaddle shifted(FoundSaddle s, double by) {
    for (double* energy : {&s.energy, &s.back.energy, &s.end.energy}) *energy += by;
    return s;
  }

  Surface& whole_;
  Configuration here_;
  std::unique_ptr<Region> region_;
  std::optional<Evaluation> at_first_;
  double offset_ = 0.0;       // of its energies, eV
  std::int64_t counted_ = -1; // calls of its surface; one for its background
};

}  // namespace glasscape
