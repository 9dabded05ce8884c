// A figure while it is drawn: the two rulers, the picture so far, and where it is already dark, so that
// labels find room. Coordinates are pixels of the viewBox, y downwards. A "color" is an index into the
// palette, -1 for the text's colour.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/report/svg.hpp"

namespace glasscape {

struct Pixel {
  double x = 0.0, y = 0.0;
};

struct Rectangle {
  double x = 0.0, y = 0.0, width = 0.0, height = 0.0;

  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

struct Drawing {
  const Axis& x_axis;
  const Axis& y_axis;
  Ruler x = {}, y = {};
  Rectangle plot = {};           // between the axes
  double height = 0.0;           // of the whole picture
  std::string svg = {};          // so far
  std::vector<Pixel> dark = {};  // pixels on data, about five apart
};

/// A part of the picture and the height it takes.
struct Piece {
  std::string svg;
  double height = 0.0;
};

// Texts (labels.cpp)

constexpr double tick_font = 11.0, label_font = 12.0, title_font = 14.0;
constexpr double line_height = 1.3;  // of the font size

enum class Anchor { start, middle, end };

/// A <text> element; `at` is on its baseline. `more` holds further attributes, each with a blank before it.
std::string text_element(Pixel at, std::string_view rich, double font_size, Anchor anchor = Anchor::start,
                         std::string_view more = "");

/// Lines of text below each other; `at` is on the first baseline.
std::string text_lines(const std::vector<std::string>& lines, Pixel at, double font_size,
                       Anchor anchor = Anchor::start, std::string_view more = "");

/// The text, cut short with an ellipsis where it is wider than `width` pixels.
std::string elided(const std::string& rich, double font_size, double width);

/// Appends the texts of reference lines and annotations, each where it covers least of data and other texts.
void draw_labels(const std::vector<Mark>& marks, Drawing& drawing);

// What a mark covers (extents.cpp)

struct Extents {
  Extent x, y;
};

/// What the mark needs of the axes. Throws Error when its columns differ in length.
void add_extents(const Mark& mark, const Axis& x, const Axis& y, Extents& extents);

/// Whether the axes can show the element `i` of a mark, or the box.
bool shows(const Axis& x, const Axis& y, const Bars& bars, std::size_t i);
bool shows(const Axis& x, const Axis& y, const Line& line, std::size_t i);
bool shows(const Axis& x, const Axis& y, const Points& points, std::size_t i);
bool shows(const Axis& x, const Axis& y, const Band& band, std::size_t i);
bool shows(const Axis& x, const Axis& y, const Box& box);
bool has_error_bar(const Points& points, std::size_t i);

// Marks (marks.cpp) and their legend (legend.cpp)

constexpr std::string_view bar_style =
    " fill=\"currentColor\" fill-opacity=\"0.5\" stroke=\"currentColor\" stroke-width=\"0.8\"";
constexpr std::string_view box_style =
    " fill=\"currentColor\" fill-opacity=\"0.22\" stroke=\"currentColor\" stroke-width=\"1.3\"";
constexpr std::string_view stroke_style = " fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.3\"";
constexpr std::string_view median_style = " fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.6\"";
constexpr std::string_view band_style = " fill=\"currentColor\" fill-opacity=\"0.2\"";
/// --paper is the page's background, for a rim that keeps markers and texts apart from what they lie on.
constexpr std::string_view marker_style =
    " fill=\"currentColor\" stroke-width=\"0.7\" style=\"stroke:var(--paper,none)\"";

std::string line_style(const Line& line);

/// Markers that can be told apart without colour: circle, square, triangle, diamond.
std::string marker_path(int color, Pixel at);

std::string path_element(std::string_view path, std::string_view attributes, std::string_view content = "");
std::string rect_element(const Rectangle& area, std::string_view attributes, std::string_view content = "");

/// The color of every mark, in order.
std::vector<int> colors_of(const std::vector<Mark>& marks);

/// Opens a group that draws in the color's colour; the page may set another one for its class "ink-K".
std::string colored_group(int color);

/// Appends the mark to the picture and its pixels to the dark ones. Texts are set later, by draw_labels.
void draw_mark(const Mark& mark, int color, Drawing& drawing);

/// Signs and names of the marks in rows; marks of one name share an entry. Of no height without names.
Piece legend(const std::vector<Mark>& marks, const std::vector<int>& colors, Pixel left_top, double width);

}  // namespace glasscape
