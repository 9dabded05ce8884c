// What samplings of a stage of metadynamics say: the barrier of each, their spectrum at each temperature, effective barriers
// and their entropy, and how long the escapes take. eV, K, ps; entropies in kB, meaningless without nu0.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "analysis/arrhenius.hpp"
#include "analysis/escape_times.hpp"
#include "analysis/pair_distribution.hpp"
#include "analysis/sampled_barrier.hpp"
#include "apps/report/spectrum.hpp"
#include "apps/study.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// One task.
struct Sampling {
  std::string task;
  double temperature = 0;    // K
  std::int64_t centre = -1;
  double radius = 0;         // Angstrom; 0: the group is named otherwise
  EventRef event;            // that moved the group, or of no task
  std::optional<double> event_barrier;  // of it, without temperature, eV
  std::size_t group = 0;     // atoms
  double time = 0;           // of all walkers, ps
  std::size_t hills = 0;
  bool escaped = false;
  bool at_once = false;      // seen outside at the first quench
  double seen_after = 0;     // ps of all walkers, middle between the last quench inside and the first outside
  double seen_at = 0;        // the same of one walker
  double log_boosted = 0;    // ln of the time that it stands for, ps
  std::int64_t returns = 0;  // quenches inside that follow one outside
  double settled_energy = 0; // of its basin above the one that was prepared, eV
  double end_energy = 0;     // of the inherent structure it escaped to, above its basin, eV
  double displacement = 0;   // largest of an atom of the group there, Angstrom
  std::string mechanism;     // of the escape, see landscape/mechanism.hpp
  std::size_t movers = 0;    // atoms that moved in it
  std::vector<double> saddles;         // refined behind the escape, in turn, above the inherent structure before it, eV
  bool connected = false;              // the last of them leads to where the escape ended
  std::optional<SampledBarrier> found; // nothing unless it escaped over a barrier of its free energy
  std::vector<double> trace_times, trace_values;  // of the first walker, thinned for drawing
};

/// All samplings at one temperature.
struct SamplingTemperature {
  double temperature = 0;
  std::size_t samplings = 0;
  std::vector<double> heights;           // dF of those that have one, in their order, eV
  std::size_t closed = 0;                // of these: the top is a maximum and not the end of what was seen
  std::size_t groups = 0;                // different centres or events
  std::optional<Spectrum> spectrum;      // of `heights`
  std::optional<Summary> free_energy;    // dG, eV
  std::optional<Summary> attempt;        // nu0 from the curvature of the well, THz
  std::optional<Summary> geometric;      // part of dF that the shells of the variable make, eV
  std::optional<Summary> disagreement;   // of the three free energies, eV
  std::optional<EffectiveBarriers> effective;  // of `heights`
  std::optional<EscapeTimes> times;
  double log_acceleration = 0;           // ln of the time that all samplings stand for over the time that they took
};

/// All samplings of groups of one radius.
struct SamplingSeries {
  double radius = 0;  // Angstrom; 0: the groups are named otherwise
  double atoms = 0;   // of a group, on average
  std::vector<SamplingTemperature> temperatures;  // ascending
  std::optional<Arrhenius> arrhenius;  // of the effective barriers; nothing unless two temperatures or more have errors
  std::optional<ActivationLine> height_line, free_energy_line;  // through the mean dF and the mean dG, likewise
  std::size_t paired_groups = 0;  // the lines' intervals resample so many whole groups; 0: samplings, or a group lacks a temperature
};

/// Saddles behind escapes beside those of the searches that go back to the same basin.
struct SharedSaddles {
  std::int64_t known = 0;    // of the escapes: so many lead over a saddle that searches had found
  std::size_t distinct = 0;  // that no search had found
};

struct FreeEnergyFindings {
  std::string stage, type, variable;
  double nu0 = 0;                // THz
  double bias_temperature = 0;   // K
  std::vector<Sampling> samplings;            // in the order of their tasks
  std::vector<SamplingSeries> series;         // by radius, ascending
  std::optional<PairDistribution> distances;  // of the start, with several radii
  double bin = 0;                             // of these, Angstrom
  std::optional<SharedSaddles> shared;        // with a stage that searches
  std::optional<Estimate> searched;           // mean barrier of its distinct saddles, eV
  std::vector<PublishedLaw> published;
  std::int64_t events_asked = 0;
  double wall_seconds = 0;
  std::int64_t force_calls = 0;
};

/// The sampling of one task out of its facts; nothing where there is none.
std::optional<BiasedSampling> biased_sampling(const Events& events);

/// The facts of one stage of metadynamics, read once.
class FreeEnergyReading {
 public:
  FreeEnergyReading(const Study& study, const Store& store, const StudyStage& stage);
  void take(const Shard& shard);
  FreeEnergyFindings findings();

 private:
  SamplingSeries series(double radius, Rng& rng) const;
  void regroup(SamplingSeries& series, const std::vector<EffectiveBarriers>& effective, const std::set<double>& temperatures, Rng& rng) const;
  void add_distances();
  SamplingTemperature at(double radius, double temperature, Rng& rng) const;

  const Study& study_;
  NamedBasin prepared_;
  struct Sampled {
    double start = 0, barrier = 0;  // energy of its start, and its own above that, eV
  };
  std::map<EventRef, Sampled> events_;
  FreeEnergyFindings findings_;
};

}  // namespace glasscape
