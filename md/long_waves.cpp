#include "md/long_waves.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#pragma GCC diagnostic ignored "-Wpsabi"  // whatever passes registers is inlined

namespace glasscape {

LongWaves::LongWaves(const std::vector<Spring>& springs, const Positions& x, const Cell& cell, const Positions& free, double width) : free_(free) {
  constexpr double floor = 1e-6;  // of the mean diagonal: keeps uniform translations finite
  find_corners(x, cell, width);
  Eigen::MatrixXd stiffness = Eigen::MatrixXd::Zero(3 * nodes_, 3 * nodes_);  // its lower half
  std::vector<Corner> moved;
  for (const Spring& s : springs) {
    if (s.i == s.j) continue;
    const Matrix3d block = s.block_of_positive();
    stretch(s, moved);
    for (const Corner& a : moved)
      for (const Corner& b : moved)
        if (a.node <= b.node) stiffness.block<3, 3>(3 * b.node, 3 * a.node) += static_cast<double>(a.weight) * static_cast<double>(b.weight) * block;
  }
  stiffness.diagonal().array() += floor * stiffness.diagonal().mean();
  stiffness_.compute(stiffness);
}

/// Numbers the nodes that have an atom nearby.
void LongWaves::find_corners(const Positions& x, const Cell& cell, double width) {
  std::map<std::array<int, 3>, int> numbers;
  std::array<int, 3> around{};  // so many nodes
  for (std::size_t k = 0; k < 3; ++k) around[k] = std::max(1, static_cast<int>(std::lround(cell.heights()[static_cast<Eigen::Index>(k)] / width)));
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    const Vector3d s = cell.fractional(x.col(i));
    Corners& corners = corners_.emplace_back();
    for (std::size_t c = 0; c < corners.size(); ++c) {
      std::array<int, 3> node{};
      double weight = 1.0;
      for (std::size_t k = 0; k < 3; ++k) {
        const auto axis = static_cast<Eigen::Index>(k);
        const double along = cell.periodic()[k] ? s[axis] * around[k] : s[axis] * cell.heights()[axis] / width;
        const int below = static_cast<int>(std::floor(along)), up = static_cast<int>(c >> k) & 1;
        node[k] = cell.periodic()[k] ? (((below + up) % around[k]) + around[k]) % around[k] : below + up;
        weight *= up == 1 ? along - below : 1.0 - (along - below);
      }
      corners[c] = {numbers.try_emplace(node, static_cast<int>(numbers.size())).first->second, static_cast<float>(weight)};
    }
  }
  nodes_ = static_cast<Eigen::Index>(numbers.size());
}

/// By how much of each node's displacement a spring's ends move apart.
void LongWaves::stretch(const Spring& spring, std::vector<Corner>& moved) const {
  moved.clear();
  const auto add = [&](int atom, float sign) {
    if (atom < 0) return;
    for (const Corner& c : corners_[static_cast<std::size_t>(atom)]) {
      const auto same = std::find_if(moved.begin(), moved.end(), [&](const Corner& m) { return m.node == c.node; });
      if (same != moved.end()) same->weight += sign * c.weight;
      else moved.push_back({c.node, sign * c.weight});
    }
  };
  add(spring.i, 1.0F);
  add(spring.j, -1.0F);
}

Positions LongWaves::solve(const Positions& force) const {
  Eigen::VectorXd load = Eigen::VectorXd::Zero(3 * nodes_);
  for (Eigen::Index i = 0; i < force.cols(); ++i)
    for (const Corner& c : corners_[static_cast<std::size_t>(i)]) load.segment<3>(3 * c.node) += static_cast<double>(c.weight) * force.col(i).cwiseProduct(free_.col(i));
  const Eigen::VectorXd of_nodes = stiffness_.solve(load);
  Positions step = Positions::Zero(3, force.cols());
  for (Eigen::Index i = 0; i < force.cols(); ++i)
    for (const Corner& c : corners_[static_cast<std::size_t>(i)]) step.col(i) += static_cast<double>(c.weight) * of_nodes.segment<3>(3 * c.node);
  return step.cwiseProduct(free_);
}

GLASSCAPE_PER_PROCESSOR
void LongWaves::add_of_both(const TwoVectors* force, TwoVectors* step) const {
  const auto nodes = static_cast<std::size_t>(nodes_);
  Room<TwoVectors> room;
  TwoVectors* of_node = room.of(nodes);
  std::fill(of_node, of_node + nodes, TwoVectors{});
  for (std::size_t i = 0; i < corners_.size(); ++i)
    for (const Corner& c : corners_[i]) of_node[c.node] += c.weight * force[i];
  Eigen::MatrixXd both(3 * nodes_, 2);
  for (Eigen::Index row = 0; row < both.rows(); ++row)
    for (Eigen::Index which = 0; which < 2; ++which) both(row, which) = static_cast<double>(of_node[row / 3][4 * which + row % 3]);
  stiffness_.solveInPlace(both);
  for (Eigen::Index row = 0; row < both.rows(); ++row)
    for (Eigen::Index which = 0; which < 2; ++which) of_node[row / 3][4 * which + row % 3] = static_cast<float>(both(row, which));
  for (Eigen::Index node = 0; node < nodes_; ++node) of_node[node][3] = of_node[node][7] = 0.0F;
  for (std::size_t i = 0; i < corners_.size(); ++i) {
    TwoVectors own{};
    for (const Corner& c : corners_[i]) own += c.weight * of_node[c.node];
    step[i] += own;
  }
}

}  // namespace glasscape
