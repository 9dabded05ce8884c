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

std::string modulus_text(const ResponseTask& t) {
  const DynamicModulus& m = t.modulus;
  return fmt::format("{}, {:g} %, {} cycles: G′ = {} GPa, G″ = {} GPa, phase {} rad, tan δ = {}. Noise alone makes a standard error of {} GPa in either, and by the fluctuation–dissipation theorem this noise has a loss of G″ = {} GPa.", t.name, 100 * t.amplitude, t.cycles,
                     with_interval(m.storage, 3), with_interval(m.loss, 2), with_interval(m.phase, 2), with_interval(m.loss_tangent, 2), readable(m.noise, 2), with_interval(m.loss_by_fluctuation, 2));
}

std::string central_text(const AtomicResponse& a) {
  std::string text = fmt::format("The phase of {} of the atoms is within π/2 of the strain's in a block of {} ps (the paper: some 80 % in the central peak); of atoms that always answer alike, with noise, {}; of noise alone, {}",
                                 percent(a.phases.central), readable(a.block_time, 3), percent(a.steady.central), percent(a.noise.central));
  if (a.unsheared) text += fmt::format("; without shear, {}", percent(a.unsheared->central));
  return text + ".";
}

std::string group_text(const AtomicResponse& a) {
  const PhaseGroup &measured = a.phases.dissipating(), &steady = a.steady.dissipating();
  return fmt::format("Leaving out the {:g} % nearest to π/2 changes the phase of the glass by {} rad and G″ by {} GPa, by {} GPa in a glass whose atoms always answer alike, with noise: they are chosen for it.",
                     100 * a.phases.fraction, with_interval(measured.phase_change, 2), with_interval(measured.loss_change, 2), with_interval(steady.loss_change, 2));
}

std::string kept_text(const AtomicResponse& a) {
  return fmt::format("Of the loss above the average that these atoms are chosen for, they keep {} in the next block; atoms that always answer alike, with noise, would keep {}, noise alone {}.",
                     percent(a.phases.dissipating().kept), percent(a.steady.dissipating().kept), percent(a.noise.dissipating().kept));
}

std::string persistence_text(const AtomicResponse& a) {
  if (!a.phases.persistence) return "";
  return fmt::format("Persistence of phases from block to block: {}; {} if each atom went on with the phase of another, {} of atoms that always answer alike, with noise.", with_interval(*a.phases.persistence, 2),
                     readable(a.phases.by_chance->value, 2), with_interval(*a.steady.persistence, 2));
}

/// Whether atoms' answers change more than noise does, and whether shear makes noise.
std::string verdict(const AtomicResponse& a) {
  const auto beyond = [](const Estimate& e) { return percent({1.0 - 1.0 / e.value, {1.0 - 1.0 / e.interval.low, 1.0 - 1.0 / e.interval.high}}); };
  std::string text = fmt::format("An atom's share of the modulus scatters from block to block {} times as much as the noise at the neighbours of the drive's frequency", with_interval(a.scatter, 3));
  text += a.scatter.interval.low > 1.0 ? fmt::format(": {} of the scatter is beyond that noise, answers do change from block to block.", beyond(a.scatter))
                                       : ": that the phases of atoms change from block to block is what noise does, and no sign of atoms that dissipate for a while.";
  if (!a.scatter_over_unsheared) return text;
  const Estimate& still = *a.scatter_over_unsheared;
  text += fmt::format(" It is {} times that of a run without shear", with_interval(still, 3));
  if (still.interval.low <= 1.0) return text + ": the noise is thermal.";
  return text + (a.scatter.interval.low > 1.0 ? "." : ": shear makes the glass noisier, beside the drive's frequency as much as at it; atoms that are rearranged do that, and answers that change need not.");
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
  return fmt::format("In space: the {} dissipating atoms of a block have {} pairs within {} Å, more than 95 % of the draws in {} of {} blocks, and {} atoms in their largest cluster. With those of the next block they have {} atoms in common "
                     "(always alike, with noise: {}; by chance: {}).",
                     a.in_space.size, three(&Clustering::contacts, &Clustering::contacts_by_chance), readable(a.contact, 3), crowded, a.in_space.clusters.size(), three(&Clustering::largest, &Clustering::largest_by_chance),
                     readable(mean_shared(a.in_space), 3), readable(mean_shared(a.steady_in_space), 3), readable(n * n / static_cast<double>(a.shares.front().size()), 3));
}

std::string with_error(const BlockMean& m) {
  if (!std::isfinite(m.error) || m.error < 1e-9 * std::abs(m.value)) return readable(m.value, 4);
  return fmt::format("{} ± {}", readable(m.value, 4), readable(m.error, 1));
}

/// Group less system, over the errors of both; 0 without errors.
double apart(const PropertyRow& row) {
  const double error = std::hypot(row.group.error, row.system.error);
  return error > 0 && std::isfinite(error) ? (row.group.value - row.system.value) / error : 0.0;
}

ReportTable property_table(const AtomicResponse& a) {
  ReportTable t{fmt::format("Properties of the dissipating atoms and of all, means over {} blocks with standard errors (Table 1 of Zella et al.); neighbours within {} Å", a.blocks, readable(a.contact, 3)),
                {"property", "dissipating", "all", "difference over its error", "paper, dissipating", "paper, all"},
                {}};
  for (const PropertyRow& row : a.properties)
    t.rows.push_back({row.name + (row.unit.empty() ? "" : " (" + row.unit + ")"), with_error(row.group), with_error(row.system), readable(apart(row), 2), row.paper_group, row.paper_system});
  return t;
}

ReportTable nulls_table(const AtomicResponse& a) {
  ReportTable t{"What is found, and what is found where there is nothing to find",
                {"", "within π/2 of the strain", "phase without those at π/2 less that of all (rad)", "G″ without those at π/2 less that of all (GPa)", "without those at −π/2 (GPa)", "loss kept in the next block", "persistence", "by chance"},
                {}};
  const auto add = [&](const std::string& name, const AtomicPhases& p) {
    t.rows.push_back({name, percent(p.central), with_interval(p.dissipating().phase_change, 2), with_interval(p.dissipating().loss_change, 2), with_interval(p.groups.front().loss_change, 2),
                      percent(p.dissipating().kept), p.persistence ? with_interval(*p.persistence, 2) : "–", p.by_chance ? readable(p.by_chance->value, 2) : "–"});
  };
  add("measured", a.phases);
  add("atoms always alike, with noise", a.steady);
  add("noise alone (neighbours of the drive)", a.noise);
  if (a.unsheared) add("run without shear", *a.unsheared);
  return t;
}

ReportTable task_table(const ResponseFindings& r) {
  ReportTable t{"Moduli", {"task", "T, measured (K)", "G′ (GPa)", "G″ (GPa)", "phase (rad)", "tan δ", "noise (GPa)", "G″ by fluctuation (GPa)", "second harmonic", "third harmonic", "of noise", "G′ per cycle (GPa)", "G″ per cycle (GPa)"}, {}};
  const auto part = [](double value) { return fmt::format("{:.1f} %", 100 * value); };
  for (const ResponseTask& task : r.tasks) {
    const DynamicModulus& m = task.modulus;
    t.rows.push_back({task.name, readable(m.temperature, 4), with_interval(m.storage, 3), with_interval(m.loss, 2), with_interval(m.phase, 2), with_interval(m.loss_tangent, 2), readable(m.noise, 2), with_interval(m.loss_by_fluctuation, 2), part(m.second), part(m.third),
                      part(m.harmonic_noise), with_interval(m.storage_drift, 2), with_interval(m.loss_drift, 2)});
  }
  return t;
}

Json json_of(const AtomicPhases& p) {
  Json json{{"edges_rad", p.edges}, {"density", Json::array()}, {"within_half_pi", json_of(p.central)}, {"groups", Json::array()}, {"later", Json::array()}, {"persistence", json_of(p.persistence)}, {"by_chance", json_of(p.by_chance)}};
  for (const Estimate& e : p.density) json["density"].push_back(e.value);
  for (const PhaseGroup& g : p.groups) {
    Json storage = Json::array(), loss = Json::array();
    for (const std::complex<double>& z : g.without) {
      storage.push_back(z.real());
      loss.push_back(z.imag());
    }
    json["groups"].push_back({{"phase_rad", g.phase}, {"storage_without_GPa", storage}, {"loss_without_GPa", loss}, {"phase_change_rad", json_of(g.phase_change)}, {"loss_change_GPa", json_of(g.loss_change)}, {"loss_kept", json_of(g.kept)}});
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
            {"noise", json_of(a.noise)}, {"always_alike_with_noise", json_of(a.steady)}, {"unsheared", a.unsheared ? json_of(*a.unsheared) : Json(nullptr)}, {"scatter_over_noise", json_of(a.scatter)},
            {"scatter_over_unsheared", json_of(a.scatter_over_unsheared)}, {"properties", Json::array()}, {"in_space", json_of(a.in_space)}, {"always_alike_in_space", json_of(a.steady_in_space)}};
  for (const PropertyRow& row : a.properties)
    json["properties"].push_back({{"name", plain_text(row.name)}, {"unit", plain_text(row.unit)}, {"group", row.group.value}, {"group_error", row.group.error}, {"system", row.system.value}, {"system_error", row.system.error},
                                  {"paper_group", row.paper_group}, {"paper_system", row.paper_system}});
  return json;
}

Json json_of(const ResponseTask& t) {
  const DynamicModulus& m = t.modulus;
  return {{"name", t.name}, {"temperature_K", t.temperature}, {"period_ps", t.period}, {"amplitude", t.amplitude}, {"cycles", t.cycles}, {"mean_temperature_K", m.temperature}, {"storage_GPa", json_of(m.storage)},
          {"loss_GPa", json_of(m.loss)}, {"phase_rad", json_of(m.phase)}, {"loss_tangent", json_of(m.loss_tangent)}, {"noise_GPa", m.noise}, {"loss_by_fluctuation_GPa", json_of(m.loss_by_fluctuation)}, {"second_harmonic", m.second}, {"third_harmonic", m.third},
          {"harmonic_noise", m.harmonic_noise}, {"storage_drift_GPa_per_cycle", json_of(m.storage_drift)}, {"loss_drift_GPa_per_cycle", json_of(m.loss_drift)}};
}

}  // namespace

std::vector<std::string> in_words(const ResponseFindings& r) {
  std::vector<std::string> words;
  if (r.tasks.empty()) return words;
  if (r.sheared()) words.push_back(modulus_text(r.tasks.front()));
  else words.push_back(fmt::format("{}, {} cycles without shear: what thermal motion alone looks like, told as if there had been {:g} %.", r.tasks.front().name, r.tasks.front().cycles, 100 * amplitude_told));
  if (!r.atoms) return words;
  const AtomicResponse& a = *r.atoms;
  words.push_back(fmt::format("Volume {} Å^{{3}} per atom. {}", readable(a.volume, 4), noise_text(a)));
  if (!r.sheared()) return words;
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
    for (const std::string& doubt : t.modulus.doubts)
      if (r.sheared() || &t == &r.tasks.front()) doubts.push_back((r.tasks.size() > 1 ? t.name + ": " : "") + doubt);
  if (r.sheared() && !r.atoms) doubts.push_back(fmt::format("Nothing is told of single atoms: that takes {} blocks of cycles or more", fewest_blocks));
  if (!r.atoms || !r.sheared()) return doubts;
  if (!r.atoms->unsheared)
    doubts.push_back("There is no run without shear of this temperature and period (a stage with amplitude = 0): noise is that of the neighbours of the drive, which need not be as strong at the drive's own frequency");
  if (const auto few = doubt_of_few("block", static_cast<std::size_t>(r.atoms->blocks), {})) doubts.push_back(*few);
  return doubts;
}

std::vector<ReportTable> tables_of(const ResponseFindings& r) {
  std::vector<ReportTable> tables;
  if (!r.tasks.empty()) tables.push_back(task_table(r));
  if (!r.atoms || !r.sheared()) return tables;
  tables.push_back(nulls_table(*r.atoms));
  tables.push_back(property_table(*r.atoms));
  return tables;
}

std::string to_text(const ResponseFindings& r) {
  std::string text = r.stage + "\n";
  for (const std::string& sentence : in_words(r)) text += "  " + plain_text(sentence) + "\n";
  for (const ResponseTask& t : r.tasks)
    text += fmt::format("  {:<40} G' {:6.2f}  G'' {:6.2f} GPa  tan {:.3f}  noise {:.2f} GPa\n", t.name, t.modulus.storage.value, t.modulus.loss.value, t.modulus.loss_tangent.value, t.modulus.noise);
  if (r.atoms && r.sheared())
    for (const PropertyRow& row : r.atoms->properties)
      text += fmt::format("  {:<18} dissipating {:<18} all {:<18} paper {} | {}\n", plain_text(row.name), plain_text(with_error(row.group)), plain_text(with_error(row.system)), row.paper_group, row.paper_system);
  for (const std::string& doubt : doubts_of(r)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const ResponseFindings& r) {
  Json json{{"stage", r.stage}, {"type", r.type}, {"tasks", Json::array()}, {"atoms", r.atoms ? json_of(*r.atoms) : Json(nullptr)}, {"doubts", doubts_of(r)}};
  for (const ResponseTask& t : r.tasks) json["tasks"].push_back(json_of(t));
  return json;
}

}  // namespace glasscape
