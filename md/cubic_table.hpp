// A tabulated function on a uniform grid from 0, interpolated as LAMMPS does (pair_eam: cubic Hermite pieces whose
// slopes are five-point differences), so that energies and forces agree to rounding. Value and slope are continuous.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace glasscape {

class CubicTable {
 public:
  struct Sample {
    double value = 0, first = 0, second = 0;
  };

  CubicTable() = default;
  /// `values[k]` at k * spacing; at least 5 values.
  CubicTable(std::span<const double> values, double spacing);

  /// Beyond the last point the last piece's end value and slope are kept, as in LAMMPS.
  double value(double x) const {
    double t;
    const auto& c = piece(x, t);
    return ((c[3] * t + c[2]) * t + c[1]) * t + c[0];
  }
  Sample sample(double x) const {
    double t;
    const auto& c = piece(x, t);
    return {((c[3] * t + c[2]) * t + c[1]) * t + c[0], ((3.0 * c[3] * t + 2.0 * c[2]) * t + c[1]) * inverse_,
            (6.0 * c[3] * t + 2.0 * c[2]) * inverse_ * inverse_};
  }

  /// The cubic of each interval: value = ((c3 t + c2) t + c1) t + c0 for t = x/spacing - index in [0, 1].
  const std::vector<std::array<double, 4>>& pieces() const { return pieces_; }
  double spacing() const { return 1.0 / inverse_; }
  double end() const { return static_cast<double>(pieces_.size()) / inverse_; }
  /// The largest x whose piece is not zero throughout; 0 for a table of zeros.
  double support() const;

 private:
  const std::array<double, 4>& piece(double x, double& t) const {
    const double p = x * inverse_;
    // bounded before the conversion: x may be far beyond any integer, or not a number
    const auto m = static_cast<std::size_t>(std::min(std::max(0.0, p), static_cast<double>(pieces_.size() - 1)));
    t = std::min(p - static_cast<double>(m), 1.0);
    return pieces_[m];
  }

  double inverse_ = 1.0;  // 1 / spacing
  std::vector<std::array<double, 4>> pieces_;
};

}  // namespace glasscape
