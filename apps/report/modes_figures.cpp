#include <cmath>
#include <numbers>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/modes_report.hpp"

namespace glasscape {
namespace {

const std::string entropy_label = "ΔS = k_{B} ln(ν*/ν_{0})";

Bars histogram_of(const std::string& name, const std::vector<double>& values, double width, int color) {
  const Histogram h = histogram(values, width);
  std::vector<double> edges, counts;
  for (std::size_t k = 0; k <= h.counts.size(); ++k) edges.push_back(h.low + static_cast<double>(k) * h.width);
  for (const std::int64_t count : h.counts) counts.push_back(static_cast<double>(count));
  Bars bars = bars_between(name, edges, std::move(counts));
  bars.color = color;
  return bars;
}

/// log10(nu*/Hz) of all prefactors known in one direction.
std::vector<double> decades(const ModesFindings& m, std::optional<double> Passage::* log_nu) {
  std::vector<double> values;
  for (const Passage& p : m.passages)
    if (p.*log_nu) values.push_back(12.0 + *(p.*log_nu) / std::numbers::ln10);
  return values;
}

Figure prefactor_figure(const ModesFindings& m) {
  Figure f;
  f.title = "Harmonic prefactors";
  f.x = {.label = "log_{10}(ν*/Hz)"};
  f.y = {.label = "passages"};
  f.caption = "Vineyard's ν* of each passage; ν_{0} is the constant that entropies are counted from.";
  const std::vector<double> forward = decades(m, &Passage::log_nu_forward), reverse = decades(m, &Passage::log_nu_reverse);
  const double width = std::max(bin_width(forward), 0.1);
  f.marks.push_back(histogram_of("forward", forward, width, 0));
  if (!reverse.empty()) f.marks.push_back(histogram_of("reverse", reverse, width, 1));
  f.marks.push_back(VerticalLine{12.0 + std::log10(m.nu0), fmt::format("ν_{{0}} = {} THz", readable(m.nu0, 3))});
  return f;
}

Figure entropy_figure(const ModesFindings& m) {
  Figure f;
  f.title = "Entropy against energy";
  f.x = {.label = "barrier", .unit = "eV"};
  f.y = {.label = entropy_label, .unit = "k_{B}"};
  f.caption = "Energies and entropies are computed apart, so that no error of a fit binds them, as it does those of one Arrhenius line.";
  double furthest = 0;
  const auto add = [&](const std::string& name, int color, std::optional<double> Passage::* energy, std::optional<double> Passage::* log_nu) {
    Points points{.name = name, .color = color};
    for (const Passage& p : m.passages)
      if (p.*energy && p.*log_nu) {
        points.x.push_back(*(p.*energy));
        points.y.push_back(*(p.*log_nu) - std::log(m.nu0));
        furthest = std::max(furthest, *(p.*energy));
      }
    if (!points.x.empty()) f.marks.push_back(std::move(points));
  };
  add("reverse", 1, &Passage::reverse, &Passage::log_nu_reverse);
  add("forward", 0, &Passage::forward, &Passage::log_nu_forward);
  if (m.against_energy) {
    const EntropyAgainstEnergy& line = *m.against_energy;
    f.marks.push_back(Line{.name = fmt::format("least squares, forward: {} k_{{B}}/eV", readable(line.slope.value, 2)),
                           .x = {0, furthest}, .y = {line.intercept, line.intercept + line.slope.value * furthest}, .dashed = true, .color = 0});
  }
  f.marks.push_back(HorizontalLine{m.compared_entropy, fmt::format("{} k_{{B}}", readable(m.compared_entropy, 3))});
  return f;
}

std::optional<Figure> radius_figure(const ModesFindings& m) {
  const std::vector<RadiusConvergence> rows = m.by_radius();
  if (rows.empty()) return std::nullopt;
  Figure f;
  f.title = "Convergence with the active region";
  f.x = {.label = "radius", .unit = "Å"};
  f.y = {.label = "ΔS of the region less that of all atoms", .unit = "k_{B}"};
  f.caption = "Only atoms this near to the one that moves furthest are free. Quartiles and whiskers over the passages; regions too stiff or too soft to hold "
              "one unstable mode are left out:";
  Boxes boxes{.color = 0};
  for (const RadiusConvergence& row : rows) {
    if (!row.distances.empty()) boxes.boxes.push_back(box_of(row.radius, row.distances));
    f.caption += fmt::format(" {} at {:g} Å,", row.none, row.radius);
  }
  f.caption.back() = '.';
  f.marks.push_back(std::move(boxes));
  f.marks.push_back(HorizontalLine{0.0, "all atoms"});
  return f;
}

Figure escape_figure(const ModesFindings& m) {
  Figure f;
  f.title = "Escape from the start";
  f.x = {.label = "1000 K / T"};
  f.y = {.label = "log_{10}(rate · 1 s)"};
  f.caption = "Sum over all saddles found, so at least this fast; bars: 95 % intervals by resampling the passages.";
  const auto add = [&](const std::string& name, int color, Estimate EscapeRate::* rate) {
    Points points{.name = name, .color = color};
    for (const EscapeRate& e : m.escape) add_point(points, 1000.0 / e.temperature, e.*rate, std::numbers::ln10);
    add_curve(f, std::move(points));
  };
  add("harmonic ν*", 0, &EscapeRate::harmonic);
  add(fmt::format("ν_{{0}} = {} THz for all", readable(m.nu0, 3)), 1, &EscapeRate::constant);
  return f;
}

}  // namespace

std::vector<Figure> figures_of(const ModesFindings& m) {
  if (!m.forward) return {};
  std::vector<Figure> figures{prefactor_figure(m), entropy_figure(m)};
  if (auto figure = radius_figure(m)) figures.push_back(std::move(*figure));
  if (!m.escape.empty()) figures.push_back(escape_figure(m));
  return figures;
}

}  // namespace glasscape
