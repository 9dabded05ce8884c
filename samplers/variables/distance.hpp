// The distance of the first two atoms of the group, at their nearest images.
#pragma once

#include "samplers/collective_variable.hpp"

namespace glasscape {

class Distance final : public VariableDefinition {
 public:
  static constexpr Plugin about{"distance", "the distance of the first two atoms of the group, at their nearest images"};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit Distance(Options) {}

  std::size_t fewest_atoms() const override { return 2; }

 private:
  std::unique_ptr<const CollectiveVariable> make(const VariableSetting& setting) const override {
    return std::make_unique<Bound>(AtomGroup(setting.reference, {setting.group[0], setting.group[1]}));
  }

  class Bound final : public CollectiveVariable {
   public:
    explicit Bound(AtomGroup group) : CollectiveVariable(std::move(group)) {}
    At at(const Positions& x, const Cell& cell) const override {
      const Vector3d d = cell.nearest(x.col(atoms()[1]) - x.col(atoms()[0]));
      const double r = d.norm();
      At at{r, Positions::Zero(3, 2)};
      if (r == 0.0) return at;
      at.gradient.col(1) = d / r;
      at.gradient.col(0) = -d / r;
      at.strain = d * d.transpose() / r;
      return at;
    }
    std::string describe() const override { return fmt::format("distance of atoms {} and {}", atoms()[0], atoms()[1]); }
    double shell_power() const override { return 2; }
  };
};

}  // namespace glasscape
