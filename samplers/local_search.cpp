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
      return told(found.saddle && !stage.is_whole() ? confirm(std::move(*found.saddle)) : std::move(found));
    }
  }

 private:
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

  SearchOutcome confirm(FoundSaddle near) {
    SearchRegion stage = next(start_.positions, start_.energy);
    confirmed_ = last_;
    SearchOutcome found = again(stage, std::move(near), nullptr, options_);
    return found.saddle && !stage.is_whole() ? widen(std::move(found)) : found;
  }

  SearchOutcome again(SearchRegion& stage, FoundSaddle near, const Positions* reached, const SaddleSearch& options) {
    const Positions reached_here = reached ? stage.part(*reached) : Positions();
    SearchOutcome found = search_saddle_again(stage.surface(), stage.inside(start_), stage.inside(near), reached ? &reached_here : nullptr, stage.part(local_), options, rng_);
    cost_ += stage.cost();
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
      if (!stage.is_whole() && !(left < regions_.tolerance && is_at_rest(*found.saddle))) {
        if (!settle_far(stage, *found.saddle, left)) {
          radius_ = wider(left);
          continue;
        }
      } else if (!is_first_order(*found.saddle)) {
        if (!climb(stage, found)) return found;  // with curvatures of all atoms of the stage
        if (!stage.is_whole() && !is_at_rest(*found.saddle)) continue;
      }
      const Sides sides = look_at_sides(*found.saddle);
      const bool is_relaxed = !sides.has_other_end || (stage.is_whole() && relax_end(stage, *found.saddle));
      if (is_relaxed) return passed(std::move(found), sides);
    }
  }

  /// Relaxes a saddle and the minimum behind it with the atoms of a stage, and looks at what it connects; where the near side reaches another minimum than
  /// the start, climbs again. What they gained, eV, without limit where another saddle took its place. Nothing when it is lost; then `found` says why.
  std::optional<double> relax_or_climb(SearchRegion& stage, SearchOutcome& found) {
    constexpr double unknown = std::numeric_limits<double>::infinity();
    FoundSaddle& saddle = *found.saddle;
    const double before = saddle.energy, end_before = saddle.end.energy;
    const auto give_up = [&](const std::string& reason, const std::string& detail) {
      found = lost(found, reason, detail);
      return std::nullopt;
    };
    if (!relax(stage, saddle)) return give_up("saddle-lost", "it was lost as more atoms gave way to it");
    const double of_saddle = std::abs(saddle.energy - before), of_end = std::abs(saddle.end.energy - end_before);
    const Sides sides = look_at_sides(saddle);
    if (sides.reached) return climb(stage, found, &*sides.reached) ? std::optional(unknown) : std::nullopt;
    if (!sides.connect()) return give_up(sides.reason, sides.detail);
    if (sides.has_other_end && !relax_end(stage, saddle)) return give_up("minimum-not-converged", "once more atoms gave way, another minimum behind the saddle did not converge");
    return sides.has_other_end ? of_saddle : std::max(of_saddle, of_end);
  }

  /// Climbs again with the atoms of a stage, and relaxes what is found; with a spot put back, where the near side was seen to reach another minimum than the
  /// start. False when nothing is found; then `found` says why. Among so many atoms no other event is sought on the way to such a minimum.
  bool climb(SearchRegion& stage, SearchOutcome& found, const Positions* reached = nullptr) {
    SaddleSearch same_event = options_;
    same_event.retreats = 0;
    found = again(stage, std::move(*found.saddle), reached, same_event);
    if (!found.saddle || relax(stage, *found.saddle)) return found.saddle.has_value();
    found = lost(found, "saddle-lost", "it was climbed to with the atoms around, and lost when its force was to become smaller");
    return false;
  }

  static SearchOutcome lost(const SearchOutcome& found, std::string reason, std::string detail) {
    return {std::nullopt, std::move(reason), std::move(detail), found.energy, 0};
  }

  /// Where no more than the tolerance is left, by the law, or on the way there.
  double wider(double left) const {
    const double enough = std::max(last_ + Region::slack, last_ * std::cbrt(left / regions_.tolerance));
    return enough < std::pow(regions_.growth, 2) * last_ ? enough : std::max(last_ + Region::slack, regions_.growth * last_);
  }

  /// What atoms beyond the last region may still gain, eV, after what those between `inner` and it did.
  double left_beyond(double inner, double gained) const { return gained / (std::pow(last_ / inner, 3) - 1.0); }

  /// What the sides of a saddle relax to.
  struct Sides {
    bool has_other_end = false;            // in place of the one that was known; not yet relaxed with all atoms
    std::optional<Positions> reached = {}; // instead of the start
    std::string reason = {}, detail = {};  // why it is no event any more

    bool connect() const { return reason.empty(); }
  };

  /// The saddle as it is told, if it still is a pass, and from the start.
  SearchOutcome passed(SearchOutcome found, const Sides& sides) const {
    const FoundSaddle& saddle = *found.saddle;
    if (!sides.connect()) return lost(found, sides.reason, sides.detail);
    if (std::max(saddle.back.energy, saddle.end.energy) >= saddle.energy)
      return lost(found, "not-a-pass", "a minimum beside the saddle is not below it once all atoms around have given way");
    found.energy = saddle.energy;
    return found;
  }

  /// Each looked at where an atom moved so far since it was seen last that a soft spot may have flipped. Another minimum behind the saddle takes the place of that one.
  Sides look_at_sides(FoundSaddle& saddle) {
    constexpr auto not_held = "once more atoms gave way, atoms of a side moved too far to tell what it relaxes to";
    if (has_moved(saddle.positions, seen_back_)) {
      auto back = fall(start_, saddle, Side::back);
      if (!back) return {.reason = "not-connected", .detail = not_held};
      if (!back->is_known) return {.reached = std::move(back->minimum.positions), .reason = "not-connected", .detail = "once more atoms gave way it relaxes to another minimum than the start"};
      seen_back_ = saddle.positions;
    }
    if (!has_moved(saddle.positions, seen_end_[0]) && !has_moved(saddle.end.positions, seen_end_[1])) return {};
    auto end = fall({saddle.end.positions, saddle.end.energy}, saddle, Side::end);
    if (!end) return {.reason = "not-connected", .detail = not_held};
    if (!end->is_known) {
      if (!end->minimum.converged()) return {.reason = "minimum-not-converged", .detail = "once more atoms gave way, the minimum behind the saddle did not converge"};
      if (distance_from_start(end->minimum.positions) < options_.same) return {.reason = "same-side", .detail = "once more atoms gave way both sides of the saddle relax to the start"};
      saddle.end = std::move(end->minimum);
    }
    see_end(saddle);
    return {.has_other_end = !end->is_known};
  }

  bool has_moved(const Positions& is, const Positions& was) const { return fmax(is - was) > options_.same; }
  void see_end(const FoundSaddle& saddle) { seen_end_ = {saddle.positions, saddle.end.positions}; }

  double distance_from_start(Positions x) const {
    x -= start_.positions;
    physical_directions(whole_, start_.positions)(x);
    return fmax(x);
  }

  /// What a side relaxes to with the atoms around, and with those around others that moved as far, all others where they are in the minimum that is known.
  /// Nothing where an atom went further than these can tell.
  std::optional<Fallen> fall(const SearchStart& known, const FoundSaddle& saddle, Side side) {
    Balls balls{{centre_, std::min(last_, regions_.growth * confirmed_)}};
    for (Eigen::Index i = 0; i < known.positions.cols(); ++i)
      if (const Vector3d place = known.positions.col(i); (saddle.positions.col(i) - place).norm() > options_.same && distance_from(balls, whole_.cell(), place) > 0.0)
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

  bool relax(SearchRegion& stage, FoundSaddle& saddle) {
    FoundSaddle wider = stage.inside(saddle);
    const bool is_near = last_ <= regions_.growth * confirmed_;
    const Relax how{.gain = promise(), .follow = is_near, .network = stage.is_whole() && !is_near ? whole_.network(start_.positions) : nullptr};
    bool kept = relax_saddle(stage.surface(), stage.inside(start_), wider, how, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    kept = kept && stage.holds(wider);
    if (kept) saddle = stage.everywhere(std::move(wider));
    return kept;
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
