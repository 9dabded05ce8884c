// What plotly.js is told of a figure: the same values as in the picture, and no text that it could take for markup.
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "apps/report/plotly.hpp"
#include "apps/report/scripts.hpp"

using namespace glasscape;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
const std::string nasty = "</script><img src=x onerror=alert(1)> & %{x} \u2028";

}  // namespace

TEST_CASE("points keep their values, error bars, texts and events in plotly, and lose what the axes cannot show") {
  Figure f;
  f.x = {.label = "k_{B}T", .scale = Scale::logarithmic};
  f.y = {.label = "E", .unit = "eV"};
  f.marks = {Points{.name = "a", .x = {1, -1, 100}, .y = {1, 2, 3}, .y_low = {0.5, 1, missing}, .y_high = {2, 3, missing},
                    .texts = {"one", "two", "three"}, .events = {7, 8, 9}}};
  const auto json = to_plotly(f);
  const auto& trace = json["data"][0];
  CHECK(trace["x"] == nlohmann::json({1.0, 100.0}));
  CHECK(trace["error_y"]["array"] == nlohmann::json({1.0, 0}));
  CHECK(trace["error_y"]["arrayminus"] == nlohmann::json({0.5, 0}));
  CHECK(trace["text"] == nlohmann::json({"one", "three"}));
  CHECK(trace["meta"]["events"] == nlohmann::json({7, 9}));
  CHECK(json["layout"]["xaxis"]["type"] == "log");
  CHECK(json["layout"]["xaxis"]["range"] == nlohmann::json({0.0, 2.0}));
  CHECK(json["layout"]["xaxis"]["title"]["text"] == "k<sub>B</sub>T");
}

TEST_CASE("a mark whose texts or events are not as many as its points is refused") {
  Figure f;
  f.marks = {Points{.x = {1, 2}, .y = {1, 2}, .events = {1}}};
  CHECK_THROWS(to_plotly(f));
  CHECK_THROWS(to_svg(f));
}

TEST_CASE("boxes, bands, bars and gaps of lines come to plotly with their numbers") {
  Figure f;
  f.marks = {Boxes{.boxes = {box_of(2.0, {1, 2, 3, 4, 5, 50})}}, Band{.x = {0, 1}, .low = {0, 0}, .high = {1, 2}},
             bars_between("b", {0, 1, 3}, {4, 5}), Line{.x = {0, 1, 2}, .y = {1, missing, 2}}};
  const auto data = to_plotly(f)["data"];
  REQUIRE(data.size() == 5);
  CHECK(data[0]["median"] == nlohmann::json({3.5}));
  CHECK(data[1]["y"] == nlohmann::json({50.0}));  // the outlier
  CHECK(data[2]["y"] == nlohmann::json({0.0, 0.0, 2.0, 1.0, nullptr}));
  CHECK(data[3]["x"] == nlohmann::json({0.5, 2.0}));
  CHECK(data[3]["width"] == nlohmann::json({1.0, 2.0}));
  CHECK(data[4]["y"] == nlohmann::json({1.0, nullptr, 2.0}));
}

TEST_CASE("no text can end a script element, be markup for plotly, or be a value in its templates") {
  Figure f;
  f.x = {.label = nasty, .categories = {nasty}};
  f.y = {.label = nasty, .unit = nasty};
  f.marks = {Points{.name = nasty, .x = {0}, .y = {1}, .texts = {nasty}}, VerticalLine{0, nasty}, Annotation{0, 1, nasty}};
  const auto json = to_plotly(f);
  CHECK(json["data"][0]["name"].get<std::string>().find('<') == std::string::npos);
  CHECK(json["data"][0]["text"][0].get<std::string>().find("<img") == std::string::npos);
  CHECK(json["data"][0]["hovertemplate"].get<std::string>().find("<img") == std::string::npos);
  std::string element = json_element(json);
  CHECK(element.find("</script>") == element.size() - std::string("</script>").size());
  CHECK(element.find("\u2028") == std::string::npos);
  element = element.substr(element.find('>') + 1);
  CHECK(nlohmann::ordered_json::parse(element.substr(0, element.rfind("</script>"))) == json);
}
