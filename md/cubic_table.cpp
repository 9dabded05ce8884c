#include "md/cubic_table.hpp"

namespace glasscape {

CubicTable::CubicTable(std::span<const double> f, double spacing) : inverse_(1.0 / spacing) {
  const std::size_t n = f.size();
  std::vector<double> slope(n);  // per grid step
  slope[0] = f[1] - f[0];
  slope[1] = 0.5 * (f[2] - f[0]);
  slope[n - 2] = 0.5 * (f[n - 1] - f[n - 3]);
  slope[n - 1] = f[n - 1] - f[n - 2];
  for (std::size_t m = 2; m + 2 < n; ++m) slope[m] = ((f[m - 2] - f[m + 2]) + 8.0 * (f[m + 1] - f[m - 1])) / 12.0;
  pieces_.resize(n - 1);
  for (std::size_t m = 0; m + 1 < n; ++m) {
    const double step = f[m + 1] - f[m];
    pieces_[m] = {f[m], slope[m], 3.0 * step - 2.0 * slope[m] - slope[m + 1], slope[m] + slope[m + 1] - 2.0 * step};
  }
}

double CubicTable::support() const {
  std::size_t m = pieces_.size();
  while (m > 0 && pieces_[m - 1] == std::array<double, 4>{}) --m;
  return static_cast<double>(m) / inverse_;
}

}  // namespace glasscape
