#include "apps/report/kinetics_report.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numbers>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

/// Of ln(t / 1 s): "3.2 ns", "5.1×10^{4} s", "10^{412} s".
std::string time_text(double log_time) {
  if (!std::isfinite(log_time)) return "–";
  static constexpr std::array names{"fs", "ps", "ns", "µs", "ms", "s"};
  constexpr double few_decades = 300;
  const double decades = log_time / std::numbers::ln10;
  if (std::abs(decades) > few_decades) return fmt::format("10^{{{}}} s", readable(std::round(decades), 6));
  // rounding to two digits may reach the next unit
  const double rounded = decades + std::log10(1.005);
  const auto unit = static_cast<std::size_t>(std::clamp(std::floor((rounded + 15) / 3), 0.0, static_cast<double>(names.size() - 1)));
  return readable(std::pow(10.0, decades + 15 - 3 * static_cast<double>(unit)), 2) + " " + names[unit];
}

std::string escape_text(const std::optional<double>& log_rate) { return log_rate ? time_text(-*log_rate) : "never"; }

/// With the time that unseen saddles may cut it to, in brackets.
std::string bounded(const std::optional<double>& log_rate, const std::optional<double>& log_rate_at_most) {
  if (!log_rate || !log_rate_at_most) return escape_text(log_rate);
  const std::string time = time_text(-*log_rate), least = time_text(-*log_rate_at_most);
  return least == time ? time : fmt::format("{} (≥ {})", time, least);
}

std::string kelvins(const std::vector<double>& temperatures) {
  std::vector<std::string> texts;
  for (const double t : temperatures) texts.push_back(fmt::format("{:g}", t));
  return fmt::format("{} K", fmt::join(texts, ", "));
}

/// Temperatures at which something is said of one of the laws.
template <typename Holds>
std::vector<double> where(const KineticsFindings& k, const Holds& holds) {
  std::vector<double> temperatures;
  for (const KineticsAt& at : k.at)
    if (std::any_of(at.laws.begin(), at.laws.end(), holds)) temperatures.push_back(at.temperature);
  return temperatures;
}

std::string network_text(const KineticsFindings& k) {
  const std::string prefactors =
      k.modes.empty() ? fmt::format("each passage has the prefactor ν_{{0}} = {} THz", readable(k.nu0, 3))
                      : fmt::format("by the prefactor ν_{{0}} = {} THz for all, by Vineyard's of '{}', and by these with quantum vibrations and tunnelling", readable(k.nu0, 3), k.modes);
  return fmt::format("Rates over {} between {}: {}. Rates there and back are in detailed balance.", counted(k.graph.saddles.size(), "saddle"), counted(k.graph.basins.size(), "basin"), prefactors);
}

std::string lumping_text(const KineticsFindings& k) {
  const double stay = KineticsFindings::lumped_kT - std::log(k.nu0) - 12 * std::numbers::ln10;
  return fmt::format("A basin whose way back to the start climbs {:g} kT or less falls back within about {}: a flicker, not an escape. Such basins and the start are lumped "
                     "into one superbasin, taken to be in equilibrium when the time begins.",
                     KineticsFindings::lumped_kT, time_text(stay));
}

std::string unseen_text(const KineticsFindings& k) {
  if (!k.unseen_bounded) return "No search found what another had found, so nobody can say how many saddles are unseen: times may be shorter by any factor.";
  return fmt::format("Saddles that nobody has seen make times shorter. In brackets the time that {:.0f} % of {} draws stay above: their number by Chao1 and its error, each like "
                     "one of those found.",
                     100 * UnseenSaddles::level, UnseenSaddles::draws);
}

std::string laws_text(const std::vector<Leaving>& laws, double nu0, const std::function<std::string(const Leaving&)>& text) {
  std::vector<std::string> parts;
  for (const Leaving& l : laws) parts.push_back(laws.size() == 1 ? text(l) : fmt::format("{} ({})", text(l), label_of(l.law, nu0)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// Events are those that searches found.
std::string passage_name(std::int64_t event) { return event > 0 ? fmt::format("event {}", event) : "a saddle behind an escape"; }

std::string times_text(const KineticsFindings& k, const KineticsAt& at) {
  const std::string first = laws_text(at.laws, k.nu0, [](const Leaving& l) { return bounded(l.log_first_step, l.log_first_step_at_most); });
  std::string text = fmt::format("At {:g} K the first step out of the start comes after {}. {} of {} basins are lumped below {} eV", at.temperature, first,
                                 at.lumped.size(), k.graph.basins.size(), readable(at.lumped_below, 2));
  if (!at.laws.back().log_escape) return text + ": every known basin falls back, and none is known to escape to.";
  const Leaving& best = at.laws.back();
  return text + fmt::format("; the superbasin is left after {}. The lowest way out climbs {} eV above the start; {:.0f} % of the flow goes over {}.",
                            laws_text(at.laws, k.nu0, [](const Leaving& l) { return bounded(l.log_escape, l.log_escape_at_most); }), readable(*at.barrier, 3), 100 * best.share, passage_name(best.event));
}

/// What is missing from the network.
void add_missing(const KineticsFindings& k, std::vector<std::string>& doubts) {
  const std::size_t others = k.graph.basins.size() - 1;
  if (k.leaves > 0)
    doubts.push_back(fmt::format("{} of {} basins besides the start are known by one saddle alone, most of them the one that found them: unknown ways on from there are left "
                                 "out, so what happens after the first step is that of the known network",
                                 k.leaves, others));
  if (k.coverage)
    doubts.push_back(fmt::format("Rates are sums over the saddles found, and so at least this fast: the coverage of the searches is {}", percent(*k.coverage)));
  if (k.left_out > 0)
    doubts.push_back(fmt::format("{} left out for want of modes, the lowest over {} eV", k.left_out == 1 ? "1 distinct saddle is" : fmt::format("{} distinct saddles are", k.left_out),
                                 readable(*k.lowest_left_out, 3)));
  if (k.ends_without_modes > 0) doubts.push_back(fmt::format("Basins without modes are taken to vibrate as the start does: {}", k.ends_without_modes));
}

/// Where the rates are not to be trusted.
void add_limits(const KineticsFindings& k, std::vector<std::string>& doubts) {
  if (k.at.empty()) return;
  const auto hottest = std::max_element(k.at.begin(), k.at.end(), [](const auto& a, const auto& b) { return a.temperature < b.temperature; });
  const double kT = units::boltzmann * hottest->temperature;
  const auto low = std::count_if(k.graph.connections.begin(), k.graph.connections.end(), [&](const Connection& c) {
    return c.energy - std::max(k.graph.basins[c.from].energy, k.graph.basins[c.to].energy) < kT;
  });
  if (low > 0)
    doubts.push_back(fmt::format("{} of {} saddles lie less than kT at {:g} K above one of their basins: transition state theory takes the basin as in equilibrium before each step",
                                 low, k.graph.saddles.size(), hottest->temperature));
  const std::vector<double> remembered = where(k, [](const Leaving& l) { return std::abs(l.start_remembered) > 0.1; });
  if (!remembered.empty())
    doubts.push_back(fmt::format("At {} the time to leave depends by more than 10 % on whether the walk begins in the start or in the equilibrium of its superbasin: not one exponential",
                                 kelvins(remembered)));
  const std::vector<double> bad = where(k, [](const Leaving& l) { return std::abs(l.last_term) > KineticsFindings::largest_last_term; });
  if (!bad.empty()) doubts.push_back(fmt::format("At {} the quantum correction has not converged: its second order changes the rate by more than 10 %", kelvins(bad)));
}

using glasscape::json_of;  // beside those of this file

Json json_of(const Leaving& l) {
  Json json{{"log_first_step", l.log_first_step}, {"log_first_step_at_most", json_of(l.log_first_step_at_most)}, {"log_escape", json_of(l.log_escape)},
            {"log_escape_at_most", json_of(l.log_escape_at_most)}, {"log_start_remembered", l.start_remembered}, {"event", nullptr},
            {"share", nullptr}};
  if (l.log_escape) {
    json["event"] = l.event;
    json["share"] = l.share;
  }
  if (l.law == RateLaw::quantum) json["last_term"] = l.last_term;
  return json;
}

}  // namespace

std::string_view name_of(RateLaw law) {
  switch (law) {
    case RateLaw::constant: return "constant";
    case RateLaw::harmonic: return "harmonic";
    case RateLaw::quantum: break;
  }
  return "quantum";
}

std::string label_of(RateLaw law, double nu0) {
  return law == RateLaw::constant ? fmt::format("ν_{{0}} = {} THz", readable(nu0, 3)) : std::string(name_of(law));
}

std::vector<std::string> in_words(const KineticsFindings& k) {
  std::vector<std::string> words{network_text(k), lumping_text(k), unseen_text(k)};
  if (k.at.empty()) return words;
  const KineticsAt& middle = k.at[k.at.size() / 2];
  words.push_back(times_text(k, middle));
  words.push_back(fmt::format("Lumped below {:g} kT or {:g} kT instead, the superbasin would be left after {} or {}.", 0.5 * KineticsFindings::lumped_kT,
                              2 * KineticsFindings::lumped_kT, escape_text(middle.log_escape_at_half), escape_text(middle.log_escape_at_double)));
  return words;
}

std::vector<std::string> doubts_of(const KineticsFindings& k) {
  std::vector<std::string> doubts;
  add_missing(k, doubts);
  add_limits(k, doubts);
  return doubts;
}

ReportTable table_of(const KineticsFindings& k) {
  ReportTable t{"Mean times to leave", {"T (K)"}, {}};
  const auto add_head = [&](const std::string& what, std::initializer_list<RateLaw> laws) {
    for (const RateLaw law : laws) t.head.push_back(k.modes.empty() ? what : what + ", " + label_of(law, k.nu0));
  };
  if (k.modes.empty()) {
    add_head("first step", {RateLaw::constant});
    add_head("superbasin", {RateLaw::constant});
  } else {
    add_head("first step", {RateLaw::quantum});
    add_head("superbasin", {RateLaw::constant, RateLaw::harmonic, RateLaw::quantum});
  }
  for (const char* column : {"lumped below (eV)", "basins lumped", "lowest way out (eV)", "most of the flow over"}) t.head.push_back(column);
  for (const KineticsAt& at : k.at) {
    std::vector<std::string> row{fmt::format("{:g}", at.temperature)};
    row.push_back(bounded(at.laws.back().log_first_step, at.laws.back().log_first_step_at_most));
    for (const Leaving& l : at.laws) row.push_back(bounded(l.log_escape, l.log_escape_at_most));
    const Leaving& best = at.laws.back();
    row.push_back(readable(at.lumped_below, 2));
    row.push_back(std::to_string(at.lumped.size()));
    row.push_back(at.barrier ? readable(*at.barrier, 3) : "–");
    row.push_back(best.log_escape ? fmt::format("{}: {:.0f} %", passage_name(best.event), 100 * best.share) : "–");
    t.rows.push_back(std::move(row));
  }
  return t;
}

std::string to_text(const KineticsFindings& k) {
  std::string text = "kinetics of " + k.stage + "\n";
  for (const std::string& sentence : in_words(k)) text += "  " + plain_text(sentence) + "\n";
  for (const KineticsAt& at : k.at) {
    const Leaving& best = at.laws.back();
    text += fmt::format("  {:>5} K  first step {:<20} superbasin {:<20}", at.temperature, plain_text(bounded(best.log_first_step, best.log_first_step_at_most)),
                        plain_text(bounded(best.log_escape, best.log_escape_at_most)));
    if (best.log_escape) text += fmt::format(" lowest way out {:.3f} eV, {:.0f} % over {}", *at.barrier, 100 * best.share, passage_name(best.event));
    text += "\n";
  }
  for (const std::string& doubt : doubts_of(k)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const KineticsFindings& k) {
  Json json{{"stage", k.stage}, {"modes", k.modes.empty() ? Json(nullptr) : Json(k.modes)}, {"nu0_THz", k.nu0}, {"basins", k.graph.basins.size()},
            {"saddles", k.graph.saddles.size()}, {"saddles_left_out", k.left_out}, {"lowest_left_out_eV", json_of(k.lowest_left_out)},
            {"basins_without_modes", k.ends_without_modes}, {"basins_of_one_saddle", k.leaves}, {"lumped_below_kT", KineticsFindings::lumped_kT}, {"at", Json::array()},
            {"doubts", doubts_of(k)}};
  for (const KineticsAt& at : k.at) {
    Json row{{"temperature_K", at.temperature}, {"lumped_below_eV", at.lumped_below}, {"basins_lumped", at.lumped.size()}, {"lowest_way_out_eV", json_of(at.barrier)}};
    for (const Leaving& l : at.laws) row[std::string(name_of(l.law))] = json_of(l);
    row["log_escape_lumped_below_half"] = json_of(at.log_escape_at_half);
    row["log_escape_lumped_below_double"] = json_of(at.log_escape_at_double);
    json["at"].push_back(std::move(row));
  }
  return json;
}

}  // namespace glasscape
