// How a saddle, and the minimum behind it, that have come to rest with the atoms of a region come to rest with all atoms of a large glass:
//   give way  all atoms, to the forces that are left, as the Hessian of the start says (md/medium.hpp)
//   settle    the atoms nearby, for whom that is too simple, and those in soft spots anywhere that turn out to be so too
//   look      at the energies of the whole and the forces on all atoms; let those settle that feel most, and look at what that changed
// and again from the beginning, until the response to what is left would gain no more than three tenths of the tolerance.
// What is told at last are energies and forces of the potential: the linear response says only where to go. It leads there in one or two
// rounds where nothing but the event itself is far from linear; where it does not, that is said, and a wider region has to be relaxed.
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

  /// Of a saddle that is at rest with the atoms of a region that reaches to a radius, beyond which all are as at the start; those within `near`
  /// settle each time one of the two gives way. False when it does not come to rest; then it is as it was.
  bool settle(FoundSaddle& saddle, double near, SearchRegion& region, double reach);

  /// Of the calls that were made since this was asked last, in calls of the whole.
  double cost() { return std::exchange(cost_, 0.0); }

 private:
  struct Point {
    Positions positions, forces;  // of all atoms
    double energy;
  };
  using Both = std::array<Point, 2>;  // the saddle, and the minimum behind it

  Both left_by(SearchRegion& region, double reach, const FoundSaddle& saddle, const Medium& medium);
  bool give_way(Both& at, std::size_t which, const Medium::Response& response, const FoundSaddle& saddle, const Balls& settling);
  bool settle_spots(Both& at, std::size_t which, const FoundSaddle& saddle, Balls& settling);
  bool settle_in(const Balls& balls, Both& at, std::size_t which, const FoundSaddle& saddle);
  bool settle_saddle(SearchRegion& region, const FoundSaddle& saddle, Positions& x);
  bool settle_end(SearchRegion& region, Positions& x);
  void look_at_all(Point& at);
  Evaluation evaluate(const Positions& x);
  void look_near(Balls balls, const Positions& before, Point& at);
  Balls spots_of(const Positions& forces, std::size_t which, const Balls& balls) const;
  bool has_small_forces(const Point& at, std::size_t which) const { return which == 0 ? fmax(at.forces) < options_.fmax : fmax(at.forces) <= options_.relaxed_fmax; }
  bool is_near(const Both& at, const FoundSaddle& saddle) const;
  static void tell(Both& at, FoundSaddle& saddle);
  /// When a step promises less, eV, a response and what settles in it are at their end; some times as much is still to be gained.
  double promise() const { return 0.05 * tolerance_; }
  double distance(const Vector3d& x) const { return whole_.cell().nearest(x - centre_).norm(); }

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
