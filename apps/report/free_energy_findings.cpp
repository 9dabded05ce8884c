#include "apps/report/free_energy_findings.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <set>

#include "analysis/distributions.hpp"
#include "analysis/grouped_lines.hpp"
#include "apps/starts.hpp"
#include "landscape/same_basin.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

constexpr double settled_share = 1.0 / 3.0;  // of the time of a sampling, before which its free energy has not settled

/// Columns of the trace "inherent-structures".
enum StructureColumn : Eigen::Index { structure_time, structure_walker, structure_basin, structure_energy, displacement_in_group };

/// Where the walkers are at the beginning: the mean over the time until the first few hills.
double value_at_first(const BiasedSampling& s) {
  constexpr std::size_t hills = 5;
  const double until = s.hill_times[std::min(hills, s.hill_times.size()) - 1];
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < s.times.size() && (count == 0 || s.times[k] <= until); ++k, ++count) sum += s.values[k];
  return sum / static_cast<double>(count);
}

/// Before where the barrier lies: the end of an event, where one is sampled. Else, a sampling that went back and forth knows both sides, and the far wall of the other may be
/// higher than the barrier; of one that has just left the way out is all of the side on which it went further (where it was when it was
/// quenched may lie on the other).
double value_outside(const Sampling& s, const HillsDeposited& hills, const EscapeSought& escape, const BiasedSampling& sampling) {
  const auto [least, most] = std::minmax_element(sampling.values.begin(), sampling.values.end());
  const double first = value_at_first(sampling);
  if (!hills.event.task.empty()) return std::clamp(hills.event_end, *least, *most);
  if (s.returns > 0) return escape.value;
  return first - *least > *most - first ? *least : *most;
}

/// Quenches that find a walker inside after one that found it outside.
std::int64_t returns_of(const TraceRecorded& structures, double moved) {
  std::int64_t returns = 0;
  std::map<double, bool> outside;
  for (Eigen::Index row = 0; row < structures.rows.rows(); ++row) {
    bool& was = outside[structures.rows(row, structure_walker)];
    const bool is = structures.rows(row, displacement_in_group) > moved;
    returns += was && !is ? 1 : 0;
    was = is;
  }
  return returns;
}

/// At most `most` rows of the first walker.
void thin(const TraceRecorded& trace, Sampling& s) {
  constexpr Eigen::Index most = 1500;
  const Eigen::Index every = 1 + trace.rows.rows() / most;
  for (Eigen::Index row = 0; row < trace.rows.rows(); row += every) {
    if (trace.rows(row, walker_column) != 0.0) continue;
    s.trace_times.push_back(trace.rows(row, time_column));
    s.trace_values.push_back(trace.rows(row, value_column));
  }
}

/// ln of the sum of two times given as logarithms, not both 0.
double log_sum(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }

/// ln of the mean of two times given as logarithms.
double log_middle(double a, double b) { return log_sum(a, b) - std::numbers::ln2; }

struct SamplingFacts {
  const HillsDeposited* hills = nullptr;
  const EscapeSought* escape = nullptr;
  const TraceRecorded* variable = nullptr;
  const TraceRecorded* structures = nullptr;
  const BasinFound* basin = nullptr;  // of the sampling, where it is not the one that was prepared
  std::vector<const SaddleFound*> saddles;
};

SamplingFacts facts_of(const Events& events) {
  SamplingFacts f;
  if (!events.empty()) f.basin = std::get_if<BasinFound>(&events.front());
  for (const Event& event : events) {
    if (const auto* hills = std::get_if<HillsDeposited>(&event)) f.hills = hills;
    if (const auto* escape = std::get_if<EscapeSought>(&event)) f.escape = escape;
    if (const auto* saddle = std::get_if<SaddleFound>(&event)) f.saddles.push_back(saddle);
    if (const auto* trace = std::get_if<TraceRecorded>(&event)) (trace->name == "collective-variable" ? f.variable : f.structures) = trace;
  }
  return f;
}

}  // namespace

std::optional<BiasedSampling> biased_sampling(const Events& events) {
  const SamplingFacts f = facts_of(events);
  return f.hills == nullptr || f.variable == nullptr ? std::nullopt : std::optional(biased_sampling(*f.hills, *f.variable));
}

FreeEnergyReading::FreeEnergyReading(const Study& study, const Store& store, const StudyStage& stage) : study_(study), prepared_(prepared(study, store, stage)) {
  findings_.stage = stage.name;
  findings_.type = stage.type;
  findings_.nu0 = study.report.nu0;
  findings_.published = study.report.published;
  findings_.events_asked = stage.stage->events();
  if (stage.stage->starts_from() != StartsFrom::events) return;
  std::map<EventRef, double> starts;
  for (const NamedBasin& start : starts_of(study, store, stage)) starts[start.ref] = start.found.energy;
  for (const NamedSaddle& event : events_of(study, store, stage)) {
    const double start = starts.at(event.found.from);
    events_[event.ref] = {start, event.found.energy - start};
  }
}

void FreeEnergyReading::take(const Shard& shard) {
  const SamplingFacts f = facts_of(shard.events);
  if (f.hills == nullptr || f.escape == nullptr || f.variable == nullptr || f.structures == nullptr) return;
  findings_.wall_seconds += shard.circumstances.wall_seconds;
  findings_.force_calls += f.hills->force_calls;
  if (findings_.variable.empty()) findings_.variable = f.hills->variable;
  findings_.bias_temperature = f.hills->bias_temperature;
  Sampling s{.task = shard.task, .temperature = f.hills->temperature, .centre = f.hills->centre, .radius = f.hills->radius, .event = f.hills->event, .event_barrier = {}, .group = f.hills->group.size(),
             .time = f.hills->time * static_cast<double>(f.hills->walkers), .hills = f.hills->centres.size(), .escaped = f.escape->escaped != 0};
  s.at_once = s.escaped && f.escape->inside == 0.0;
  s.seen_after = 0.5 * (f.escape->inside + f.escape->outside);
  s.seen_at = s.seen_after / static_cast<double>(f.hills->walkers);
  s.log_boosted = log_middle(f.escape->log_boosted_inside, f.escape->log_boosted_outside);
  s.returns = returns_of(*f.structures, f.escape->moved);
  double start = prepared_.found.energy;
  if (const auto event = events_.find(s.event); event != events_.end()) {
    start = event->second.start;
    s.event_barrier = event->second.barrier;
  }
  const double zero = f.basin != nullptr ? f.basin->energy : start;
  s.settled_energy = zero - start;
  s.end_energy = f.escape->end_energy - zero;
  s.displacement = f.escape->displacement;
  s.mechanism = f.escape->mechanism;
  s.movers = f.escape->movers.size();
  for (const SaddleFound* saddle : f.saddles) s.saddles.push_back(saddle->energy - f.escape->before_energy);
  const Configuration& frame = prepared_.found.configuration;
  s.connected = !f.saddles.empty() && same_basin({frame.species, frame.cell}, {f.saddles.back()->end, f.saddles.back()->end_energy}, {f.escape->end, f.escape->end_energy}, same_basin_of(study_)).same;
  thin(*f.variable, s);
  if (s.escaped && s.hills > 0 && f.variable->rows.rows() > 0) {
    const BiasedSampling sampling = biased_sampling(*f.hills, *f.variable);
    s.found = barrier_of(sampling, {.inside = value_at_first(sampling), .outside = value_outside(s, *f.hills, *f.escape, sampling), .settled = settled_share * f.hills->time}, f.hills->shell_power);
  }
  findings_.samplings.push_back(std::move(s));
}

namespace {

using GroupName = std::pair<std::int64_t, EventRef>;  // centre and event
GroupName group_of(const Sampling& s) { return {s.centre, s.event}; }

/// Numbers of the groups of samplings, as they come.
class GroupNumbers {
 public:
  std::size_t of(const Sampling& s) { return numbers_.emplace(group_of(s), numbers_.size()).first->second; }
  std::size_t count() const { return numbers_.size(); }

 private:
  std::map<GroupName, std::size_t> numbers_;
};

/// Whole groups where there are several.
Bootstrap by_groups(std::vector<std::size_t> groups) {
  const bool several = std::set<std::size_t>(groups.begin(), groups.end()).size() > 1;
  Bootstrap by;
  if (several) by.groups = std::move(groups);
  return by;
}

}  // namespace

SamplingTemperature FreeEnergyReading::at(double radius, double temperature, Rng& rng) const {
  SamplingTemperature t{.temperature = temperature};
  std::vector<double> free_energy, attempt, geometric, disagreement;
  GroupNumbers groups;
  std::vector<std::size_t> of_times, of_heights;
  std::vector<BoostedTime> times;
  double taken = 0, log_all = -std::numeric_limits<double>::infinity();  // ps, ln(ps)
  for (const Sampling& s : findings_.samplings) {
    if (s.temperature != temperature || s.radius != radius) continue;
    ++t.samplings;
    of_times.push_back(groups.of(s));
    times.push_back({s.log_boosted, s.escaped});
    taken += s.seen_after;
    log_all = log_sum(log_all, s.log_boosted);
    if (!s.found) continue;
    of_heights.push_back(groups.of(s));
    t.heights.push_back(s.found->barrier.height);
    t.closed += s.found->barrier.closed ? 1 : 0;
    free_energy.push_back(s.found->best_rate().free_energy);
    attempt.push_back(s.found->best_rate().attempt_THz);
    geometric.push_back(s.found->rate.geometric);
    disagreement.push_back(s.found->disagreement());
  }
  t.groups = groups.count();
  t.times = escape_times(times, rng, by_groups(of_times));
  t.log_acceleration = log_all - std::log(taken);
  if (t.heights.empty()) return t;
  const Bootstrap by = by_groups(of_heights);
  t.spectrum = spectrum_of(t.heights, rng, by);
  t.free_energy = summarise(free_energy, rng, by);
  t.attempt = summarise(attempt, rng, by);
  t.geometric = summarise(geometric, rng, by);
  t.disagreement = summarise(disagreement, rng, by);
  t.effective = effective_barriers(t.heights, temperature, rng, by);
  return t;
}

namespace {

/// Through the means at each temperature, with their standard errors.
std::optional<ActivationLine> line_through(const std::vector<SamplingTemperature>& temperatures, const std::function<const Summary*(const SamplingTemperature&)>& summary_at) {
  std::vector<BarrierAt> points;
  for (const SamplingTemperature& t : temperatures) {
    const Summary* summary = summary_at(t);
    if (summary == nullptr || t.heights.size() < 2) continue;
    const Interval& i = summary->mean.interval;  // by groups where there are several
    const double error = (i.high - i.low) / (2.0 * normal_two_sided(summary->mean.level));
    if (error > 0.0 && std::isfinite(error)) points.push_back({t.temperature, summary->mean.value, error});
  }
  return points.size() < 2 ? std::nullopt : std::optional(fit_activation(points).line);
}

/// A number of each sampling of a series that has a barrier, by group and temperature.
GroupedBarriers grouped(const std::vector<Sampling>& samplings, double radius, const std::set<double>& temperatures, const std::function<double(const SampledBarrier&)>& number) {
  GroupedBarriers all{{temperatures.begin(), temperatures.end()}, {}};
  GroupNumbers groups;
  for (const Sampling& s : samplings) {
    if (s.radius != radius) continue;
    const std::size_t group = groups.of(s), at = static_cast<std::size_t>(std::distance(temperatures.begin(), temperatures.find(s.temperature)));
    if (group == all.groups.size()) all.groups.emplace_back(temperatures.size());
    if (s.found) all.groups[group][at].push_back(number(*s.found));
  }
  return all;
}

double mean_of(std::span<const double> barriers, double) { return mean(barriers); }

}  // namespace

/// Lines with intervals by resampling whole groups, each with all its temperatures; none is changed unless all can be.
void FreeEnergyReading::regroup(SamplingSeries& series, const std::vector<EffectiveBarriers>& effective, const std::set<double>& temperatures, Rng& rng) const {
  const GroupedBarriers heights = grouped(findings_.samplings, series.radius, temperatures, [](const SampledBarrier& b) { return b.barrier.height; });
  if (!heights.complete() || !series.arrhenius) return;
  const GroupedBarriers free_energies = grouped(findings_.samplings, series.radius, temperatures, [](const SampledBarrier& b) { return b.best_rate().free_energy; });
  const auto middle = [](std::span<const double> b, double t) { return 0.5 * (parallel_barrier(b, t) + sequential_barrier(b, t)); };
  const auto height = line_of_groups(heights, mean_of, rng), free_energy = line_of_groups(free_energies, mean_of, rng);
  const auto parallel = line_of_groups(heights, parallel_barrier, rng), between = line_of_groups(heights, middle, rng), sequential = line_of_groups(heights, sequential_barrier, rng);
  if (!height || !free_energy || !parallel || !between || !sequential) return;
  series.paired_groups = heights.groups.size();
  series.height_line = height;
  series.free_energy_line = free_energy;
  series.arrhenius = with_lines(std::move(*series.arrhenius), effective, {*parallel, *between, *sequential});
}

SamplingSeries FreeEnergyReading::series(double radius, Rng& rng) const {
  SamplingSeries series{.radius = radius};
  std::set<double> temperatures;
  std::size_t atoms = 0, samplings = 0;
  for (const Sampling& s : findings_.samplings) {
    if (s.radius != radius) continue;
    temperatures.insert(s.temperature);
    atoms += s.group;
    ++samplings;
  }
  series.atoms = static_cast<double>(atoms) / static_cast<double>(samplings);
  std::vector<EffectiveBarriers> effective;
  for (const double t : temperatures) {
    series.temperatures.push_back(at(radius, t, rng));
    if (series.temperatures.back().effective) effective.push_back(*series.temperatures.back().effective);
  }
  series.height_line = line_through(series.temperatures, [](const SamplingTemperature& t) { return t.spectrum ? &t.spectrum->summary : nullptr; });
  series.free_energy_line = line_through(series.temperatures, [](const SamplingTemperature& t) { return t.free_energy ? &*t.free_energy : nullptr; });
  if (effective.size() > 1 && all_have_errors(effective)) series.arrhenius = arrhenius(effective, findings_.nu0 * units::hertz_per_terahertz);
  regroup(series, effective, temperatures, rng);
  return series;
}

FreeEnergyFindings FreeEnergyReading::findings() {
  Rng rng(study_.seed, stream_of("report/" + findings_.stage));
  std::set<double> radii;
  for (const Sampling& s : findings_.samplings) radii.insert(s.radius);
  for (const double radius : radii) findings_.series.push_back(series(radius, rng));
  if (radii.size() > 1) add_distances();
  return std::move(findings_);
}

void FreeEnergyReading::add_distances() {
  try {
    PairDistributions g = pair_distributions(prepared_.found.configuration, study_.report.rdf_range);
    findings_.bin = g.width;
    findings_.distances = std::move(g.total);
  } catch (const Error&) {  // why is told where the start is
  }
}

}  // namespace glasscape
