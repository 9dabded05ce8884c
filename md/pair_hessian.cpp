#include "md/pair_hessian.hpp"

#include <algorithm>
#include <map>

namespace glasscape {
namespace {

/// What meets at each atom. A pair of an atom with its own image moves as one and adds nothing.
struct Links {
  using Gradient = std::pair<int, Vector3d>;
  std::vector<std::vector<std::size_t>> terms;   // of each atom
  std::vector<std::vector<Gradient>> gradients;  // of density k: atoms a with g_ka = drho_k/dx_a, in parts
  std::vector<std::vector<Gradient>> densities;  // of atom a: densities k with g_ka
};

Links links_of(const std::vector<PairTerm>& terms, Eigen::Index atoms) {
  const auto n = static_cast<std::size_t>(atoms);
  Links links{std::vector<std::vector<std::size_t>>(n), std::vector<std::vector<Links::Gradient>>(n), {}};
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const PairTerm& t = terms[k];
    if (t.i == t.j) continue;
    const auto i = static_cast<std::size_t>(t.i), j = static_cast<std::size_t>(t.j);
    links.terms[i].push_back(k);
    links.terms[j].push_back(k);
    if (t.b_ij != 0.0) links.gradients[i].push_back({t.j, -t.b_ij * t.e});
    if (t.b_ji != 0.0) links.gradients[j].push_back({t.i, t.b_ji * t.e});
  }
  links.densities.resize(n);
  for (std::size_t k = 0; k < n; ++k) {
    if (links.gradients[k].empty()) continue;
    Vector3d own = Vector3d::Zero();
    for (const auto& [a, g] : links.gradients[k]) own -= g;
    links.gradients[k].push_back({static_cast<int>(k), own});
    for (const auto& [a, g] : links.gradients[k]) links.densities[static_cast<std::size_t>(a)].push_back({static_cast<int>(k), g});
  }
  return links;
}

}  // namespace

std::unique_ptr<Hessian> Potential::hessian(const Atoms& atoms, double reach) const {
  std::vector<PairTerm> pairs;
  if (reach >= cutoff()) pairs.reserve(atoms.neighbour.size());
  auto embedding = pair_terms(atoms, reach, [&](const PairTerm& term) { pairs.push_back(term); });
  return embedding ? std::make_unique<PairHessian>(atoms.count, std::move(pairs), std::move(*embedding)) : nullptr;
}

Eigen::VectorXd PairHessian::embedding_response(const Positions& v) const {
  Eigen::VectorXd q = Eigen::VectorXd::Zero(atoms_);
  for (const PairTerm& t : pairs_) {
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
  for (const PairTerm& t : pairs_) {
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
  const Links links = links_of(pairs_, atoms_);
  Eigen::SparseMatrix<double> matrix(3 * atoms_, 3 * atoms_);
  std::vector<Matrix3d> column(static_cast<std::size_t>(atoms_), Matrix3d::Zero());  // three columns, a block per atom
  std::vector<char> touched(static_cast<std::size_t>(atoms_), 0);
  std::vector<int> rows;
  const auto block = [&](int row) -> Matrix3d& {
    const auto k = static_cast<std::size_t>(row);
    if (!touched[k]) rows.push_back(row);
    touched[k] = 1;
    return column[k];
  };
  for (int j = 0; j < atoms_; ++j) {
    for (const std::size_t k : links.terms[static_cast<std::size_t>(j)]) {
      const PairTerm& t = pairs_[k];
      const Matrix3d pair = t.block();
      block(j) += pair;
      block(t.i == j ? t.j : t.i) -= pair;
    }
    for (const auto& [k, g_j] : links.densities[static_cast<std::size_t>(j)])
      for (const auto& [a, g_a] : links.gradients[static_cast<std::size_t>(k)])
        block(a) += embedding_[k] * g_a * g_j.transpose();
    std::sort(rows.begin(), rows.end());
    for (int axis = 0; axis < 3; ++axis) {
      matrix.startVec(3 * j + axis);
      for (const int row : rows)
        for (int a = 0; a < 3; ++a)
          matrix.insertBackByOuterInner(3 * j + axis, 3 * row + a) = column[static_cast<std::size_t>(row)](a, axis);
    }
    for (const int row : rows) {
      column[static_cast<std::size_t>(row)].setZero();
      touched[static_cast<std::size_t>(row)] = 0;
    }
    rows.clear();
  }
  matrix.finalize();
  return matrix;
}

Eigen::MatrixXd PairHessian::block(const std::vector<Eigen::Index>& chosen) const {
  const auto n = static_cast<Eigen::Index>(chosen.size());
  std::vector<Eigen::Index> place(static_cast<std::size_t>(atoms_), -1);
  for (Eigen::Index k = 0; k < n; ++k) place[static_cast<std::size_t>(chosen[static_cast<std::size_t>(k)])] = k;
  Eigen::MatrixXd block = Eigen::MatrixXd::Zero(3 * n, 3 * n);
  std::map<int, Eigen::VectorXd> gradients;  // of the densities, over the chosen atoms
  const auto add_gradient = [&](int density, Eigen::Index at, const Vector3d& g) {
    auto [found, is_new] = gradients.try_emplace(density);
    if (is_new) found->second = Eigen::VectorXd::Zero(3 * n);
    found->second.segment<3>(3 * at) += g;
  };
  for (const PairTerm& t : pairs_) {
    const Eigen::Index i = place[static_cast<std::size_t>(t.i)], j = place[static_cast<std::size_t>(t.j)];
    if ((i < 0 && j < 0) || t.i == t.j) continue;
    const Matrix3d pair = t.block();
    if (i >= 0) block.block<3, 3>(3 * i, 3 * i) += pair;
    if (j >= 0) block.block<3, 3>(3 * j, 3 * j) += pair;
    if (i >= 0 && j >= 0) {
      block.block<3, 3>(3 * i, 3 * j) -= pair;
      block.block<3, 3>(3 * j, 3 * i) -= pair;
    }
    for (const auto& [density, slope] : {std::pair{t.i, t.b_ij}, std::pair{t.j, t.b_ji}}) {
      if (slope == 0.0 || embedding_.size() == 0) continue;
      if (i >= 0) add_gradient(density, i, slope * t.e);
      if (j >= 0) add_gradient(density, j, -slope * t.e);
    }
  }
  for (const auto& [density, g] : gradients) block.selfadjointView<Eigen::Lower>().rankUpdate(g, embedding_[density]);
  return block.selfadjointView<Eigen::Lower>();
}

}  // namespace glasscape
