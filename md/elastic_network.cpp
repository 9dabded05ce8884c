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

/// A weak spring of its own for every free coordinate, so that uniform translations stay finite, and 1 for a frozen one.
void hold(std::vector<Matrix3d>& diagonal, const Positions& free) {
  constexpr double floor = 0.002;  // of the mean diagonal
  double sum = 0.0;
  for (const Matrix3d& block : diagonal) sum += block.trace();
  const double smallest = std::max(floor * sum / std::max(1.0, free.sum()), 1e-12);
  for (std::size_t i = 0; i < diagonal.size(); ++i)
    for (int k = 0; k < 3; ++k) diagonal[i](k, k) += free(k, static_cast<Eigen::Index>(i)) != 0.0 ? smallest : 1.0;
}

/// The stiffness of springs no longer than `reach`, made positive and a little stiffer, so that it can be factorised. `free` is 1 for coordinates that may move.
BlockMatrix stiffness_of(const std::vector<Spring>& springs, const Positions& free, double reach) {
  std::vector<Matrix3d> diagonal(static_cast<std::size_t>(free.cols()), Matrix3d::Zero());
  const auto is_part = [&](const Spring& s) { return s.length <= reach && s.i != s.j; };
  for (const Spring& s : springs) {
    if (!is_part(s)) continue;
    const Matrix3d block = s.block_of_positive();
    for (const int atom : {s.i, s.j})
      if (atom >= 0) diagonal[static_cast<std::size_t>(atom)] += free.col(atom).asDiagonal() * block * free.col(atom).asDiagonal();
  }
  hold(diagonal, free);
  return {std::move(diagonal), [&](const BlockMatrix::Take& take) {
            for (const Spring& s : springs) {
              if (!is_part(s) || s.j < 0) continue;
              const int row = std::max(s.i, s.j), column = std::min(s.i, s.j);
              take(row, column, -(free.col(row).asDiagonal() * s.block_of_positive() * free.col(column).asDiagonal()));
            }
          }};
}

}  // namespace

std::optional<LongWaves> long_waves_of(const std::vector<Spring>& springs, const Positions& x, const Cell& cell, const Positions& free, double spacing) {
  constexpr Eigen::Index many = 30'000;
  constexpr double width = 8.0;         // spacings
  constexpr double most_nodes = 600.0;  // about
  if (x.cols() <= many) return std::nullopt;
  return LongWaves(springs, x, cell, free, spacing * std::max(width, std::cbrt(static_cast<double>(x.cols()) / most_nodes)));
}

ElasticNetwork::ElasticNetwork(const std::vector<Spring>& springs, const Positions& free, bool floats)
    : spacing_(spacing_of(springs, free.cols())), floats_(floats) {
  const BlockMatrix stiffness = stiffness_of(springs, free, first_shell * spacing_);
  if (free.cols() <= few)
    complete_.compute(stiffness.dense());
  else
    incomplete_ = IncompleteCholesky(stiffness);
}

ElasticNetwork::ElasticNetwork(const std::vector<Spring>& springs, const Surface& surface, const Positions& x) : ElasticNetwork(springs, surface.free(), surface.floats()) {
  if (surface.free().minCoeff() > 0.0) long_waves_ = long_waves_of(springs, x, surface.cell(), surface.free(), spacing_);
}

std::shared_ptr<const ElasticNetwork> ElasticNetwork::of(Surface& surface, const Positions& x) {
  const std::vector<Spring> springs = surface.near_springs(x);
  if (springs.empty()) return nullptr;
  surface.count_call();
  return std::make_shared<const ElasticNetwork>(springs, surface, x);
}

Positions ElasticNetwork::solve(const Positions& force) const {
  Positions step = force.cols() <= few ? Positions(complete_.solve(force.reshaped()).reshaped(3, force.cols())) : incomplete_.solve(force);
  if (long_waves_) step += long_waves_->solve(force);
  if (floats_) step.colwise() -= Vector3d(step.rowwise().mean());
  return step;
}

std::shared_ptr<const ElasticNetwork> FollowingNetwork::at(const Positions& x) {
  if (network_ && is_kept_) return network_;
  if (made_at_.size() == x.size() && (!network_ || fmax(x - made_at_) < 0.2 * network_->spacing())) return network_;
  made_at_ = x;
  if (auto made = ElasticNetwork::of(*surface_, x)) network_ = std::move(made);
  return network_;
}

}  // namespace glasscape
