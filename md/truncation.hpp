// A pair law V(r) and how it ends at its cutoff. eV, Angstrom.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "md/support/input.hpp"

namespace glasscape {

struct Radial {
  double value = 0, first = 0, second = 0;
};

/// How a law ends at the cutoff. Every energy depends on it, so provenance names it.
enum class Truncation {
  cut,            // V(r), a step at the cutoff
  shifted,        // V(r) - V(rc)
  force_shifted,  // V(r) - V(rc) - (r - rc) V'(rc)
  smoothed,       // V(r) S(r), S from 1 at `inner` to 0 at the cutoff with two vanishing derivatives at both ends
};

std::string to_string(Truncation truncation);

/// The range part of a pair law's options.
struct PairRange {
  Truncation truncation = Truncation::shifted;
  double cutoff = 0.0;  // Angstrom
  double inner = 0.0;   // Angstrom; used by `smoothed`

  static PairRange read(Input& in, const std::string& default_cutoff);
  std::string text() const;
};

/// The quintic switch of Truncation::smoothed: 1 - 10 t^3 + 15 t^4 - 6 t^5 with t = (r - inner)/(cutoff - inner), and 1 before that.
inline Radial quintic_switch(double r, double inner, double cutoff) {
  const double width = cutoff - inner;
  const double t = std::max(0.0, (r - inner) / width);
  return {1.0 + t * t * t * (-10.0 + t * (15.0 - 6.0 * t)), t * t * (-30.0 + t * (60.0 - 30.0 * t)) / width,
          t * (-60.0 + t * (180.0 - 120.0 * t)) / (width * width)};
}

/// A law with its end.
template <typename Law>
struct TruncatedLaw {
  Law law;
  PairRange range;
  Radial at_cutoff;

  TruncatedLaw(Law the_law, PairRange the_range)
      : law(std::move(the_law)), range(the_range), at_cutoff(law.at(range.cutoff)) {}

  Radial at(double r) const {
    switch (range.truncation) {
      case Truncation::cut: return ended<Truncation::cut>(r);
      case Truncation::shifted: return ended<Truncation::shifted>(r);
      case Truncation::force_shifted: return ended<Truncation::force_shifted>(r);
      case Truncation::smoothed: return ended<Truncation::smoothed>(r);
    }
    return {};
  }
  /// The same of a law that is known to end so.
  template <Truncation end>
  Radial ended(double r) const {
    const Radial v = law.at(r);
    if constexpr (end == Truncation::cut) return v;
    if constexpr (end == Truncation::shifted) return {v.value - at_cutoff.value, v.first, v.second};
    if constexpr (end == Truncation::force_shifted) return {v.value - (r - range.cutoff) * at_cutoff.first - at_cutoff.value, v.first - at_cutoff.first, v.second};
    const Radial s = quintic_switch(r, range.inner, range.cutoff);
    return {v.value * s.value, v.first * s.value + v.value * s.first, v.second * s.value + 2 * v.first * s.first + v.value * s.second};
  }
};

}  // namespace glasscape
