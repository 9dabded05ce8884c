#include "md/medium.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#pragma GCC diagnostic ignored "-Wpsabi"  // whatever passes registers is inlined

namespace glasscape {
namespace {

constexpr std::size_t atoms_per_rows = 1000;

/// Asks memory, which is slower than what is done with pairs and blocks, for what lies so many further on, or behind.
template <std::ptrdiff_t many = 40, typename Pair>
GLASSCAPE_INLINE void ask_ahead(const Pair* pair) {
  constexpr auto bytes = static_cast<std::uintptr_t>(many * static_cast<std::ptrdiff_t>(sizeof(Pair)));
  __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(pair) + bytes));
}

GLASSCAPE_INLINE TwoVectors both(const float (&four)[4]) { return TwoVectors{four[0], four[1], four[2], four[3], four[0], four[1], four[2], four[3]}; }
GLASSCAPE_INLINE TwoVectors each(float one, float other) { return TwoVectors{one, one, one, one, other, other, other, other}; }

/// With the fourth places of another; with 0 there; with the fourth place in all of its own.
GLASSCAPE_INLINE TwoVectors with_fourth(TwoVectors v, TwoVectors other) { return __builtin_shufflevector(v, other, 0, 1, 2, 11, 4, 5, 6, 15); }
GLASSCAPE_INLINE TwoVectors of_three(TwoVectors v) { return with_fourth(v, TwoVectors{}); }
GLASSCAPE_INLINE TwoVectors fourth(TwoVectors v) { return __builtin_shufflevector(v, v, 3, 3, 3, 3, 7, 7, 7, 7); }

/// The sum over the components of each vector, in all of its places.
GLASSCAPE_INLINE TwoVectors summed(TwoVectors v) {
  v += __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
  return v + __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
}

/// B v and B^T v, for columns of B. The fourth places of v do not matter.
GLASSCAPE_INLINE TwoVectors times_block(const float (&c)[3][4], TwoVectors v) {
  return both(c[0]) * __builtin_shufflevector(v, v, 0, 0, 0, 0, 4, 4, 4, 4) + both(c[1]) * __builtin_shufflevector(v, v, 1, 1, 1, 1, 5, 5, 5, 5) +
         both(c[2]) * __builtin_shufflevector(v, v, 2, 2, 2, 2, 6, 6, 6, 6);
}
GLASSCAPE_INLINE TwoVectors times_transposed(const float (&c)[3][4], TwoVectors v) {
  const auto halves = [](TwoVectors a, TwoVectors b) {  // a0+a2 b0+b2 a1+a3 b1+b3
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) + __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  };
  const TwoVectors xy = halves(both(c[0]) * v, both(c[1]) * v), z = halves(both(c[2]) * v, TwoVectors{});
  return __builtin_shufflevector(xy, z, 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(xy, z, 2, 3, 10, 11, 6, 7, 14, 15);
}

GLASSCAPE_PER_PROCESSOR
std::array<double, 2> dot_both(const TwoVectors* a, const TwoVectors* b, std::size_t atoms) {
  FourDoubles one{}, other{};
  for (std::size_t i = 0; i < atoms; ++i) {
    const TwoVectors product = a[i] * b[i];
    one += __builtin_convertvector(__builtin_shufflevector(product, product, 0, 1, 2, 3), FourDoubles);
    other += __builtin_convertvector(__builtin_shufflevector(product, product, 4, 5, 6, 7), FourDoubles);
  }
  return {one[0] + one[1] + one[2], other[0] + other[1] + other[2]};
}

/// Curvatures by their size, and no less than a part of the mean: at a minimum they are positive, but one may be made elsewhere.
Matrix3d made_positive(const Matrix3d& block, double mean) {
  constexpr double floor = 0.002, least = 1e-12;  // of it; eV/Angstrom^2
  const Eigen::SelfAdjointEigenSolver<Matrix3d> modes(block);
  const Vector3d positive = modes.eigenvalues().array().abs().max(std::max(floor * mean, least));
  return modes.eigenvectors() * positive.asDiagonal() * modes.eigenvectors().transpose();
}

/// Takes the mean over the atoms off both: no shift of the whole.
void centre_both(TwoVectors* v, std::size_t atoms) {
  std::array<double, 8> sum{};
  for (std::size_t i = 0; i < atoms; ++i)
    for (std::size_t k = 0; k < 8; ++k) sum[k] += static_cast<double>(v[i][k]);
  TwoVectors mean;
  for (std::size_t k = 0; k < 8; ++k) mean[k] = static_cast<float>(sum[k] / static_cast<double>(atoms));
  for (std::size_t i = 0; i < atoms; ++i) v[i] -= mean;
}

}  // namespace

std::shared_ptr<const Medium> Medium::of(const Potential& law, const Atoms& all, std::vector<Eigen::Index> order, Positions forces, const Cell& cell, double spacing) {
  const double near = first_shell * spacing;
  std::vector<Spring> springs;
  springs.reserve(static_cast<std::size_t>(10 * all.count));  // about 7 of a dense phase each
  const std::shared_ptr<Medium> medium(new Medium(std::move(order), std::move(forces)));
  const auto embedding = law.pair_terms(all, std::numeric_limits<double>::infinity(), [&](const PairTerm& term) {
    medium->add(term);
    if (term.length < near) springs.push_back(term);
  });
  if (!embedding) return nullptr;
  for (Eigen::Index i = 0; i < embedding->size(); ++i) medium->embedding_[static_cast<std::size_t>(i)] = static_cast<float>((*embedding)[i]);
  medium->precondition_with(springs, all.x.leftCols(all.count), cell, spacing);
  return medium;
}

Medium::Medium(std::vector<Eigen::Index> order, Positions forces) : order_(std::move(order)), forces_(std::move(forces)), embedding_(order_.size(), 0.0F) {
  for (std::size_t i = 0; i < order_.size(); i += atoms_per_rows) {
    const std::size_t atoms = std::min(atoms_per_rows, order_.size() - i);
    rows_.push_back({i, {}, {}, std::vector<std::size_t>(atoms, 0), std::vector<std::size_t>(atoms, 0)});
  }
}

/// Pairs come in the order of their first atoms.
void Medium::add(const PairTerm& t) {
  if (t.i == t.j) return;
  const std::size_t number = static_cast<std::size_t>(t.i) / atoms_per_rows;
  Rows& rows = rows_[number];
  if (rows.dense.empty() && rows.others.empty() && number > 0) {  // about as many as those before
    const Rows& before = rows_[number - 1];
    rows.dense.reserve(before.dense.size() + before.dense.size() / 8);
    rows.others.reserve(before.others.size() + before.others.size() / 8);
  }
  const std::size_t place = static_cast<std::size_t>(t.i) - rows.first_atom;
  const Eigen::Vector3f e = t.e.cast<float>();
  const auto radial = static_cast<float>(t.along - t.across), across = static_cast<float>(t.across);
  if (t.b_ij != 0.0 || t.b_ji != 0.0) {
    rows.dense.push_back({{e[0], e[1], e[2], across}, radial, static_cast<float>(t.b_ij), static_cast<float>(t.b_ji), t.j});
    rows.end_dense[place] = rows.dense.size();
  } else {
    rows.others.push_back({{e[0], e[1], e[2], across}, radial, t.j});
    rows.end_others[place] = rows.others.size();
  }
}

void Medium::precondition_with(const std::vector<Spring>& springs, const Positions& x, const Cell& cell, double spacing) {
  const Positions free = Positions::Ones(3, x.cols());
  long_waves_ = long_waves_of(springs, x, cell, free, spacing);
  const IncompleteCholesky factors(BlockMatrix(diagonal_blocks(), [&](const BlockMatrix::Take& take) {
    for (const Spring& s : springs)
      if (s.i != s.j) take(std::max(s.i, s.j), std::min(s.i, s.j), -s.block());
  }));
  first_below_ = factors.first();
  column_ = factors.column();
  const auto in_single = [](const std::vector<Matrix3d>& blocks) {
    std::vector<Block> single(blocks.size(), Block{});
    for (std::size_t m = 0; m < blocks.size(); ++m)
      for (int c = 0; c < 3; ++c)
        for (int r = 0; r < 3; ++r) single[m].column[c][r] = static_cast<float>(blocks[m](r, c));
    return single;
  };
  below_ = in_single(factors.lower());
  inverse_pivot_ = in_single(factors.inverse_pivot());
}

/// Of the Hessian, with what a density changes where the atom itself moves, or one that it feels.
std::vector<Matrix3d> Medium::diagonal_blocks() const {
  const std::size_t atoms = order_.size();
  std::vector<Matrix3d> diagonal(atoms, Matrix3d::Zero());
  std::vector<Vector3d> own(atoms, Vector3d::Zero());  // change of an atom's density where it moves
  const auto direction = [](const float(&e_across)[4]) { return Vector3d(e_across[0], e_across[1], e_across[2]); };
  const auto add = [&](std::size_t i, const auto& t, double radial) {
    const Vector3d e = direction(t.e_across);
    diagonal[i] += t.e_across[3] * Matrix3d::Identity() + radial * e * e.transpose();
  };
  for (const Rows& rows : rows_) {
    std::size_t dense = 0, other = 0;
    for (std::size_t place = 0; place < rows.end_dense.size(); ++place) {
      const std::size_t i = rows.first_atom + place;
      for (; dense < rows.end_dense[place]; ++dense) {
        const DensePair& t = rows.dense[dense];
        const auto j = static_cast<std::size_t>(t.j);
        add(i, t, t.radial + embedding_[j] * t.b_ji * t.b_ji);
        add(j, t, t.radial + embedding_[i] * t.b_ij * t.b_ij);
        own[i] += t.b_ij * direction(t.e_across);
        own[j] -= t.b_ji * direction(t.e_across);
      }
      for (; other < rows.end_others[place]; ++other)
        for (const std::size_t k : {i, static_cast<std::size_t>(rows.others[other].j)}) add(k, rows.others[other], rows.others[other].radial);
    }
  }
  double mean = 0.0;
  for (std::size_t i = 0; i < atoms; ++i) {
    diagonal[i] += embedding_[i] * own[i] * own[i].transpose();
    mean += diagonal[i].norm() / static_cast<double>(atoms);
  }
  for (Matrix3d& block : diagonal) block = made_positive(block, mean);
  return diagonal;
}

/// H v of both, as PairHessian has it. Changes of densities take the fourth places of v: they are needed where its vectors are. What is left in these, and in those of
/// the product, nobody reads: they are cleared here, and masked by the columns of the factors.
GLASSCAPE_PER_PROCESSOR
void Medium::times(TwoVectors* v, TwoVectors* product) const {
  const std::size_t atoms = order_.size();
  for (std::size_t i = 0; i < atoms; ++i) {
    v[i] = of_three(v[i]);
    product[i] = TwoVectors{};
  }
  for (const Rows& rows : rows_) {
    const DensePair* dense = rows.dense.data();
    for (std::size_t place = 0; place < rows.end_dense.size(); ++place) {
      const std::size_t i = rows.first_atom + place;
      const TwoVectors v_i = v[i];
      TwoVectors own{};
      for (const DensePair* end = rows.dense.data() + rows.end_dense[place]; dense < end; ++dense) {
        const DensePair& t = *dense;
        ask_ahead(dense);
        const TwoVectors v_j = v[t.j], stretch = summed(of_three(both(t.e_across)) * (v_i - v_j));
        own += t.b_ij * stretch;
        v[t.j] = with_fourth(v_j, v_j + t.b_ji * stretch);
      }
      v[i] = with_fourth(v[i], v[i] + own);
    }
  }
  for (std::size_t i = 0; i < atoms; ++i) v[i] = with_fourth(v[i], embedding_[i] * v[i]);
  for (const Rows& rows : rows_) {
    const DensePair* dense = rows.dense.data();
    const Pair* other = rows.others.data();
    for (std::size_t place = 0; place < rows.end_dense.size(); ++place) {
      const std::size_t i = rows.first_atom + place;
      const TwoVectors v_i = v[i], density_i = fourth(v_i);
      TwoVectors own{};
      for (const DensePair* end = rows.dense.data() + rows.end_dense[place]; dense < end; ++dense) {
        const DensePair& t = *dense;
        ask_ahead(dense);
        const TwoVectors v_j = v[t.j], e = of_three(both(t.e_across)), difference = v_i - v_j;
        const TwoVectors term = t.e_across[3] * difference + (t.radial * summed(e * difference) + t.b_ij * density_i + t.b_ji * fourth(v_j)) * e;
        own += term;
        product[t.j] -= term;
      }
      for (const Pair* end = rows.others.data() + rows.end_others[place]; other < end; ++other) {
        const Pair& t = *other;
        ask_ahead(other);
        const TwoVectors e = of_three(both(t.e_across)), difference = v_i - v[t.j];
        const TwoVectors term = t.e_across[3] * difference + t.radial * summed(e * difference) * e;
        own += term;
        product[t.j] -= term;
      }
      product[i] += own;
    }
  }
}

GLASSCAPE_PER_PROCESSOR
void Medium::solve_factors(const TwoVectors* residual, TwoVectors* step) const {
  const std::size_t atoms = order_.size();
  for (std::size_t i = 0; i < atoms; ++i) {
    TwoVectors left = residual[i];
    for (std::size_t m = first_below_[i]; m < first_below_[i + 1]; ++m) {
      ask_ahead<80>(&below_[m]);
      left -= times_block(below_[m].column, step[column_[m]]);
    }
    step[i] = left;
  }
  for (std::size_t i = 0; i < atoms; ++i) step[i] = times_block(inverse_pivot_[i].column, step[i]);
  for (std::size_t i = atoms; i-- > 0;) {
    const TwoVectors known = step[i];
    for (std::size_t m = first_below_[i]; m < first_below_[i + 1]; ++m) {
      ask_ahead<-80>(&below_[m]);
      step[column_[m]] -= times_transposed(below_[m].column, known);
    }
  }
}

void Medium::precondition(const TwoVectors* residual, TwoVectors* step) const {
  solve_factors(residual, step);
  if (long_waves_) long_waves_->add_of_both(residual, step);
  centre_both(step, order_.size());
}

/// In the order of the pairs.
void Medium::take(const Positions& one, const Positions& other, TwoVectors* both) const {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    both[i] = TwoVectors{};
    for (int k = 0; k < 3; ++k) {
      both[i][k] = static_cast<float>(one(k, order_[i]));
      both[i][4 + k] = static_cast<float>(other(k, order_[i]));
    }
  }
}

/// In the order of the atoms.
std::array<Positions, 2> Medium::given(const TwoVectors* both) const {
  std::array<Positions, 2> each;
  for (Positions& one : each) one.resize(3, static_cast<Eigen::Index>(order_.size()));
  for (std::size_t i = 0; i < order_.size(); ++i)
    for (int k = 0; k < 3; ++k) {
      each[0](k, order_[i]) = static_cast<double>(both[i][k]);
      each[1](k, order_[i]) = static_cast<double>(both[i][4 + k]);
    }
  return each;
}

std::array<Positions, 2> Medium::forces_after(const Positions& displacement, const Positions& other) const {
  std::array<Room<TwoVectors>, 2> room;
  TwoVectors *const moved = room[0].of(order_.size()), *const product = room[1].of(order_.size());
  take(displacement, other, moved);
  times(moved, product);
  std::array<Positions, 2> forces = given(product);
  for (Positions& after : forces) after = forces_ - after;
  return forces;
}

/// Near neighbours are those that the factors couple.
GLASSCAPE_PER_PROCESSOR
Eigen::VectorXd Medium::not_linear(const Positions& earlier, const Positions& displacement) const {
  Room<TwoVectors> room;
  TwoVectors* const moved = room.of(order_.size());
  take(earlier, displacement, moved);
  std::vector<float> most(order_.size(), 0.0F);
  for (std::size_t i = 0; i < order_.size(); ++i)
    for (std::size_t m = first_below_[i]; m < first_below_[i + 1]; ++m) {
      const auto j = static_cast<std::size_t>(column_[m]);
      const TwoVectors apart = moved[i] - moved[j], apart2 = summed(apart * apart);
      const float size = std::sqrt(apart2[4]), changed = size * (size + 2.0F * std::sqrt(apart2[0]));
      most[i] = std::max(most[i], changed);
      most[j] = std::max(most[j], changed);
    }
  Eigen::VectorXd of_atoms(static_cast<Eigen::Index>(order_.size()));
  for (std::size_t i = 0; i < order_.size(); ++i) of_atoms[order_[i]] = static_cast<double>(most[i]);
  return of_atoms;
}

struct Medium::Vectors {
  explicit Vectors(std::size_t atoms) : response(room[0].of(atoms)), residual(room[1].of(atoms)), step(room[2].of(atoms)), direction(room[3].of(atoms)), product(room[4].of(atoms)) {
    for (TwoVectors* v : {response, direction}) std::fill(v, v + atoms, TwoVectors{});
  }
  std::array<Room<TwoVectors>, 5> room;
  TwoVectors *response, *residual, *step, *direction, *product;
};

Medium::Responses Medium::respond(const Positions& load, const Positions& other, double promise) const {
  constexpr int most = 60;
  const std::size_t atoms = order_.size();
  Vectors v(atoms);
  take(load, other, v.residual);
  centre_both(v.residual, atoms);
  Responses out;
  std::array<bool, 2> ended{};
  std::array<double, 2> before{};  // residual times step
  for (; out.products < most; ++out.products) {
    precondition(v.residual, v.step);
    const std::array<double, 2> now = dot_both(v.residual, v.step, atoms);
    for (std::size_t k = 0; k < 2; ++k) {
      out.to[k].promise = 0.5 * now[k];
      ended[k] = ended[k] || !(0.5 * now[k] > 1e-2 * promise);
    }
    if ((ended[0] || 0.5 * now[0] < promise) && (ended[1] || 0.5 * now[1] < promise)) break;
    std::array<float, 2> turn{}, length{};
    for (std::size_t k = 0; k < 2; ++k) turn[k] = before[k] > 0.0 && !ended[k] ? static_cast<float>(now[k] / before[k]) : 0.0F;
    const TwoVectors conjugate = each(turn[0], turn[1]);
    for (std::size_t i = 0; i < atoms; ++i) v.direction[i] = v.step[i] + conjugate * v.direction[i];
    times(v.direction, v.product);
    const std::array<double, 2> curvature = dot_both(v.direction, v.product, atoms);
    for (std::size_t k = 0; k < 2; ++k) {
      ended[k] = ended[k] || !(curvature[k] > 0.0);
      if (ended[k]) continue;
      length[k] = static_cast<float>(now[k] / curvature[k]);
      out.to[k].gain += 0.5 * now[k] * now[k] / curvature[k];
      before[k] = now[k];
    }
    const TwoVectors step = each(length[0], length[1]);
    for (std::size_t i = 0; i < atoms; ++i) {
      v.response[i] += step * v.direction[i];
      v.residual[i] -= step * v.product[i];
    }
  }
  auto displacements = given(v.response), left = given(v.residual);
  for (std::size_t k = 0; k < 2; ++k) {
    out.to[k].displacement = std::move(displacements[k]);
    out.to[k].left = std::move(left[k]);
  }
  return out;
}

}  // namespace glasscape
