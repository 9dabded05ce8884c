// Estimates in JSON and in figures, the same everywhere.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/estimate.hpp"
#include "apps/report/svg.hpp"

namespace glasscape {

/// {value, low, high, level}; null for nothing.
nlohmann::ordered_json json_of(const Estimate& estimate);
nlohmann::ordered_json json_of(const std::optional<Estimate>& estimate);
nlohmann::ordered_json json_of(const std::optional<double>& value);

/// A point with its error bar, in units of `unit`.
void add_point(Points& points, double x, const Estimate& y, double unit = 1.0);

}  // namespace glasscape
