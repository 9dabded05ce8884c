// What an author of a collective variable reads. A definition is what a study names ("rmsd"); bound to a reference and a
// group of atoms it is a variable: a number s made of their positions, along which a bias acts. Both are immutable.
#pragma once

#include <memory>

#include "md/support/registry.hpp"
#include "samplers/atom_group.hpp"

namespace glasscape {

class CollectiveVariable {
 public:
  struct At {
    double value = 0;
    Positions gradient;                      // ds/dx of the atoms of the group, 3 x size
    Matrix3d strain = Matrix3d::Zero();      // ds/d(strain_ab) when atoms and cell are strained together
  };
  virtual ~CollectiveVariable() = default;

  const std::vector<Eigen::Index>& atoms() const { return group_.atoms(); }
  /// Throws Error where it is not defined.
  virtual At at(const Positions& x, const Cell& cell) const = 0;
  /// One sentence with its formula, to stand beside numbers.
  virtual std::string describe() const = 0;
  /// The power d - 1 of the density of states that a variable made of many coordinates brings with it, ln g = (d - 1) ln s:
  /// the shell of a sphere for a distance in d dimensions. 0 for one that is a coordinate itself.
  virtual double shell_power() const { return 0; }

 protected:
  explicit CollectiveVariable(AtomGroup group) : group_(std::move(group)) {}
  const AtomGroup& group() const { return group_; }

 private:
  AtomGroup group_;
};

/// What a definition may use.
struct VariableSetting {
  const Configuration& reference;
  std::vector<Eigen::Index> group;            // atoms
  const Positions* displacement = nullptr;    // of an event that is sampled, from its start to its end, 3 x atoms
};

class VariableDefinition {
 public:
  virtual ~VariableDefinition() = default;
  /// What a group must be, known before there is a reference.
  virtual std::size_t fewest_atoms() const { return 1; }
  virtual bool wants_event() const { return false; }
  /// Throws InputError for a group of fewer atoms, or no event where one is wanted.
  void check_group(std::size_t atoms, bool has_event) const;
  /// Throws InputError for a setting that it cannot be bound to.
  std::unique_ptr<const CollectiveVariable> bind(const VariableSetting& setting) const;

 private:
  /// The group has enough atoms, and the setting an event where one is wanted.
  virtual std::unique_ptr<const CollectiveVariable> make(const VariableSetting& setting) const = 0;
};

using Variables = Registry<VariableDefinition>;

/// Every collective variable of the tree, in alphabetical order.
Variables builtin_variables();

}  // namespace glasscape
