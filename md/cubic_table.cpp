#include "md/cubic_table.hpp"

#include <cmath>
#include <limits>

namespace glasscape {

CubicTable::CubicTable(std::span<const double> f, double spacing) : inverse_(1.0 / spacing) {
  const std::size_t n = f.size();
  knots_.resize(n);
  for (std::size_t m = 0; m < n; ++m) knots_[m].value = f[m];
  knots_[0].slope = f[1] - f[0];
  knots_[1].slope = 0.5 * (f[2] - f[0]);
  knots_[n - 2].slope = 0.5 * (f[n - 1] - f[n - 3]);
  knots_[n - 1].slope = f[n - 1] - f[n - 2];
  for (std::size_t m = 2; m + 2 < n; ++m) knots_[m].slope = ((f[m - 2] - f[m + 2]) + 8.0 * (f[m + 1] - f[m - 1])) / 12.0;
}

double CubicTable::support() const {
  std::size_t m = knots_.size();
  while (m > 0 && knots_[m - 1] == Knot{}) --m;
  constexpr double noise = 1e-10;  // published tables end in 1e-12 where they mean 0
  if (m == knots_.size() && std::abs(knots_.back().value) > noise) return std::numeric_limits<double>::infinity();
  return static_cast<double>(std::min(m, knots_.size() - 1)) / inverse_;
}

}  // namespace glasscape
