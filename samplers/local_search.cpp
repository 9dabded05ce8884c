#include "samplers/local_search.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "samplers/far_field.hpp"
#include "samplers/search_region.hpp"

namespace glasscape {
namespace {

/// One search, through its regions.
class GrowingSearch {
 public:
  GrowingSearch(Surface& whole, const SearchStart& start, Eigen::Index centre, const Positions& local, const SaddleSearch& options, const LocalSearch& regions, Rng& rng)
      : whole_(whole), start_(start), centre_(start.positions.col(centre)), local_(local), options_(options), regions_(regions), rng_(rng),
        radius_(regions.radius), far_field_(whole, start, centre_, local, options, regions.tolerance, rng) {}

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
    return stage_at(here, energy, last_);
  }

  SearchRegion stage_at(const Positions& here, double energy, double radius) const { return SearchRegion(whole_, whole_.at(here), energy, {{centre_, radius}}); }

  static SearchOutcome everywhere(const SearchRegion& stage, SearchOutcome found) {
    if (found.saddle) found.saddle = stage.everywhere(std::move(*found.saddle));
    found.energy = found.saddle ? found.saddle->energy : stage.of_whole(found.energy);
    return found;
  }

  SearchOutcome told(SearchOutcome found) const {
    found.calls = static_cast<std::int64_t>(std::ceil(cost_));
    return found;
  }

  SearchOutcome confirm(FoundSaddle near) {
    SearchRegion stage = next(start_.positions, start_.energy);
    SearchOutcome found = again(stage, std::move(near), options_);
    return found.saddle && !stage.is_whole() ? widen(std::move(found)) : found;
  }

  SearchOutcome again(SearchRegion& stage, FoundSaddle near, const SaddleSearch& options) {
    SearchOutcome found = search_saddle_again(stage.surface(), stage.inside(start_), stage.inside(near), stage.part(local_), options, rng_);
    cost_ += stage.cost();
    found = everywhere(stage, std::move(found));
    if (found.saddle) see(*found.saddle);
    return found;
  }

  SearchOutcome widen(SearchOutcome found) {
    for (;;) {
      const FoundSaddle before = *found.saddle;
      const double inner = last_;
      SearchRegion stage = next(before.positions, before.energy);
      if ((!relax(stage, *found.saddle) || !still_connects(stage, *found.saddle)) && !settle(stage, found)) return found;
      const double left = left_beyond(inner, before, *found.saddle);
      if (!stage.is_whole() && !(left < regions_.tolerance && is_at_rest(*found.saddle))) {
        if (settle_far(stage, *found.saddle, left)) return passed(found, *found.saddle);
        radius_ = wider(left);
        continue;
      }
      if (is_first_order(*found.saddle)) return passed(found, *found.saddle);
      if (!settle(stage, found)) return found;  // with curvatures of all atoms of the stage
      if (stage.is_whole() || is_at_rest(*found.saddle)) return passed(found, *found.saddle);
    }
  }

  /// Climbs again with the atoms of a stage, and relaxes what is found. False when nothing is; then `found` says why. Among so many atoms no other event is sought on the way to a minimum that was reached instead of the start.
  bool settle(SearchRegion& stage, SearchOutcome& found) {
    SaddleSearch same_event = options_;
    same_event.retreats = 0;
    found = again(stage, std::move(*found.saddle), same_event);
    if (!found.saddle || relax(stage, *found.saddle)) return found.saddle.has_value();
    found = lost(found, "saddle-lost", "it was climbed to with the atoms around, and lost when its force was to become smaller");
    return false;
  }

  static SearchOutcome lost(const SearchOutcome& found, std::string reason, std::string detail) {
    return {std::nullopt, std::move(reason), std::move(detail), found.energy, 0, found.retreats};
  }

  /// Where no more than the tolerance is left, by the law, or on the way there.
  double wider(double left) const {
    const double enough = std::max(last_ + Region::slack, last_ * std::cbrt(left / regions_.tolerance));
    return enough < std::pow(regions_.growth, 2) * last_ ? enough : std::max(last_ + Region::slack, regions_.growth * last_);
  }

  /// What atoms beyond the last region may still gain, eV, after what those between `inner` and it did.
  double left_beyond(double inner, const FoundSaddle& before, const FoundSaddle& after) const {
    const double gained = std::max(std::abs(after.energy - before.energy), std::abs(after.end.energy - before.end.energy));
    return gained / (std::pow(last_ / inner, 3) - 1.0);
  }

  /// The saddle as it is told, if it still is a pass, and from the start.
  SearchOutcome passed(const SearchOutcome& found, FoundSaddle saddle) {
    if (std::max(saddle.back.energy, saddle.end.energy) >= saddle.energy)
      return lost(found, "not-a-pass", "a minimum beside the saddle is not below it once all atoms around have given way");
    if (look_at_sides(saddle) != Sides::as_seen) return lost(found, "not-connected", "its sides do not relax to the start and to the minimum behind it any more once all atoms around have given way");
    SearchOutcome outcome{std::move(saddle), "", "", 0.0, 0, found.retreats};
    outcome.energy = outcome.saddle->energy;
    return outcome;
  }

  enum class Sides { as_seen, other_end, lost };

  /// What the sides of a saddle relax to. Looked at where an atom moved so far since this was seen last that a soft spot may have flipped; another minimum behind it takes the place of that one.
  Sides look_at_sides(FoundSaddle& saddle) {
    const bool has_moved = fmax(saddle.positions - seen_[0]) > options_.same, has_end = fmax(saddle.end.positions - seen_[1]) > options_.same;
    if (!has_moved && !has_end) return Sides::as_seen;
    if (const auto back = has_moved ? fall(start_, saddle, Side::back) : std::optional<Fallen>({{}, true}); !back || !back->is_known) return Sides::lost;
    auto end = fall({saddle.end.positions, saddle.end.energy}, saddle, Side::end);
    if (!end || fmax(end->minimum.positions - start_.positions) < options_.same) return Sides::lost;
    if (!end->is_known) saddle.end = std::move(end->minimum);
    see(saddle);
    return end->is_known ? Sides::as_seen : Sides::other_end;
  }

  bool still_connects(SearchRegion& stage, FoundSaddle& saddle) {
    const Sides sides = look_at_sides(saddle);
    return sides == Sides::as_seen || (sides == Sides::other_end && relax(stage, saddle));
  }

  /// With the atoms around, all others where they are in the minimum that is known; nothing where one of these flipped.
  std::optional<Fallen> fall(const SearchStart& known, const FoundSaddle& saddle, Side side) {
    SearchRegion stage = stage_at(known.positions, known.energy, std::min(last_, regions_.growth * verified()));
    if (fmax(stage.put(stage.part(known.positions), saddle.positions) - known.positions) > options_.same) return std::nullopt;
    Fallen fallen = fall_from(stage.surface(), stage.inside(known), stage.inside(saddle), side, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    fallen.minimum = stage.everywhere(std::move(fallen.minimum));
    return fallen;
  }

  void see(const FoundSaddle& saddle) { seen_ = {saddle.positions, saddle.end.positions}; }

  /// With all atoms, those far away in linear response: once so little is left to gain beyond the last region that it is hardly strained there. False
  /// when it does not come to rest as a first-order saddle; then it is as it was, and outside of the last region as the start.
  bool settle_far(SearchRegion& stage, FoundSaddle& saddle, double left) {
    constexpr double most_left = 0.03, about = 0.99;  // eV, and of a region's radius
    const double near = regions_.growth * verified();
    if (left > most_left || last_ < about * regions_.growth * near) return false;
    FoundSaddle settled = saddle;
    const bool is_settled = far_field_.settle(stage, settled, near, last_) && is_first_order(settled);
    cost_ += far_field_.cost();
    if (is_settled) saddle = std::move(settled);
    return is_settled;
  }

  bool relax(SearchRegion& stage, FoundSaddle& saddle) {
    FoundSaddle wider = stage.inside(saddle);
    const bool is_near = last_ <= regions_.growth * verified();
    const Relax how{.gain = 0.1 * regions_.tolerance, .follow = is_near, .network = stage.is_whole() && !is_near ? whole_.network(start_.positions) : nullptr};
    bool kept = relax_saddle(stage.surface(), stage.inside(start_), wider, how, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    kept = kept && stage.holds(wider);
    if (kept) saddle = stage.everywhere(std::move(wider));
    return kept;
  }

  /// As far as this modes are found: an event's lowest one decays within few neighbours.
  double verified() const { return regions_.radius * regions_.growth; }

  /// Finds mode and curvatures anew, where it has come to rest.
  bool is_first_order(FoundSaddle& saddle) {
    SearchRegion stage = stage_at(saddle.positions, saddle.energy, verified());
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
    SearchRegion around = stage_at(saddle.positions, saddle.energy, last_ + Region::felt(whole_.potential()));
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
  double radius_;      // of the next region
  double last_ = 0.0;  // of the present one
  FarField far_field_;
  std::array<Positions, 2> seen_;  // the saddle and the minimum behind it, when it was seen last what its sides relax to
  double cost_ = 0.0;  // so far, in calls of the whole
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
