// Which atoms dissipate, and for how long: the phases of atoms' shares of the modulus (dynamic_modulus.hpp), after Zella, Moon, Keffer and
// Egami, arXiv 2201.07857 (2022), with what tells a finding from thermal noise. Atoms nearest to a phase are chosen in each block, 5 % of
// them in the paper, and their shares are left out. That those at +pi/2 then take loss away, and those at -pi/2 bring some, is in the way
// they are chosen and holds of pure noise, too. What is none of that:
//   kept         of the loss above the average that a group was chosen for, the part that it still has in the next block; 0 of noise
//   persistence  |mean of exp(i (phase in the next block - phase))| over atoms and pairs of blocks, and what it is when each atom goes on
//                with the phase of another: |mean of exp(-i phase) mean of exp(i phase in the next)|
//   scatter      of an atom's share from block to block, over that of noise: 1 when all that changes is noise
// and all of it of series that are known: of noise alone, and of atoms that always answer alike with noise added. Noise is that of a run
// without shear, or that of the neighbours of the drive. These have what thermal motion does, and besides whatever else is not in step with
// the drive: rearrangements for good, and answers that come and go within some tenth of a period. They see answers that last longer.
#pragma once

#include <array>
#include <numbers>

#include "analysis/bootstrap.hpp"
#include "analysis/dynamic_modulus.hpp"

namespace glasscape {

using AtomSet = std::vector<Eigen::Index>;
/// Shares of the atoms in one block after the other of a run.
using ShareSeries = std::vector<Shares>;

/// The difference of two angles, in (-pi, pi].
double angle_between(double angle, double other);

/// The `fraction` of all atoms whose phases are nearest to `phase` on the circle, in the order of atoms; at least one.
AtomSet nearest_in_phase(const Shares& shares, double phase, double fraction);

/// Phases whose groups are left out, the dissipating one third.
inline constexpr std::array<double, 4> group_phases{-std::numbers::pi / 2, 0.0, std::numbers::pi / 2, std::numbers::pi};

ShareSeries drive_of(const std::vector<ShearBlock>& blocks);
/// Noise alone: the neighbours of the drive, a series of each, scaled to the power that noise has at the drive's frequency.
std::vector<ShareSeries> noise_of(const std::vector<ShearBlock>& blocks);
/// Atoms that always answer alike, each series of `noise` added to their answers. An atom's answer is its mean share, drawn towards that of
/// all atoms, real and imaginary part by themselves, so that answers scatter as much as means do without what the change from block to
/// block adds (constrained empirical Bayes: Louis, J. Am. Stat. Assoc. 79, 393 (1984)). Two blocks or more.
std::vector<ShareSeries> steady_with_noise(const ShareSeries& shares, std::vector<ShareSeries> noise);

/// The atoms nearest to a phase, chosen anew in each block.
struct PhaseGroup {
  double phase = 0;
  std::vector<std::complex<double>> without;  // modulus without them in each block, of one series after the other, GPa
  Estimate phase_change, loss_change;         // by leaving them out, rad and GPa; means over blocks
};

struct LaterPhases {
  std::int64_t blocks_later = 0;
  std::vector<Estimate> density;  // per bin, of those at +pi/2, in 1/rad
};

struct AtomicPhases {
  double fraction = 0;
  std::vector<double> edges;       // of bins from -pi to pi
  std::vector<Estimate> density;   // in 1/rad; mean over the blocks
  std::vector<std::vector<double>> by_block;  // the same in each block
  Estimate central;                // part of the atoms with |phase| < pi/2
  std::vector<std::complex<double>> whole;  // modulus in each block, GPa
  std::vector<PhaseGroup> groups;  // at -pi/2, 0, pi/2 and pi
  std::vector<LaterPhases> later;  // 0, 1 and as many blocks later as there are
  std::optional<Estimate> persistence, by_chance;  // of series of two blocks or more

  std::optional<Estimate> kept;                    // of the group at +pi/2; of such series, too

  const PhaseGroup& dissipating() const { return groups[2]; }  // at +pi/2
};

/// Intervals by resampling blocks. Throws InputError without a block, and for a fraction not between 0 and 1.
AtomicPhases atomic_phases(const std::vector<ShareSeries>& series, double fraction, Rng& rng);

/// Of the loss above the average that the group at +pi/2 has, the part that the same atoms have in the next of a series, which may be one of
/// single cycles. Nothing without a next one, or without loss.
std::optional<Estimate> kept_in_next(const std::vector<ShareSeries>& series, double fraction, Rng& rng);

/// Scatter of atoms' shares from block to block over the power of `noise` series of the same atoms, blocks of either drawn anew by
/// themselves; two blocks or more. No number, with an infinite interval, when there is no noise.
Estimate scatter_over_noise(const ShareSeries& shares, const std::vector<ShareSeries>& noise, Rng& rng);
/// The same of a typical block: medians, of half of the squared change from a block to the next and of noise. One rearrangement that shakes
/// all atoms in one block moves it little.
Estimate typical_scatter_over_noise(const ShareSeries& shares, const std::vector<ShareSeries>& noise, Rng& rng);

/// Power of the noise of each atom in a block, GPa^2, by the neighbours of the drive.
Eigen::VectorXd noise_power(const std::vector<ShearBlock>& blocks);

/// Amplitude over the root mean square of noise, atom by atom: of one block, and of the mean of all.
struct SignalToNoise {
  std::vector<double> of_block, of_run;
};
SignalToNoise signal_to_noise(const std::vector<ShearBlock>& blocks);

}  // namespace glasscape
