#include "samplers/local_search.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "md/zero_modes.hpp"
#include "samplers/far_field.hpp"
#include "samplers/search_region.hpp"

namespace glasscape {
namespace {

/// One search, through its regions.
class GrowingSearch {
 public:
  GrowingSearch(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& local, const SaddleSearch& options, const LocalSearch& regions, Rng& rng)
      : whole_(whole), start_(start), centre_(start.positions.col(centre)), local_(local), options_(options), regions_(regions), rng_(rng),
        radius_(regions.radius), far_field_(whole, start, centre_, local, options, regions.tolerance, rng), calls_before_(whole.calls()) {}

  SearchOutcome run(const Positions& direction) {
    for (;;) {
      SearchRegion stage = next(start_.positions, start_.energy);
      SearchOutcome found = search_saddle(stage.surface(), stage.inside(start_), stage.part(direction), stage.part(local_), options_, rng_);
      cost_ += stage.cost();
      if (found.saddle && !stage.holds(*found.saddle)) continue;  // it is too small: all over in a larger one
      found = everywhere(stage, std::move(found));
      return told(found.saddle && !stage.is_whole() ? confirm(*found.saddle) : std::move(found));
    }
  }

 private:
  struct Sides {
    std::optional<Positions> reached = {};    // instead of the start
    std::optional<Quenched> other_end = {};   // instead of the minimum that was known; not yet relaxed with all atoms
    std::string reason = {}, detail = {};     // why it is no event any more
  };

  SearchRegion next(const Positions& here, double energy) {
    last_ = radius_;
    radius_ *= regions_.growth;
    return stage_at(here, energy, {{centre_, last_}});
  }

  SearchRegion stage_at(const Positions& here, double energy, const Balls& balls) const { return SearchRegion(whole_, whole_.at(here), energy, balls); }

  static SearchOutcome everywhere(const SearchRegion& stage, SearchOutcome found) {
    if (found.saddle) found.saddle = stage.everywhere(std::move(*found.saddle));
    found.energy = found.saddle ? found.saddle->energy : stage.of_whole(found.energy);
    return found;
  }

  SearchOutcome told(SearchOutcome found) const {
    found.calls = static_cast<std::int64_t>(std::ceil(cost_)) + whole_.calls() - calls_before_;
    return found;
  }

  SearchOutcome confirm(const FoundSaddle& near) {
    for (;;) {
      SearchRegion stage = next(start_.positions, start_.energy);
      confirmed_ = last_;
      if (std::optional<SearchOutcome> found = again(stage, near, nullptr, options_)) return found->saddle && !stage.is_whole() ? widen(std::move(*found)) : std::move(*found);
    }
  }

  /// Nothing where the region is too small for what is found.
  std::optional<SearchOutcome> again(SearchRegion& stage, const FoundSaddle& near, const Positions* reached, const SaddleSearch& options) {
    const Positions reached_here = reached ? stage.part(*reached) : Positions();
    SearchOutcome found = search_saddle_again(stage.surface(), stage.inside(start_), stage.inside(near), reached ? &reached_here : nullptr, stage.part(local_), options, rng_);
    cost_ += stage.cost();
    if (found.saddle && !stage.holds(*found.saddle)) return std::nullopt;
    found = everywhere(stage, std::move(found));
    if (found.saddle) {
      seen_back_ = found.saddle->positions;
      see_end(*found.saddle);
    }
    return found;
  }

  SearchOutcome widen(SearchOutcome found) {
    for (;;) {
      const double inner = last_;
      SearchRegion stage = next(found.saddle->positions, found.saddle->energy);
      const std::optional<double> gained = relax_or_climb(stage, found);
      if (!gained) return found;
      const double left = left_beyond(inner, *gained);
      FoundSaddle settled = *found.saddle;
      if (!stage.is_whole() && !(left < regions_.tolerance && is_at_rest(settled))) {
        if (!settle_far(stage, settled, left)) {
          radius_ = wider(left);
          continue;
        }
      } else if (!is_first_order(settled)) {
        found.saddle = settled;
        if (!climb(stage, found)) return found;  // with curvatures of all atoms of the stage
        settled = *found.saddle;
        if (!stage.is_whole() && !is_at_rest(settled)) continue;
      }
      Sides sides = look_at_sides(settled);
      const bool is_seen = !sides.other_end;
      if (is_seen || stage.is_whole()) found.saddle = std::move(settled);
      if (!keep(stage, found, std::move(sides))) return found;  // with another end it goes on from before all gave way
      if (is_seen || stage.is_whole()) return passed(std::move(found));
    }
  }

  /// Relaxes a saddle and the minimum behind it with the atoms of a stage, and looks at what it connects; where the near side reaches another minimum than
  /// the start, climbs again. What they gained, eV, without limit where another took the place of one of them. Nothing when it is lost; then `found` says why.
  std::optional<double> relax_or_climb(SearchRegion& stage, SearchOutcome& found) {
    constexpr double unknown = std::numeric_limits<double>::infinity();
    const double before = found.saddle->energy, end_before = found.saddle->end.energy;
    if (!relax(stage, found)) return std::nullopt;
    const double gained = std::max(std::abs(found.saddle->energy - before), std::abs(found.saddle->end.energy - end_before));
    Sides sides = look_at_sides(*found.saddle);
    const bool is_same = !sides.reached && !sides.other_end;
    const bool is_kept = sides.reached ? climb(stage, found, &*sides.reached) : keep(stage, found, std::move(sides));
    if (!is_kept) return std::nullopt;
    return is_same ? gained : unknown;
  }

  /// Climbs again with the atoms of a stage, and relaxes what is found; with a spot put back, where the near side was seen to reach another minimum than the
  /// start. False when nothing is found; then `found` says why. Among so many atoms no other event is sought on the way to such a minimum.
  bool climb(SearchRegion& stage, SearchOutcome& found, const Positions* reached = nullptr) {
    SaddleSearch same_event = options_;
    same_event.retreats = 0;
    std::optional<SearchOutcome> climbed = again(stage, *found.saddle, reached, same_event);
    if (!climbed) return give_up(found, "saddle-lost", "climbed to again, atoms moved too far for the region around it");
    found = std::move(*climbed);
    return found.saddle && relax(stage, found);
  }

  /// What comes of an event after a look at it: another minimum behind the saddle takes the place of that one, once it has relaxed. False when it is none any
  /// more; then `found` says why.
  bool keep(SearchRegion& stage, SearchOutcome& found, Sides sides) {
    if (!sides.reason.empty()) return give_up(found, sides.reason, sides.detail);
    if (sides.other_end) {
      found.saddle->end = std::move(*sides.other_end);
      if (!relax_end(stage, *found.saddle)) return give_up(found, "minimum-not-converged", "once more atoms gave way, another minimum behind the saddle did not converge");
    }
    if (fmax(moved(found.saddle->end.positions, start_.positions)) < options_.same) return give_up(found, "same-side", "once more atoms gave way both sides of the saddle relax to the start");
    return true;
  }

  static bool give_up(SearchOutcome& found, std::string reason, std::string detail) {
    found = {std::nullopt, std::move(reason), std::move(detail), found.energy, 0};
    return false;
  }

  /// Where no more than the tolerance is left, by the law, or on the way there.
  double wider(double left) const {
    const double enough = std::max(last_ + Region::slack, last_ * std::cbrt(left / regions_.tolerance));
    return enough < std::pow(regions_.growth, 2) * last_ ? enough : std::max(last_ + Region::slack, regions_.growth * last_);
  }

  /// What atoms beyond the last region may still gain, eV, after what those between `inner` and it did.
  double left_beyond(double inner, double gained) const { return gained / (std::pow(last_ / inner, 3) - 1.0); }

  /// The saddle as it is told, if it still is a pass.
  static SearchOutcome passed(SearchOutcome found) {
    found.energy = found.saddle->energy;
    const bool is_pass = std::max(found.saddle->back.energy, found.saddle->end.energy) < found.energy;
    if (!is_pass) give_up(found, "not-a-pass", "a minimum beside the saddle is not below it once all atoms around have given way");
    return found;
  }

  /// What the sides of a saddle relax to: each looked at where an atom moved so far since it was seen last that a soft spot may have flipped.
  Sides look_at_sides(const FoundSaddle& saddle) {
    Sides seen;
    if (has_moved(saddle.positions, seen_back_)) {
      auto back = fall(start_, saddle, Side::back);
      if (!back) return not_the_start();
      if (!back->is_known && !back->minimum.converged()) return no_minimum("on its near side");
      if (!back->is_known) {
        Sides other = not_the_start();
        other.reached = std::move(back->minimum.positions);
        return other;
      }
      seen_back_ = saddle.positions;
    }
    if (!has_moved(saddle.positions, seen_end_[0]) && !has_moved(saddle.end.positions, seen_end_[1])) return seen;
    auto end = fall({saddle.end.positions, saddle.end.energy}, saddle, Side::end);
    if (!end || (!end->is_known && !end->minimum.converged())) return no_minimum("behind it");
    if (end->is_known) see_end(saddle);
    else seen.other_end = std::move(end->minimum);
    return seen;
  }

  static Sides not_the_start() { return {.reason = "not-connected", .detail = "once more atoms gave way it relaxes to another minimum than the start"}; }
  static Sides no_minimum(const std::string& where) { return {.reason = "minimum-not-converged", .detail = "once more atoms gave way, the minimum " + where + " did not converge"}; }

  bool has_moved(const Positions& is, const Positions& was) { return fmax(moved(is, was)) > options_.same; }
  void see_end(const FoundSaddle& saddle) { seen_end_ = {saddle.positions, saddle.end.positions}; }

  /// But for a drift of all.
  Positions moved(const Positions& is, const Positions& was) {
    if (!project_) project_ = physical_directions(whole_, start_.positions);
    Positions by = is - was;
    project_(by);
    return by;
  }

  /// What a side relaxes to with the atoms around, and with those around others that moved as far, all others where they are in the minimum that is known.
  /// Nothing where an atom went further than these can tell.
  std::optional<Fallen> fall(const SearchStart& known, const FoundSaddle& saddle, Side side) {
    Balls balls{{centre_, std::min(last_, regions_.growth * confirmed_)}};
    const Positions by = moved(saddle.positions, known.positions);
    for (Eigen::Index i = 0; i < by.cols(); ++i)
      if (const Vector3d place = known.positions.col(i); by.col(i).norm() > options_.same && distance_from(balls, whole_.cell(), place) > -0.5 * regions_.radius)
        balls.push_back({place, regions_.radius});
    SearchRegion stage = stage_at(known.positions, known.energy, balls);
    Fallen fallen = fall_from(stage.surface(), stage.inside(known), stage.inside(saddle), side, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    if (!stage.holds(fallen.minimum.positions)) return std::nullopt;
    fallen.minimum = stage.everywhere(std::move(fallen.minimum));
    return fallen;
  }

  /// With all atoms, those far away in linear response: once so little is left to gain beyond the last region that it is hardly strained there. False
  /// when it does not come to rest as a first-order saddle; then it is as it was, and outside of the last region as the start.
  bool settle_far(SearchRegion& stage, FoundSaddle& saddle, double left) {
    constexpr double most_left = 0.03, about = 0.99;  // eV, and of a region's radius
    const double near = regions_.growth * confirmed_;
    if (left > most_left || last_ < about * regions_.growth * near) return false;
    FoundSaddle settled = saddle;
    const bool is_settled = far_field_.settle(stage, settled, near, last_) && is_first_order(settled);
    cost_ += far_field_.cost();
    if (is_settled) saddle = std::move(settled);
    return is_settled;
  }

  /// With the atoms of a stage. False when it is lost; then `found` says why.
  bool relax(SearchRegion& stage, SearchOutcome& found) {
    FoundSaddle relaxed = stage.inside(*found.saddle);
    const bool is_near = last_ <= regions_.growth * confirmed_;
    const Relax how{.gain = promise(), .follow = is_near, .network = stage.is_whole() && !is_near ? whole_.network(start_.positions) : nullptr};
    const bool is_saddle = relax_saddle(stage.surface(), stage.inside(start_), relaxed, how, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    if (!is_saddle) return give_up(found, "saddle-lost", "it did not come to rest as the same saddle once more atoms gave way");
    if (!relaxed.end.converged() || !stage.holds(relaxed)) return give_up(found, "minimum-not-converged", "once more atoms gave way, the minimum behind it did not converge");
    found.saddle = stage.everywhere(std::move(relaxed));
    return true;
  }

  /// Another minimum behind a saddle, which took the place of the one that was relaxed.
  bool relax_end(SearchRegion& stage, FoundSaddle& saddle) {
    FollowingNetwork network(stage.surface());
    Quenched end = minimise(stage.surface(), stage.part(saddle.end.positions), {.fmax = options_.relaxed_fmax, .max_calls = 1000, .gain = promise(), .network = &network});
    cost_ += stage.cost();
    if (!end.converged() || !stage.holds(end.positions)) return false;
    saddle.end = stage.everywhere(std::move(end));
    see_end(saddle);  // the fall went on to there
    return true;
  }

  /// A relaxation is at its end when a step promises less, eV.
  double promise() const { return 0.1 * regions_.tolerance; }

  /// Finds mode and curvatures anew, where it has come to rest.
  bool is_first_order(FoundSaddle& saddle) {
    SearchRegion stage = stage_at(saddle.positions, saddle.energy, {{centre_, confirmed_}});
    FoundSaddle seen = stage.inside(saddle);
    const bool is_one = verify_saddle(stage.surface(), stage.inside(start_), seen, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    seen = stage.everywhere(std::move(seen));
    saddle.mode = seen.mode;
    saddle.curvature = seen.curvature;
    saddle.next_curvature = seen.next_curvature;
    return is_one;
  }

  /// Looks at the forces on all atoms that may feel those of the last region.
  bool is_at_rest(FoundSaddle& saddle) {
    SearchRegion around = stage_at(saddle.positions, saddle.energy, {{centre_, last_ + Region::felt(whole_.potential())}});
    saddle.fmax = fmax(around.at_first().forces);
    saddle.end.fmax = fmax(around.surface().evaluate(around.part(saddle.end.positions)).forces);
    cost_ += around.cost();
    return saddle.fmax < options_.fmax && saddle.end.fmax <= options_.relaxed_fmax;
  }

  Surface& whole_;
  const SearchStart& start_;
  Vector3d centre_;
  const Positions& local_;
  const SaddleSearch& options_;
  const LocalSearch& regions_;
  Rng& rng_;
  double radius_;           // of the next region
  double last_ = 0.0;       // of the present one
  double confirmed_ = 0.0;  // of the one where it was confirmed: as far as this modes are found, as an event's lowest one decays within few neighbours
  FarField far_field_;
  Positions seen_back_;                // the saddle, when it was seen last that it relaxes to the start
  std::array<Positions, 2> seen_end_;  // the saddle and the minimum behind it, when it was seen last that it relaxes to that
  double cost_ = 0.0;                  // of regions so far, in calls of the whole
  std::int64_t calls_before_;
  Projection project_;                 // once it is needed
};

}  // namespace

LocalSearch LocalSearch::read(Input& in) {
  LocalSearch o;
  o.radius = in.length("region", "12 A", "atoms this near to the central one may move at first (at least twice `soft_radius` unless given), all that matter in the end; 0: all from the beginning", non_negative);
  o.growth = in.real("region_growth", 1.4, "of the radius from one region to the next, at least", positive);
  in.expect(o.growth >= 1.1, "region_growth", "a factor of 1.1 or more");
  o.tolerance = in.energy("region_tolerance", "1e-4 eV", "what atoms further away may still gain", positive);
  return o;
}

SearchOutcome search_saddle_near(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& direction, const Positions& local,
                                 const SaddleSearch& options, const LocalSearch& regions, Rng& rng) {
  return GrowingSearch(whole, start, centre, local, options, regions, rng).run(direction);
}

}  // namespace glasscape
