// What a cyclic shear says of the modulus of a glass and of each atom's share in it (dynamic mechanical analysis). An atom's stress times
// volume has the amplitudes Z_i(k) at k times the drive's frequency f (ShearCycled), and the drive gamma_A sin(2 pi f t) has -i gamma_A:
//   g_i(k) = Z_i(k) / (-i gamma_A V),   G = sum of g_i(1) over the atoms = G' + i G'',   phase arg G on the full circle (-pi, pi]
// so that a stress that leads the strain, and takes work from it, has G'' > 0. Cycles are told in blocks, over which the neighbours of the
// drive, f (1 - 1/block) and f (1 + 1/block), see nothing of it: they are the noise that the drive's own amplitude has, too.
// Noise knows the loss: in equilibrium the stress times volume s fluctuates with the spectrum 2 kT V G''(w) / w (Callen and Welton, Phys.
// Rev. 83, 34 (1951)), and so the amplitude of a neighbour over a time t is <|Z|^2> = 8 kT V G''(w) / (w t), without any shear.
// Zella, Moon, Keffer and Egami, arXiv 2201.07857 (2022), section 2; docs/cyclic_shear.md says where its printed formulas differ. GPa.
#pragma once

#include <complex>
#include <optional>

#include "analysis/estimate.hpp"
#include "landscape/event.hpp"

namespace glasscape {

/// The facts of one run under cyclic shear.
struct ShearTest {
  ShearBegun begun;
  std::vector<ShearCycled> cycles;
  std::optional<TraceRecorded> trace;
};

/// Nothing when the shear has not begun.
std::optional<ShearTest> shear_test(const Events& events);

/// A run without shear is told as if it had one of this amplitude.
constexpr double amplitude_told = 0.01;
double told_amplitude(const ShearBegun& begun);

/// Of each atom, of the complex modulus of the glass, GPa.
using Shares = Eigen::VectorXcd;

/// A few cycles told as one.
struct ShearBlock {
  std::int64_t first = 0, cycles = 0;
  Shares drive;
  Shares below, above;     // at the neighbours of the drive: noise
  Shares second, third;    // harmonics
};

/// Shares of the modulus in single cycles, after the first `skipped`.
std::vector<Shares> cycle_shares(const ShearTest& test, std::int64_t skipped = 0);

/// Blocks of `begun.block` cycles after the first `skipped`; cycles at the end that fill none are left out.
std::vector<ShearBlock> blocks_of(const ShearTest& test, std::int64_t skipped = 0);

/// Power of noise at a multiple of the drive's frequency from that at its neighbours, by a power law: exact for white noise and for 1/f.
/// `cycles` of a block. Beyond the neighbours the exponent is kept between those of white noise and 1/f^2.
double power_at(double multiple, double below, double above, std::int64_t cycles);

struct DynamicModulus {
  std::vector<std::complex<double>> by_cycle;  // after those skipped
  Estimate storage, loss;                      // G' and G''; all intervals are Student's, of the blocks
  Estimate phase, loss_tangent;                // arg G, rad, and G''/G'
  double noise = 0;                            // standard error of G' and of G'' by the neighbours of the drive: a second road
  Estimate loss_by_fluctuation;                // G'' that this noise belongs to if it is thermal; chi-squared interval
  Estimate storage_drift, loss_drift;          // per cycle, of lines through the blocks
  double second = 0, third = 0;                // harmonics over |G|
  double second_noise = 0, third_noise = 0;    // what noise alone makes of them
  double temperature = 0;                      // mean, K
  std::vector<std::string> doubts;
};

/// Amplitudes of blocks are sums over many times the memory of the noise, and so normal. One block has infinite intervals. Throws
/// InputError without a whole block after those skipped.
DynamicModulus dynamic_modulus(const ShearTest& test, std::int64_t skipped = 0);

}  // namespace glasscape
