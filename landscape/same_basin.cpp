#include "landscape/same_basin.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/max_cardinality_matching.hpp>
#include <cmath>
#include <numeric>
#include <optional>

namespace glasscape {
namespace {

using Eigen::Index;
using Indices = std::vector<Index>;

/// Two structures under comparison and what like means.
struct Pair {
  const CommonFrame& frame;
  const Positions& a;
  const Positions& b;
  double tolerance;

  Index atoms() const { return a.cols(); }
  int element(Index atom) const { return frame.species->element_of[static_cast<std::size_t>(atom)]; }
};

Match compare_periodic(const Pair& pair, bool fixed_frame);
Match compare_clusters(const Pair& pair);

// ---- periodic ----

/// From site i of a, shifted, to atom partner[i] of b.
Positions displacements(const Pair& pair, const Vector3d& drift, const Indices& partner) {
  Positions d(3, pair.atoms());
  for (Index i = 0; i < pair.atoms(); ++i)
    d.col(i) =
        pair.frame.cell.nearest(pair.b.col(partner[static_cast<std::size_t>(i)]) - pair.a.col(i) - drift);
  return d;
}

double median(Eigen::VectorXd values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Index count_within(const Positions& d, double length) {
  return (d.colwise().squaredNorm().array() <= length * length).count();
}

/// The mean of the displacements within a length, or zero if there are none.
Vector3d mean_within(const Positions& d, double length) {
  Vector3d sum = Vector3d::Zero();
  for (Index i = 0; i < d.cols(); ++i)
    if (d.col(i).norm() <= length) sum += d.col(i);
  return sum / static_cast<double>(std::max<Index>(1, count_within(d, length)));
}

/// The shift that most atoms share. Nearest images of large shifts do not average, so the shift of one atom
/// is taken off first: of some atoms spread over the indices, the one that most others follow.
Vector3d common_drift(const Pair& pair, const Indices& identity) {
  constexpr Index trials = 8;
  Vector3d drift = Vector3d::Zero();
  Index followed = -1;
  for (Index trial = 0; trial < std::min(trials, pair.atoms()); ++trial) {
    const Index i = trial * pair.atoms() / std::min(trials, pair.atoms());
    const Vector3d shift = pair.b.col(i) - pair.a.col(i);
    const Index count = count_within(displacements(pair, shift, identity), 2.0 * pair.tolerance);
    if (count <= followed) continue;
    followed = count;
    drift = shift;
    if (count == pair.atoms()) break;
  }
  const Positions left = displacements(pair, drift, identity);
  drift += Vector3d(median(left.row(0)), median(left.row(1)), median(left.row(2)));
  return drift + mean_within(displacements(pair, drift, identity), pair.tolerance);
}

/// Sites of structure a in bins along the periodic directions, to look up by place and element.
class Sites {
 public:
  Sites(const Pair& pair, const Indices& members, double reach) : pair_(pair), reach_(reach) {
    const double most = std::ceil(std::cbrt(static_cast<double>(members.size())));
    for (std::size_t k = 0; k < 3; ++k)
      if (pair.frame.cell.periodic()[k])
        bins_[k] = static_cast<int>(
            std::clamp(std::floor(pair.frame.cell.heights()[static_cast<Index>(k)] / reach), 1.0, most));
    sites_.resize(static_cast<std::size_t>(bins_[0] * bins_[1] * bins_[2]));
    for (const Index site : members) bin(bin_of(pair.a.col(site)), {0, 0, 0}).push_back(site);
  }

  /// The nearest site of the element within reach, or -1.
  Index nearest(const Vector3d& point, int element) {
    Index best = -1;
    double shortest = reach_;
    const std::array<int, 3> home = bin_of(point);
    for (int i = 0; i < std::min(3, bins_[0]); ++i)
      for (int j = 0; j < std::min(3, bins_[1]); ++j)
        for (int k = 0; k < std::min(3, bins_[2]); ++k)
          for (const Index site : bin(home, {i, j, k})) {
            if (pair_.element(site) != element) continue;
            const double length = pair_.frame.cell.nearest(point - pair_.a.col(site)).norm();
            if (length > shortest) continue;
            shortest = length;
            best = site;
          }
    return best;
  }

 private:
  std::array<int, 3> bin_of(const Vector3d& point) const {
    const Vector3d s = pair_.frame.cell.fractional(point);
    std::array<int, 3> b{0, 0, 0};
    for (std::size_t k = 0; k < 3; ++k) {
      const double inside = s[static_cast<Index>(k)] - std::floor(s[static_cast<Index>(k)]);
      b[k] = std::min(static_cast<int>(inside * bins_[k]), bins_[k] - 1);
    }
    return b;
  }
  /// Offsets 0, 1, 2 stand for here, next and previous.
  Indices& bin(const std::array<int, 3>& home, const std::array<int, 3>& offset) {
    std::array<int, 3> b{};
    for (std::size_t k = 0; k < 3; ++k)
      b[k] = (home[k] + (offset[k] == 2 ? bins_[k] - 1 : offset[k])) % bins_[k];
    return sites_[static_cast<std::size_t>((b[0] * bins_[1] + b[1]) * bins_[2] + b[2])];
  }

  const Pair& pair_;
  double reach_;
  std::array<int, 3> bins_{1, 1, 1};
  std::vector<Indices> sites_;
};

/// Gives each of the atoms the nearest site that one of them had, of its element and within reach. Nothing
/// when an atom finds none or two atoms want the same.
std::optional<Indices> matched(const Pair& pair, Sites& sites, const Vector3d& drift, const Indices& atoms,
                               Indices partner) {
  for (const Index atom : atoms) partner[static_cast<std::size_t>(atom)] = -1;
  for (const Index atom : atoms) {
    const Index site = sites.nearest(pair.b.col(atom) - drift, pair.element(atom));
    if (site < 0 || partner[static_cast<std::size_t>(site)] >= 0) return std::nullopt;
    partner[static_cast<std::size_t>(site)] = atom;
  }
  return partner;
}

Match measured(const Pair& pair, const Positions& d, bool permuted) {
  const double largest = std::sqrt(d.colwise().squaredNorm().maxCoeff());
  return {largest <= pair.tolerance, largest, d.norm(), permuted};
}

/// For structures whose atoms come in unrelated order: an atom of the rarest element must sit on a site of
/// its element, so every such shift is tried until all atoms find sites.
std::optional<Match> compare_any_order(const Pair& pair, const Indices& identity) {
  std::vector<Index> count(pair.frame.species->elements.size(), 0);
  for (const Index i : identity) ++count[static_cast<std::size_t>(pair.element(i))];
  const auto rarer = [&](Index i, Index j) {
    return count[static_cast<std::size_t>(pair.element(i))] <
           count[static_cast<std::size_t>(pair.element(j))];
  };
  const Index reference = *std::min_element(identity.begin(), identity.end(), rarer);
  const double reach = 2.0 * pair.tolerance;  // the shift is off by what the reference moved
  Sites sites(pair, identity, reach);
  for (const Index atom : identity) {
    if (pair.element(atom) != pair.element(reference)) continue;
    const Vector3d drift = pair.b.col(atom) - pair.a.col(reference);
    const auto partner = matched(pair, sites, drift, identity, identity);
    if (!partner) continue;
    const Positions d = displacements(pair, drift, *partner);
    const Vector3d mean = d.rowwise().mean();
    const Match match = measured(pair, d.colwise() - mean, true);
    if (match.same) return match;
  }
  return std::nullopt;
}

Match compare_periodic(const Pair& pair, bool fixed_frame) {
  Indices identity(static_cast<std::size_t>(pair.atoms()));
  std::iota(identity.begin(), identity.end(), Index{0});
  const Vector3d drift = fixed_frame ? Vector3d(Vector3d::Zero()) : common_drift(pair, identity);
  const Positions d = displacements(pair, drift, identity);
  const Match plain = measured(pair, d, false);
  if (plain.same) return plain;

  Indices astray;
  for (const Index i : identity)
    if (d.col(i).norm() > pair.tolerance) astray.push_back(i);
  Sites left(pair, astray, pair.tolerance);
  if (const auto partner = matched(pair, left, drift, astray, identity))
    return measured(pair, displacements(pair, drift, *partner), true);
  const bool drift_is_known = fixed_frame || 2 * static_cast<Index>(astray.size()) < pair.atoms();
  return drift_is_known ? plain : compare_any_order(pair, identity).value_or(plain);
}

// ---- clusters ----

/// Distances of one atom, per element of the other atom in increasing order; one column per atom.
Eigen::MatrixXd distances_around(const Pair& pair, const Positions& x) {
  Eigen::MatrixXd around(std::max<Index>(0, x.cols() - 1), x.cols());
  std::vector<std::pair<int, double>> of_atom;
  for (Index i = 0; i < x.cols(); ++i) {
    of_atom.clear();
    for (Index j = 0; j < x.cols(); ++j)
      if (j != i) of_atom.emplace_back(pair.element(j), (x.col(j) - x.col(i)).norm());
    std::sort(of_atom.begin(), of_atom.end());
    for (std::size_t k = 0; k < of_atom.size(); ++k) around(static_cast<Index>(k), i) = of_atom[k].second;
  }
  return around;
}

/// Distances of all pairs, per pair of elements in increasing order.
Eigen::VectorXd all_distances(const Pair& pair, const Positions& x) {
  std::vector<std::tuple<int, int, double>> all;
  for (Index i = 0; i < x.cols(); ++i)
    for (Index j = i + 1; j < x.cols(); ++j) {
      const auto [low, high] = std::minmax({pair.element(i), pair.element(j)});
      all.emplace_back(low, high, (x.col(j) - x.col(i)).norm());
    }
  std::sort(all.begin(), all.end());
  Eigen::VectorXd distances(static_cast<Index>(all.size()));
  for (std::size_t k = 0; k < all.size(); ++k) distances[static_cast<Index>(k)] = std::get<2>(all[k]);
  return distances;
}

/// Atoms moved by up to t change a distance by up to 2t, and with it any entry of a sorted list of distances.
Match compare_clusters(const Pair& pair) {
  const Index n = pair.atoms();
  const Eigen::VectorXd change = all_distances(pair, pair.b) - all_distances(pair, pair.a);
  // for displacements u without drift the sum over pairs of |u_i - u_j|^2 is n times the sum of |u_i|^2, and
  // pairing both lists in sorted order makes the sum of squared changes as small as it can be
  Match match{false, n > 1 ? 0.5 * change.cwiseAbs().maxCoeff() : 0.0,
              change.norm() / std::sqrt(static_cast<double>(n)), false};
  if (match.largest_displacement > pair.tolerance) return match;

  const Eigen::MatrixXd around_a = distances_around(pair, pair.a), around_b = distances_around(pair, pair.b);
  const auto alike = [&](Index i, Index j) {
    return pair.element(i) == pair.element(j) &&
           ((around_a.col(i) - around_b.col(j)).array().abs() <= 2.0 * pair.tolerance).all();
  };
  bool in_order = true;
  for (Index i = 0; i < n && in_order; ++i) in_order = alike(i, i);
  if (in_order) {
    match.same = true;
    return match;
  }
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> possible(
      static_cast<std::size_t>(2 * n));
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (alike(i, j))
        boost::add_edge(static_cast<std::size_t>(i), static_cast<std::size_t>(n + j), possible);
  std::vector<std::size_t> mate(static_cast<std::size_t>(2 * n));
  boost::edmonds_maximum_cardinality_matching(possible, mate.data());
  match.permuted = true;
  match.same = static_cast<Index>(boost::matching_size(possible, mate.data())) == n;
  return match;
}

}  // namespace

bool same_frame(const CommonFrame& a, const CommonFrame& b) {
  if (a.cell.periodic() != b.cell.periodic()) return false;
  if (a.cell.any_periodic() && a.cell.lattice() != b.cell.lattice()) return false;
  return a.species == b.species || *a.species == *b.species;
}

Match same_basin(const CommonFrame& frame, const Point& a, const Point& b, const SameBasin& options) {
  if (!(std::abs(a.energy - b.energy) <= options.energy_window) || a.positions.cols() != b.positions.cols())
    return {};
  const Pair pair{frame, a.positions, b.positions, options.displacement};
  if (frame.cell.any_periodic() || options.fixed_frame) return compare_periodic(pair, options.fixed_frame);
  return compare_clusters(pair);
}

}  // namespace glasscape
