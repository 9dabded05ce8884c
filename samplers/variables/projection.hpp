// How far a group has gone along an event:
//   s = sum u_i . d_i / sum u_i . u_i,   d_i from the places of the reference, u the event's displacement on the group, its
// mean taken off. 0 at the start of the event and 1 at its end, whatever its length, so that one width and one wall suit
// events of all lengths.
#pragma once

#include "samplers/collective_variable.hpp"

namespace glasscape {

class EventProjection final : public VariableDefinition {
 public:
  static constexpr Plugin about{"projection", "how far the group has gone along the event that is sampled, 0 at its start and 1 at its end"};
  struct Options {};
  static Options read(Input&) { return {}; }
  explicit EventProjection(Options) {}

  bool wants_event() const override { return true; }

 private:
  std::unique_ptr<const CollectiveVariable> make(const VariableSetting& setting) const override {
    AtomGroup group(setting.reference, setting.group);
    Positions along = (*setting.displacement)(Eigen::all, group.atoms());
    along = (along.colwise() - along.rowwise().mean()).eval();
    if (!(along.norm() > 0.0)) throw InputError("variable 'projection': the event does not displace the atoms of the group against each other");
    return std::make_unique<Bound>(std::move(group), along / along.squaredNorm());
  }

  class Bound final : public CollectiveVariable {
   public:
    Bound(AtomGroup group, Positions along) : CollectiveVariable(std::move(group)), along_(std::move(along)) {}
    At at(const Positions& x, const Cell& cell) const override {
      const Positions d = group().displacements(x, cell);
      return {along_.cwiseProduct(d).sum(), along_, along_ * d.transpose()};
    }
    std::string describe() const override { return fmt::format("projection of the displacement of {} atoms on that of the event, 1 at its end", group().size()); }

   private:
    Positions along_;
  };
};

}  // namespace glasscape
