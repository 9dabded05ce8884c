// min |A x - b| with x >= 0, and the proof that the x found is that minimum: the conditions of Karush, Kuhn and Tucker. With the gradient
// w = A^T (b - A x), w = 0 where x > 0 and w <= 0 where x = 0. Active sets (Lawson and Hanson, Solving Least Squares Problems, 1974,
// chapter 23), each solved by a QR factorisation of the free columns, so that nothing is squared. Dense, for some hundred unknowns.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace glasscape {

struct NonnegativeFit {
  Eigen::VectorXd x;
  std::vector<Eigen::Index> free;  // where x > 0, ascending
  double squares = 0;              // |A x - b|^2
  double kkt = 0;                  // the largest violation of the conditions, |w_j| / (|A_j| |b|): 0 for the exact minimum
};

/// `guess`: where x may be above 0, as in a fit that is near. Throws InputError unless A has as many rows as b and all is finite.
NonnegativeFit nonnegative_least_squares(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, std::vector<Eigen::Index> guess = {});

}  // namespace glasscape
