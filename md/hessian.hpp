// The Hessian of the potential energy at one point, as an operator and, where asked, as a sparse matrix.
// eV/Angstrom^2; 3N x 3N, coordinate 3*i + axis. Symmetric up to rounding.
#pragma once

#include <Eigen/SparseCore>

#include "md/configuration.hpp"

namespace glasscape {

class Hessian {
 public:
  virtual ~Hessian() = default;

  virtual Eigen::Index atoms() const = 0;
  /// H v, for 3 x atoms v.
  virtual Positions times(const Positions& v) const = 0;
  /// All of H. The default applies `times` to every unit vector: 3N products.
  virtual Eigen::SparseMatrix<double> matrix() const;
};

}  // namespace glasscape
