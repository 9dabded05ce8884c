#include "apps/report/event_view.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"

namespace glasscape {
namespace {

bool moves(const EventView& view, Eigen::Index atom, double moved);
/// The axes to axes to, as rows.
Eigen::Matrix3f axes_of(const EventView& view, double moved);
std::string arrow(Pixel from, Pixel to);

}  // namespace

EventView event_view(const Configuration& start, const Positions& saddle, const EventSize& size, double moved) {
  const Positions to_saddle = event_size(start.positions, saddle, start.cell, *start.species, 0.0).displacements;
  const Vector3d centre = size.centre.value_or(start.positions.col(size.largest_atom));
  Positions relative = start.positions.colwise() - centre;
  std::vector<std::pair<double, Eigen::Index>> near;
  for (Eigen::Index i = 0; i < relative.cols(); ++i) {
    relative.col(i) = start.cell.nearest(relative.col(i));
    if (const double distance = relative.col(i).norm(); distance <= event_view_radius) near.emplace_back(distance, i);
  }
  std::sort(near.begin(), near.end());
  EventView view;
  view.left_out = near.size() - std::min(near.size(), event_view_atoms);
  near.resize(near.size() - view.left_out);
  const auto atoms = static_cast<Eigen::Index>(near.size());
  for (Eigen::Matrix3Xf* part : {&view.start, &view.to_saddle, &view.to_end}) part->resize(3, atoms);
  for (Eigen::Index k = 0; k < atoms; ++k) {
    const Eigen::Index i = near[static_cast<std::size_t>(k)].second;
    view.start.col(k) = relative.col(i).cast<float>();
    view.to_saddle.col(k) = to_saddle.col(i).cast<float>();
    view.to_end.col(k) = size.displacements.col(i).cast<float>();
    view.element.push_back(static_cast<std::uint8_t>(start.species->element_of[static_cast<std::size_t>(i)]));
  }
  const Eigen::Matrix3f axes = axes_of(view, moved);
  for (Eigen::Matrix3Xf* part : {&view.start, &view.to_saddle, &view.to_end}) *part = (axes * *part).eval();
  return view;
}

std::string event_svg(const EventView& view, double moved, const std::string& title) {
  constexpr double half = 150.0, margin = 14.0;
  const double scale = (half - margin) / event_view_radius;
  const auto pixel = [&](const Eigen::Vector3f& point) {
    return Pixel{half + scale * static_cast<double>(point[0]), half - scale * static_cast<double>(point[1])};
  };
  std::vector<Eigen::Index> order(view.element.size());
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return view.start(2, a) < view.start(2, b); });
  std::string still, moving, arrows;
  for (const Eigen::Index i : order) {
    const Pixel at = pixel(view.start.col(i));
    const bool goes = moves(view, i, moved);
    (goes ? moving : still) += fmt::format("<circle class=\"ink-{0}\" cx=\"{1}\" cy=\"{2}\" r=\"{3}\"/>", view.element[static_cast<std::size_t>(i)] % 6,
                                            pixels(at.x), pixels(at.y), goes ? 7 : 4);
    if (goes) arrows += arrow(at, pixel(view.start.col(i) + view.to_end.col(i)));
  }
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 300 300\">"
                     "<g fill=\"currentColor\" fill-opacity=\"0.28\">{}</g><g fill=\"currentColor\" style=\"stroke:var(--paper,none)\">{}</g>"
                     "<path d=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/></svg>",
                     escaped(plain_text(title)), still, moving, arrows);
}

namespace {

bool moves(const EventView& view, Eigen::Index atom, double moved) {
  return static_cast<double>(view.to_end.col(atom).norm()) > moved;
}

Eigen::Matrix3f axes_of(const EventView& view, double moved) {
  Eigen::Matrix3f spread = Eigen::Matrix3f::Zero();
  const auto add = [&](const Eigen::Vector3f& point) { spread += point * point.transpose(); };
  for (Eigen::Index i = 0; i < view.start.cols(); ++i)
    if (moves(view, i, moved)) {
      add(view.start.col(i));
      add(view.start.col(i) + view.to_end.col(i));
    }
  Eigen::Matrix3f axes = Eigen::SelfAdjointEigenSolver<Eigen::Matrix3f>(spread).eigenvectors().transpose().colwise().reverse();
  for (int k = 0; k < 2; ++k) {  // an eigenvector has no sign of its own: equal facts give equal pictures
    Eigen::Index largest = 0;
    axes.row(k).cwiseAbs().maxCoeff(&largest);
    if (axes(k, largest) < 0) axes.row(k) *= -1.0F;
  }
  axes.row(2) = axes.row(0).cross(axes.row(1));
  return axes;
}

std::string arrow(Pixel from, Pixel to) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  if (length < 1.0) return "";
  const double head = std::min(6.0, 0.5 * length) / length;
  const Pixel back{head * (to.x - from.x), head * (to.y - from.y)};
  const auto barb = [&](double side) {
    return fmt::format("L{} {}", pixels(to.x - back.x - side * 0.5 * back.y), pixels(to.y - back.y + side * 0.5 * back.x));
  };
  return fmt::format("M{0} {1}L{2} {3}{4}M{2} {3}{5}", pixels(from.x), pixels(from.y), pixels(to.x), pixels(to.y), barb(1), barb(-1));
}

}  // namespace
}  // namespace glasscape
