#include "apps/report/plotly.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

/// The traces so far, and what all of them need.
struct Plot {
  const Figure& figure;
  Json traces = Json::array(), shapes = Json::array(), notes = Json::array();
  std::set<std::string> named = {};  // in the legend
};

Json axis_of(const Axis& axis, const Extent& data);
void add_mark(const Bars& bars, int color, Plot& plot);
void add_mark(const Line& line, int color, Plot& plot);
void add_mark(const Points& points, int color, Plot& plot);
void add_mark(const Band& band, int color, Plot& plot);
void add_mark(const Boxes& boxes, int color, Plot& plot);
void add_mark(const VerticalLine& line, int color, Plot& plot);
void add_mark(const HorizontalLine& line, int color, Plot& plot);
void add_mark(const Annotation& annotation, int color, Plot& plot);

}  // namespace

Json to_plotly(const Figure& figure) {
  Extents data;
  for (const Mark& mark : figure.marks) add_extents(mark, figure.x, figure.y, data);
  Plot plot{figure};
  const std::vector<int> colors = colors_of(figure.marks);
  for (std::size_t k = 0; k < figure.marks.size(); ++k)
    std::visit([&](const auto& mark) { add_mark(mark, colors[k], plot); }, figure.marks[k]);
  return {{"data", std::move(plot.traces)},
          {"layout", {{"xaxis", axis_of(figure.x, data.x)},
                      {"yaxis", axis_of(figure.y, data.y)},
                      {"showlegend", !plot.named.empty()},
                      {"shapes", std::move(plot.shapes)},
                      {"annotations", std::move(plot.notes)}}}};
}

namespace {

/// Rich text in plotly's markup, which knows <sub>, <sup> and these three entities.
std::string plotly_text(std::string_view rich) {
  std::string result;
  for (const TextRun& run : text_runs(rich)) {
    std::string text;
    for (const char c : run.text) {
      if (c == '&') text += "&amp;";
      else if (c == '<') text += "&lt;";
      else if (c == '>') text += "&gt;";
      else if (c == '%') text += "&#37;";  // %{...} is a value in a text for hovering
      else text += c;
    }
    const std::string_view tag = run.level > 0 ? "sup" : "sub";
    result += run.level == 0 ? text : fmt::format("<{0}>{1}</{0}>", tag, text);
  }
  return result;
}

std::string color_text(int color) { return fmt::format("@{}", color); }
std::string color_text(int color, double alpha) { return fmt::format("@{}/{}", color, alpha); }

Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return *to_real(fmt::format("{:.9g}", value));
}

bool is_logarithmic(const Axis& axis) { return axis.scale == Scale::logarithmic && axis.categories.empty(); }

/// Where plotly wants a value of a range or a note: its logarithm on a logarithmic axis.
Json place(const Axis& axis, double value) { return number(is_logarithmic(axis) ? std::log10(value) : value); }

Json axis_of(const Axis& axis, const Extent& data) {
  Ruler ruler = lay_ruler(axis, data, 0.0, 400.0, tick_font);
  ruler.exponent = 0;  // plotly writes its own ticks
  Json json{{"title", {{"text", plotly_text(axis_title(axis, ruler))}}},
            {"type", is_logarithmic(axis) ? "log" : "linear"},
            {"range", {place(axis, ruler.low), place(axis, ruler.high)}}};
  if (axis.categories.empty()) {
    if (axis.scale == Scale::hidden)
      for (const char* shown : {"showticklabels", "showgrid", "showline"}) json[shown] = false;
    if (axis.scale == Scale::hidden) json["ticks"] = "";
    return json;
  }
  json["tickmode"] = "array";
  for (std::size_t k = 0; k < axis.categories.size(); ++k) {
    json["tickvals"].push_back(k);
    json["ticktext"].push_back(plotly_text(axis.categories[k]));
  }
  return json;
}

/// A trace with its name in the legend, where the first of a name stands for all.
Json trace_of(const std::string& name, Plot& plot) {
  const bool first = !name.empty() && plot.named.insert(name).second;
  return {{"type", "scatter"}, {"name", plotly_text(name)}, {"legendgroup", plotly_text(name)}, {"showlegend", first}};
}

/// A line of a text for hovering, in plotly's template language: "barrier: %{y:.4g} eV".
std::string value_line(const Axis& axis, const std::string& variable) {
  if (axis.scale == Scale::hidden) return "";
  const std::string label = axis.label.empty() ? "" : plotly_text(axis.label) + ": ";
  if (!axis.categories.empty()) return fmt::format("<br>{}%{{{}}}", label, variable);
  return fmt::format("<br>{}%{{{}:.4~g}}{}", label, variable, axis.unit.empty() ? "" : ' ' + plotly_text(axis.unit));
}

/// What pointing at an element shows: its name, its own text, then `values`, lines that begin with a break.
std::string hover_text(const std::string& name, bool own, const std::string& values) {
  std::string text = name.empty() ? "" : "<b>" + plotly_text(name) + "</b>";
  if (own) text += text.empty() ? "%{text}" : "<br>%{text}";
  text += values;
  return (text.starts_with("<br>") ? text.substr(4) : text) + "<extra></extra>";
}

template <typename Mark>
void add_own(const Mark& mark, std::size_t i, Json& trace) {
  if (!mark.texts.empty()) trace["text"].push_back(plotly_text(mark.texts[i]));
  if (!mark.events.empty()) trace["meta"]["events"].push_back(mark.events[i]);
}

void add_mark(const Bars& bars, int color, Plot& plot) {
  const Axis &x = plot.figure.x, &y = plot.figure.y;
  Json trace = trace_of(bars.name, plot);
  trace["type"] = "bar";
  trace["marker"] = {{"color", color_text(color, 0.5)}, {"line", {{"color", color_text(color)}, {"width", 0.8}}}};
  trace["textposition"] = "none";
  const bool logarithmic = is_logarithmic(x);  // there plotly counts widths in decades
  for (std::size_t i = 0; i < bars.height.size(); ++i) {
    if (!shows(x, y, bars, i)) continue;
    const double left = logarithmic ? std::log10(bars.left[i]) : bars.left[i];
    const double right = logarithmic ? std::log10(bars.right[i]) : bars.right[i];
    const double middle = 0.5 * (left + right);
    trace["x"].push_back(number(logarithmic ? std::pow(10.0, middle) : middle));
    trace["width"].push_back(number(std::abs(right - left)));
    trace["y"].push_back(number(bars.height[i]));
    trace["customdata"].push_back({number(bars.left[i]), number(bars.right[i])});
    add_own(bars, i, trace);
  }
  std::string range = value_line(x, "x");
  if (x.categories.empty())
    range = fmt::format("{} to %{{customdata[1]:.4~g}} {}", value_line({.label = x.label}, "customdata[0]"), plotly_text(x.unit));
  trace["hovertemplate"] = hover_text(bars.name, !bars.texts.empty(), range + value_line(y, "y"));
  plot.traces.push_back(std::move(trace));
}

void add_mark(const Line& line, int color, Plot& plot) {
  Json trace = trace_of(line.name, plot);
  trace["mode"] = "lines";
  trace["line"] = {{"color", color_text(color, line.thin ? 0.7 : 1.0)}, {"width", line.thin ? 0.9 : 2.0}};
  if (line.dashed) trace["line"]["dash"] = "dash";
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const bool shown = shows(plot.figure.x, plot.figure.y, line, i);
    trace["x"].push_back(shown ? number(line.x[i]) : Json(nullptr));
    trace["y"].push_back(shown ? number(line.y[i]) : Json(nullptr));
  }
  if (line.thin)
    trace["hoverinfo"] = "skip";
  else
    trace["hovertemplate"] = hover_text(line.name, false, value_line(plot.figure.x, "x") + value_line(plot.figure.y, "y"));
  plot.traces.push_back(std::move(trace));
}

void add_mark(const Points& points, int color, Plot& plot) {
  constexpr const char* symbols[] = {"circle", "square", "triangle-up", "diamond"};  // as marker_path
  const Axis &x = plot.figure.x, &y = plot.figure.y;
  Json trace = trace_of(points.name, plot);
  trace["mode"] = "markers";
  trace["cliponaxis"] = false;
  trace["marker"] = {{"color", color_text(color)}, {"size", 7}, {"symbol", symbols[color % 4]}};
  const bool bars = !points.y_low.empty();
  if (bars)
    trace["error_y"] = {{"type", "data"}, {"symmetric", false}, {"color", color_text(color)}, {"thickness", 1.3}, {"width", 3},
                        {"array", Json::array()}, {"arrayminus", Json::array()}};
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (!shows(x, y, points, i)) continue;
    trace["x"].push_back(number(points.x[i]));
    trace["y"].push_back(number(points.y[i]));
    add_own(points, i, trace);
    if (!bars) continue;
    const bool has = has_error_bar(points, i);
    trace["error_y"]["array"].push_back(has ? number(points.y_high[i] - points.y[i]) : Json(0));
    trace["error_y"]["arrayminus"].push_back(has ? number(points.y[i] - points.y_low[i]) : Json(0));
    trace["customdata"].push_back(has ? fmt::format(" ({} to {})", readable(points.y_low[i]), readable(points.y_high[i])) : "");
  }
  if (bars)
    for (Json& text : trace["customdata"]) text = plotly_text(text.get<std::string>());
  trace["hovertemplate"] =
      hover_text(points.name, !points.texts.empty(), value_line(x, "x") + value_line(y, "y") + (bars ? "%{customdata}" : ""));
  plot.traces.push_back(std::move(trace));
}

void add_mark(const Band& band, int color, Plot& plot) {
  Json trace = trace_of(band.name, plot);
  trace["mode"] = "lines";
  trace["line"] = {{"width", 0}};
  trace["fill"] = "toself";
  trace["fillcolor"] = color_text(color, 0.2);
  trace["hoverinfo"] = "skip";
  const auto vertex = [&](const Json& x, const Json& y) {
    trace["x"].push_back(x);
    trace["y"].push_back(y);
  };
  std::size_t first = 0;  // of the present stretch without a gap
  for (std::size_t i = 0; i <= band.x.size(); ++i) {
    if (i < band.x.size() && shows(plot.figure.x, plot.figure.y, band, i)) {
      vertex(number(band.x[i]), number(band.low[i]));
      continue;
    }
    for (std::size_t k = i; k-- > first;) vertex(number(band.x[k]), number(band.high[k]));
    if (i > first) vertex(nullptr, nullptr);
    first = i + 1;
  }
  plot.traces.push_back(std::move(trace));
}

void add_mark(const Boxes& boxes, int color, Plot& plot) {
  Json trace = trace_of(boxes.name, plot), outliers = trace;
  trace["type"] = "box";
  trace["line"] = {{"color", color_text(color)}, {"width", 1.4}};
  trace["fillcolor"] = color_text(color, 0.22);
  trace["hoverlabel"] = {{"namelength", 0}};
  outliers["mode"] = "markers";
  outliers["showlegend"] = false;
  outliers["marker"] = {{"color", color_text(color)}, {"size", 5}, {"symbol", "circle-open"}};
  outliers["hovertemplate"] = hover_text("", false, value_line(plot.figure.x, "x") + value_line(plot.figure.y, "y"));
  for (const Box& box : boxes.boxes) {
    if (!shows(plot.figure.x, plot.figure.y, box)) continue;
    trace["x"].push_back(number(box.position));
    trace["lowerfence"].push_back(number(box.low_whisker));
    trace["q1"].push_back(number(box.low_quartile));
    trace["median"].push_back(number(box.median));
    trace["q3"].push_back(number(box.high_quartile));
    trace["upperfence"].push_back(number(box.high_whisker));
    for (const double value : box.outliers) {
      if (!can_show(plot.figure.y, value)) continue;
      outliers["x"].push_back(number(box.position));
      outliers["y"].push_back(number(value));
    }
  }
  plot.traces.push_back(std::move(trace));
  if (outliers.contains("x")) plot.traces.push_back(std::move(outliers));
}

const Json reference_style{{"color", "@6/0.75"}, {"width", 1.2}, {"dash", "2px,3px"}};
const Json note_style{{"showarrow", false}, {"bgcolor", "@paper/0.7"}};

/// `more` last, so that it may replace what stands before.
Json joined(Json json, const Json& more) {
  json.update(more);
  return json;
}

void add_mark(const VerticalLine& line, int, Plot& plot) {
  if (!can_show(plot.figure.x, line.x)) return;
  plot.shapes.push_back({{"type", "line"}, {"x0", number(line.x)}, {"x1", number(line.x)}, {"yref", "paper"}, {"y0", 0}, {"y1", 1}, {"line", reference_style}});
  if (line.label.empty()) return;
  plot.notes.push_back(joined(note_style, {{"text", plotly_text(line.label)}, {"x", place(plot.figure.x, line.x)}, {"yref", "paper"}, {"y", 1},
                                           {"xanchor", "left"}, {"yanchor", "top"}, {"xshift", 3}}));
}

void add_mark(const HorizontalLine& line, int, Plot& plot) {
  if (!can_show(plot.figure.y, line.y)) return;
  plot.shapes.push_back({{"type", "line"}, {"y0", number(line.y)}, {"y1", number(line.y)}, {"xref", "paper"}, {"x0", 0}, {"x1", 1}, {"line", reference_style}});
  if (line.label.empty()) return;
  plot.notes.push_back(joined(note_style, {{"text", plotly_text(line.label)}, {"y", place(plot.figure.y, line.y)}, {"xref", "paper"}, {"x", 1},
                                           {"xanchor", "right"}, {"yanchor", "bottom"}}));
}

void add_mark(const Annotation& annotation, int, Plot& plot) {
  if (!can_show(plot.figure.x, annotation.x) || !can_show(plot.figure.y, annotation.y)) return;
  plot.notes.push_back(joined(note_style, {{"text", plotly_text(annotation.text)}, {"x", place(plot.figure.x, annotation.x)},
                                           {"y", place(plot.figure.y, annotation.y)}, {"showarrow", true}, {"arrowhead", 0}, {"arrowwidth", 1},
                                           {"arrowcolor", "@6/0.6"}, {"ax", 22}, {"ay", -18}}));
}

}  // namespace
}  // namespace glasscape
