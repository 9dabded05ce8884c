#include "analysis/barrier_spectrum.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "md/support/error.hpp"
#include "tests/analysis/laws.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr FitLogNormal quick{.replicas = 1};

/// The midpoint rule.
template <typename Function>
double integral(Function f, double from, double to, int steps) {
  double sum = 0;
  for (int k = 0; k < steps; ++k) sum += f(from + (to - from) * (k + 0.5) / steps);
  return sum * (to - from) / steps;
}

}  // namespace

TEST_CASE("a summary is what a hand finds") {
  Rng rng(1, 0);
  const std::vector<double> barriers{0.5, 0.1, 0.4, 0.2, 0.3};
  const Summary summary = summarise(barriers, rng);
  CHECK(summary.count == 5);
  CHECK(summary.mean.value == Approx(0.3));
  CHECK(summary.standard_deviation.value == Approx(std::sqrt(0.025)));
  CHECK(summary.lower_quartile.value == Approx(0.2));
  CHECK(summary.median.value == Approx(0.3));
  CHECK(summary.upper_quartile.value == Approx(0.4));
  CHECK(summary.minimum == 0.1);
  CHECK(summary.maximum == 0.5);
  CHECK(summary.doubts.size() == 1);
  CHECK(holds(summary.mean.interval, 0.3));
}

TEST_CASE("a histogram integrates to one and every barrier is in its bin") {
  Rng rng(2, 0);
  std::vector<double> barriers = normal_sample(500, 0.1, 0.3, rng);  // some below zero
  for (const std::optional<double> width : {std::optional<double>(), std::optional<double>(0.07)}) {
    const Histogram bins = histogram(barriers, width);
    double sum = 0;
    for (std::size_t k = 0; k < bins.counts.size(); ++k) {
      const double low = bins.low + static_cast<double>(k) * bins.width;
      const auto inside = std::count_if(barriers.begin(), barriers.end(),
                                        [&](double b) { return b >= low && b < low + bins.width; });
      CHECK(bins.counts[k] == inside);
      CHECK(bins.density[k].value == Approx(static_cast<double>(inside) / 500.0 / bins.width));
      CHECK(holds(bins.density[k].interval, bins.density[k].value));
      sum += bins.density[k].value * bins.width;
    }
    CHECK(sum == Approx(1.0));
    CHECK(std::remainder(bins.low, bins.width) == Approx(0.0).margin(1e-12));
    CHECK(bins.counts.front() > 0);
    CHECK(bins.counts.back() > 0);
  }
}

TEST_CASE("the density of a histogram holds the law it was drawn from") {
  Rng rng(3, 0);
  int held = 0, bins_seen = 0;
  for (int r = 0; r < 100; ++r) {
    std::vector<double> barriers(200);
    for (double& b : barriers) b = rng.uniform();
    for (const Estimate& density : histogram(barriers, 0.125).density) {
      held += holds(density.interval, 1.0) ? 1 : 0;
      ++bins_seen;
    }
  }
  CHECK(bins_seen == 800);
  CHECK(static_cast<double>(held) / bins_seen == Approx(0.95).margin(0.025));
}

TEST_CASE(
    "the bin width is Freedman's and Diaconis', Scott's without quartiles, and scales with the barriers") {
  std::vector<double> barriers(1000);
  std::iota(barriers.begin(), barriers.end(), 0.0);
  CHECK(bin_width(barriers) == Approx(2.0 * 499.5 / 10.0));
  std::vector<double> twice = barriers;
  for (double& b : twice) b *= 2;
  CHECK(bin_width(twice) == Approx(2 * bin_width(barriers)));
  const std::vector<double> nearly_equal{1, 1, 1, 1, 1, 1, 1, 2};
  CHECK(bin_width(nearly_equal) == Approx(3.49 * standard_deviation(nearly_equal) / 2.0));
  CHECK(bin_width(std::vector<double>{0.3, 0.3}) == 1.0);
}

TEST_CASE("one barrier far away does not make a million bins") {
  Rng rng(4, 0);
  std::vector<double> barriers = normal_sample(100, 0.5, 0.01, rng);
  barriers.push_back(1e7);
  const Histogram bins = histogram(barriers);
  CHECK(bins.counts.size() <= 1001);
  CHECK(std::accumulate(bins.counts.begin(), bins.counts.end(), std::int64_t{0}) == 101);
}

TEST_CASE("a fitted log-normal law is the maximum of the likelihood") {
  Rng rng(5, 0);
  const std::vector<double> barriers = log_normal_sample(50, -1.0, 0.5, rng);
  const LogNormalFit fit = *fit_log_normal(barriers, rng, quick);
  const auto log_likelihood = [&](double mu, double sigma) {
    LogNormalFit law = fit;
    law.mu.value = mu;
    law.sigma.value = sigma;
    double sum = 0;
    for (const double b : barriers) sum += std::log(law.density(b));
    return sum;
  };
  const double best = log_likelihood(fit.mu.value, fit.sigma.value);
  for (const double step : {-1e-3, 1e-3}) {
    CHECK(log_likelihood(fit.mu.value + step, fit.sigma.value) < best);
    CHECK(log_likelihood(fit.mu.value, fit.sigma.value + step) < best);
  }
}

TEST_CASE("the density of a fitted law integrates to one and has its mean, median and mode") {
  Rng rng(6, 0);
  const LogNormalFit fit = *fit_log_normal(log_normal_sample(80, -0.7, 0.4, rng), rng, quick);
  const auto density = [&](double b) { return fit.density(b); };
  CHECK(integral(density, 0, 20, 200000) == Approx(1.0).epsilon(1e-6));
  CHECK(integral([&](double b) { return b * fit.density(b); }, 0, 20, 200000) ==
        Approx(fit.mean.value).epsilon(1e-6));
  CHECK(integral(density, 0, fit.median.value, 100000) == Approx(0.5).epsilon(1e-6));
  CHECK(density(fit.mode.value) > density(fit.mode.value * 1.01));
  CHECK(density(fit.mode.value) > density(fit.mode.value * 0.99));
  CHECK(density(0.0) == 0.0);
  CHECK(density(-1.0) == 0.0);
}

TEST_CASE("barriers in another unit shift mu and change nothing else of the law") {
  Rng rng(7, 0);
  std::vector<double> barriers = log_normal_sample(40, -0.7, 0.4, rng);
  Rng first(8, 0), second(8, 0);
  const LogNormalFit one = *fit_log_normal(barriers, first);
  for (double& b : barriers) b *= 96.485;
  const LogNormalFit other = *fit_log_normal(barriers, second);
  CHECK(other.mu.value == Approx(one.mu.value + std::log(96.485)));
  CHECK(other.sigma.value == Approx(one.sigma.value));
  CHECK(other.mean.interval.high == Approx(96.485 * one.mean.interval.high));
  CHECK(other.distance == Approx(one.distance));
  CHECK(other.p_value.value == Approx(one.p_value.value));
}

TEST_CASE("95 % of the intervals of a log-normal law hold its parameters, mean, median and mode") {
  Rng rng(9, stream_of("log-normal"));
  const double mu = -0.5, sigma = 0.4;
  const int repeats = 1000;
  int of_mu = 0, of_sigma = 0, of_mean = 0, of_median = 0, of_mode = 0;
  for (int r = 0; r < repeats; ++r) {
    const LogNormalFit fit = *fit_log_normal(log_normal_sample(25, mu, sigma, rng), rng, quick);
    of_mu += holds(fit.mu.interval, mu) ? 1 : 0;
    of_sigma += holds(fit.sigma.interval, sigma) ? 1 : 0;
    of_mean += holds(fit.mean.interval, std::exp(mu + sigma * sigma / 2)) ? 1 : 0;
    of_median += holds(fit.median.interval, std::exp(mu)) ? 1 : 0;
    of_mode += holds(fit.mode.interval, std::exp(mu - sigma * sigma)) ? 1 : 0;
  }
  for (const int held : {of_mu, of_sigma, of_mean, of_median, of_mode})
    CHECK(static_cast<double>(held) / repeats == Approx(0.95).margin(0.022));
}

TEST_CASE("the intervals of mu, sigma and the median of a log-normal law are exact for few barriers too") {
  Rng rng(16, stream_of("few"));
  const double mu = -0.5, sigma = 0.4;
  const int repeats = 5000;
  int of_mu = 0, of_sigma = 0, of_median = 0;
  for (int r = 0; r < repeats; ++r) {
    const LogNormalFit fit = *fit_log_normal(log_normal_sample(4, mu, sigma, rng), rng, quick);
    of_mu += holds(fit.mu.interval, mu) ? 1 : 0;
    of_sigma += holds(fit.sigma.interval, sigma) ? 1 : 0;
    of_median += holds(fit.median.interval, std::exp(mu)) ? 1 : 0;
  }
  for (const int held : {of_mu, of_sigma, of_median})
    CHECK(static_cast<double>(held) / repeats == Approx(0.95).margin(0.01));
}

TEST_CASE("the p-value of the log-normal law is uniform when the law holds") {
  Rng rng(10, stream_of("p"));
  const int repeats = 400;
  std::vector<double> p;
  for (int r = 0; r < repeats; ++r)
    p.push_back(fit_log_normal(log_normal_sample(30, 0.3, 1.2, rng), rng, {.replicas = 199})->p_value.value);
  std::sort(p.begin(), p.end());
  double gap = 0;
  for (int r = 0; r < repeats; ++r) {
    const double value = p[static_cast<std::size_t>(r)];
    gap = std::max({gap, value - static_cast<double>(r) / repeats, (r + 1.0) / repeats - value});
  }
  CHECK(gap < 1.36 / std::sqrt(repeats));  // 5 % point of Kolmogorov's law
}

TEST_CASE("uniform and exponential barriers are not taken for log-normal ones") {
  Rng rng(11, 0);
  std::vector<double> uniform(200), exponential(200);
  for (double& b : uniform) b = rng.uniform();
  for (double& b : exponential) b = -std::log1p(-rng.uniform());
  for (const auto& barriers : {uniform, exponential}) {
    const LogNormalFit fit = *fit_log_normal(barriers, rng);
    CHECK(fit.p_value.value < 0.01);
    CHECK_FALSE(fit.trusted());
    CHECK_THAT(fit.doubts.front(), Catch::Contains("rejected"));
  }
  CHECK(fit_log_normal(exponentials(normal_quantiles(200, -1, 0.5)), rng)->trusted());
}

TEST_CASE("the distance to the fitted law is the larger of the gaps above and below the sample") {
  Rng rng(17, 0);
  // logarithms of mean 1 and deviation sqrt(2); 2/3 - Phi(-1/sqrt(2)) at the first two
  const std::vector<double> barriers{1.0, 1.0, std::exp(3.0)};
  CHECK(fit_log_normal(barriers, rng, quick)->distance == Approx(0.426916605));
  const std::vector<double> mirrored{1.0, 1.0, std::exp(-3.0)};
  CHECK(fit_log_normal(mirrored, rng, quick)->distance == Approx(0.426916605));
}

TEST_CASE("two barriers cannot speak against any log-normal law") {
  Rng rng(12, 0);
  for (int r = 0; r < 10; ++r) {
    const LogNormalFit fit = *fit_log_normal(log_normal_sample(2, -1, 0.5, rng), rng);
    CHECK(fit.p_value.value == 1.0);
    CHECK(fit.distance == Approx(0.341344746));  // Phi(1) - 1/2
  }
}

TEST_CASE("barriers that no log-normal law can give are counted and left out") {
  Rng rng(13, 0);
  std::vector<double> barriers = log_normal_sample(30, -1, 0.5, rng);
  const LogNormalFit clean = *fit_log_normal(barriers, rng, quick);
  barriers.insert(barriers.begin() + 5, {0.0, -0.2});
  const LogNormalFit fit = *fit_log_normal(barriers, rng, quick);
  CHECK(fit.used == 30);
  CHECK(fit.excluded == 2);
  CHECK(fit.mu.value == Approx(clean.mu.value));
  CHECK_THAT(fit.doubts.back(), Catch::Contains("2 of 32"));
}

TEST_CASE("without two different barriers above zero there is no log-normal law") {
  Rng rng(14, 0);
  CHECK_FALSE(fit_log_normal(std::vector<double>{0.4}, rng));
  CHECK_FALSE(fit_log_normal(std::vector<double>{0.4, 0.4, 0.4}, rng));
  CHECK_FALSE(fit_log_normal(std::vector<double>{-0.4, 0.0, 0.3}, rng));
}

TEST_CASE("spectra of what is no sample, and odd bins, are refused") {
  Rng rng(15, 0);
  const std::vector<double> none, broken{0.2, std::nan("")}, fine{0.2, 0.3};
  for (const auto& barriers : {none, broken}) {
    CHECK_THROWS_AS(summarise(barriers, rng), InputError);
    CHECK_THROWS_AS(histogram(barriers), InputError);
    CHECK_THROWS_AS(bin_width(barriers), InputError);
    CHECK_THROWS_AS(fit_log_normal(barriers, rng), InputError);
  }
  CHECK_THROWS_AS(histogram(fine, 0.0), InputError);
  CHECK_THROWS_AS(histogram(fine, -0.1), InputError);
  CHECK_THROWS_AS(histogram(fine, std::nan("")), InputError);
  CHECK_THROWS_WITH(histogram(fine, 1e-9), Catch::Contains("wider"));
  CHECK_THROWS_AS(histogram(std::vector<double>{0.5, 0.5}, std::numeric_limits<double>::denorm_min()),
                  InputError);
  CHECK_THROWS_AS(histogram(fine, 0.1, 1.0), InputError);
  CHECK_THROWS_AS(fit_log_normal(fine, rng, {.level = 0}), InputError);
  CHECK_THROWS_AS(fit_log_normal(fine, rng, {.replicas = 0}), InputError);
  CHECK_THROWS_AS(summarise(fine, rng, {.resamples = -1}), InputError);
}
