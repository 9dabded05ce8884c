#include "md/potentials/eam_kernel.hpp"

#include <cmath>
#include <cstring>

#include "md/pair.hpp"
#include "md/potentials/eam.hpp"

// One binary for any processor. The sanitizers start before such a choice can be made; other compilers build the loops once.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GLASSCAPE_PER_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GLASSCAPE_PER_PROCESSOR
#endif

namespace glasscape {

using Eigen::Index;

/// Some pairs of one atom, in registers or the nearest cache from the first step to the last.
struct EamKernel::Batch {
  static constexpr Index most = 64;  // most atoms need one batch
  Index size;
  double r[most], inverse_r[most], t[most];
  int interval[most], function[most];
  double ends[most][4];                    // value and slope of a function at both ends of the interval
  double half_energy[most], tension[most];  // phi/2; (1/r) dE/dr, positive where the two attract

  void place(double inverse_spacing, int last_interval) {
    for (Index k = 0; k < size; ++k) {
      const double p = r[k] * inverse_spacing;
      interval[k] = std::min(static_cast<int>(p), last_interval);
      t[k] = std::min(p - interval[k], 1.0);
    }
  }
  void fetch(const CubicTable::Knot* knots) {
    for (Index k = 0; k < size; ++k) std::memcpy(ends[k], knots + function[k] + interval[k], sizeof ends[k]);
  }
  Cubic cubic(Index k) const { return Cubic::between(ends[k][0], ends[k][1], ends[k][2], ends[k][3]); }
  void values_and_slopes(double* value, double* slope) const {
    for (Index k = 0; k < size; ++k) {
      const Cubic c = cubic(k);
      value[k] = c.value(t[k]);
      slope[k] = c.slope(t[k]);
    }
  }
};

EamPairs::EamPairs(Block block, Index most)
    : atoms(block), separation(4, most), j(most), kind(most), dense(most), slope_i(most), slope_j(most) {}

EamKernel::EamKernel(const EamTables& tables)
    : elements_(static_cast<int>(tables.elements.size())),
      last_interval_(static_cast<int>(tables.pair.front().knots().size()) - 2),
      inverse_spacing_(1.0 / tables.pair.front().spacing()) {
  const auto stored = [&](const CubicTable& table) {
    const auto begin = static_cast<int>(knots_.size());
    knots_.insert(knots_.end(), table.knots().begin(), table.knots().end());
    return begin;
  };
  std::vector<int> densities;
  for (const CubicTable& density : tables.density) densities.push_back(stored(density));
  for (int a = 0; a < elements_; ++a)
    for (int b = 0; b < elements_; ++b) {
      const auto ab = static_cast<std::size_t>(a * elements_ + b), ba = static_cast<std::size_t>(b * elements_ + a);
      const double dense = std::min(std::max(tables.density[ba].support(), tables.density[ab].support()), tables.cutoff);
      const double range = std::min(std::max(dense, tables.pair[ab].support()), tables.cutoff);
      const int pair = b < a ? kinds_[ba].pair : stored(tables.pair[ab]);
      kinds_.push_back({pair, densities[ba], densities[ab], range * range, dense});
    }
}

EamPairs EamKernel::densities(const Atoms& atoms, Block block, Eigen::VectorXd& rho) const {
  const std::size_t listed =
      atoms.first[static_cast<std::size_t>(block.end)] - atoms.first[static_cast<std::size_t>(block.begin)];
  EamPairs pairs(block, static_cast<Index>(listed));
  for (Index i = block.begin; i < block.end; ++i) {
    const Kinds* of_i = kinds_of(atoms.kind[static_cast<std::size_t>(i)]);
    find_pairs(atoms, i, pairs);
    find_dense(of_i, pairs);
    const Index begin = pairs.first_dense[pairs.first_dense.size() - 2], end = pairs.first_dense.back();
    rho[i] += add_densities(of_i, begin, end, pairs, rho.data());
  }
  return pairs;
}

GLASSCAPE_PER_PROCESSOR
void EamKernel::find_pairs(const Atoms& atoms, Index i, EamPairs& pairs) const {
  const Kinds* of_i = kinds_of(atoms.kind[static_cast<std::size_t>(i)]);
  const double *x = atoms.x.data(), *centre = x + 3 * i;
  const double x_i = centre[0], y_i = centre[1], z_i = centre[2];
  const int *kind = atoms.kind.data(), *owner = atoms.owner.data();
  const Index begin = pairs.first.back();
  double* separation = pairs.separation.data() + 4 * begin;
  int *pair_j = pairs.j.data() + begin, *pair_kind = pairs.kind.data() + begin;
  Index n = 0;
  for (const int j : atoms.neighbours_of(i)) {
    const double* other = x + 3 * static_cast<std::ptrdiff_t>(j);
    const double dx = x_i - other[0], dy = y_i - other[1], dz = z_i - other[2];
    const double r2 = dx * dx + dy * dy + dz * dz;
    double* s = separation + 4 * n;
    s[0] = dx;
    s[1] = dy;
    s[2] = dz;
    s[3] = r2;
    pair_j[n] = owner[j];
    pair_kind[n] = kind[j];
    n += r2 < of_i[kind[j]].range2;  // no branch: half of the list may be out of range
  }
  for (Index k = 0; k < n; ++k) separation[4 * k + 3] = std::sqrt(separation[4 * k + 3]);
  pairs.first.push_back(begin + n);
}

void EamKernel::find_dense(const Kinds* of_i, EamPairs& pairs) const {
  const Index begin = pairs.first[pairs.first.size() - 2], end = pairs.first.back();
  const double* separation = pairs.separation.data();
  const int* kind = pairs.kind.data();
  int* next = pairs.dense.data() + pairs.first_dense.back();
  for (Index k = begin; k < end; ++k) {
    *next = static_cast<int>(k);
    next += separation[4 * k + 3] < of_i[kind[k]].density_range;
  }
  pairs.first_dense.push_back(next - pairs.dense.data());
}

GLASSCAPE_PER_PROCESSOR
double EamKernel::add_densities(const Kinds* of_i, Index begin, Index end, EamPairs& pairs, double* rho) const {
  const double* separation = pairs.separation.data();
  const int *kind = pairs.kind.data(), *j = pairs.j.data();
  double sum = 0.0;
  for (; begin < end; begin += Batch::most) {
    Batch at;
    at.size = std::min(end - begin, Batch::most);
    const int* dense = pairs.dense.data() + begin;
    int at_j[Batch::most];
    for (Index k = 0; k < at.size; ++k) {
      const Kinds& functions = of_i[kind[dense[k]]];
      at.r[k] = separation[4 * static_cast<Index>(dense[k]) + 3];
      at.function[k] = functions.at_i;
      at_j[k] = functions.at_j;
    }
    at.place(inverse_spacing_, last_interval_);
    double density_i[Batch::most], density_j[Batch::most];
    at.fetch(knots_.data());
    at.values_and_slopes(density_i, pairs.slope_i.data() + begin);
    std::copy_n(at_j, at.size, at.function);
    at.fetch(knots_.data());
    at.values_and_slopes(density_j, pairs.slope_j.data() + begin);
    for (Index k = 0; k < at.size; ++k) {
      sum += density_i[k];
      rho[j[dense[k]]] += density_j[k];
    }
  }
  return sum;
}

void EamKernel::forces(const Atoms& atoms, const EamPairs& pairs, const Eigen::VectorXd& embedding_slope,
                       EamSums& sums) const {
  const int *pair_j = pairs.j.data(), *dense = pairs.dense.data();
  const double *slope_i = pairs.slope_i.data(), *slope_j = pairs.slope_j.data(), *F = embedding_slope.data();
  for (Index i = pairs.atoms.begin; i < pairs.atoms.end; ++i) {
    const auto a = static_cast<std::size_t>(i - pairs.atoms.begin);
    Index next_dense = pairs.first_dense[a];
    for (Index begin = pairs.first[a]; begin < pairs.first[a + 1]; begin += Batch::most) {
      Batch at;
      at.size = std::min(pairs.first[a + 1] - begin, Batch::most);
      pair_terms(kinds_of(atoms.kind[static_cast<std::size_t>(i)]), pairs, begin, at);
      for (; next_dense < pairs.first_dense[a + 1] && dense[next_dense] < begin + at.size; ++next_dense) {
        const int k = dense[next_dense];
        at.tension[k - begin] += (F[i] * slope_i[next_dense] + F[pair_j[k]] * slope_j[next_dense]) * inverse_spacing_;
      }
      for (Index k = 0; k < at.size; ++k) at.tension[k] *= at.inverse_r[k];
      add_to_atoms(i, pairs, begin, at, sums);
    }
  }
}

GLASSCAPE_PER_PROCESSOR
void EamKernel::pair_terms(const Kinds* of_i, const EamPairs& pairs, Index begin, Batch& at) const {
  const double* separation = pairs.separation.data() + 4 * begin;
  const int* kind = pairs.kind.data() + begin;
  for (Index k = 0; k < at.size; ++k) {
    at.r[k] = separation[4 * k + 3];
    at.function[k] = of_i[kind[k]].pair;
  }
  at.place(inverse_spacing_, last_interval_);
  at.fetch(knots_.data());
  for (Index k = 0; k < at.size; ++k) {
    const Cubic c = at.cubic(k);
    at.inverse_r[k] = 1.0 / at.r[k];
    const double phi = c.value(at.t[k]) * at.inverse_r[k];
    at.half_energy[k] = 0.5 * phi;
    at.tension[k] = (c.slope(at.t[k]) * inverse_spacing_ - phi) * at.inverse_r[k];
  }
}

void EamKernel::add_to_atoms(Index i, const EamPairs& pairs, Index begin, const Batch& at, EamSums& sums) {
  using Vector = Eigen::Map<Eigen::Vector4d, Eigen::Aligned16>;
  using Separation = Eigen::Map<const Eigen::Vector4d, Eigen::Aligned16>;
  const double* separation = pairs.separation.data() + 4 * begin;
  const int* j = pairs.j.data() + begin;
  double *force = sums.force.data(), *energy = sums.energy.data();
  Eigen::Vector4d own = Vector(force + 4 * i);
  double own_energy = energy[i];
  for (Index k = 0; k < at.size; ++k) {
    own_energy += at.half_energy[k];
    if (j[k] == i) {  // an image of itself: no force
      own_energy += at.half_energy[k];
      continue;
    }
    const Eigen::Vector4d pull = at.tension[k] * Separation(separation + 4 * k);
    own -= pull;
    Vector(force + 4 * static_cast<Index>(j[k])) += pull;
    energy[j[k]] += at.half_energy[k];
  }
  Vector(force + 4 * i) = own;
  energy[i] = own_energy;
  if (sums.virial.cols() == 0) return;
  using Tensor = Eigen::Matrix<double, 6, 1>;
  Tensor own_virial = sums.virial.col(i);
  for (Index k = 0; k < at.size; ++k) {
    const Tensor half = outer(Vector3d(separation + 4 * k), -0.5 * at.tension[k]);
    own_virial += half;
    if (j[k] == i)
      own_virial += half;
    else
      sums.virial.col(j[k]) += half;
  }
  sums.virial.col(i) = own_virial;
}

EamKernel::Functions EamKernel::functions(int kind_i, int kind_j, double r) const {
  const Kinds& of = kinds_of(kind_i)[kind_j];
  Batch at;
  at.size = 1;
  at.r[0] = r;
  at.place(inverse_spacing_, last_interval_);
  const auto cubic = [&](int begin) {
    at.function[0] = begin;
    at.fetch(knots_.data());
    return at.cubic(0);
  };
  return {cubic(of.pair), cubic(of.at_i), cubic(of.at_j), at.t[0], r < of.density_range};
}

}  // namespace glasscape
