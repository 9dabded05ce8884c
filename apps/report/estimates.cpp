#include "apps/report/estimates.hpp"

#include <nlohmann/json.hpp>

namespace glasscape {

using Json = nlohmann::ordered_json;

Json json_of(const Estimate& e) { return {{"value", e.value}, {"low", e.interval.low}, {"high", e.interval.high}, {"level", e.level}}; }

Json json_of(const std::optional<Estimate>& e) { return e ? json_of(*e) : Json(nullptr); }

Json json_of(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

void add_point(Points& points, double x, const Estimate& y, double unit) {
  points.x.push_back(x);
  points.y.push_back(y.value / unit);
  points.y_low.push_back(y.interval.low / unit);
  points.y_high.push_back(y.interval.high / unit);
}

}  // namespace glasscape
