#include "samplers/local_search.hpp"

#include <cmath>
#include <utility>

#include "md/region.hpp"
#include "samplers/atom_group.hpp"

namespace glasscape {
namespace {

/// A region, or all atoms, as saddle searches see it.
class Stage {
 public:
  Stage(Surface& whole, const Configuration& glass, double energy, Eigen::Index centre, double radius) : whole_(whole), glass_(glass), energy_(energy) {
    if (is_small(centre, radius)) {
      region_ = std::make_unique<Region>(whole.shared_potential(), glass, glass.positions.col(centre), radius, whole.most_threads());
      counted_ = -1;  // its background
    } else {
      whole.restart(glass.positions);  // what follows must not depend on what came before
      counted_ = whole.calls();
    }
    start_.positions = part(glass.positions);
    start_.energy = region_ ? region_->surface().evaluate(start_.positions).energy : energy;
  }

  bool is_whole() const { return !region_; }
  Surface& surface() { return region_ ? region_->surface() : whole_; }
  const SearchStart& start() const { return start_; }
  Positions part(const Positions& all) const { return region_ ? region_->part(all) : all; }
  bool holds(const FoundSaddle& s) const { return !region_ || (region_->holds(s.positions) && region_->holds(s.end.positions)); }

  /// Of the part what is known of the whole, and the other way round.
  FoundSaddle inside(FoundSaddle s) const {
    s.positions = part(s.positions);
    s.mode = part(s.mode);
    s.back.positions = part(s.back.positions);
    s.end.positions = part(s.end.positions);
    return shifted(std::move(s), start_.energy - energy_);
  }
  FoundSaddle everywhere(FoundSaddle s) const {
    if (!region_) return s;
    s.mode = region_->put(s.mode, Positions::Zero(3, glass_.atoms()));
    for (Positions* x : {&s.positions, &s.back.positions, &s.end.positions}) *x = region_->put(*x, glass_.positions);
    return shifted(std::move(s), energy_ - start_.energy);
  }
  double above(double energy) const { return energy + energy_ - start_.energy; }
  /// Of the calls that were made since this was asked last, in calls of the whole.
  double cost() {
    const std::int64_t before = std::exchange(counted_, surface().calls());
    return static_cast<double>(counted_ - before) * (region_ ? region_->share() : 1.0);
  }

 private:
  /// Whether a region of that radius holds fewer than half of the atoms, and all of them are free.
  bool is_small(Eigen::Index centre, double radius) const {
    if (radius == 0.0 || whole_.free().minCoeff() == 0.0) return false;
    return 2 * static_cast<Eigen::Index>(atoms_within(glass_, centre, radius).size()) < glass_.atoms();
  }
  static FoundSaddle shifted(FoundSaddle s, double by) {
    for (double* energy : {&s.energy, &s.back.energy, &s.end.energy}) *energy += by;
    return s;
  }

  Surface& whole_;
  const Configuration& glass_;
  double energy_;
  std::unique_ptr<Region> region_;
  std::int64_t counted_ = 0;  // calls of its surface
  SearchStart start_;
};

/// One search, through its regions.
class GrowingSearch {
 public:
  GrowingSearch(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& local, const SaddleSearch& options, const LocalSearch& regions, Rng& rng)
      : whole_(whole), glass_(whole.at(start.positions)), energy_(start.energy), centre_(centre), local_(local), options_(options), regions_(regions), rng_(rng),
        radius_(regions.radius) {}

  SearchOutcome run(const Positions& direction) {
    for (;;) {
      Stage stage = next();
      SearchOutcome found = search_saddle(stage.surface(), stage.start(), stage.part(direction), stage.part(local_), options_, rng_);
      cost_ += stage.cost();
      if (found.saddle && !stage.holds(*found.saddle)) continue;  // it is too small: all over in a larger one
      found = everywhere(stage, std::move(found));
      return told(found.saddle && !stage.is_whole() ? confirm(std::move(*found.saddle)) : std::move(found));
    }
  }

 private:
  Stage next() {
    const double radius = radius_;
    radius_ *= regions_.growth;
    return Stage(whole_, glass_, energy_, centre_, radius);
  }

  static SearchOutcome everywhere(const Stage& stage, SearchOutcome found) {
    if (found.saddle) found.saddle = stage.everywhere(std::move(*found.saddle));
    found.energy = found.saddle ? found.saddle->energy : stage.above(found.energy);
    return found;
  }

  SearchOutcome told(SearchOutcome found) const {
    found.calls = static_cast<std::int64_t>(std::ceil(cost_));
    return found;
  }

  SearchOutcome confirm(FoundSaddle near) {
    Stage stage = next();
    SearchOutcome found = again(stage, std::move(near));
    return found.saddle && !stage.is_whole() ? widen(std::move(found)) : found;
  }

  SearchOutcome again(Stage& stage, FoundSaddle near) {
    SearchOutcome found = search_saddle_again(stage.surface(), stage.start(), stage.inside(std::move(near)), stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    return everywhere(stage, std::move(found));
  }

  SearchOutcome widen(SearchOutcome found) {
    const double remaining = 1.0 / (std::pow(regions_.growth, 3) - 1.0);  // of what the last growth gained
    for (bool is_whole = false, is_settled = false; !is_whole && !is_settled;) {
      const FoundSaddle before = *found.saddle;
      Stage stage = next();
      is_whole = stage.is_whole();
      if (!relax(stage, *found.saddle)) {
        found = again(stage, before);
        if (!found.saddle) return found;
      }
      const double gained = std::max(std::abs(found.saddle->energy - before.energy), std::abs(found.saddle->end.energy - before.end.energy));
      is_settled = remaining * gained < regions_.tolerance && is_at_rest(*found.saddle);
    }
    found.energy = found.saddle->energy;
    if (std::max(found.saddle->back.energy, found.saddle->end.energy) < found.energy) return found;
    return {std::nullopt, "not-a-pass", "a minimum beside the saddle is not below it once all atoms around have given way", found.energy, 0, found.retreats};
  }

  bool relax(Stage& stage, FoundSaddle& saddle) {
    FoundSaddle wider = stage.inside(saddle);
    bool kept = relax_saddle(stage.surface(), stage.start(), wider, 0.1 * regions_.tolerance, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    kept = kept && stage.holds(wider);
    if (kept) saddle = stage.everywhere(std::move(wider));
    return kept;
  }

  /// Looks at the forces on all atoms that may feel those of the last region.
  bool is_at_rest(FoundSaddle& saddle) {
    Stage around(whole_, glass_, energy_, centre_, radius_ / regions_.growth + 2.0 * whole_.potential().cutoff());
    saddle.fmax = fmax(around.surface().evaluate(around.part(saddle.positions)).forces);
    saddle.end.fmax = fmax(around.surface().evaluate(around.part(saddle.end.positions)).forces);
    cost_ += around.cost();
    return saddle.fmax < options_.fmax && saddle.end.fmax <= options_.relaxed_fmax;
  }

  Surface& whole_;
  const Configuration glass_;
  double energy_;
  Eigen::Index centre_;
  const Positions& local_;
  const SaddleSearch& options_;
  const LocalSearch& regions_;
  Rng& rng_;
  double radius_;      // of the next region
  double cost_ = 0.0;  // so far, in calls of the whole
};

}  // namespace

LocalSearch LocalSearch::read(Input& in) {
  LocalSearch o;
  o.radius = in.length("region", "12 A", "atoms this near to the central one may move at first (at least twice `soft_radius` unless given), all that matter in the end; 0: all from the beginning", non_negative);
  o.growth = in.real("region_growth", 1.4, "from one region to the next", positive);
  in.expect(o.growth >= 1.1, "region_growth", "a factor of 1.1 or more");
  o.tolerance = in.energy("region_tolerance", "1e-4 eV", "what atoms further away may still gain", positive);
  return o;
}

SearchOutcome search_saddle_near(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& direction, const Positions& local,
                                 const SaddleSearch& options, const LocalSearch& regions, Rng& rng) {
  return GrowingSearch(whole, start, centre, local, options, regions, rng).run(direction);
}

}  // namespace glasscape
