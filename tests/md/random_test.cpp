#include "md/support/random.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace glasscape;

namespace {

using Words = std::array<std::uint64_t, 4>;

Words next_block(Rng& rng) {
  Words block{};
  for (std::uint64_t& word : block) word = rng.bits();
  return block;
}

/// Means of the first four powers.
std::array<double, 4> moments(int count, const std::function<double()>& draw) {
  std::array<double, 4> sums{};
  for (int k = 0; k < count; ++k) {
    const double x = draw();
    double power = 1.0;
    for (double& sum : sums) sum += (power *= x) / count;
  }
  return sums;
}

/// Pearson's statistic against equal chances.
double chi_squared(const std::vector<int>& counts) {
  double total = 0, sum = 0;
  for (const int count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

/// Above the mean of chi^2 by five standard deviations: chance 1e-6 or less from 30 degrees of freedom on.
double chi_squared_limit(std::size_t bins) {
  const double freedom = static_cast<double>(bins - 1);
  return freedom + 5.0 * std::sqrt(2.0 * freedom) + 10.0;
}

}  // namespace

TEST_CASE("the stream of seed and key 0 begins with the known answer of Random123") {
  Rng rng(0, 0);
  CHECK(next_block(rng) ==
        Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
}

// Expected: ten rounds of equation 3 of Salmon et al. in exact integers, checked on Random123's kat_vectors.
TEST_CASE("seed and stream are the key and the block is the counter of Philox 4x64-10") {
  Rng rng(0x452821e638d01377, 0xbe5466cf34e90c6c);
  CHECK(next_block(rng) ==
        Words{0x11b58b554b2c4286, 0xa60f9814ff2bdec2, 0x2085ca5c8bca328e, 0x05e93d4be83dbe0f});
  CHECK(next_block(rng) ==
        Words{0x3d8caba218d43204, 0x394697b14a140ddf, 0x571179195a3d0477, 0x6a29b4f565664b0f});
  rng.skip_to(std::uint64_t{1} << 42);
  CHECK(next_block(rng) ==
        Words{0xd1d1b2d06147a193, 0x17ee68b0b8d648a7, 0x620a171655e38926, 0x2280bac77f31f8d2});
}

TEST_CASE("a stream continues from any place as if it had been drawn up to there") {
  Rng whole(7, stream_of("whole"));
  std::vector<std::uint64_t> drawn;
  for (int k = 0; k < 40; ++k) drawn.push_back(whole.bits());
  for (std::uint64_t from = 0; from < 32; ++from) {
    Rng part(7, stream_of("whole"));
    part.bits();
    part.skip_to(from);
    CHECK(part.drawn() == from);
    for (std::uint64_t k = from; k < from + 8; ++k) CHECK(part.bits() == drawn[k]);
    CHECK(part.drawn() == from + 8);
  }
  Rng copy = whole;
  CHECK(copy.bits() == whole.bits());
  CHECK(copy.seed() == 7);
  CHECK(copy.stream() == stream_of("whole"));
}

TEST_CASE("streams whose seeds, numbers or names differ by little share no number and are not correlated") {
  std::set<std::uint64_t> seen;
  constexpr int streams = 40, length = 500;
  std::vector<Rng> all;
  for (std::uint64_t k = 0; k < streams / 4; ++k) {
    all.emplace_back(1, k);
    all.emplace_back(2 + k, 0);
    all.emplace_back(1, stream_of("task " + std::to_string(k)));
    all.emplace_back(std::uint64_t{1} << (20 + k), 0);
  }
  std::vector<std::vector<double>> values(streams);
  for (std::size_t s = 0; s < streams; ++s) {
    Rng bits = all[s];
    for (int k = 0; k < length; ++k) {
      seen.insert(bits.bits());
      values[s].push_back(std::sqrt(12.0) * (all[s].uniform() - 0.5));
    }
  }
  CHECK(seen.size() == streams * length);
  // products of independent values of unit variance: the mean of 500 has standard deviation 0.045; 780
  // pairs, 5.5 of it
  for (std::size_t a = 0; a < streams; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      double correlation = 0;
      for (std::size_t k = 0; k < length; ++k) correlation += values[a][k] * values[b][k] / length;
      CHECK(std::abs(correlation) < 5.5 / std::sqrt(length));
    }
}

TEST_CASE("a name's stream is its FNV-1a hash") {
  // test vectors of the FNV reference, http://www.isthe.com/chongo/tech/comp/fnv
  CHECK(stream_of("") == 0xcbf29ce484222325);
  CHECK(stream_of("a") == 0xaf63dc4c8601ec8c);
  CHECK(stream_of("foobar") == 0x85944171f73967e8);
}

TEST_CASE("uniform numbers lie from 0 to below 1 and have the moments of the uniform distribution") {
  Rng rng(1, stream_of("uniform"));
  constexpr int count = 200'000;
  double lowest = 1, highest = 0;
  const auto found = moments(count, [&] {
    const double x = rng.uniform();
    lowest = std::min(lowest, x);
    highest = std::max(highest, x);
    return x;
  });
  CHECK(lowest >= 0.0);
  CHECK(lowest < 1e-4);
  CHECK(highest < 1.0);
  CHECK(highest > 1 - 1e-4);
  for (int n = 1; n <= 4; ++n) {
    const double variance = 1.0 / (2 * n + 1) - 1.0 / ((n + 1) * (n + 1));
    CHECK(found[static_cast<std::size_t>(n - 1)] ==
          Approx(1.0 / (n + 1)).margin(5 * std::sqrt(variance / count)).epsilon(0));
  }
}

TEST_CASE("uniform numbers fill the unit square evenly, one after the other") {
  Rng rng(2, stream_of("pairs"));
  constexpr std::size_t side = 16;
  std::vector<int> counts(side * side);
  for (int k = 0; k < 100'000; ++k) {
    const auto row = static_cast<std::size_t>(side * rng.uniform());
    ++counts[row * side + static_cast<std::size_t>(side * rng.uniform())];
  }
  CHECK(chi_squared(counts) < chi_squared_limit(counts.size()));
  CHECK(chi_squared(counts) > 150);  // 255 +- 23: more even than chance is wrong too
}

TEST_CASE("normal numbers have the moments and the tails of the normal distribution") {
  Rng rng(3, stream_of("normal"));
  constexpr int count = 200'000;
  int beyond_two = 0;
  const auto found = moments(count, [&] {
    const double x = rng.normal();
    beyond_two += std::abs(x) > 2.0;
    return x;
  });
  CHECK(rng.drawn() == 2 * count);
  const std::array<double, 4> expected{0, 1, 0, 3}, variance{1, 2, 15, 96};  // of x^n: <x^2n> - <x^n>^2
  for (std::size_t n = 0; n < 4; ++n)
    CHECK(found[n] == Approx(expected[n]).margin(5 * std::sqrt(variance[n] / count)).epsilon(0));
  const double p = std::erfc(std::sqrt(2.0));
  CHECK(beyond_two == Approx(count * p).margin(5 * std::sqrt(count * p * (1 - p))).epsilon(0));
}

TEST_CASE("below(n) gives each of 0 to n-1 equally often") {
  for (const std::uint64_t n : {1u, 2u, 3u, 7u, 10u, 64u, 100u}) {
    Rng rng(4, n);
    std::vector<int> counts(n);
    for (int k = 0; k < 20'000; ++k) {
      const std::uint64_t drawn = rng.below(n);
      REQUIRE(drawn < n);
      ++counts[drawn];
    }
    INFO("n = " << n);
    CHECK(chi_squared(counts) < chi_squared_limit(counts.size()));
  }
}

TEST_CASE("below(n) is unbiased where a remainder would not be") {
  // of all 64-bit numbers taken modulo 3/4 of 2^64, the lowest third of the results would come twice as often
  const std::uint64_t quarter = std::uint64_t{1} << 62, n = 3 * quarter;
  Rng rng(5, stream_of("below"));
  std::vector<int> counts(3);
  for (int k = 0; k < 30'000; ++k) ++counts[rng.below(n) / quarter];
  CHECK(chi_squared(counts) < 30);
  CHECK(rng.drawn() > 39'000);  // a quarter is drawn again: 40000 numbers, +- 115
  CHECK(rng.drawn() < 41'000);
}
