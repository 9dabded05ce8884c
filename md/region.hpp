// The atoms of a configuration near a place, or several, on a surface of their own: they may move, all others stay where the configuration
// has them. A force call costs what these atoms cost, whatever the size of the whole, and nothing is left out: forces are those
// of the whole, and energies differ from it by a constant. Around the atoms that may move the region knows those that they
// feel, at the cutoff and `slack` beyond; what those feel of each other beside pairs, where it matters, was found once. Immutable but for its surface. Angstrom.
#pragma once

#include <algorithm>
#include <vector>

#include "md/surface.hpp"

namespace glasscape {

/// All within a radius, Angstrom, of a place.
struct Ball {
  Vector3d centre;
  double radius;
};
using Balls = std::vector<Ball>;

/// One list, and behind it another.
template <typename Value>
std::vector<Value> joined(std::vector<Value> first, const std::vector<Value>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// How far outside of the nearest one a place is, by nearest images; negative inside, Angstrom.
double distance_from(const Balls& balls, const Cell& cell, const Vector3d& x);
/// The same of many.
Eigen::VectorXd distances_from(const Balls& balls, const Cell& cell, const Positions& x);

class Region {
 public:
  static constexpr double slack = 1.5;  // Angstrom that atoms at its edge may move outwards
  /// How far outside of it forces may change when its atoms move, Angstrom.
  static double felt(const Potential& potential) { return potential.influence() + slack; }

  /// All atoms in one of the balls at least, by their nearest images.
  Region(std::shared_ptr<const Potential> potential, const Configuration& whole, Balls balls, int threads = 1)
      : Region(std::move(potential), whole, balls, distances_from(balls, whole.cell, whole.positions), threads) {}
  /// Where it is known how far outside of these balls they are: what `distances_from` says of them.
  Region(std::shared_ptr<const Potential> potential, const Configuration& whole, Balls balls, const Eigen::VectorXd& distances, int threads);

  Surface& surface() { return *surface_; }
  /// Those that may move, in an order in space.
  const std::vector<Eigen::Index>& atoms() const { return atoms_; }
  /// Their columns.
  Positions part(const Positions& whole) const { return whole(Eigen::all, atoms_); }
  /// The whole with these columns in place of its own.
  Positions put(const Positions& part, Positions whole) const;
  /// Whether no atom has moved so far that it may feel one that the region does not know, or not all about.
  bool holds(const Positions& part) const;
  /// What a force call costs, in calls of the whole: its share of the pairs.
  double share() const { return std::min(1.0, surface_->atoms_worth() / static_cast<double>(all_)); }

 private:
  Balls balls_;
  Eigen::Index all_;
  std::vector<Eigen::Index> atoms_;
  std::unique_ptr<Surface> surface_;
};

}  // namespace glasscape
