#include "md/mode_space.hpp"

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "md/zero_modes.hpp"

namespace glasscape {
namespace {

/// Places of the listed coordinates in a list of all, -1 for the others.
std::vector<Eigen::Index> places(const std::vector<Eigen::Index>& listed, Eigen::Index size) {
  std::vector<Eigen::Index> place(static_cast<std::size_t>(size), -1);
  for (std::size_t k = 0; k < listed.size(); ++k) place[static_cast<std::size_t>(listed[k])] = static_cast<Eigen::Index>(k);
  return place;
}

template <typename Visit>
void for_each_entry(const Eigen::SparseMatrix<double>& m, const std::vector<Eigen::Index>& listed, Visit visit) {
  const std::vector<Eigen::Index> place = places(listed, m.rows());
  for (const Eigen::Index column : listed)
    for (Eigen::SparseMatrix<double>::InnerIterator it(m, column); it; ++it)
      if (const Eigen::Index row = place[static_cast<std::size_t>(it.row())]; row >= 0)
        visit(row, place[static_cast<std::size_t>(column)], it.value());
}

Eigen::MatrixXd part_of(const Eigen::SparseMatrix<double>& m, const std::vector<Eigen::Index>& listed) {
  const auto size = static_cast<Eigen::Index>(listed.size());
  Eigen::MatrixXd part = Eigen::MatrixXd::Zero(size, size);
  for_each_entry(m, listed, [&](Eigen::Index row, Eigen::Index column, double value) { part(row, column) = value; });
  return part;
}

ModeSpace without_pins(const Surface& surface, const Positions& x) {
  ModeSpace space;
  space.masses = surface.species()->masses().transpose().replicate(3, 1).reshaped();
  space.zero = zero_modes(surface, x);
  for (Eigen::Index k = 0; k < x.size(); ++k)
    if (surface.free().reshaped()[k] != 0.0) space.free.push_back(k);
  return space;
}

ModeSpace pin(ModeSpace space, std::vector<Eigen::Index> pinned) {
  std::sort(pinned.begin(), pinned.end());
  space.pinned = std::move(pinned);
  std::set_difference(space.free.begin(), space.free.end(), space.pinned.begin(), space.pinned.end(), std::back_inserter(space.kept));
  return space;
}

}  // namespace

ModeSpace mode_space(const Surface& surface, const Positions& x) {
  ModeSpace space = without_pins(surface, x);
  if (space.zero.cols() == 0) return pin(std::move(space), {});
  // the pivots of a QR factorisation are coordinates on which the zero modes are far from linearly dependent
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(space.zero.transpose());
  const auto& order = qr.colsPermutation().indices();
  return pin(std::move(space), {order.data(), order.data() + space.zero.cols()});
}

double ModeSpace::mass_term() const {
  if (pinned.empty()) return weighting();
  const Eigen::MatrixXd on_pins = zero(pinned, Eigen::all);
  return weighting() - 2.0 * std::log(std::abs(on_pins.determinant()));
}

double ModeSpace::weighting() const {
  double term = 0.0;
  for (const Eigen::Index k : free) term -= std::log(masses[k]);
  if (zero.cols() == 0) return term;
  const Eigen::MatrixXd inertia = zero.transpose() * masses.asDiagonal() * zero;
  return term + std::log(inertia.determinant());
}

Eigen::MatrixXd ModeSpace::kept_part(const Eigen::SparseMatrix<double>& hessian) const { return part_of(hessian, kept); }

Eigen::MatrixXd ModeSpace::free_part(const Eigen::SparseMatrix<double>& hessian) const { return part_of(hessian, free); }

Eigen::SparseMatrix<double> ModeSpace::mass_weighted(const Eigen::SparseMatrix<double>& hessian) const {
  const auto size = static_cast<Eigen::Index>(free.size());
  std::vector<Eigen::Triplet<double>> entries;
  for_each_entry(hessian, free, [&](Eigen::Index row, Eigen::Index column, double value) {
    const double weight = 1.0 / std::sqrt(masses[free[static_cast<std::size_t>(row)]] * masses[free[static_cast<std::size_t>(column)]]);
    entries.emplace_back(static_cast<int>(row), static_cast<int>(column), value * weight);
  });
  Eigen::SparseMatrix<double> weighted(size, size);
  weighted.setFromTriplets(entries.begin(), entries.end());
  return weighted;
}

Eigen::MatrixXd ModeSpace::mass_weighted_zero() const {
  const Eigen::MatrixXd weighted = (masses.cwiseSqrt().asDiagonal() * zero)(free, Eigen::all);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(weighted);
  return qr.householderQ() * Eigen::MatrixXd::Identity(weighted.rows(), weighted.cols());
}

}  // namespace glasscape
