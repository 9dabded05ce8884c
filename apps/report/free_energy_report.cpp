#include "apps/report/free_energy_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>

#include "analysis/thermal_energy.hpp"
#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;
using glasscape::json_of;  // beside those of this file

std::int64_t escaped(const FreeEnergyFindings& f) {
  return std::count_if(f.samplings.begin(), f.samplings.end(), [](const Sampling& s) { return s.escaped; });
}

std::string mean_text(const std::optional<Summary>& s, int digits = 3) { return s ? with_interval(s->mean, digits) : "–"; }

/// Decades of a second: of ln(t / 1 ps).
double decades(double log_ps) { return (log_ps + std::log(1e-12)) / std::numbers::ln10; }
std::string time_text(double log_ps) { return fmt::format("10^{{{:.1f}}} s", decades(log_ps)); }
std::string time_text(const Estimate& log_ps) {
  return fmt::format("{} ({:.1f} to {:.1f})", time_text(log_ps.value), decades(log_ps.interval.low), decades(log_ps.interval.high));
}

std::string what_was_done(const FreeEnergyFindings& f) {
  if (f.samplings.empty()) return "No sampling has ended yet, or none had a group to sample.";
  double longest = 0;
  std::set<double> temperatures;
  for (const Sampling& s : f.samplings) {
    longest = std::max(longest, s.time);
    temperatures.insert(s.temperature);
  }
  return fmt::format("{} at {}; {} left the basin they began in. Variable (of the first): {}. {} force calls, the longest sampling lasted {} ps; the tasks took {} together.",
                     counted(f.samplings.size(), "sampling"), counted(temperatures.size(), "temperature"), escaped(f), f.variable, f.force_calls, readable(longest, 3),
                     duration(f.wall_seconds));
}

/// "Loops: 3, strings: 7, ...".
std::string mechanisms(const FreeEnergyFindings& f) {
  std::map<std::string, std::int64_t> count;
  for (const Sampling& s : f.samplings)
    if (s.escaped) ++count[s.mechanism];
  std::string text;
  for (const auto& [name, times] : count) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", times, name);
  return fmt::format("Mechanisms of the escapes: {} (local: no atom took the place of another; string: in a row; loop: in a circle).", text);
}

std::string shared_saddles(const FreeEnergyFindings& f) {
  return fmt::format("Of the saddles behind escapes {} had been found by searches; the others are {} more, edges of the same landscape.", f.shared->known,
                     counted(f.shared->distinct, "distinct saddle"));
}

std::string saddles_behind(const FreeEnergyFindings& f) {
  const auto count = [&](auto which) { return std::count_if(f.samplings.begin(), f.samplings.end(), which); };
  return fmt::format("Saddles were refined behind {} of {} escapes. They lead all the way to where the escape ended behind {}, over one saddle behind {}; the rest lead elsewhere or were lost on the way.",
                     count([](const Sampling& s) { return !s.saddles.empty(); }), escaped(f), count([](const Sampling& s) { return s.connected; }),
                     count([](const Sampling& s) { return s.connected && s.saddles.size() == 1; }));
}

/// "radius 4 Å, 12.3 atoms: " where there are several.
std::string which(const FreeEnergyFindings& f, const SamplingSeries& s) {
  return f.series.size() < 2 ? "" : fmt::format("Radius {} Å, {} atoms: ", readable(s.radius, 3), readable(s.atoms, 3));
}

std::string times_of(const SamplingTemperature& t) {
  if (!t.times) return "";
  return fmt::format(" Mean time of escape without bias: {}, accelerated 10^{{{:.1f}}} times{}.", time_text(t.times->log_mean), t.log_acceleration / std::numbers::ln10,
                     t.times->p_value ? fmt::format(", p = {} of exponential times", readable(t.times->p_value->value, 2)) : "");
}

std::string at_one_temperature(const SamplingTemperature& t) {
  std::string text = fmt::format("{:g} K: ", t.temperature);
  if (!t.spectrum) return text + fmt::format("no barrier from {}.", counted(t.samplings, "sampling")) + times_of(t);
  text += fmt::format("ΔF {} eV ({} of {}), ΔG = −kT ln(hk/kT) {} eV, ν_{{0}} of the well {} THz", with_interval(t.spectrum->summary.mean, 3), t.heights.size(), t.samplings,
                      mean_text(t.free_energy), mean_text(t.attempt));
  if (t.geometric && t.geometric->mean.value != 0.0) text += fmt::format("; shells of the variable make {} eV of ΔF", mean_text(t.geometric, 2));
  text += fmt::format("; the three free energies differ by {} eV.", mean_text(t.disagreement, 2));
  return text + times_of(t);
}

std::string line_text(const ActivationLine& line) { return fmt::format("{} eV and {} k_{{B}}", with_interval(line.enthalpy, 3), with_interval(line.entropy, 3)); }

std::string verdict(const Estimate& entropy) {
  if (entropy.interval.low > 0.0) return "falls with temperature";
  return entropy.interval.high < 0.0 ? "rises with temperature" : "does not tell whether it falls with temperature";
}

/// Through the means: what does not hang on the extremes of a sample.
std::string means_over_temperature(const SamplingSeries& s) {
  return fmt::format("Straight lines through the means: ΔF {}, ΔG {}. The mean ΔF {}; the mean ΔG, which does not depend on the variable's scale, {}.", line_text(*s.height_line),
                     line_text(*s.free_energy_line), verdict(s.height_line->entropy), verdict(s.free_energy_line->entropy));
}

std::string entropy_of(const FreeEnergyFindings& f, const Arrhenius& a) {
  const auto of = [](const ArrheniusFit& fit) { return line_text(fit.barriers.line); };
  std::string text = fmt::format("Straight lines ΔF = ΔQ − TΔS through the effective barriers: parallel {}, mean of the two {}, sequential {}.", of(*a.parallel), of(*a.effective),
                                 of(*a.sequential));
  if (f.searched) text += fmt::format(" The distinct saddles of the searches have the mean barrier {} eV.", with_interval(*f.searched, 3));
  return text;
}

ReportTable temperature_table(const FreeEnergyFindings& f) {
  ReportTable t{"By temperature (eV)",
                {"radius (Å)", "atoms", "T (K)", "samplings", "left", "over a maximum", "ΔF mean", "parallel", "sequential", "mean of the two", "ΔG mean", "ν_{0} (THz)", "shells in ΔF", "three ways differ by"}, {}};
  for (const SamplingSeries& series : f.series)
    for (const SamplingTemperature& at : series.temperatures)
      t.rows.push_back({series.radius > 0.0 ? readable(series.radius, 3) : "–", readable(series.atoms, 3), fmt::format("{:g}", at.temperature), std::to_string(at.samplings), std::to_string(at.heights.size()), std::to_string(at.closed),
                        at.spectrum ? with_interval(at.spectrum->summary.mean, 3) : "–", at.effective ? with_interval(at.effective->parallel.barrier, 3) : "–",
                        at.effective ? with_interval(at.effective->sequential.barrier, 3) : "–", at.effective ? with_interval(at.effective->effective, 3) : "–",
                        mean_text(at.free_energy), mean_text(at.attempt), mean_text(at.geometric), mean_text(at.disagreement)});
  return t;
}

std::string optional_text(const std::optional<double>& value) { return value ? readable(*value, 3) : "–"; }

/// "0.58 ± 0.01" where the error is known.
std::string free_energy_text(const SampledBarrier& b) {
  const std::string value = readable(b.best_rate().free_energy, 3);
  return b.errors ? fmt::format("{} ± {}", value, readable(b.errors->free_energy, 1)) : value;
}

/// "0.44, 0.52": in turn; in brackets when they do not lead to where the escape ended.
std::string saddles_text(const Sampling& s) {
  std::string text;
  for (const double saddle : s.saddles) text += (text.empty() ? "" : ", ") + readable(saddle, 3);
  if (text.empty()) return "–";
  return s.connected ? text : "(" + text + ")";
}

ReportTable sampling_table(const FreeEnergyFindings& f) {
  ReportTable t{"All samplings",
                {"task", "T (K)", "centre", "radius (Å)", "atoms", "event (eV)", "escaped after (ps)", "stands for", "returns", "ΔF (eV)", "a maximum", "block error", "averaged", "reweighted", "ΔG (eV)", "saddles (eV)", "end (eV)", "mechanism", "atoms moved"},
                {}};
  for (const Sampling& s : f.samplings) {
    const auto of = [&](auto value) { return s.found ? optional_text(value(*s.found)) : std::string("–"); };
    t.rows.push_back({s.task, fmt::format("{:g}", s.temperature), s.centre < 0 ? "–" : std::to_string(s.centre), s.radius > 0.0 ? readable(s.radius, 3) : "–", std::to_string(s.group), optional_text(s.event_barrier),
                      s.escaped ? readable(s.seen_after, 3) : fmt::format("> {}", readable(s.time, 3)), time_text(s.log_boosted),
                      std::to_string(s.returns), of([](const SampledBarrier& b) { return std::optional(b.barrier.height); }), s.found ? (s.found->barrier.closed ? "yes" : "no") : "–", of([](const SampledBarrier& b) { return b.errors ? std::optional(b.errors->height) : std::nullopt; }),
                      of([](const SampledBarrier& b) { return b.averaged_height; }), of([](const SampledBarrier& b) { return b.reweighted_height; }),
                      s.found ? free_energy_text(*s.found) : "–", saddles_text(s), s.escaped ? readable(s.end_energy, 3) : "–", s.escaped ? s.mechanism : "–",
                      s.escaped ? std::to_string(s.movers) : "–"});
  }
  return t;
}

Json json_of(const std::optional<Summary>& s) {
  if (!s) return nullptr;
  return {{"mean", json_of(s->mean)}, {"median", json_of(s->median)}, {"standard_deviation", json_of(s->standard_deviation)}};
}

Json json_of(const ProfileRate& rate) { return {{"attempt_THz", rate.attempt_THz}, {"log_rate_per_s", rate.log_rate}, {"free_energy_eV", rate.free_energy}}; }

Json json_of(const Sampling& s) {
  Json json{{"task", s.task}, {"temperature_K", s.temperature}, {"centre", s.centre}, {"radius_A", s.radius}, {"event", nullptr}, {"event_barrier_eV", json_of(s.event_barrier)}, {"group_atoms", s.group}, {"time_ps", s.time}, {"hills", s.hills}, {"escaped", s.escaped},
            {"seen_after_ps", s.seen_after}, {"log_boosted_ps", s.log_boosted}, {"returns", s.returns}, {"settled_energy_eV", s.settled_energy}, {"end_energy_eV", s.end_energy}, {"displacement_A", s.displacement}, {"mechanism", s.mechanism}, {"movers", s.movers},
            {"saddles_eV", s.saddles}, {"saddles_lead_to_the_end", s.connected}, {"barrier", nullptr}};
  if (!s.event.task.empty()) json["event"] = {{"task", s.event.task}, {"number", s.event.number}};
  if (!s.found) return json;
  const SampledBarrier& b = *s.found;
  json["barrier"] = {{"height_eV", b.barrier.height}, {"well", b.barrier.well}, {"top", b.barrier.top}, {"closed", b.barrier.closed},
                     {"averaged_height_eV", json_of(b.averaged_height)}, {"reweighted_height_eV", json_of(b.reweighted_height)}, {"of_bias", json_of(b.rate)},
                     {"of_reweighted", b.reweighted_rate ? json_of(*b.reweighted_rate) : Json(nullptr)}, {"block_errors", nullptr}, {"geometric_eV", b.rate.geometric}};
  if (b.errors)
    json["barrier"]["block_errors"] = {{"height_eV", b.errors->height}, {"attempt_THz", b.errors->attempt_THz}, {"log_rate", b.errors->log_rate}, {"free_energy_eV", b.errors->free_energy}};
  Json profile{{"s", Json::array()}, {"F_eV", b.bias.energy}, {"reweighted_eV", b.reweighted.energy}, {"error_eV", b.errors ? Json(b.errors->profile) : Json(nullptr)}};
  for (std::size_t k = 0; k < b.grid.points; ++k) profile["s"].push_back(b.grid.at(k));
  json["barrier"]["profile"] = std::move(profile);
  return json;
}

Json json_of(const SamplingTemperature& t) {
  Json at{{"temperature_K", t.temperature}, {"samplings", t.samplings}, {"left", t.heights.size()}, {"over_a_maximum", t.closed}, {"groups", t.groups},
          {"height_eV", t.spectrum ? json_of(std::optional(t.spectrum->summary)) : Json(nullptr)}, {"free_energy_eV", json_of(t.free_energy)}, {"attempt_THz", json_of(t.attempt)},
          {"geometric_eV", json_of(t.geometric)}, {"disagreement_eV", json_of(t.disagreement)}, {"log_acceleration", t.log_acceleration}, {"effective", nullptr}, {"escape_times", nullptr}};
  if (t.effective)
    at["effective"] = {{"parallel_eV", json_of(t.effective->parallel.barrier)}, {"sequential_eV", json_of(t.effective->sequential.barrier)}, {"mean_of_both_eV", json_of(t.effective->effective)}};
  if (t.times)
    at["escape_times"] = {{"escaped", t.times->escaped}, {"log_mean_ps", json_of(t.times->log_mean)}, {"distance", json_of(t.times->distance)}, {"p_value", json_of(t.times->p_value)}};
  return at;
}

Json json_of(const SamplingSeries& series) {
  Json json{{"radius_A", series.radius}, {"atoms", series.atoms}, {"temperatures", Json::array()}, {"lines", nullptr}};
  for (const SamplingTemperature& t : series.temperatures) json["temperatures"].push_back(json_of(t));
  const auto mean_line = [](const ActivationLine& line) { return Json{{"energy_eV", json_of(line.enthalpy)}, {"entropy_kB", json_of(line.entropy)}}; };
  if (series.height_line) json["mean_height_line"] = mean_line(*series.height_line);
  if (series.free_energy_line) json["mean_free_energy_line"] = mean_line(*series.free_energy_line);
  if (series.arrhenius && series.arrhenius->effective) {
    const auto line = [](const ArrheniusFit& fit) { return Json{{"energy_eV", json_of(fit.barriers.line.enthalpy)}, {"entropy_kB", json_of(fit.barriers.line.entropy)}}; };
    json["lines"] = {{"parallel", line(*series.arrhenius->parallel)}, {"mean_of_both", line(*series.arrhenius->effective)}, {"sequential", line(*series.arrhenius->sequential)}};
  }
  return json;
}

}  // namespace

std::vector<std::string> in_words(const FreeEnergyFindings& f) {
  std::vector<std::string> words{what_was_done(f)};
  if (escaped(f) > 0) words.push_back(mechanisms(f));
  if (escaped(f) > 0) words.push_back(saddles_behind(f));
  if (f.shared) words.push_back(shared_saddles(f));
  for (const SamplingSeries& series : f.series) {
    for (const SamplingTemperature& t : series.temperatures) words.push_back(which(f, series) + at_one_temperature(t));
    if (series.height_line && series.free_energy_line) words.push_back(which(f, series) + means_over_temperature(series));
    if (series.arrhenius && series.arrhenius->effective) words.push_back(which(f, series) + entropy_of(f, *series.arrhenius));
  }
  return words;
}

namespace {
std::int64_t events_sampled(const FreeEnergyFindings& f) {
  std::set<EventRef> events;
  for (const Sampling& s : f.samplings) events.insert(s.event);
  return static_cast<std::int64_t>(events.size());
}

/// What is doubted at several temperatures is said once.
std::vector<std::string> doubts_by_temperature(const SamplingSeries& series, bool effective) {
  std::vector<std::pair<std::string, std::string>> said;  // doubt, and at which temperatures
  for (const SamplingTemperature& t : series.temperatures) {
    const auto add = [&](const std::vector<std::string>& some) {
      for (const std::string& doubt : some) {
        auto known = std::find_if(said.begin(), said.end(), [&](const auto& one) { return one.first == doubt; });
        if (known == said.end()) known = said.insert(said.end(), {doubt, ""});
        known->second += fmt::format("{}{:g} K", known->second.empty() ? "" : ", ", t.temperature);
      }
    };
    if (t.spectrum && t.spectrum->fit) add(t.spectrum->fit->doubts);
    if (t.times) add(t.times->doubts);
    if (t.effective && effective) add(t.effective->doubts);
  }
  std::vector<std::string> doubts;
  for (const auto& [doubt, temperatures] : said) doubts.push_back(temperatures + ": " + doubt);
  return doubts;
}

}  // namespace

std::vector<std::string> doubts_of(const FreeEnergyFindings& f) {
  std::vector<std::string> doubts;
  std::int64_t one_way = 0, far = 0, known = 0, open = 0, at_once = 0;
  for (const Sampling& s : f.samplings) {
    at_once += s.at_once ? 1 : 0;
    if (!s.found) continue;
    ++known;
    open += s.found->barrier.closed ? 0 : 1;
    one_way += s.returns == 0 ? 1 : 0;
    far += s.found->disagreement() > thermal_energy(s.temperature) ? 1 : 0;
  }
  if (open > 0)
    doubts.push_back(fmt::format("In {} of {} samplings F still rises where the group left, at the largest value that was seen: ΔF is no barrier there but how far hills had filled the basin", open, known));
  if (at_once > 0)
    doubts.push_back(fmt::format("{} of {} samplings had left at the first quench: their basin had not settled (`equilibration`), or quenches are rare (`quench_every`)", at_once, f.samplings.size()));
  if (f.events_asked > 0 && events_sampled(f) < f.events_asked)
    doubts.push_back(fmt::format("{} events were asked for and {} sampled: the searches found no more over such barriers", f.events_asked, events_sampled(f)));
  if (one_way > 0)
    doubts.push_back(fmt::format("{} of {} barriers come from samplings that never went back: their bias was still growing when they left, so ΔF depends on how fast hills came", one_way, known));
  if (far > 0) doubts.push_back(fmt::format("In {} of {} samplings the three free energies differ by more than kT: the bias is not converged there", far, known));
  const auto made_of_shells = [](const Sampling& s) { return s.found && s.found->rate.geometric != 0.0; };
  if (std::any_of(f.samplings.begin(), f.samplings.end(), made_of_shells))
    doubts.push_back("ΔF (maximum less minimum) depends on how the variable is scaled and on how many atoms it is made of; ΔG does not");
  for (const SamplingSeries& series : f.series) {
    for (const std::string& doubt : doubts_by_temperature(series, series.arrhenius || f.series.size() < 2)) doubts.push_back(which(f, series) + doubt);
    const auto several = std::find_if(series.temperatures.begin(), series.temperatures.end(), [](const SamplingTemperature& t) { return t.groups > 1; });
    if (several != series.temperatures.end() && (series.arrhenius || series.height_line) && series.paired_groups == 0)
      doubts.push_back(which(f, series) + "Some group has no barrier, or no scatter, at some temperature: slopes take the temperatures as independent, though they share groups");
    if (several != series.temperatures.end() && std::any_of(series.temperatures.begin(), series.temperatures.end(), [](const SamplingTemperature& t) { return t.spectrum && t.spectrum->fit; }))
      doubts.push_back(fmt::format("{}Log-normal laws and their tests take the samplings as independent, but they are of {} groups", which(f, series), several->groups));
    if (!series.arrhenius) continue;
    for (const std::string& doubt : series.arrhenius->doubts) doubts.push_back(which(f, series) + doubt);
  }
  return doubts;
}

std::vector<ReportTable> tables_of(const FreeEnergyFindings& f) {
  if (f.samplings.empty()) return {};
  return {temperature_table(f), sampling_table(f)};
}

std::string to_text(const FreeEnergyFindings& f) {
  std::string text = f.stage + "\n";
  for (const std::string& sentence : in_words(f)) text += "  " + plain_text(sentence) + "\n";
  for (const std::string& doubt : doubts_of(f)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const FreeEnergyFindings& f) {
  Json json{{"stage", f.stage}, {"type", f.type}, {"variable", f.variable}, {"nu0_THz", f.nu0}, {"bias_temperature_K", f.bias_temperature}, {"force_calls", f.force_calls},
            {"series", Json::array()}, {"shared_saddles", nullptr}, {"samplings", Json::array()}, {"doubts", doubts_of(f)}};
  for (const SamplingSeries& series : f.series) json["series"].push_back(json_of(series));
  if (f.shared) json["shared_saddles"] = {{"known_to_searches", f.shared->known}, {"distinct_unknown", f.shared->distinct}};
  for (const Sampling& s : f.samplings) json["samplings"].push_back(json_of(s));
  return json;
}

}  // namespace glasscape
