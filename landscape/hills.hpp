// Hills of bias along a collective variable, and their sum on a grid. eV; the variable in its own unit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace glasscape {

/// The shape of a hill of height h at x = (s - centre)/width.
enum class HillShape {
  gaussian,  // h exp(-x^2/2), to 8 widths, where it is 1e-14 h
  stretched  // h (A exp(-x^2/2) + B) up to x^2/2 = 6.25, where it is 0: what PLUMED 2.8 and later sums
};

struct Hill {
  double centre = 0, width = 0, height = 0;
};

/// Energy and slope of one hill at s.
struct HillAt {
  double energy = 0, slope = 0;
};
HillAt hill_at(const Hill& hill, HillShape shape, double s);
/// Beyond this many widths from its centre a hill is 0.
double reach(HillShape shape);

/// The sum of hills at the nodes of a grid, exact in value and slope there, and cubic Hermite polynomials in between: the
/// slope that it gives is the derivative of the energy that it gives, continuous everywhere. With ten nodes to a width the
/// energy of a Gaussian is off by less than 1e-6 of its height. The grid grows with the hills, so that it has no edge at which
/// anything happens: where no hill reaches, the sum is 0. Nodes lie at multiples of the spacing, so that equal hills in equal
/// order give equal bits, however the grid has grown.
class HillSum {
 public:
  /// Of the narrowest hill, for a grid that is as exact as the class says.
  static constexpr double nodes_per_width = 10;
  /// Throws InputError for a spacing that is not above 0.
  explicit HillSum(double spacing, HillShape shape = HillShape::gaussian);

  /// Throws InputError for a width that is not above 0, numbers that are not finite, or a hill so far from the others, or so
  /// much wider than the spacing, that the grid would have more than ten million nodes.
  void add(const Hill& hill);
  HillAt at(double s) const;

  double spacing() const { return spacing_; }
  bool empty() const { return energy_.empty(); }
  /// The ends of the grid; both 0 for an empty one.
  double lower() const { return spacing_ * static_cast<double>(first_); }
  double upper() const { return empty() ? 0.0 : spacing_ * static_cast<double>(first_ + static_cast<std::int64_t>(energy_.size()) - 1); }

 private:
  void cover(std::int64_t first, std::int64_t last);

  double spacing_;
  HillShape shape_;
  std::int64_t first_ = 0;  // number of the first node
  std::vector<double> energy_, slope_;
};

}  // namespace glasscape
