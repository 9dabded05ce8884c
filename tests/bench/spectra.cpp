// How well known spectra of relaxation times are recovered from noisy data, over many seeds: `build/tests/spectra [SEEDS]`, 200 by default.
// A row for each law and noise: relative error of the area within the data's times and its scatter, error of the mean ln tau, the part of the grid whose band of 95 % holds the law; for laws made of peaks the part of the seeds in
// which they were counted right, and then how often the intervals of their times and areas hold; milliseconds of a scan of 49 weights. Laws of closed form: docs/relaxation_spectra.md.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <numbers>

#include "analysis/spectrum_peaks.hpp"

using namespace glasscape;
using Eigen::VectorXd;
using std::numbers::pi;

namespace {

/// A density over ln tau, tau in units of 1e3 s, of area 1.
struct Law {
  const char* name;
  std::function<double(double)> density;  // of ln(tau/1e3 s); 0 for lines
  std::vector<double> lines;              // ln(tau/1e3 s) of lines of equal area
  std::vector<double> centres;            // of its peaks, equal areas; none: not counted
};

double log_normal(double x, double centre, double width) { return std::exp(-0.5 * std::pow((x - centre) / width, 2)) / (width * std::sqrt(2 * pi)); }

/// Havriliak and Negami's, Polymer 8, 161 (1967), on the branch that atan2 keeps.
double havriliak_negami(double x, double alpha, double gamma) {
  const double t = std::exp(alpha * x), angle = std::atan2(std::sin(pi * alpha), t + std::cos(pi * alpha));
  return std::pow(t, gamma) * std::sin(gamma * angle) / (pi * std::pow(t * t + 2 * t * std::cos(pi * alpha) + 1, 0.5 * gamma));
}

const std::vector<Law>& laws() {
  static const std::vector<double> decades{-1.5 * std::log(10.0), -0.5 * std::log(10.0), 0.5 * std::log(10.0), 1.5 * std::log(10.0)};
  static const std::vector<Law> all{
      {"Debye", {}, {0.0}, {0.0}},
      {"four a decade apart", {}, decades, decades},
      {"log-normal pair", [](double x) { return 0.5 * (log_normal(x, -3, 0.6) + log_normal(x, 3, 0.6)); }, {}, {-3, 3}},
      {"stretched, beta 1/2", [](double x) { return 0.5 * std::exp(0.5 * x - 0.25 * std::exp(x)) / std::sqrt(pi); }, {}, {}},
      {"Havriliak-Negami 0.8 0.6", [](double x) { return havriliak_negami(x, 0.8, 0.6); }, {}, {}},
      {"box of three decades", [](double x) { return std::abs(x) < 1.5 * std::log(10.0) ? 1.0 / (3.0 * std::log(10.0)) : 0.0; }, {}, {}},
  };
  return all;
}

double decay(const Law& law, double t) {
  double y = 0;
  for (const double x : law.lines) y += std::exp(-t / std::exp(x)) / static_cast<double>(law.lines.size());
  constexpr int points = 4000;
  constexpr double range = 25;
  for (int k = 0; law.density && k < points; ++k) {
    const double x = range * (2.0 * (k + 0.5) / points - 1.0);
    y += law.density(x) * std::exp(-t / std::exp(x)) * 2 * range / points;
  }
  return y;
}

struct Sums {
  double area = 0, area2 = 0, shift = 0, held = 0, grid = 0, counted = 0, right = 0, times_held = 0, areas_held = 0, milliseconds = 0;
};

/// The curve and its band.
void measure(const Law& law, const ResponseData& d, Rng& rng, Sums& sums) {
  const auto begin = std::chrono::steady_clock::now();
  const RelaxationSpectrum s = relaxation_spectrum({d});
  sums.milliseconds += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  // of the law, as far as it lies within the grid: what lies beyond is not seen, or is a constant
  const double low = std::log(s.tau[0] / 1e3) - 0.5 * s.spacing, high = std::log(s.tau[s.tau.size() - 1] / 1e3) + 0.5 * s.spacing;
  double area = 0, first = 0;
  for (const double x : law.lines) {
    area += 1.0 / static_cast<double>(law.lines.size());
    first += x / static_cast<double>(law.lines.size());
  }
  constexpr int points = 4000;
  for (int k = 0; law.density && k < points; ++k) {
    const double x = low + (high - low) * (k + 0.5) / points;
    area += law.density(x) * (high - low) / points;
    first += x * law.density(x) * (high - low) / points;
  }
  const double error = s.area() / area - 1.0;
  sums.area += error;
  sums.area2 += error * error;
  for (Eigen::Index i = 0; i < s.tau.size(); ++i) sums.shift += s.density[i] * s.spacing * std::log(s.tau[i] / 1e3) / s.area();
  sums.shift -= first / area;
  const std::vector<Estimate> band = density_band({d}, s, rng, 100);
  for (Eigen::Index i = 0; law.density && i < s.tau.size(); ++i) {
    const double f = law.density(std::log(s.tau[i] / 1e3)), slack = 1e-3 * s.density.maxCoeff();
    const Interval& interval = band[static_cast<std::size_t>(i)].interval;
    sums.held += interval.low - slack <= f && f <= interval.high + slack ? 1 : 0;
    sums.grid += 1;
  }
}

/// The peaks and their intervals, where they were counted right.
void count(const Law& law, const ResponseData& d, Rng& rng, Sums& sums) {
  const SpectrumPeaks found = spectrum_peaks({d}, rng, {.most = 7});
  sums.counted += 1;
  if (found.peaks.size() != law.centres.size()) return;
  sums.right += 1;
  const double peaks = static_cast<double>(law.centres.size());
  for (std::size_t k = 0; k < law.centres.size(); ++k) {
    const double tau = 1e3 * std::exp(law.centres[k]), area = 1.0 / peaks;
    const SpectrumPeak& p = found.peaks[k];
    sums.times_held += (p.tau.interval.low <= tau && tau <= p.tau.interval.high ? 1 : 0) / peaks;
    sums.areas_held += (p.area.interval.low <= area && area <= p.area.interval.high ? 1 : 0) / peaks;
  }
}

std::string share(double part, double whole) { return whole > 0 ? fmt::format("{:.0f} %", 100 * part / whole) : "-"; }

}  // namespace

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : 200;
  const VectorXd times = Eigen::pow(10.0, VectorXd::LinSpaced(80, 0, 6).array()).matrix();
  fmt::print("{:<26} {:>6} {:>16} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6}\n", "law", "noise", "area, scatter %", "ln tau", "curve", "counted", "tau", "areas", "ms");
  for (const Law& law : laws()) {
    VectorXd exact(times.size());
    for (Eigen::Index k = 0; k < times.size(); ++k) exact[k] = decay(law, times[k] / 1e3);
    for (const double noise : {0.001, 0.01, 0.02}) {
      Sums sums;
      for (int seed = 1; seed <= seeds; ++seed) {
        Rng rng(static_cast<std::uint64_t>(seed), 7);
        ResponseData d{law.name, Response::recovery, times, exact, {}};
        for (double& y : d.value) y += 0.1 + noise * rng.normal();
        measure(law, d, rng, sums);
        if (!law.centres.empty()) count(law, d, rng, sums);
      }
      const double n = seeds, bias = sums.area / n;
      fmt::print("{:<26} {:>5.1f}% {:>8.2f} {:>7.2f} {:>8.3f} {:>8} {:>8} {:>8} {:>8} {:>6.1f}\n", law.name, 100 * noise, 100 * bias, 100 * std::sqrt(sums.area2 / n - bias * bias), sums.shift / n,
                 share(sums.held, sums.grid), share(sums.right, sums.counted), share(sums.times_held, sums.right), share(sums.areas_held, sums.right), sums.milliseconds / n);
      std::fflush(stdout);
    }
  }
}
