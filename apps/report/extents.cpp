#include <algorithm>
#include <array>
#include <cmath>

#include "apps/report/drawing.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

void require_equal(std::string_view kind, const std::string& name, std::initializer_list<std::size_t> sizes) {
  for (const std::size_t size : sizes)
    if (size != *sizes.begin())
      throw Error("the columns of the {} '{}' have {} and {} values; give all of them the same number", kind,
                  name, *sizes.begin(), size);
}

std::array<double, 5> numbers(const Box& box) {
  return {box.low_whisker, box.low_quartile, box.median, box.high_quartile, box.high_whisker};
}

/// Texts and events of a mark of `size` bars or points: as many, or none.
template <typename Mark>
void require_own(std::string_view kind, const Mark& mark, std::size_t size) {
  if (!mark.texts.empty()) require_equal(kind, mark.name, {size, mark.texts.size()});
  if (!mark.events.empty()) require_equal(kind, mark.name, {size, mark.events.size()});
}

void extend(const Axis& x, const Axis& y, const Bars& bars, Extents& extents) {
  require_equal("bars", bars.name, {bars.left.size(), bars.right.size(), bars.height.size()});
  require_own("bars", bars, bars.height.size());
  for (std::size_t i = 0; i < bars.height.size(); ++i) {
    if (!shows(x, y, bars, i)) continue;
    extents.x.add(bars.left[i]);
    extents.x.add(bars.right[i]);
    extents.y.add(bars.height[i]);
    // half on a logarithmic axis, so that the lowest bar has a height
    extents.y.add(y.scale == Scale::logarithmic ? 0.5 * bars.height[i] : 0.0);
  }
}

void extend(const Axis& x, const Axis& y, const Line& line, Extents& extents) {
  require_equal("line", line.name, {line.x.size(), line.y.size()});
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!shows(x, y, line, i)) continue;
    extents.x.add(line.x[i]);
    extents.y.add(line.y[i]);
  }
}

void extend(const Axis& x, const Axis& y, const Points& points, Extents& extents) {
  require_equal("points", points.name, {points.x.size(), points.y.size()});
  require_own("points", points, points.x.size());
  if (!points.y_low.empty() || !points.y_high.empty())
    require_equal("points", points.name, {points.x.size(), points.y_low.size(), points.y_high.size()});
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (!shows(x, y, points, i)) continue;
    extents.x.add(points.x[i]);
    extents.y.add(points.y[i]);
    if (!has_error_bar(points, i)) continue;
    for (const double end : {points.y_low[i], points.y_high[i]})
      if (can_show(y, end)) extents.y.add(end);
  }
}

void extend(const Axis& x, const Axis& y, const Band& band, Extents& extents) {
  require_equal("band", band.name, {band.x.size(), band.low.size(), band.high.size()});
  for (std::size_t i = 0; i < band.x.size(); ++i) {
    if (!shows(x, y, band, i)) continue;
    extents.x.add(band.x[i]);
    extents.y.add(band.low[i]);
    extents.y.add(band.high[i]);
  }
}

void extend(const Axis& x, const Axis& y, const Boxes& boxes, Extents& extents) {
  std::vector<double> positions;
  for (const Box& box : boxes.boxes) {
    if (!shows(x, y, box)) continue;
    positions.push_back(box.position);
    extents.x.add(box.position);
    for (const double value : numbers(box)) extents.y.add(value);
    for (const double value : box.outliers)
      if (can_show(y, value)) extents.y.add(value);
  }
  if (positions.size() < 2) return;
  // room for the outer halves of the first and the last box
  std::sort(positions.begin(), positions.end());
  const double first = positions[0], second = positions[1];
  const double last = positions.back(), before = positions[positions.size() - 2];
  const bool logarithmic = x.scale == Scale::logarithmic;
  extents.x.low = std::min(extents.x.low,
                           logarithmic ? first * std::sqrt(first / second) : first - 0.5 * (second - first));
  extents.x.high =
      std::max(extents.x.high, logarithmic ? last * std::sqrt(last / before) : last + 0.5 * (last - before));
}

// reference lines and annotations are about data and are none
void extend(const Axis&, const Axis&, const VerticalLine&, Extents&) {}
void extend(const Axis&, const Axis&, const HorizontalLine&, Extents&) {}
void extend(const Axis&, const Axis&, const Annotation&, Extents&) {}

}  // namespace

void add_extents(const Mark& mark, const Axis& x, const Axis& y, Extents& extents) {
  std::visit([&](const auto& it) { extend(x, y, it, extents); }, mark);
}

bool shows(const Axis& x, const Axis& y, const Bars& bars, std::size_t i) {
  return can_show(x, bars.left[i]) && can_show(x, bars.right[i]) && can_show(y, bars.height[i]);
}

bool shows(const Axis& x, const Axis& y, const Line& line, std::size_t i) {
  return can_show(x, line.x[i]) && can_show(y, line.y[i]);
}

bool shows(const Axis& x, const Axis& y, const Points& points, std::size_t i) {
  return can_show(x, points.x[i]) && can_show(y, points.y[i]);
}

bool shows(const Axis& x, const Axis& y, const Band& band, std::size_t i) {
  return can_show(x, band.x[i]) && can_show(y, band.low[i]) && can_show(y, band.high[i]);
}

bool shows(const Axis& x, const Axis& y, const Box& box) {
  const auto five = numbers(box);
  return can_show(x, box.position) &&
         std::all_of(five.begin(), five.end(), [&](double v) { return can_show(y, v); });
}

bool has_error_bar(const Points& points, std::size_t i) {
  return !points.y_low.empty() && std::isfinite(points.y_low[i]) && std::isfinite(points.y_high[i]);
}

}  // namespace glasscape
