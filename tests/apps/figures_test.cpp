// The figures of the report: their text read back as XML, the ticks of their axes, and the numbers of their
// boxes.
#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <sstream>

#include "apps/report/axis.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/spectrum.hpp"
#include "apps/report/svg.hpp"
#include "md/support/error.hpp"

using namespace glasscape;

namespace {

using Tree = boost::property_tree::ptree;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
const std::string nasty = "<b>&amp;\"\'";

Tree parsed(const Figure& figure) {
  std::istringstream stream(to_svg(figure));
  Tree tree;
  boost::property_tree::read_xml(stream, tree);
  return tree;
}

/// All elements of the name below the tree, in order; what lies in a turned or moved group only when asked
/// for.
void collect(const Tree& tree, const std::string& name, bool moved, std::vector<Tree>& found) {
  for (const auto& [child_name, child] : tree) {
    if (child_name == name) found.push_back(child);
    if (moved || !child.get_optional<std::string>("<xmlattr>.transform")) collect(child, name, moved, found);
  }
}

std::vector<Tree> elements(const Figure& figure, const std::string& name, bool moved = true) {
  std::vector<Tree> found;
  collect(parsed(figure), name, moved, found);
  return found;
}

std::string attribute(const Tree& element, const std::string& name) {
  return element.get<std::string>("<xmlattr>." + name, "");
}

/// The text of an element without its attributes; raised and lowered parts follow the rest.
std::string text_of(const Tree& element) {
  std::string text = element.data();
  for (const auto& [name, child] : element)
    if (name != "<xmlattr>") text += text_of(child);
  return text;
}

std::vector<std::string> texts(const Figure& figure) {
  std::vector<std::string> result;
  for (const Tree& element : elements(figure, "text")) result.push_back(text_of(element));
  return result;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t result = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++result;
  return result;
}

Figure figure_of(std::vector<Mark> marks) {
  Figure figure;
  figure.title = "Barriers of Cu_{50}Zr_{50}";
  figure.x = {"Barrier", "eV"};
  figure.y = {"Density", "eV^{-1}"};
  figure.marks = std::move(marks);
  return figure;
}

Figure figure_of_every_mark() {
  return figure_of({bars_between("found", {0.0, 0.1, 0.2, 0.3}, {1.0, 3.0, 2.0}),
                    Band{"interval", {0.0, 0.15, 0.3}, {0.5, 2.0, 1.0}, {1.0, 3.0, 2.0}, 1},
                    Line{"log-normal", {0.0, 0.15, 0.3}, {0.7, 2.5, 1.5}, true, 1},
                    Points{"measured", {0.1, 0.2}, {1.5, 2.5}, {1.0, 2.0}, {2.0, 3.0}},
                    Boxes{"sample", {box_of(0.25, {1.0, 1.1, 1.2, 1.3, 9.0})}}, VerticalLine{0.12, "mean"},
                    HorizontalLine{2.0, "half"}, Annotation{0.2, 2.5, "the largest"}});
}

/// What a text covers from left to right, in pixels.
Interval reach(const Tree& text) {
  const double x = text.get<double>("<xmlattr>.x");
  const double width = text_width(text_of(text), text.get<double>("<xmlattr>.font-size"));
  const std::string anchor = attribute(text, "text-anchor");
  const double left = anchor == "end" ? x - width : anchor == "middle" ? x - 0.5 * width : x;
  return {left, left + width};
}

}  // namespace

TEST_CASE("a law that others published stands in the Arrhenius plot as nu0 exp(S/kB) exp(-E/kT)") {
  Rng rng(1, 0);
  const std::vector<double> barriers{0.5, 0.55, 0.6, 0.65, 0.7, 0.75};
  const Arrhenius own = arrhenius(std::vector{effective_barriers(barriers, 300, rng), effective_barriers(barriers, 400, rng)}, 2e12);
  const Figure figure = arrhenius_figure(own, {{"experiment", 1.41, -1, 600, 690}});
  const auto law = std::find_if(figure.marks.begin(), figure.marks.end(), [](const Mark& m) { return std::holds_alternative<Line>(m) && std::get<Line>(m).name == "experiment"; });
  REQUIRE(law != figure.marks.end());
  const Line& line = std::get<Line>(*law);
  REQUIRE(line.x.size() == 2);
  CHECK(line.x[0] == Approx(1000.0 / 600));
  CHECK(line.y[0] == Approx(std::log10(2e12 * std::exp(-1 - 1.41 / (8.617333262e-5 * 600)))).epsilon(1e-6));
}

TEST_CASE("a figure of every mark is one well-formed svg element of its size") {
  Figure figure = figure_of_every_mark();
  const Tree tree = parsed(figure);
  REQUIRE(tree.size() == 1);
  CHECK(tree.front().first == "svg");
  CHECK(attribute(tree.front().second, "viewBox") == "0 0 560 360");
  CHECK(attribute(tree.front().second, "width") == "100%");
  figure.wide = true;
  CHECK(attribute(parsed(figure).front().second, "viewBox") == "0 0 1140 400");
}

TEST_CASE("equal figures give equal text") {
  CHECK(to_svg(figure_of_every_mark()) == to_svg(figure_of_every_mark()));
}

TEST_CASE("names with the signs of markup are shown as they are") {
  Figure figure = figure_of(
      {Points{nasty, {0.0, 1.0}, {1.0, 2.0}}, VerticalLine{0.5, nasty}, Annotation{0.0, 1.0, nasty}});
  figure.title = figure.x.label = figure.y.label = nasty;
  figure.x.unit = figure.y.unit = "";
  figure.x.categories = {nasty, nasty};
  const std::vector<std::string> shown = texts(figure);
  CHECK(std::count(shown.begin(), shown.end(), nasty) == 8);
  CHECK(elements(figure, "b").empty());
  CHECK(attribute(parsed(figure).front().second, "aria-label") == nasty);
  figure.title = "broken \xff and \x01 bytes";
  CHECK_NOTHROW(parsed(figure));
}

TEST_CASE("values that are not finite are left out") {
  const std::vector<double> x = {0, 1, 2, 3, 4, 5}, y = {1, missing, 3, infinity, 2, -infinity};
  CHECK(elements(figure_of({Points{"", x, y}}), "title").size() == 3);
  CHECK(elements(figure_of({Points{"", y, x}}), "title").size() == 3);
  CHECK(elements(figure_of({Bars{"", {0, 1, missing}, {1, 2, 3}, {1, missing, 2}}}), "title").size() == 1);
  CHECK(
      elements(figure_of({Boxes{"", {box_of(0, {1, 2, 3}), box_of(1, {missing}), box_of(missing, {1, 2})}}}),
               "title")
          .size() == 1);
  const std::string svg = to_svg(figure_of({Points{"", x, y, y, y}, Line{"", x, y}, Band{"", x, y, y}}));
  CHECK(svg.find("nan") == svg.npos);
  CHECK(svg.find("inf") == svg.npos);
}

TEST_CASE("a value that cannot be shown breaks a line and a band") {
  const std::vector<double> x = {0, 1, 2, 3, 4}, y = {1, 2, missing, 2, 1};
  const std::string whole_line = to_svg(figure_of({Line{"", x, x}})),
                    broken_line = to_svg(figure_of({Line{"", x, y}}));
  CHECK(count(broken_line, "h0") == count(whole_line, "h0") + 1);
  const std::string whole_band = to_svg(figure_of({Band{"", x, x, x}})),
                    broken_band = to_svg(figure_of({Band{"", x, x, y}}));
  CHECK(count(broken_band, "z\"") == count(whole_band, "z\""));
  CHECK(count(broken_band, "zM") == 1);
}

TEST_CASE("a logarithmic axis leaves out values that are not above zero") {
  Figure figure = figure_of(
      {Points{"", {1, 2, 3, 4}, {0.0, -1.0, 1e-3, 1e3}, {-1.0, -2.0, -1.0, 1e2}, {1.0, 2.0, 1.0, 1e4}}});
  CHECK(elements(figure, "title").size() == 4);
  figure.y.scale = Scale::logarithmic;
  CHECK(elements(figure, "title").size() == 2);
  CHECK(to_svg(figure).find("nan") == std::string::npos);
  figure.marks = {Points{"", {1, 2}, {0.0, -1.0}}};
  CHECK_THAT(to_svg(figure), Catch::Contains("no data"));
}

TEST_CASE("without a value to show a figure says no data") {
  CHECK_THAT(to_svg(Figure{}), Catch::Contains("no data"));
  CHECK_THAT(to_svg(figure_of({Points{"p"}, Line{"l", {missing}, {1}}, Boxes{"b", {box_of(0, {})}}})),
             Catch::Contains("no data"));
  CHECK_THAT(to_svg(figure_of({VerticalLine{1.0, "here"}, Annotation{1, 1, "there"}})),
             Catch::Contains("no data"));
  CHECK_THAT(to_svg(figure_of_every_mark()), !Catch::Contains("no data"));
}

TEST_CASE("one value stands inside the axes") {
  for (const Scale scale : {Scale::linear, Scale::logarithmic})
    for (const double value : {1e-200, 1e-7, 0.3, 1.0, 123456.0, 1e200}) {
      CAPTURE(value);
      Axis axis{"Strain", ""};
      axis.scale = scale;
      Extent data;
      data.add(value);
      const Ruler ruler = lay_ruler(axis, data, 0.0, 400.0, 11.0);
      CHECK(ruler.low < value);
      CHECK(value < ruler.high);
      CHECK(ruler.ticks.size() >= 2);
    }
  CHECK(elements(figure_of({Points{"", {0.0}, {0.0}}}), "title").size() == 1);
}

TEST_CASE("linear ticks are multiples of 1, 2 or 5 times a power of ten and hold the data between them") {
  for (const auto& [low, high] :
       {std::pair{0.04, 1.0}, {-3.7, 12.2}, {0.013, 0.0147}, {1e5, 9.3e7}, {-2e-9, 1e-9}}) {
    CAPTURE(low, high);
    Extent data;
    data.add(low);
    data.add(high);
    const Ruler ruler = lay_ruler(Axis{"Energy", "eV"}, data, 0.0, 500.0, 11.0);
    REQUIRE(ruler.ticks.size() >= 3);
    CHECK(ruler.covers(low));
    CHECK(ruler.covers(high));
    const double step = ruler.ticks[1].value - ruler.ticks[0].value;
    CHECK(ruler.ticks.front().value < low + 1e-6 * step);
    CHECK(ruler.ticks.back().value > high - 1e-6 * step);
    const double digit = step / std::pow(10.0, std::floor(std::log10(step * (1 + 1e-9))));
    CHECK(std::min({std::abs(digit - 1), std::abs(digit - 2), std::abs(digit - 5)}) < 1e-6);
    for (const Tick& tick : ruler.ticks) {
      CHECK(std::abs(tick.value / step - std::round(tick.value / step)) < 1e-6);
      CHECK_FALSE(tick.label.empty());
    }
  }
}

TEST_CASE("logarithmic ticks are labelled at powers of ten, over short ranges at 1, 2 and 5") {
  const auto labels = [](double low, double high) {
    Axis axis{"Rate", "1/s"};
    axis.scale = Scale::logarithmic;
    Extent data;
    data.add(low);
    data.add(high);
    std::vector<std::string> result;
    for (const Tick& tick : lay_ruler(axis, data, 0.0, 500.0, 11.0).ticks)
      if (!tick.label.empty()) result.push_back(tick.label);
    return result;
  };
  CHECK(labels(0.1, 100.0) == std::vector<std::string>{"0.1", "1", "10", "100"});
  CHECK(labels(1e-4, 1.0) == std::vector<std::string>{"10^{−4}", "10^{−3}", "10^{−2}", "10^{−1}", "10^{0}"});
  CHECK(labels(1.0, 10.0) == std::vector<std::string>{"1", "2", "5", "10"});
}

TEST_CASE("counts get no ticks between integers") {
  Extent data;
  for (const double value : {0.0, 1.0, 2.0}) data.add(value);
  const Ruler ruler = lay_ruler(Axis{"Events", ""}, data, 0.0, 500.0, 11.0);
  CHECK(ruler.ticks.size() == 3);
  CHECK(ruler.ticks.back().label == "2");
}

TEST_CASE("a fixed range is kept and what lies outside is not marked") {
  Figure figure = figure_of({Points{"", {0.1, 0.3, 0.9}, {1.0, 2.0, 3.0}}});
  figure.x.range = Interval{0.2, 0.7};
  CHECK(elements(figure, "title").size() == 1);
  const Ruler ruler = lay_ruler(figure.x, {}, 0.0, 500.0, 11.0);
  CHECK(ruler.low == 0.2);
  CHECK(ruler.high == 0.7);
}

TEST_CASE("the box of a sample has its quartiles, whiskers and outliers") {
  const Box box = box_of(3.0, {4.0, missing, 1.0, 3.0, 2.0, infinity, 20.0});
  CHECK(box.position == 3.0);
  CHECK(box.low_quartile == 2.0);
  CHECK(box.median == 3.0);
  CHECK(box.high_quartile == 4.0);
  CHECK(box.low_whisker == 1.0);
  CHECK(box.high_whisker == 4.0);
  CHECK(box.outliers == std::vector<double>{20.0});
  CHECK(box_of(0.0, {1.0, 2.0, 3.0, 4.0}).low_quartile == 1.75);
  CHECK(box_of(0.0, {1.0, 2.0, 3.0, 4.0}).high_quartile == 3.25);
}

TEST_CASE("a whisker never ends inside the box") {
  const Box box = box_of(0.0, {-100.0, 1.0, 1.0, 1.0});
  CHECK(box.outliers == std::vector<double>{-100.0});
  CHECK(box.low_whisker <= box.low_quartile);
}

TEST_CASE("columns of different lengths are refused") {
  CHECK_THROWS_AS(to_svg(figure_of({Line{"l", {1, 2}, {1}}})), Error);
  CHECK_THROWS_AS(to_svg(figure_of({Points{"p", {1, 2}, {1, 2}, {1, 2}, {}}})), Error);
  CHECK_THROWS_AS(to_svg(figure_of({Band{"b", {1}, {1, 2}, {1, 2}}})), Error);
  CHECK_THROWS_AS(to_svg(figure_of({Bars{"b", {1}, {2}, {}}})), Error);
  CHECK_THROWS_WITH(bars_between("h", {0.0, 1.0}, {1.0, 2.0}), Catch::Contains("2 bars and 2 edges"));
}

TEST_CASE("bars of categories stand under their names, on zero") {
  Figure figure = figure_of({bars_of_categories("", {2.0, 1.0})});
  figure.x.categories = {"lost", "found"};
  std::vector<Tree> bars = elements(figure, "rect");
  REQUIRE(bars.size() == 2);
  const auto number = [](const Tree& bar, const char* name) { return std::stod(attribute(bar, name)); };
  CHECK(number(bars[0], "height") == Approx(2.0 * number(bars[1], "height")).margin(0.1));
  CHECK(number(bars[0], "y") + number(bars[0], "height") ==
        Approx(number(bars[1], "y") + number(bars[1], "height")).margin(0.1));
  for (const Tree& text : elements(figure, "text"))
    if (text_of(text) == "lost")
      CHECK(number(text, "x") == Approx(number(bars[0], "x") + 0.5 * number(bars[0], "width")).margin(0.1));
}

TEST_CASE("marks of one name share an entry of the legend and unnamed series differ in colour") {
  const std::vector<double> x = {0, 1};
  const Figure figure = figure_of({Line{"ART", x, x, false, 0}, Points{"ART", x, x, {}, {}, 0}});
  const std::vector<std::string> shown = texts(figure);
  CHECK(std::count(shown.begin(), shown.end(), "ART") == 1);
  const std::string svg = to_svg(figure_of({Line{"", x, x}, Line{"", x, x}, Line{"", x, x, false, 6}}));
  for (const char* color : {"ink-0", "ink-1", "ink-6"}) CHECK(count(svg, color) == 1);
}

TEST_CASE("labels of ticks side by side do not touch") {
  Extent data;
  data.add(-5234.56781);
  data.add(-5234.56788);
  const Ruler ruler = lay_ruler(Axis{"Energy", "eV"}, data, 0.0, 400.0, 11.0);
  REQUIRE(ruler.ticks.size() >= 2);
  for (std::size_t k = 1; k < ruler.ticks.size(); ++k) {
    const Tick &left = ruler.ticks[k - 1], &right = ruler.ticks[k];
    const double needed = 0.5 * (text_width(left.label, 11.0) + text_width(right.label, 11.0));
    CHECK(ruler.at(right.value) - ruler.at(left.value) > needed);
  }
}

TEST_CASE("long titles, names and labels stay within the picture") {
  const std::string longish =
      "a name that goes on and on until nobody reads it any more and then some more of it";
  Figure figure =
      figure_of({Points{longish, {0, 1, 2, 3}, {-1e-7, 1e5, 2, 3}}, Line{longish + "!", {0, 3}, {0, 1}},
                 Annotation{3.0, 3.0, longish}, HorizontalLine{5e4, longish}});
  figure.title = figure.x.label = longish + ' ' + longish;
  figure.y.label =
      GENERATE("", "count", "a long title that goes on and on until it needs a second line or a third");
  const std::size_t categories = GENERATE(0u, 3u, 20u, 200u);
  figure.x.categories.assign(categories, longish);
  CAPTURE(figure.y.label, categories);
  const double height = std::stod(attribute(parsed(figure).front().second, "viewBox").substr(8));
  for (const Tree& text : elements(figure, "text", false)) {
    CAPTURE(text_of(text));
    const Interval across = reach(text);
    const double x = text.get<double>("<xmlattr>.x"), y = text.get<double>("<xmlattr>.y");
    const bool slanted = text.get_optional<std::string>("<xmlattr>.transform").has_value();
    const double angle = slanted ? 40.0 * std::acos(-1.0) / 180.0 : 0.0;
    CHECK(x - std::cos(angle) * (x - across.low) >= 0.0);
    CHECK(x + std::cos(angle) * (across.high - x) <= 560.0);
    CHECK(y > 10.0);
    CHECK(y + std::sin(angle) * (x - across.low) < height);
  }
}

TEST_CASE("annotations of neighbouring points do not cover each other") {
  std::vector<Mark> marks = {Points{"", {1, 1.01, 1.02, 0, 2}, {1, 1.01, 1.02, 0, 2}}};
  for (const double at : {1.0, 1.01, 1.02}) marks.push_back(Annotation{at, at, "saddle"});
  std::vector<Tree> labels;
  for (const Tree& text : elements(figure_of(marks), "text"))
    if (text_of(text) == "saddle") labels.push_back(text);
  REQUIRE(labels.size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Interval a = reach(labels[i]), b = reach(labels[j]);
      const double down =
          std::abs(labels[i].get<double>("<xmlattr>.y") - labels[j].get<double>("<xmlattr>.y"));
      CHECK((a.high <= b.low + 1.0 || b.high <= a.low + 1.0 || down >= 11.0));
    }
}

TEST_CASE("a figure of many points stays small") {
  Points points{"minima", std::vector<double>(20000), std::vector<double>(20000)};
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    points.x[i] = static_cast<double>(i);
    points.y[i] = std::sin(points.x[i]);
  }
  CHECK(to_svg(figure_of({points})).size() < 20 * points.x.size());
}

TEST_CASE("numbers for readers have a true minus sign and powers of ten") {
  CHECK(readable(0.42) == "0.42");
  CHECK(readable(-1234.0) == "−1234");
  CHECK(readable(3.1e-5) == "3.1×10^{−5}");
  CHECK(readable(1234567.0) == "1.235×10^{6}");
  CHECK(readable(missing) == "–");
  CHECK(html_text("k_{B}T < 10^{-3}") == "k<sub>B</sub>T &lt; 10<sup>−3</sup>");
  CHECK(plain_text("k_{B}T, 10^{-3}") == "kBT, 10⁻³");
}

TEST_CASE("lines broken to a width keep their words and the width") {
  const std::string text = "energy of the minima of Cu_{50}Zr_{50} along the run";
  std::string joined;
  for (const std::string& line : lines_within(text, 12.0, 100.0)) {
    CHECK(text_width(line, 12.0) <= 100.0);
    joined += (joined.empty() ? "" : " ") + line;
  }
  CHECK(joined == text);
}
