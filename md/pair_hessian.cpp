#include "md/pair_hessian.hpp"

#include <map>

namespace glasscape {

PairHessian::PairHessian(Eigen::Index atoms, std::vector<PairTerm> terms, Eigen::VectorXd embedding)
    : atoms_(atoms), terms_(std::move(terms)), embedding_(std::move(embedding)) {}

Eigen::VectorXd PairHessian::embedding_response(const Positions& v) const {
  Eigen::VectorXd q = Eigen::VectorXd::Zero(atoms_);
  for (const PairTerm& t : terms_) {
    const double stretch = t.e.dot(v.col(t.i) - v.col(t.j));
    q[t.i] += t.b_ij * stretch;
    q[t.j] += t.b_ji * stretch;
  }
  return embedding_.cwiseProduct(q);
}

Positions PairHessian::times(const Positions& v) const {
  const bool embedded = embedding_.size() > 0;
  const Eigen::VectorXd response = embedded ? embedding_response(v) : Eigen::VectorXd();
  Positions product = Positions::Zero(3, atoms_);
  for (const PairTerm& t : terms_) {
    const Vector3d difference = v.col(t.i) - v.col(t.j);
    double radial = (t.along - t.across) * t.e.dot(difference);
    if (embedded) radial += response[t.i] * t.b_ij + response[t.j] * t.b_ji;
    const Vector3d term = t.across * difference + radial * t.e;
    product.col(t.i) += term;
    product.col(t.j) -= term;
  }
  return product;
}

Eigen::SparseMatrix<double> PairHessian::matrix() const {
  using Blocks = std::map<int, Matrix3d>;
  std::vector<Blocks> rows(static_cast<std::size_t>(atoms_));
  std::vector<std::map<int, Vector3d>> gradients(static_cast<std::size_t>(atoms_));  // g_i = drho_i/dx
  const auto block = [&](int i, int j) -> Matrix3d& {
    return rows[static_cast<std::size_t>(i)].try_emplace(j, Matrix3d::Zero()).first->second;
  };
  const auto gradient = [&](int i, int j) -> Vector3d& {
    return gradients[static_cast<std::size_t>(i)].try_emplace(j, Vector3d::Zero()).first->second;
  };
  for (const PairTerm& t : terms_) {
    const Matrix3d pair = t.across * Matrix3d::Identity() + (t.along - t.across) * t.e * t.e.transpose();
    block(t.i, t.i) += pair;
    block(t.j, t.j) += pair;
    block(t.i, t.j) -= pair;
    block(t.j, t.i) -= pair;
    if (t.b_ij == 0.0 && t.b_ji == 0.0) continue;
    gradient(t.i, t.i) += t.b_ij * t.e;
    gradient(t.i, t.j) -= t.b_ij * t.e;
    gradient(t.j, t.i) += t.b_ji * t.e;
    gradient(t.j, t.j) -= t.b_ji * t.e;
  }
  for (std::size_t i = 0; i < gradients.size(); ++i)
    for (const auto& [a, g_a] : gradients[i])
      for (const auto& [b, g_b] : gradients[i]) block(a, b) += embedding_[static_cast<Eigen::Index>(i)] * g_a * g_b.transpose();
  Eigen::SparseMatrix<double> matrix(3 * atoms(), 3 * atoms());
  std::vector<Eigen::Triplet<double>> entries;
  for (Eigen::Index i = 0; i < atoms(); ++i) {
    for (const auto& [j, m] : rows[static_cast<std::size_t>(i)])
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) entries.emplace_back(static_cast<int>(3 * i + a), 3 * j + b, m(a, b));
    rows[static_cast<std::size_t>(i)].clear();
  }
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

}  // namespace glasscape
