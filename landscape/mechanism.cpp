#include "landscape/mechanism.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

using Places = std::map<std::int32_t, std::int32_t>;  // from an atom that took a place to the one whose it was

std::int32_t place_of(const Vector3d& end, const Positions& start, const Cell& cell) {
  double nearest = std::numeric_limits<double>::infinity();
  std::int32_t place = 0;
  for (Eigen::Index i = 0; i < start.cols(); ++i)
    if (const double distance = cell.nearest(end - start.col(i)).squaredNorm(); distance < nearest) {
      nearest = distance;
      place = static_cast<std::int32_t>(i);
    }
  return place;
}

/// Atoms on the way from one until a place that nobody left, or around.
struct Chain {
  std::int64_t atoms = 0;
  bool closed = false;  // it ended where it began
};

Chain chain_from(std::int32_t first, const Places& taken) {
  Chain chain;
  std::set<std::int32_t> seen;
  for (auto at = taken.find(first); at != taken.end(); at = taken.find(at->second)) {
    if (!seen.insert(at->first).second) break;
    ++chain.atoms;
    chain.closed = at->second == first;
  }
  return chain;
}

}  // namespace

Mechanism mechanism_of(const Positions& start, const Positions& displacements, const Cell& cell, double threshold) {
  if (start.cols() != displacements.cols()) throw InputError("{} displacements of {} atoms", displacements.cols(), start.cols());
  Mechanism m;
  Places taken;
  for (Eigen::Index i = 0; i < start.cols(); ++i) {
    if (displacements.col(i).norm() <= threshold) continue;
    const auto atom = static_cast<std::int32_t>(i);
    m.moved.push_back(atom);
    m.places.push_back(place_of(start.col(i) + displacements.col(i), start, cell));
    if (m.places.back() != atom) taken[atom] = m.places.back();
  }
  if (!m.moved.empty()) m.name = "local";
  int rank = 0;
  for (const auto& [atom, place] : taken) {
    const Chain chain = chain_from(atom, taken);
    m.longest = std::max(m.longest, chain.atoms);
    rank = std::max(rank, !chain.closed ? 1 : chain.atoms == 2 ? 2 : 3);
  }
  if (rank > 0) m.name = rank == 1 ? "string" : rank == 2 ? "pair exchange" : "loop";
  return m;
}

}  // namespace glasscape
