// How well known spectra of relaxation times are recovered from noisy data, over many seeds: `build/tests/spectra [SEEDS]`, 200 by default.
// A row for each law and noise: relative error of the whole area and its scatter, error of the mean ln tau, the part of the grid whose band
// of 95 % holds the law, the part of the seeds in which peaks were counted right (laws made of peaks), milliseconds of a scan of 49
// weights. Laws of closed form: docs/relaxation_spectra.md.
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
  int peaks;                              // 0: not counted
};

double log_normal(double x, double centre, double width) { return std::exp(-0.5 * std::pow((x - centre) / width, 2)) / (width * std::sqrt(2 * pi)); }

/// Havriliak and Negami's, Polymer 8, 161 (1967), on the branch that atan2 keeps.
double havriliak_negami(double x, double alpha, double gamma) {
  const double t = std::exp(alpha * x), angle = std::atan2(std::sin(pi * alpha), t + std::cos(pi * alpha));
  return std::pow(t, gamma) * std::sin(gamma * angle) / (pi * std::pow(t * t + 2 * t * std::cos(pi * alpha) + 1, 0.5 * gamma));
}

const std::vector<Law>& laws() {
  static const std::vector<Law> all{
      {"Debye", {}, {0.0}, 1},
      {"four a decade apart", {}, {-1.5 * std::log(10.0), -0.5 * std::log(10.0), 0.5 * std::log(10.0), 1.5 * std::log(10.0)}, 4},
      {"log-normal pair", [](double x) { return 0.5 * (log_normal(x, -3, 0.6) + log_normal(x, 3, 0.6)); }, {}, 2},
      {"stretched, beta 1/2", [](double x) { return 0.5 * std::exp(0.5 * x - 0.25 * std::exp(x)) / std::sqrt(pi); }, {}, 0},
      {"Havriliak-Negami 0.8 0.6", [](double x) { return havriliak_negami(x, 0.8, 0.6); }, {}, 0},
      {"box of three decades", [](double x) { return std::abs(x) < 1.5 * std::log(10.0) ? 1.0 / (3.0 * std::log(10.0)) : 0.0; }, {}, 0},
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
  double area = 0, area2 = 0, shift = 0, held = 0, grid = 0, counted = 0, milliseconds = 0;
};

void measure(const Law& law, const VectorXd& exact, const VectorXd& times, double noise, std::uint64_t seed, bool count, Sums& sums) {
  Rng rng(seed, 7);
  ResponseData d{law.name, Response::recovery, times, exact, {}};
  for (double& y : d.value) y += 0.1 + noise * rng.normal();
  const auto begin = std::chrono::steady_clock::now();
  const RelaxationSpectrum s = relaxation_spectrum({d});
  sums.milliseconds += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  const double area = s.area() - 1.0;
  sums.area += area;
  sums.area2 += area * area;
  double first = 0, wanted = 0;
  for (Eigen::Index i = 0; i < s.tau.size(); ++i) first += s.density[i] * s.spacing * std::log(s.tau[i] / 1e3) / s.area();
  for (const double x : law.lines) wanted += x / static_cast<double>(law.lines.size());
  for (int k = 0; law.density && k < 4000; ++k) {
    const double x = 25.0 * (2.0 * (k + 0.5) / 4000 - 1.0);
    wanted += x * law.density(x) * 50.0 / 4000;
  }
  sums.shift += first - wanted;
  if (law.density) {
    const std::vector<Estimate> band = density_band({d}, s, rng, 60);
    for (Eigen::Index i = 0; i < s.tau.size(); ++i) {
      const double f = law.density(std::log(s.tau[i] / 1e3)), slack = 1e-3 * s.density.maxCoeff();
      const Interval& interval = band[static_cast<std::size_t>(i)].interval;
      sums.held += interval.low - slack <= f && f <= interval.high + slack ? 1 : 0;
      sums.grid += 1;
    }
  }
  if (count && law.peaks > 0) sums.counted += static_cast<int>(spectrum_peaks({d}, rng, {.most = 7, .resamples = 0}).peaks.size()) == law.peaks ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : 200;
  const int counted = std::min(seeds, 50);  // a count takes a hundred times as long as a scan
  const VectorXd times = Eigen::pow(10.0, VectorXd::LinSpaced(80, 0, 6).array()).matrix();
  fmt::print("{:<26} {:>6} {:>18} {:>10} {:>8} {:>8} {:>8}\n", "law", "noise", "area, scatter (%)", "ln tau", "in band", "counted", "ms");
  for (const Law& law : laws()) {
    VectorXd exact(times.size());
    for (Eigen::Index k = 0; k < times.size(); ++k) exact[k] = decay(law, times[k] / 1e3);
    for (const double noise : {0.001, 0.01, 0.02}) {
      Sums sums;
      for (int seed = 1; seed <= seeds; ++seed) measure(law, exact, times, noise, static_cast<std::uint64_t>(seed), seed <= counted, sums);
      const double n = seeds, bias = sums.area / n;
      fmt::print("{:<26} {:>5.1f}% {:>9.2f} {:>8.2f} {:>10.3f} {:>8} {:>8} {:>8.1f}\n", law.name, 100 * noise, 100 * bias, 100 * std::sqrt(sums.area2 / n - bias * bias), sums.shift / n,
                 law.density ? fmt::format("{:.0f} %", 100 * sums.held / sums.grid) : "-", law.peaks > 0 ? fmt::format("{:.0f} %", 100 * sums.counted / counted) : "-", sums.milliseconds / n);
    }
  }
}
