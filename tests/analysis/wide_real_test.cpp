#include "analysis/wide_real.hpp"

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

#include "md/support/random.hpp"

using namespace glasscape;

namespace {

using Exact = boost::multiprecision::cpp_bin_float_100;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The error of a wide number relative to the exact one; its logarithm alone is seen from outside.
double error(WideReal found, const Exact& truth) {
  return static_cast<double>(abs(exp(Exact(found.log())) / truth - 1));
}

}  // namespace

TEST_CASE("sums, products and ratios of wide numbers have the digits of a double over 2000 decades") {
  Rng rng(1, 0);
  for (int k = 0; k < 2000; ++k) {
    const double x = 2300 * (2 * rng.uniform() - 1), y = k % 2 ? x + 3 * rng.normal() : 2300 * rng.normal();
    const WideReal a = WideReal::exp(x), b = WideReal::exp(y);
    const Exact exact_a = exp(Exact(x)), exact_b = exp(Exact(y));
    const double last_digit = 1e-15 + 4e-16 * (std::abs(x) + std::abs(y));  // of the logarithm that is read
    REQUIRE(error(a, exact_a) < last_digit);
    REQUIRE(error(a * b, exact_a * exact_b) < last_digit);
    REQUIRE(error(a / b, exact_a / exact_b) < last_digit);
    REQUIRE(error(a + b, exact_a + exact_b) < last_digit);
    REQUIRE((a + b).log() == (b + a).log());
  }
}

TEST_CASE("a wide number gives its logarithm back, that of a number near 1 in all digits") {
  for (const double x : {0.0, 1e-9, -1e-9, 0.3, -0.4, 700.0, -745.0, 1e6, -1e9})
    CHECK(WideReal::exp(x).log() == Approx(x).epsilon(3e-16).margin(1.2e-16));
  for (const double value : {1.0, 0.999999, 3.0, 1e-300, 5e-324, 1e308})
    CHECK(WideReal(value).log() == Approx(std::log(value)).epsilon(3e-16));
}

TEST_CASE("zero is the neutral element of sums and takes products with it") {
  const WideReal zero, big = WideReal::exp(1e8);
  CHECK(WideReal::exp(-infinity).is_zero());
  CHECK(WideReal(0.0).is_zero());
  CHECK(zero.log() == -infinity);
  CHECK((zero + big).log() == big.log());
  CHECK((big + zero).log() == big.log());
  CHECK((big * zero).is_zero());
  CHECK((zero / big).is_zero());
}
