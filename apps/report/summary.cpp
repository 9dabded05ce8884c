#include "apps/report/summary.hpp"

#include <fmt/ranges.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "apps/report/estimates.hpp"
#include "apps/report/free_energy_report.hpp"
#include "apps/report/anelastic_report.hpp"
#include "apps/report/kinetics_report.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/modes_report.hpp"
#include "apps/report/response_report.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

std::string composition_text(const Species& species) {
  std::vector<std::int64_t> counts(species.elements.size(), 0);
  for (const int element : species.element_of) ++counts[static_cast<std::size_t>(element)];
  std::string text;
  for (std::size_t k = 0; k < counts.size(); ++k) text += fmt::format("{}_{{{}}}", species.elements[k].name, counts[k]);
  return text;
}

/// g/cm^3.
double density(const Configuration& c) {
  double mass = 0;
  for (Eigen::Index i = 0; i < c.atoms(); ++i) mass += c.species->of(i).mass;
  return mass / c.cell.volume() * units::density_g_per_cm3;
}

/// One sentence for all temperatures at which one sample carries a barrier.
void add_carried(const SearchFindings& s, const std::string& name, const std::string& consequence,
                 ExponentialBarrier EffectiveBarriers::* part, std::vector<std::string>& doubts) {
  std::vector<std::string> temperatures;
  for (const EffectiveBarriers& e : s.effective)
    if ((e.*part).one_sample_carries_it) temperatures.push_back(fmt::format("{:g}", e.temperature));
  if (!temperatures.empty() && s.events.size() > 1)
    doubts.push_back(fmt::format("The {} barrier is carried by one of {} at {} K: more samples would {} it", name,
                                 counted(s.events.size(), "barrier"), fmt::join(temperatures, ", "), consequence));
}

/// Atoms moved, by element.
Json moved_json(const SearchFindings& s, const DistinctEvent& e) {
  Json json = Json::object();
  for (std::size_t k = 0; k < e.size.moved_of.size(); ++k) json[s.elements[k]] = e.size.moved_of[k];
  return json;
}

using glasscape::json_of;  // beside those of this file

/// g by bin, of all atoms and of each pair of elements.
Json json_of(const PairDistributions& d) {
  const auto part = [](const PairDistribution& one) {
    Json json{{"pair", one.first.empty() ? "all" : one.first + "-" + one.second}, {"g", Json::array()}, {"neighbours", one.neighbours},
              {"first_shell_A", one.shell ? Json(one.shell->radius) : Json(nullptr)}, {"coordination", one.shell ? Json(one.shell->neighbours) : Json(nullptr)}};
    for (const Estimate& g : one.g) json["g"].push_back(g.value);
    return json;
  };
  Json json{{"bin_width_A", d.width}, {"pairs", Json::array({part(d.total)})}};
  for (const PairDistribution& one : d.partials) json["pairs"].push_back(part(one));
  return json;
}

Json json_of(const Spectrum& s) {
  Json json{{"barriers_eV", s.barriers}, {"mean_eV", json_of(s.summary.mean)}, {"median_eV", json_of(s.summary.median)},
            {"standard_deviation_eV", json_of(s.summary.standard_deviation)}, {"log_normal", nullptr}};
  if (s.fit)
    json["log_normal"] = {{"mu", json_of(s.fit->mu)}, {"sigma", json_of(s.fit->sigma)}, {"mean_eV", json_of(s.fit->mean)},
                          {"distance", s.fit->distance}, {"p_value", json_of(s.fit->p_value)}};
  return json;
}

/// Without the intervals of the fit: all temperatures share one sample of barriers, and it takes them as independent.
Json json_of(const ArrheniusFit& a) {
  return {{"energy_eV", a.energy.value}, {"ln_prefactor_s", a.log_prefactor.value}, {"entropy_kB", a.barriers.line.entropy.value}};
}

template <typename Value>
Json json_of(const std::optional<Value>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

/// Basins and saddles as columns; energies above the start.
Json json_of(const EnergyNetwork& n) {
  Json json{{"stages", n.stages}, {"start", n.start}, {"basin_eV", Json::array()}, {"saddle_eV", Json::array()}, {"joins", Json::array()}};
  for (const NetworkBasin& b : n.basins) json["basin_eV"].push_back(b.energy);
  for (const NetworkSaddle& s : n.saddles) {
    json["saddle_eV"].push_back(s.connection.energy);
    json["joins"].push_back({s.connection.from, s.connection.to});
  }
  return json;
}

Json json_of(const Arrhenius& a) {
  return {{"nu0_Hz", a.attempt_frequency}, {"parallel", json_of(a.parallel)}, {"mean_of_both", json_of(a.effective)}, {"sequential", json_of(a.sequential)}};
}

/// The apparent energy and entropy of a temperature dependence that comes from the spectrum alone.
std::string in_words(const Arrhenius& a) {
  const auto of = [](const ArrheniusFit& fit) {
    return fmt::format("{} eV and {} k_{{B}}", readable(fit.energy.value, 3), readable(fit.barriers.line.entropy.value, 2));
  };
  return fmt::format("Straight lines through ν_{{0}} exp(−F(T)/kT), ν_{{0}} = {} THz, have the apparent energies and entropies {} (parallel), {} (mean of the two), "
                     "{} (sequential): what a spread of barriers of one prefactor looks like.", readable(a.attempt_frequency / units::hertz_per_terahertz, 3),
                     of(*a.parallel), of(*a.effective), of(*a.sequential));
}

Json json_of(const SearchFindings& s) {
  Json json{{"stage", s.stage}, {"type", s.type}, {"attempts", s.statistics.attempts}, {"connected", s.statistics.connected},
            {"distinct_saddles", s.statistics.distinct}, {"force_calls", s.statistics.force_calls},
            {"success_ratio", json_of(s.statistics.success_ratio)}, {"force_calls_per_attempt", json_of(s.statistics.calls_per_attempt)},
            {"force_calls_per_connected_saddle", json_of(s.statistics.calls_per_connected)},
            {"force_calls_per_new_saddle", json_of(s.statistics.calls_per_distinct)}, {"failures", Json::object()},
            {"forward", json_of(s.forward)}, {"reverse", json_of(s.reverse)}, {"effective_barriers", Json::array()}, {"arrhenius", s.arrhenius ? json_of(*s.arrhenius) : Json(nullptr)},
            {"completeness", s.completeness ? to_json(*s.completeness) : Json(nullptr)},
            {"completeness_after_refinement", s.refined_completeness ? to_json(*s.refined_completeness) : Json(nullptr)},
            {"events", Json::array()}, {"doubts", doubts_of(s)}};
  if (s.basins) json["basins"] = *s.basins;
  if (!s.network.basins.empty()) json["landscape"] = json_of(s.network);
  for (const FailureCount& f : s.statistics.failures) json["failures"][f.reason] = f.count;
  for (const EffectiveBarriers& e : s.effective)
    json["effective_barriers"].push_back({{"temperature_K", e.temperature}, {"parallel_eV", json_of(e.parallel.barrier)},
                                          {"sequential_eV", json_of(e.sequential.barrier)}, {"mean_of_both_eV", json_of(e.effective)},
                                          {"parallel_participation", e.parallel.participation},
                                          {"sequential_participation", e.sequential.participation}});
  for (const DistinctEvent& e : s.events)
    json["events"].push_back({{"task", e.ref.task}, {"number", e.ref.number}, {"centre", e.centre}, {"forward_eV", e.forward},
                              {"reverse_eV", e.reverse}, {"curvature_eV_per_A2", e.curvature}, {"participation", e.size.participation}, {"mechanism", e.mechanism},
                              {"atoms_moved", e.size.moved}, {"atoms_moved_of", moved_json(s, e)}, {"total_displacement_A", e.size.total},
                              {"largest_displacement_A", e.size.largest}, {"times_found", e.times_found}});
  return json;
}

}  // namespace

std::string duration(double seconds) {
  return seconds < 100 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.1f} min", seconds / 60);
}

std::string with_interval(const Estimate& e, int significant) {
  return fmt::format("{} ({} to {})", readable(e.value, significant), readable(e.interval.low, significant), readable(e.interval.high, significant));
}

std::string percent(const Estimate& share) {
  const auto whole = [](double value) { return readable(std::round(100 * value), 4); };
  return fmt::format("{} % ({} to {} %)", whole(share.value), whole(share.interval.low), whole(share.interval.high));
}

std::string moved_text(const SearchFindings& s, const DistinctEvent& e) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < e.size.moved_of.size(); ++k)
    if (e.size.moved_of[k] > 0) parts.push_back(fmt::format("{} {}", e.size.moved_of[k], s.elements[k]));
  return parts.empty() ? "0" : fmt::format("{}: {}", e.size.moved, fmt::join(parts, ", "));
}

std::vector<std::string> in_words(const Preparation& p) {
  const Configuration& c = p.basin.configuration;
  const double atoms = static_cast<double>(c.atoms());
  std::vector<std::string> words{fmt::format("A minimum of {} atoms, {}: {} eV per atom, no force above {} eV/Å.", c.atoms(), composition_text(*c.species),
                                             readable(p.basin.energy / atoms, 6), readable(p.basin.fmax, 2))};
  if (c.cell.all_periodic())
    words.push_back(fmt::format("Volume {} Å^{{3}} per atom, density {} g/cm^{{3}}. Made in {}.", readable(c.cell.volume() / atoms, 4),
                                readable(density(c), 4), duration(p.wall_seconds)));
  return words;
}

std::vector<std::string> in_words(const SearchFindings& s) {
  const SearchStatistics& n = s.statistics;
  std::vector<std::string> words;
  if (s.basins) words.push_back(fmt::format("From {} that the stages before had found and not searched from, the lowest first.", counted(static_cast<std::size_t>(*s.basins), "basin")));
  if (n.success_ratio)
    words.push_back(fmt::format("{}, {} of which ended in a first-order saddle connected with the start: {}. {}. The tasks took {} together.",
                                counted(static_cast<std::size_t>(n.attempts), "search", "searches"), n.connected, percent(*n.success_ratio), counted(static_cast<std::size_t>(n.distinct), "distinct saddle"), duration(s.wall_seconds)));
  if (n.calls_per_attempt)
    words.push_back(fmt::format("Force calls: {} per search; {} per connected saddle; {} per distinct saddle.", with_interval(*n.calls_per_attempt, 3),
                                n.calls_per_connected ? with_interval(*n.calls_per_connected, 3) : "–",
                                n.calls_per_distinct ? readable(*n.calls_per_distinct, 3) : "–"));
  if (s.completeness) {
    const double attempts = s.statistics.connected > 0 ? static_cast<double>(n.attempts) / static_cast<double>(n.connected) : 1.0;
    for (std::string& sentence : in_words(*s.completeness, attempts)) words.push_back(std::move(sentence));
  }
  if (s.refined_completeness) words.push_back(refined_in_words(*s.refined_completeness));
  if (!s.forward) return words;
  words.push_back(fmt::format("Forward barriers: mean {} eV, median {} eV, from {} to {} eV. Reverse: mean {} eV, median {} eV.",
                              with_interval(s.forward->summary.mean, 3), with_interval(s.forward->summary.median, 3),
                              readable(s.forward->summary.minimum, 2), readable(s.forward->summary.maximum, 3),
                              with_interval(s.reverse->summary.mean, 3), with_interval(s.reverse->summary.median, 3)));
  if (s.forward->fit)
    words.push_back(fmt::format("Log-normal law fitted to the forward ones: μ = {}, σ = {} of ln(F/eV); Kolmogorov–Smirnov distance {}, p = {}.",
                                with_interval(s.forward->fit->mu, 3), with_interval(s.forward->fit->sigma, 3), readable(s.forward->fit->distance, 2),
                                readable(s.forward->fit->p_value.value, 2)));
  if (s.arrhenius && s.arrhenius->effective) words.push_back(in_words(*s.arrhenius));
  return words;
}

std::vector<std::string> doubts_of(const SearchFindings& s) {
  std::vector<std::string> all = s.caveats;
  all.insert(all.end(), s.statistics.doubts.begin(), s.statistics.doubts.end());
  const auto add = [&](const std::vector<std::string>& some, const std::string& of) {
    for (const std::string& doubt : some) all.push_back(of + doubt);
  };
  if (s.forward && s.forward->fit) add(s.forward->fit->doubts, "Forward: ");
  if (s.reverse && s.reverse->fit) add(s.reverse->fit->doubts, "Reverse: ");
  if (s.forward) add(s.forward->summary.doubts, "");
  if (s.completeness) add(s.completeness->counts.doubts, "Completeness: ");
  add_carried(s, "parallel", "lower", &EffectiveBarriers::parallel, all);
  add_carried(s, "sequential", "raise", &EffectiveBarriers::sequential, all);
  return all;
}

std::string to_text(const Findings& f) {
  std::string text = f.title + "\n";
  for (const std::string& sentence : f.missing) text += "  ! " + sentence + "\n";
  for (const Preparation& p : f.preparations) {
    text += p.stage + "\n";
    for (const std::string& sentence : in_words(p)) text += "  " + plain_text(sentence) + "\n";
    for (const std::string& doubt : p.doubts) text += "  ! " + plain_text(doubt) + "\n";
  }
  for (const SearchFindings& s : f.searches) {
    text += s.stage + "\n";
    for (const std::string& sentence : in_words(s)) text += "  " + plain_text(sentence) + "\n";
    for (const EffectiveBarriers& e : s.effective)
      text += fmt::format("  {:>5} K  parallel {:.3f}  sequential {:.3f}  mean of the two {:.3f} eV\n", e.temperature, e.parallel.barrier.value,
                          e.sequential.barrier.value, e.effective.value);
    for (const std::string& doubt : doubts_of(s)) text += "  ! " + plain_text(doubt) + "\n";
  }
  for (const ModesFindings& m : f.modes) text += to_text(m);
  for (const FreeEnergyFindings& e : f.free_energies) text += to_text(e);
  for (const ResponseFindings& r : f.responses) text += to_text(r);
  for (const KineticsFindings& k : f.kinetics) text += to_text(k);
  for (const AnelasticFindings& a : f.anelastic) text += to_text(a);
  return text;
}

Json to_json(const Findings& f) {
  Json json{{"study", f.title}, {"potential", f.provenance.potential}, {"seed", f.provenance.seed}, {"missing", f.missing},
            {"preparations", Json::array()}, {"searches", Json::array()}, {"modes", Json::array()}, {"free_energies", Json::array()}, {"responses", Json::array()}, {"kinetics", Json::array()}, {"anelastic", Json::array()}};
  for (const Preparation& p : f.preparations) {
    const double atoms = static_cast<double>(p.basin.configuration.atoms());
    const bool periodic = p.basin.configuration.cell.all_periodic();
    json["preparations"].push_back({{"stage", p.stage}, {"type", p.type}, {"natoms", p.basin.configuration.atoms()},
                                    {"energy_per_atom_eV", p.basin.energy / atoms}, {"fmax_eV_per_A", p.basin.fmax},
                                    {"volume_per_atom_A3", periodic ? Json(p.basin.configuration.cell.volume() / atoms) : Json(nullptr)},
                                    {"density_g_per_cm3", periodic ? Json(density(p.basin.configuration)) : Json(nullptr)},
                                    {"pair_distribution", p.distances ? json_of(*p.distances) : Json(nullptr)}, {"doubts", p.doubts}});
  }
  for (const SearchFindings& s : f.searches) json["searches"].push_back(json_of(s));
  for (const ModesFindings& m : f.modes) json["modes"].push_back(to_json(m));
  for (const FreeEnergyFindings& e : f.free_energies) json["free_energies"].push_back(to_json(e));
  for (const ResponseFindings& r : f.responses) json["responses"].push_back(to_json(r));
  for (const KineticsFindings& k : f.kinetics) json["kinetics"].push_back(to_json(k));
  for (const AnelasticFindings& a : f.anelastic) json["anelastic"].push_back(to_json(a));
  return json;
}

}  // namespace glasscape
