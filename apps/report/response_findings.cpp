#include "apps/report/response_findings.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/atomic_environment.hpp"
#include "analysis/pair_distribution.hpp"
#include "md/support/units.hpp"
#include "samplers/lock_in.hpp"

namespace glasscape {
namespace {

constexpr std::int64_t cycles_shown = 3;
constexpr std::int64_t highest_shown = 20;  // times the drive's frequency

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

/// Amplitudes at whole parts of the drive's frequency, of a column of the trace in GPa.
Eigen::VectorXcd amplitudes(const ShearTest& test, Eigen::Index column, double unit, std::vector<double> multiples) {
  const auto& rows = test.trace->rows;
  const auto cycles = static_cast<std::int64_t>(test.cycles.size());
  const std::int64_t per_cycle = rows.rows() / cycles;
  LockIn lock_in(1, std::move(multiples), per_cycle);
  for (Eigen::Index k = 0; k < per_cycle * cycles; ++k) lock_in.add(k + 1, Eigen::VectorXd::Constant(1, unit * rows(k, column)));
  return lock_in.amplitudes().row(0).transpose();
}

Signal signal_of(const ShearTest& test, Eigen::Index column, double unit) {
  const auto& rows = test.trace->rows;
  const auto cycles = static_cast<std::int64_t>(test.cycles.size());
  const Eigen::Index per_cycle = rows.rows() / cycles, shown = std::min(cycles, cycles_shown), first = (cycles - shown) / 2 * per_cycle;
  Signal s;
  for (Eigen::Index k = first; k < first + shown * per_cycle; ++k) {
    s.time.push_back(rows(k, time_column));
    s.strain.push_back(rows(k, strain_column));
    s.stress.push_back(unit * rows(k, column));
  }
  s.modulus = amplitudes(test, column, unit, {1.0})[0] / std::complex<double>(0.0, -told_amplitude(test.begun));
  return s;
}

bool has_rows(const ShearTest& test) { return test.trace && test.trace->rows.rows() >= 8 * static_cast<Eigen::Index>(test.cycles.size()); }

std::optional<FollowedAtom> followed_atom(const ShearTest& test) {
  if (!has_rows(test) || test.trace->rows.cols() <= atom_column) return std::nullopt;
  const std::string& name = test.trace->columns[atom_column];
  FollowedAtom f{std::stoll(name.substr(name.find_first_of("0123456789"))), {}, {}, {}};
  const double volume = atomic_stress(test.begun.configuration, test.begun.stress).volume[f.atom];
  f.signal = signal_of(test, atom_column, units::stress_GPa / volume);
  const auto cycles = static_cast<std::int64_t>(test.cycles.size());
  const std::int64_t highest = std::min(highest_shown, static_cast<std::int64_t>(test.trace->rows.rows()) / cycles / 2);
  std::vector<double> multiples;
  for (std::int64_t k = 1; k < highest * cycles; ++k) multiples.push_back(static_cast<double>(k) / static_cast<double>(cycles));
  const Eigen::VectorXcd z = amplitudes(test, atom_column, units::stress_GPa / volume, multiples);
  for (std::size_t k = 0; k < multiples.size(); ++k) {
    f.frequency.push_back(multiples[k] / test.begun.period);
    f.amplitude.push_back(std::abs(z[static_cast<Eigen::Index>(k)]));
  }
  return f;
}

/// Values of one property in each block, of the group and of all atoms.
struct Collected {
  std::vector<double> group_mean, group_variance, system_mean, system_variance;

  void add(const Eigen::VectorXd& property, const AtomSet& group) {
    const Moments some = moments(property, &group), all = moments(property);
    group_mean.push_back(some.mean);
    group_variance.push_back(some.variance);
    system_mean.push_back(all.mean);
    system_variance.push_back(all.variance);
  }
  PropertyRow means(std::string name, std::string unit, std::string paper_group, std::string paper_system) const {
    return {std::move(name), std::move(unit), block_mean(group_mean), block_mean(system_mean), std::move(paper_group), std::move(paper_system)};
  }
  PropertyRow variances(std::string name, std::string unit, std::string paper_group, std::string paper_system) const {
    return {std::move(name), std::move(unit), block_mean(group_variance), block_mean(system_variance), std::move(paper_group), std::move(paper_system)};
  }
};

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

/// Densities of displacements in bins of 0.05 Angstrom.
class Displacements {
 public:
  void add(const Eigen::VectorXd& displacement, const AtomSet& group) {
    for (const double d : displacement) ++at(all_, d);
    for (const Eigen::Index i : group) ++at(group_, displacement[i]);
  }
  Density density() const {
    Density d;
    double in_all = 0, in_group = 0;
    for (const double n : all_) in_all += n * width;
    for (const double n : group_) in_group += n * width;
    for (std::size_t k = 0; k <= all_.size(); ++k) d.edges.push_back(width * static_cast<double>(k));
    for (std::size_t k = 0; k < all_.size(); ++k) {
      d.system.push_back(all_[k] / in_all);
      d.group.push_back((k < group_.size() ? group_[k] : 0.0) / in_group);
    }
    return d;
  }

 private:
  static constexpr double width = 0.05;
  static double& at(std::vector<double>& bins, double d) {
    const auto k = static_cast<std::size_t>(d / width);
    if (k >= bins.size()) bins.resize(k + 1, 0.0);
    return bins[k];
  }
  std::vector<double> all_, group_;
};

/// Table 1 and Fig. 5 of the atoms at +pi/2 in each block.
void add_group(const ShearTest& test, const std::vector<ShearBlock>& blocks, double fraction, AtomicResponse& a) {
  Collected stress, coordinations, volumes, displacements, d2mins;
  Displacements histogram;
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
    histogram.add(moved.displacement, group);
  }
  a.displacement = histogram.density();
  a.properties = {stress.variances(fmt::format("Var σ_{{{}}}", test.begun.plane), "GPa^{2}", "12.04 ± 0.55", "11.54 ± 0.06"), coordinations.variances("Var N_{c}", "", "1.59 ± 0.15", "1.6 ± 0.0"),
                  coordinations.means("⟨N_{c}⟩", "", "11.24 ± 0.09", "11.35 ± 0.0"), volumes.variances("Var v", "Å^{6}", "3.28 ± 0.25", "3.37 ± 0.01"),
                  volumes.means("⟨v⟩", "Å^{3}", "15.88 ± 0.13", "15.89 ± 0.0"), displacements.means("⟨displacement⟩", "Å", "0.30 ± 0.17", "0.28 ± 0.15"),
                  d2mins.means("⟨D^{2}_{min}⟩", "Å^{2}", "–", "–")};
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
  const std::vector<ShearBlock> blocks = blocks_of(*test, study_.report.skipped_cycles);
  if (blocks.empty()) {
    findings_.doubts.push_back(fmt::format("{}: {} cycles have no block of {} after the first {} (key report.skipped_cycles)", name, test->cycles.size(), test->begun.block, study_.report.skipped_cycles));
    return;
  }
  const auto cycles = static_cast<std::int64_t>(test->cycles.size());
  findings_.tasks.push_back({name, test->begun.temperature, test->begun.period, test->begun.amplitude, cycles, dynamic_modulus(*test, study_.report.skipped_cycles)});
  if (!findings_.atoms && findings_.tasks.size() == 1 && blocks.size() >= fewest_blocks) findings_.atoms = atomic_response(*test, blocks);
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
  a.phases = atomic_phases({a.shares}, part, rng_);
  a.noise = atomic_phases(noise_of(blocks), part, rng_);
  a.steady = atomic_phases(steady_with_noise(blocks), part, rng_);
  a.scatter = scatter_over_noise(a.shares, noise_of(blocks), rng_);
  a.signal_to_noise = signal_to_noise(blocks);
  if (has_rows(test)) a.glass = signal_of(test, stress_column, 1.0);
  a.followed = followed_atom(test);
  add_group(test, blocks, part, a);
  a.in_space = in_space(test, blocks, {a.shares}, part, a.contact, rng_);
  a.steady_in_space = in_space(test, blocks, steady_with_noise(blocks), part, a.contact, rng_);
  a.view = view_of(test, blocks, part, a.block_time);
  return a;
}

void compare_with_unsheared(std::vector<ResponseFindings>& all, std::uint64_t seed) {
  for (ResponseFindings& sheared : all) {
    if (!sheared.sheared() || !sheared.atoms) continue;
    const ResponseTask& task = sheared.tasks.front();
    for (const ResponseFindings& other : all) {
      if (other.sheared() || !other.atoms || other.atoms->shares.front().size() != sheared.atoms->shares.front().size()) continue;
      if (other.tasks.front().temperature != task.temperature || other.tasks.front().period != task.period || other.atoms->block_cycles != sheared.atoms->block_cycles) continue;
      Rng rng(seed, stream_of("report/" + sheared.stage + "/" + other.stage));
      // noise without a drive is told over another strain
      const double strain = amplitude_told / task.amplitude;
      ShareSeries noise = other.atoms->shares;
      for (Shares& block : noise) block *= strain;
      sheared.atoms->unsheared = atomic_phases({noise}, sheared.atoms->phases.fraction, rng);
      sheared.atoms->scatter_over_unsheared = scatter_over_noise(sheared.atoms->shares, {noise}, rng);
      break;
    }
  }
}

std::vector<AtomFrame> atom_frames(const ShearTest& test, const ReportOptions& options) {
  const std::vector<ShearBlock> blocks = blocks_of(test, options.skipped_cycles);
  if (blocks.empty()) return {};
  const double contact = contact_of(options, snapshot(test, blocks.front().first).configuration);
  Eigen::VectorXd noise = Eigen::VectorXd::Zero(blocks.front().drive.size());
  for (const ShareSeries& series : noise_of(blocks))
    for (const Shares& block : series) noise += 0.5 / static_cast<double>(blocks.size()) * block.cwiseAbs2();
  std::vector<AtomFrame> frames;
  for (const ShearBlock& b : blocks) {
    const Snapshot begin = snapshot(test, b.first), end = snapshot(test, b.first + test.begun.block);
    const AtomicStress stress = atomic_stress(end.configuration, *end.stress);
    const NonAffine moved = non_affine(begin.configuration, end.configuration.positions, contact);
    const Shares own = b.drive.cwiseQuotient((stress.volume / end.configuration.cell.volume()).cast<std::complex<double>>());
    AtomFrame f{end.configuration, static_cast<std::int64_t>(frames.size()), own.unaryExpr([](const std::complex<double>& g) { return std::arg(g); }), own.real(), own.imag(),
                b.drive.cwiseAbs().cwiseQuotient(noise.cwiseSqrt()), stress.stress, stress.volume, moved.displacement, moved.d2min, coordination(end.configuration, contact),
                Eigen::VectorXi::Zero(own.size())};
    int number = 0;
    for (const double phase : {-std::numbers::pi / 2, 0.0, std::numbers::pi / 2, std::numbers::pi}) {
      ++number;
      for (const Eigen::Index i : nearest_in_phase(b.drive, phase, options.group)) f.group[i] = number;
    }
    frames.push_back(std::move(f));
  }
  return frames;
}

}  // namespace glasscape
