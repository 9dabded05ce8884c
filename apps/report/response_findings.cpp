#include "apps/report/response_findings.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "analysis/atomic_environment.hpp"
#include "analysis/pair_distribution.hpp"
#include "md/support/units.hpp"
#include "samplers/lock_in.hpp"

namespace glasscape {
namespace {

constexpr std::int64_t cycles_shown = 3;
constexpr std::int64_t highest_shown = 20;  // times the drive's frequency

std::int64_t skipped_cycles(const ShearTest& test, const ReportOptions& options) {
  const double blocks = options.skipped * static_cast<double>(test.cycles.size()) / static_cast<double>(test.begun.block);
  return test.begun.block * std::llround(blocks);
}

/// Atoms when `cycles` of the run are over.
struct Snapshot {
  Configuration configuration;
  const std::vector<double>* stress;
};

Snapshot snapshot(const ShearTest& test, std::int64_t cycles) {
  Snapshot s{test.begun.configuration, &test.begun.stress};
  if (cycles == 0) return s;
  const ShearCycled& last = test.cycles[static_cast<std::size_t>(cycles - 1)];
  s.configuration.positions = last.positions;
  s.stress = &last.stress;
  return s;
}

/// Columns of the trace: time, strain, stress and, from the seventh, stresses of atoms.
enum Column : Eigen::Index { time_column, strain_column, stress_column, atom_column = 6 };

/// Amplitudes at multiples of the drive's frequency, of a column of the trace in GPa, after the cycles that are skipped.
Eigen::VectorXcd amplitudes(const ShearTest& test, std::int64_t skipped, Eigen::Index column, double unit, std::vector<double> multiples) {
  const auto& rows = test.trace->rows;
  const auto cycles = static_cast<std::int64_t>(test.cycles.size());
  const std::int64_t per_cycle = rows.rows() / cycles;
  LockIn lock_in(1, std::move(multiples), per_cycle);
  for (Eigen::Index k = per_cycle * skipped; k < per_cycle * cycles; ++k) lock_in.add(k + 1, Eigen::VectorXd::Constant(1, unit * rows(k, column)));
  return lock_in.amplitudes().row(0).transpose();
}

Signal signal_of(const ShearTest& test, std::int64_t skipped, Eigen::Index column, double unit) {
  const auto& rows = test.trace->rows;
  const auto cycles = static_cast<std::int64_t>(test.cycles.size());
  const Eigen::Index per_cycle = rows.rows() / cycles, shown = std::min(cycles - skipped, cycles_shown), first = (skipped + (cycles - skipped - shown) / 2) * per_cycle;
  Signal s;
  for (Eigen::Index k = first; k < first + shown * per_cycle; ++k) {
    s.time.push_back(rows(k, time_column));
    s.strain.push_back(rows(k, strain_column));
    s.stress.push_back(unit * rows(k, column));
  }
  s.modulus = amplitudes(test, skipped, column, unit, {1.0})[0] / std::complex<double>(0.0, -told_amplitude(test.begun));
  return s;
}

bool has_rows(const ShearTest& test) { return test.trace && test.trace->rows.rows() >= 8 * static_cast<Eigen::Index>(test.cycles.size()); }

std::optional<FollowedAtom> followed_atom(const ShearTest& test, std::int64_t skipped) {
  if (!has_rows(test) || test.trace->rows.cols() <= atom_column) return std::nullopt;
  const std::string& name = test.trace->columns[atom_column];
  FollowedAtom f{std::stoll(name.substr(name.find_first_of("0123456789"))), {}, {}, {}};
  const double volume = atomic_stress(test.begun.configuration, test.begun.stress).volume[f.atom];
  f.signal = signal_of(test, skipped, atom_column, units::stress_GPa / volume);
  const auto all = static_cast<std::int64_t>(test.cycles.size()), cycles = all - skipped;
  const std::int64_t highest = std::min(highest_shown, static_cast<std::int64_t>(test.trace->rows.rows()) / all / 2);
  std::vector<double> multiples;
  for (std::int64_t k = 1; k < highest * cycles; ++k) multiples.push_back(static_cast<double>(k) / static_cast<double>(cycles));
  const Eigen::VectorXcd z = amplitudes(test, skipped, atom_column, units::stress_GPa / volume, multiples);
  for (std::size_t k = 0; k < multiples.size(); ++k) {
    f.frequency.push_back(multiples[k] / test.begun.period);
    f.amplitude.push_back(std::abs(z[static_cast<Eigen::Index>(k)]));
  }
  return f;
}

/// One property in each block, of the group and of all atoms.
struct Collected {
  GroupAgainstAll means, variances;

  void add(const Eigen::VectorXd& property, const AtomSet& group) {
    const Moments some = moments(property, &group), all = moments(property);
    means.group.push_back(some.mean);
    means.all.push_back(all.mean);
    variances.group.push_back(some.variance);
    variances.all.push_back(all.variance);
  }
};

PropertyRow row_of(const GroupAgainstAll& blocks, std::string name, std::string unit, std::string paper_group = "–", std::string paper_system = "–") {
  return {std::move(name), std::move(unit), block_mean(blocks.group), block_mean(blocks.all), blocks.difference(), std::move(paper_group), std::move(paper_system)};
}

Eigen::VectorXd joined(const Eigen::VectorXd& one, const Eigen::VectorXd& other) {
  Eigen::VectorXd all(one.size() + other.size());
  all << one, other;
  return all;
}

/// The same group in the second half of a joined property.
AtomSet twice(const AtomSet& group, Eigen::Index atoms) {
  AtomSet both = group;
  for (const Eigen::Index i : group) both.push_back(i + atoms);
  return both;
}

/// Densities in bins of one width.
class Binned {
 public:
  explicit Binned(double width) : width_(width) {}
  void add(const Eigen::VectorXd& values, const AtomSet& group) {
    for (const double value : values) ++at(all_, value);
    for (const Eigen::Index i : group) ++at(group_, values[i]);
  }
  Density density() const {
    Density d;
    for (std::size_t k = 0; k <= all_.size(); ++k) d.edges.push_back(width_ * static_cast<double>(k));
    d.system = densities(all_);
    d.group = densities(group_);
    d.group.resize(all_.size());
    return d;
  }

 private:
  std::int64_t& at(std::vector<std::int64_t>& bins, double value) const {
    constexpr double most = 1000;  // what lies beyond stands in the last one
    const auto k = static_cast<std::size_t>(std::min(value / width_, most));
    if (k >= bins.size()) bins.resize(k + 1, 0);
    return bins[k];
  }
  std::vector<Estimate> densities(const std::vector<std::int64_t>& bins) const {
    std::int64_t sum = 0;
    for (const std::int64_t n : bins) sum += n;
    const double unit = 1.0 / (width_ * static_cast<double>(sum));
    std::vector<Estimate> all;
    for (const std::int64_t n : bins) {
      const Estimate count = poisson_mean(n);
      all.push_back({count.value * unit, {count.interval.low * unit, count.interval.high * unit}, count.level});
    }
    return all;
  }
  double width_;
  std::vector<std::int64_t> all_, group_;
};

/// Table 1 and Fig. 5 of the atoms at +pi/2 in each block.
void add_group(const ShearTest& test, const std::vector<ShearBlock>& blocks, double fraction, AtomicResponse& a) {
  Collected stress, coordinations, volumes, displacements, d2mins;
  Binned displacement(0.05), d2min(1.0);  // Angstrom, Angstrom^2
  for (const ShearBlock& b : blocks) {
    const AtomSet group = nearest_in_phase(b.drive, std::numbers::pi / 2, fraction);
    const Snapshot begin = snapshot(test, b.first), end = snapshot(test, b.first + a.block_cycles);
    const AtomicStress first = atomic_stress(begin.configuration, *begin.stress), last = atomic_stress(end.configuration, *end.stress);
    const AtomSet both = twice(group, first.volume.size());
    stress.add(joined(first.stress, last.stress), both);
    volumes.add(joined(first.volume, last.volume), both);
    coordinations.add(joined(coordination(begin.configuration, a.contact).cast<double>(), coordination(end.configuration, a.contact).cast<double>()), both);
    const NonAffine moved = non_affine(begin.configuration, end.configuration.positions, a.contact);
    displacements.add(moved.displacement, group);
    d2mins.add(moved.d2min, group);
    displacement.add(moved.displacement, group);
    d2min.add(moved.d2min, group);
  }
  a.displacement = displacement.density();
  a.d2min = d2min.density();
  const std::string sigma = fmt::format("σ_{{{}}}", test.begun.plane);
  a.properties = {row_of(stress.variances, "Var " + sigma, "GPa^{2}", "12.04 ± 0.55", "11.54 ± 0.06"), row_of(stress.means, "⟨" + sigma + "⟩", "GPa"),
                  row_of(coordinations.variances, "Var N_{c}", "", "1.59 ± 0.15", "1.6 ± 0.0"), row_of(coordinations.means, "⟨N_{c}⟩", "", "11.24 ± 0.09", "11.35 ± 0.0"),
                  row_of(volumes.variances, "Var v", "Å^{6}", "3.28 ± 0.25", "3.37 ± 0.01"), row_of(volumes.means, "⟨v⟩", "Å^{3}", "15.88 ± 0.13", "15.89 ± 0.0"),
                  row_of(displacements.means, "⟨displacement⟩", "Å", "0.30 ± 0.17", "0.28 ± 0.15"), row_of(d2mins.means, "⟨D^{2}_{min}⟩", "Å^{2}")};
}

/// Of the atoms at +pi/2 in each block of each series.
InSpace in_space(const ShearTest& test, const std::vector<ShearBlock>& blocks, const std::vector<ShareSeries>& all, double fraction, double contact, Rng& rng) {
  InSpace found;
  for (const ShareSeries& series : all) {
    AtomSet before;
    for (std::size_t b = 0; b < series.size(); ++b) {
      const AtomSet group = nearest_in_phase(series[b], std::numbers::pi / 2, fraction);
      found.clusters.push_back(clustering(snapshot(test, blocks[b].first + blocks[b].cycles).configuration, group, contact, rng));
      if (b > 0) found.shared.push_back(shared_atoms(before, group));
      before = group;
    }
    found.size = before.size();
  }
  return found;
}

/// Power of the noisiest block over that of the quietest.
double range_of(const std::vector<ShareSeries>& noise) {
  std::vector<double> powers(noise.front().size(), 0.0);
  for (const ShareSeries& series : noise)
    for (std::size_t b = 0; b < series.size(); ++b) powers[b] += series[b].squaredNorm();
  const auto [least, most] = std::minmax_element(powers.begin(), powers.end());
  return *least > 0 ? *most / *least : 1.0;
}

/// Of the same glass, under the same conditions but for the amplitude.
bool comparable(const ShearBegun& a, const ShearBegun& b) {
  const auto conditions = [](const ShearBegun& s) { return std::tie(s.of, s.plane, s.period, s.temperature, s.thermostat, s.damping, s.timestep, s.samples, s.block); };
  return conditions(a) == conditions(b);
}

GroupView view_of(const ShearTest& test, const std::vector<ShearBlock>& blocks, double fraction, double block_time) {
  const std::size_t b = (blocks.size() - 1) / 2, next = std::min(b + 1, blocks.size() - 1);
  const double from = test.begun.period * static_cast<double>(blocks[b].first);
  GroupView view{snapshot(test, blocks[next].first).configuration, nearest_in_phase(blocks[b].drive, std::numbers::pi / 2, fraction),
                 nearest_in_phase(blocks[next].drive, std::numbers::pi / 2, fraction), from, from + block_time, from + 2.0 * block_time};
  view.configuration.momenta.resize(3, 0);
  return view;
}

}  // namespace

double contact_of(const ReportOptions& options, const Configuration& configuration) {
  if (options.contact > 0) return options.contact;
  const PairDistributions g = pair_distributions(configuration, std::max(options.rdf_range, 6.0));
  if (!g.total.shell) throw InputError("g(r) has no first minimum within {:g} A: say with the key report.contact within what distance atoms are neighbours", std::max(options.rdf_range, 6.0));
  return g.total.shell->radius;
}

ResponseReading::ResponseReading(const Study& study, const StudyStage& stage) : study_(study), stage_(stage), rng_(study.seed, stream_of("report/" + stage.name)) {
  findings_.stage = stage.name;
  findings_.type = stage.type;
}

void ResponseReading::take(std::int64_t task, const Shard& shard) {
  findings_.wall_seconds += shard.circumstances.wall_seconds;
  const std::optional<ShearTest> test = shear_test(shard.events);
  if (!test) return;
  const std::string name = stage_.stage->describe_task(task);
  const std::int64_t skipped = skipped_cycles(*test, study_.report);
  const std::vector<ShearBlock> blocks = blocks_of(*test, skipped);
  if (blocks.empty()) {
    findings_.doubts.push_back(fmt::format("{}: {} cycles have no block of {} after the first {} (key report.skipped)", name, test->cycles.size(), test->begun.block, skipped));
    return;
  }
  const ShearBegun& begun = test->begun;
  findings_.tasks.push_back({name, begun.temperature, begun.period, begun.amplitude, static_cast<std::int64_t>(test->cycles.size()), dynamic_modulus(*test, skipped)});
  if (begun.amplitude == 0) findings_.unsheared.push_back({begun, drive_of(blocks)});
  if (begun.amplitude == 0 || findings_.atoms || blocks.size() < fewest_blocks) return;
  try {
    findings_.atoms = atomic_response(*test, blocks);
    findings_.task_of_atoms = findings_.tasks.size() - 1;
  } catch (const Error& error) {  // the rest of the report stands without it
    findings_.doubts.push_back(fmt::format("{}: nothing is told of single atoms: {}", name, error.what()));
  }
}

AtomicResponse ResponseReading::atomic_response(const ShearTest& test, const std::vector<ShearBlock>& blocks) {
  const double part = study_.report.group;
  AtomicResponse a;
  a.blocks = static_cast<std::int64_t>(blocks.size());
  a.block_cycles = test.begun.block;
  a.block_time = test.begun.period * static_cast<double>(test.begun.block);
  a.contact = contact_of(study_.report, snapshot(test, blocks.front().first).configuration);
  a.volume = test.begun.configuration.cell.volume() / static_cast<double>(test.begun.configuration.atoms());
  a.shares = drive_of(blocks);
  const std::int64_t skipped = skipped_cycles(test, study_.report);
  const std::vector<ShareSeries> noise = noise_of(blocks);
  a.begun = test.begun;
  a.begin = test.begun.period * static_cast<double>(skipped);
  a.phases = atomic_phases({a.shares}, part, rng_);
  a.noise = atomic_phases(noise, part, rng_);
  a.steady = atomic_phases(steady_with_noise(a.shares, noise), part, rng_);
  a.scatter = scatter_over_noise(a.shares, noise, rng_);
  a.typical_scatter = typical_scatter_over_noise(a.shares, noise, rng_);
  a.kept_by_cycle = kept_in_next({cycle_shares(test, skipped)}, part, rng_);
  a.noise_range = range_of(noise);
  a.signal_to_noise = signal_to_noise(blocks);
  if (has_rows(test)) a.glass = signal_of(test, skipped, stress_column, 1.0);
  a.followed = followed_atom(test, skipped);
  add_group(test, blocks, part, a);
  a.in_space = in_space(test, blocks, {a.shares}, part, a.contact, rng_);
  a.steady_in_space = in_space(test, blocks, steady_with_noise(a.shares, noise), part, a.contact, rng_);
  a.view = view_of(test, blocks, part, a.block_time);
  return a;
}

void compare_with_unsheared(std::vector<ResponseFindings>& all, std::uint64_t seed) {
  for (ResponseFindings& sheared : all) {
    if (!sheared.atoms) continue;
    AtomicResponse& a = *sheared.atoms;
    std::vector<ShareSeries> noise;
    for (const ResponseFindings& other : all)
      for (const UnshearedRun& run : other.unsheared) {
        if (!comparable(run.begun, a.begun)) continue;
        noise.push_back(run.shares);
        // told over another strain, and in another volume
        for (Shares& block : noise.back()) block *= amplitude_told / a.begun.amplitude * run.begun.configuration.cell.volume() / a.begun.configuration.cell.volume();
      }
    if (noise.empty()) continue;
    Rng rng(seed, stream_of("report/" + sheared.stage + "/unsheared"));
    a.unsheared = atomic_phases(noise, a.phases.fraction, rng);
    a.steady_unsheared = atomic_phases(steady_with_noise(a.shares, noise), a.phases.fraction, rng);
    a.scatter_over_unsheared = scatter_over_noise(a.shares, noise, rng);
    a.typical_over_unsheared = typical_scatter_over_noise(a.shares, noise, rng);
  }
}

std::vector<AtomFrame> atom_frames(const ShearTest& test, const ReportOptions& options) {
  const std::vector<ShearBlock> blocks = blocks_of(test, skipped_cycles(test, options));
  if (blocks.empty()) return {};
  const double contact = contact_of(options, snapshot(test, blocks.front().first).configuration);
  const Eigen::VectorXd noise = noise_power(blocks);
  std::vector<AtomFrame> frames;
  for (const ShearBlock& b : blocks) {
    const Snapshot begin = snapshot(test, b.first), end = snapshot(test, b.first + test.begun.block);
    const AtomicStress stress = atomic_stress(end.configuration, *end.stress);
    const NonAffine moved = non_affine(begin.configuration, end.configuration.positions, contact);
    const Shares own = b.drive.cwiseQuotient((stress.volume / end.configuration.cell.volume()).cast<std::complex<double>>());
    AtomFrame f{end.configuration, test.begun.period * static_cast<double>(b.first), test.begun.period * static_cast<double>(b.first + b.cycles), own.unaryExpr([](const std::complex<double>& g) { return std::arg(g); }), own.real(), own.imag(),
                b.drive.cwiseAbs().cwiseQuotient(noise.cwiseSqrt()), stress.stress, stress.volume, moved.displacement, moved.d2min, coordination(end.configuration, contact),
                Eigen::VectorXi::Zero(own.size())};
    for (std::size_t k = 0; k < group_phases.size(); ++k)
      for (const Eigen::Index i : nearest_in_phase(b.drive, group_phases[k], options.group)) f.group[i] = static_cast<int>(k + 1);
    frames.push_back(std::move(f));
  }
  return frames;
}

}  // namespace glasscape
