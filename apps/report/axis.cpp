#include "apps/report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/markup.hpp"

namespace glasscape {
namespace {

constexpr double largest = 1e300, smallest = 1e-300;  // room for sums and quotients of two values
constexpr double slack = 1e-9;                        // of a step, for rounding
constexpr double label_gap = 14.0;                    // pixels between labels side by side

bool is_logarithmic(const Axis& axis) { return axis.scale == Scale::logarithmic && axis.categories.empty(); }

double power_of_ten(int exponent) { return std::pow(10.0, exponent); }

/// The smallest of 1, 2, 5 times a power of ten that needs at most `most` steps over the span.
double nice_step(double span, int most, bool whole) {
  const double least = span / most;
  const double decade = power_of_ten(static_cast<int>(std::floor(std::log10(least))));
  double step = 10.0 * decade;
  for (const double digit : {5.0, 2.0, 1.0})
    if (digit * decade >= least * (1.0 - slack)) step = digit * decade;
  return whole ? std::max(step, 1.0) : step;
}

/// The 1, 2 or 5 times a power of ten next below (or above) a value, the value itself if it is one.
double nice_below(double value) {
  const double decade = power_of_ten(static_cast<int>(std::floor(std::log10(value * (1.0 + slack)))));
  const double digit = value * (1.0 + slack) / decade;
  return decade * (digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0);
}

double nice_above(double value) {
  const double below = nice_below(value);
  if (value <= below * (1.0 + slack)) return below;
  const double digit = below / power_of_ten(static_cast<int>(std::floor(std::log10(below * (1.0 + slack)))));
  return below * (digit > 1.5 && digit < 2.5 ? 2.5 : 2.0);
}

/// Whether the axis has a range that it can show and that leaves digits for ticks.
bool can_span(const Axis& axis) {
  if (!axis.range || !can_show(axis, axis.range->low) || !can_show(axis, axis.range->high)) return false;
  const double size = std::max(std::abs(axis.range->low), std::abs(axis.range->high));
  return axis.range->high - axis.range->low > std::max(1e-12 * size, smallest);
}

/// The data's interval, or one around it where the data are one value.
Interval proper(const Extent& data, bool logarithmic) {
  if (data.empty()) return logarithmic ? Interval{1.0, 10.0} : Interval{0.0, 1.0};
  const double size = std::max(std::abs(data.low), std::abs(data.high));
  if (logarithmic) {
    const bool one_value = data.high <= data.low * (1.0 + slack);
    return one_value ? Interval{data.low / 1.5, data.high * 1.5} : Interval{data.low, data.high};
  }
  if (data.high - data.low > std::max(1e-12 * size, smallest)) return {data.low, data.high};
  const double margin = data.whole ? std::max(1.0, 0.1 * size) : std::max(0.1 * size, smallest);
  return size < smallest ? Interval{-1.0, 1.0} : Interval{data.low - margin, data.high + margin};
}

/// Labels of linear ticks, with as many decimals as the step needs and a common power of ten where they get
/// long.
void label_linear(Ruler& ruler, double step) {
  double size = 0.0;
  for (const Tick& tick : ruler.ticks) size = std::max(size, std::abs(tick.value));
  if (size >= 1e5 || size < 5e-3)
    ruler.exponent = 3 * static_cast<int>(std::floor(std::log10(size) / 3.0 + slack));
  if (size == 0.0) ruler.exponent = 0;
  const double scaled_step = step / power_of_ten(ruler.exponent);
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(scaled_step) - slack)), 0, 17);
  for (Tick& tick : ruler.ticks) {
    const double scaled = tick.value / power_of_ten(ruler.exponent);
    tick.label = fmt::format("{}{:.{}f}", scaled < 0 ? "−" : "", std::abs(scaled), decimals);
  }
}

void set_linear_ticks(Ruler& ruler, const Interval& data, int most, bool whole, bool widen) {
  const double step = nice_step(data.high - data.low, most, whole && data.high - data.low >= 1.0);
  ruler.low = widen ? std::min(step * std::floor(data.low / step + slack), data.low) : data.low;
  ruler.high = widen ? std::max(step * std::ceil(data.high / step - slack), data.high) : data.high;
  const double first = std::ceil(ruler.low / step - slack), last = std::floor(ruler.high / step + slack);
  ruler.ticks.clear();
  ruler.exponent = 0;
  for (double i = 0.0; first + i <= last; ++i) {
    const double value = std::clamp((first + i) * step, ruler.low, ruler.high);
    ruler.ticks.push_back({value == 0.0 ? 0.0 : value, ""});
  }
  label_linear(ruler, step);
}

std::string decade_label(int exponent, bool plain) {
  if (plain) return readable(power_of_ten(exponent));
  return fmt::format("10^{{{}{}}}", exponent < 0 ? "−" : "", std::abs(exponent));
}

/// One label per decade, or per few decades where there are many; minor ticks at 2 to 9 while they can be
/// told apart.
void set_decade_ticks(Ruler& ruler, int first, int last, int most) {
  const int stride = std::max(1, (last - first + most) / most);
  const bool plain = first >= -2 && last <= 3;
  for (int decade = first - 1; decade <= last; ++decade)
    for (int digit = 1; digit <= (last - first > 10 ? 1 : 9); ++digit) {
      const double value = digit * power_of_ten(decade);
      const bool labelled = digit == 1 && decade % stride == 0;
      if (value >= ruler.low * (1.0 - slack) && value <= ruler.high * (1.0 + slack))
        ruler.ticks.push_back(
            {std::clamp(value, ruler.low, ruler.high), labelled ? decade_label(decade, plain) : ""});
    }
}

/// Labels at 1, 2 and 5 in each decade, minor ticks between; for less than two decades.
void set_digit_ticks(Ruler& ruler, int first, int last) {
  for (int decade = first - 1; decade <= last; ++decade)
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * power_of_ten(decade);
      const bool labelled = digit == 1 || digit == 2 || digit == 5;
      if (value >= ruler.low * (1.0 - slack) && value <= ruler.high * (1.0 + slack))
        ruler.ticks.push_back({std::clamp(value, ruler.low, ruler.high), labelled ? readable(value) : ""});
    }
}

int labels_of(const Ruler& ruler) {
  return static_cast<int>(
      std::count_if(ruler.ticks.begin(), ruler.ticks.end(), [](const Tick& t) { return !t.label.empty(); }));
}

void set_log_ticks(Ruler& ruler, const Interval& data, int most, bool widen) {
  ruler.low = widen ? std::min(nice_below(data.low), data.low) : data.low;
  ruler.high = widen ? std::max(nice_above(data.high), data.high) : data.high;
  ruler.ticks.clear();
  const int first = static_cast<int>(std::ceil(std::log10(ruler.low) - slack));
  const int last = static_cast<int>(std::floor(std::log10(ruler.high) + slack));
  if (ruler.high >= 99.0 * ruler.low)
    set_decade_ticks(ruler, first, last, most);
  else
    set_digit_ticks(ruler, first, last);
  if (labels_of(ruler) < 2) set_linear_ticks(ruler, {ruler.low, ruler.high}, most, false, false);
}

void set_category_ticks(Ruler& ruler, const std::vector<std::string>& categories) {
  ruler.low = -0.5;
  ruler.high = static_cast<double>(categories.size()) - 0.5;
  ruler.ticks.clear();
  for (std::size_t k = 0; k < categories.size(); ++k)
    ruler.ticks.push_back({static_cast<double>(k), categories[k].empty() ? "–" : categories[k]});
}

bool labels_fit(const Ruler& ruler, double font_size, double spacing) {
  double free_from = -std::numeric_limits<double>::infinity();
  for (const Tick& tick : ruler.ticks) {
    if (tick.label.empty()) continue;
    const double centre = std::abs(ruler.at(tick.value) - ruler.begin);
    const double needed = spacing > 0.0 ? spacing : text_width(tick.label, font_size) + label_gap;
    if (centre - 0.5 * needed < free_from) return false;
    free_from = centre + 0.5 * needed - slack;
  }
  return true;
}

}  // namespace

void Extent::add(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
  whole = whole && value == std::round(value);
}

double Ruler::at(double value) const {
  const double part = logarithmic ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                                  : (value - low) / (high - low);
  const double far = 20000.0 / std::max(std::abs(end - begin), 1.0);
  return begin + std::clamp(part, -far, 1.0 + far) * (end - begin);
}

bool can_show(const Axis& axis, double value) {
  if (!std::isfinite(value) || std::abs(value) > largest) return false;
  return !is_logarithmic(axis) || value >= smallest;
}

Ruler lay_ruler(const Axis& axis, const Extent& data, double begin, double end, double font_size,
                double spacing) {
  Ruler ruler;
  ruler.logarithmic = is_logarithmic(axis);
  ruler.begin = begin;
  ruler.end = end;
  if (!axis.categories.empty()) {
    set_category_ticks(ruler, axis.categories);
    return ruler;
  }
  const bool fixed = can_span(axis);
  const bool hidden = axis.scale == Scale::hidden;
  Interval shown = fixed ? *axis.range : proper(data, ruler.logarithmic);
  if (hidden && !fixed) {
    const double margin = 0.02 * (shown.high - shown.low);  // so that nothing stands on the border
    shown = {shown.low - margin, shown.high + margin};
  }
  for (int most = 8; most >= 2; --most) {
    if (ruler.logarithmic)
      set_log_ticks(ruler, shown, most, !fixed);
    else
      set_linear_ticks(ruler, shown, most, data.whole && !data.empty(), !fixed && !hidden);
    if (labels_fit(ruler, font_size, spacing)) break;
  }
  if (hidden) ruler.ticks.clear();
  return ruler;
}

std::string axis_title(const Axis& axis, const Ruler& ruler) {
  std::string unit = axis.unit;
  if (ruler.exponent != 0) {
    const char* const sign = ruler.exponent < 0 ? "−" : "";
    unit = fmt::format("10^{{{}{}}}{}{}", sign, std::abs(ruler.exponent), unit.empty() ? "" : " ", unit);
  }
  if (unit.empty()) return axis.label;
  return axis.label.empty() ? unit : fmt::format("{} ({})", axis.label, unit);
}

std::string value_text(const Axis& axis, double value) {
  const auto category = static_cast<std::size_t>(std::max(std::round(value), 0.0));
  if (category < axis.categories.size()) return axis.categories[category];
  return axis.unit.empty() ? readable(value) : fmt::format("{} {}", readable(value), axis.unit);
}

}  // namespace glasscape
