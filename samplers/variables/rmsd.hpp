// Root-mean-square displacement of a group from its reference, with the rotation that makes it least or without
// (Yang et al., PRB 102, 174103 (2020), Eq. 1):
//   R^2 = sum |d_i|^2 / N,   d_i = x_i - mean x - U (r_i - mean r)
// All atoms weigh the same in the fit and in the sum, so that R is stationary in U and in the means, and dR/dx_i =
// d_i/(N R): N sum |dR/dx_i|^2 = 1. U from the largest eigenvalue of a 4 x 4 matrix (Horn, J. Opt. Soc. Am. A 4, 629
// (1987)); R from the sum itself, because the difference with that eigenvalue loses all digits at small R. At R = 0,
// a cusp, the gradient is taken as 0.
#pragma once

#include "samplers/collective_variable.hpp"

namespace glasscape {

class Rmsd final : public VariableDefinition {
 public:
  static constexpr Plugin about{"rmsd", "root-mean-square displacement of the group from the reference", "rotation"};
  struct Options {
    bool rotation;  // fitted away
  };
  static Options read(Input& in) {
    return {in.flag("rotation", true, "take off the rotation that makes it least; without, for groups as wide as the cell")};
  }
  explicit Rmsd(Options options) : options_(options) {}

  /// One atom alone is always at its mean; three define a rotation.
  std::size_t fewest_atoms() const override { return options_.rotation ? 3 : 2; }

 private:
  std::unique_ptr<const CollectiveVariable> make(const VariableSetting& setting) const override;

  Options options_;
};

}  // namespace glasscape
