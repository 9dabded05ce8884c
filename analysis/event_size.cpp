#include "analysis/event_size.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

void check(const Positions& start, const Positions& end, const Species& species, double threshold);
/// A weighted mean of points of a periodic space.
Vector3d periodic_mean(const Positions& points, const Eigen::VectorXd& weights, const Cell& cell);
std::vector<std::string> doubts_about(double largest, const Cell& cell);

}  // namespace

EventSize event_size(const Positions& start, const Positions& end, const Cell& cell, const Species& species,
                     double threshold) {
  check(start, end, species, threshold);
  const Eigen::Index atoms = start.cols();
  EventSize event;
  const Positions difference = end - start;
  // images are chosen relative to the drift, so that a drift of half a cell does not tear the displacements
  // apart
  event.drift = periodic_mean(difference, Eigen::VectorXd::Ones(atoms), cell);
  event.displacements = difference.colwise() - event.drift;
  for (Eigen::Index i = 0; i < atoms; ++i)
    event.displacements.col(i) = cell.nearest(event.displacements.col(i));
  const Vector3d rest = event.displacements.rowwise().mean();
  event.displacements.colwise() -= rest;
  event.drift = cell.nearest(event.drift + rest);

  const Eigen::VectorXd squares = event.displacements.colwise().squaredNorm();
  event.largest = std::sqrt(squares.maxCoeff(&event.largest_atom));
  event.total = std::sqrt(squares.sum());
  event.moved_of.assign(species.elements.size(), 0);
  for (Eigen::Index i = 0; i < atoms; ++i)
    if (squares[i] > threshold * threshold) {
      ++event.moved;
      ++event.moved_of[static_cast<std::size_t>(species.element_of[static_cast<std::size_t>(i)])];
    }
  if (event.largest > 0) {
    const Eigen::VectorXd weights = squares / squares.maxCoeff();  // squares of squares may vanish
    event.participation = weights.sum() * weights.sum() / weights.squaredNorm();
    event.centre = cell.wrapped(periodic_mean(start, weights, cell));
  }
  event.doubts = doubts_about(event.largest, cell);
  return event;
}

namespace {

void check(const Positions& start, const Positions& end, const Species& species, double threshold) {
  if (start.cols() == 0) throw InputError("an event without atoms; expected at least one");
  if (start.cols() != end.cols() || start.cols() != species.atoms())
    throw InputError("an event from {} to {} positions with {} species; expected equal counts", start.cols(),
                     end.cols(), species.atoms());
  if (!start.allFinite() || !end.allFinite())
    throw InputError("an event has a position that is not a finite number");
  if (!(threshold >= 0)) throw InputError("threshold is {} A, expected 0 or above", threshold);
}

/// Along periodic directions first the mean on a circle (Bai and Breen, J. Graphics Tools 13, 53 (2008)),
/// which knows no edge of the cell, then the ordinary mean of the nearest images around it, which is the mean
/// itself for points that lie together.
Vector3d periodic_mean(const Positions& points, const Eigen::VectorXd& weights, const Cell& cell) {
  const double sum = weights.sum();
  const Vector3d first = points.col(0);
  Eigen::Matrix<double, 3, 2> circle = Eigen::Matrix<double, 3, 2>::Zero();
  Vector3d open = Vector3d::Zero();
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    const Vector3d s = cell.fractional(points.col(i)) - cell.fractional(first);
    const Eigen::Array3d angle = 2.0 * std::numbers::pi * s.array();
    circle.col(0) += weights[i] * angle.cos().matrix();
    circle.col(1) += weights[i] * angle.sin().matrix();
    open += weights[i] * s;
  }
  Vector3d s = open / sum;
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)])
      s[k] = std::atan2(circle(k, 1), circle(k, 0)) / (2.0 * std::numbers::pi);
  const Vector3d centre = first + cell.lattice() * s;
  Vector3d rest = Vector3d::Zero();
  for (Eigen::Index i = 0; i < points.cols(); ++i) rest += weights[i] * cell.nearest(points.col(i) - centre);
  return centre + rest / sum;
}

/// The other image of a displacement u is at least the height of the cell minus |u| long.
std::vector<std::string> doubts_about(double largest, const Cell& cell) {
  double height = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)]) height = std::min(height, cell.heights()[k]);
  if (height - largest >= 2.0 * largest) return {};
  return {fmt::format("an atom moved {:.3g} A in a cell {:.3g} A high: it may have gone the other way round",
                      largest, height)};
}

}  // namespace
}  // namespace glasscape
