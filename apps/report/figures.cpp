#include "apps/report/figures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/distributions.hpp"
#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

const Axis barrier_axis{"barrier", "eV"};
constexpr std::size_t most_points = 2000;  // of a curve or cloud: more cannot be told apart

std::vector<double> column(const TraceRecorded& trace, Eigen::Index k) {
  return {trace.rows.col(k).data(), trace.rows.col(k).data() + trace.rows.rows()};
}

/// The columns of a trace against its first one; a column that repeats another's quantity shares its figure.
std::vector<Figure> trace_figures(const TraceRecorded& trace) {
  const auto label = [&](std::size_t k) { return trace.columns[k].substr(0, trace.columns[k].find(" (")); };
  const auto unit = [&](std::size_t k) {
    const std::size_t open = trace.columns[k].find(" (");
    std::string text = open == std::string::npos ? "" : trace.columns[k].substr(open + 2, trace.columns[k].size() - open - 3);
    if (text == "A^3") text = "Å^{3}";
    return text;
  };
  std::vector<Figure> figures;
  for (std::size_t k = 1; k < trace.columns.size(); ++k) {
    if (label(k) == "target") continue;
    Figure f;
    f.title = label(k) + " during " + trace.name;
    f.x = {.label = label(0), .unit = unit(0)};
    f.y = {.label = label(k), .unit = unit(k)};
    f.marks.push_back(Line{.x = column(trace, 0), .y = column(trace, static_cast<Eigen::Index>(k)), .color = 0});
    if (label(k) == "temperature")
      for (std::size_t t = 1; t < trace.columns.size(); ++t)
        if (label(t) == "target") {
          std::get<Line>(f.marks.back()).name = "measured";
          f.marks.push_back(Line{.name = "target", .x = column(trace, 0), .y = column(trace, static_cast<Eigen::Index>(t)), .dashed = true, .color = 1});
        }
    figures.push_back(std::move(f));
  }
  return figures;
}

Figure distances_figure(const PairDistributions& all) {
  Figure f;
  f.title = "Radial distribution function";
  f.x = {.label = "distance", .unit = "Å"};
  f.y = {.label = "g(r)"};
  f.caption = "Of the minimum, without thermal motion; each pair of elements normalised to 1 at large distance.";
  const auto add = [&](const PairDistribution& d, const std::string& name, int color) {
    Line line{.name = name, .color = color};
    for (std::size_t k = 0; k < d.g.size(); ++k) {
      line.x.push_back((static_cast<double>(k) + 0.5) * all.width);
      line.y.push_back(d.g[k].value);
    }
    f.marks.push_back(std::move(line));
  };
  int color = 0;
  for (const PairDistribution& d : all.partials) add(d, d.first + "–" + d.second, color++);
  if (all.partials.size() > 1) add(all.total, "all", 6);
  return f;
}

/// Many decades of barriers at a glance: the share of saddles below each barrier.
Figure cumulative_figure(const Spectrum& forward, const Spectrum& reverse) {
  Figure f;
  f.title = "Share of saddles below a barrier";
  f.x = {.label = "barrier", .unit = "eV", .scale = Scale::logarithmic};
  f.y = {.label = "share", .range = Interval{0.0, 1.0}};
  f.caption = "A log-normal law is the S-shaped curve; steps that leave it show another kind of event.";
  int color = 0;
  for (const auto& [name, spectrum] : {std::pair<std::string, const Spectrum&>{"forward", forward}, {"reverse", reverse}}) {
    const std::vector<double> values = sorted(spectrum.barriers);
    Line steps{.name = name, .color = color++};
    const std::size_t every = 1 + values.size() / most_points;
    for (std::size_t k = 0; k < values.size(); k += every)
      for (const std::size_t below : {k, std::min(k + every, values.size())}) {
        steps.x.push_back(values[k]);
        steps.y.push_back(static_cast<double>(below) / static_cast<double>(values.size()));
      }
    f.marks.push_back(std::move(steps));
  }
  if (forward.fit) {
    Line law{.name = "log-normal law of the forward ones", .dashed = true, .color = 0};
    for (int k = -30; k <= 30; ++k) {
      const double z = 0.1 * k;
      law.x.push_back(std::exp(forward.fit->mu.value + z * forward.fit->sigma.value));
      law.y.push_back(normal_cdf(z));
    }
    f.marks.push_back(std::move(law));
  }
  return f;
}

Figure convergence_figure(const SearchFindings& s) {
  Figure f;
  f.title = "Convergence of the spectrum";
  f.x = {.label = "searches"};
  f.y = barrier_axis;
  f.caption = "Quartiles and whiskers of the forward barriers known after so many searches; squares: their mean with its 95 % interval.";
  Boxes boxes{.name = "distribution", .color = 0};
  Points means{.name = "mean", .color = 1};
  for (const ConvergenceBySearches& c : s.convergence) {
    const auto x = static_cast<double>(c.searches);
    boxes.boxes.push_back(box_of(x, {s.forward->barriers.begin(), s.forward->barriers.begin() + static_cast<std::ptrdiff_t>(c.point.count)}));
    add_point(means, x, c.point.summary.mean);
  }
  f.marks = {std::move(boxes), std::move(means)};
  return f;
}

/// Of searches from many basins, which are no draws of one law.
Figure found_figure(const SearchFindings& s) {
  Figure f;
  f.title = "Distinct saddles found";
  f.x = {.label = "searches"};
  f.y = {.label = "distinct saddles"};
  f.caption = "While this curve climbs, saddles remain unseen.";
  Line line{.color = 0};
  const std::size_t every = 1 + s.discovered.size() / most_points;
  for (std::size_t k = 0; k < s.discovered.size(); ++k) {
    if (k % every != 0 && k + 1 < s.discovered.size()) continue;
    line.x.push_back(static_cast<double>(k + 1));
    line.y.push_back(static_cast<double>(s.discovered[k]));
  }
  f.marks.push_back(std::move(line));
  return f;
}

Figure size_figure(const SearchFindings& s) {
  Figure f;
  f.title = "Size of events";
  f.x = {.label = "participation", .unit = "atoms", .scale = Scale::logarithmic};
  f.y = barrier_axis;
  f.caption = "Participation (Σu²)²/Σu⁴ of the displacement from the start to the other minimum.";
  Points points{.color = 0};
  const std::size_t every = 1 + s.events.size() / most_points;
  if (every > 1) f.caption += fmt::format(" Of {} events those that can be looked at, and one in {} of the others.", s.events.size(), every);
  for (std::size_t k = 0; k < s.events.size(); ++k) {
    const DistinctEvent& e = s.events[k];
    if (k % every != 0 && !e.view) continue;
    points.x.push_back(e.size.participation);
    points.y.push_back(e.forward);
    points.texts.push_back(fmt::format("event {}", e.number));
    points.events.push_back(e.number);
  }
  f.marks.push_back(std::move(points));
  return f;
}

}  // namespace

std::vector<Figure> figures_of(const Preparation& preparation) {
  std::vector<Figure> figures;
  for (const TraceRecorded& trace : preparation.traces)
    for (Figure& figure : trace_figures(trace)) figures.push_back(std::move(figure));
  if (preparation.distances) figures.push_back(distances_figure(*preparation.distances));
  return figures;
}

std::vector<Figure> figures_of(const SearchFindings& s) {
  if (!s.forward) return {};
  std::vector<Figure> figures{spectrum_figure(*s.forward, "Forward barriers of " + counted(s.forward->barriers.size(), "distinct saddle")),
                              spectrum_figure(*s.reverse, "Reverse barriers of " + counted(s.reverse->barriers.size(), "distinct saddle")),
                              cumulative_figure(*s.forward, *s.reverse), convergence_figure(s),
                              size_figure(s)};
  figures.insert(figures.begin() + 4, s.completeness ? discovery_figure(*s.completeness) : found_figure(s));
  if (s.arrhenius) figures.insert(figures.begin() + 4, arrhenius_figure(*s.arrhenius, s.published));
  if (!s.effective.empty()) figures.insert(figures.begin() + 4, effective_figure(s.effective));
  return figures;
}

}  // namespace glasscape
