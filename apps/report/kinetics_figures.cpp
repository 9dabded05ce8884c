#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "apps/report/kinetics_report.hpp"
#include "apps/report/markup.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

Figure times_figure(const KineticsFindings& k) {
  Figure f;
  f.title = "Mean time to leave";
  f.x = {.label = "1000 K / T"};
  f.y = {.label = "log_{10}(time / 1 s)"};
  f.caption = fmt::format("Points: out of the superbasin of the start, which grows with temperature: it holds the basins that fall back over {:g} kT or less. "
                          "Bars: what unseen saddles, if they are like those found, may cut it to. "
                          "Dashed: the first step out of the start, which unknown saddles can only make shorter.", KineticsFindings::lumped_kT);
  for (std::size_t law = 0; law < k.at.front().laws.size(); ++law) {
    const RateLaw by = k.at.front().laws[law].law;
    const int color = by == RateLaw::constant ? 1 : by == RateLaw::harmonic ? 0 : 2;
    Points escapes{.name = label_of(by, k.nu0), .color = color};
    Line first{.name = "first step, " + label_of(by, k.nu0), .dashed = true, .color = color, .thin = true};
    for (const KineticsAt& at : k.at) {
      const Leaving& l = at.laws[law];
      first.x.push_back(1000.0 / at.temperature);
      first.y.push_back(-l.log_first_step / std::numbers::ln10);
      if (!l.log_escape) continue;
      escapes.x.push_back(1000.0 / at.temperature);
      escapes.y.push_back(-*l.log_escape / std::numbers::ln10);
      escapes.y_low.push_back(-l.log_escape_at_most.value_or(std::numeric_limits<double>::infinity()) / std::numbers::ln10);
      escapes.y_high.push_back(escapes.y.back());
    }
    add_curve(f, std::move(escapes));
    if (law + 1 == k.at.front().laws.size()) f.marks.push_back(std::move(first));
  }
  return f;
}

/// Which events last, and which the walk takes back at once.
Figure lasting_figure(const KineticsFindings& k) {
  Figure f;
  f.title = "Which events last";
  f.x = {.label = "barrier from the start", .unit = "eV"};
  f.y = {.label = "barrier of the lowest way back", .unit = "eV", .scale = Scale::logarithmic};
  f.caption = fmt::format("Saddles out of the start. Below the line of a temperature the way back from the basin behind them climbs at most {:g} kT: the walk falls back at once.", KineticsFindings::lumped_kT);
  const MinimaxForest forest(k.graph.basins.size(), k.graph.connections);
  Points events{.color = 0};
  for (std::size_t s = 0; s < k.graph.connections.size(); ++s) {
    const Connection& c = k.graph.connections[s];
    if (c.from == c.to || std::min(c.from, c.to) != 0) continue;
    events.x.push_back(c.energy);
    const std::size_t behind = std::max(c.from, c.to);
    events.y.push_back(*forest.highest_saddle(behind, 0) - k.graph.basins[behind].energy);
    events.texts.push_back(fmt::format("event {}", k.graph.events[s]));
    events.events.push_back(k.graph.events[s]);
  }
  f.marks.push_back(std::move(events));
  const auto [coldest, hottest] = std::minmax_element(k.at.begin(), k.at.end(), [](const auto& a, const auto& b) { return a.temperature < b.temperature; });
  for (const KineticsAt* at : {&*coldest, &*hottest})
    if (at == &*coldest || coldest != hottest)
      f.marks.push_back(HorizontalLine{at->lumped_below, fmt::format("{:g} kT at {:g} K", KineticsFindings::lumped_kT, at->temperature)});
  return f;
}

}  // namespace

std::vector<Figure> figures_of(const KineticsFindings& k) {
  if (k.at.empty()) return {};
  return {times_figure(k), lasting_figure(k)};
}

}  // namespace glasscape
