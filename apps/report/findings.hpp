// What a report says: the facts of a run folder turned into numbers with their errors. Nothing of it is stored; it is
// derived anew each time, with random streams drawn from the seed of the study, so that equal facts give equal reports.
// eV, Angstrom, K. Barriers are those of distinct saddles, in the order in which they were found.
#pragma once

#include <map>
#include <optional>

#include "analysis/arrhenius.hpp"
#include "analysis/event_size.hpp"
#include "analysis/pair_distribution.hpp"
#include "analysis/search_statistics.hpp"
#include "apps/report/anelastic_findings.hpp"
#include "apps/report/completeness_report.hpp"
#include "apps/report/event_view.hpp"
#include "apps/report/free_energy_findings.hpp"
#include "apps/report/kinetics_findings.hpp"
#include "apps/report/modes_findings.hpp"
#include "apps/report/network.hpp"
#include "apps/report/response_findings.hpp"
#include "apps/report/spectrum.hpp"
#include "apps/study.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// A configuration that a stage prepared.
struct Preparation {
  std::string stage, type;
  BasinFound basin;
  std::optional<PairDistributions> distances;  // nothing for an open cluster, or with a doubt that says why
  std::vector<TraceRecorded> traces;
  std::vector<std::string> doubts;
  double wall_seconds = 0;
};

/// One distinct saddle of the basin that was searched from.
struct DistinctEvent {
  EventRef ref;
  std::int64_t centre = -1;
  double forward = 0, reverse = 0;
  double curvature = 0;  // eV/Angstrom^2
  std::int64_t times_found = 1;
  EventSize size;        // from the start to the other minimum, without its displacements
  std::string mechanism; // of the same, see landscape/mechanism.hpp
  std::int64_t number = 0;        // in the report, from 1, over all stages
  std::optional<EventView> view;  // nothing for those that the limit of views left out
};

/// Views kept per stage: first those of the largest events, `report.largest_events` of them, then those over the lowest
/// barriers.
constexpr std::size_t event_views = 250;

/// What the first `searches` searches say.
struct ConvergenceBySearches {
  std::int64_t searches = 0;
  ConvergencePoint point;
};

struct SearchFindings {
  std::string stage, type;
  std::vector<std::string> elements;  // in the order of EventSize::moved_of
  std::vector<std::string> caveats;
  SearchStatistics statistics;
  double wall_seconds = 0;
  std::vector<std::int64_t> discovered;  // distinct saddles known after each search
  std::optional<std::int64_t> basins;    // of a stage that starts from basins: how many there were
  std::vector<DistinctEvent> events;
  EnergyNetwork network;  // of all stages that go back to the same prepared basin; with the last of them
  std::vector<std::int64_t> found;       // the event that each successful search found, an index into `events`
  std::optional<CompletenessFindings> completeness;  // not of a stage that starts from basins
  /// The same with the saddles that a stage of normal modes found to be one taken as one.
  std::optional<CompletenessFindings> refined_completeness;
  // with at least one saddle:
  std::optional<Spectrum> forward, reverse;
  std::vector<EffectiveBarriers> effective;                    // one per temperature
  std::vector<std::optional<Estimate>> fitted_parallel;        // the same of the fitted law
  std::optional<Arrhenius> arrhenius;                          // of `effective`; nothing while one has no error
  std::vector<PublishedLaw> published;                         // to compare with
  std::vector<ConvergenceBySearches> convergence;              // at the middle one of the temperatures
};

struct Findings {
  std::string title, study_text, study_source;
  Provenance provenance;
  ReportOptions options;
  std::vector<Preparation> preparations;
  std::vector<SearchFindings> searches;
  std::vector<ModesFindings> modes;
  std::vector<FreeEnergyFindings> free_energies;
  std::vector<ResponseFindings> responses;
  std::vector<KineticsFindings> kinetics;  // one per searching stage that found a saddle
  std::vector<AnelasticFindings> anelastic;  // of the same, in a periodic cell
  std::vector<std::string> missing;  // what has not run yet, in sentences
};

/// Throws NotFound when nothing of the study has run, and as Store::read.
Findings findings_of(const Study& study, const Store& store);

}  // namespace glasscape
