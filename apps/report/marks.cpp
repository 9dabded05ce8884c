#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"

namespace glasscape {
namespace {

constexpr std::size_t most_hovers =
    500;  // points of one mark; more are dots of one path, to keep the page small
constexpr std::string_view dot_style =
    " fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.6\" stroke-width=\"3.4\" "
    "stroke-linecap=\"round\"";

bool inside(const Drawing& drawing, Pixel at) {
  constexpr double margin = 0.5;
  return at.x >= drawing.plot.x - margin && at.x <= drawing.plot.right() + margin &&
         at.y >= drawing.plot.y - margin && at.y <= drawing.plot.bottom() + margin;
}

/// Steps of about five pixels; longer ones where a line runs far beyond the plot.
int steps_along(double length) { return std::clamp(static_cast<int>(length / 5.0), 1, 400); }

void darken(Drawing& drawing, Pixel from, Pixel to) {
  const int steps = steps_along(std::hypot(to.x - from.x, to.y - from.y));
  for (int i = 0; i <= steps; ++i) {
    const double part = static_cast<double>(i) / steps;
    const Pixel at{from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)};
    if (inside(drawing, at)) drawing.dark.push_back(at);
  }
}

void darken(Drawing& drawing, const Rectangle& area) {
  const int columns = steps_along(area.width);
  for (int i = 0; i <= columns; ++i) {
    const double x = area.x + area.width * i / columns;
    darken(drawing, {x, area.y}, {x, area.bottom()});
  }
}

/// An inner <svg> shows only what lies in the plot; a pixel more, for lines that run along its border.
std::string clipped_to(const Rectangle& plot, const std::string& content) {
  if (content.empty()) return "";
  return fmt::format(
      "<svg x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" viewBox=\"{0} {1} {2} {3}\">{4}</svg>",
      pixels(plot.x - 1), pixels(plot.y - 1), pixels(plot.width + 2), pixels(plot.height + 2), content);
}

/// What the reader sees when pointing at the element around it; nothing for an empty text.
std::string hover(const std::string& text) {
  return text.empty() ? "" : fmt::format("<title>{}</title>", escaped(plain_text(text)));
}

std::string heading(const std::string& name) { return name.empty() ? "" : name + "\n"; }

/// The own text of a bar or point.
std::string own_text(const std::vector<std::string>& texts, std::size_t i) {
  return texts.empty() ? "" : heading(texts[i]);
}

std::string named(const Axis& axis, const std::string& value) {
  return axis.label.empty() ? value : fmt::format("{}: {}", axis.label, value);
}

std::string named_value(const Axis& axis, double value) { return named(axis, value_text(axis, value)); }

std::string named_range(const Axis& axis, double low, double high) {
  if (!axis.categories.empty()) return named_value(axis, 0.5 * (low + high));
  return named(axis, fmt::format("{} to {}", readable(low), value_text(axis, high)));
}

void draw(const Bars& bars, int, Drawing& drawing) {
  const double foot = drawing.y.logarithmic ? drawing.y.begin : drawing.y.at(0.0);
  std::string content;
  for (std::size_t i = 0; i < bars.height.size(); ++i) {
    if (!shows(drawing.x_axis, drawing.y_axis, bars, i)) continue;
    const double a = drawing.x.at(bars.left[i]), b = drawing.x.at(bars.right[i]);
    const double top = drawing.y.at(bars.height[i]);
    const Rectangle area{std::min(a, b), std::min(top, foot), std::abs(b - a), std::abs(foot - top)};
    content +=
        rect_element(area, "",
                     hover(heading(bars.name) + own_text(bars.texts, i) + named_range(drawing.x_axis, bars.left[i], bars.right[i]) +
                           "\n" + named_value(drawing.y_axis, bars.height[i])));
    darken(drawing, area);
  }
  drawing.svg += clipped_to(drawing.plot, fmt::format("<g{}>{}</g>", bar_style, content));
}

void draw(const Line& line, int, Drawing& drawing) {
  std::string path;
  Pixel before;
  bool broken = true;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!shows(drawing.x_axis, drawing.y_axis, line, i)) {
      broken = true;
      continue;
    }
    const Pixel at{drawing.x.at(line.x[i]), drawing.y.at(line.y[i])};
    path += fmt::format("{}{} {}", broken ? 'M' : 'L', pixels(at.x), pixels(at.y));
    if (broken) path += "h0";  // so that a point between gaps is a dot, by its round caps
    darken(drawing, broken ? at : before, at);
    before = at;
    broken = false;
  }
  drawing.svg += clipped_to(drawing.plot, path_element(path, line_style(line), hover(line.name)));
}

/// As far as the axis shows it; an end beyond the axis has no cap.
std::string error_bar(const Points& points, std::size_t i, Drawing& drawing) {
  const auto at = [&](double value) {
    return drawing.y.at(std::clamp(value, drawing.y.low, drawing.y.high));
  };
  const double x = drawing.x.at(points.x[i]), low = at(points.y_low[i]), high = at(points.y_high[i]);
  darken(drawing, {x, low}, {x, high});
  std::string path = fmt::format("M{} {}V{}", pixels(x), pixels(low), pixels(high));
  for (const double end : {points.y_low[i], points.y_high[i]})
    if (drawing.y.covers(end)) path += fmt::format("M{} {}h6", pixels(x - 3.0), pixels(at(end)));
  return path;
}

std::string point_text(const Points& points, std::size_t i, const Drawing& drawing) {
  std::string text = heading(points.name) + own_text(points.texts, i);
  if (drawing.x_axis.scale != Scale::hidden) text += named_value(drawing.x_axis, points.x[i]) + "\n";
  text += named_value(drawing.y_axis, points.y[i]);
  if (has_error_bar(points, i))
    text += fmt::format(" ({} to {})", readable(points.y_low[i]), readable(points.y_high[i]));
  return text;
}

void draw(const Points& points, int color, Drawing& drawing) {
  std::string bars, dots, markers;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (!shows(drawing.x_axis, drawing.y_axis, points, i)) continue;
    const Pixel at{drawing.x.at(points.x[i]), drawing.y.at(points.y[i])};
    if (!inside(drawing, at)) continue;
    darken(drawing, at, at);
    if (has_error_bar(points, i)) bars += error_bar(points, i, drawing);
    if (points.x.size() > most_hovers)
      dots += fmt::format("M{} {}h0", pixels(at.x), pixels(at.y));
    else
      markers += path_element(marker_path(color, at), "", hover(point_text(points, i, drawing)));
  }
  drawing.svg += path_element(bars, stroke_style) + path_element(dots, dot_style);
  drawing.svg += fmt::format("<g{}>{}</g>", marker_style, markers);
}

void draw(const Band& band, int, Drawing& drawing) {
  std::string path;
  const auto vertex = [&](char command, std::size_t i, double y) {
    path += fmt::format("{}{} {}", command, pixels(drawing.x.at(band.x[i])), pixels(drawing.y.at(y)));
  };
  std::size_t first = 0;  // of the present stretch without a gap
  for (std::size_t i = 0; i <= band.x.size(); ++i) {
    if (i < band.x.size() && shows(drawing.x_axis, drawing.y_axis, band, i)) {
      vertex(i == first ? 'M' : 'L', i, band.low[i]);
      continue;
    }
    for (std::size_t k = i; k-- > first;) vertex('L', k, band.high[k]);
    if (i > first) path += 'z';
    first = i + 1;
  }
  drawing.svg += clipped_to(drawing.plot, path_element(path, band_style, hover(band.name)));
}

/// Pixels: six tenths of the distance between neighbours, at most 44.
double box_width(const Boxes& boxes, const Drawing& drawing) {
  std::vector<double> at;
  for (const Box& box : boxes.boxes)
    if (shows(drawing.x_axis, drawing.y_axis, box)) at.push_back(drawing.x.at(box.position));
  std::sort(at.begin(), at.end());
  double width = 44.0;
  for (std::size_t i = 1; i < at.size(); ++i)
    if (at[i] > at[i - 1]) width = std::min(width, 0.6 * (at[i] - at[i - 1]));
  return std::max(width, 3.0);
}

std::string box_text(const Boxes& boxes, const Box& box, const Drawing& drawing) {
  const Axis& y = drawing.y_axis;
  return fmt::format("{}{}\nmedian: {}\nquartiles: {} to {}\nwhiskers: {} to {}", heading(boxes.name),
                     named_value(drawing.x_axis, box.position), value_text(y, box.median),
                     readable(box.low_quartile), value_text(y, box.high_quartile), readable(box.low_whisker),
                     value_text(y, box.high_whisker));
}

std::string box_element(const Boxes& boxes, const Box& box, double width, Drawing& drawing) {
  const double x = drawing.x.at(box.position), median = drawing.y.at(box.median);
  const double top = drawing.y.at(box.high_quartile), bottom = drawing.y.at(box.low_quartile);
  const double high = drawing.y.at(box.high_whisker), low = drawing.y.at(box.low_whisker);
  const Rectangle area{x - 0.5 * width, std::min(top, bottom), width, std::abs(bottom - top)};
  const std::string whiskers =
      fmt::format("M{0} {1}h{2}m-{3} 0V{4}M{0} {5}h{2}m-{3} 0V{6}", pixels(x - 0.25 * width), pixels(high),
                  pixels(0.5 * width), pixels(0.25 * width), pixels(top), pixels(low), pixels(bottom));
  darken(drawing, area);
  darken(drawing, {x, low}, {x, high});
  std::string svg = path_element(whiskers, stroke_style);
  svg += rect_element(area, box_style, hover(box_text(boxes, box, drawing)));
  svg += path_element(fmt::format("M{} {}h{}", pixels(area.x), pixels(median), pixels(width)), median_style);
  return svg;
}

std::string outlier_elements(const Box& box, Drawing& drawing) {
  std::string svg;
  for (const double value : box.outliers) {
    if (!drawing.x.covers(box.position) || !drawing.y.covers(value)) continue;
    const Pixel at{drawing.x.at(box.position), drawing.y.at(value)};
    svg += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2.6\">{}</circle>", pixels(at.x), pixels(at.y),
                       hover(named_value(drawing.y_axis, value)));
    darken(drawing, at, at);
  }
  return svg;
}

void draw(const Boxes& boxes, int, Drawing& drawing) {
  const double width = box_width(boxes, drawing);
  std::string content, outliers;
  for (const Box& box : boxes.boxes) {
    if (!shows(drawing.x_axis, drawing.y_axis, box)) continue;
    content += box_element(boxes, box, width, drawing);
    outliers += outlier_elements(box, drawing);
  }
  drawing.svg += clipped_to(drawing.plot, content) + fmt::format("<g{}>{}</g>", stroke_style, outliers);
}

void draw_reference(Pixel from, Pixel to, Drawing& drawing) {
  drawing.svg += path_element(
      fmt::format("M{} {}L{} {}", pixels(from.x), pixels(from.y), pixels(to.x), pixels(to.y)),
      " stroke=\"currentColor\" stroke-width=\"1.2\" stroke-opacity=\"0.75\" stroke-dasharray=\"2 3\"");
  darken(drawing, from, to);
}

void draw(const VerticalLine& line, int, Drawing& drawing) {
  if (!drawing.x.covers(line.x)) return;
  const double x = drawing.x.at(line.x);
  draw_reference({x, drawing.plot.y}, {x, drawing.plot.bottom()}, drawing);
}

void draw(const HorizontalLine& line, int, Drawing& drawing) {
  if (!drawing.y.covers(line.y)) return;
  const double y = drawing.y.at(line.y);
  draw_reference({drawing.plot.x, y}, {drawing.plot.right(), y}, drawing);
}

void draw(const Annotation& annotation, int, Drawing& drawing) {
  if (!drawing.x.covers(annotation.x) || !drawing.y.covers(annotation.y)) return;
  const Pixel at{drawing.x.at(annotation.x), drawing.y.at(annotation.y)};
  drawing.svg +=
      fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2\" fill=\"currentColor\"/>", pixels(at.x), pixels(at.y));
  darken(drawing, at, at);
}

}  // namespace

std::string line_style(const Line& line) {
  return fmt::format(
      " fill=\"none\" stroke=\"currentColor\" stroke-width=\"{}\" stroke-linejoin=\"round\" "
      "stroke-linecap=\"{}\"",
      line.thin ? "0.7\" stroke-opacity=\"0.7" : "1.8", line.dashed ? "butt\" stroke-dasharray=\"6 4" : "round");
}

std::string marker_path(int color, Pixel at) {
  const std::string start = fmt::format("M{} {}", pixels(at.x), pixels(at.y));
  switch (color % 4) {
    case 0:
      return start + "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0z";
    case 1:
      return start + "m-3.1 -3.1h6.2v6.2h-6.2z";
    case 2:
      return start + "m0 -4.3l4 6.9h-8z";
    default:
      return start + "m0 -4.4l4.4 4.4l-4.4 4.4l-4.4 -4.4z";
  }
}

std::string path_element(std::string_view path, std::string_view attributes, std::string_view content) {
  return path.empty() ? "" : fmt::format("<path d=\"{}\"{}>{}</path>", path, attributes, content);
}

std::string rect_element(const Rectangle& area, std::string_view attributes, std::string_view content) {
  return fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}>{}</rect>", pixels(area.x),
                     pixels(area.y), pixels(area.width), pixels(area.height), attributes, content);
}

void draw_mark(const Mark& mark, int color, Drawing& drawing) {
  drawing.svg += colored_group(color);
  std::visit([&](const auto& it) { draw(it, color, drawing); }, mark);
  drawing.svg += "</g>";
}

}  // namespace glasscape
