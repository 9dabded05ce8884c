#include "samplers/saddle_search.hpp"

#include <cmath>
#include <tuple>
#include <utility>

#include "samplers/walker.hpp"

namespace glasscape {
namespace {

constexpr double soft_saddle = 0.1;          // eV/A^2: below this curvature a force of 0.01 eV/A hides where the saddle is
constexpr double tighter = 0.2;              // times `fmax`, for such a saddle
constexpr double soft_floor = 0.3;          // eV/A^2: Newton steps along a flatter mode are not longer than at this curvature

enum class Climb { converged, calls, mode_lost, ceiling };

/// One search, from where it begins to what comes of it.
class Search : Walker {
 public:
  Search(Surface& surface, const SearchStart& start, const Positions& local, const SaddleSearch& options, Rng& rng)
      : Walker(surface, start, local, options, rng), calls_before_(surface.calls()), fmax_(options.fmax) {}

  SearchOutcome search(const Positions& direction);
  SearchOutcome search_towards(const Positions& minimum);
  SearchOutcome search_again(const FoundSaddle& near);
  std::optional<Learnt> relax(FoundSaddle& saddle, const Relax& how);
  bool verify(FoundSaddle& saddle);
  Fallen fall_from(const FoundSaddle& saddle, Side side);

 private:
  SearchOutcome pursue();
  void begin(const Positions& direction);
  bool push();
  Climb climb();
  bool has_more_to_gain();
  bool tighten();
  void begin_near(const FoundSaddle& saddle);
  bool fell_to_start() const { return at_start_ && fmax(x_ - fell_from_) < options_.same / 3.0 && points_as(mode_, fell_along_); }  // from a point so near that this one goes the same way
  bool is_first_order(double& next_curvature);
  std::optional<SearchOutcome> finish_at_start(Quenched back);
  bool set_back(const Positions& reached);
  bool retreat(const Positions& reached);
  SearchOutcome failed(std::string reason, std::string detail) const { return {std::nullopt, std::move(reason), std::move(detail), at_.energy, surface_.calls() - calls_before_}; }
  SearchOutcome not_a_pass(const Quenched& minimum) const {
    return failed("not-a-pass", fmt::format("a minimum at {:.4f} eV is not below the saddle at {:.4f} eV", minimum.energy - start_.energy, height()));
  }

  std::int64_t calls_before_;
  int pushes_ = 0, retreats_ = 0;
  bool was_set_back_ = false;
  double fmax_;  // at which the climb has converged
  double gain_ = std::numeric_limits<double>::infinity();  // nor does a relaxation gain more then, eV
  bool keeps_mode_ = false;
  bool is_wide_ = false;  // whether the mode that is followed is that of all atoms, from the start of the next climb on
  std::optional<Quenched> at_start_;  // of the last saddle whose back side was the start
  Positions fell_from_, fell_along_;  // that saddle and its mode
};

}  // namespace

SaddleSearch SaddleSearch::read(Input& in) {
  SaddleSearch o;
  o.push = in.length("push", "0.25 A", "length of one push out of the well, over all coordinates", positive);
  o.pushes = in.count("pushes", 25, "most pushes before the search gives up", positive);
  o.push_relaxations = in.count("push_relaxations", 6, "relaxation steps across the direction after each push", non_negative);
  o.softening = in.real("softening", 0.2, "stiffness below which pushed directions are equally soft, eV/A^2", positive);
  o.softness = in.real("softness", -0.05, "curvature below which the climb begins, eV/A^2");
  in.expect(o.softness < 0, "softness", "a value below 0");
  o.increment = in.length("increment", "0.15 A", "largest move of an atom along the mode in one step", positive);
  o.fmax = in.force("fmax", "0.01 eV/A", "largest force on an atom at a converged saddle");
  o.relaxed_fmax = in.force("relaxed_fmax", "0.001 eV/A", "largest force on an atom in the minima beside it");
  o.climb_calls = in.count("climb_calls", 160, "force calls after which a climb gives up", positive);
  o.retreats = in.count("retreats", 3, "how often to climb again nearer to the start", non_negative);
  o.ceiling = in.energy("ceiling", "6 eV", "highest energy above the start", positive);
  o.same = in.length("same", "0.15 A", "a minimum is the start when no atom is further from it", positive);
  o.descent = in.choice("descent", {"quick", "steepest"}, "quick", "down the sides of a saddle by the minimiser, or along the steepest descent") == "quick"
                  ? Descent::quick
                  : Descent::steepest;
  return o;
}

SearchOutcome search_saddle(Surface& surface, const SearchStart& start, const Positions& direction, const Positions& local,
                            const SaddleSearch& options, Rng& rng) {
  surface.restart(start.positions);
  return Search(surface, start, local, options, rng).search(direction);
}

SearchOutcome search_saddle_towards(Surface& surface, const SearchStart& start, const Positions& minimum, const Positions& local,
                                    const SaddleSearch& options, Rng& rng) {
  surface.restart(start.positions);
  return Search(surface, start, local, options, rng).search_towards(minimum);
}

SearchOutcome search_saddle_again(Surface& surface, const SearchStart& start, const FoundSaddle& near, const Positions& local,
                                  const SaddleSearch& options, Rng& rng) {
  surface.restart(start.positions);
  return Search(surface, start, local, options, rng).search_again(near);
}

std::optional<Learnt> relax_saddle(Surface& surface, const SearchStart& start, FoundSaddle& saddle, const Relax& how, const Positions& local, const SaddleSearch& options, Rng& rng) {
  surface.restart(saddle.positions);
  return Search(surface, start, local, options, rng).relax(saddle, how);
}

bool verify_saddle(Surface& surface, const SearchStart& start, FoundSaddle& saddle, const Positions& local, const SaddleSearch& options, Rng& rng) {
  surface.restart(saddle.positions);
  return Search(surface, start, local, options, rng).verify(saddle);
}

Fallen fall_from(Surface& surface, const SearchStart& known, const FoundSaddle& saddle, Side side, const Positions& local, const SaddleSearch& options, Rng& rng) {
  surface.restart(saddle.positions);
  return Search(surface, known, local, options, rng).fall_from(saddle, side);
}

namespace {

SearchOutcome Search::search(const Positions& direction) {
  begin(direction);
  push();
  return pursue();
}

SearchOutcome Search::search_towards(const Positions& minimum) {
  if (!retreat(minimum)) return failed("too-high", fmt::format("the line to the minimum rises by more than {} eV", options_.ceiling));
  return pursue();
}

SearchOutcome Search::search_again(const FoundSaddle& near) {
  begin_near(near);
  return pursue();
}

std::optional<Learnt> Search::relax(FoundSaddle& saddle, const Relax& how) {
  begin_near(saddle);
  const Positions force = at_.forces;
  network_.keep(how.network);
  gain_ = how.gain;
  fmax_ = std::min(options_.fmax, options_.relaxed_fmax);
  keeps_mode_ = true;
  if (climb() != Climb::converged || distance_between(x_, saddle.positions) > flipped * options_.same) return std::nullopt;
  point_as(saddle.mode);
  Learnt learnt{x_ - saddle.positions, force - at_.forces};
  saddle.positions = x_;
  saddle.mode = mode_;
  saddle.energy = at_.energy;
  saddle.fmax = fmax(at_.forces);
  saddle.curvature = curvature_;
  return learnt;
}

bool Search::verify(FoundSaddle& saddle) {
  begin_near(saddle);
  follow_lowest();
  point_as(saddle.mode);
  saddle.mode = mode_;
  saddle.curvature = curvature_;
  if (curvature_ >= 0.0) return false;
  saddle.next_curvature = second_mode().eigenvalue;
  return saddle.next_curvature >= 0.0;
}

Fallen Search::fall_from(const FoundSaddle& saddle, Side side) {
  place(saddle.positions, saddle.mode);
  Quenched fallen = fall_back(beside(side == Side::back ? -1 : +1));
  if (side == Side::end && !is_start(fallen)) fallen = settle(std::move(fallen));
  const bool is_known = is_start(fallen);
  return {std::move(fallen), is_known};
}

/// No pushes: the way up is known.
void Search::begin_near(const FoundSaddle& saddle) {
  place(saddle.positions, saddle.mode);
  at_ = surface_.evaluate(x_);
  is_wide_ = true;
  pushes_ = options_.pushes;
  curvature_ = saddle.curvature;
}

SearchOutcome Search::pursue() {
  for (;;) {
    const Climb climbed = climb();
    if (climbed == Climb::ceiling)
      return failed("too-high", fmt::format("{:.3f} eV above the start, more than the ceiling of {} eV", height(), options_.ceiling));
    if (climbed == Climb::mode_lost && retreats_ == 0 && pushes_ < options_.pushes) {
      push();  // it was a dent in the wall of the well
      continue;
    }
    Positions reached;
    std::string how = "a saddle was reached";
    if (climbed == Climb::converged) {
      point_away();
      const bool fell = fell_to_start();
      Quenched back = fell ? *at_start_ : fall_back(beside(-1));
      if (is_start(back)) {
        if (!fell) std::tie(at_start_, fell_from_, fell_along_) = std::tie(back, x_, mode_);
        if (auto outcome = finish_at_start(std::move(back))) return *outcome;
        continue;
      }
      if (set_back(back.positions)) continue;
      reached = std::move(back.positions);
    } else {
      const Quenched fallen = fall_back(x_);
      how = climbed == Climb::calls ? fmt::format("not converged after {} force calls", options_.climb_calls) : "the negative curvature was lost";
      if (is_start(fallen)) return failed("returned", how + ", and the walker relaxed back to the start");
      reached = fallen.positions;
    }
    if (retreats_ >= options_.retreats)
      return failed("not-connected", how + (retreats_ == 0 ? "" : fmt::format(", after {} retreats", retreats_)) + ", and the walker does not relax to the start");
    if (!retreat(reached)) return failed("too-high", fmt::format("the line to the minimum reached rises by more than {} eV", options_.ceiling));
  }
}

void Search::begin(const Positions& direction) {
  constexpr int times = 2;
  x_ = start_.positions;
  at_ = surface_.evaluate(x_);
  mode_ = direction;
  for (int k = 0; k < times; ++k) soften(options_.softening);
}

/// Pushes along a soft local direction until it is no longer convex there or the energy falls; returns false when the
/// number of pushes is spent. An energy that falls while pushing means that a ridge was crossed sideways: then the
/// direction of the fall is the mode to climb from just before it.
bool Search::push() {
  constexpr double fall = 0.05;  // eV
  point_away();
  for (; pushes_ < options_.pushes; ++pushes_) {
    const Positions before = x_;
    const Evaluation before_at = at_;
    step(options_.push * mode_);
    relax_across(options_.push_relaxations, 0.05);
    if (at_.energy < before_at.energy - fall || dot(at_.forces, mode_) > 0.0) {
      place(before, x_ - before);
      at_ = before_at;
      ++pushes_;
      return true;
    }
    soften(options_.softening);
    if (curvature_ < options_.softness || is_too_high()) return true;
  }
  return false;
}

/// Follows the lowest mode uphill and relaxes across it. The local modes do as long as one of them is negative; close to
/// a saddle where none is, the mode is wider than that.
Climb Search::climb() {
  constexpr int patience = 4;     // steps with a positive curvature
  const int kept = fmax_ < options_.fmax || std::isfinite(gain_) ? 6 : 2;  // steps with one mode, once it turns little
  constexpr double close = 0.1;   // eV/Angstrom
  constexpr double lowest = 0.1;  // eV/Angstrom^2: softening that leaves little but the lowest mode
  const std::int64_t before = surface_.calls();
  int lost = 0, keep = 0;
  bool is_wide = std::exchange(is_wide_, false);
  const auto follow = [&] {
    if (!is_wide) soften(lowest);
    is_wide = is_wide || (curvature_ >= 0.0 && fmax(at_.forces) < close);
    if (is_wide) follow_lowest();
  };
  if (curvature_ < 0.0 && std::isfinite(gain_)) keep = kept;  // from a saddle that was found already
  else follow();
  while (fmax(at_.forces) >= fmax_ || curvature_ >= 0.0 || has_more_to_gain()) {
    if (surface_.calls() - before > options_.climb_calls) return Climb::calls;
    if (is_too_high()) return Climb::ceiling;
    const double force = dot(at_.forces, mode_);
    const double longest = options_.increment / (2.0 * fmax(mode_));
    const double newton = -force / std::max(std::abs(curvature_), soft_floor);
    const double along = curvature_ < 0.0 ? newton : std::copysign(longest, -force);
    step(std::clamp(along, -longest, longest) * mode_ + relaxation_across());
    relax_across(2, 0.5 * fmax_);
    if (keeps_mode_) {
      keeps_mode_ = std::abs(dot(at_.forces, mode_)) <= std::max(std::abs(force), fmax_);  // else it may be another by now
      if (keeps_mode_) continue;
      keep = 0;
    }
    if (keep > 0 && (fmax(at_.forces) >= fmax_ || std::isfinite(gain_))) {
      --keep;
      continue;
    }
    const Positions old = mode_;
    const double old_curvature = curvature_;
    follow();
    keep = is_wide && curvature_ < 0.0 && old_curvature < 0.0 && dot(old, mode_) > 0.95 ? kept : 0;
    lost = curvature_ > 0.0 ? lost + 1 : 0;
    if (lost > patience) return Climb::mode_lost;
  }
  return Climb::converged;
}

bool Search::has_more_to_gain() {
  if (std::isinf(gain_)) return false;
  if (!inverse_.can_promise()) return true;
  const double along = dot(at_.forces, mode_);
  return 0.5 * (dot(relaxation_across(), at_.forces) + along * along / std::max(std::abs(curvature_), soft_floor)) > gain_;
}

/// Where a soft saddle lies, whether it is one and what it connects, is known at a smaller force only. Asks for that force,
/// once; true when the climb has to go on to it.
bool Search::tighten() {
  if (fmax_ < options_.fmax || curvature_ < -soft_saddle) return false;
  fmax_ = tighter * options_.fmax;
  return fmax(at_.forces) >= fmax_;
}

/// Whether exactly one curvature, that along the lowest mode, is negative where the climb ended; a second one is counted where that is asked for. If there is none, the climb has to go on; if there
/// is a second one, so it has after a step down it.
bool Search::is_first_order(double& next_curvature) {
  if (curvature_ >= 0.0) return false;
  if (!options_.counts_curvatures) return true;
  const Mode second = second_mode();
  next_curvature = second.eigenvalue;
  if (next_curvature >= 0.0) return true;
  inverse_.forget();
  const double downhill = dot(second.vector, at_.forces) > 0.0 ? 1.0 : -1.0;
  step(downhill * 0.2 / fmax(second.vector) * second.vector);
  return false;
}

/// The back side is the start: check the curvatures, and relax the other side, as far as is asked for. Nothing when the climb must go on.
std::optional<SearchOutcome> Search::finish_at_start(Quenched back) {
  if (surface_.calls() - calls_before_ - calls_falling_ > 40 * options_.climb_calls)
    return failed("higher-order", "no point with exactly one negative curvature was found");
  const Positions climbed = mode_;
  follow_lowest();
  const bool fell = fell_to_start();  // along this mode
  is_wide_ = !fell || is_another(mode_, climbed);
  if (!fell || tighten()) return std::nullopt;
  double next_curvature = 0;
  if (!is_first_order(next_curvature)) return std::nullopt;
  const double back_distance = distance(back.positions);
  FoundSaddle saddle{x_, mode_, at_.energy, fmax(at_.forces), curvature_, next_curvature, std::move(back), {.positions = x_, .energy = at_.energy}, back_distance};
  if (saddle.back.energy >= at_.energy) return not_a_pass(saddle.back);
  if (options_.finds_end) {
    saddle.end = settle(fall(beside(+1)));
    if (saddle.end.energy >= at_.energy) return not_a_pass(saddle.end);
    if (is_start(saddle.end)) return failed("same-side", fmt::format("both sides of a saddle at {:.4f} eV relax to the start", height()));
  }
  if (!saddle.back.converged() || (options_.finds_end && !saddle.end.converged())) return failed("minimum-not-converged", "a minimum beside the saddle did not converge");
  return SearchOutcome{std::move(saddle), {}, {}, at_.energy, surface_.calls() - calls_before_};
}

/// When the minimum below is the start but for a few atoms that flipped on the way, a double well beside the event: puts
/// those atoms back, to climb to the saddle that the same event has from the start. Once per climb from far.
bool Search::set_back(const Positions& reached) {
  if (was_set_back_ || distance(reached) > flipped * options_.same) return false;
  was_set_back_ = true;
  Positions shift = start_.positions - reached;
  project_(shift);
  place(x_ + shift, mode_);
  at_ = surface_.evaluate(x_);
  return true;
}

/// Places the walker on the highest of five points of the line from the start to a minimum that was reached; false when
/// the line runs through atoms.
bool Search::retreat(const Positions& reached) {
  ++retreats_;
  was_set_back_ = false;
  Positions line = reached - start_.positions;
  project_(line);
  Evaluation highest;
  double at = 0.0;
  for (const double part : {0.2, 0.35, 0.5, 0.65, 0.8}) {
    Evaluation here = surface_.evaluate(start_.positions + part * line);
    if (at > 0.0 && here.energy <= highest.energy) continue;
    highest = std::move(here);
    at = part;
  }
  place(start_.positions + at * line, line);
  at_ = std::move(highest);
  return !is_too_high();
}

}  // namespace
}  // namespace glasscape
