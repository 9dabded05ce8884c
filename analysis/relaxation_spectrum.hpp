// Direct spectrum analysis: the nonnegative density f of relaxation times, per unit of ln tau, that data of strain, stress or modulus are
// made of, with a penalty on its second differences in ln tau (Tikhonov), so that it has no more structure than the data ask for:
//   min over f >= 0 and the background b of |W (y - K f - B b)|^2 + lambda |L f|^2
//   recovery    y(t) = c + B t + sum f_i dln (1 - e^{-loaded/tau_i}) e^{-t/tau_i}    of strain without load, or (loaded = inf) of stress at
//               constant strain; with Atzmon, Ju and Lei loaded = inf, and the areas of slow processes too small by that factor
//   creep       y(t) = c + B t - sum f_i dln e^{-t/tau_i}    of strain under constant load
//   loss        y(w) = sum f_i dln w tau_i / (1 + w^2 tau_i^2)
//   storage     y(w) = c + sum f_i dln w^2 tau_i^2 / (1 + w^2 tau_i^2)
// f is 0 beyond the ends of its grid, so that what lies beyond goes to c and B. Provencher, Comput. Phys. Commun. 27, 213 and 229 (1982),
// as Atzmon, Ju and Lei use it, Materials 16, 7444 (2023). Weights lambda by four rules, beside each other: generalised cross-validation
// (Golub, Heath and Wahba, Technometrics 21, 215 (1979)), Akaike's criterion for small samples (Hurvich and Tsai, Biometrika 76, 297
// (1989)), evidence (MacKay, Neural Comput. 4, 415 (1992), on the free points), and Provencher's PROB1 = 1/2.
// Several sets share one spectrum, each with a background of its own, and may see it with other times, as at another temperature:
// ln tau of a set = shift + stretch ln tau. Seconds, rad/s; f in the units of y.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "md/support/random.hpp"

namespace glasscape {

enum class Response { recovery, creep, loss, storage };

struct ResponseData {
  std::string source;              // begins the messages
  Response kind = Response::recovery;
  Eigen::VectorXd at, value;       // times (s) or angular frequencies (rad/s), ascending and above or, times, from 0; what was measured
  Eigen::VectorXd error;           // standard errors; empty: equal ones, to be found
  bool constant = true, drift = false;  // whether the background has c, and B t; a loss has none
  double shift = 0, stretch = 1;   // ln of the relaxation times of this set = shift + stretch ln tau of the spectrum
  double loaded = std::numeric_limits<double>::infinity();  // s, that a recovery follows on: of a slow process, 1 - e^{-loaded/tau} has been filled

  double time_of(double tau) const;      // of this set, s
  double spectral_time(double time) const;  // the tau of the spectrum that is this time of the set, s
};

/// Throws InputError, with the source and the number of the row, for columns of different length, numbers that are not finite, times or
/// frequencies that do not ascend or are below 0, errors or a stretch not above 0, and fewer points than background terms and two.
void check(const ResponseData& data);
/// Each of them, and that errors are given for all sets or for none. Throws InputError also without sets, and for more than 5000 points in all.
void check(const std::vector<ResponseData>& sets);

enum class Rule { gcv, aicc, evidence, prob1 };
std::string to_string(Rule rule);

struct SpectrumOptions {
  int points = 60;                 // of the grid
  std::optional<double> shortest, longest;  // tau, s; none: of the data, as what lies beyond is not seen or is a constant
  Rule rule = Rule::gcv;
  std::optional<double> lambda;    // instead of a rule
  int weights = 49;                // lambdas that are tried
};

/// What each lambda says.
struct TriedWeight {
  double lambda = 0;
  double squares = 0;              // weighted, of the residuals
  double freedom = 0;              // effective parameters, background included
  double gcv = 0, aicc = 0, log_evidence = 0, prob1 = 0;
};

struct RelaxationSpectrum {
  Eigen::VectorXd tau, density;    // s; f per unit of ln tau
  double spacing = 0;              // of ln tau
  Rule rule = Rule::gcv;
  double lambda = 0;
  std::vector<TriedWeight> tried;  // ascending lambda
  std::vector<std::pair<Rule, double>> chosen;  // lambda by each rule
  std::vector<Eigen::VectorXd> background;      // of each set: c, then B, as far as it has them
  std::vector<Eigen::VectorXd> fitted;          // of each set, at its points
  double noise = 0;                // standard deviation of a point over its error: 1 when errors are right
  double freedom = 0;
  double kkt = 0;                  // how far from the minimum, 0 at it: see nonnegative_least_squares.hpp
  std::vector<std::string> doubts;

  double area() const { return density.sum() * spacing; }
};

/// Throws InputError as `check`, without data, and for options out of range.
RelaxationSpectrum relaxation_spectrum(const std::vector<ResponseData>& sets, const SpectrumOptions& options = {});

/// The same at one weight, without trying others: `tried` has that one and `chosen` none. `near`: the density of a similar fit on a grid of
/// as many points, to begin from. For searches that fit many times. Throws as relaxation_spectrum.
RelaxationSpectrum spectrum_at(const std::vector<ResponseData>& sets, double lambda, const SpectrumOptions& options = {}, const Eigen::VectorXd& near = {});

/// At each time of the grid, what fits to the fit with new noise find, each with the weight that the rule chooses for it: 95 % of them. It
/// does not hold what the penalty smooths away.
std::vector<Estimate> density_band(const std::vector<ResponseData>& sets, const RelaxationSpectrum& spectrum, Rng& rng, int resamples = 200);

/// What one relaxation time of strength 1 makes of a measurement.
double kernel(Response kind, double at, double tau);

/// The points of all sets below each other, each over its error.
struct WeightedRows {
  Eigen::MatrixXd background;  // a column for each term of each set
  Eigen::VectorXd values;
};
WeightedRows weighted_rows(const std::vector<ResponseData>& sets);
/// A relaxation time of strength 1 in these rows.
Eigen::VectorXd weighted_kernel(const std::vector<ResponseData>& sets, double tau);
/// Background of each set out of the terms of all of them, in the order of the columns.
std::vector<Eigen::VectorXd> background_of_sets(const std::vector<ResponseData>& sets, const Eigen::VectorXd& terms);
/// L: second differences of a density, with two points that are 0 beyond either end.
Eigen::MatrixXd second_differences(Eigen::Index points);
/// The shortest and the longest time, or 1/frequency, of all sets, as tau of the spectrum.
std::pair<double, double> range_of_times(const std::vector<ResponseData>& sets);
/// How far beyond that range processes are seen: a loss has their flanks, and no background that could hold them; else 1.
double range_of_flanks(const std::vector<ResponseData>& sets);

}  // namespace glasscape
