#include <algorithm>
#include <cmath>

#include "apps/report/estimates.hpp"
#include "apps/report/free_energy_report.hpp"
#include "apps/report/markup.hpp"

namespace glasscape {
namespace {

/// The sampling to show as an example: the first over a barrier, at the middle temperature that has one.
const Sampling* example_of(const FreeEnergyFindings& f) {
  std::vector<const Sampling*> over;
  for (const Sampling& s : f.samplings)
    if (s.found) over.push_back(&s);
  if (over.empty()) return nullptr;
  std::stable_sort(over.begin(), over.end(), [](const Sampling* a, const Sampling* b) { return a->temperature < b->temperature; });
  const double middle = over[over.size() / 2]->temperature;
  return *std::find_if(over.begin(), over.end(), [&](const Sampling* s) { return s->temperature == middle; });
}

Figure trace_figure(const Sampling& s) {
  Figure f;
  f.title = fmt::format("Variable during {}", s.task);
  f.x = {.label = "time", .unit = "ps"};
  f.y = {.label = "s"};
  f.caption = fmt::format("At {:g} K. The dotted line: the middle between the last quench that found the group inside and the first that found it outside.", s.temperature);
  f.marks.push_back(Line{.x = s.trace_times, .y = s.trace_values, .color = 0, .thin = true});
  if (s.escaped) f.marks.push_back(VerticalLine{s.seen_after, "escape"});
  return f;
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
  add("bias", s.found->bias, 0);
  add("averaged bias", s.found->averaged, 1);
  add("reweighted", s.found->reweighted, 2);
  f.marks.push_back(VerticalLine{s.found->barrier.well, "minimum"});
  f.marks.push_back(VerticalLine{s.found->barrier.top, "top"});
  return f;
}

/// Quartiles of dF and dG at each temperature.
Figure spread_figure(const FreeEnergyFindings& f) {
  Figure figure;
  figure.title = "Barriers by temperature";
  figure.x = {.label = "temperature", .unit = "K"};
  figure.y = {.label = "barrier", .unit = "eV"};
  figure.caption = "ΔF: maximum less minimum of the free energy from the bias. Quartiles and whiskers; squares: mean of ΔG = −kT ln(hk/kT), which does not depend on the "
                   "scale of the variable, with its 95 % interval.";
  Boxes boxes{.name = "ΔF", .color = 0};
  Points points{.name = "mean ΔG", .color = 1};
  for (const SamplingTemperature& t : f.temperatures) {
    if (t.heights.empty()) continue;
    boxes.boxes.push_back(box_of(t.temperature, t.heights));
    add_point(points, t.temperature, t.free_energy->mean);
  }
  figure.marks = {std::move(boxes), std::move(points)};
  return figure;
}

/// Mean barrier after so many samplings, at each temperature.
Figure convergence_figure(const FreeEnergyFindings& f) {
  Figure figure;
  figure.title = "Convergence with samplings";
  figure.x = {.label = "samplings over a barrier"};
  figure.y = {.label = "mean ΔF", .unit = "eV"};
  int color = 0;
  for (const SamplingTemperature& t : f.temperatures) {
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

}  // namespace

std::vector<Figure> figures_of(const FreeEnergyFindings& f) {
  const Sampling* example = example_of(f);
  if (example == nullptr) return {};
  std::vector<Figure> figures{trace_figure(*example), profile_figure(*example), spread_figure(f), convergence_figure(f)};
  for (const SamplingTemperature& t : f.temperatures)
    if (t.spectrum && t.spectrum->fit) figures.push_back(spectrum_figure(*t.spectrum, fmt::format("ΔF at {:g} K, {}", t.temperature, counted(t.heights.size(), "sampling"))));
  std::vector<EffectiveBarriers> effective;
  for (const SamplingTemperature& t : f.temperatures)
    if (t.effective) effective.push_back(*t.effective);
  if (effective.size() > 1) figures.push_back(effective_figure(effective));
  if (f.arrhenius) figures.push_back(arrhenius_figure(*f.arrhenius));
  return figures;
}

}  // namespace glasscape
