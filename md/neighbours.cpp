#include "md/neighbours.hpp"

#include <algorithm>
#include <cmath>

#include "md/blocks.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr double most_images = 5e7;  // 1.2 GB of coordinates

/// A grid of bins in fractional coordinates that covers atoms and images.
struct Bins {
  Vector3d low, per_bin;      // fractional lower corner; fractional width of a bin
  Eigen::Vector3i count, reach;  // bins and how many bins away a neighbour can be
  std::vector<int> first, member;

  int index(const Eigen::Vector3i& b) const { return (b[0] * count[1] + b[1]) * count[2] + b[2]; }
  Eigen::Vector3i of(const Vector3d& s) const {
    Eigen::Vector3i b;
    for (int k = 0; k < 3; ++k)
      b[k] = std::clamp(static_cast<int>((s[k] - low[k]) / per_bin[k]), 0, count[k] - 1);
    return b;
  }
};

Bins make_bins(const std::vector<Vector3d>& s, const Vector3d& heights, double range) {
  Vector3d low = s.front(), high = s.front();
  for (const Vector3d& point : s) {
    low = low.cwiseMin(point);
    high = high.cwiseMax(point);
  }
  Bins bins;
  bins.low = low;
  const Vector3d extent = (high - low).cwiseProduct(heights);
  double width = 0.5 * range;
  const auto total = [&] {
    double product = 1;
    for (int k = 0; k < 3; ++k) product *= std::max(1.0, std::floor(extent[k] / width));
    return product;
  };
  while (total() > 4.0 * static_cast<double>(s.size()) + 64.0) width *= 1.3;
  for (int k = 0; k < 3; ++k) {
    bins.count[k] = std::max(1, static_cast<int>(std::floor(extent[k] / width)));
    const double bin_width = std::max(extent[k] / bins.count[k], 1e-9);
    bins.reach[k] = static_cast<int>(std::min<double>(std::ceil(range / bin_width), bins.count[k]));
    bins.per_bin[k] = bin_width / heights[k];
  }
  bins.first.assign(static_cast<std::size_t>(bins.count.prod()) + 1, 0);
  std::vector<int> bin_of(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    bin_of[i] = bins.index(bins.of(s[i]));
    ++bins.first[static_cast<std::size_t>(bin_of[i]) + 1];
  }
  for (std::size_t b = 1; b < bins.first.size(); ++b) bins.first[b] += bins.first[b - 1];
  bins.member.resize(s.size());
  std::vector<int> next(bins.first.begin(), bins.first.end() - 1);
  for (std::size_t i = 0; i < s.size(); ++i)
    bins.member[static_cast<std::size_t>(next[static_cast<std::size_t>(bin_of[i])]++)] = static_cast<int>(i);
  return bins;
}

/// The columns of x in the order of the bins, so that a row of bins is read from one end to the other.
struct BinnedColumns {
  std::vector<double> x, y, z;
  std::vector<std::vector<double>> range2;  // by the kind of the atom in the middle
  std::vector<int> column;
  std::vector<char> is_later;  // whether a half list has it at every atom that is near: an atom that is not listed itself, and an image
  std::vector<int> later{0};   // how many such come before each, and before the end
  std::vector<std::size_t> place;  // of each atom that is listed, in this order

  BinnedColumns(const Bins& bins, const Positions& positions, const std::vector<int>& kinds, const std::vector<double>& ranges2, std::size_t different, Eigen::Index listed, ListKind lists)
      : range2(different), column(bins.member), place(static_cast<std::size_t>(listed)) {
    for (const int member : column) {
      if (member < listed) place[static_cast<std::size_t>(member)] = x.size();
      x.push_back(positions(0, member));
      y.push_back(positions(1, member));
      z.push_back(positions(2, member));
      for (std::size_t kind = 0; kind < different; ++kind) range2[kind].push_back(ranges2[kind * different + static_cast<std::size_t>(kinds[static_cast<std::size_t>(member)])]);
      is_later.push_back(lists == ListKind::half && member >= listed ? 1 : 0);
      later.push_back(later.back() + is_later.back());
    }
  }
  /// By how much the distance^2 from a point is beyond the range^2.
  void measure(std::size_t begin, std::size_t end, const Vector3d& centre, const double* of_kind, double* beyond) const {
    for (std::size_t m = begin; m < end; ++m) {
      const double dx = x[m] - centre[0], dy = y[m] - centre[1], dz = z[m] - centre[2];
      beyond[m - begin] = dx * dx + dy * dy + dz * dz - of_kind[m];
    }
  }
};

/// Calls visit(begin, end) for the columns, one after the other, of every row of bins around a point, but for those before `from` where
/// none of them is later than all.
template <typename Visit>
void for_each_row_around(const Bins& bins, const BinnedColumns& columns, const Vector3d& s, std::size_t from, Visit visit) {
  const Eigen::Vector3i home = bins.of(s);
  const Eigen::Vector3i low = (home - bins.reach).cwiseMax(0);
  const Eigen::Vector3i high = (home + bins.reach).cwiseMin(bins.count - Eigen::Vector3i::Ones());
  for (int a = low[0]; a <= high[0]; ++a)
    for (int b = low[1]; b <= high[1]; ++b) {
      const auto first = static_cast<std::size_t>(bins.first[static_cast<std::size_t>(bins.index({a, b, low[2]}))]);
      const auto end = static_cast<std::size_t>(bins.first[static_cast<std::size_t>(bins.index({a, b, high[2]})) + 1]);
      const bool has_later = columns.later[std::clamp(from, first, end)] > columns.later[first];
      const std::size_t begin = has_later ? first : std::max(first, from);
      if (begin < end) visit(begin, end);
    }
}

/// The lists of some atoms, one after the other, and where each ends.
struct Lists {
  std::vector<int> neighbour;
  std::vector<std::size_t> end;
};

/// Those near each atom of a block that come later, or are seen from everywhere; all, of full lists.
void list_block(const Bins& bins, const BinnedColumns& columns, const Positions& x, const std::vector<Vector3d>& s, const std::vector<int>& kinds, ListKind kind, Block block, Lists& lists) {
  std::vector<double> beyond;
  std::vector<int> near;
  for (Eigen::Index i = block.begin; i < block.end; ++i) {
    const auto atom = static_cast<std::size_t>(i);
    const std::size_t own = columns.place[atom], from = kind == ListKind::half ? own + 1 : 0;
    const Vector3d centre = x.col(i);
    const double* range2 = columns.range2[static_cast<std::size_t>(kinds[atom])].data();
    std::size_t count = 0;
    for_each_row_around(bins, columns, s[atom], from, [&](std::size_t begin, std::size_t end) {
      if (beyond.size() < end - begin) beyond.resize(2 * (end - begin));
      if (near.size() < count + end - begin) near.resize(2 * (count + end - begin));
      columns.measure(begin, end, centre, range2, beyond.data());
      if (begin <= own && own < end) beyond[own - begin] = 1.0;  // none is a neighbour of itself
      const std::size_t middle = std::clamp(from, begin, end);
      for (std::size_t m = begin; m < middle; ++m) {  // without a branch: few of them are near
        near[count] = columns.column[m];
        count += static_cast<std::size_t>((beyond[m - begin] < 0.0) & (columns.is_later[m] != 0));
      }
      for (std::size_t m = middle; m < end; ++m) {
        near[count] = columns.column[m];
        count += static_cast<std::size_t>(beyond[m - begin] < 0.0);
      }
    });
    if (lists.neighbour.capacity() < lists.neighbour.size() + count) {  // about as many for each of those that follow
      const auto done = static_cast<std::size_t>(i - block.begin + 1), all = static_cast<std::size_t>(block.end - block.begin), listed = lists.neighbour.size() + count;
      lists.neighbour.reserve(std::max(listed + listed / 2, (listed + listed / 8) / done * all));
    }
    lists.neighbour.insert(lists.neighbour.end(), near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count));
    lists.end.push_back(lists.neighbour.size());
  }
}

/// Of two views of a pair through opposite images the one from the side of the positive shift.
bool is_positive(const Eigen::Vector3i& shift) { return shift[0] != 0 ? shift[0] > 0 : shift[1] != 0 ? shift[1] > 0 : shift[2] > 0; }

}  // namespace

std::vector<Eigen::Index> order_in_space(const Positions& positions, const Cell& cell, double range) {
  if (positions.cols() == 0) return {};
  std::vector<Vector3d> s;
  for (Eigen::Index i = 0; i < positions.cols(); ++i) s.push_back(cell.fractional(positions.col(i)) - cell.image(positions.col(i)).cast<double>());
  const Bins bins = make_bins(s, cell.heights(), range);
  return {bins.member.begin(), bins.member.end()};
}

Neighbours::Neighbours(double range, std::vector<int> kinds, ListKind lists, const Ranges& ranges)
    : range_(range), kinds_(kinds.empty() ? 0 : 1 + *std::max_element(kinds.begin(), kinds.end())), lists_(lists), count_(static_cast<Eigen::Index>(kinds.size())), listed_(count_), kind_(std::move(kinds)) {
  for (int a = 0; a < kinds_; ++a)
    for (int b = 0; b < kinds_; ++b) ranges2_.push_back(std::pow(ranges ? std::min(ranges(a, b), range) : range, 2));
}

void Neighbours::build(const Positions& positions, const Cell& cell, int threads) {
  make_images(positions, cell);
  follow(positions, cell);
  make_lists(cell, threads);
}

void Neighbours::build(const Positions& positions, std::vector<int> kinds, const Cell& cell, int threads) {
  kind_ = std::move(kinds);
  build(positions, cell, threads);
}

void Neighbours::make_images(const Positions& positions, const Cell& cell) {
  const auto n = static_cast<std::size_t>(count_);
  fold_.resize(n);
  shift_.clear();
  owner_.resize(n);
  kind_.resize(n);
  Vector3d margin = Vector3d::Zero();
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)]) margin[k] = range_ / cell.heights()[k];
  const double expected = static_cast<double>(n) * ((1.0 + 2.0 * margin.array()).prod() - 1.0);
  if (expected > most_images)
    throw FormatError("the cell is too small for a range of {} A: about {:.3g} periodic images; check its lengths", range_, expected);
  for (std::size_t i = 0; i < n; ++i) {
    const Vector3d position = positions.col(static_cast<Eigen::Index>(i));
    fold_[i] = cell.image(position);
    owner_[i] = static_cast<int>(i);
  }
  if (range_ == 0.0) return;
  for (std::size_t i = 0; i < n; ++i) {
    const Vector3d s = cell.fractional(positions.col(static_cast<Eigen::Index>(i))) - fold_[i].cast<double>();
    Eigen::Vector3i low = Eigen::Vector3i::Zero(), high = low;
    for (int k = 0; k < 3; ++k) {
      if (margin[k] == 0.0) continue;
      const double most = std::ceil(margin[k]);  // also for a coordinate so large that it was not folded
      low[k] = static_cast<int>(std::max(-most, std::ceil(-margin[k] - s[k])));
      high[k] = static_cast<int>(std::min(most, std::ceil(1.0 + margin[k] - s[k]) - 1.0));
    }
    for (int a = low[0]; a <= high[0]; ++a)
      for (int b = low[1]; b <= high[1]; ++b)
        for (int c = low[2]; c <= high[2]; ++c) {
          if (a == 0 && b == 0 && c == 0) continue;
          if (lists_ == ListKind::half && static_cast<Eigen::Index>(i) < listed_ && !is_positive({a, b, c})) continue;
          shift_.emplace_back(a, b, c);
          owner_.push_back(static_cast<int>(i));
          kind_.push_back(kind_[i]);
        }
  }
}

void Neighbours::follow(const Positions& positions, const Cell& cell) {
  const Matrix3d& lattice = cell.lattice();
  x_.resize(3, count_ + static_cast<Eigen::Index>(shift_.size()));
  for (Eigen::Index i = 0; i < count_; ++i)
    x_.col(i) = positions.col(i) - lattice * fold_[static_cast<std::size_t>(i)].cast<double>();
  for (std::size_t g = 0; g < shift_.size(); ++g)
    x_.col(count_ + static_cast<Eigen::Index>(g)) =
        x_.col(owner_[static_cast<std::size_t>(count_) + g]) + lattice * shift_[g].cast<double>();
}

void Neighbours::make_lists(const Cell& cell, int threads) {
  first_.assign(static_cast<std::size_t>(count_) + 1, 0);
  neighbour_.clear();
  const std::size_t stretches = static_cast<std::size_t>((count_ + Atoms::stretch - 1) / Atoms::stretch), blocks = count_of_blocks(listed_);
  touching_.assign(stretches, {});
  const auto stretch_of = [](Eigen::Index atom) { return static_cast<std::size_t>(atom / Atoms::stretch); };
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto [begin, end] = block_of(listed_, b);
    for (Eigen::Index i = begin; i < end; ++i) touching_[stretch_of(i)].insert(b);
  }
  if (range_ == 0.0 || count_ == 0) return;
  std::vector<Vector3d> s(static_cast<std::size_t>(x_.cols()));
  for (Eigen::Index i = 0; i < x_.cols(); ++i) s[static_cast<std::size_t>(i)] = cell.fractional(x_.col(i));
  const Bins bins = make_bins(s, cell.heights(), range_);
  const BinnedColumns columns(bins, x_, kind_, ranges2_, static_cast<std::size_t>(kinds_), listed_, lists_);
  std::vector<Lists> lists(blocks);
  std::vector<std::vector<BlockSet>> touched(blocks, std::vector<BlockSet>(stretches));
  for_each_block(blocks, threads, [&](std::size_t b) {
    list_block(bins, columns, x_, s, kind_, lists_, block_of(listed_, b), lists[b]);
    for (const int column : lists[b].neighbour) touched[b][stretch_of(owner_[static_cast<std::size_t>(column)])].insert(b);
  });
  std::size_t pairs = 0;
  for (const Lists& of_block : lists) pairs += of_block.neighbour.size();
  neighbour_.reserve(pairs);
  auto first = first_.begin();
  for (std::size_t b = 0; b < blocks; ++b) {
    for (const std::size_t end : lists[b].end) *++first = neighbour_.size() + end;
    neighbour_.insert(neighbour_.end(), lists[b].neighbour.begin(), lists[b].neighbour.end());
    for (std::size_t stretch = 0; stretch < stretches; ++stretch) touching_[stretch].insert(touched[b][stretch]);
  }
  std::fill(first_.begin() + listed_ + 1, first_.end(), neighbour_.size());
}

Atoms Neighbours::atoms(int threads, Workspace* workspace) const {
  return {count_, listed_, x_, kind_, owner_, first_, neighbour_, touching_, threads, workspace};
}

}  // namespace glasscape
