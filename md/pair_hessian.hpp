// Hessian of E = sum_i F_i(rho_i) + sum_{i<j} phi_ij(r): pair potentials (no F) and the embedded-atom method.
// With e = (x_i - x_j)/r, b_ij = drho_i/dr, psi' = F'_i b_ij + F'_j b_ji + phi':
//   H v|_i = sum_j [ psi'' e e^T + (psi'/r)(1 - e e^T) ] (v_i - v_j) + sum_j [ F''_i q_i b_ij + F''_j q_j b_ji ] e
//   q_i = sum_j b_ij e.(v_i - v_j)
// (second derivative of the energy of Daw and Baskes, PRB 29, 6443 (1984)). The embedding part is a sum of rank-one
// terms F''_i g_i g_i^T with g_i = drho_i/dx.
#pragma once

#include "md/hessian.hpp"
#include "md/potential.hpp"

namespace glasscape {

class PairHessian final : public Hessian {
 public:
  PairHessian(Eigen::Index atoms, std::vector<PairTerm> pairs, EmbeddingCurvature embedding) : atoms_(atoms), pairs_(std::move(pairs)), embedding_(std::move(embedding)) {}

  Eigen::Index atoms() const override { return atoms_; }
  Positions times(const Positions& v) const override;
  Eigen::SparseMatrix<double> matrix() const override;
  Eigen::MatrixXd block(const std::vector<Eigen::Index>& atoms) const override;
  std::vector<Spring> springs() const override { return {pairs_.begin(), pairs_.end()}; }

 private:
  /// F''_i q_i of every atom.
  Eigen::VectorXd embedding_response(const Positions& v) const;

  Eigen::Index atoms_;
  std::vector<PairTerm> pairs_;
  EmbeddingCurvature embedding_;
};

}  // namespace glasscape
