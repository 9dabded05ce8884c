#include "md/pair_hessian.hpp"

#include <map>

namespace glasscape {

PairHessian::PairHessian(std::vector<std::size_t> first, std::vector<PairTerm> terms, Eigen::VectorXd embedding)
    : first_(std::move(first)), terms_(std::move(terms)), embedding_(std::move(embedding)) {}

std::span<const PairTerm> PairHessian::of(Eigen::Index i) const {
  const auto k = static_cast<std::size_t>(i);
  return std::span(terms_).subspan(first_[k], first_[k + 1] - first_[k]);
}

Eigen::VectorXd PairHessian::embedding_response(const Positions& v) const {
  Eigen::VectorXd response(atoms());
  for (Eigen::Index i = 0; i < atoms(); ++i) {
    double q = 0.0;
    for (const PairTerm& t : of(i)) q += t.b_ij * t.e.dot(v.col(i) - v.col(t.j));
    response[i] = embedding_[i] * q;
  }
  return response;
}

Positions PairHessian::times(const Positions& v) const {
  const bool embedded = embedding_.size() > 0;
  const Eigen::VectorXd response = embedded ? embedding_response(v) : Eigen::VectorXd();
  Positions product(3, atoms());
  for (Eigen::Index i = 0; i < atoms(); ++i) {
    Vector3d sum = Vector3d::Zero();
    for (const PairTerm& t : of(i)) {
      const Vector3d difference = v.col(i) - v.col(t.j);
      const double stretch = t.e.dot(difference);
      double radial = (t.along - t.across) * stretch;
      if (embedded) radial += response[i] * t.b_ij + response[t.j] * t.b_ji;
      sum += t.across * difference + radial * t.e;
    }
    product.col(i) = sum;
  }
  return product;
}

Eigen::SparseMatrix<double> PairHessian::matrix() const {
  using Blocks = std::map<int, Matrix3d>;
  std::vector<Blocks> rows(static_cast<std::size_t>(atoms()));
  const auto block = [&](Eigen::Index i, int j) -> Matrix3d& {
    return rows[static_cast<std::size_t>(i)].try_emplace(j, Matrix3d::Zero()).first->second;
  };
  for (Eigen::Index i = 0; i < atoms(); ++i) {
    std::map<int, Vector3d> gradient;  // g_i = drho_i/dx
    for (const PairTerm& t : of(i)) {
      const Matrix3d pair = t.across * Matrix3d::Identity() + (t.along - t.across) * t.e * t.e.transpose();
      block(i, static_cast<int>(i)) += pair;
      block(i, t.j) -= pair;
      if (t.b_ij == 0.0) continue;
      gradient.try_emplace(static_cast<int>(i), Vector3d::Zero()).first->second += t.b_ij * t.e;
      gradient.try_emplace(t.j, Vector3d::Zero()).first->second -= t.b_ij * t.e;
    }
    for (const auto& [a, g_a] : gradient)
      for (const auto& [b, g_b] : gradient) block(a, b) += embedding_[i] * g_a * g_b.transpose();
  }
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
