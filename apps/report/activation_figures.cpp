#include <algorithm>
#include <cmath>
#include <numbers>

#include "apps/report/activation_report.hpp"
#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

constexpr int mean_color = 6, own_colors = 6;
constexpr std::size_t most_named = 6;  // glasses in the legend

double hottest(const ActivationFindings& f) {
  double most = 0;
  for (const ActivationFit& fit : f.fits) most = std::max(most, *std::max_element(fit.temperatures.begin(), fit.temperatures.end()));
  return most;
}

double coldest(const ActivationFindings& f) {
  double least = hottest(f);
  for (const ActivationFit& fit : f.fits) least = std::min(least, *std::min_element(fit.temperatures.begin(), fit.temperatures.end()));
  return least;
}

std::vector<double> between(double low, double high) {
  constexpr int pieces = 40;
  std::vector<double> values;
  for (int k = 0; k <= pieces; ++k) values.push_back(low + (high - low) * k / pieces);
  return values;
}

std::string name_in_legend(const ActivationFindings& f, std::size_t glass) { return f.glasses.size() <= most_named ? f.glasses[glass].name : ""; }
int color_of(std::size_t glass) { return static_cast<int>(glass % own_colors); }

/// The line of the mean over glasses with its interval, through `show`.
template <typename Show>
void add_mean(Figure& figure, const ActivationFindings& f, const std::vector<double>& temperatures, Show show) {
  if (!f.together) return;
  Band band{.name = "mean of the glasses, 95 %", .color = mean_color};
  Line line{.color = mean_color};
  for (const double t : temperatures) {
    const auto [x, y] = show(t, f.together->mean.barrier(t));
    band.x.push_back(x);
    band.low.push_back(y.interval.low);
    band.high.push_back(y.interval.high);
    line.x.push_back(x);
    line.y.push_back(y.value);
  }
  figure.marks.push_back(std::move(band));
  figure.marks.push_back(std::move(line));
}

/// The barriers of each glass and its line, through `show`.
template <typename Show>
void add_glasses(Figure& figure, const ActivationFindings& f, const std::vector<double>& temperatures, Show show) {
  for (std::size_t g = 0; g < f.glasses.size(); ++g) {
    const ActivationLine& fitted = f.fits[g].line;
    Points points{.name = name_in_legend(f, g), .color = color_of(g)};
    for (const BarrierAt& p : f.glasses[g].points) {
      const double half = fitted.quantile * p.error;
      const auto [x, y] = show(p.temperature, Estimate{p.barrier, {p.barrier - half, p.barrier + half}, fitted.enthalpy.level});
      add_point(points, x, y);
      points.texts.push_back(f.glasses[g].name);
    }
    Line line{.color = color_of(g), .thin = true};
    for (const double t : temperatures) {
      const auto [x, y] = show(t, fitted.barrier(t));
      line.x.push_back(x);
      line.y.push_back(y.value);
    }
    figure.marks.push_back(std::move(line));
    figure.marks.push_back(std::move(points));
  }
}

Figure barrier_figure(const ActivationFindings& f) {
  Figure figure;
  figure.title = "Free-energy barriers";
  figure.x = {.label = "temperature", .unit = "K"};
  figure.y = {.label = "ΔF", .unit = "eV"};
  figure.caption = "ΔF(T) = ΔH − TΔS, drawn on to 0 K, where the line is ΔH. The band is that of a straight line: it knows nothing of a bend.";
  const std::vector<double> temperatures = between(0.0, hottest(f));
  const auto show = [](double t, const Estimate& barrier) { return std::pair(t, barrier); };
  add_mean(figure, f, temperatures, show);
  add_glasses(figure, f, {0.0, temperatures.back()}, show);
  return figure;
}

/// nu0 exp(-dF/kT) as a power of ten of 1/s; the ends of the interval change places.
Estimate decades(const Estimate& barrier, double temperature, double nu0) {
  const auto of = [&](double height) {
    return std::log10(nu0 * units::hertz_per_terahertz) - height / (units::boltzmann * temperature * std::numbers::ln10);
  };
  return {of(barrier.value), {of(barrier.interval.high), of(barrier.interval.low)}, barrier.level};
}

Figure frequency_figure(const ActivationFindings& f) {
  Figure figure;
  figure.title = "Arrhenius plot";
  figure.x = {.label = "1000 K / T"};
  figure.y = {.label = "log_{10}(ν / 1 s^{-1})"};
  figure.caption = fmt::format("ν = ν_{{0}} exp(−ΔF/kT) with ν_{{0}} = {} THz. The slope is ΔH, the intercept ln ν_{{0}} + ΔS/k_{{B}}.", readable(f.nu0, 3));
  std::vector<double> temperatures;
  for (const double inverse : between(1.0 / hottest(f), 1.0 / coldest(f))) temperatures.push_back(1.0 / inverse);
  const auto show = [&](double t, const Estimate& barrier) { return std::pair(1000.0 / t, decades(barrier, t, f.nu0)); };
  add_mean(figure, f, temperatures, show);
  add_glasses(figure, f, temperatures, show);
  return figure;
}

Figure compensation_figure(const ActivationFindings& f) {
  const Compensation& c = *f.compensation;
  Figure figure;
  figure.title = "Compensation";
  figure.x = {.label = "ΔH", .unit = "eV"};
  figure.y = {.label = fmt::format("ΔF at {:.0f} K", c.enthalpy.temperature), .unit = "eV"};
  figure.caption = "At this temperature, and at no other, the errors of ΔF and of ΔH are independent, so that a slope is no error of the fits. "
                   "ΔS over ΔH would show a line made of errors alone.";
  Points points{.color = 0};
  const std::vector<MeasuredActivation> glasses = measured(f.fits);
  for (std::size_t g = 0; g < glasses.size(); ++g) {
    add_point(points, glasses[g].enthalpy, c.barrier_at_harmonic_mean(glasses[g]));
    points.texts.push_back(f.glasses[g].name);
  }
  figure.marks.push_back(std::move(points));
  return figure;
}

}  // namespace

std::vector<Figure> figures_of(const ActivationFindings& f) {
  std::vector<Figure> figures{barrier_figure(f), frequency_figure(f)};
  if (f.compensation) figures.push_back(compensation_figure(f));
  return figures;
}

}  // namespace glasscape
