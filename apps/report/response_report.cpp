#include "apps/report/response_report.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;
using glasscape::json_of;  // beside those of this file

constexpr std::size_t most_in_words = 4;  // tasks; the table has all

std::string percent_of(double share) { return fmt::format("{} %", readable(std::round(100 * share), 3)); }

/// Without an interval where there is none.
std::string text_of(const Estimate& e, int significant) { return std::isfinite(e.interval.low) ? with_interval(e, significant) : readable(e.value, significant); }

std::string modulus_text(const ResponseTask& t) {
  const DynamicModulus& m = t.modulus;
  if (t.amplitude == 0) return fmt::format("{}, {} cycles: the fluctuations of its stress belong to a loss of G″ = {} GPa, by the fluctuation–dissipation theorem.", t.name, t.cycles, text_of(m.loss_by_fluctuation, 2));
  return fmt::format("{}, {} cycles: G′ = {} GPa, G″ = {} GPa, phase {} rad, tan δ = {}. Noise beside the drive makes a standard error of {} GPa in either; if it were thermal it would belong to G″ = {} GPa.", t.name, t.cycles,
                     text_of(m.storage, 3), text_of(m.loss, 2), text_of(m.phase, 2), text_of(m.loss_tangent, 2), readable(m.noise, 2), text_of(m.loss_by_fluctuation, 2));
}

const AtomicPhases& alike(const AtomicResponse& a) { return a.steady_unsheared ? *a.steady_unsheared : a.steady; }
std::string noise_name(const AtomicResponse& a) { return a.steady_unsheared ? "with the noise of a run without shear" : "with the noise beside the drive"; }

std::string central_text(const AtomicResponse& a) {
  std::string text = fmt::format("The phase of {} of the atoms is within π/2 of the strain's in a block of {} ps (Zella et al.: some 80 % in the central peak); of atoms that always answer alike, {}, {}; of noise alone, {}",
                                 percent(a.phases.central), readable(a.block_time, 3), noise_name(a), percent(alike(a).central), percent(a.noise.central));
  if (a.unsheared) text += fmt::format("; without shear, {}", percent(a.unsheared->central));
  return text + ".";
}

std::string group_text(const AtomicResponse& a) {
  const PhaseGroup &measured = a.phases.dissipating(), &steady = alike(a).dissipating();
  return fmt::format("Leaving out the {:g} % nearest to π/2 changes the phase of the glass by {} rad and G″ by {} GPa; in a glass whose atoms always answer alike, {}, by {} GPa: they are chosen for it.",
                     100 * a.phases.fraction, with_interval(measured.phase_change, 2), with_interval(measured.loss_change, 2), noise_name(a), with_interval(steady.loss_change, 2));
}

std::string kept_text(const AtomicResponse& a) {
  const auto share = [](const std::optional<Estimate>& e) { return e ? percent(*e) : std::string("–"); };
  std::string text = fmt::format("Of the loss above the average that these atoms are chosen for, they keep {} in the next block", share(a.phases.kept));
  if (a.kept_by_cycle) text += fmt::format(" ({} from one cycle to the next)", percent(*a.kept_by_cycle));
  text += fmt::format("; atoms that always answer alike would keep {}, noise alone {}.", share(alike(a).kept), share(a.noise.kept));
  const auto overlap = [](const std::optional<Estimate>& one, const std::optional<Estimate>& other) { return one && other && one->interval.low <= other->interval.high && other->interval.low <= one->interval.high; };
  if (overlap(a.phases.kept, alike(a).kept) && overlap(alike(a).kept, a.noise.kept)) text += " These cannot be told apart: how much they keep does not say whether atoms dissipate for a while.";
  return text;
}

std::string persistence_text(const AtomicResponse& a) {
  if (!a.phases.persistence) return "";
  return fmt::format("Persistence of phases from block to block: {}; {} if each atom went on with the phase of another, {} of atoms that always answer alike.", with_interval(*a.phases.persistence, 2),
                     readable(a.phases.by_chance->value, 2), alike(a).persistence ? with_interval(*alike(a).persistence, 2) : "–");
}

/// 1 - 1/ratio: what is beyond the noise.
std::string beyond(const Estimate& e) { return percent({1.0 - 1.0 / e.value, {1.0 - 1.0 / e.interval.low, 1.0 - 1.0 / e.interval.high}}); }

/// Of the scatter over the noise beside the drive.
std::string beside_text(const AtomicResponse& a) {
  const Estimate& s = a.scatter;
  const std::string seen = fmt::format("answers that change and last for a quarter of a period ({} ps) or longer", readable(0.25 * a.begun.period, 2));
  std::string text = fmt::format("It is {} times the noise at the frequencies beside the drive's, {} times in a typical block", with_interval(s, 3), with_interval(a.typical_scatter, 3));
  if (s.interval.low > 1.0) return text + fmt::format(": {} of it is at the drive's own frequency, as {} make it.", beyond(s), seen);
  if (s.interval.high < 1.0) return text + ": the noise there is not that at the drive, and says nothing.";
  return text + fmt::format(": there is no sign of {}, but up to {} of the scatter could be theirs; shorter ones are as strong beside the drive as at it, and so are rearrangements for good.", seen, percent_of(1.0 - 1.0 / s.interval.high));
}

/// Whether atoms' answers change more than thermal motion makes them seem to.
std::string verdict(const AtomicResponse& a) {
  std::string text = "How much an atom's share of the modulus scatters from block to block. ";
  if (a.scatter_over_unsheared) {
    const Estimate& s = *a.scatter_over_unsheared;
    text += fmt::format("It is {} times the noise of a run without shear, {} times in a typical block (medians): ", with_interval(s, 3), with_interval(*a.typical_over_unsheared, 3));
    if (s.interval.low > 1.0) text += fmt::format("{} of it is not thermal. ", beyond(s));
    else if (s.interval.high < 1.0) text += "less than thermal, so that the two runs cannot be compared. ";
    else text += fmt::format("all of it may be thermal, and up to {} may not. ", percent_of(1.0 - 1.0 / s.interval.high));
  }
  return text + beside_text(a);
}

std::string noise_text(const AtomicResponse& a) {
  return fmt::format("The amplitude of an atom is {} times its noise in one block and {} times in the run (medians; 0.83 for noise alone).", readable(quantile(sorted(a.signal_to_noise.of_block), 0.5), 3),
                     readable(quantile(sorted(a.signal_to_noise.of_run), 0.5), 3));
}

double mean_of(const std::vector<Clustering>& all, double Clustering::* value) {
  double sum = 0;
  for (const Clustering& c : all) sum += c.*value / static_cast<double>(all.size());
  return sum;
}

double mean_shared(const InSpace& s) {
  double sum = 0;
  for (const std::int64_t shared : s.shared) sum += static_cast<double>(shared) / static_cast<double>(s.shared.size());
  return sum;
}

std::string clustering_text(const AtomicResponse& a) {
  const auto crowded = std::count_if(a.in_space.clusters.begin(), a.in_space.clusters.end(), [](const Clustering& c) { return c.chance_of_contacts < 0.05; });
  const auto three = [&](double Clustering::* measured, double Clustering::* chance) {
    return fmt::format("{} (always alike, with noise: {}; drawn at random: {})", readable(mean_of(a.in_space.clusters, measured), 3), readable(mean_of(a.steady_in_space.clusters, measured), 3), readable(mean_of(a.in_space.clusters, chance), 3));
  };
  const auto n = static_cast<double>(a.in_space.size);
  return fmt::format("In space: the {} atoms near π/2 of a block have {} pairs within {} Å, more than 95 % of the draws in {} of {} blocks (by chance in one of 20), and {} atoms in their largest cluster. With those of the next block they have {} atoms in common "
                     "(always alike, with noise: {}; by chance: {}).",
                     a.in_space.size, three(&Clustering::contacts, &Clustering::contacts_by_chance), readable(a.contact, 3), crowded, a.in_space.clusters.size(), three(&Clustering::largest, &Clustering::largest_by_chance),
                     readable(mean_shared(a.in_space), 3), readable(mean_shared(a.steady_in_space), 3), readable(n * n / static_cast<double>(a.shares.front().size()), 3));
}

std::string with_error(const BlockMean& m) {
  if (!std::isfinite(m.error) || m.error < 1e-9 * std::abs(m.value)) return readable(m.value, 4);
  return fmt::format("{} ± {}", readable(m.value, 4), readable(m.error, 1));
}

/// Over its error; 0 without one.
double apart(const PropertyRow& row) { return row.difference.error > 0 && std::isfinite(row.difference.error) ? row.difference.value / row.difference.error : 0.0; }

ReportTable property_table(const AtomicResponse& a) {
  ReportTable t{fmt::format("Properties of the atoms near π/2 and of all: means over {} blocks with standard errors; neighbours within {} Å (Zella et al., Table 1: their cutoff is not told, and the ± of their displacement is its distribution's width)",
                            a.blocks, readable(a.contact, 3)),
                {"property", "near π/2", "all", "difference", "over its error", "Zella et al., near π/2", "Zella et al., all"},
                {}};
  for (const PropertyRow& row : a.properties)
    t.rows.push_back({row.name + (row.unit.empty() ? "" : " (" + row.unit + ")"), with_error(row.group), with_error(row.system), with_error(row.difference), readable(apart(row), 2), row.paper_group, row.paper_system});
  return t;
}

ReportTable nulls_table(const AtomicResponse& a) {
  ReportTable t{"What is found, and what is found where there is nothing to find",
                {"", "within π/2 of the strain", "phase without those at π/2 less that of all (rad)", "G″ without those at π/2 less that of all (GPa)", "without those at −π/2 (GPa)", "loss kept in the next block", "persistence", "by chance"},
                {}};
  const auto add = [&](const std::string& name, const AtomicPhases& p) {
    t.rows.push_back({name, percent(p.central), with_interval(p.dissipating().phase_change, 2), with_interval(p.dissipating().loss_change, 2), with_interval(p.groups.front().loss_change, 2),
                      p.kept ? percent(*p.kept) : "–", p.persistence ? with_interval(*p.persistence, 2) : "–", p.by_chance ? readable(p.by_chance->value, 2) : "–"});
  };
  add("measured", a.phases);
  if (a.steady_unsheared) add("atoms always alike, with the noise of the run without shear", *a.steady_unsheared);
  add("atoms always alike, with the noise beside the drive", a.steady);
  add("noise beside the drive alone", a.noise);
  if (a.unsheared) add("run without shear", *a.unsheared);
  return t;
}

ReportTable task_table(const ResponseFindings& r) {
  ReportTable t{"Moduli", {"task", "T, measured (K)", "G′ (GPa)", "G″ (GPa)", "phase (rad)", "tan δ", "noise (GPa)", "G″ by fluctuation (GPa)", "second harmonic", "of noise", "third harmonic", "of noise", "G′ per cycle (GPa)", "G″ per cycle (GPa)"}, {}};
  const auto part = [](double value) { return fmt::format("{:.1f} %", 100 * value); };
  for (const ResponseTask& task : r.tasks) {
    const DynamicModulus& m = task.modulus;
    if (task.amplitude == 0)
      t.rows.push_back({task.name, readable(m.temperature, 4), "–", "–", "–", "–", readable(m.noise, 2), text_of(m.loss_by_fluctuation, 2), "–", "–", "–", "–", "–", "–"});
    else
      t.rows.push_back({task.name, readable(m.temperature, 4), text_of(m.storage, 3), text_of(m.loss, 2), text_of(m.phase, 2), text_of(m.loss_tangent, 2), readable(m.noise, 2), text_of(m.loss_by_fluctuation, 2), part(m.second),
                        part(m.second_noise), part(m.third), part(m.third_noise), text_of(m.storage_drift, 2), text_of(m.loss_drift, 2)});
  }
  return t;
}

Json json_of(const AtomicPhases& p) {
  Json json{{"edges_rad", p.edges}, {"density", Json::array()}, {"density_by_block", p.by_block}, {"within_half_pi", json_of(p.central)}, {"groups", Json::array()}, {"later", Json::array()}, {"loss_kept", json_of(p.kept)}, {"persistence", json_of(p.persistence)}, {"by_chance", json_of(p.by_chance)}};
  for (const Estimate& e : p.density) json["density"].push_back(e.value);
  for (const PhaseGroup& g : p.groups) {
    Json storage = Json::array(), loss = Json::array();
    for (const std::complex<double>& z : g.without) {
      storage.push_back(z.real());
      loss.push_back(z.imag());
    }
    json["groups"].push_back({{"phase_rad", g.phase}, {"storage_without_GPa", storage}, {"loss_without_GPa", loss}, {"phase_change_rad", json_of(g.phase_change)}, {"loss_change_GPa", json_of(g.loss_change)}});
  }
  for (const LaterPhases& l : p.later) {
    Json density = Json::array();
    for (const Estimate& e : l.density) density.push_back(e.value);
    json["later"].push_back({{"blocks_later", l.blocks_later}, {"density", density}});
  }
  return json;
}

Json json_of(const InSpace& s) {
  Json json{{"group_size", s.size}, {"shared_with_next", s.shared}, {"blocks", Json::array()}};
  for (const Clustering& c : s.clusters)
    json["blocks"].push_back({{"contacts", c.contacts}, {"contacts_by_chance", c.contacts_by_chance}, {"chance_of_contacts", c.chance_of_contacts}, {"largest", c.largest}, {"largest_by_chance", c.largest_by_chance}, {"chance_of_largest", c.chance_of_largest}});
  return json;
}

Json json_of(const AtomicResponse& a) {
  Json json{{"natoms", a.shares.front().size()}, {"blocks", a.blocks}, {"block_ps", a.block_time}, {"contact_A", a.contact}, {"volume_per_atom_A3", a.volume}, {"measured", json_of(a.phases)},
            {"noise", json_of(a.noise)}, {"always_alike_with_noise", json_of(a.steady)}, {"unsheared", a.unsheared ? json_of(*a.unsheared) : Json(nullptr)}, {"always_alike_with_unsheared_noise", a.steady_unsheared ? json_of(*a.steady_unsheared) : Json(nullptr)},
            {"loss_kept_by_cycle", json_of(a.kept_by_cycle)}, {"noise_range", a.noise_range}, {"scatter_over_noise", json_of(a.scatter)},
            {"typical_scatter_over_noise", json_of(a.typical_scatter)}, {"scatter_over_unsheared", json_of(a.scatter_over_unsheared)}, {"typical_scatter_over_unsheared", json_of(a.typical_over_unsheared)}, {"properties", Json::array()}, {"in_space", json_of(a.in_space)}, {"always_alike_in_space", json_of(a.steady_in_space)}};
  for (const PropertyRow& row : a.properties)
    json["properties"].push_back({{"name", plain_text(row.name)}, {"unit", plain_text(row.unit)}, {"group", row.group.value}, {"group_error", row.group.error}, {"system", row.system.value}, {"system_error", row.system.error}, {"difference", row.difference.value}, {"difference_error", row.difference.error},
                                  {"paper_group", row.paper_group}, {"paper_system", row.paper_system}});
  return json;
}

Json json_of(const ResponseTask& t) {
  const DynamicModulus& m = t.modulus;
  return {{"name", t.name}, {"temperature_K", t.temperature}, {"period_ps", t.period}, {"amplitude", t.amplitude}, {"cycles", t.cycles}, {"mean_temperature_K", m.temperature}, {"storage_GPa", json_of(m.storage)},
          {"loss_GPa", json_of(m.loss)}, {"phase_rad", json_of(m.phase)}, {"loss_tangent", json_of(m.loss_tangent)}, {"noise_GPa", m.noise}, {"loss_by_fluctuation_GPa", json_of(m.loss_by_fluctuation)}, {"second_harmonic", m.second}, {"third_harmonic", m.third},
          {"second_noise", m.second_noise}, {"third_noise", m.third_noise}, {"storage_drift_GPa_per_cycle", json_of(m.storage_drift)}, {"loss_drift_GPa_per_cycle", json_of(m.loss_drift)}};
}

}  // namespace

std::vector<std::string> in_words(const ResponseFindings& r) {
  std::vector<std::string> words;
  for (const ResponseTask& t : r.tasks)
    if (r.tasks.size() <= most_in_words) words.push_back(modulus_text(t));
  if (!r.atoms) return words;
  const AtomicResponse& a = *r.atoms;
  words.push_back(fmt::format("Atoms, {}. Volume {} Å^{{3}} per atom. {}", r.tasks[r.task_of_atoms].name, readable(a.volume, 4), noise_text(a)));
  words.push_back(central_text(a));
  words.push_back(group_text(a));
  words.push_back(kept_text(a));
  if (const std::string text = persistence_text(a); !text.empty()) words.push_back(text);
  words.push_back(verdict(a));
  words.push_back(clustering_text(a));
  return words;
}

std::vector<std::string> doubts_of(const ResponseFindings& r) {
  std::vector<std::string> doubts = r.doubts;
  for (const ResponseTask& t : r.tasks)
    for (const std::string& doubt : t.modulus.doubts) doubts.push_back((r.tasks.size() > 1 ? t.name + ": " : "") + doubt);
  if (!r.atoms && !r.tasks.empty()) doubts.push_back(fmt::format("Nothing is told of single atoms: that takes a shear of {} blocks of cycles or more", fewest_blocks));
  if (!r.atoms) return doubts;
  if (!r.atoms->unsheared)
    doubts.push_back("There is no run without shear of this temperature and period (amplitude 0): noise is that of the neighbours of the drive, which need not be as strong at the drive's own frequency");
  if (r.atoms->noise_range > 3.0) doubts.push_back(fmt::format("The noise of one block is {:.1f} times that of another: the glass is not in a steady state; skip cycles (key report.skipped) or make more", r.atoms->noise_range));
  if (const auto few = doubt_of_few("block", static_cast<std::size_t>(r.atoms->blocks), {})) doubts.push_back(*few);
  return doubts;
}

std::vector<ReportTable> tables_of(const ResponseFindings& r) {
  std::vector<ReportTable> tables;
  if (!r.tasks.empty()) tables.push_back(task_table(r));
  if (!r.atoms) return tables;
  tables.push_back(nulls_table(*r.atoms));
  tables.push_back(property_table(*r.atoms));
  return tables;
}

std::string to_text(const ResponseFindings& r) {
  std::string text = r.stage + "\n";
  for (const std::string& sentence : in_words(r)) text += "  " + plain_text(sentence) + "\n";
  for (const ResponseTask& t : r.tasks)
    if (t.amplitude > 0) text += fmt::format("  {:<44} G' {:6.2f}  G'' {:6.2f} GPa  tan {:.3f}  noise {:.2f} GPa\n", t.name, t.modulus.storage.value, t.modulus.loss.value, t.modulus.loss_tangent.value, t.modulus.noise);
  if (r.atoms)
    for (const PropertyRow& row : r.atoms->properties)
      text += fmt::format("  {:<18} near pi/2 {:<18} all {:<18} paper {} | {}\n", plain_text(row.name), plain_text(with_error(row.group)), plain_text(with_error(row.system)), row.paper_group, row.paper_system);
  for (const std::string& doubt : doubts_of(r)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const ResponseFindings& r) {
  Json json{{"stage", r.stage}, {"type", r.type}, {"tasks", Json::array()}, {"atoms", r.atoms ? json_of(*r.atoms) : Json(nullptr)}, {"doubts", doubts_of(r)}};
  for (const ResponseTask& t : r.tasks) json["tasks"].push_back(json_of(t));
  return json;
}

}  // namespace glasscape
