#include "apps/report/modes_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

/// Yang et al., Phys. Rev. B 102, 174103 (2020): the entropy between the parallel and the sequential one, and its nu0.
constexpr double published_entropy = 14.8, published_nu0 = 2.0;  // kB, THz

/// With a true minus sign.
std::string decimals(double value, int digits) {
  const std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return (value < 0 && !zero ? "\u2212" : "") + text;
}

/// "3.2 (2.5 to 3.9)".
std::string kB_with_interval(const Estimate& e) {
  if (!std::isfinite(e.interval.low)) return decimals(e.value, 1) + " (one passage)";
  return fmt::format("{} ({} to {})", decimals(e.value, 1), decimals(e.interval.low, 1), decimals(e.interval.high, 1));
}

std::string spread_text(const Summary& s) {
  std::string text = fmt::format("mean {} k_{{B}}, median {} k_{{B}}", kB_with_interval(s.mean), kB_with_interval(s.median));
  if (s.count > 1) text += fmt::format(", standard deviation {} k_{{B}}", kB_with_interval(s.standard_deviation));
  return text + fmt::format(", from {} to {} k_{{B}}", readable(s.minimum, 3), readable(s.maximum, 3));
}

std::string refinement_text(const ModesFindings& m) {
  double furthest = 0;
  std::int64_t merged = 0;
  for (const Passage& p : m.passages) {
    furthest = std::max(furthest, p.displacement);
    merged += p.times_found - 1;
  }
  std::string text = fmt::format("Start, saddle and end of {} of '{}' were refined: no force above {} eV/Å, no atom of a saddle moved further than {} Å.",
                                 counted(m.saddles, "distinct saddle"), m.from, readable(m.fmax, 2), readable(furthest, 2));
  if (merged > 0) text += fmt::format(" {} of them turned out to be one of the others and count once.", merged);
  return text + fmt::format(" {} left.", m.passages.size() == 1 ? "1 passage is" : counted(m.passages.size(), "passage") + " are");
}

std::string prefactor_text(const ModesFindings& m) {
  const auto decades = [&](double entropy) { return decimals(12.0 + (entropy + std::log(m.nu0)) / std::numbers::ln10, 1); };
  return fmt::format("Vineyard prefactors forward, log_{{10}}(ν*/Hz): median {}, from {} to {}.", decades(m.forward->median.value), decades(m.forward->minimum),
                     decades(m.forward->maximum));
}

std::string entropy_text(const ModesFindings& m) {
  const double shift = m.shift_to_kT_over_h();
  std::string text = fmt::format("Harmonic activation entropy ΔS = k_{{B}} ln(ν*/ν_{{0}}) with ν_{{0}} = {} THz: forward {}.", readable(m.nu0, 3), spread_text(*m.forward));
  if (m.reverse) text += fmt::format(" Reverse: {}.", spread_text(*m.reverse));
  return text + fmt::format(" Counted from kT/h at {:g} K, {} THz, each is {} k_{{B}} {}.", m.temperature, readable(m.nu0 * std::exp(-shift), 3),
                            readable(std::abs(shift), 2), shift < 0 ? "lower" : "higher");
}

/// Whether harmonic entropy can make the entropy that the report compares with.
std::string verdict(const ModesFindings& m) {
  const double wanted = m.compared_entropy;
  const std::vector<double> all = m.entropies(&Passage::log_nu_forward);
  const auto reached = std::count_if(all.begin(), all.end(), [&](double s) { return s >= wanted; });
  const bool published = wanted == published_entropy && m.nu0 == published_nu0;
  const std::string what = fmt::format("{} k_{{B}}{}", readable(wanted, 3),
                                       published ? " that Yang et al. (Phys. Rev. B 102, 174103 (2020)) find for the β relaxation of Cu_{50}Zr_{50}" : "");
  const std::string numbers = fmt::format("the largest of {} is {} k_{{B}}, the mean {} k_{{B}}", counted(all.size(), "passage"), readable(m.forward->maximum, 3), kB_with_interval(m.forward->mean));
  if (reached == 0) return fmt::format("Harmonic vibrations of these passages cannot make the {}: {}.", what, numbers);
  if (m.forward->mean.value >= wanted) return fmt::format("Harmonic vibrations of these passages can make the {}: {}.", what, numbers);
  return fmt::format("Harmonic vibrations make the {} in {} of these passages, but not on the average: {}.", what, reached, numbers);
}

std::string escape_text(const EscapeRate& e) {
  return fmt::format("At {:g} K the harmonic prefactors make the escape from the start {} times as fast as ν_{{0}} would ({} k_{{B}}). Its apparent activation energy is {} eV, "
                     "its apparent entropy {} k_{{B}}, the number of ways out included.",
                     e.temperature, readable(std::exp(e.gain.value), 2), kB_with_interval(e.gain), readable(e.energy, 2), readable(e.entropy, 2));
}

std::string line_text(const EntropyAgainstEnergy& line) {
  const std::string text = fmt::format("Entropy against energy, forward: correlation {}, slope {} k_{{B}}/eV", with_interval(line.correlation, 2), with_interval(line.slope, 2));
  if (!line.compensation_temperature) return text + ": no compensation is seen.";
  return text + fmt::format(", a compensation temperature of {} K.", with_interval(*line.compensation_temperature, 2));
}

const EscapeRate* middle_of(const ModesFindings& m) { return m.escape.empty() ? nullptr : &m.escape[m.escape.size() / 2]; }

std::string optional_text(const std::optional<double>& value, int digits) { return value ? decimals(*value, digits) : "–"; }

ReportTable escape_table(const ModesFindings& m) {
  ReportTable t{"Escape from the start, log_{10}(rate · 1 s)",
                {"T (K)", fmt::format("ν_{{0}} = {} THz for all", readable(m.nu0, 3)), "harmonic ν*", "gain (k_{B})", "apparent energy (eV)", "apparent entropy (k_{B})"},
                {}};
  const auto decades = [](Estimate e) {
    for (double* x : {&e.value, &e.interval.low, &e.interval.high}) *x /= std::numbers::ln10;
    return with_interval(e, 3);
  };
  for (const EscapeRate& e : m.escape)
    t.rows.push_back({fmt::format("{:g}", e.temperature), decades(e.constant), decades(e.harmonic), kB_with_interval(e.gain), readable(e.energy, 3), readable(e.entropy, 3)});
  return t;
}

ReportTable radius_table(const std::vector<RadiusConvergence>& rows) {
  ReportTable t{"Convergence with the active region: ΔS less that of all atoms",
                {"radius (Å)", "atoms", "passages", "without a first-order saddle", "lower quartile (k_{B})", "median (k_{B})", "upper quartile (k_{B})"},
                {}};
  for (const RadiusConvergence& row : rows) {
    t.rows.push_back({fmt::format("{:g}", row.radius), decimals(row.atoms, 0), std::to_string(row.distances.size()), std::to_string(row.none)});
    for (const double fraction : {0.25, 0.5, 0.75}) t.rows.back().push_back(row.distances.empty() ? "–" : decimals(quantile(row.distances, fraction), 2));
  }
  return t;
}

ReportTable passage_table(const ModesFindings& m) {
  ReportTable t{"All passages",
                {"fact", "forward (eV)", "log_{10}(ν*/Hz)", "ΔS (k_{B})", fmt::format("with kT/h at {:g} K", m.temperature), "reverse (eV)", "log_{10}(ν*/Hz)", "ΔS (k_{B})",
                 "unstable (THz)", "times found"},
                {}};
  const auto entropy = [&](const std::optional<double>& log_nu, double shift) { return log_nu ? std::optional(*log_nu - std::log(m.nu0) + shift) : std::nullopt; };
  const auto decades = [](const std::optional<double>& log_nu) { return log_nu ? std::optional(12.0 + *log_nu / std::numbers::ln10) : std::nullopt; };
  for (const Passage& p : m.passages)
    t.rows.push_back({fmt::format("{} #{}", p.ref.task, p.ref.number), optional_text(p.forward, 4), optional_text(decades(p.log_nu_forward), 2),
                      optional_text(entropy(p.log_nu_forward, 0), 2), optional_text(entropy(p.log_nu_forward, m.shift_to_kT_over_h()), 2), optional_text(p.reverse, 4),
                      optional_text(decades(p.log_nu_reverse), 2), optional_text(entropy(p.log_nu_reverse, 0), 2), readable(std::abs(p.unstable), 3) + "i",
                      std::to_string(p.times_found)});
  return t;
}

ReportTable failure_table(const ModesFindings& m) {
  ReportTable t{"Points without modes", {"fact", "point", "reason", "detail"}, {}};
  for (const ModesFailed& f : m.failures) t.rows.push_back({fmt::format("{} #{}", f.of.task, f.of.number), f.point, f.reason, f.detail});
  return t;
}

using glasscape::json_of;  // beside those of this file

Json json_of(const std::optional<Summary>& s) {
  if (!s) return nullptr;
  return {{"count", s->count}, {"mean_kB", json_of(s->mean)}, {"median_kB", json_of(s->median)}, {"standard_deviation_kB", json_of(s->standard_deviation)},
          {"least_kB", s->minimum}, {"largest_kB", s->maximum}};
}

Json json_of(const Passage& p, const ModesFindings& m) {
  const auto entropy = [&](const std::optional<double>& log_nu) { return log_nu ? Json(*log_nu - std::log(m.nu0)) : Json(nullptr); };
  const auto decades = [](const std::optional<double>& log_nu) { return log_nu ? Json(12.0 + *log_nu / std::numbers::ln10) : Json(nullptr); };
  Json json{{"task", p.ref.task}, {"number", p.ref.number}, {"forward_eV", json_of(p.forward)}, {"log10_nu_forward_Hz", decades(p.log_nu_forward)},
            {"forward_kB", entropy(p.log_nu_forward)}, {"reverse_eV", json_of(p.reverse)}, {"log10_nu_reverse_Hz", decades(p.log_nu_reverse)},
            {"reverse_kB", entropy(p.log_nu_reverse)}, {"unstable_THz", p.unstable}, {"refinement_A", p.displacement}, {"times_found", p.times_found},
            {"regions", Json::array()}};
  for (std::size_t k = 0; p.regions && k < p.regions->radius.size(); ++k) {
    const double log_nu_region = p.regions->log_nu[k];
    json["regions"].push_back({{"radius_A", p.regions->radius[k]}, {"natoms", p.regions->atoms[k]},
                               {"forward_kB", entropy(std::isfinite(log_nu_region) ? std::optional(log_nu_region) : std::nullopt)}});
  }
  return json;
}

}  // namespace

std::vector<std::string> in_words(const ModesFindings& m) {
  std::vector<std::string> words{refinement_text(m)};
  if (!m.forward) return words;
  words.push_back(prefactor_text(m));
  words.push_back(entropy_text(m));
  words.push_back(verdict(m));
  if (const EscapeRate* middle = middle_of(m)) words.push_back(escape_text(*middle));
  if (m.against_energy) words.push_back(line_text(*m.against_energy));
  return words;
}

std::vector<std::string> doubts_of(const ModesFindings& m) {
  std::vector<std::string> doubts;
  std::map<std::pair<std::string, std::string>, std::size_t> reasons;
  for (const ModesFailed& f : m.failures) ++reasons[{f.point, f.reason}];
  for (const auto& [what, count] : reasons) doubts.push_back(fmt::format("No modes of {}: {}", counted(count, what.first), what.second));
  if (m.loose > 0)
    doubts.push_back(fmt::format("{} point{} force above {:g} eV/Å that no step lowers: soft modes there are less sure", m.loose, m.loose == 1 ? " keeps a" : "s keep a",
                                 ModesFindings::tight));
  if (m.passages.empty()) return doubts;
  const std::size_t known = m.entropies(&Passage::log_nu_forward).size();
  if (known < enough_values) doubts.push_back(fmt::format("{}: intervals by resampling are too short below {}", counted(known, "prefactor"), enough_values));
  if (known > 0)
    doubts.push_back("All passages leave one minimum, and their prefactors share its modes: the intervals are those of other passages from it, not of other glasses");
  if (known > 0) doubts.push_back("Classical and harmonic: anharmonic modes and quantum effects are left out");
  return doubts;
}

std::vector<ReportTable> tables_of(const ModesFindings& m) {
  std::vector<ReportTable> tables;
  if (!m.escape.empty()) tables.push_back(escape_table(m));
  if (const auto rows = m.by_radius(); !rows.empty()) tables.push_back(radius_table(rows));
  if (!m.passages.empty()) tables.push_back(passage_table(m));
  if (!m.failures.empty()) tables.push_back(failure_table(m));
  return tables;
}

std::string to_text(const ModesFindings& m) {
  std::string text = m.stage + "\n";
  for (const std::string& sentence : in_words(m)) text += "  " + plain_text(sentence) + "\n";
  for (const EscapeRate& e : m.escape)
    text += fmt::format("  {:>5} K  escape 10^{:.2f}/s with nu0, 10^{:.2f}/s harmonic\n", e.temperature, e.constant.value / std::numbers::ln10,
                        e.harmonic.value / std::numbers::ln10);
  for (const RadiusConvergence& row : m.by_radius())
    text += fmt::format("  {:>5} A free ({:.0f} atoms): dS off by {} kB (median of {}); {} without a first-order saddle\n", row.radius, row.atoms,
                        row.distances.empty() ? "-" : fmt::format("{:.2f}", quantile(row.distances, 0.5)), row.distances.size(), row.none);
  for (const Passage& p : m.passages)
    if (p.forward && p.log_nu_forward)
      text += fmt::format("  {:<28} E {:.4f} eV  log10(nu*/Hz) {:.2f}  dS {:.2f} kB\n", fmt::format("{} #{}", p.ref.task, p.ref.number), *p.forward,
                          12.0 + *p.log_nu_forward / std::numbers::ln10, *p.log_nu_forward - std::log(m.nu0));
  for (const std::string& doubt : doubts_of(m)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const ModesFindings& m) {
  Json json{{"stage", m.stage}, {"type", m.type}, {"from", m.from}, {"nu0_THz", m.nu0}, {"compared_entropy_kB", m.compared_entropy},
            {"saddles", m.saddles}, {"passages", Json::array()}, {"forward_entropy", json_of(m.forward)}, {"reverse_entropy", json_of(m.reverse)},
            {"verdict", m.forward ? Json(plain_text(verdict(m))) : Json(nullptr)}, {"escape", Json::array()}, {"entropy_against_energy", nullptr},
            {"failures", Json::array()}, {"doubts", doubts_of(m)}};
  for (const Passage& p : m.passages) json["passages"].push_back(json_of(p, m));
  for (const EscapeRate& e : m.escape)
    json["escape"].push_back({{"temperature_K", e.temperature}, {"log_rate_constant_nu0", json_of(e.constant)}, {"log_rate_harmonic", json_of(e.harmonic)},
                              {"gain_kB", json_of(e.gain)}, {"apparent_energy_eV", e.energy}, {"apparent_entropy_kB", e.entropy}});
  if (m.against_energy) {
    const EntropyAgainstEnergy& line = *m.against_energy;
    json["entropy_against_energy"] = {{"correlation", json_of(line.correlation)}, {"slope_kB_per_eV", json_of(line.slope)}, {"compensation_temperature_K", nullptr}};
    if (line.compensation_temperature) json["entropy_against_energy"]["compensation_temperature_K"] = json_of(*line.compensation_temperature);
  }
  for (const ModesFailed& f : m.failures)
    json["failures"].push_back({{"task", f.of.task}, {"number", f.of.number}, {"point", f.point}, {"reason", f.reason}, {"detail", f.detail}});
  return json;
}

}  // namespace glasscape
