// Down from beside a saddle to the minimum below. eV, Angstrom.
#pragma once

#include "md/minimise.hpp"

namespace glasscape {

/// Whether the minimum below a point is known.
using IsKnown = std::function<bool(const Positions& x, const Evaluation& at)>;

/// By the minimiser, in short steps at first, so as to stay in the valley that begins here; ends early where `is_known` says that
/// the minimum below is known. `same`: minima are told apart by so much of an atom's displacement.
Quenched fall_quickly(Surface& surface, const Positions& from, double fmax, double same, FollowingNetwork& network, IsKnown is_known);

/// Along a straight way to a minimum nearby: where energy falls and the force points ahead all along, at six points of it, no other lies between. Ends at the first of them whose minimum is known; nothing where one rises.
std::optional<Quenched> fall_straight(Surface& surface, const Quenched& from, const Positions& way, const IsKnown& is_known);

/// Along the steepest descent: Euler steps until they overshoot; then the path runs along the floor of a valley, and is minimised
/// from there.
Quenched fall_steepest(Surface& surface, Positions x, double fmax, double same, FollowingNetwork& network);

}  // namespace glasscape
