// What happens around one event: the atoms near its centre at the start, at the saddle and at the end, for a picture.
// Angstrom. Positions are relative to the centre (weighted by squared displacement), each atom at its image nearest to
// it; displacements are from the start, without the uniform drift (event_size.hpp), so that nothing jumps at the edge of
// the cell. The axes are turned: x goes to the right, y up and z towards a reader who looks along the direction in which
// the moved atoms extend least.
#pragma once

#include <string>
#include <vector>

#include "analysis/event_size.hpp"
#include "landscape/event.hpp"

namespace glasscape {

constexpr double event_view_radius = 8.0;    // Angstrom
constexpr std::size_t event_view_atoms = 300;  // at most: the nearest ones

struct EventView {
  Eigen::Matrix3Xf start, to_saddle, to_end;  // one column per atom, nearest to the centre first
  std::vector<std::uint8_t> element;          // index into Species::elements
  std::size_t left_out = 0;                   // atoms within the radius that the limit left out
};

/// `size` is that of the event from the start to its end, with its displacements; atoms displaced by more than `moved`
/// have moved.
EventView event_view(const Configuration& start, const Positions& saddle, const EventSize& size, double moved);

/// The atoms as circles in the colour of their element, pale but for those displaced by more than `moved`, which have an
/// arrow to where they go. One <svg> element.
std::string event_svg(const EventView& view, double moved, const std::string& title);

}  // namespace glasscape
