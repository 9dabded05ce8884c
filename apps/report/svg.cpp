#include "apps/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr Pixel normal_size{560.0, 360.0}, wide_size{1140.0, 400.0};
constexpr double border = 10.0;  // pixels around the picture
constexpr double tick_length = 5.0, category_gap = 6.0;
constexpr double slant = 40.0, slant_sine = 0.643,
                 slant_cosine = 0.766;  // degrees; of long names of categories
constexpr double least_plot = 190.0;    // pixels in height: a picture with a long head grows

struct Margins {
  double left = 70.0, right = 20.0, top = 0.0, bottom = 50.0;
};

/// Title and legend. Its height includes the gap above the plot.
Piece head_of(const Figure& figure, const std::vector<int>& colors, double width);

/// Labels of the ticks below the plot, side by side; long names of categories on several lines or slanted.
Piece labels_below(const Axis& axis, const Ruler& ruler, double top);

/// What the labels and titles of the axes take.
Margins margins_of(const Figure& figure, const Drawing& drawing, double head_height);

/// Both rulers and the plot between them.
Drawing laid_out(const Figure& figure, const Extents& data, Pixel size, double head_height);

/// Grid, axes, ticks and their labels, axis titles.
std::string frame(const Figure& figure, const Drawing& drawing, bool with_ticks);

}  // namespace

std::string to_svg(const Figure& figure) {
  Extents data;
  for (const Mark& mark : figure.marks) add_extents(mark, figure.x, figure.y, data);
  const bool has_data = !data.x.empty();
  const std::vector<int> colors = colors_of(figure.marks);
  const Pixel size = figure.wide ? wide_size : normal_size;
  const Piece head = head_of(figure, colors, size.x);

  Drawing drawing = laid_out(figure, data, size, head.height);
  drawing.svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" role=\"img\" aria-label=\"{}\" "
      "width=\"100%\" "
      "viewBox=\"0 0 {} {}\" fill=\"currentColor\" "
      "font-family=\"Helvetica,Arial,'Liberation Sans',sans-serif\">",
      escaped(plain_text(figure.title)), pixels(size.x), pixels(drawing.height));
  drawing.svg += head.svg + frame(figure, drawing, has_data);
  if (has_data) {
    for (std::size_t k = 0; k < figure.marks.size(); ++k) draw_mark(figure.marks[k], colors[k], drawing);
    draw_labels(figure.marks, drawing);
  } else {
    const Pixel centre{drawing.plot.x + 0.5 * drawing.plot.width, drawing.plot.y + 0.5 * drawing.plot.height};
    drawing.svg += text_element(centre, "no data", title_font, Anchor::middle, " fill-opacity=\"0.6\"");
  }
  return drawing.svg + "</svg>";
}

void add_curve(Figure& figure, Points points) {
  figure.marks.push_back(Line{.name = points.name, .x = points.x, .y = points.y, .color = points.color});
  figure.marks.push_back(std::move(points));
}

Bars bars_between(std::string name, const std::vector<double>& edges, std::vector<double> heights) {
  if (edges.size() != heights.size() + 1)
    throw Error("the histogram '{}' has {} bars and {} edges; give one edge more than bars", name,
                heights.size(), edges.size());
  return {std::move(name),
          {edges.begin(), edges.end() - 1},
          {edges.begin() + 1, edges.end()},
          std::move(heights)};
}

Bars bars_of_categories(std::string name, std::vector<double> heights) {
  constexpr double half_width = 0.35;
  Bars bars{std::move(name), {}, {}, std::move(heights)};
  for (std::size_t k = 0; k < bars.height.size(); ++k) {
    bars.left.push_back(static_cast<double>(k) - half_width);
    bars.right.push_back(static_cast<double>(k) + half_width);
  }
  return bars;
}

Box box_of(double position, std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {position, none, none, none, none, none};
  values = sorted(values);
  Box box{position};
  box.low_quartile = quantile(values, 0.25);
  box.median = quantile(values, 0.5);
  box.high_quartile = quantile(values, 0.75);
  // an interpolated quartile may lie beyond the last value within reach: then there is no whisker
  box.low_whisker = box.low_quartile;
  box.high_whisker = box.high_quartile;
  const double reach = 1.5 * (box.high_quartile - box.low_quartile);
  for (const double value : values) {
    if (value < box.low_quartile - reach || value > box.high_quartile + reach) {
      box.outliers.push_back(value);
    } else {
      box.low_whisker = std::min(box.low_whisker, value);
      box.high_whisker = std::max(box.high_whisker, value);
    }
  }
  return box;
}

namespace {

Piece head_of(const Figure& figure, const std::vector<int>& colors, double width) {
  Piece head{"", border};
  const double inner = width - 2.0 * border;
  const std::vector<std::string> title = lines_within(figure.title, title_font, inner);
  head.svg =
      text_lines(title, {border, border + title_font}, title_font, Anchor::start, " font-weight=\"bold\"");
  head.height += static_cast<double>(title.size()) * line_height * title_font;
  if (!title.empty()) head.height += 4.0;
  const Piece names = legend(figure.marks, colors, {border, head.height}, inner);
  head.svg += names.svg;
  head.height += names.height + 8.0;
  return head;
}

double widest_label(const Ruler& ruler) {
  double width = 0.0;
  for (const Tick& tick : ruler.ticks) width = std::max(width, text_width(tick.label, tick_font));
  return width;
}

std::vector<std::string> title_lines(const Axis& axis, const Ruler& ruler, double length) {
  return lines_within(axis_title(axis, ruler), label_font, length);
}

/// Whether every word of the categories' names is narrower than the room between two ticks.
bool words_fit(const Ruler& ruler) {
  const double room = std::abs(ruler.at(1.0) - ruler.at(0.0)) - category_gap;
  for (const Tick& tick : ruler.ticks)
    for (const std::string_view word : words(tick.label))
      if (text_width(word, tick_font) > room) return false;
  return true;
}

/// How far slanted labels reach beyond the left end of the axis.
double overhang(const Ruler& ruler) {
  double result = 0.0;
  for (const Tick& tick : ruler.ticks)
    result = std::max(
        result, slant_cosine * text_width(tick.label, tick_font) - (ruler.at(tick.value) - ruler.begin));
  return result;
}

Margins margins_of(const Figure& figure, const Drawing& drawing, double head_height) {
  Margins margins;
  const auto height = [](const std::vector<std::string>& lines) {
    return static_cast<double>(lines.size()) * line_height * label_font;
  };
  margins.top = head_height;
  margins.left = border + height(title_lines(figure.y, drawing.y, drawing.plot.height)) +
                 widest_label(drawing.y) + tick_length + 8.0;
  margins.bottom = border + height(title_lines(figure.x, drawing.x, drawing.plot.width)) +
                   labels_below(figure.x, drawing.x, 0.0).height + tick_length + 4.0;
  if (!figure.x.categories.empty() && !words_fit(drawing.x))
    margins.left = std::max(margins.left, border + overhang(drawing.x));
  if (figure.x.categories.empty() && !drawing.x.ticks.empty())
    margins.right = border + 0.5 * text_width(drawing.x.ticks.back().label, tick_font);
  return margins;
}

/// Takes the label from ticks nearer than `distance` pixels to the labelled one before.
void thin_out(Ruler& ruler, double distance) {
  double free_from = -std::numeric_limits<double>::infinity();
  for (Tick& tick : ruler.ticks) {
    const double at = std::abs(ruler.at(tick.value) - ruler.begin);
    if (at < free_from)
      tick.label.clear();
    else
      free_from = at + distance;
  }
}

/// Makes the names of categories short enough and few enough to stand apart.
void fit_categories(const Figure& figure, Drawing& drawing) {
  constexpr double longest = 120.0;  // pixels
  const auto shorten = [](Ruler& ruler) {
    for (Tick& tick : ruler.ticks) tick.label = elided(tick.label, tick_font, longest);
  };
  if (!figure.x.categories.empty() && !words_fit(drawing.x)) {
    shorten(drawing.x);
    thin_out(drawing.x, line_height * tick_font / slant_sine);
  }
  if (!figure.y.categories.empty()) {
    shorten(drawing.y);
    thin_out(drawing.y, line_height * tick_font);
  }
}

Drawing laid_out(const Figure& figure, const Extents& data, Pixel size, double head_height) {
  constexpr double row = 26.0;  // pixels between labels of the vertical axis
  Drawing drawing{figure.x, figure.y};
  Margins margins;
  margins.top = head_height;
  // labels and the room for them depend on each other; they agree after a round or two
  for (int round = 0; round < 4; ++round) {
    drawing.height = std::max(size.y, margins.top + least_plot + margins.bottom);
    drawing.plot = {margins.left, margins.top, size.x - margins.left - margins.right,
                    drawing.height - margins.top - margins.bottom};
    drawing.x = lay_ruler(figure.x, data.x, drawing.plot.x, drawing.plot.right(), tick_font);
    drawing.y = lay_ruler(figure.y, data.y, drawing.plot.bottom(), drawing.plot.y, tick_font, row);
    fit_categories(figure, drawing);
    margins = margins_of(figure, drawing, head_height);
  }
  return drawing;
}

Piece labels_side_by_side(const Ruler& ruler, double top, double width) {
  Piece labels;
  for (const Tick& tick : ruler.ticks) {
    const std::vector<std::string> lines = lines_within(tick.label, tick_font, width);
    labels.svg += text_lines(lines, {ruler.at(tick.value), top + tick_font}, tick_font, Anchor::middle);
    labels.height = std::max(labels.height, static_cast<double>(lines.size()) * line_height * tick_font);
  }
  return labels;
}

Piece slanted_labels(const Ruler& ruler, double top) {
  Piece labels;
  for (const Tick& tick : ruler.ticks) {
    const Pixel at{ruler.at(tick.value) + 4.0, top + 0.8 * tick_font};
    const std::string turn =
        fmt::format(" transform=\"rotate({} {} {})\"", -slant, pixels(at.x), pixels(at.y));
    labels.svg += text_element(at, tick.label, tick_font, Anchor::end, turn);
  }
  labels.height = slant_sine * widest_label(ruler) + line_height * tick_font;
  return labels;
}

Piece labels_below(const Axis& axis, const Ruler& ruler, double top) {
  if (axis.categories.empty())
    return labels_side_by_side(ruler, top, std::numeric_limits<double>::infinity());
  if (!words_fit(ruler)) return slanted_labels(ruler, top);
  return labels_side_by_side(ruler, top, std::abs(ruler.at(1.0) - ruler.at(0.0)) - category_gap);
}

std::string grid_and_ticks(const Drawing& drawing) {
  const Rectangle& plot = drawing.plot;
  std::string grid, ticks;
  for (const Tick& tick : drawing.x.ticks) {
    const std::string x = pixels(drawing.x.at(tick.value));
    const double length = tick.label.empty() ? 0.6 * tick_length : tick_length;
    ticks += fmt::format("M{} {}v{}", x, pixels(plot.bottom()), pixels(length));
    if (!tick.label.empty() && drawing.x_axis.categories.empty())
      grid += fmt::format("M{} {}V{}", x, pixels(plot.y), pixels(plot.bottom()));
  }
  for (const Tick& tick : drawing.y.ticks) {
    const std::string y = pixels(drawing.y.at(tick.value));
    const double length = tick.label.empty() ? 0.6 * tick_length : tick_length;
    ticks += fmt::format("M{} {}h{}", pixels(plot.x), y, pixels(-length));
    if (!tick.label.empty()) grid += fmt::format("M{} {}H{}", pixels(plot.x), y, pixels(plot.right()));
  }
  return path_element(grid, " stroke=\"currentColor\" stroke-opacity=\"0.13\"") +
         path_element(ticks, " stroke=\"currentColor\" stroke-opacity=\"0.8\"");
}

std::string frame(const Figure& figure, const Drawing& drawing, bool with_ticks) {
  const Rectangle& plot = drawing.plot;
  Piece below = labels_below(figure.x, drawing.x, plot.bottom() + tick_length + 2.0);
  std::string svg;
  if (with_ticks) {
    svg += grid_and_ticks(drawing) + below.svg;
    for (const Tick& tick : drawing.y.ticks) {
      const Pixel at{plot.x - tick_length - 3.0, drawing.y.at(tick.value) + 0.35 * tick_font};
      svg += text_lines(lines_within(tick.label, tick_font, plot.width), at, tick_font, Anchor::end);
    }
  }
  std::string axes;
  if (figure.y.scale != Scale::hidden)
    axes += fmt::format("M{} {}V{}", pixels(plot.x), pixels(plot.y), pixels(plot.bottom()));
  if (figure.x.scale != Scale::hidden)
    axes += fmt::format("M{} {}H{}", pixels(plot.x), pixels(plot.bottom()), pixels(plot.right()));
  svg += path_element(axes, " stroke=\"currentColor\" stroke-opacity=\"0.8\"");
  const double top = plot.bottom() + tick_length + 2.0 + below.height;
  svg += text_lines(title_lines(figure.x, drawing.x, plot.width),
                    {plot.x + 0.5 * plot.width, top + label_font}, label_font, Anchor::middle);
  svg += fmt::format("<g transform=\"translate({} {}) rotate(-90)\">{}</g>", pixels(border),
                     pixels(plot.y + 0.5 * plot.height),
                     text_lines(title_lines(figure.y, drawing.y, plot.height), {0.0, 0.8 * label_font},
                                label_font, Anchor::middle));
  return svg;
}

}  // namespace
}  // namespace glasscape
