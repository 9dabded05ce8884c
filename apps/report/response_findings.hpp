// What a report says of a stage of cyclic shear: the modulus of each task, and of the first that was sheared which atoms dissipate, for how long, and
// whether anything sets them apart, after Zella, Moon, Keffer and Egami, arXiv 2201.07857 (2022). GPa, ps, K, Angstrom, rad.
#pragma once

#include "analysis/group_statistics.hpp"
#include "apps/study.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// Less say nothing of how atoms change from one to the next.
constexpr std::size_t fewest_blocks = 6;

struct ResponseTask {
  std::string name;         // "300 K, period 50 ps, sampling 1"
  double temperature = 0, period = 0, amplitude = 0;
  std::int64_t cycles = 0;
  DynamicModulus modulus;
};

/// A signal beside the strain, over a few cycles in the middle of the run.
struct Signal {
  std::vector<double> time, strain, stress;  // ps, 1, GPa
  std::complex<double> modulus;              // of its fit |G| gamma_A sin(2 pi t / T + arg G), over the whole run
};

/// The atom that the trace follows.
struct FollowedAtom {
  Eigen::Index atom = 0;
  Signal signal;
  std::vector<double> frequency, amplitude;  // THz, GPa: of the whole trace
};

/// A row of Table 1: a property of atoms, and what the paper has.
struct PropertyRow {
  std::string name, unit;  // rich text
  BlockMean group, system, difference;
  std::string paper_group, paper_system;
};

/// Where the atoms near pi/2 of two blocks, one after the other, are.
struct GroupView {
  Configuration configuration;
  AtomSet first, second;
  double from = 0, between = 0, to = 0;  // ps: their blocks
};

/// How groups lie in space, and how many atoms each has in common with that of the next block.
struct InSpace {
  std::size_t size = 0;
  std::vector<Clustering> clusters;
  std::vector<std::int64_t> shared;
};

/// Of bins, and densities over all blocks with Poisson intervals.
struct Density {
  std::vector<double> edges;
  std::vector<Estimate> group, system;
};

/// A run without shear.
struct UnshearedRun {
  ShearBegun begun;
  ShareSeries shares;  // told as if the amplitude had been `amplitude_told`
};

/// The first task that was sheared, atom by atom.
struct AtomicResponse {
  std::int64_t blocks = 0, block_cycles = 0;
  double begin = 0, block_time = 0;       // of the first block, and of each, ps
  double contact = 0;                     // Angstrom
  ShearBegun begun;
  ShareSeries shares;                     // of the drive in each block
  AtomicPhases phases, noise, steady;     // measured, noise of the neighbours alone, atoms that always answer alike with that noise
  Estimate scatter, typical_scatter;      // over the noise of the neighbours of the drive; of a typical block
  std::optional<Estimate> kept_by_cycle;  // from one cycle to the next
  double noise_range = 1;                 // power of the noisiest block over that of the quietest
  std::optional<AtomicPhases> unsheared;  // of runs without shear under the same conditions
  std::optional<AtomicPhases> steady_unsheared;  // atoms that always answer alike, with the noise of these
  std::optional<Estimate> scatter_over_unsheared, typical_over_unsheared;
  SignalToNoise signal_to_noise;
  std::optional<Signal> glass;            // of the trace
  std::optional<FollowedAtom> followed;
  std::vector<PropertyRow> properties;
  InSpace in_space, steady_in_space;      // the atoms near pi/2 in each block; of atoms that always answer alike, with noise
  GroupView view;
  Density displacement, d2min;
  double volume = 0;                      // mean per atom
};

struct ResponseFindings {
  std::string stage, type;
  std::vector<ResponseTask> tasks;
  std::optional<AtomicResponse> atoms;  // nothing with less than `fewest_blocks`
  std::size_t task_of_atoms = 0;        // into `tasks`
  std::vector<UnshearedRun> unsheared;
  std::vector<std::string> doubts;
  double wall_seconds = 0;
};

/// The facts of one stage of cyclic shear, read once.
class ResponseReading {
 public:
  ResponseReading(const Study& study, const StudyStage& stage);
  void take(std::int64_t task, const Shard& shard);
  ResponseFindings findings() { return std::move(findings_); }

 private:
  AtomicResponse atomic_response(const ShearTest& test, const std::vector<ShearBlock>& blocks);

  const Study& study_;
  const StudyStage& stage_;
  Rng rng_;
  ResponseFindings findings_;
};

/// Beside a run that was sheared, those that were not, of the same glass under the same conditions.
void compare_with_unsheared(std::vector<ResponseFindings>& all, std::uint64_t seed);

/// Atoms in each block with what the report knows of them, as columns for extended XYZ.
struct AtomFrame {
  Configuration configuration;  // at the end of the block
  double from = 0, to = 0;      // ps
  Eigen::VectorXd phase, storage, loss, signal_to_noise;  // rad; GPa, an atom's own modulus: its share times atoms
  Eigen::VectorXd stress, volume, displacement, d2min;    // GPa, A^3, A, A^2; over the block
  Eigen::VectorXi coordination, group;                    // group: 1, 2, 3, 4 of those near -pi/2, 0, pi/2 and pi; 0: none
};
std::vector<AtomFrame> atom_frames(const ShearTest& test, const ReportOptions& options);
/// Atoms within it are neighbours: of the report, or the first minimum of g(r).
double contact_of(const ReportOptions& options, const Configuration& configuration);

}  // namespace glasscape
