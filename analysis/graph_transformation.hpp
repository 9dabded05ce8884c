// Elimination of states from a random walk without a subtraction: Trygubenko and Wales, J. Chem. Phys. 124,
// 234110 (2006); Wales, J. Chem. Phys. 130, 204111 (2009). In rates k instead of branching probabilities,
// state x is taken out by
//   k_ab += k_ax k_xb / S_x,   source_a += k_ax source_x / S_x,   S_x = leak_x + sum of k_xb over b other
//                                                                       than x
// S_x takes the place of 1 - P_xx, and as a sum it has no cancellation (Grassmann, Taksar and Heyman, Oper.
// Res. 33, 1107 (1985)). With positive terms only, every result has a small relative error however far the
// rates are apart (O'Cinneide, Numer. Math. 65, 109 (1993)).
#pragma once

#include <map>
#include <vector>

#include "analysis/wide_real.hpp"

namespace glasscape {

/// A random walk on states 0 to n - 1 that ends by leaking away.
struct LeakyWalk {
  /// rates[a][b] from a to b, b other than a. Where rates[a] has b, rates[b] has a; a way that does not exist
  /// has the rate 0.
  std::vector<std::map<std::size_t, WideReal>> rates;
  std::vector<WideReal> leak;  // rate out of the walk
};

/// The solution v of (leak_a + sum_b k_ab) v_a = source_a + sum_b k_ab v_b: with sources of 1 the mean time
/// until the walk from a leaks; with sources that are part of the leaks, the probability that it leaks
/// through that part. Every state must have a way to a leak. States go in the order of their number of
/// neighbours (minimum degree); what is left once each has half of the others as neighbours is eliminated as
/// a full matrix. Work: the sum of squared degrees at elimination, linear for trees, cubic for a full matrix.
std::vector<WideReal> expected_until_leak(LeakyWalk walk, std::vector<WideReal> source);

}  // namespace glasscape
