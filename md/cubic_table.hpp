// A tabulated function on a uniform grid from 0, interpolated as LAMMPS does (pair_eam: cubic Hermite pieces whose
// slopes are five-point differences), so that energies and forces agree to rounding. Value and slope are continuous.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

namespace glasscape {

/// One interval: c0 + c1 t + c2 t^2 + c3 t^3 for t from 0 to 1.
struct Cubic {
  double c0, c1, c2, c3;

  double value(double t) const { return ((c3 * t + c2) * t + c1) * t + c0; }
  double slope(double t) const { return (3.0 * c3 * t + 2.0 * c2) * t + c1; }
  double bend(double t) const { return 6.0 * c3 * t + 2.0 * c2; }

  /// From value and slope (per step) at both ends, in the order in which LAMMPS rounds.
  static Cubic between(double value, double slope, double next_value, double next_slope) {
    const double step = next_value - value;
    return {value, slope, 3.0 * step - 2.0 * slope - next_slope, slope + next_slope - 2.0 * step};
  }
};

class CubicTable {
 public:
  struct Knot {
    double value, slope;  // slope per grid step
    bool operator==(const Knot&) const = default;
  };
  struct Sample {
    double value = 0, first = 0, second = 0;
  };
  /// Where an argument lies: the interval, and from 0 to 1 within it.
  struct Place {
    int interval;
    double t;
  };

  CubicTable() = default;
  /// `values[k]` at k * spacing; at least 5 values.
  CubicTable(std::span<const double> values, double spacing);

  /// Beyond the last point the last interval's end value and slope are kept, as in LAMMPS.
  Place place(double x) const {
    const double p = x * inverse_;
    // bounded before the conversion: x may be far beyond any integer, or not a number
    const int interval = static_cast<int>(std::min(std::max(0.0, p), static_cast<double>(knots_.size() - 2)));
    return {interval, std::min(p - interval, 1.0)};
  }
  Cubic cubic(int interval) const {
    const Knot* knot = knots_.data() + interval;
    return Cubic::between(knot[0].value, knot[0].slope, knot[1].value, knot[1].slope);
  }
  Sample sample(double x) const {
    const auto [interval, t] = place(x);
    const Cubic c = cubic(interval);
    return {c.value(t), c.slope(t) * inverse_, c.bend(t) * inverse_ * inverse_};
  }
  const std::vector<Knot>& knots() const { return knots_; }
  double spacing() const { return 1.0 / inverse_; }
  /// The largest x whose interval is not zero throughout; 0 for a table of zeros, infinity for one that does not end in 0.
  double support() const;

 private:
  double inverse_ = 1.0;  // 1 / spacing
  std::vector<Knot> knots_;
};

}  // namespace glasscape
