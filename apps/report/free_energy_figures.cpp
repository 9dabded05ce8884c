#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "analysis/rates.hpp"
#include "analysis/thermal_energy.hpp"
#include "apps/report/estimates.hpp"
#include "apps/report/free_energy_report.hpp"
#include "apps/report/markup.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// The sampling to show as an example: that over the median barrier at the middle temperature, of those with errors if there are any.
const Sampling* example_of(const FreeEnergyFindings& f) {
  std::vector<const Sampling*> over;
  for (const Sampling& s : f.samplings)
    if (s.found) over.push_back(&s);
  if (std::any_of(over.begin(), over.end(), [](const Sampling* s) { return s->found->errors.has_value(); })) std::erase_if(over, [](const Sampling* s) { return !s->found->errors; });
  if (over.empty()) return nullptr;
  std::stable_sort(over.begin(), over.end(), [](const Sampling* a, const Sampling* b) { return a->temperature < b->temperature; });
  const double middle = over[over.size() / 2]->temperature;
  std::erase_if(over, [&](const Sampling* s) { return s->temperature != middle; });
  std::stable_sort(over.begin(), over.end(), [](const Sampling* a, const Sampling* b) { return a->found->barrier.height < b->found->barrier.height; });
  return over[over.size() / 2];
}

Figure trace_figure(const Sampling& s) {
  Figure f;
  f.title = fmt::format("Variable during {}", s.task);
  f.x = {.label = "time", .unit = "ps"};
  f.y = {.label = "s"};
  f.caption = fmt::format("At {:g} K. The dotted line: the middle between the last quench that found the group inside and the first that found it outside.", s.temperature);
  f.marks.push_back(Line{.x = s.trace_times, .y = s.trace_values, .color = 0, .thin = true});
  if (s.escaped) f.marks.push_back(VerticalLine{s.seen_at, "escape"});
  return f;
}

/// Two standard errors of the reweighted free energy to each side, around the well as far as every block knows it.
Band error_band(const SampledBarrier& found) {
  const std::vector<double>& error = found.errors->profile;
  std::size_t begin = nearest_point(found.grid, found.barrier.well), end = begin;
  while (begin > 0 && std::isfinite(error[begin - 1])) --begin;
  while (end < error.size() && std::isfinite(error[end])) ++end;
  Band band{.name = "two standard errors, from blocks", .color = 2};
  for (std::size_t k = begin; k < end; ++k) {
    band.x.push_back(found.grid.at(k));
    band.low.push_back(found.reweighted.energy[k] - 2.0 * error[k]);
    band.high.push_back(found.reweighted.energy[k] + 2.0 * error[k]);
  }
  return band;
}

Figure profile_figure(const Sampling& s) {
  Figure f;
  f.title = fmt::format("Free energy of {}", s.task);
  f.x = {.label = "s"};
  f.y = {.label = "F", .unit = "eV"};
  f.caption = fmt::format("Three ways; ΔF = {} eV from the bias, between the dotted lines.", readable(s.found->barrier.height, 3));
  const auto add = [&](const std::string& name, const FreeEnergyProfile& profile, int color) {
    Line line{.name = name, .color = color};
    for (std::size_t k = 0; k < profile.grid.points; ++k) {
      line.x.push_back(profile.grid.at(k));
      line.y.push_back(profile.energy[k]);
    }
    f.marks.push_back(std::move(line));
  };
  if (s.found->errors) f.marks.push_back(error_band(*s.found));
  add("bias", s.found->bias, 0);
  add("averaged bias", s.found->averaged, 1);
  add("reweighted", s.found->reweighted, 2);
  f.marks.push_back(VerticalLine{s.found->barrier.well, "minimum"});
  f.marks.push_back(VerticalLine{s.found->barrier.top, "top"});
  return f;
}

/// " within 4 Å" where there are several.
std::string within(const FreeEnergyFindings& f, const SamplingSeries& s) { return f.series.size() < 2 ? "" : fmt::format(" within {} Å", readable(s.radius, 3)); }

/// Quartiles of dF, and dG, at each temperature.
Figure spread_figure(const FreeEnergyFindings& f, const SamplingSeries& s) {
  Figure figure;
  figure.title = "Barriers by temperature" + within(f, s);
  figure.x = {.label = "temperature", .unit = "K"};
  figure.y = {.label = "barrier", .unit = "eV"};
  figure.caption = "ΔF: maximum less minimum of the free energy from the bias. Quartiles and whiskers; squares: mean of ΔG = −kT ln(hk/kT), which does not depend on the "
                   "scale of the variable, with its 95 % interval.";
  Boxes boxes{.name = "ΔF", .color = 0};
  Points points{.name = "mean ΔG", .color = 1};
  for (const SamplingTemperature& t : s.temperatures) {
    if (t.heights.empty()) continue;
    boxes.boxes.push_back(box_of(t.temperature, t.heights));
    add_point(points, t.temperature, t.free_energy->mean);
  }
  figure.marks = {std::move(boxes), std::move(points)};
  return figure;
}

/// Quartiles after ever more samplings where there are most, and the mean at each temperature: Fig. 3 of the paper.
Figure convergence_figure(const FreeEnergyFindings& f, const SamplingSeries& s) {
  constexpr std::size_t boxes_at_most = 10;
  const auto most = std::max_element(s.temperatures.begin(), s.temperatures.end(), [](const auto& a, const auto& b) { return a.heights.size() < b.heights.size(); });
  Figure figure;
  figure.title = "Convergence with samplings" + within(f, s);
  figure.x = {.label = "samplings over a barrier"};
  figure.y = {.label = "ΔF", .unit = "eV"};
  figure.caption = fmt::format("Quartiles and whiskers of the first samplings at {:g} K, and means.", most->temperature);
  Boxes boxes{.name = fmt::format("{:g} K", most->temperature)};
  for (std::size_t k = 1; k <= boxes_at_most; ++k)
    if (const std::size_t count = most->heights.size() * k / boxes_at_most; count > 1)
      boxes.boxes.push_back(box_of(static_cast<double>(count), {most->heights.begin(), most->heights.begin() + static_cast<std::ptrdiff_t>(count)}));
  boxes.color = static_cast<int>(most - s.temperatures.begin()) % 6;
  if (!boxes.boxes.empty()) figure.marks.push_back(std::move(boxes));
  int color = 0;
  for (const SamplingTemperature& t : s.temperatures) {
    Line line{.name = fmt::format("{:g} K", t.temperature), .color = color++ % 6};
    double sum = 0;
    for (std::size_t k = 0; k < t.heights.size(); ++k) {
      sum += t.heights[k];
      line.x.push_back(static_cast<double>(k + 1));
      line.y.push_back(sum / static_cast<double>(k + 1));
    }
    if (!line.x.empty()) figure.marks.push_back(std::move(line));
  }
  return figure;
}

/// g(r) of the start with the radii: Fig. 2(a).
Figure radii_figure(const FreeEnergyFindings& f) {
  Figure figure;
  figure.title = "Radii of the groups";
  figure.x = {.label = "r", .unit = "Å"};
  figure.y = {.label = "g(r)"};
  Line line{.name = "all atoms", .color = 0};
  for (std::size_t k = 0; k < f.distances->g.size(); ++k) {
    line.x.push_back((static_cast<double>(k) + 0.5) * f.bin);
    line.y.push_back(f.distances->g[k].value);
  }
  figure.marks.push_back(std::move(line));
  for (const SamplingSeries& s : f.series) figure.marks.push_back(VerticalLine{s.radius, readable(s.radius, 3) + " Å"});
  return figure;
}

/// How often a group of each size would be left: Fig. 2(b), and by dG.
Figure size_figure(const FreeEnergyFindings& f) {
  Figure figure;
  figure.title = "Frequency and size of the group";
  figure.x = {.label = "atoms of the group"};
  figure.y = {.label = "log_{10}(ν / 1 s^{-1})"};
  figure.caption = fmt::format("Circles: ν_{{0}} exp(−ΔF/kT) with the mean ΔF and ν_{{0}} = {} THz, as Yang et al., Phys. Rev. B 102, 174103 (2020), Fig. 2(b). "
                               "Squares: (kT/h) exp(−ΔG/kT) with the mean ΔG, which does not depend on how the variable is scaled. 95 % intervals.", readable(f.nu0, 3));
  std::map<double, std::pair<Points, Points>> by_temperature;
  const auto log_frequency = [](double log_prefactor, const Estimate& barrier, double kT) {
    return Estimate{log_prefactor - barrier.value / kT, {log_prefactor - barrier.interval.high / kT, log_prefactor - barrier.interval.low / kT}, barrier.level};
  };
  for (const SamplingSeries& s : f.series)
    for (const SamplingTemperature& t : s.temperatures) {
      if (!t.spectrum || !t.free_energy) continue;
      auto& [from_height, from_rate] = by_temperature[t.temperature];
      const double kT = thermal_energy(t.temperature), to_hertz = std::log(units::hertz_per_terahertz);
      add_point(from_height, s.atoms, log_frequency(std::log(f.nu0) + to_hertz, t.spectrum->summary.mean, kT), std::numbers::ln10);
      add_point(from_rate, s.atoms, log_frequency(log_eyring_nu(t.temperature) + to_hertz, t.free_energy->mean, kT), std::numbers::ln10);
    }
  int color = 0;
  for (auto& [temperature, both] : by_temperature) {
    both.first.name = fmt::format("from ΔF, {:g} K", temperature);
    both.first.color = color++ % 6;
    both.second.name = fmt::format("from ΔG, {:g} K", temperature);
    both.second.color = color++ % 6;
    figure.marks.push_back(std::move(both.first));
    figure.marks.push_back(std::move(both.second));
  }
  return figure;
}

/// Barriers of samplings over that of the event they sampled.
Figure event_figure(const FreeEnergyFindings& f) {
  Figure figure;
  figure.title = "Barriers of events at temperature and without";
  figure.x = {.label = "barrier of the event", .unit = "eV"};
  figure.y = {.label = "ΔG = −kT ln(hk/kT)", .unit = "eV"};
  figure.caption = "One point for each sampling; dashed: equal.";
  std::map<double, Points> by_temperature;
  double highest = 0;
  for (const Sampling& s : f.samplings) {
    if (!s.found || !s.event_barrier) continue;
    Points& points = by_temperature[s.temperature];
    points.x.push_back(*s.event_barrier);
    points.y.push_back(s.found->best_rate().free_energy);
    points.texts.push_back(s.task);
    highest = std::max(highest, *s.event_barrier);
  }
  int color = 0;
  for (auto& [temperature, points] : by_temperature) {
    points.name = fmt::format("{:g} K", temperature);
    points.color = color++ % 6;
    figure.marks.push_back(std::move(points));
  }
  figure.marks.push_back(Line{.x = {0.0, highest}, .y = {0.0, highest}, .dashed = true, .color = -1});
  return figure;
}

std::vector<Figure> figures_of(const FreeEnergyFindings& f, const SamplingSeries& s) {
  constexpr std::size_t fewest = 6;  // samplings of a histogram
  std::vector<Figure> figures{spread_figure(f, s), convergence_figure(f, s)};
  std::vector<EffectiveBarriers> effective;
  for (const SamplingTemperature& t : s.temperatures) {
    if (t.spectrum && t.spectrum->fit && t.heights.size() >= fewest) figures.push_back(spectrum_figure(*t.spectrum, fmt::format("ΔF at {:g} K{}, {}", t.temperature, within(f, s), counted(t.heights.size(), "sampling"))));
    if (t.effective) effective.push_back(*t.effective);
  }
  if (effective.size() > 1) figures.push_back(effective_figure(effective, f.searched));
  if (s.arrhenius) figures.push_back(arrhenius_figure(*s.arrhenius, f.published));
  return figures;
}

}  // namespace

std::vector<Figure> figures_of(const FreeEnergyFindings& f) {
  const Sampling* example = example_of(f);
  if (example == nullptr) return {};
  std::vector<Figure> figures{trace_figure(*example), profile_figure(*example)};
  if (f.distances) figures.push_back(radii_figure(f));
  if (f.series.size() > 1) figures.push_back(size_figure(f));
  if (example->event_barrier) figures.push_back(event_figure(f));
  for (const SamplingSeries& series : f.series)
    for (Figure& figure : figures_of(f, series)) figures.push_back(std::move(figure));
  return figures;
}

}  // namespace glasscape
