#include "apps/report/rehearsal_report.hpp"

#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/scripts.hpp"
#include "apps/report/shell.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;
using glasscape::json_of;  // beside those of this file

constexpr std::string_view synthetic = "Synthetic: all of this is computed from a solid that is written down, and nothing was measured.";

template <typename... Told>
struct Tell : Told... {
  using Told::operator()...;
};
template <typename... Told>
Tell(Told...) -> Tell<Told...>;

// ---- figures

Figure measurement_figure(const PlannedMeasurement& p, const std::vector<RehearsedMeasurement>& measured) {
  const bool modulus = is_modulus(p.kind);
  Figure figure{.title = "Synthetic " + (p.files.size() == 1 ? p.files.front() : to_string(p.kind)), .x = {.label = modulus ? "frequency" : "time", .unit = modulus ? "Hz" : "s", .scale = Scale::logarithmic}};
  switch (p.kind) {
    case Observable::creep: figure.y = {.label = "creep strain / elastic strain"}; break;
    case Observable::recovery: figure.y = {.label = "strain / elastic strain"}; break;
    case Observable::relaxation: figure.y = {.label = "stress / first stress"}; break;
    case Observable::loss: figure.y = {.label = "loss modulus", .unit = "GPa", .scale = Scale::logarithmic}; break;
    case Observable::storage: figure.y = {.label = "storage modulus", .unit = "GPa"}; break;
  }
  figure.caption = fmt::format("Line: the solid. Points: as written to {1}, noise {0}.", p.noise_text(), p.files.size() == 1 ? p.files.front() : fmt::format("{} to {}", p.files.front(), p.files.back()));
  int color = 0;
  for (const RehearsedMeasurement& m : measured) {
    Points points{.name = fmt::format("{:g} K", m.temperature), .color = color};
    Line line{.name = color == 0 ? "exact" : "", .color = 6};
    color = (color + 1) % 6;
    for (Eigen::Index k = 0; k < m.at.size(); ++k) {
      for (auto* x : {&points.x, &line.x}) x->push_back(m.at[k]);
      points.y.push_back(m.value[k]);
      line.y.push_back(m.exact[k]);
    }
    figure.marks.push_back(std::move(points));
    figure.marks.push_back(std::move(line));
  }
  return figure;
}

std::vector<Figure> demonstration_figures(const SteppingFindings& f) {
  Figure figure{.title = "Barriers by temperature stepping", .x = {.label = "barrier", .unit = "eV"}, .y = {.label = "strain over barriers", .unit = "1/eV"}};
  figure.caption = "Line: the density that was put in; it ends where it is cut. Points: what rates before and after steps of the temperature and the strain between them make of it.";
  Line truth{.name = "put in", .color = 6};
  for (Eigen::Index k = 0; k < f.plan.density.barrier.size(); ++k) {
    truth.x.push_back(f.plan.density.barrier[k]);
    truth.y.push_back(f.plan.density.density[k]);
  }
  Points apparent{.name = "apparent", .color = 0};
  for (const ApparentBin& b : f.artefact.apparent.bins) {
    apparent.x.push_back(b.barrier.value);
    apparent.y.push_back(b.density.value);
    apparent.texts.push_back(fmt::format("hold at {:g} K", b.temperature));
  }
  figure.marks = {truth, apparent};
  return {figure};
}

std::vector<Figure> demonstration_figures(const BendingFindings& f) {
  Figure figure{.title = "Bending beyond the linear range", .x = {.label = "apparent elastic strain"}, .y = {.label = "anelastic over elastic strain"}};
  figure.caption = fmt::format("{:.3g} s after {:.3g} s on the mandrel. Line: a small bend. Beyond it sinh lets slow zones keep up.", f.plan.read, f.plan.loaded);
  Points points{.name = "with noise", .color = 0};
  Line exact{.name = "exact", .color = 0}, linear{.name = "linear", .dashed = true, .color = 6};
  for (const BendingRow& r : f.rows) {
    for (auto* x : {&points.x, &exact.x, &linear.x}) x->push_back(r.elastic);
    points.y.push_back(r.measured / r.elastic);
    exact.y.push_back(r.anelastic / r.elastic);
    linear.y.push_back(f.linear);
  }
  figure.marks = {linear, exact, points};
  return {figure};
}

std::vector<Figure> demonstration_figures(const ClockFindings& f) {
  Figure figure{.title = "A stretched exponential with a late clock", .x = {.label = "time", .unit = "s"}, .y = {.label = "y"}};
  figure.caption = fmt::format("The clock was started {:g} s late. A fit that does not know it looks good and has another τ.", f.plan.truth.shift);
  Points data{.name = "synthetic", .color = 6};
  Line free{.name = "amplitude free", .color = 0}, fixed{.name = "amplitude 1", .dashed = true, .color = 1};
  for (Eigen::Index k = 0; k < f.at.size(); ++k) {
    for (auto* x : {&data.x, &free.x, &fixed.x}) x->push_back(f.at[k]);
    data.y.push_back(f.value[k]);
    free.y.push_back(f.free_amplitude.curve.at(f.at[k]));
    fixed.y.push_back(f.fixed_amplitude.curve.at(f.at[k]));
  }
  figure.marks = {data, free, fixed};
  return {figure};
}

std::vector<Figure> demonstration_figures(const LoadingFindings& f) {
  const LoadingPlan& p = f.plan;
  constexpr int points = 120;
  Figure whole{.title = fmt::format("Loading and unloading at {:g} K", p.temperature), .x = {.label = "time", .unit = "s"}, .y = {.label = "stress", .unit = "MPa"}};
  whole.caption = "The strain is stepped to and fro, and the stress of each stage relaxes.";
  Figure stages{.title = "Stages at the first strain", .x = {.label = "time since the step", .unit = "s", .scale = Scale::logarithmic}, .y = {.label = "stress", .unit = "MPa"}};
  stages.caption = "Laid over each other: what does not flow forgets the stages before.";
  Line line{.color = 0};
  int color = 0;
  for (std::size_t k = 0; k < p.steps.size(); ++k) {
    Line stage{.name = fmt::format("stage {}", k + 1), .color = color};
    for (int i = 0; i <= points; ++i) {
      const double time = p.first * std::pow(p.hold / p.first, static_cast<double>(i) / points), at = p.steps[k].time + time * (1 - 1e-9);  // not yet the next step
      stage.x.push_back(time);
      stage.y.push_back(1e3 * stress_after(p.relaxation, p.steps, at));
      line.x.push_back(at);
      line.y.push_back(stage.y.back());
    }
    if (p.steps[k].strain != p.steps.front().strain) continue;
    stages.marks.push_back(std::move(stage));
    color = (color + 1) % 6;
  }
  whole.marks = {line};
  return {whole, stages};
}

// ---- words

std::string words_of(const SteppingFindings& f) {
  const ApparentSpectrum& a = f.artefact.apparent;
  return fmt::format("Temperature stepping, {} from {:g} to {:g} K: the density put in is greatest at {} eV, the apparent one at {} eV, and its last bin has {} of its maximum; it is {} % off in the median.", counted(f.plan.holds.size(), "hold"),
                     f.plan.holds.front().temperature, f.plan.holds.back().temperature, readable(f.artefact.true_place_of_maximum, 4), readable(a.place_of_maximum, 4), readable(a.last_over_maximum, 2), readable(100 * f.artefact.median_misfit, 2));
}

std::string words_of(const BendingFindings& f) {
  const BendingRow& last = f.rows.back();
  return fmt::format("Bending: anelastic over elastic strain is {} for a small bend and {} at {} % of elastic strain, with sinh(x)/x up to {}. In truth the zones shear by {}; {} with noise of {} give back {}, and volumes {} times those of the table.", readable(f.linear, 3),
                     readable(last.anelastic / last.elastic, 3), readable(100 * last.elastic, 3), readable(f.nonlinearity, 3), readable(f.plan.transformation_strain, 3), counted(f.rows.size(), "bend"), readable(f.plan.noise, 2), with_interval(f.fit.strain, 3), readable(f.fit.volume_ratio, 4));
}

std::string words_of(const ClockFindings& f) {
  const auto fit = [](const StretchedFit& s) { return fmt::format("τ = {} s, β = {} (R^{{2}} = {})", with_interval(s.tau, 4), with_interval(s.exponent, 3), readable(s.fit.r_squared, 5)); };
  return fmt::format("A stretched exponential of τ = {:g} s and β = {:g} whose clock is started {:g} s late is fitted with {} while the amplitude is free, {} with an amplitude of 1, and {} when the lateness is fitted too.", f.plan.truth.tau, f.plan.truth.exponent, f.plan.truth.shift,
                     fit(f.free_amplitude), fit(f.fixed_amplitude), fit(f.free_shift));
}

std::string words_of(const LoadingFindings& f) {
  std::vector<std::string> pairs;
  for (const StagePair& p : f.pairs) pairs.push_back(fmt::format("{} and {} by {} %", p.first + 1, p.second + 1, readable(100 * p.difference, 2)));
  return fmt::format("Loading and unloading at {:g} K, {} of {:g} s: {}.", f.plan.temperature, counted(f.plan.steps.size(), "stage"), f.plan.hold, pairs.empty() ? "no two at the same strain" : fmt::format("of the first stress of the earlier one, stages differ at most: {}", fmt::join(pairs, ", ")));
}

std::vector<std::string> doubts_of(const DemonstrationFindings& f) {
  return std::visit(Tell{[](const SteppingFindings& s) { return s.artefact.apparent.doubts; }, [](const BendingFindings& b) { return b.fit.doubts; }, [](const ClockFindings& c) { return c.free_amplitude.doubts; },
                         [](const LoadingFindings&) { return std::vector<std::string>{}; }},
                    f);
}

ReportTable table_of(const BendingFindings& f) {
  ReportTable t{"Bends", {"imposed strain", "apparent elastic strain", "apparent anelastic strain", "with noise", "anelastic over elastic", "over linear"}, {}};
  for (const BendingRow& r : f.rows) t.rows.push_back({readable(r.imposed, 4), readable(r.elastic, 4), readable(r.anelastic, 4), readable(r.measured, 4), readable(r.anelastic / r.elastic, 4), readable(r.anelastic / r.elastic / f.linear, 4)});
  return t;
}

ReportTable table_of(const ClockFindings& f) {
  ReportTable t{"A late clock", {"fitted", "amplitude", "τ (s)", "β", "late by (s)", "R^{2}"}, {}};
  const auto add = [&](const std::string& what, const StretchedFit& s) { t.rows.push_back({what, with_interval(s.amplitude, 4), with_interval(s.tau, 4), with_interval(s.exponent, 4), with_interval(s.shift, 3), readable(s.fit.r_squared, 5)}); };
  t.rows.push_back({"put in", readable(f.plan.truth.amplitude, 4), readable(f.plan.truth.tau, 4), readable(f.plan.truth.exponent, 4), readable(f.plan.truth.shift, 3), ""});
  add("amplitude, τ, β", f.free_amplitude);
  add("τ, β", f.fixed_amplitude);
  add("amplitude, τ, β, lateness", f.free_shift);
  return t;
}

ReportTable table_of(const SteppingFindings& f) {
  ReportTable t{"Temperature stepping", {"hold (K)", "barrier (eV)", "apparent density (1/eV)", "density put in (1/eV)"}, {}};
  for (std::size_t k = 0; k < f.artefact.apparent.bins.size(); ++k) {
    const ApparentBin& b = f.artefact.apparent.bins[k];
    t.rows.push_back({readable(b.temperature, 4), readable(b.barrier.value, 4), readable(b.density.value, 3), readable(f.artefact.truth[static_cast<Eigen::Index>(k)], 3)});
  }
  return t;
}

// ---- JSON

Json fit_json(const StretchedFit& s) { return {{"amplitude", json_of(s.amplitude)}, {"tau_s", json_of(s.tau)}, {"exponent", json_of(s.exponent)}, {"shift_s", json_of(s.shift)}, {"r_squared", s.fit.r_squared}}; }

Json demonstration_json(const SteppingFindings& f) {
  Json json{{"kind", "temperature-steps"}, {"true_maximum_eV", f.artefact.true_place_of_maximum}, {"apparent_maximum_eV", f.artefact.apparent.place_of_maximum}, {"last_over_maximum", f.artefact.apparent.last_over_maximum}, {"median_misfit", f.artefact.median_misfit}, {"bins", Json::array()}};
  for (std::size_t k = 0; k < f.artefact.apparent.bins.size(); ++k) {
    const ApparentBin& b = f.artefact.apparent.bins[k];
    json["bins"].push_back({{"temperature_K", b.temperature}, {"barrier_eV", b.barrier.value}, {"density_per_eV", b.density.value}, {"true_density_per_eV", f.artefact.truth[static_cast<Eigen::Index>(k)]}});
  }
  return json;
}

Json demonstration_json(const BendingFindings& f) {
  Json json{{"kind", "bending"}, {"linear_ratio", f.linear}, {"nonlinearity", f.nonlinearity}, {"true_transformation_strain", f.plan.transformation_strain}, {"transformation_strain", json_of(f.fit.strain)}, {"volume_ratio", f.fit.volume_ratio}, {"bends", Json::array()}};
  for (const BendingRow& r : f.rows) json["bends"].push_back({{"imposed", r.imposed}, {"elastic", r.elastic}, {"anelastic", r.anelastic}, {"anelastic_with_noise", r.measured}});
  return json;
}

Json demonstration_json(const ClockFindings& f) {
  return {{"kind", "stretched-exponential"}, {"true_tau_s", f.plan.truth.tau}, {"true_exponent", f.plan.truth.exponent}, {"true_shift_s", f.plan.truth.shift}, {"free_amplitude", fit_json(f.free_amplitude)}, {"fixed_amplitude", fit_json(f.fixed_amplitude)}, {"free_shift", fit_json(f.free_shift)}};
}

Json demonstration_json(const LoadingFindings& f) {
  Json json{{"kind", "load-unload"}, {"temperature_K", f.plan.temperature}, {"hold_s", f.plan.hold}, {"pairs", Json::array()}};
  for (const StagePair& p : f.pairs) json["pairs"].push_back({{"first", p.first + 1}, {"second", p.second + 1}, {"difference", p.difference}});
  return json;
}

std::string words_of(const PlannedMeasurement& p) {
  const std::string place = p.files.size() == 1 ? fmt::format("{}: {} at {:g} K", p.files.front(), to_string(p.kind), p.temperatures.front()) : fmt::format("{} to {}: {} at {}", p.files.front(), p.files.back(), to_string(p.kind), counted(p.files.size(), "temperature"));
  return fmt::format("{}, {} from {} to {} {}, noise {}{}.", place, counted(static_cast<std::size_t>(p.points), "point"), readable(p.from, 3), readable(p.to, 3), is_modulus(p.kind) ? "Hz" : "s", p.noise_text(),
                     p.kind == Observable::recovery ? fmt::format(", after a load of {} s", readable(p.loaded, 3)) : "");
}

}  // namespace

std::vector<std::string> in_words(const RehearsalFindings& f) {
  std::vector<std::string> all{std::string(synthetic), fmt::format("The solid: {}. Seed of the noise {}.", f.solid, f.seed)};
  for (const PlannedMeasurement& p : f.plans) all.push_back(words_of(p));
  if (f.two_steps) all.push_back(fmt::format("A record of the stress from 0.5 to 10000 s has two steps from {} to {} K: below, the second is too slow; above, the first is over before the record begins.", readable(f.two_steps->low, 3), readable(f.two_steps->high, 3)));
  for (const DemonstrationFindings& d : f.demonstrations) all.push_back(std::visit([](const auto& one) { return words_of(one); }, d));
  return all;
}

std::vector<std::string> doubts_of(const RehearsalFindings& f) {
  std::vector<std::string> all;
  for (const DemonstrationFindings& d : f.demonstrations)
    for (const std::string& doubt : doubts_of(d)) all.push_back(doubt);
  return all;
}

std::vector<ReportTable> tables_of(const RehearsalFindings& f) {
  std::vector<ReportTable> all;
  for (const DemonstrationFindings& d : f.demonstrations)
    std::visit(Tell{[&](const auto& one) { all.push_back(table_of(one)); }, [](const LoadingFindings&) {}}, d);
  return all;
}

std::vector<Figure> figures_of(const RehearsalFindings& f) {
  std::vector<Figure> all;
  for (std::size_t k = 0; k < f.plans.size(); ++k) all.push_back(measurement_figure(f.plans[k], f.measurements[k]));
  for (const DemonstrationFindings& d : f.demonstrations)
    for (Figure& figure : std::visit([](const auto& one) { return demonstration_figures(one); }, d)) all.push_back(std::move(figure));
  return all;
}

std::string to_text(const RehearsalFindings& f) {
  std::string text = f.name + "\n";
  for (const std::string& sentence : in_words(f)) text += "  " + plain_text(sentence) + "\n";
  for (const DemonstrationFindings& d : f.demonstrations)
    if (const auto* bending = std::get_if<BendingFindings>(&d))
      for (const BendingRow& r : bending->rows) text += fmt::format("  bend  imposed {:.4g}  elastic {:.4g}  anelastic {:.4g}  ratio {:.4g}  over linear {:.3g}\n", r.imposed, r.elastic, r.anelastic, r.anelastic / r.elastic, r.anelastic / r.elastic / bending->linear);
  for (const std::string& doubt : doubts_of(f)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const RehearsalFindings& f) {
  Json json{{"name", f.name}, {"synthetic", true}, {"solid", f.solid}, {"seed", f.seed}, {"files", Json::array()}, {"demonstrations", Json::array()}};
  for (std::size_t k = 0; k < f.plans.size(); ++k)
    for (const RehearsedMeasurement& m : f.measurements[k]) json["files"].push_back({{"file", m.file}, {"kind", to_string(m.kind)}, {"temperature_K", m.temperature}, {"points", m.at.size()}, {"noise", f.plans[k].noise_text()}});
  for (const DemonstrationFindings& d : f.demonstrations) json["demonstrations"].push_back(std::visit([](const auto& one) { return demonstration_json(one); }, d));
  if (f.two_steps) json["two_steps_K"] = {f.two_steps->low, f.two_steps->high};
  json["doubts"] = doubts_of(f);
  return json;
}

std::string to_html(const RehearsalFindings& f) {
  std::string body = "<section>\n";
  for (const std::string& sentence : in_words(f)) body += paragraph(sentence);
  body += doubts_list(doubts_of(f)) + figure_grid(figures_of(f));
  for (const ReportTable& t : tables_of(f)) body += "<h3>" + html_text(t.title) + "</h3>\n" + html_table(t.head, t.rows);
  return html_page("Synthetic measurements: " + f.name, body + "</section>\n" + licences_section(), scripts_of_figures());
}

}  // namespace glasscape
