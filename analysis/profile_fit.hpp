// Nonlinear least squares of a model of a few parameters within limits, with profile-likelihood intervals (Bates and Watts, Nonlinear
// Regression Analysis, 1988, chapter 6): a parameter is held, the others are fitted anew, and the interval ends where
//   S(held) = S_least [1 + F_{1,N-p}(level) / (N - p)],   S = sum ((model - value) / error)^2
// which follows the bent valleys of models that hardly tell their parameters apart, as a covariance does not, and does not depend on how
// a parameter is written (tau or ln tau). Search: Levenberg and Marquardt (Moré, Lect. Notes Math. 630, 105 (1978)) on the parameters
// that are not at a limit which the squares press them against; a least that lies at a limit is thus found, and left again, as it would
// not be with a parameter cut off inside the model, whose derivative is 0 there. Units are the caller's.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace glasscape {

struct FitParameter {
  std::string name;                // in the doubts
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool logarithmic = false;        // searched by its ln, with limits above 0
  double scale = 1;                // its size, where it may be 0; of its ln if logarithmic
  double difference = 1e-7;        // over its size, for derivatives: above the square root of the error of the model
};

struct FitProblem {
  std::vector<FitParameter> parameters;
  std::function<Eigen::VectorXd(const Eigen::VectorXd&)> model;  // values out of parameters
  Eigen::VectorXd values;          // in the order of what they are measured over
  Eigen::VectorXd error;           // standard errors; empty: equal ones, to be found
  Eigen::VectorXd baseline;        // what R^2 compares with; empty: the mean value
};

struct ProfileFit {
  std::vector<Estimate> parameters;
  double squares = 0, freedom = 0; // S, N - p
  double noise = 0;                // standard deviation of a value over its error: 1 when errors are right
  double r_squared = 0;
  double runs = 0;                 // of one sign of the residuals: how many standard deviations above those of chance (Wald and Wolfowitz, Ann. Math. Stat. 11, 147 (1940))
  Eigen::MatrixXd correlation;     // of the parameters, to first order
  Eigen::VectorXd fitted;
  std::vector<std::string> doubts;

  Eigen::VectorXd at() const;      // the parameters alone
};

/// The least of what is found from all starts. An interval that meets a limit of its parameter ends there, with a doubt. Throws InputError
/// for values that are not finite, errors not above 0, starts of another length, limits out of order, no more values than parameters, and a
/// model that is finite at no start.
ProfileFit profile_fit(const FitProblem& problem, const std::vector<Eigen::VectorXd>& starts, double level = 0.95);

/// One parameter of a problem whose least is known to be at `least`: for what is a parameter of the same model written otherwise.
Estimate profile_of(const FitProblem& problem, const Eigen::VectorXd& least, Eigen::Index parameter, double level, std::vector<std::string>& doubts);

/// Factors of columns that suit the values best, each row over its error (empty: equal errors).
Eigen::VectorXd linear_factors(const Eigen::MatrixXd& columns, const Eigen::VectorXd& values, const Eigen::VectorXd& error);

}  // namespace glasscape
