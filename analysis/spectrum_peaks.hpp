// How many peaks a spectrum of relaxation times has, and where: a model of K log-normal peaks of one width w in ln tau, or of none, beside
// the background, fitted to the data themselves; K and whether there is a width by Schwarz's criterion (Ann. Stat. 6, 461 (1978)). Peaks
// of the continuous curve (relaxation_spectrum.hpp) miscount half of the time even at 0.1 % of noise, and pure exponentials split peaks
// that have a width: docs/relaxation_spectra.md. Areas and background are linear and projected out (Golub and Pereyra, SIAM J. Numer. Anal.
// 10, 413 (1973)); times and the width by Levenberg and Marquardt. Intervals by fitting the fit with new noise.
#pragma once

#include "analysis/estimate.hpp"
#include "analysis/relaxation_spectrum.hpp"
#include "md/support/random.hpp"

namespace glasscape {

struct SpectrumPeak {
  Estimate tau;    // s: the centre; its interval is open where it meets the end of what was searched, and so is that of the area
  Estimate area;   // in units of the data; intervals are of fits with as many peaks
};

struct SpectrumPeaks {
  std::vector<SpectrumPeak> peaks;  // ascending tau
  Estimate width;                   // standard deviation of ln tau, of all of them; 0: none is asked for
  std::vector<Eigen::VectorXd> background;  // of each set
  double noise = 0;                 // standard deviation of a point over its error
  std::vector<double> bic;          // of K = 0, 1, ..., the better of both widths
  /// Two peaks nearer than this factor in tau cannot be told apart at this noise: McWhirter and Pike, J. Phys. A 11, 1729 (1978).
  double resolution = 0;
  std::vector<std::string> doubts;
};

struct PeakOptions {
  int most = 12;          // peaks
  int resamples = 100;    // fits with new noise; 0: no intervals
};

/// Throws InputError as relaxation_spectrum.
SpectrumPeaks spectrum_peaks(const std::vector<ResponseData>& sets, Rng& rng, const PeakOptions& options = {});

/// exp(pi / w) with cosh(pi w) = 1 / noise^2, of noise over the size of the signal.
double resolution_limit(double noise_over_signal);

}  // namespace glasscape
