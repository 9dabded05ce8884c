#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/response_report.hpp"

namespace glasscape {
namespace {

constexpr double half = 150.0, margin = 12.0;  // pixels

/// Seen from above a corner, along no edge.
Matrix3d view_axes() {
  constexpr double around = 0.5, above = 0.35;  // rad
  Matrix3d turn, tilt;
  turn << std::cos(around), std::sin(around), 0, -std::sin(around), std::cos(around), 0, 0, 0, 1;
  tilt << 1, 0, 0, 0, std::sin(above), std::cos(above), 0, -std::cos(above), std::sin(above);
  return tilt * turn;  // x to the right, y up, z towards the reader
}

struct Placed {
  Pixel at;
  double depth;  // 0 at the back, 1 in front
  int color;
};

}  // namespace

std::string group_svg(const GroupView& view, const std::string& title) {
  const Cell& cell = view.configuration.cell;
  const Matrix3d axes = view_axes();
  const Vector3d middle = cell.origin() + 0.5 * cell.lattice().rowwise().sum();
  std::vector<Vector3d> corners;
  double reach = 0, deep = 0;
  for (int k = 0; k < 8; ++k) {
    corners.push_back(axes * (cell.origin() + cell.lattice() * Vector3d(k & 1, k >> 1 & 1, k >> 2 & 1) - middle));
    reach = std::max({reach, std::abs(corners.back()[0]), std::abs(corners.back()[1])});
    deep = std::max(deep, std::abs(corners.back()[2]));
  }
  const auto pixel = [&](const Vector3d& v) { return Pixel{half + (half - margin) / reach * v[0], half - (half - margin) / reach * v[1]}; };
  std::string edges;
  for (int k = 0; k < 8; ++k)
    for (const int bit : {1, 2, 4})
      if ((k & bit) == 0) {
        const Pixel from = pixel(corners[static_cast<std::size_t>(k)]), to = pixel(corners[static_cast<std::size_t>(k | bit)]);
        edges += fmt::format("M{} {}L{} {}", pixels(from.x), pixels(from.y), pixels(to.x), pixels(to.y));
      }
  std::vector<Placed> atoms;
  for (const auto& [group, color] : {std::pair{&view.first, 0}, {&view.second, 1}})
    for (const Eigen::Index i : *group) {
      const Vector3d v = axes * (cell.wrapped(view.configuration.positions.col(i)) - middle);
      atoms.push_back({pixel(v), 0.5 + 0.5 * v[2] / deep, color});
    }
  std::stable_sort(atoms.begin(), atoms.end(), [](const Placed& a, const Placed& b) { return a.depth < b.depth; });
  std::string circles;
  for (const Placed& a : atoms)
    circles += fmt::format("<circle class=\"ink-{}\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill-opacity=\"{}\"/>", a.color, pixels(a.at.x), pixels(a.at.y), pixels(2.2 + 2.2 * a.depth), pixels(0.35 + 0.6 * a.depth));
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 300 300\">"
                     "<path d=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.45\"/><g fill=\"currentColor\" style=\"stroke:var(--paper,none)\" stroke-width=\"0.5\">{}</g></svg>",
                     escaped(plain_text(title)), edges, circles);
}

}  // namespace glasscape
