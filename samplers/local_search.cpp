#include "samplers/local_search.hpp"

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
      SearchOutcome found = search_saddle(stage.surface(), stage.inside(start_), stage.part(direction), stage.part(local_), on_the_way(stage, true), rng_);
      cost_ += stage.cost();
      if (found.saddle && !stage.holds(*found.saddle)) continue;  // it is too small: all over in a larger one
      found = everywhere(stage, std::move(found));
      return told(found.saddle && !stage.is_whole() ? confirm(*found.saddle) : std::move(found));
    }
  }

 private:
  struct Sides {
    std::optional<Quenched> other_end = {};   // instead of the minimum that was known; not yet relaxed with the atoms of the stage
    std::string reason = {}, detail = {};     // why it is no event any more
  };
  struct Seen {
    Positions saddle, mode;
  };
  static constexpr double unknown = std::numeric_limits<double>::infinity();  // eV

  SearchRegion next(const Positions& here, double energy) {
    last_ = radius_;
    if (radius_ > 0.0) radius_ = std::max(regions_.growth * radius_, radius_ + Region::slack);  // so that it holds those who were inside, wherever they went
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

  /// What lies behind is found in the first region where a saddle relaxes, for those alone that still are events then; whether a second curvature is negative, in the first region and at rest. With all atoms both are at once.
  SaddleSearch on_the_way(const SearchRegion& stage, bool counts_curvatures) const {
    SaddleSearch options = options_;
    options.finds_end = stage.is_whole();
    options.counts_curvatures = counts_curvatures || stage.is_whole();
    return options;
  }

  SearchOutcome confirm(const FoundSaddle& near) {
    for (;;) {
      SearchRegion stage = next(start_.positions, start_.energy);
      confirmed_ = last_;
      if (std::optional<SearchOutcome> found = again(stage, near, on_the_way(stage, false))) return found->saddle && !stage.is_whole() ? widen(std::move(*found)) : std::move(*found);
    }
  }

  /// Nothing where the region is too small for what is found.
  std::optional<SearchOutcome> again(SearchRegion& stage, const FoundSaddle& near, const SaddleSearch& options) {
    SearchOutcome found = search_saddle_again(stage.surface(), stage.inside(start_), stage.inside(near), stage.part(local_), options, rng_);
    cost_ += stage.cost();
    if (found.saddle && !stage.holds(*found.saddle)) return std::nullopt;
    found = everywhere(stage, std::move(found));
    if (found.saddle) {
      seen_back_ = {found.saddle->positions, found.saddle->mode};
      if (found.saddle->end.converged()) note_end(*found.saddle, found.saddle->end.positions);
    }
    return found;
  }

  SearchOutcome widen(SearchOutcome found) {
    for (;;) {
      const double inner = last_;
      SearchRegion stage = next(found.saddle->positions, found.saddle->energy);
      const std::optional<double> gained = relax(stage, found);
      if (!gained) return found;
      const double left = left_beyond(inner, *gained);
      FoundSaddle settled = *found.saddle;
      if (stage.is_whole() || (left < regions_.tolerance && is_at_rest(settled))) {
        if (!is_first_order(settled)) {
          found.saddle = std::move(settled);
          if (!climb(stage, found)) return found;  // with curvatures of all atoms of the stage
          if (!stage.is_whole()) continue;
          settled = *found.saddle;
        }
      } else if (!settle_far(stage, settled, left)) {
        radius_ = std::max(radius_, as_the_law_asks(left));
        continue;
      }
      const Sides sides = look_at_sides(settled);
      const bool is_told = stage.is_whole() || !sides.other_end;
      if (is_told) found.saddle = std::move(settled);  // with another end it goes on, from before all gave way
      if (!take(stage, found, sides)) return found;
      if (is_told) return passed(std::move(found));
    }
  }

  /// Relaxes a saddle and the minimum behind it with the atoms of a stage, and looks at what it connects. What they gained, eV, or unknown where that minimum is found only now,
  /// another took its place, or the stage is too small. Nothing when it is lost; then `found` says why.
  std::optional<double> relax(SearchRegion& stage, SearchOutcome& found) {
    const double before = found.saddle->energy;
    const std::optional<Learnt> learnt = relax_saddle(stage, found);
    if (!learnt || !take(stage, found, look_at_back(*found.saddle))) return std::nullopt;  // first: much ends here
    if (!found.saddle->end.converged()) return find_end(stage, found);
    const double of_saddle = std::abs(found.saddle->energy - before);
    const std::optional<double> of_end = relax_end(stage, found, found.saddle->end, learnt);
    if (!of_end) return std::nullopt;
    const Sides sides = look_at_end(*found.saddle);
    if (!take(stage, found, sides)) return std::nullopt;
    return sides.other_end ? unknown : std::max(of_saddle, *of_end);
  }

  /// What lies behind a saddle, of which nothing is known as yet. Unknown is what that gained, and the end itself where the stage is too small. Nothing when it is no event; then `found` says why.
  std::optional<double> find_end(SearchRegion& stage, SearchOutcome& found) {
    const FoundSaddle& saddle = *found.saddle;
    Fallen end = glasscape::fall_from(stage.surface(), stage.inside(start_), stage.inside(saddle), Side::end, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    if (!stage.holds(end.minimum.positions)) return unknown;
    end.minimum = stage.everywhere(std::move(end.minimum));
    note_end(saddle, end.minimum.positions);
    return take(stage, found, {.other_end = std::move(end.minimum)}) ? std::optional(unknown) : std::nullopt;
  }

  /// Climbs again with the atoms of a stage, and relaxes what is found. False when nothing is found; then `found` says why; all is as it was where the stage is too small. Among so
  /// many atoms no other event is sought on the way to a minimum that was reached instead of the start, but what flipped on the way there is set back once (saddle_search.hpp).
  bool climb(SearchRegion& stage, SearchOutcome& found) {
    SaddleSearch same_event = options_;
    same_event.retreats = 0;
    std::optional<SearchOutcome> climbed = again(stage, *found.saddle, same_event);
    if (!climbed) return true;
    found = std::move(*climbed);
    if (!found.saddle) return false;
    const std::optional<Learnt> learnt = relax_saddle(stage, found);
    return learnt && relax_end(stage, found, found.saddle->end, learnt);
  }

  /// What comes of an event after a look at it: another minimum behind the saddle relaxes, and takes the place of that one, unless the stage is too small. False when it is none any
  /// more; then `found` says why.
  bool take(SearchRegion& stage, SearchOutcome& found, const Sides& sides) {
    if (!sides.reason.empty()) return give_up(found, sides.reason, sides.detail);
    if (sides.other_end) {
      const Positions by = moved(sides.other_end->positions, found.saddle->end.positions);
      if (is_beyond(stage, by)) {
        reach(by);
        return true;
      }
      if (!relax_end(stage, found, *sides.other_end)) return false;
    }
    const bool is_same_side = found.saddle->end.converged() && distance_from_start(found.saddle->end.positions) < options_.same;
    return !is_same_side || give_up(found, "same-side", fmt::format("both sides of a saddle at {:.4f} eV relax to the start once more atoms gave way", height(found)));
  }

  /// Whether atoms outside of a stage moved by more than `same`.
  bool is_beyond(const SearchRegion& stage, const Positions& by) const { return fmax(by - stage.put(stage.part(by), Positions::Zero(3, by.cols()))) > options_.same; }
  /// In the next region, those that moved by more.
  void reach(const Positions& by) {
    for (Eigen::Index i = 0; i < by.cols(); ++i)
      if (by.col(i).norm() > options_.same) radius_ = std::max(radius_, whole_.cell().nearest(start_.positions.col(i) - centre_).norm() + Region::slack);
  }

  static bool give_up(SearchOutcome& found, std::string reason, std::string detail) {
    found = {std::nullopt, std::move(reason), std::move(detail), found.saddle ? found.saddle->energy : found.energy, 0};
    return false;
  }

  double height(const SearchOutcome& found) const { return found.saddle->energy - start_.energy; }

  /// Of a region beyond which no more than the tolerance is left, where it is not far away; else 0.
  double as_the_law_asks(double left) const {
    const double enough = last_ * std::cbrt(left / regions_.tolerance);
    return enough < std::pow(regions_.growth, 2) * last_ ? enough : 0.0;
  }

  /// What atoms beyond the last region may still gain, eV, after what those between `inner` and it did.
  double left_beyond(double inner, double gained) const { return gained / (std::pow(last_ / inner, 3) - 1.0); }

  /// The saddle as it is told, if it still is a pass.
  SearchOutcome passed(SearchOutcome found) const {
    found.energy = found.saddle->energy;
    const double highest = std::max(found.saddle->back.energy, found.saddle->end.energy);
    if (!(highest < found.energy))
      give_up(found, "not-a-pass", fmt::format("once atoms around gave way, a minimum at {:.4f} eV is not below the saddle at {:.4f} eV", highest - start_.energy, height(found)));
    return found;
  }

  /// What the sides of a saddle relax to: each looked at where an atom moved so far since it was seen last that a soft spot may have flipped.
  Sides look_at_sides(const FoundSaddle& saddle) {
    Sides back = look_at_back(saddle);
    return back.reason.empty() ? look_at_end(saddle) : back;
  }

  Sides look_at_end(const FoundSaddle& saddle) {
    if (is_as(seen_end_, saddle) && !has_moved(saddle.end.positions, behind_)) return {};
    Fallen end = fall({saddle.end.positions, saddle.end.energy}, saddle, Side::end);
    if (!end.is_known && !end.minimum.converged()) return not_converged("behind it", end.minimum);
    note_end(saddle, end.is_known ? saddle.end.positions : end.minimum.positions);
    if (end.is_known) return {};
    return {.other_end = std::move(end.minimum)};
  }

  Sides look_at_back(const FoundSaddle& saddle) {
    if (is_as(seen_back_, saddle)) return {};
    Fallen back = fall(start_, saddle, Side::back);
    if (back.is_known) {
      seen_back_ = {saddle.positions, saddle.mode};
      return {};
    }
    if (!back.minimum.converged()) return not_converged("on its near side", back.minimum);
    const double far = distance_from_start(back.minimum.positions);
    return {.reason = "not-connected", .detail = fmt::format("once more atoms gave way it relaxes to a minimum {:.2f} A from the start", far)};
  }

  void note_end(const FoundSaddle& saddle, const Positions& behind) {
    seen_end_ = {saddle.positions, saddle.mode};
    behind_ = behind;
  }

  static Sides not_converged(const char* where, const Quenched& q) {
    return {.reason = "minimum-not-converged", .detail = fmt::format("once more atoms gave way, the minimum {} did not converge ({}, at {:.4f} eV/A)", where, to_string(q.ended), q.fmax)};
  }

  /// Whether a saddle is about where a side of it was seen last, along about the same mode.
  bool is_as(const Seen& seen, const FoundSaddle& saddle) { return points_as(saddle.mode, seen.mode) && !has_moved(saddle.positions, seen.saddle); }
  bool has_moved(const Positions& is, const Positions& was) { return !(fmax(moved(is, was)) < options_.same); }

  /// But for a drift of all.
  Positions moved(const Positions& is, const Positions& was) {
    if (!project_) project_ = physical_directions(whole_, start_.positions);
    Positions by = is - was;
    project_(by);
    return by;
  }
  double distance_from_start(const Positions& x) { return fmax(moved(x, start_.positions)); }

  /// What a side relaxes to with the atoms around, and with those around others that moved as far, all others where they are in the minimum that is known;
  /// with more where one goes further than these can tell.
  Fallen fall(const SearchStart& known, const FoundSaddle& saddle, Side side) {
    Balls balls{{centre_, std::min(last_, regions_.growth * confirmed_)}};
    const Positions by = moved(saddle.positions, known.positions);
    for (Eigen::Index i = 0; i < by.cols(); ++i)
      if (const Vector3d place = known.positions.col(i); by.col(i).norm() > options_.same && distance_from(balls, whole_.cell(), place) > -0.5 * regions_.radius)
        balls.push_back({place, regions_.radius});
    for (;;) {
      SearchRegion stage = stage_at(known.positions, known.energy, balls);
      Fallen fallen = fall_from(stage.surface(), stage.inside(known), stage.inside(saddle), side, stage.part(local_), options_, rng_);
      cost_ += stage.cost();
      const bool is_held = stage.holds(fallen.minimum.positions);
      fallen.minimum = stage.everywhere(std::move(fallen.minimum));
      if (is_held) return fallen;
      for (Ball& ball : balls) ball.radius *= regions_.growth;
    }
  }

  /// With all atoms, those far away in linear response: once so little is left to gain beyond the last region that it is hardly strained there. False
  /// when it does not come to rest as a first-order saddle.
  bool settle_far(SearchRegion& stage, FoundSaddle& saddle, double left) {
    constexpr double most_left = 0.03, about = 0.99;  // eV, and of a region's radius
    const double near = regions_.growth * confirmed_;
    if (left > most_left || last_ < about * regions_.growth * near) return false;
    const bool is_settled = far_field_.settle(stage, saddle, near, last_) && is_first_order(saddle);
    cost_ += far_field_.cost();
    return is_settled;
  }

  /// The saddle, with the atoms of a stage: by how much it moved, and its forces changed. Nothing when it is lost; then `found` says why.
  std::optional<Learnt> relax_saddle(SearchRegion& stage, SearchOutcome& found) {
    FoundSaddle relaxed = stage.inside(*found.saddle);
    std::optional<Learnt> learnt = glasscape::relax_saddle(stage.surface(), stage.inside(start_), relaxed, {.gain = promise(), .network = network_of(stage)}, stage.part(local_), options_, rng_);
    cost_ += stage.cost();
    if (!learnt) {
      give_up(found, "saddle-lost", fmt::format("one at {:.4f} eV did not come to rest as the same saddle once more atoms gave way", height(found)));
      return std::nullopt;
    }
    found.saddle = stage.everywhere(std::move(relaxed));
    return learnt;
  }

  /// The minimum behind it, from there or from another. What that gained, eV; unknown where the stage is too small, then it is as it was. Nothing when it does not converge; then `found` says why.
  std::optional<double> relax_end(SearchRegion& stage, SearchOutcome& found, const Quenched& from, std::optional<Learnt> learnt = {}) {
    const double before = from.energy;  // it may be the one that is replaced
    FollowingNetwork network(stage.surface());
    network.keep(network_of(stage));
    Quenched end = minimise(stage.surface(), stage.part(from.positions), {.fmax = options_.relaxed_fmax, .max_calls = 1000, .gain = promise(), .network = &network, .known = std::move(learnt)});
    cost_ += stage.cost();
    if (!end.converged()) {
      const Sides why = not_converged("behind it", end);
      give_up(found, why.reason, why.detail);
      return std::nullopt;
    }
    if (!stage.holds(end.positions)) return unknown;
    found.saddle->end = stage.everywhere(std::move(end));
    return std::abs(found.saddle->end.energy - before);
  }

  /// For the first guess of steps: of the start, shared by all searches, where all of many atoms relax; else one of their own.
  std::shared_ptr<const ElasticNetwork> network_of(const SearchRegion& stage) const {
    return stage.is_whole() && last_ > regions_.growth * confirmed_ ? whole_.network(start_.positions) : nullptr;
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
  Seen seen_back_, seen_end_;          // when it was seen last what each side relaxes to
  Positions behind_;                   // what the far one did
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
