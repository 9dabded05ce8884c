#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"

namespace glasscape {
namespace {

constexpr double label_width = 170.0;  // pixels, then the text is broken
constexpr double gap = 5.0;            // pixels between a text and its line or point
constexpr std::string_view rim =
    " style=\"paint-order:stroke;stroke:var(--paper,none);stroke-width:3px;stroke-linejoin:round\"";

struct Place {
  Rectangle area;
  Anchor anchor = Anchor::start;
};

double overlap(const Rectangle& a, const Rectangle& b) {
  const double width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const double height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return std::max(width, 0.0) * std::max(height, 0.0);
}

/// What a text hides: dark pixels, weighted with the area each stands for; other texts and the border count
/// most.
double hidden_by(const Rectangle& area, const Drawing& drawing, const std::vector<Rectangle>& labels) {
  const double outside = area.width * area.height - overlap(area, drawing.plot);
  double sum = 1000.0 * std::max(outside - 1.0, 0.0);
  for (const Rectangle& label : labels) sum += 10.0 * overlap(area, label);
  for (const Pixel& dark : drawing.dark)
    if (dark.x > area.x && dark.x < area.right() && dark.y > area.y && dark.y < area.bottom()) sum += 50.0;
  return sum;
}

/// Along the line from the top, right and left of it.
std::vector<Place> places(const VerticalLine& line, Pixel size, const Drawing& drawing) {
  constexpr int steps = 8;
  const double x = drawing.x.at(line.x);
  std::vector<Place> result;
  for (int k = 0; k < steps; ++k) {
    const double y = drawing.plot.y + 2.0 + k * (drawing.plot.height - 4.0 - size.y) / (steps - 1);
    result.push_back({{x + gap, y, size.x, size.y}, Anchor::start});
    result.push_back({{x - gap - size.x, y, size.x, size.y}, Anchor::end});
  }
  return result;
}

/// Along the line from the right, above and below it, and where that is full a little off.
std::vector<Place> places(const HorizontalLine& line, Pixel size, const Drawing& drawing) {
  constexpr int steps = 8;
  const double y = drawing.y.at(line.y);
  std::vector<Place> result;
  for (const double distance : {3.0, 22.0, 40.0})
    for (int k = 0; k < steps; ++k) {
      const double x =
          drawing.plot.right() - 2.0 - size.x - k * (drawing.plot.width - 4.0 - size.x) / (steps - 1);
      const Anchor anchor = k == 0 ? Anchor::end : Anchor::start;
      result.push_back({{x, y - distance - size.y, size.x, size.y}, anchor});
      result.push_back({{x, y + distance, size.x, size.y}, anchor});
    }
  return result;
}

/// Eight directions around the point, close to it and further off.
std::vector<Place> places(const Annotation& annotation, Pixel size, const Drawing& drawing) {
  const Pixel at{drawing.x.at(annotation.x), drawing.y.at(annotation.y)};
  std::vector<Place> result;
  for (const double distance : {gap, 22.0, 40.0, 64.0, 100.0})
    for (const auto& [x, y] :
         {std::pair{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {-1, -1}, {1, 1}, {-1, 1}}) {
      const double reach = x != 0 && y != 0 ? 0.7 * distance : distance;
      const double left = x > 0 ? at.x + reach : x < 0 ? at.x - reach - size.x : at.x - 0.5 * size.x;
      const double top = y > 0 ? at.y + reach : y < 0 ? at.y - reach - size.y : at.y - 0.5 * size.y;
      result.push_back({{left, top, size.x, size.y},
                        x > 0   ? Anchor::start
                        : x < 0 ? Anchor::end
                                : Anchor::middle});
    }
  return result;
}

Place best(const std::vector<Place>& choice, const Drawing& drawing, const std::vector<Rectangle>& labels) {
  Place result;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < choice.size(); ++k) {
    const double cost =
        hidden_by(choice[k].area, drawing, labels) + 5.0 * static_cast<double>(k);  // the first is nearest
    if (cost >= least) continue;
    least = cost;
    result = choice[k];
  }
  return result;
}

// Where the mark is labelled: the point, or the pixel of the line at its text

Pixel labelled_pixel(const VerticalLine& line, const Rectangle& area, const Drawing& drawing) {
  return {drawing.x.at(line.x), area.y + 0.5 * area.height};
}

Pixel labelled_pixel(const HorizontalLine& line, const Rectangle& area, const Drawing& drawing) {
  return {area.x + 0.5 * area.width, drawing.y.at(line.y)};
}

Pixel labelled_pixel(const Annotation& annotation, const Rectangle&, const Drawing& drawing) {
  return {drawing.x.at(annotation.x), drawing.y.at(annotation.y)};
}

/// From the point to the nearest pixel of its text, where there is room for a line.
std::string leader(Pixel from, const Rectangle& area) {
  const Pixel to{std::clamp(from.x, area.x, area.right()), std::clamp(from.y, area.y, area.bottom())};
  if (std::hypot(to.x - from.x, to.y - from.y) < 10.0) return "";
  const std::string path =
      fmt::format("M{} {}L{} {}", pixels(from.x), pixels(from.y), pixels(to.x), pixels(to.y));
  return path_element(path, " stroke=\"currentColor\" stroke-width=\"0.8\" stroke-opacity=\"0.7\"");
}

template <typename Labelled>
Rectangle set_label(const Labelled& mark, const std::string& text, Drawing& drawing,
                    const std::vector<Rectangle>& labels) {
  const std::vector<std::string> lines = lines_within(text, tick_font, label_width);
  Pixel size{0.0, static_cast<double>(lines.size()) * line_height * tick_font};
  for (const std::string& line : lines) size.x = std::max(size.x, text_width(line, tick_font));
  const auto [area, anchor] = best(places(mark, size, drawing), drawing, labels);
  drawing.svg += leader(labelled_pixel(mark, area, drawing), area);
  const double x = anchor == Anchor::start ? area.x
                   : anchor == Anchor::end ? area.right()
                                           : area.x + 0.5 * area.width;
  drawing.svg += text_lines(lines, {x, area.y + tick_font}, tick_font, anchor, rim);
  return area;
}

}  // namespace

std::string text_element(Pixel at, std::string_view rich, double font_size, Anchor anchor,
                         std::string_view more) {
  const char* const end = anchor == Anchor::start    ? ""
                          : anchor == Anchor::middle ? " text-anchor=\"middle\""
                                                     : " text-anchor=\"end\"";
  return fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}{}>{}</text>", pixels(at.x), pixels(at.y),
                     pixels(font_size), end, more, svg_text(rich, font_size));
}

std::string text_lines(const std::vector<std::string>& lines, Pixel at, double font_size, Anchor anchor,
                       std::string_view more) {
  std::string result;
  for (const std::string& line : lines) {
    result += text_element(at, line, font_size, anchor, more);
    at.y += line_height * font_size;
  }
  return result;
}

std::string elided(const std::string& rich, double font_size, double width) {
  if (text_width(rich, font_size) <= width) return rich;
  return lines_within(rich, font_size, width - font_size).front() + "…";
}

void draw_labels(const std::vector<Mark>& marks, Drawing& drawing) {
  std::vector<Rectangle> labels;
  for (const Mark& mark : marks) {
    if (const auto* vertical = std::get_if<VerticalLine>(&mark)) {
      if (!vertical->label.empty() && drawing.x.covers(vertical->x))
        labels.push_back(set_label(*vertical, vertical->label, drawing, labels));
    } else if (const auto* horizontal = std::get_if<HorizontalLine>(&mark)) {
      if (!horizontal->label.empty() && drawing.y.covers(horizontal->y))
        labels.push_back(set_label(*horizontal, horizontal->label, drawing, labels));
    } else if (const auto* annotation = std::get_if<Annotation>(&mark)) {
      if (drawing.x.covers(annotation->x) && drawing.y.covers(annotation->y))
        labels.push_back(set_label(*annotation, annotation->text, drawing, labels));
    }
  }
}

}  // namespace glasscape
