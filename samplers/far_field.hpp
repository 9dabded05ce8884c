// How a saddle, and the minimum behind it, that have come to rest with the atoms of a region come to rest with all atoms of a large glass:
//   give way  all atoms, to the forces that are left, as the Hessian of the start says (md/medium.hpp)
//   settle    the atoms nearby, for whom that is too simple
//   look      at what became of energy and forces where atoms settled or near neighbours moved apart; beyond, the response says it
//   settle    those in spots that feel most, and look at what that changed
// and again from the beginning, until the response to what is left would gain no more than three tenths of the tolerance.
// What is told at last are energies and forces of the potential around the event, wherever atoms settled, and where a response was not linear by far;
// elsewhere those of its second order (what that costs in accuracy: docs/saddle_search.md).
// Units: eV, Angstrom.
#pragma once

#include "md/medium.hpp"
#include "samplers/search_region.hpp"

namespace glasscape {

class FarField {
 public:
  /// `tolerance` of energies, eV. All that is referred to must outlive it.
  FarField(Surface& whole, const SearchStart& start, const Vector3d& centre, const Positions& local, const SaddleSearch& options, double tolerance, Rng& rng)
      : whole_(whole), start_(start), centre_(centre), local_(local), options_(options), tolerance_(tolerance), rng_(rng) {}

  /// Of a saddle, its energies those of the whole, that is at rest with the atoms of a region, which is not the whole: all within a radius, `reach`, of the centre, beyond which all are as at the start;
  /// those within `near` settle each time one of the two gives way. False when it does not come to rest; then it is as it was.
  bool settle(SearchRegion& region, FoundSaddle& saddle, double near, double reach);

  /// Of what was done since this was asked last, in calls of the whole; those of the whole itself it counts.
  double cost() { return std::exchange(cost_, 0.0); }

 private:
  struct Point {
    bool is_saddle;                 // or the minimum behind it
    const Positions& found;         // at rest with the atoms of a region
    double fmax, forced;            // of an atom, eV/Angstrom: at rest; from which on it lies in a spot that settles
    Balls settling;                 // whose atoms settle each time it gives way
    Balls not_linear = {{settling.front().centre, 0.0}};  // where it did not give way as the Hessian of the start says
    Positions positions = found, forces = {};  // of all atoms
    double energy = 0.0;

    bool has_small_forces() const { return glasscape::fmax(forces) < fmax; }
    /// Whether it has not become another.
    bool is_near(const SaddleSearch& options) const { return glasscape::fmax(positions - found) < flipped * options.same; }
  };
  using Both = std::array<Point, 2>;
  struct Ranked {
    double by;
    Eigen::Index atom;
  };

  Both where_found(SearchRegion& region, const FoundSaddle& saddle, double near, double reach, const Medium& medium);
  void look_at_edge(const Positions& as_linear, double reach, Point& at);
  void note_not_linear(const Positions& before, const Positions& response, const Medium& medium, Point& at) const;
  void cover(const std::vector<Ranked>& noted, Point& at) const;
  bool give_way(Point& at, const Medium::Response& response, const FoundSaddle& saddle, const Medium& medium);
  bool settle_spots(Point& at, const FoundSaddle& saddle);
  bool settle_in(const Balls& balls, Point& at, const FoundSaddle& saddle);
  bool settle_saddle(SearchRegion& region, const FoundSaddle& saddle, Positions& x);
  bool settle_end(SearchRegion& region, Positions& x);
  void look_near(const Balls& balls, const Positions& before, const Positions* response, Point& at);
  SearchRegion all_who_feel(Balls balls, const Point& at) const;
  Balls spots_of(const Point& at) const;
  static void most_first(std::vector<Ranked>& atoms);
  static void tell(Both& at, FoundSaddle& saddle);
  double linear() const;
  /// Of a ball around a place where a response was not linear, Angstrom.
  double own_radius() const { return 0.7 * whole_.potential().cutoff(); }
  /// When a step promises less, eV, a response and what settles in it are at their end; some times as much is still to be gained.
  double promise() const { return 0.05 * tolerance_; }

  Surface& whole_;
  const SearchStart& start_;
  Vector3d centre_;
  const Positions& local_;
  const SaddleSearch& options_;
  double tolerance_;
  Rng& rng_;
  double cost_ = 0.0;
};

}  // namespace glasscape
