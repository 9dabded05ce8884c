// An axis of a figure: what a reader is told of it (Axis), and how it lies on the page with its ticks
// (Ruler). Invariants of a ruler: low < high, both finite, above zero on a logarithmic scale; every tick lies
// between them. Ticks stand at 1, 2 or 5 times a power of ten. Positions are pixels; `begin` is where `low`
// lies.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace glasscape {

enum class Scale {
  linear,
  logarithmic,  // values that are not above zero are left out
  hidden        // linear, and the values mean nothing to the reader: neither ticks nor grid
};

struct Axis {
  std::string label = {}, unit = {};  // rich text, see markup.hpp
  Scale scale = Scale::linear;
  /// None, or one that the scale cannot show: the data, widened to whole ticks.
  std::optional<Interval> range = {};
  std::vector<std::string> categories =
      {};  // if any: value k = 0, 1, ... is the k-th name, whatever scale and range say
};

struct Tick {
  double value = 0.0;
  std::string label;  // rich text; empty for a minor tick
};

/// What the data of an axis cover.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  bool whole = true;  // integers only: counts get no ticks between them

  bool empty() const { return !(low <= high); }
  void add(double value);
};

struct Ruler {
  bool logarithmic = false;
  double low = 0.0, high = 1.0;   // values at the ends
  double begin = 0.0, end = 1.0;  // pixels at the ends; begin > end on a vertical axis
  std::vector<Tick> ticks;        // ascending
  int exponent = 0;               // tick labels are values / 10^exponent

  /// Pixel of a value the axis can show; values far outside are kept within 20000 pixels of the ends.
  double at(double value) const;
  /// Whether the value lies between the ends.
  bool covers(double value) const { return value >= low && value <= high; }
};

/// Whether the axis can show the value: finite, at most 1e300 in size, above zero on a logarithmic scale.
bool can_show(const Axis& axis, double value);

/// Lays the axis between two pixels. `spacing` is what one label needs along it: 0 measures the labels, set
/// side by side.
Ruler lay_ruler(const Axis& axis, const Extent& data, double begin, double end, double font_size,
                double spacing = 0.0);

/// "Barrier (eV)", "Barrier (10^{-3} eV)": the text beside the axis.
std::string axis_title(const Axis& axis, const Ruler& ruler);

/// A value as a reader meets it: "0.42 eV" or the category's name. Rich text.
std::string value_text(const Axis& axis, double value);

}  // namespace glasscape
