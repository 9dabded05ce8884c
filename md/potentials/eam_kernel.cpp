#include "md/potentials/eam_kernel.hpp"

#include <cmath>

#include "md/potentials/eam.hpp"

#pragma GCC diagnostic ignored "-Wpsabi"  // whatever passes registers is inlined

namespace glasscape {

using Eigen::Index;

namespace {

using EightFloats = float __attribute__((vector_size(32)));

/// The registers of a precision, and how its tables are laid out.
template <typename Real>
struct Registers;

template <>
struct Registers<double> {
  using Lanes = FourDoubles;
  static constexpr int lanes = 4;
  static constexpr int dense_row = 6, pair_row = 2;  // numbers from one interval to the next: value and slope of each function
};
template <>
struct Registers<float> {
  using Lanes = EightFloats;
  static constexpr int lanes = 8;
  static constexpr int dense_row = 12, pair_row = 4;  // c0 to c3 of each function
};
template <typename Real>
using Lanes = typename Registers<Real>::Lanes;

using DoublesAnywhere = double __attribute__((vector_size(32), aligned(8)));
using FloatsAnywhere = float __attribute__((vector_size(32), aligned(4)));
using RowAnywhere = float __attribute__((vector_size(16), aligned(4)));

GLASSCAPE_INLINE FourDoubles load(const double* p) { return *reinterpret_cast<const DoublesAnywhere*>(p); }
GLASSCAPE_INLINE EightFloats load(const float* p) { return *reinterpret_cast<const FloatsAnywhere*>(p); }
GLASSCAPE_INLINE void store(double* p, FourDoubles v) { *reinterpret_cast<DoublesAnywhere*>(p) = v; }
GLASSCAPE_INLINE void store(float* p, EightFloats v) { *reinterpret_cast<FloatsAnywhere*>(p) = v; }
GLASSCAPE_INLINE FourDoubles in_double(FourDoubles v) { return v; }
GLASSCAPE_INLINE FourDoubles in_double(FourFloats v) { return __builtin_convertvector(v, FourDoubles); }
template <typename Vector>
GLASSCAPE_INLINE Vector as(FourDoubles v) { return __builtin_convertvector(v, Vector); }

/// Four numbers in a row of each pair, as columns over the pairs.
template <typename Vector>
struct Columns {
  Vector a, b, c, d;
};
GLASSCAPE_INLINE Columns<FourDoubles> columns(const double* table, const int* row, int at) {
  const FourDoubles r0 = load(table + row[0] + at), r1 = load(table + row[1] + at), r2 = load(table + row[2] + at), r3 = load(table + row[3] + at);
  const FourDoubles low01 = __builtin_shufflevector(r0, r1, 0, 4, 2, 6), high01 = __builtin_shufflevector(r0, r1, 1, 5, 3, 7);
  const FourDoubles low23 = __builtin_shufflevector(r2, r3, 0, 4, 2, 6), high23 = __builtin_shufflevector(r2, r3, 1, 5, 3, 7);
  return {__builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
          __builtin_shufflevector(low01, low23, 2, 3, 6, 7), __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
}
GLASSCAPE_INLINE EightFloats two_rows(const float* low, const float* high) {
  return __builtin_shufflevector(*reinterpret_cast<const RowAnywhere*>(low), *reinterpret_cast<const RowAnywhere*>(high), 0, 1, 2, 3, 4, 5, 6, 7);
}
GLASSCAPE_INLINE Columns<EightFloats> columns(const float* table, const int* row, int at) {
  const float* from = table + at;
  const EightFloats r04 = two_rows(from + row[0], from + row[4]), r15 = two_rows(from + row[1], from + row[5]);
  const EightFloats r26 = two_rows(from + row[2], from + row[6]), r37 = two_rows(from + row[3], from + row[7]);
  const EightFloats ab01 = __builtin_shufflevector(r04, r15, 0, 8, 1, 9, 4, 12, 5, 13), cd01 = __builtin_shufflevector(r04, r15, 2, 10, 3, 11, 6, 14, 7, 15);
  const EightFloats ab23 = __builtin_shufflevector(r26, r37, 0, 8, 1, 9, 4, 12, 5, 13), cd23 = __builtin_shufflevector(r26, r37, 2, 10, 3, 11, 6, 14, 7, 15);
  return {__builtin_shufflevector(ab01, ab23, 0, 1, 8, 9, 4, 5, 12, 13), __builtin_shufflevector(ab01, ab23, 2, 3, 10, 11, 6, 7, 14, 15),
          __builtin_shufflevector(cd01, cd23, 0, 1, 8, 9, 4, 5, 12, 13), __builtin_shufflevector(cd01, cd23, 2, 3, 10, 11, 6, 7, 14, 15)};
}

template <typename Vector>
struct ValueSlope {
  Vector value, slope;  // per interval
};
/// As Cubic has it, in the same order of operations.
template <typename Vector>
GLASSCAPE_INLINE ValueSlope<Vector> cubic(Vector c0, Vector c1, Vector c2, Vector c3, Vector t) {
  return {((c3 * t + c2) * t + c1) * t + c0, (3 * c3 * t + 2 * c2) * t + c1};
}
GLASSCAPE_INLINE ValueSlope<FourDoubles> between(FourDoubles value, FourDoubles slope, FourDoubles next_value, FourDoubles next_slope, FourDoubles t) {
  const FourDoubles step = next_value - value;
  return cubic(value, slope, 3.0 * step - 2.0 * slope - next_slope, slope + next_slope - 2.0 * step, t);
}

template <typename Vector>
struct DenseFunctions {
  ValueSlope<Vector> pair, at_i, at_j;
};
GLASSCAPE_INLINE DenseFunctions<FourDoubles> dense_functions(const double* table, const int* row, FourDoubles t) {
  const auto low = columns(table, row, 0), middle = columns(table, row, 4), high = columns(table, row, 8);
  return {between(low.a, low.b, middle.c, middle.d, t), between(low.c, low.d, high.a, high.b, t), between(middle.a, middle.b, high.c, high.d, t)};
}
GLASSCAPE_INLINE DenseFunctions<EightFloats> dense_functions(const float* table, const int* row, EightFloats t) {
  const auto pair = columns(table, row, 0), at_i = columns(table, row, 4), at_j = columns(table, row, 8);
  return {cubic(pair.a, pair.b, pair.c, pair.d, t), cubic(at_i.a, at_i.b, at_i.c, at_i.d, t), cubic(at_j.a, at_j.b, at_j.c, at_j.d, t)};
}
GLASSCAPE_INLINE ValueSlope<FourDoubles> pair_function(const double* table, const int* row, FourDoubles t) {
  const auto of = columns(table, row, 0);
  return between(of.a, of.b, of.c, of.d, t);
}
GLASSCAPE_INLINE ValueSlope<EightFloats> pair_function(const float* table, const int* row, EightFloats t) {
  const auto of = columns(table, row, 0);
  return cubic(of.a, of.b, of.c, of.d, t);
}

/// a or b, and no branch, which would be guessed wrong half of the time.
GLASSCAPE_INLINE int chosen(bool first, int a, int b) { return b ^ ((a ^ b) & -static_cast<int>(first)); }

GLASSCAPE_INLINE double sum(FourDoubles v) { return (v[0] + v[1]) + (v[2] + v[3]); }
/// The sum of lanes in double.
GLASSCAPE_INLINE FourDoubles folded(FourDoubles v) { return v; }
GLASSCAPE_INLINE FourDoubles folded(EightFloats v) {
  return in_double(__builtin_shufflevector(v, v, 0, 1, 2, 3)) + in_double(__builtin_shufflevector(v, v, 4, 5, 6, 7));
}

}  // namespace

/// Pairs of one atom, in the nearest cache from the first step to the last: those with a density from the front on, those
/// without one up to the back. Each of the two is filled up to whole registers with copies of its last pair.
template <typename Real>
struct EamKernel::Found {
  using Vector = typename EamPairs<Real>::Vector;
  static constexpr int lanes = Registers<Real>::lanes, most = 128, room = most + 2 * lanes, back = room - lanes;
  alignas(64) Real r[room], inverse_r[room], t[room];  // r holds r^2 at first
  int row[room];                                       // of the table
  int j[room];
  alignas(64) Vector separation[room];
  alignas(64) Real tension[room], energy[room];        // (1/r) dphi/dr, phi
  alignas(64) Real density_i[room], density_j[room];

  struct Range {
    int begin, end;
    int count() const { return end - begin; }
    int filled() const { return begin + (count() + lanes - 1) / lanes * lanes; }
  };

  /// r and where it lies in the tables.
  GLASSCAPE_INLINE void place(Range pairs, Real inverse_spacing, int last_interval, int row_size) {
    const int end = pairs.filled();
    for (int k = pairs.end; k < end; ++k) {
      r[k] = r[pairs.end - 1];
      row[k] = row[pairs.end - 1];
    }
    for (int k = pairs.begin; k < end; ++k) {
      r[k] = std::sqrt(r[k]);
      inverse_r[k] = Real(1) / r[k];
      const Real p = r[k] * inverse_spacing;
      const int interval = std::min(static_cast<int>(p), last_interval);
      t[k] = std::min(p - static_cast<Real>(interval), Real(1));
      row[k] += interval * row_size;
    }
  }
  /// Energy and tension from r * phi.
  GLASSCAPE_INLINE void pair_terms(int k, ValueSlope<Lanes<Real>> of, Real inverse_spacing) {
    const Lanes<Real> inverse = load(inverse_r + k), phi = of.value * inverse;
    store(energy + k, phi);
    store(tension + k, (of.slope * inverse_spacing - phi) * inverse * inverse);
  }
};

/// What the first loop reads and writes.
template <typename Real>
struct EamKernel::FirstLoop {
  using At = Found<Real>;
  using Vector = typename At::Vector;
  const Tables<Real>& tables;
  const FourDoubles* place;
  const int *owner, *kind;
  Vector* separation;
  Real *slope_i, *slope_j;
  int* j;
  FourDoubles* force;
  double* rho;
  std::size_t written = 0;
  FourDoubles energies{};
  PairVirial virial;
  At at;

  /// Those of a list that are in range; without a branch: half of the list may be out of it. One more than counts is written.
  GLASSCAPE_INLINE void find(FourDoubles centre, const Kinds* of_i, std::span<const int> listed, int& front, int& back) {
    for (const int column : listed) {
      const Kinds& kinds = of_i[kind[column]];
      const FourDoubles d = centre - place[column], squares = d * d;
      const double r2 = squares[0] + squares[1] + squares[2];
      const bool has_density = r2 < kinds.density_range2, in_range = r2 < kinds.range2;
      const int k = chosen(has_density, front, back - 1);
      at.separation[k] = as<Vector>(d);
      at.r[k] = static_cast<Real>(r2);
      at.row[k] = chosen(has_density, kinds.dense, kinds.pair);
      at.j[k] = owner[column];
      front += has_density;
      back -= in_range && !has_density;
    }
  }

  /// Densities, and what the second loop wants to know. Returns the density at the centre.
  GLASSCAPE_INLINE FourDoubles with_density(typename At::Range pairs) {
    at.place(pairs, tables.inverse_spacing, tables.last_interval, Registers<Real>::dense_row);
    FourDoubles own{};
    for (int k = pairs.begin; k < pairs.filled(); k += At::lanes) {
      const auto of = dense_functions(tables.dense.data(), at.row + k, load(at.t + k));
      const Lanes<Real> per = load(at.inverse_r + k) * tables.inverse_spacing;
      at.pair_terms(k, of.pair, tables.inverse_spacing);
      store(at.density_i + k, of.at_i.value);
      store(at.density_j + k, of.at_j.value);
      store(slope_i + written + k, of.at_i.slope * per);
      store(slope_j + written + k, of.at_j.slope * per);
      for (int beyond = pairs.end; beyond < k + At::lanes; ++beyond) at.energy[beyond] = at.density_i[beyond] = 0;
      own += folded(load(at.density_i + k));
      energies += folded(load(at.energy + k));
    }
    for (int k = pairs.begin; k < pairs.end; ++k) {
      Vector d = at.separation[k];
      d[3] = at.tension[k];
      separation[written + static_cast<std::size_t>(k)] = d;
      j[written + static_cast<std::size_t>(k)] = at.j[k];
      rho[at.j[k]] += at.density_j[k];
    }
    written += static_cast<std::size_t>(pairs.count());
    return own;
  }

  /// All that there is to pairs without a density. Returns the force on the centre.
  GLASSCAPE_INLINE FourDoubles without_density(typename At::Range pairs) {
    at.place(pairs, tables.inverse_spacing, tables.last_interval, Registers<Real>::pair_row);
    for (int k = pairs.begin; k < pairs.filled(); k += At::lanes) {
      at.pair_terms(k, pair_function(tables.pair.data(), at.row + k, load(at.t + k)), tables.inverse_spacing);
      for (int beyond = pairs.end; beyond < k + At::lanes; ++beyond) at.energy[beyond] = 0;
      energies += folded(load(at.energy + k));
    }
    FourDoubles own{};
    for (int k = pairs.begin; k < pairs.end; ++k) {
      const FourDoubles d = in_double(at.separation[k]), pull = static_cast<double>(at.tension[k]) * d;
      own -= pull;
      force[at.j[k]] += pull;
      virial.take(pull, d);
    }
    return own;
  }
};

template <typename Real>
GLASSCAPE_PER_PROCESSOR
void EamKernel::densities_in(const Tables<Real>& tables, const Atoms& atoms, bool per_atom, const FourDoubles* place, EamBlock& block) const {
  using At = Found<Real>;
  EamPairs<Real>* pairs;
  if constexpr (std::is_same_v<Real, double>) pairs = &block.pairs;
  else pairs = &block.mixed_pairs;
  const std::size_t listed = atoms.first[static_cast<std::size_t>(block.atoms.end)] - atoms.first[static_cast<std::size_t>(block.atoms.begin)] + At::lanes;
  FirstLoop<Real> loop{tables, place, atoms.owner.data(), atoms.kind.data(), pairs->separation.of(listed), pairs->slope_i.of(listed), pairs->slope_j.of(listed), pairs->j.of(listed),
                       block.force.begin(), block.density.begin()};
  block.first.assign(1, 0);
  for (Index i = block.atoms.begin; i < block.atoms.end; ++i) {
    const Kinds* of_i = tables.kinds.data() + loop.kind[i] * elements_;
    FourDoubles density{}, force{};
    Halves halves{block.halves.begin()};
    for (std::span<const int> list = atoms.neighbours_of(i); !list.empty();) {
      const auto part = list.first(std::min<std::size_t>(list.size(), At::most));
      list = list.subspan(part.size());
      int front = 0, back = At::back;
      loop.find(place[i], of_i, part, front, back);
      if (front > 0) density += loop.with_density({0, front});
      if (back < At::back) force += loop.without_density({back, At::back});
      if (!per_atom) continue;
      for (int k = 0; k < front; ++k) halves.take(loop.at.j[k], in_double(loop.at.separation[k]), 0.0, loop.at.energy[k]);
      for (int k = back; k < At::back; ++k) halves.take(loop.at.j[k], in_double(loop.at.separation[k]), loop.at.tension[k], loop.at.energy[k]);
    }
    if (per_atom) halves.give(i);
    loop.rho[i] += sum(density);
    loop.force[i] += force;
    block.first.push_back(loop.written);
  }
  block.pair_energy = sum(loop.energies);
  loop.virial.add_to(block.pair_virial);
}

template <typename Real>
GLASSCAPE_PER_PROCESSOR
void EamKernel::forces_in(const double* F, bool per_atom, EamBlock& block) const {
  const EamPairs<Real>* pairs;
  if constexpr (std::is_same_v<Real, double>) pairs = &block.pairs;
  else pairs = &block.mixed_pairs;
  const auto* separation = pairs->separation.begin();
  const Real *slope_i = pairs->slope_i.begin(), *slope_j = pairs->slope_j.begin();
  const int* j = pairs->j.begin();
  FourDoubles* force = block.force.begin();
  PairVirial virial;
  for (Index i = block.atoms.begin; i < block.atoms.end; ++i) {
    const auto a = static_cast<std::size_t>(i - block.atoms.begin);
    const double F_i = F[i];
    const auto tension = [&](std::size_t k) { return separation[k][3] + F_i * slope_i[k] + F[j[k]] * slope_j[k]; };
    FourDoubles own{};
    for (std::size_t k = block.first[a]; k < block.first[a + 1]; ++k) {
      const FourDoubles d = in_double(separation[k]), pull = tension(k) * d;
      own -= pull;
      force[j[k]] += pull;
      virial.take(pull, d);
    }
    force[i] += own;
    if (!per_atom) continue;
    Halves halves{block.halves.begin()};
    for (std::size_t k = block.first[a]; k < block.first[a + 1]; ++k) halves.take(j[k], in_double(separation[k]), tension(k), 0.0);
    halves.give(i);
  }
  virial.add_to(block.pair_virial);
}

namespace {

/// Knots of another spacing, value and slope taken from the table: off by its fourth derivative times spacing^4/384 where it is
/// smooth.
std::vector<CubicTable::Knot> resampled(const CubicTable& table, std::size_t knots, double spacing) {
  std::vector<CubicTable::Knot> all;
  for (std::size_t m = 0; m < knots; ++m) {
    const CubicTable::Sample s = table.sample(spacing * static_cast<double>(m));
    all.push_back({s.value, s.first * spacing});
  }
  return all;
}

void add_row(std::vector<double>& rows, const std::vector<CubicTable::Knot>& knots, std::size_t m) { rows.insert(rows.end(), {knots[m].value, knots[m].slope}); }
void add_row(std::vector<float>& rows, const std::vector<CubicTable::Knot>& knots, std::size_t m) {
  const CubicTable::Knot here = knots[m], next = knots[std::min(m + 1, knots.size() - 1)];
  const Cubic c = Cubic::between(here.value, here.slope, next.value, next.slope);
  for (const double coefficient : {c.c0, c.c1, c.c2, c.c3}) rows.push_back(static_cast<float>(coefficient));
}

}  // namespace

template <typename Real>
EamKernel::Tables<Real> EamKernel::tables_of(const EamTables& given) {
  constexpr bool exact = std::is_same_v<Real, double>;
  constexpr std::size_t mixed_intervals = 2500;
  const CubicTable& example = given.pair.front();
  const std::size_t file_knots = example.knots().size();
  const std::size_t knots = exact || file_knots <= mixed_intervals ? file_knots : mixed_intervals + 1;
  const double spacing = example.spacing() * static_cast<double>(file_knots - 1) / static_cast<double>(knots - 1);
  const auto knots_of = [&](const CubicTable& table) { return knots == file_knots ? table.knots() : resampled(table, knots, spacing); };
  Tables<Real> made;
  made.last_interval = static_cast<int>(knots) - 2;
  made.inverse_spacing = static_cast<Real>(1.0 / spacing);
  const auto elements = given.elements.size();
  for (std::size_t a = 0; a < elements; ++a)
    for (std::size_t b = 0; b < elements; ++b) {
      const CubicTable &pair = given.pair[a * elements + b], &at_i = given.density[b * elements + a], &at_j = given.density[a * elements + b];
      const double dense = std::min(std::max(at_i.support(), at_j.support()), given.cutoff), range = std::min(std::max(dense, pair.support()), given.cutoff);
      made.kinds.push_back({static_cast<int>(made.dense.size()), static_cast<int>(made.pair.size()), range * range, dense * dense});
      const auto of_pair = knots_of(pair), of_i = knots_of(at_i), of_j = knots_of(at_j);
      for (std::size_t m = 0; m < knots; ++m) {
        for (const auto* function : {&of_pair, &of_i, &of_j}) add_row(made.dense, *function, m);
        add_row(made.pair, of_pair, m);
      }
    }
  return made;
}

EamKernel::EamKernel(const EamTables& tables) : elements_(static_cast<int>(tables.elements.size())), exact_(tables_of<double>(tables)), mixed_(tables_of<float>(tables)) {}

double EamKernel::density_range() const {
  double largest2 = 0.0;
  for (const Kinds& of : exact_.kinds) largest2 = std::max(largest2, of.density_range2);
  return std::sqrt(largest2);
}

void EamKernel::densities(const Atoms& atoms, Want want, EamWork& work, std::size_t number) const {
  EamBlock& block = work.blocks[number];
  block.begin(atoms, number, want.per_atom);
  clear_touched(atoms, number, block.density, 1);
  if (want.mixed) densities_in<float>(mixed_, atoms, want.per_atom, work.place.begin(), block);
  else densities_in<double>(exact_, atoms, want.per_atom, work.place.begin(), block);
}

void EamKernel::forces(const Eigen::VectorXd& embedding_slope, Want want, EamBlock& block) const {
  if (want.mixed) forces_in<float>(embedding_slope.data(), want.per_atom, block);
  else forces_in<double>(embedding_slope.data(), want.per_atom, block);
}

std::optional<EamKernel::Functions> EamKernel::functions(int kind_i, int kind_j, double r) const {
  const Kinds& of = exact_.kinds[static_cast<std::size_t>(kind_i * elements_ + kind_j)];
  if (!(r * r < of.range2)) return std::nullopt;  // also for a distance that is no number
  const double p = r * exact_.inverse_spacing;
  const int interval = std::min(static_cast<int>(p), exact_.last_interval);
  constexpr int knot = Registers<double>::dense_row;
  const double* row = exact_.dense.data() + of.dense + interval * knot;
  const auto cubic_at = [&](int n) { return Cubic::between(row[n], row[n + 1], row[n + knot], row[n + 1 + knot]); };
  return Functions{cubic_at(0), cubic_at(2), cubic_at(4), std::min(p - interval, 1.0), r * r < of.density_range2};
}

}  // namespace glasscape
