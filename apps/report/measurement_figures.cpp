#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/thermal_energy.hpp"
#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/measurement_report.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using std::numbers::pi;

bool is_of_time(Response kind) { return kind == Response::recovery || kind == Response::creep; }

/// Evenly chosen when there are too many.
std::vector<const MeasuredState*> shown(const MeasurementFindings& f) {
  std::vector<const MeasuredState*> all;
  const std::size_t count = std::min(f.states.size(), shown_states);
  for (std::size_t k = 0; k < count; ++k) all.push_back(&f.states[count > 1 ? k * (f.states.size() - 1) / (count - 1) : 0]);
  return all;
}

std::string axis_name(Response kind) {
  switch (kind) {
    case Response::recovery:
    case Response::creep: return "strain";
    case Response::loss: return "loss modulus";
    case Response::storage: break;
  }
  return "storage modulus";
}

/// Data of one kind with what the spectrum makes of them.
Figure data_figure(const MeasurementFindings& f, Response kind) {
  Figure figure{.title = kind == Response::recovery ? "Measured, and fitted" : fmt::format("Measured {}, and fitted", axis_name(kind)), .x = {.label = is_of_time(kind) ? "time" : "frequency", .unit = is_of_time(kind) ? "s" : "Hz", .scale = Scale::logarithmic},
                .y = {.label = kind == Response::recovery ? f.states.front().quantity : axis_name(kind), .unit = f.states.front().unit}};
  figure.caption = "Points: data. Lines: the smooth spectrum with its background.";
  const double unit = is_of_time(kind) ? 1.0 : 2.0 * pi;
  int color = 0;
  for (const MeasuredState* s : shown(f)) {
    for (std::size_t k = 0; k < s->sets.size(); ++k) {
      const ResponseData& d = s->sets[k];
      if (d.kind != kind) continue;
      Points data{.name = s->name, .color = color};
      Line fit{.color = 6};
      for (Eigen::Index i = 0; i < d.at.size(); ++i) {
        data.x.push_back(d.at[i] / unit);
        data.y.push_back(d.value[i]);
        if (d.error.size() > 0) {
          data.y_low.push_back(d.value[i] - d.error[i]);
          data.y_high.push_back(d.value[i] + d.error[i]);
        }
        fit.x.push_back(d.at[i] / unit);
        fit.y.push_back(s->spectrum.fitted[k][i]);
      }
      figure.marks.push_back(std::move(data));
      figure.marks.push_back(std::move(fit));
    }
    ++color;
  }
  return figure;
}

Figure spectrum_figure(const MeasurementFindings& f) {
  Figure figure{.title = "Relaxation times", .x = {.label = "relaxation time", .unit = "s", .scale = Scale::logarithmic}, .y = {.label = "strength per ln τ", .unit = f.states.front().unit}};
  figure.caption = "Line and band: the smooth spectrum and 95 % of what other noise would make of it. Points: centres of the peaks that the model counts, with their intervals, at the height of the curve.";
  int color = 0;
  for (const MeasuredState* s : shown(f)) {
    Line line{.name = s->name, .color = color};
    Band band{.name = "", .color = color};
    for (Eigen::Index i = 0; i < s->spectrum.tau.size(); ++i) {
      for (auto* x : {&line.x, &band.x}) x->push_back(s->spectrum.tau[i]);
      line.y.push_back(s->spectrum.density[i]);
      band.low.push_back(s->band[static_cast<std::size_t>(i)].interval.low);
      band.high.push_back(s->band[static_cast<std::size_t>(i)].interval.high);
    }
    Points peaks{.name = "", .color = color};
    for (const SpectrumPeak& p : s->peaks.peaks) {
      const double place = std::clamp(std::log(p.tau.value / s->spectrum.tau[0]) / s->spectrum.spacing, 0.0, static_cast<double>(s->spectrum.tau.size() - 1));
      peaks.x.push_back(p.tau.value);
      peaks.y.push_back(s->spectrum.density[static_cast<Eigen::Index>(std::lround(place))]);
      peaks.texts.push_back(fmt::format("area {:.3g}", p.area.value));
    }
    if (f.states.size() <= 2) figure.marks.push_back(std::move(band));
    figure.marks.push_back(std::move(line));
    if (!peaks.x.empty()) figure.marks.push_back(std::move(peaks));
    ++color;
  }
  return figure;
}

/// What the spectrum of a strain or a stress would be under an oscillating strain: E'' and E' over the first modulus.
std::vector<Figure> oscillation_figures(const MeasurementFindings& f) {
  Figure loss{.title = "Loss under oscillation", .x = {.label = "frequency", .unit = "Hz", .scale = Scale::logarithmic}, .y = {.label = "E″ / E_{0}"}};
  loss.caption = "Computed from the spectrum: of strain over elastic strain through the compliance.";
  Figure tangent = loss;
  tangent.title = "Loss tangent";
  tangent.y.label = "tan δ";
  tangent.caption = "E″/E′ of the same.";
  int color = 0;
  for (const MeasuredState* s : shown(f)) {
    if (!s->relaxation || s->relaxation->modes.empty() || !is_of_time(s->sets.front().kind)) continue;
    Line e{.name = s->name, .color = color}, t{.name = s->name, .color = color};
    const double first = 0.03 / (2 * pi * s->relaxation->modes.back().tau), last = 30 / (2 * pi * s->relaxation->modes.front().tau);
    for (int k = 0; k <= 160; ++k) {
      const double frequency = first * std::pow(last / first, k / 160.0), omega = 2 * pi * frequency;
      e.x.push_back(frequency);
      e.y.push_back(s->relaxation->loss(omega) / s->relaxation->instantaneous());
      t.x.push_back(frequency);
      t.y.push_back(s->relaxation->loss_tangent(omega));
    }
    loss.marks.push_back(std::move(e));
    tangent.marks.push_back(std::move(t));
    ++color;
  }
  return loss.marks.empty() ? std::vector<Figure>{} : std::vector<Figure>{loss, tangent};
}

Figure decay_figure(const MeasurementFindings& f) {
  Figure figure{.title = "Steps of the stress", .x = {.label = "time", .unit = "s", .scale = Scale::logarithmic}, .y = {.label = "−dσ/d ln t", .unit = f.states.front().unit}};
  figure.caption = "Of the smooth spectrum, not of differences of noisy data. Points: its maxima, the times of the steps.";
  int color = 0;
  for (const MeasuredState* s : shown(f)) {
    if (!s->decay) continue;
    const ResponseData& d = s->sets.front();
    Line rate{.name = s->name, .color = color};
    const double first = d.at[d.at[0] > 0 ? 0 : 1], last = d.at[d.at.size() - 1];
    for (int k = 0; k <= 160; ++k) {
      const double t = first * std::pow(last / first, k / 160.0);
      double sum = 0;
      for (Eigen::Index i = 0; i < s->spectrum.tau.size(); ++i) sum += s->spectrum.density[i] * s->spectrum.spacing * t / s->spectrum.tau[i] * std::exp(-t / s->spectrum.tau[i]);
      rate.x.push_back(t);
      rate.y.push_back(sum);
    }
    Points steps{.name = "", .color = color++};
    for (const DecayStep& step : s->decay->steps) add_point(steps, step.time.value, step.height);
    figure.marks.push_back(std::move(rate));
    if (!steps.x.empty()) figure.marks.push_back(std::move(steps));
  }
  return figure;
}

std::vector<Figure> zone_figures(const MeasurementFindings& f) {
  Figure volumes{.title = "Sizes of zones", .x = {.label = "m"}, .y = {.label = "atoms per zone"}};
  volumes.caption = "Volumes by Eq. 9 of Atzmon, Ju and Lei (2023), over that of an atom; the line is weighed by the intervals.";
  Figure fractions{.title = "Parts of the volume", .x = {.label = "barrier", .unit = "eV"}, .y = {.label = "c_{m}", .scale = Scale::logarithmic}, .caption = "Potential zones of each size; overlapping ones count each."};
  int color = 0;
  for (const MeasuredState* s : shown(f)) {
    if (!s->zones || s->zones->zones.empty()) continue;
    Points sizes{.name = s->name, .color = color}, parts{.name = s->name, .color = color};
    Line line{.name = "", .dashed = true, .color = color};
    double m = 0, n = 0;
    for (const MeasuredZone& z : s->zones->zones) {
      add_point(sizes, z.m, z.atoms);
      add_point(parts, z.barrier.value, z.fraction);
      m += z.m / static_cast<double>(s->zones->zones.size());
      n += z.atoms.value / static_cast<double>(s->zones->zones.size());
    }
    for (const double x : {sizes.x.front(), sizes.x.back()}) {
      line.x.push_back(x);
      line.y.push_back(n + s->zones->step_atoms.value * (x - m));
    }
    volumes.marks.push_back(std::move(sizes));
    if (s->zones->zones.size() >= 2) volumes.marks.push_back(std::move(line));
    fractions.marks.push_back(std::move(parts));
    ++color;
  }
  return volumes.marks.empty() ? std::vector<Figure>{} : std::vector<Figure>{volumes, fractions};
}

std::vector<Figure> master_figures(const MasterCurve& m) {
  Figure curve{.title = fmt::format("Master curve at {:g} K", m.reference), .x = {.label = "shifted frequency", .unit = "Hz", .scale = Scale::logarithmic}, .y = {.label = "modulus", .scale = Scale::logarithmic}};
  curve.caption = "All curves over one spectrum, each shifted along the frequency. That they overlay is no proof of one barrier: see the comparison with many.";
  int color = 0;
  for (const ResponseData& d : m.one_shift.curves) {
    Points points{.name = "", .color = color};
    color = (color + 1) % 6;
    for (Eigen::Index i = 0; i < d.at.size(); ++i) {
      points.x.push_back(d.at[i] * std::exp(d.shift) / (2 * pi));
      points.y.push_back(d.value[i]);
    }
    curve.marks.push_back(std::move(points));
  }
  Figure shifts{.title = "Shift factors", .x = {.label = "1000 K / T"}, .y = {.label = "ln a_{T}"}};
  shifts.caption = fmt::format("Line: an apparent activation energy of {} eV, R² = {}.", with_interval(m.apparent.energy, 3), readable(m.apparent.r_squared, 6));
  Points points{.color = 0};
  for (std::size_t k = 0; k < m.temperatures.size(); ++k) add_point(points, 1000.0 / m.temperatures[k], m.ln_shift[k]);
  Line line{.dashed = true, .color = 0};
  for (const double t : {m.temperatures.front(), m.temperatures.back()}) {
    line.x.push_back(1000.0 / t);
    line.y.push_back(m.apparent.ln_attempt_time.value + m.apparent.energy.value / thermal_energy(t));
  }
  shifts.marks = {points, line};
  return {curve, shifts};
}

Figure process_figure(const MeasurementFindings& f) {
  Figure figure{.title = "Processes over temperature", .x = {.label = "1000 K / T"}, .y = {.label = "relaxation time", .unit = "s", .scale = Scale::logarithmic}, .caption = "Lines: Arrhenius."};
  int color = 0;
  for (const ProcessOverTemperature& p : f.processes) {
    Points points{.name = p.name, .color = color};
    Line line{.name = "", .dashed = true, .color = color++};
    for (std::size_t k = 0; k < p.tau.size(); ++k) {
      add_point(points, 1000.0 / p.temperatures[k], p.tau[k]);
      line.x.push_back(1000.0 / p.temperatures[k]);
      line.y.push_back(std::exp(p.line.ln_attempt_time.value + p.line.energy.value / thermal_energy(p.temperatures[k])));
    }
    figure.marks.push_back(std::move(points));
    figure.marks.push_back(std::move(line));
  }
  return figure;
}

Figure bending_figure(const MeasurementFindings& f) {
  Figure figure{.title = "Bending beyond the linear range", .x = {.label = "apparent elastic strain"}, .y = {.label = "anelastic over elastic strain"}};
  figure.caption = fmt::format("A linear solid would have one ratio. The fit has a transformation strain of {}.", with_interval(f.transformation->strain, 3));
  Points bends{.color = 0};
  for (const BendingDatum& b : f.bends) {
    bends.x.push_back(b.elastic);
    bends.y.push_back(b.anelastic / b.elastic);
  }
  figure.marks.push_back(std::move(bends));
  return figure;
}

/// Of states that differ in age: the constant, each peak, and the whole.
std::vector<Figure> age_figures(const MeasurementFindings& f) {
  Figure areas{.title = "Ageing of strengths", .x = {.label = "age", .unit = "s", .scale = Scale::logarithmic}, .y = {.label = "area", .unit = f.states.front().unit}, .caption = "Areas of the slowest peak, of all, and with the constant of the background."};
  Figure times{.title = "Ageing of times", .x = {.label = "age", .unit = "s", .scale = Scale::logarithmic}, .y = {.label = "relaxation time", .unit = "s", .scale = Scale::logarithmic}, .caption = "Of the peaks, by their number from the slowest."};
  Points slowest{.name = "slowest peak", .color = 0}, all{.name = "all peaks", .color = 1}, whole{.name = "all and the constant", .color = 2};
  std::vector<Points> by_number;
  for (const MeasuredState& s : f.states) {
    if (!s.aged || s.peaks.peaks.empty()) continue;
    double sum = 0;
    for (const SpectrumPeak& p : s.peaks.peaks) sum += p.area.value;
    add_point(slowest, *s.aged, s.peaks.peaks.back().area);
    all.x.push_back(*s.aged);
    all.y.push_back(sum);
    whole.x.push_back(*s.aged);
    whole.y.push_back(sum + (s.peaks.background.front().size() > 0 ? s.peaks.background.front()[0] : 0.0));
    for (std::size_t k = 0; k < s.peaks.peaks.size() && k < 6; ++k) {
      if (by_number.size() <= k) by_number.push_back({.name = k == 0 ? "slowest" : fmt::format("{} before it", k), .color = static_cast<int>(k)});
      add_point(by_number[k], *s.aged, s.peaks.peaks[s.peaks.peaks.size() - 1 - k].tau);
    }
  }
  if (slowest.x.size() < 2) return {};
  areas.marks = {slowest, all, whole};
  for (Points& p : by_number) times.marks.push_back(std::move(p));
  return {areas, times};
}

}  // namespace

std::vector<Figure> figures_of(const MeasurementFindings& f) {
  std::vector<Figure> all;
  for (const Response kind : {Response::recovery, Response::creep, Response::loss, Response::storage})
    if (std::any_of(f.states.begin(), f.states.end(), [&](const MeasuredState& s) { return std::any_of(s.sets.begin(), s.sets.end(), [&](const ResponseData& d) { return d.kind == kind; }); })) all.push_back(data_figure(f, kind));
  all.push_back(spectrum_figure(f));
  const auto add = [&](std::vector<Figure> more) {
    for (Figure& figure : more) all.push_back(std::move(figure));
  };
  add(zone_figures(f));
  if (std::any_of(f.states.begin(), f.states.end(), [](const MeasuredState& s) { return s.decay.has_value(); })) all.push_back(decay_figure(f));
  if (is_of_time(f.states.front().sets.front().kind)) add(oscillation_figures(f));
  if (f.master_curve) add(master_figures(*f.master_curve));
  if (!f.processes.empty()) all.push_back(process_figure(f));
  if (f.transformation) all.push_back(bending_figure(f));
  add(age_figures(f));
  return all;
}

}  // namespace glasscape
