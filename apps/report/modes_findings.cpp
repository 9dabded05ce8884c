#include "apps/report/modes_findings.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/rates.hpp"
#include "apps/report/network.hpp"
#include "apps/starts.hpp"
#include "md/spectrum.hpp"
#include "md/support/units.hpp"
#include "samplers/passage_modes.hpp"

namespace glasscape {
namespace {

/// Refined points that are one agree far better than those that searches end in.
constexpr double same_energy = 1e-5;       // eV
constexpr double same_displacement = 0.05;  // Angstrom
constexpr std::size_t fewest_for_a_line = 5;

std::optional<double> log_nu(const ModesFound& basin, const ModesFound& saddle) {
  const std::optional<Prefactor> p = vineyard(mode_sum(basin), mode_sum(saddle));
  return p ? std::optional(p->log_nu) : std::nullopt;
}

PointModes point_modes(const ModesFound& m) { return {m.energy, m.log_determinant, m.positive, m.trace, m.trace_of_square, m.frequencies, {}}; }

/// A passage forward, of which both numbers are known.
struct Way {
  double energy, log_nu;
};

std::vector<Way> ways_of(const ModesFindings& m) {
  std::vector<Way> ways;
  for (const Passage& p : m.passages)
    if (p.forward && p.log_nu_forward) ways.push_back({*p.forward, *p.log_nu_forward});
  return ways;
}

/// ln of the sum of exp(terms).
double log_sum(const std::vector<double>& terms) {
  const double most = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - most);
  return most + std::log(sum);
}

double log_rate(const Way& way, double log_nu, double temperature) {
  const Barrier barrier{way.energy, log_nu};
  return event_rates(barrier, barrier, temperature).log_forward;
}

EscapeRate escape_rate(const std::vector<Way>& ways, double log_nu0, double temperature, Rng& rng) {
  const auto rates = [&](std::span<const Way> sample) {
    std::vector<double> constant, harmonic;
    for (const Way& way : sample) {
      constant.push_back(log_rate(way, log_nu0, temperature));
      harmonic.push_back(log_rate(way, way.log_nu, temperature));
    }
    const double one = log_sum(constant), other = log_sum(harmonic);
    return std::vector<double>{one, other, other - one};
  };
  const std::vector<Estimate> found = bootstrap_jointly(std::span<const Way>(ways), rates, rng);
  EscapeRate escape{temperature, found[0], found[1], found[2], 0, 0};
  for (const Way& way : ways) escape.energy += way.energy * std::exp(log_rate(way, way.log_nu, temperature) - escape.harmonic.value);
  // a passage of this energy with nu0 alone is what the apparent entropy is counted from
  escape.entropy = escape.harmonic.value - log_rate({escape.energy, 0}, log_nu0, temperature);
  return escape;
}

/// Pearson's correlation and the slope of the least squares line; 0 where all energies or entropies are equal.
std::vector<double> line_through(std::span<const Way> ways) {
  const auto n = static_cast<double>(ways.size());
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (const Way& way : ways) {
    x += way.energy / n;
    y += way.log_nu / n;
  }
  for (const Way& way : ways) {
    xx += (way.energy - x) * (way.energy - x);
    yy += (way.log_nu - y) * (way.log_nu - y);
    xy += (way.energy - x) * (way.log_nu - y);
  }
  if (!(xx > 0 && yy > 0)) return {0, 0, y};
  return {xy / std::sqrt(xx * yy), xy / xx, y - xy / xx * x};
}

EntropyAgainstEnergy against_energy(const std::vector<Way>& ways, double log_nu0, Rng& rng) {
  const std::vector<Estimate> found = bootstrap_jointly(std::span<const Way>(ways), line_through, rng);
  EntropyAgainstEnergy line{found[0], found[1], found[2].value - log_nu0, {}};
  const Interval& slope = line.slope.interval;
  if (slope.low > 0 || slope.high < 0) {
    const auto temperature = [](double s) { return 1.0 / (units::boltzmann * s); };
    line.compensation_temperature = Estimate{temperature(line.slope.value), {temperature(slope.high), temperature(slope.low)}, line.slope.level};
  }
  return line;
}

std::optional<Summary> summary_of(const std::vector<double>& values, Rng& rng) {
  if (values.empty()) return std::nullopt;
  Summary summary = summarise(values, rng);
  summary.doubts.clear();  // they speak of barriers; the report counts the passages itself
  return summary;
}

}  // namespace

std::vector<double> ModesFindings::entropies(std::optional<double> Passage::* log_nu) const {
  std::vector<double> values;
  for (const Passage& p : passages)
    if (p.*log_nu) values.push_back(*(p.*log_nu) - std::log(nu0));
  return values;
}

std::vector<RadiusConvergence> ModesFindings::by_radius() const {
  std::map<double, RadiusConvergence> rows;
  for (const Passage& p : passages)
    for (std::size_t k = 0; p.regions && p.log_nu_forward && k < p.regions->radius.size(); ++k) {
      RadiusConvergence& row = rows[p.regions->radius[k]];
      row.atoms += static_cast<double>(p.regions->atoms[k]);
      if (std::isfinite(p.regions->log_nu[k]))
        row.distances.push_back(p.regions->log_nu[k] - *p.log_nu_forward);
      else
        ++row.none;
    }
  std::vector<RadiusConvergence> list;
  for (auto& [radius, row] : rows) {
    row.radius = radius;
    row.atoms /= static_cast<double>(row.distances.size()) + row.none;
    std::sort(row.distances.begin(), row.distances.end());
    list.push_back(std::move(row));
  }
  return list;
}

double ModesFindings::shift_to_kT_over_h() const { return std::log(nu0) - log_eyring_nu(temperature); }

ModesReading::ModesReading(const Study& study, const Store& store, const StudyStage& stage) : study_(study) {
  const BasinFound start = prepared(study, store, stage).found;
  start_configuration_ = start.configuration;
  frame_ = {start.configuration.species, start.configuration.cell};
  const std::vector<double>& temperatures = study.report.temperatures;
  findings_.stage = stage.name;
  findings_.type = stage.type;
  findings_.from = stage.from;
  findings_.nu0 = study.report.nu0;
  findings_.compared_entropy = study.report.compared_entropy;
  findings_.temperature = temperatures.empty() ? 300.0 : temperatures[temperatures.size() / 2];
  one_start_ = study.find(stage.from)->stage->starts_from() == StartsFrom::basin;
}

void ModesReading::take(const Shard& shard) {
  findings_.wall_seconds += shard.circumstances.wall_seconds;
  start_.reset();
  from_.reset();
  newest_.reset();
  for (const Event& event : shard.events) {
    if (const auto* modes = std::get_if<ModesFound>(&event)) {
      findings_.fmax = std::max(findings_.fmax, modes->fmax);
      findings_.loose += modes->fmax > ModesFindings::tight;
      if (modes->point == "start") {
        start_ = *modes;
        from_ = basin_of(*modes);
      }
      if (modes->point == "saddle") take_saddle(*modes);
      if (modes->point == "end") take_end(*modes);
    }
    if (const auto* failed = std::get_if<ModesFailed>(&event)) {
      findings_.failures.push_back(*failed);
      findings_.saddles += failed->point == "saddle";
    }
    if (const auto* regions = std::get_if<RegionPrefactors>(&event); regions != nullptr && newest_) findings_.passages[*newest_].regions = *regions;
  }
}

void ModesReading::take_saddle(const ModesFound& saddle) {
  ++findings_.saddles;
  newest_.reset();
  for (std::size_t k = 0; k < saddles_.size(); ++k)
    if (same(saddles_[k], saddle)) {
      ++findings_.passages[k].times_found;
      findings_.passages[k].others.push_back(saddle.of);
      return;
    }
  newest_ = saddles_.size();
  saddles_.push_back(saddle);
  Passage passage{saddle.of, {}, {}, {}, {}, frequency_THz(saddle.unstable), saddle.displacement, 1, {}, point_modes(saddle), from_, {}, {}};
  if (start_) {
    passage.forward = saddle.energy - start_->energy;
    passage.log_nu_forward = log_nu(*start_, saddle);
  }
  findings_.passages.push_back(std::move(passage));
}

void ModesReading::take_end(const ModesFound& end) {
  if (!newest_) return;
  Passage& passage = findings_.passages[*newest_];
  passage.reverse = saddles_[*newest_].energy - end.energy;
  passage.log_nu_reverse = log_nu(end, saddles_[*newest_]);
  if (from_) passage.to = basin_of(end);
}

bool ModesReading::same(const ModesFound& a, const ModesFound& b) const {
  const SameBasin test{.energy_window = same_energy, .displacement = same_displacement, .fixed_frame = !study_.potential->translation_invariant()};
  return same_basin(frame_, {a.positions, a.energy}, {b.positions, b.energy}, test).same;
}

/// The first is the start: the tasks of the stage all begin with it.
std::size_t ModesReading::basin_of(const ModesFound& minimum) {
  for (std::size_t k = 0; k < basins_.size(); ++k)
    if (same(basins_[k], minimum)) return k;
  basins_.push_back(minimum);
  findings_.basins.push_back(point_modes(minimum));
  findings_.basins.back().stress = stress_at(study_.potential, start_configuration_, minimum.positions);
  return basins_.size() - 1;
}

ModesFindings ModesReading::findings() {
  Rng rng(study_.seed, stream_of("report/" + findings_.stage));
  findings_.forward = summary_of(findings_.entropies(&Passage::log_nu_forward), rng);
  findings_.reverse = summary_of(findings_.entropies(&Passage::log_nu_reverse), rng);
  const std::vector<Way> ways = ways_of(findings_);
  const double log_nu0 = std::log(findings_.nu0);
  if (!ways.empty() && one_start_)
    for (const double t : study_.report.temperatures) findings_.escape.push_back(escape_rate(ways, log_nu0, t, rng));
  if (ways.size() >= fewest_for_a_line) findings_.against_energy = against_energy(ways, log_nu0, rng);
  return std::move(findings_);
}

}  // namespace glasscape
