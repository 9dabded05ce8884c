// Figures of the report as SVG text, to stand in an HTML page or in a file of their own; no script, no
// outside reference. Colours: Okabe and Ito's palette without yellow (jfly.uni-koeln.de/color, 2008), safe
// for colour-blind readers; text and axes take the colour of the surroundings. Values that an axis cannot
// show (not finite, not above zero on a logarithmic axis) are left out and break a line or a band. Hovering
// over bars, points and boxes shows their values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/report/axis.hpp"

namespace glasscape {

// Marks. `name` is the entry in the legend (none when empty); marks of one name share an entry. `color` is an
// index into the palette of seven (6: the colour of the text); none: the next one. Texts are rich text, see
// markup.hpp. Numbers are in the units of the axes. `texts` and `events` have one entry per bar or point, or none
// at all: what pointing at it says before its values, and the number of the event (DistinctEvent::number) that a
// click selects on a page with scripts, 0 for none.

/// Filled from zero (from the end of a logarithmic axis) to `height`, between `left` and `right`; one of each
/// per bar.
struct Bars {
  std::string name = {};
  std::vector<double> left = {}, right = {}, height = {};
  std::optional<int> color = {};
  std::vector<std::string> texts = {};
  std::vector<std::int64_t> events = {};
};

/// Straight pieces between points in the order given.
struct Line {
  std::string name = {};
  std::vector<double> x = {}, y = {};
  bool dashed = false;
  std::optional<int> color = {};
  bool thin = false;  // for many pieces
};

/// Markers, and error bars from y_low to y_high where these are given (one per point) and finite.
struct Points {
  std::string name = {};
  std::vector<double> x = {}, y = {}, y_low = {}, y_high = {};
  std::optional<int> color = {};
  std::vector<std::string> texts = {};
  std::vector<std::int64_t> events = {};
};

/// The area between two curves: an interval of confidence.
struct Band {
  std::string name = {};
  std::vector<double> x = {}, low = {}, high = {};
  std::optional<int> color = {};
};

/// Five numbers of a sample and what lies outside the whiskers.
struct Box {
  double position = 0.0;
  double low_whisker = 0.0, low_quartile = 0.0, median = 0.0, high_quartile = 0.0, high_whisker = 0.0;
  std::vector<double> outliers = {};
};

struct Boxes {
  std::string name = {};
  std::vector<Box> boxes = {};
  std::optional<int> color = {};
};

/// Reference lines right across the figure. They do not widen the axes.
struct VerticalLine {
  double x = 0.0;
  std::string label = {};
};

struct HorizontalLine {
  double y = 0.0;
  std::string label = {};
};

/// A text beside a point, where it covers least.
struct Annotation {
  double x = 0.0, y = 0.0;
  std::string text = {};
};

using Mark = std::variant<Bars, Line, Points, Band, Boxes, VerticalLine, HorizontalLine, Annotation>;

struct Figure {
  std::string title = {};
  Axis x = {}, y = {};
  std::vector<Mark> marks = {};  // drawn in this order
  std::string caption = {};      // for the page: not part of the picture
  bool wide = false;             // as wide as two figures side by side
};

/// The figure as one <svg> element. Equal figures give equal text; without a value to show it says "no data".
/// Throws Error when the columns of a mark differ in length.
std::string to_svg(const Figure& figure);

/// Points with their error bars and a line through them, under the points' name.
void add_curve(Figure& figure, Points points);

/// A histogram: n bars between n + 1 edges. Throws Error for another count of edges.
Bars bars_between(std::string name, const std::vector<double>& edges, std::vector<double> heights);

/// One bar per category of the x axis.
Bars bars_of_categories(std::string name, std::vector<double> heights);

/// Quartiles by linear interpolation (Hyndman and Fan 1996, type 7); whiskers to the last value within 1.5
/// times the interquartile distance (Tukey 1977). Values that are not finite are left out; without any, the
/// box is not drawn.
Box box_of(double position, std::vector<double> values);

}  // namespace glasscape
