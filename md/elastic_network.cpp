#include "md/elastic_network.hpp"

#include <algorithm>

namespace glasscape {
namespace {

constexpr Eigen::Index few = 60;  // atoms

/// Median over the atoms of the distance to the nearest neighbour.
double spacing_of(const std::vector<Spring>& springs, Eigen::Index atoms) {
  std::vector<double> nearest(static_cast<std::size_t>(atoms), std::numeric_limits<double>::infinity());
  for (const Spring& s : springs)
    for (const int atom : {s.i, s.j})
      if (atom >= 0) nearest[static_cast<std::size_t>(atom)] = std::min(nearest[static_cast<std::size_t>(atom)], s.length);
  const auto middle = nearest.begin() + static_cast<std::ptrdiff_t>(nearest.size() / 2);
  std::nth_element(nearest.begin(), middle, nearest.end());
  return *middle;
}

}  // namespace

ElasticNetwork::ElasticNetwork(const std::vector<Spring>& springs, const Positions& free, bool floats)
    : spacing_(spacing_of(springs, free.cols())), floats_(floats) {
  constexpr double floor = 0.002;  // of the mean diagonal: keeps uniform translations finite
  const double reach = 1.5 * spacing_;  // the first shell of a dense phase
  std::vector<Eigen::Triplet<double>> entries;
  Eigen::VectorXd diagonal = Eigen::VectorXd::Zero(free.size());
  for (const Spring& s : springs) {
    if (s.length > reach || s.i == s.j) continue;
    const double across = std::max(s.across, 0.0), along = std::max(s.along, across);
    const Matrix3d block = across * Matrix3d::Identity() + (along - across) * s.e * s.e.transpose();
    for (const int row : {s.i, s.j})
      for (const int column : {s.i, s.j}) {
        if (row < 0 || column < 0) continue;
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b)
            if (free(a, row) != 0.0 && free(b, column) != 0.0) entries.emplace_back(3 * row + a, 3 * column + b, row == column ? block(a, b) : -block(a, b));
        if (row == column)
          for (int a = 0; a < 3; ++a) diagonal[3 * row + a] += block(a, a);
      }
  }
  const double smallest = std::max(floor * diagonal.mean(), 1e-12);
  for (int k = 0; k < free.size(); ++k) entries.emplace_back(k, k, free.reshaped()[k] != 0.0 ? smallest : 1.0);
  Eigen::SparseMatrix<double> stiffness(free.size(), free.size());
  stiffness.setFromTriplets(entries.begin(), entries.end());
  if (free.cols() <= few)
    complete_.compute(Eigen::MatrixXd(stiffness));
  else
    incomplete_.compute(stiffness);
}

Positions ElasticNetwork::solve(const Positions& force) const {
  const Eigen::VectorXd f = force.reshaped();
  const Eigen::VectorXd step = force.cols() <= few ? Eigen::VectorXd(complete_.solve(f)) : Eigen::VectorXd(incomplete_.solve(f));
  Positions shaped = Eigen::Map<const Positions>(step.data(), 3, force.cols());
  if (floats_) shaped.colwise() -= Vector3d(shaped.rowwise().mean());
  return shaped;
}

std::shared_ptr<const ElasticNetwork> FollowingNetwork::at(const Positions& x) {
  if (made_at_.size() == x.size() && (is_kept_ || !network_ || fmax(x - made_at_) < 0.2 * network_->spacing())) return network_;
  made_at_ = x;
  const std::vector<Spring> springs = surface_->near_springs(x);
  if (springs.empty()) return network_;
  surface_->count_call();
  network_ = std::make_shared<const ElasticNetwork>(springs, surface_->free(), surface_->floats());
  return network_;
}

}  // namespace glasscape
