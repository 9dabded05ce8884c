// A Cartesian coordinate of one atom, unwrapped: for surfaces over the plane, and for tests.
#pragma once

#include "samplers/collective_variable.hpp"

namespace glasscape {

class Coordinate final : public VariableDefinition {
 public:
  static constexpr Plugin about{"coordinate", "a Cartesian coordinate of the first atom of the group", "axis"};
  struct Options {
    int axis;
  };
  static Options read(Input& in) {
    const std::string axis = in.choice("axis", {"x", "y", "z"}, "x", "which coordinate");
    return {axis == "x" ? 0 : axis == "y" ? 1 : 2};
  }
  explicit Coordinate(Options options) : options_(options) {}

 private:
  std::unique_ptr<const CollectiveVariable> make(const VariableSetting& setting) const override {
    return std::make_unique<Bound>(AtomGroup(setting.reference, {AtomGroup(setting.reference, setting.group).atoms().front()}), options_.axis);
  }

  class Bound final : public CollectiveVariable {
   public:
    Bound(AtomGroup group, int axis) : CollectiveVariable(std::move(group)), axis_(axis) {}
    At at(const Positions& x, const Cell&) const override {
      const Vector3d place = x.col(atoms().front());
      At at{place[axis_], Vector3d::Unit(axis_)};
      at.strain = Vector3d::Unit(axis_) * place.transpose();
      return at;
    }
    std::string describe() const override { return fmt::format("coordinate {} of atom {}", "xyz"[axis_], atoms().front()); }

   private:
    int axis_;
  };
  Options options_;
};

}  // namespace glasscape
