// A walk with rates in 600 digits: what a solution by subtraction needs when rates span 60 decades and nine
// of them multiply.
#pragma once

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <vector>

#include "analysis/kinetic_network.hpp"

namespace glasscape::test {

using Exact =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<600>, boost::multiprecision::et_off>;
using Matrix = std::vector<std::vector<Exact>>;
using Vector = std::vector<Exact>;

/// exp of a number, kept, since 600 digits take a millisecond.
inline const Exact& exact_exp(double logarithm) {
  static std::map<double, Exact> known;
  const auto [place, is_new] = known.try_emplace(logarithm);
  if (is_new) place->second = exp(Exact(logarithm));
  return place->second;
}

/// rates[i][j] from i to j, summed in 600 digits.
inline Matrix exact_rates(std::size_t basins, const std::vector<KineticEdge>& edges) {
  Matrix rates(basins, Vector(basins));
  for (const KineticEdge& edge : edges) {
    if (edge.from == edge.to) continue;
    if (edge.log_forward > -std::numeric_limits<double>::infinity())
      rates[edge.from][edge.to] += exact_exp(edge.log_forward);
    if (edge.log_backward > -std::numeric_limits<double>::infinity())
      rates[edge.to][edge.from] += exact_exp(edge.log_backward);
  }
  return rates;
}

/// Gauss elimination with pivoting.
inline Vector solve(Matrix a, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (abs(a[i][k]) > abs(a[pivot][k])) pivot = i;
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const Exact share = a[i][k] / a[k][k];
      if (share == 0) continue;
      for (std::size_t j = k; j < n; ++j) a[i][j] -= share * a[k][j];
      b[i] -= share * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

/// S_i v_i = source_i + sum of k_ij v_j over `inside`, with S_i the sum of all rates out.
inline Vector balance(const Matrix& rates, const std::vector<std::size_t>& inside, const Vector& source) {
  Matrix a(inside.size(), Vector(inside.size()));
  for (std::size_t i = 0; i < inside.size(); ++i) {
    for (const Exact& rate : rates[inside[i]]) a[i][i] += rate;
    for (std::size_t j = 0; j < inside.size(); ++j) a[i][j] -= rates[inside[i]][inside[j]];
  }
  return solve(a, source);
}

/// Paths of any length over `rates` that go through no basin of `barred`.
inline std::vector<std::vector<bool>> closure(const Matrix& rates, const std::vector<std::size_t>& barred) {
  const std::size_t n = rates.size();
  std::vector<std::vector<bool>> path(n, std::vector<bool>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) path[i][j] = i == j || rates[i][j] > 0;
  for (std::size_t via = 0; via < n; ++via) {
    if (std::find(barred.begin(), barred.end(), via) != barred.end()) continue;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (path[i][via] && path[via][j]) path[i][j] = true;
  }
  return path;
}

/// std::vector<std::size_t> with a way to one of `goals`; the mean time is finite from those that meet no
/// others on their way.
inline std::vector<Reach> reach_by_closure(const Matrix& rates, const std::vector<std::size_t>& targets) {
  const auto any = closure(rates, {}), before = closure(rates, targets);
  const auto comes = [&](std::size_t i) {
    return std::any_of(targets.begin(), targets.end(), [&](std::size_t t) { return bool(any[i][t]); });
  };
  std::vector<Reach> reach(rates.size(), Reach::certain);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (std::find(targets.begin(), targets.end(), i) != targets.end()) continue;
    for (std::size_t j = 0; j < rates.size(); ++j)
      if (before[i][j] && !comes(j)) reach[i] = Reach::possible;
    if (!comes(i)) reach[i] = Reach::never;
  }
  return reach;
}

inline double relative_error(double log_found, const Exact& truth) {
  int power = 0;
  const auto mantissa = static_cast<long double>(frexp(truth, &power));
  const long double log_truth =
      std::log(mantissa) + static_cast<long double>(power) * std::numbers::ln2_v<long double>;
  return static_cast<double>(std::abs(std::expm1(static_cast<long double>(log_found) - log_truth)));
}

}  // namespace glasscape::test
