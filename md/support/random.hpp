// Counter-based random numbers (Philox 4x64-10, Salmon et al., SC11): a stream is a key, a draw is a counter, so
// any task, step or restart can name its numbers without having drawn the ones before. No hidden state, no seeds
// from the clock.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace glasscape {

/// FNV-1a, to turn a name into a stream number.
constexpr std::uint64_t stream_of(std::string_view name) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

/// One stream of random numbers. Copyable; equal (seed, stream, drawn) continue equally.
class Rng {
 public:
  Rng(std::uint64_t seed, std::uint64_t stream) : key_{{seed, stream}} {}

  /// Uniform on all 64-bit integers.
  std::uint64_t bits() {
    const std::uint64_t at = drawn_++;
    if (at % 4 == 0 || block_ != at / 4) refill(at / 4);
    return buffer_[at % 4];
  }

  /// Uniform on [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

  /// Uniform on {0, ..., n-1}; n > 0. Rejection, so no modulo bias.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % n;
    std::uint64_t draw = bits();
    while (draw >= limit) draw = bits();
    return draw % n;
  }

  /// Standard normal (Box and Muller 1958); one value per two uniforms, so that the count of draws stays simple.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

  /// How many 64-bit numbers were drawn: with seed and stream, the whole state.
  std::uint64_t drawn() const { return drawn_; }
  void skip_to(std::uint64_t drawn) { drawn_ = drawn; block_ = ~std::uint64_t{0}; }

  std::uint64_t seed() const { return key_.v[0]; }
  std::uint64_t stream() const { return key_.v[1]; }

 private:
  void refill(std::uint64_t block) {
    const r123::Philox4x64::ctr_type counter{{block, 0, 0, 0}};
    const auto out = r123::Philox4x64{}(counter, key_);
    buffer_ = {out.v[0], out.v[1], out.v[2], out.v[3]};
    block_ = block;
  }

  r123::Philox4x64::key_type key_;
  std::uint64_t drawn_ = 0;
  std::uint64_t block_ = ~std::uint64_t{0};
  std::array<std::uint64_t, 4> buffer_{};
};

}  // namespace glasscape
