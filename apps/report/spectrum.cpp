#include "apps/report/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/thermal_energy.hpp"
#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// Points in decades of a second, and the straight line through them.
void add_frequencies(Figure& f, const Arrhenius& a, const std::string& name, int color, Estimate ArrheniusPoint::* bound,
                     const std::optional<ArrheniusFit>& fit) {
  Points points{.name = name, .color = color};
  Line line{.color = color, .thin = true};
  for (const ArrheniusPoint& p : a.points) {
    add_point(points, 1000.0 / p.temperature, p.*bound, std::numbers::ln10);
    if (!fit) continue;
    line.x.push_back(1000.0 / p.temperature);
    line.y.push_back(log_frequency(fit->barriers.line, a.attempt_frequency, p.temperature).value / std::numbers::ln10);
  }
  f.marks.push_back(std::move(points));
  if (fit) f.marks.push_back(std::move(line));
}

}  // namespace

Spectrum spectrum_of(std::vector<double> barriers, Rng& rng, const Bootstrap& options) {
  Spectrum s;
  s.summary = summarise(barriers, rng, options);
  s.histogram = histogram(barriers);
  s.fit = fit_log_normal(barriers, rng);
  s.barriers = std::move(barriers);
  return s;
}

Figure spectrum_figure(const Spectrum& spectrum, std::string title) {
  Figure f;
  f.title = std::move(title);
  f.x = {.label = "barrier", .unit = "eV"};
  f.y = {.label = "probability density", .unit = "eV^{-1}"};
  std::vector<double> edges, heights;
  for (std::size_t k = 0; k <= spectrum.histogram.counts.size(); ++k) edges.push_back(spectrum.histogram.low + static_cast<double>(k) * spectrum.histogram.width);
  double highest = 0;
  for (const Estimate& e : spectrum.histogram.density) {
    heights.push_back(e.value);
    highest = std::max(highest, e.value);
  }
  f.marks.push_back(bars_between("found", edges, heights));
  if (spectrum.fit) {
    constexpr int steps = 400;
    Line line{.name = "log-normal law, maximum likelihood", .color = 1};
    for (int k = 1; k <= steps; ++k) {
      const double x = edges.back() * k / steps;
      line.x.push_back(x);
      line.y.push_back(std::min(spectrum.fit->density(x), 1.3 * highest));
    }
    f.marks.push_back(std::move(line));
    f.caption = fmt::format("Kolmogorov–Smirnov distance {}, p = {}.", readable(spectrum.fit->distance, 2), readable(spectrum.fit->p_value.value, 2));
  }
  f.marks.push_back(VerticalLine{spectrum.summary.mean.value, fmt::format("mean {} eV", readable(spectrum.summary.mean.value, 3))});
  return f;
}

bool all_have_errors(const std::vector<EffectiveBarriers>& barriers) {
  const auto has_error = [](const Estimate& e) { return e.interval.high > e.interval.low && std::isfinite(e.interval.high - e.interval.low); };
  return std::all_of(barriers.begin(), barriers.end(), [&](const EffectiveBarriers& e) {
    return has_error(e.parallel.barrier) && has_error(e.effective) && has_error(e.sequential.barrier);
  });
}

Figure effective_figure(const std::vector<EffectiveBarriers>& barriers, const std::optional<Estimate>& at_zero) {
  Figure f;
  f.title = "Effective barriers";
  f.x = {.label = "temperature", .unit = "K"};
  f.y = {.label = "barrier", .unit = "eV"};
  f.caption = "Yang et al., Phys. Rev. B 102, 174103 (2020), Eqs. 4–6. Parallel: rates add up; sequential: waiting times add up. "
              "Intervals by resampling cannot know of barriers beyond the extremes of the sample.";
  const auto add = [&](const std::string& name, int color, const auto& value_of) {
    Points points{.name = name, .color = color};
    for (const EffectiveBarriers& e : barriers) add_point(points, e.temperature, value_of(e));
    add_curve(f, std::move(points));
  };
  add("sequential", 1, [](const EffectiveBarriers& e) -> const Estimate& { return e.sequential.barrier; });
  add("mean of the two", 2, [](const EffectiveBarriers& e) -> const Estimate& { return e.effective; });
  add("parallel", 0, [](const EffectiveBarriers& e) -> const Estimate& { return e.parallel.barrier; });
  if (at_zero) {
    Points points{.name = "mean of the searches, 0 K", .color = 3};
    add_point(points, 0.0, *at_zero);
    f.marks.push_back(std::move(points));
  }
  return f;
}

Figure arrhenius_figure(const Arrhenius& a, const std::vector<PublishedLaw>& published) {
  Figure f;
  f.title = "Arrhenius plot";
  f.x = {.label = "1000 K / T"};
  f.y = {.label = "log_{10}(ν / 1 s^{-1})"};
  f.caption = fmt::format("ν = ν_{{0}} exp(−F(T)/kT) with the effective barriers and ν_{{0}} = {} THz: Yang et al., Phys. Rev. B 102, 174103 (2020), Fig. 5. "
                          "Relaxation lies between the bounds. Lines: straight fits.", readable(a.attempt_frequency / units::hertz_per_terahertz, 3));
  Band between{.name = "between the bounds", .color = 2};
  for (const ArrheniusPoint& p : a.points) {
    between.x.push_back(1000.0 / p.temperature);
    between.low.push_back(p.sequential.value / std::numbers::ln10);
    between.high.push_back(p.parallel.value / std::numbers::ln10);
  }
  f.marks.push_back(std::move(between));
  add_frequencies(f, a, "parallel", 0, &ArrheniusPoint::parallel, a.parallel);
  add_frequencies(f, a, "mean of the two", 2, &ArrheniusPoint::effective, a.effective);
  add_frequencies(f, a, "sequential", 1, &ArrheniusPoint::sequential, a.sequential);
  int color = 3;
  for (const PublishedLaw& law : published) {
    Line line{.name = law.name, .dashed = true, .color = color++};
    for (const double t : {law.from, law.to}) {
      line.x.push_back(1000.0 / t);
      line.y.push_back((std::log(a.attempt_frequency) + law.entropy - law.energy / thermal_energy(t)) / std::numbers::ln10);
    }
    f.marks.push_back(std::move(line));
  }
  return f;
}

}  // namespace glasscape
