#include "md/formats/overlaps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace glasscape::formats {
namespace {

/// Atoms in bins of about 1 Angstrom, hashed into as many lists as there are atoms. Bins that share a list
/// cost time, not truth: distances decide.
class HashedBins {
 public:
  HashedBins(const Configuration& configuration, double distance);

  /// The inserted atom with the image nearest to this one, if it is nearer than the distance.
  std::optional<Overlap> near(Eigen::Index atom) const;
  void insert(Eigen::Index atom);

 private:
  using Bin = std::array<long long, 3>;
  std::size_t list(const Bin& bin) const;

  const Cell& cell_;
  Positions s_;  // fractional, folded along periodic directions
  Bin bins_;     // per cell
  double distance_;
  Vector3d margin_;  // the distance in fractional coordinates
  std::vector<Eigen::Index> first_, next_;
};

HashedBins::HashedBins(const Configuration& configuration, double distance)
    : cell_(configuration.cell),
      s_(3, configuration.atoms()),
      distance_(distance),
      margin_(distance * cell_.heights().cwiseInverse()),
      first_(static_cast<std::size_t>(configuration.atoms()), -1),
      next_(first_) {
  for (std::size_t k = 0; k < 3; ++k)
    bins_[k] = std::max(1LL, static_cast<long long>(cell_.heights()[static_cast<int>(k)]));
  for (Eigen::Index i = 0; i < s_.cols(); ++i) {
    const Vector3d position = configuration.positions.col(i);
    s_.col(i) = cell_.fractional(position) - cell_.image(position).cast<double>();
  }
}

std::size_t HashedBins::list(const Bin& bin) const {
  // primes of Teschner et al., VMV 2003
  const auto hash = static_cast<std::size_t>(bin[0] * 73856093 ^ bin[1] * 19349663 ^ bin[2] * 83492791);
  return hash % first_.size();
}

void HashedBins::insert(Eigen::Index atom) {
  Bin bin;
  for (std::size_t k = 0; k < 3; ++k) {
    bin[k] =
        static_cast<long long>(std::floor(s_(static_cast<int>(k), atom) * static_cast<double>(bins_[k])));
    if (cell_.periodic()[k]) bin[k] = std::min(bin[k], bins_[k] - 1);
  }
  Eigen::Index& first = first_[list(bin)];
  next_[static_cast<std::size_t>(atom)] = first;
  first = atom;
}

std::optional<Overlap> HashedBins::near(Eigen::Index atom) const {
  Bin low, high;
  for (std::size_t k = 0; k < 3; ++k) {
    const double s = s_(static_cast<int>(k), atom), margin = margin_[static_cast<int>(k)];
    low[k] = static_cast<long long>(std::floor((s - margin) * static_cast<double>(bins_[k])));
    high[k] = static_cast<long long>(std::floor((s + margin) * static_cast<double>(bins_[k])));
  }
  std::optional<Overlap> nearest;
  Bin at;
  for (at[0] = low[0]; at[0] <= high[0]; ++at[0])
    for (at[1] = low[1]; at[1] <= high[1]; ++at[1])
      for (at[2] = low[2]; at[2] <= high[2]; ++at[2]) {
        Bin bin = at;
        Vector3d image = Vector3d::Zero();
        for (std::size_t k = 0; k < 3; ++k) {
          if (!cell_.periodic()[k]) continue;
          bin[k] = ((at[k] % bins_[k]) + bins_[k]) % bins_[k];
          image[static_cast<int>(k)] = static_cast<double>((at[k] - bin[k]) / bins_[k]);
        }
        for (Eigen::Index j = first_[list(bin)]; j >= 0; j = next_[static_cast<std::size_t>(j)]) {
          const double distance = (cell_.lattice() * (s_.col(j) + image - s_.col(atom))).norm();
          if (distance < (nearest ? nearest->distance : distance_)) nearest = Overlap{j, atom, distance};
        }
      }
  return nearest;
}

}  // namespace

std::optional<Overlap> first_overlap(const Configuration& configuration, double distance) {
  HashedBins bins(configuration, distance);
  for (Eigen::Index i = 0; i < configuration.atoms(); ++i) {
    if (const auto overlap = bins.near(i)) return overlap;
    bins.insert(i);
  }
  return std::nullopt;
}

}  // namespace glasscape::formats
