// One search of the activation-relaxation technique (ART nouveau: Barkema and Mousseau, PRL 77, 4358 (1996); Malek and
// Mousseau, PRE 62, 7723 (2000)): from a minimum up to a first-order saddle and down both sides.
//   push     along a soft direction of the atoms around the centre, the rest relaxing across it, until the curvature
//            along it turns negative or the energy drops
//   climb    along the lowest mode of these atoms, and of all where it is wider, relaxing across it, until the force
//            vanishes; when no curvature is negative any more, push on
//   connect  relax down both sides; one must return to the start
//   verify   once it does, that exactly one curvature is negative, where that is asked for; a second negative one is followed down
//            and the climb resumed
//   set back if neither does, but nearly: a few atoms flipped on the way; put those back and climb again
//   retreat  if neither does, the first barrier on the way lies between the start and the minimum that was reached:
//            climb again from the highest point of the line between them
// What is returned as connected is a stationary point with one negative curvature (where these were counted) that was seen to relax to the start.
// Units: eV, Angstrom. Force calls count evaluations, Hessians built, and Hessian products alike.
#pragma once

#include "md/lowest_mode.hpp"
#include "md/minimise.hpp"
#include "md/support/random.hpp"

namespace glasscape {

/// How the two sides of a saddle are relaxed.
enum class Descent {
  quick,    // by the minimiser: where a valley branches, it may take another branch than the path of steepest descent
  steepest  // along that path, as minima beside a saddle are defined: many more force calls
};

struct SaddleSearch {
  double push = 0.25;        // length of a push, Angstrom (norm over all coordinates)
  int pushes = 25;           // most pushes before the search gives up
  int push_relaxations = 6;  // steps across the direction after each push
  double softening = 0.2;    // modes softer than this count as equally soft, eV/Angstrom^2
  double softness = -0.05;   // the climb begins when the lowest curvature falls below this, eV/Angstrom^2
  double increment = 0.15;   // largest move of an atom along the mode in one step, Angstrom
  double fmax = 0.01;        // the saddle is converged when no atom feels more, eV/Angstrom
  double relaxed_fmax = 0.001;  // the minima below it, eV/Angstrom
  int climb_calls = 160;     // force calls after which a climb gives up
  int retreats = 3;          // how often it may climb again nearer to the start
  double ceiling = 6.0;      // highest energy above the start, eV
  double same = 0.15;        // a minimum is the start when no atom is further from it, Angstrom
  Descent descent = Descent::quick;
  // Left to who goes on from there with more atoms:
  bool counts_curvatures = true;  // whether a second one is negative
  bool finds_end = true;          // what lies behind the saddle; else `end` is the saddle itself, not converged

  static SaddleSearch read(Input& in);
};

/// The minimum a search starts from.
struct SearchStart {
  Positions positions;
  double energy = 0;
};

struct FoundSaddle {
  Positions positions, mode;  // mode: unit length, from the start to the other side
  double energy = 0, fmax = 0, curvature = 0;
  double next_curvature = 0;  // where it was counted last; 0 where the last search left that open
  Quenched back, end;         // the minimum on the side of the start, and the other one
  double back_distance = 0;   // largest displacement of an atom between `back` and the start
};

struct SearchOutcome {
  std::optional<FoundSaddle> saddle;  // only when connected
  std::string reason;                 // else: why not, a short name
  std::string detail;                 // and one sentence with numbers
  double energy = 0;                  // where it ended
  std::int64_t calls = 0;
};

/// `direction` is what is pushed first, not 0 on at least one atom; `local` is 1 on the coordinates around it whose
/// soft mode is followed, 0 elsewhere. The surface's lists are restarted, so the result depends on the arguments alone.
SearchOutcome search_saddle(Surface& surface, const SearchStart& start, const Positions& direction, const Positions& local,
                            const SaddleSearch& options, Rng& rng);

/// The first saddle on the way to another minimum that is known: climbs from the highest point of the line between them.
/// What lies behind that saddle may be a minimum on the way.
SearchOutcome search_saddle_towards(Surface& surface, const SearchStart& start, const Positions& minimum, const Positions& local,
                                    const SaddleSearch& options, Rng& rng);

/// Climbs again from near a saddle that was found where fewer atoms could move, along its mode, and goes on as `search_saddle` does once it has climbed.
SearchOutcome search_saddle_again(Surface& surface, const SearchStart& start, const FoundSaddle& near, const Positions& local,
                                  const SaddleSearch& options, Rng& rng);

/// Whether a mode, of unit length, points as one that was, or as a part of that; else it is that one turned round, or has become another.
inline bool points_as(const Positions& mode, const Positions& was) { return dot(mode, was) >= 0.5 * was.norm(); }
inline bool is_another(const Positions& mode, const Positions& was) { return !points_as(mode, was) && !points_as(-mode, was); }

/// Times `same`: a minimum nearer than this to another differs from it by a few atoms that flipped.
constexpr double flipped = 5.0;

/// How a saddle that was found already is relaxed.
struct Relax {
  double gain = 1e-5;  // eV: until it has no more to gain
  std::shared_ptr<const ElasticNetwork> network = nullptr;  // for the first guess of steps; nothing: one of the saddle
};

/// Relaxes a saddle from where fewer atoms could move. Its mode stays as it was, and so does its curvature, as long as the force along it does not grow: far from an
/// event nothing tells the difference. By how much it moved and its forces changed, which the medium answers alike with at the minimum behind it. Nothing when it is lost;
/// then it is as it was.
std::optional<Learnt> relax_saddle(Surface& surface, const SearchStart& start, FoundSaddle& saddle, const Relax& how, const Positions& local, const SaddleSearch& options, Rng& rng);

/// Finds the mode of a saddle and its two lowest curvatures anew, where it is; whether only the first is negative.
bool verify_saddle(Surface& surface, const SearchStart& start, FoundSaddle& saddle, const Positions& local, const SaddleSearch& options, Rng& rng);

enum class Side { back, end };  // where its mode comes from, or goes to

struct Fallen {
  Quenched minimum;  // on the side of the start well converged only near that
  bool is_known;
};

/// Where a side of a saddle relaxes to, and whether that is a minimum that is known.
Fallen fall_from(Surface& surface, const SearchStart& known, const FoundSaddle& saddle, Side side, const Positions& local, const SaddleSearch& options, Rng& rng);

}  // namespace glasscape
