#include "apps/report/findings.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/starts.hpp"
#include "landscape/mechanism.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// Calls `visit` with the shard of each task of a stage that has run, in order; returns how many have.
template <typename Visit>
std::int64_t for_each_shard(const Study& study, const Store& store, const StudyStage& stage, const Visit& visit) {
  const std::vector<std::int64_t> done = tasks_done(study, store, stage);
  for (const std::int64_t task : done) visit(store.read(study.task_id(stage, task)));
  return static_cast<std::int64_t>(done.size());
}

Preparation preparation_of(const StudyStage& stage, const Shard& shard, double range) {
  Preparation p{stage.name, stage.type, {}, {}, {}, {}, shard.circumstances.wall_seconds};
  for (const Event& event : shard.events) {
    if (const auto* basin = std::get_if<BasinFound>(&event)) p.basin = *basin;
    if (const auto* trace = std::get_if<TraceRecorded>(&event)) p.traces.push_back(*trace);
  }
  if (!p.basin.configuration.cell.all_periodic()) return p;
  try {
    p.distances = pair_distributions(p.basin.configuration, range);
    p.doubts.insert(p.doubts.end(), p.distances->doubts.begin(), p.distances->doubts.end());
  } catch (const Error& error) {  // the rest of the report stands without it
    p.doubts.push_back(fmt::format("There is no radial distribution function (key report.rdf_range): {}.", error.what()));
  }
  return p;
}

/// The facts of one sampling stage, read once.
class SearchReading {
 public:
  /// `known` events of other stages come before in the report.
  SearchReading(const Study& study, const Store& store, const StudyStage& stage, std::int64_t known)
      : study_(study), known_(known), graph_(same_basin_of(study)) {
    findings_.stage = stage.name;
    findings_.type = stage.type;
    findings_.published = study.report.published;
    const std::vector<NamedBasin> starts = starts_of(study, store, stage);
    if (stage.stage->starts_from() == StartsFrom::basins) {
      findings_.basins = static_cast<std::int64_t>(starts.size());
      findings_.caveats.push_back("These are barriers around many basins. The effective barriers below are not those of leaving one of them.");
    }
    for (const auto& [ref, basin] : starts) {
      graph_.apply(ref, basin);
      starts_.emplace(ref, basin);
    }
    const NamedBasin first = prepared(study, store, stage);
    for (const Element& element : first.found.configuration.species->elements) findings_.elements.push_back(element.name);
  }

  void take(const Shard& shard) {
    findings_.wall_seconds += shard.circumstances.wall_seconds;
    const std::vector<SearchAttempt> attempts = search_attempts(shard.events);
    attempts_.insert(attempts_.end(), attempts.begin(), attempts.end());
    for (std::size_t k = 0; k < shard.events.size(); ++k) {
      const EventRef ref{shard.task, static_cast<std::int64_t>(k)};
      const std::size_t before = graph_.saddles().size();
      graph_.apply(ref, shard.events[k]);
      if (const auto* saddle = std::get_if<SaddleFound>(&shard.events[k]); saddle != nullptr && graph_.saddles().size() > before)
        add(event_of(ref, *saddle));
      if (graph_.searches().attempts > static_cast<std::int64_t>(findings_.discovered.size()))
        findings_.discovered.push_back(static_cast<std::int64_t>(graph_.saddles().size()));
    }
  }

  SearchFindings findings() {
    Rng rng(study_.seed, stream_of("report/" + findings_.stage));
    findings_.statistics = search_statistics(graph_, attempts_, rng);
    for (std::size_t k = 0; k < findings_.events.size(); ++k) findings_.events[k].times_found = graph_.saddles()[k].times_found;
    for (const SaddleId id : graph_.found()) findings_.found.push_back(static_cast<std::int64_t>(id));
    if (!findings_.events.empty()) add_spectra(rng);
    if (!findings_.basins) findings_.completeness = completeness_findings(findings_.found);
    limit_views();
    return std::move(findings_);
  }

 private:
  DistinctEvent event_of(const EventRef& ref, const SaddleFound& s) const {
    const BasinFound& start = starts_.at(s.from);
    const Configuration& c = start.configuration;
    DistinctEvent e{ref, s.centre, s.energy - start.energy, s.energy - s.end_energy, s.curvature, 1,
                    event_size(c.positions, s.end, c.cell, *c.species, study_.report.moved), {},
                    known_ + static_cast<std::int64_t>(findings_.events.size()) + 1, {}};
    e.mechanism = mechanism_of(c.positions, e.size.displacements, c.cell, study_.report.moved).name;
    e.view = event_view(c, s.saddle, e.size, study_.report.moved);
    e.size.displacements.resize(3, 0);
    return e;
  }

  void add(DistinctEvent event) {
    viewed_.push_back(findings_.events.size());
    findings_.events.push_back(std::move(event));
    if (viewed_.size() > 4 * event_views) limit_views();
  }

  /// Keeps the page small, see `event_views`. What is left out of some is left out of more as well, so memory is kept small on the way.
  void limit_views() {
    std::sort(viewed_.begin(), viewed_.end());
    const auto event = [&](std::size_t k) -> DistinctEvent& { return findings_.events[k]; };
    const auto largest = std::min(viewed_.size(), static_cast<std::size_t>(study_.report.largest_events));
    std::stable_sort(viewed_.begin(), viewed_.end(), [&](auto a, auto b) { return event(a).size.total > event(b).size.total; });
    std::stable_sort(viewed_.begin() + static_cast<std::ptrdiff_t>(largest), viewed_.end(), [&](auto a, auto b) { return event(a).forward < event(b).forward; });
    for (; viewed_.size() > std::max(largest, event_views); viewed_.pop_back()) event(viewed_.back()).view.reset();
  }

  void add_spectra(Rng& rng) {
    std::vector<double> forward, reverse;
    for (const DistinctEvent& e : findings_.events) {
      forward.push_back(e.forward);
      reverse.push_back(e.reverse);
    }
    const std::vector<double>& temperatures = study_.report.temperatures;
    for (const double t : temperatures) {
      findings_.effective.push_back(effective_barriers(forward, t, rng));
      findings_.fitted_parallel.push_back(fitted_parallel_barrier(forward, t, rng));
    }
    add_arrhenius();
    if (!temperatures.empty()) add_convergence(forward, temperatures[temperatures.size() / 2], rng);
    findings_.forward = spectrum_of(std::move(forward), rng);
    findings_.reverse = spectrum_of(std::move(reverse), rng);
  }

  void add_arrhenius() {
    if (all_have_errors(findings_.effective) && !findings_.effective.empty()) findings_.arrhenius = arrhenius(findings_.effective, study_.report.nu0 * units::hertz_per_terahertz);
  }

  void add_convergence(const std::vector<double>& forward, double temperature, Rng& rng) {
    constexpr std::int64_t points = 8;
    const auto attempts = static_cast<std::int64_t>(findings_.discovered.size());
    for (std::int64_t k = 1; k <= points; ++k) {
      const std::int64_t searches = attempts * k / points;
      if (searches == 0) continue;
      const auto known = static_cast<std::size_t>(findings_.discovered[static_cast<std::size_t>(searches - 1)]);
      if (known == 0) continue;
      findings_.convergence.push_back({searches, barrier_convergence(forward, temperature, std::array{known}, rng).front()});
    }
  }

  const Study& study_;
  const std::int64_t known_;
  LandscapeGraph graph_;
  std::map<EventRef, BasinFound> starts_;
  std::vector<SearchAttempt> attempts_;
  std::vector<std::size_t> viewed_;  // events with a view
  SearchFindings findings_;
};

/// The events found, those that are one after refinement under one number; nothing when all are apart.
std::optional<CompletenessFindings> refined_completeness(const SearchFindings& s, const ModesFindings& m) {
  std::map<EventRef, std::int64_t> index;
  for (std::size_t k = 0; k < s.events.size(); ++k) index[s.events[k].ref] = static_cast<std::int64_t>(k);
  std::map<std::int64_t, std::int64_t> one_with;
  for (const Passage& p : m.passages)
    for (const EventRef& other : p.others)
      if (index.contains(p.ref) && index.contains(other)) one_with[index[other]] = index[p.ref];
  if (one_with.empty()) return std::nullopt;
  std::vector<std::int64_t> found = s.found;
  for (std::int64_t& event : found)
    if (const auto one = one_with.find(event); one != one_with.end()) event = one->second;
  return completeness_findings(found);
}

/// With prefactors where the stage has one start and a stage of normal modes; of every landscape as a whole with nu0.
void add_kinetics(Findings& f, std::uint64_t seed) {
  for (std::size_t index = 0; index < f.searches.size(); ++index) {
    SearchFindings& s = f.searches[index];
    const std::size_t before = f.kinetics.size();
    const auto modes = std::find_if(f.modes.begin(), f.modes.end(), [&](const ModesFindings& m) { return m.from == s.stage; });
    if (modes != f.modes.end()) s.refined_completeness = s.basins ? std::nullopt : refined_completeness(s, *modes);
    if (f.options.temperatures.empty()) continue;
    Rng rng(seed, stream_of("report/kinetics/" + s.stage));
    const bool prefactors = modes != f.modes.end() && modes->forward && !s.basins;
    if (prefactors) f.kinetics.push_back(kinetics_of(s, &*modes, f.options, rng));
    if (!s.network.saddles.empty() && (!prefactors || s.network.stages.size() > 1)) f.kinetics.push_back(kinetics_of(s, nullptr, f.options, rng));
    for (std::size_t k = before; k < f.kinetics.size(); ++k) f.kinetics[k].searches = index;
  }
}

/// What cyclic shears of the glass that a stage goes back to say of its modulus.
std::vector<ShearedLoss> sheared_losses(const Findings& f, const Study& study, const StudyStage& stage) {
  std::vector<ShearedLoss> all;
  for (const ResponseFindings& r : f.responses) {
    if (root_of(study, *study.find(r.stage)).name != root_of(study, stage).name) continue;
    for (const ResponseTask& t : r.tasks)
      if (t.amplitude > 0) all.push_back({t.temperature, units::hertz_per_terahertz / t.period, t.modulus.storage, t.modulus.loss});
  }
  return all;
}

/// Of each landscape with its best prefactors.
void add_anelastic(Findings& f, const Study& study, const Store& store) {
  for (const KineticsFindings& k : f.kinetics) {
    const StudyStage* stage = study.find(f.searches.at(k.searches).stage);
    auto found = anelastic_of(k, prepared(study, store, *stage).found.configuration, study.potential, study.report);
    if (!found) continue;
    found->sheared = sheared_losses(f, study, *stage);
    f.anelastic.push_back(std::move(*found));
  }
}

/// What the stages that go back to one prepared basin found, and the last of them.
struct Landscape {
  NetworkReading reading;
  std::size_t last = 0;  // index into Findings::searches
};

/// The landscape of a stage among those by the name of their root.
Landscape& landscape_of(std::map<std::string, Landscape>& landscapes, const Study& study, const Store& store, const StudyStage& stage) {
  const std::string root = root_of(study, stage).name;
  if (const auto known = landscapes.find(root); known != landscapes.end()) return known->second;
  return landscapes.emplace(root, Landscape{NetworkReading(prepared(study, store, stage), same_basin_of(study))}).first->second;
}

/// Saddles behind escapes and the basins around them become part of the landscape that searches have found.
void add_escapes(Findings& f, const Study& study, const Store& store, std::map<std::string, Landscape>& landscapes) {
  std::map<std::string, std::size_t> searched;  // saddles by the name of the root
  for (const auto& [root, landscape] : landscapes) searched[root] = landscape.reading.saddles();
  for (FreeEnergyFindings& e : f.free_energies) {
    const StudyStage& stage = *study.find(e.stage);
    const auto known = landscapes.find(root_of(study, stage).name);
    if (known == landscapes.end()) continue;
    NetworkReading& reading = known->second.reading;
    const std::size_t by_searches = searched.at(known->first), before = reading.saddles();
    const std::int64_t found_before = reading.times_found(by_searches);
    for_each_shard(study, store, stage, [&](const Shard& shard) {
      for (std::size_t k = 0; k < shard.events.size(); ++k) reading.take({shard.task, static_cast<std::int64_t>(k)}, shard.events[k]);
    });
    reading.end_stage(stage.name);
    e.shared = {.known = reading.times_found(by_searches) - found_before, .distinct = reading.saddles() - before};
    const SearchFindings& last = f.searches[known->second.last];
    if (last.forward && !last.basins) e.searched = last.forward->summary.mean;
  }
}

void add_networks(Findings& f, const std::map<std::string, Landscape>& landscapes, const Study& study) {
  std::map<EventRef, std::int64_t> numbers;
  for (const SearchFindings& s : f.searches)
    for (const DistinctEvent& e : s.events) numbers.emplace(e.ref, e.number);
  for (const auto& [root, landscape] : landscapes) f.searches[landscape.last].network = landscape.reading.network(numbers, study.potential, study.report.moved);
}

}  // namespace

Findings findings_of(const Study& study, const Store& store) {
  Findings f{study.name, study.text, study.source, {}, study.report, {}, {}, {}, {}, {}, {}, {}, {}};
  bool any = false;
  std::int64_t events = 0;
  std::map<std::string, Landscape> landscapes;
  for (const StudyStage& stage : study.stages) {
    const auto note = [&](const Shard& shard) {
      f.provenance = shard.provenance;
      any = true;
    };
    std::int64_t done = 0;
    if (stage.stage->finds() == Finds::basin) {
      done = for_each_shard(study, store, stage, [&](const Shard& shard) {
        note(shard);
        f.preparations.push_back(preparation_of(stage, shard, study.report.rdf_range));
      });
    } else if (stage.stage->finds() == Finds::saddles && can_start(study, store, stage) && !tasks_done(study, store, stage).empty()) {
      SearchReading reading(study, store, stage, events);
      Landscape& landscape = landscape_of(landscapes, study, store, stage);
      done = for_each_shard(study, store, stage, [&](const Shard& shard) {
        note(shard);
        reading.take(shard);
        for (std::size_t k = 0; k < shard.events.size(); ++k) landscape.reading.take({shard.task, static_cast<std::int64_t>(k)}, shard.events[k]);
      });
      landscape.reading.end_stage(stage.name);
      landscape.last = f.searches.size();
      f.searches.push_back(reading.findings());
      events += static_cast<std::int64_t>(f.searches.back().events.size());
    } else if (stage.stage->finds() == Finds::modes && can_start(study, store, stage)) {
      ModesReading reading(study, store, stage);
      done = for_each_shard(study, store, stage, [&](const Shard& shard) {
        note(shard);
        reading.take(shard);
      });
      if (done > 0) f.modes.push_back(reading.findings());
    } else if (stage.stage->finds() == Finds::escapes && can_start(study, store, stage)) {
      FreeEnergyReading reading(study, store, stage);
      done = for_each_shard(study, store, stage, [&](const Shard& shard) {
        note(shard);
        reading.take(shard);
      });
      if (done > 0) f.free_energies.push_back(reading.findings());
    } else if (stage.stage->finds() == Finds::response) {
      ResponseReading reading(study, stage);
      for (const std::int64_t task : tasks_done(study, store, stage)) {
        const Shard shard = store.read(study.task_id(stage, task));
        note(shard);
        reading.take(task, shard);
        ++done;
      }
      if (done > 0) f.responses.push_back(reading.findings());
    }
    if (done < stage.stage->tasks())
      f.missing.push_back(fmt::format("stage '{}' has run {} of its {} tasks", stage.name, done, stage.stage->tasks()));
  }
  add_escapes(f, study, store, landscapes);
  compare_with_unsheared(f.responses, study.seed);
  add_networks(f, landscapes, study);
  if (!any) throw nothing_has_run(study);
  add_kinetics(f, study.seed);
  add_anelastic(f, study, store);
  return f;
}

}  // namespace glasscape
