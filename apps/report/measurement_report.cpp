#include "apps/report/measurement_report.hpp"

#include <fmt/ranges.h>

#include <algorithm>
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

std::string in_unit(const std::string& text, const std::string& unit) { return unit.empty() ? text : text + " " + unit; }

std::string peaks_text(const MeasuredState& s) {
  if (s.peaks.peaks.empty()) return fmt::format("{}: no peak: nothing of this kind is above the noise of {}.", s.name, readable(s.peaks.noise, 2));
  std::string text = fmt::format("{}: {} at {}", s.name, counted(s.peaks.peaks.size(), "peak"), readable(s.peaks.peaks.front().tau.value, 3));
  if (s.peaks.peaks.size() > 1) text += fmt::format(" to {}", readable(s.peaks.peaks.back().tau.value, 3));
  text += " s";
  text += s.peaks.width.value > 0 ? fmt::format(", each {} wide in ln τ", with_interval(s.peaks.width, 2)) : ", narrower than can be told";
  if (std::isfinite(s.peaks.resolution)) text += fmt::format("; at this noise two within a factor {} would be one", readable(s.peaks.resolution, 2));
  return text + ".";
}

std::string zones_text(const MeasuredState& s) {
  const ZoneLadder& z = *s.zones;
  if (z.zones.empty()) return "";
  std::string text = fmt::format("{}: as zones, from {} atoms over {} eV to {} atoms over {} eV", s.name, with_interval(z.zones.front().atoms, 3), readable(z.zones.front().barrier.value, 3), with_interval(z.zones.back().atoms, 3), readable(z.zones.back().barrier.value, 3));
  if (z.zones.size() >= 3) text += fmt::format("; from one size to the next {} A^{{3}}, {} atoms", with_interval(z.step, 3), with_interval(z.step_atoms, 3));
  return text + fmt::format(". {:.3g} % of the volume would hold no zone if they lay at random.", 100 * z.percolation.rigid);
}

std::string forms_text(const MeasuredState& s) {
  if (s.stretched) {
    const StretchedFit& fit = *s.stretched;
    return fmt::format("{}: a stretched exponential has τ = {} s and β = {} (R^{{2}} = {}); its τ is no time of a process.", s.name, with_interval(fit.tau, 3), with_interval(fit.exponent, 3), readable(fit.fit.r_squared, 5));
  }
  if (s.havriliak_negami) {
    const HavriliakNegamiFit& fit = *s.havriliak_negami;
    return fmt::format("{}: the form of Havriliak and Negami has τ = {} s, α = {}, γ = {} (R^{{2}} = {}).", s.name, with_interval(fit.tau, 3), with_interval(fit.alpha, 3), with_interval(fit.gamma, 3), readable(fit.fit.r_squared, 5));
  }
  return "";
}

std::string steps_text(const MeasuredState& s) {
  if (s.decay->steps.empty()) return fmt::format("{}: no step of the stress within the record.", s.name);
  std::vector<std::string> times;
  for (const DecayStep& step : s.decay->steps) times.push_back(with_interval(step.time, 3) + " s");
  return fmt::format("{}: {} of the stress, at {}.", s.name, counted(times.size(), "step"), fmt::format("{}", fmt::join(times, ", ")));
}

std::string master_text(const MasterCurve& m) {
  return fmt::format("Master curve at {:g} K: apparent activation energy {} eV (R^{{2}} = {}); by one barrier for all processes {} eV, with many barriers an attempt time of 10^{{{}}} s. {}", m.reference, with_interval(m.apparent.energy, 3),
                     readable(m.apparent.r_squared, 6), with_interval(m.arrhenius_energy, 3), readable(m.ln_attempt_time.value / std::log(10.0), 3), m.sentence);
}

std::string process_text(const ProcessOverTemperature& p) {
  return fmt::format("The {}, at {}: activation energy {} eV, attempt time 10^{{{}}} s.", p.name, counted(p.tau.size(), "temperature"), with_interval(p.line.energy, 3), readable(p.line.ln_attempt_time.value / std::log(10.0), 3));
}

std::vector<std::string> words_of(const MeasuredState& s) {
  std::vector<std::string> all{peaks_text(s)};
  if (s.zones) all.push_back(zones_text(s));
  if (s.decay) all.push_back(steps_text(s));
  all.push_back(forms_text(s));
  std::erase(all, "");
  return all;
}

/// Whether each state has its sentences; else a table tells of them.
bool few(const MeasurementFindings& f) { return f.states.size() <= 3; }

ReportTable states_table(const MeasurementFindings& f) {
  ReportTable t{"States", {"state", "peaks", "steps of stress (s)", "peak of loss: τ (s)", "stretched: τ (s)", "β", "Havriliak–Negami: τ (s)", "α", "γ"}, {}};
  const std::string none = "–";
  for (const MeasuredState& s : f.states) {
    std::vector<std::string> steps;
    if (s.decay)
      for (const DecayStep& step : s.decay->steps) steps.push_back(with_interval(step.time, 3));
    const std::optional<StretchedFit>& k = s.stretched;
    const std::optional<HavriliakNegamiFit>& h = s.havriliak_negami;
    t.rows.push_back({s.name, std::to_string(s.peaks.peaks.size()), steps.empty() ? none : fmt::format("{}", fmt::join(steps, ", ")), s.loss_peak ? with_interval(s.loss_peak->tau, 3) : none, k ? with_interval(k->tau, 3) : none,
                      k ? with_interval(k->exponent, 3) : none, h ? with_interval(h->tau, 3) : none, h ? with_interval(h->alpha, 3) : none, h ? with_interval(h->gamma, 3) : none});
  }
  return t;
}

ReportTable peaks_table(const MeasurementFindings& f) {
  const std::string unit = f.states.front().unit;
  ReportTable t{"Peaks", {"state", "τ (s)", in_unit("area", unit.empty() ? "" : "(" + unit + ")")}, {}};
  for (const MeasuredState& s : f.states)
    for (const SpectrumPeak& p : s.peaks.peaks) t.rows.push_back({s.name, with_interval(p.tau, 3), with_interval(p.area, 3)});
  return t;
}

ReportTable zones_table(const MeasurementFindings& f) {
  ReportTable t{"Zones", {"state", "m", "τ (s)", "c_{m}", "volume (A^{3})", "atoms", "ΔF (eV)", "E′_{m} (GPa)", "η′_{m} (GPa s)"}, {}};
  for (const MeasuredState& s : f.states)
    if (s.zones)
      for (const MeasuredZone& z : s.zones->zones)
        t.rows.push_back({s.name, std::to_string(z.m), with_interval(z.tau, 3), with_interval(z.fraction, 3), with_interval(z.volume, 4), with_interval(z.atoms, 4), with_interval(z.barrier, 4), readable(z.zone.modulus, 3), readable(z.zone.viscosity, 3)});
  return t;
}

ReportTable rules_table(const MeasurementFindings& f) {
  ReportTable t{"Smoothness by four rules", {"state", "λ used", "gcv", "aicc", "evidence", "prob1", "noise", "effective parameters", "conditions of the minimum violated by"}, {}};
  for (const MeasuredState& s : f.states) {
    std::vector<std::string> row{s.name, readable(s.spectrum.lambda, 3)};
    for (const auto& [rule, lambda] : s.spectrum.chosen) row.push_back(readable(lambda, 3));
    row.insert(row.end(), {readable(s.spectrum.noise, 3), readable(s.spectrum.freedom, 3), readable(s.spectrum.kkt, 1)});
    t.rows.push_back(std::move(row));
  }
  return t;
}

Json background_json(const std::vector<ResponseData>& sets, const std::vector<Eigen::VectorXd>& terms) {
  Json all = Json::array();
  for (std::size_t k = 0; k < sets.size(); ++k) {
    Json one{{"source", sets[k].source}};
    Eigen::Index term = 0;
    if (sets[k].kind != Response::loss && sets[k].constant) one["constant"] = terms[k][term++];
    if (term < terms[k].size()) one["drift_per_s"] = terms[k][term];
    all.push_back(one);
  }
  return all;
}

Json spectrum_json(const MeasuredState& s) {
  Json json{{"tau_s", Json::array()}, {"density", Json::array()}, {"low", Json::array()}, {"high", Json::array()}};
  for (std::size_t i = 0; i < s.band.size(); ++i) {
    json["tau_s"].push_back(s.spectrum.tau[static_cast<Eigen::Index>(i)]);
    json["density"].push_back(s.band[i].value);
    json["low"].push_back(s.band[i].interval.low);
    json["high"].push_back(s.band[i].interval.high);
  }
  return json;
}

Json zones_json(const ZoneLadder& ladder) {
  Json json{{"step_A3", json_of(ladder.step)}, {"step_atoms", json_of(ladder.step_atoms)}, {"rigid", ladder.percolation.rigid}, {"sheared", ladder.percolation.sheared}, {"sizes", Json::array()}};
  for (const MeasuredZone& z : ladder.zones)
    json["sizes"].push_back({{"m", z.m}, {"tau_s", json_of(z.tau)}, {"fraction", json_of(z.fraction)}, {"volume_A3", json_of(z.volume)}, {"atoms", json_of(z.atoms)}, {"barrier_eV", json_of(z.barrier)}, {"modulus_GPa", z.zone.modulus}, {"viscosity_GPa_s", z.zone.viscosity}});
  return json;
}

Json state_json(const MeasuredState& s) {
  Json json{{"name", s.name}, {"peaks", Json::array()}, {"width_ln_tau", json_of(s.peaks.width)}, {"background", background_json(s.sets, s.peaks.background)}, {"lambda", s.spectrum.lambda}, {"kkt_residual", s.spectrum.kkt}, {"noise", s.spectrum.noise},
            {"effective_parameters", s.spectrum.freedom}, {"resolution_factor", s.peaks.resolution}, {"bic_by_peaks", s.peaks.bic}, {"lambda_by_rule", Json::object()}, {"spectrum", spectrum_json(s)}, {"maxima_of_spectrum", s.maxima}};
  if (s.temperature) json["temperature_K"] = *s.temperature;
  if (s.aged) json["aged_s"] = *s.aged;
  for (const SpectrumPeak& peak : s.peaks.peaks) json["peaks"].push_back({{"tau_s", json_of(peak.tau)}, {"area", json_of(peak.area)}});
  for (const auto& [rule, lambda] : s.spectrum.chosen) json["lambda_by_rule"][to_string(rule)] = lambda;
  if (s.zones) json["zones"] = zones_json(*s.zones);
  if (s.stretched) json["stretched_exponential"] = {{"tau_s", json_of(s.stretched->tau)}, {"exponent", json_of(s.stretched->exponent)}, {"amplitude", json_of(s.stretched->amplitude)}, {"constant", json_of(s.stretched->constant)}, {"mean_time_s", json_of(s.stretched->mean_time)}, {"r_squared", s.stretched->fit.r_squared}};
  if (s.havriliak_negami)
    json["havriliak_negami"] = {{"tau_s", json_of(s.havriliak_negami->tau)}, {"alpha", json_of(s.havriliak_negami->alpha)}, {"gamma", json_of(s.havriliak_negami->gamma)}, {"strength", json_of(s.havriliak_negami->strength)}, {"r_squared", s.havriliak_negami->fit.r_squared}};
  if (s.loss_peak) json["loss_peak"] = {{"frequency_Hz", json_of(s.loss_peak->frequency)}, {"tau_s", json_of(s.loss_peak->tau)}};
  if (s.decay) {
    json["steps"] = Json::array();
    for (const DecayStep& step : s.decay->steps) json["steps"].push_back({{"time_s", json_of(step.time)}, {"height", json_of(step.height)}, {"seen", step.seen}});
  }
  return json;
}

std::vector<std::string> doubts_of(const MeasuredState& s) {
  std::vector<std::string> all;
  const auto add = [&](const std::vector<std::string>& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(s.spectrum.doubts);
  add(s.peaks.doubts);
  add(s.doubts);
  if (s.zones) add(s.zones->doubts);
  if (s.stretched) add(s.stretched->doubts);
  if (s.havriliak_negami) add(s.havriliak_negami->doubts);
  if (s.loss_peak) add(s.loss_peak->doubts);
  if (s.decay) add(s.decay->doubts);
  return all;
}

}  // namespace

std::vector<std::string> in_words(const MeasurementFindings& f) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) all.push_back(sentence);
  };
  if (!f.composition.empty()) add(f.composition + ".");
  if (few(f))
    for (const MeasuredState& s : f.states)
      for (const std::string& sentence : words_of(s)) add(sentence);
  if (f.master_curve) add(master_text(*f.master_curve));
  for (const ProcessOverTemperature& p : f.processes) add(process_text(p));
  if (f.transformation)
    add(fmt::format("{} beyond the linear range (sinh(x)/x up to {}): zones shear by {}, and their volumes are {} times those of the table (R^{{2}} = {}).", counted(f.bends.size(), "bend"), readable(f.transformation->nonlinearity, 3),
                    with_interval(f.transformation->strain, 3), readable(f.transformation->volume_ratio, 4), readable(f.transformation->r_squared, 4)));
  return all;
}

std::vector<std::string> doubts_of(const MeasurementFindings& f) {
  std::vector<std::string> all = f.doubts;
  std::vector<std::pair<std::string, std::vector<std::string>>> shared;  // a doubt, and the states that have it
  for (const MeasuredState& s : f.states)
    for (const std::string& doubt : doubts_of(s)) {
      const auto known = std::find_if(shared.begin(), shared.end(), [&](const auto& one) { return one.first == doubt; });
      (known != shared.end() ? *known : shared.emplace_back(doubt, std::vector<std::string>{})).second.push_back(s.name);
    }
  for (const auto& [doubt, names] : shared) all.push_back(f.states.size() == 1 ? doubt : fmt::format("{}: {}", fmt::join(names, ", "), doubt));
  if (f.master_curve) all.insert(all.end(), f.master_curve->doubts.begin(), f.master_curve->doubts.end());
  for (const ProcessOverTemperature& p : f.processes) all.insert(all.end(), p.line.doubts.begin(), p.line.doubts.end());
  if (f.transformation) all.insert(all.end(), f.transformation->doubts.begin(), f.transformation->doubts.end());
  return all;
}

std::vector<ReportTable> tables_of(const MeasurementFindings& f) {
  std::vector<ReportTable> all;
  if (!few(f)) all.push_back(states_table(f));
  all.push_back(peaks_table(f));
  if (ReportTable zones = zones_table(f); !zones.rows.empty()) all.push_back(std::move(zones));
  all.push_back(rules_table(f));
  return all;
}

std::string to_text(const MeasurementFindings& f) {
  std::string text = f.name + "\n";
  for (const std::string& sentence : in_words(f)) text += "  " + plain_text(sentence) + "\n";
  for (const MeasuredState& s : f.states) {
    if (f.states.size() > 1) text += s.name + "\n";
    if (!few(f))
      for (const std::string& sentence : words_of(s)) text += "  " + plain_text(sentence) + "\n";
    for (const SpectrumPeak& p : s.peaks.peaks)
      text += fmt::format("  peak  tau {:.4g} s ({:.3g} to {:.3g})  area {:.4g} ({:.3g} to {:.3g})\n", p.tau.value, p.tau.interval.low, p.tau.interval.high, p.area.value, p.area.interval.low, p.area.interval.high);
    for (const auto& [rule, lambda] : s.spectrum.chosen) text += fmt::format("  lambda by {:<9} {:.4g}{}\n", to_string(rule), lambda, lambda == s.spectrum.lambda && rule == s.spectrum.rule ? "  <- used" : "");
    text += fmt::format("  conditions of the minimum violated by {:.1g}\n", s.spectrum.kkt);
  }
  for (const std::string& doubt : doubts_of(f)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const MeasurementFindings& f) {
  Json json = f.states.size() == 1 ? state_json(f.states.front()) : Json::object();
  json["name"] = f.name;
  if (f.states.size() > 1)
    for (const MeasuredState& s : f.states) json["states"].push_back(state_json(s));
  if (const auto& m = f.master_curve) {
    json["master_curve"] = {{"reference_K", m->reference}, {"temperatures_K", m->temperatures}, {"ln_shift", Json::array()}, {"apparent_energy_eV", json_of(m->apparent.energy)}, {"r_squared", m->apparent.r_squared}, {"one_barrier_eV", json_of(m->arrhenius_energy)},
                            {"ln_attempt_time", json_of(m->ln_attempt_time)}, {"bic", {{"one_shift", m->one_shift.bic}, {"arrhenius_shift", m->arrhenius_shift.bic}, {"many_barriers", m->many_barriers.bic}}}, {"overlay", m->one_shift.overlay}, {"verdict", m->sentence}};
    for (const Estimate& shift : m->ln_shift) json["master_curve"]["ln_shift"].push_back(json_of(shift));
  }
  for (const ProcessOverTemperature& p : f.processes) {
    Json one{{"name", p.name}, {"temperatures_K", p.temperatures}, {"tau_s", Json::array()}, {"energy_eV", json_of(p.line.energy)}, {"ln_attempt_time", json_of(p.line.ln_attempt_time)}};
    for (const Estimate& tau : p.tau) one["tau_s"].push_back(json_of(tau));
    json["processes"].push_back(std::move(one));
  }
  if (f.transformation) json["transformation_strain"] = {{"strain", json_of(f.transformation->strain)}, {"scale", json_of(f.transformation->scale)}, {"volume_ratio", f.transformation->volume_ratio}, {"nonlinearity", f.transformation->nonlinearity}};
  json["doubts"] = doubts_of(f);
  return json;
}

std::string to_html(const MeasurementFindings& f) {
  std::string body = "<section>\n";
  for (const std::string& sentence : in_words(f)) body += paragraph(sentence);
  const std::string doubts = doubts_list(doubts_of(f));
  if (few(f)) body += doubts;
  body += figure_grid(figures_of(f));
  for (const ReportTable& t : tables_of(f)) body += "<h3>" + html_text(t.title) + "</h3>\n" + html_table(t.head, t.rows);
  if (!few(f)) body += "<h3>Doubts</h3>\n" + doubts;
  return html_page("Relaxation: " + f.name, body + "</section>\n" + licences_section(), scripts_of_figures());
}

}  // namespace glasscape
