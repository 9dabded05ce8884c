// The potential energy surface that algorithms walk on: a potential bound to the species and cell of a configuration.
// Owns the neighbour lists, the frozen coordinates and the count of calls; one per worker, never shared.
// A force call is one evaluation of all forces or one product of the Hessian with a vector: they cost about the same.
// Units: eV, Angstrom.
#pragma once

#include <memory>
#include <vector>

#include "md/models.hpp"
#include "md/potential.hpp"

namespace glasscape {

/// Atoms around those of a surface that stay where they are.
struct Surroundings {
  std::shared_ptr<const Species> species;
  Positions positions;                           // 3 x atoms
  std::shared_ptr<const Background> background;  // of the potential; null: pairs of two of them are listed as well
};

class Surface {
 public:
  struct Options {
    double skin = 0.6;  // Angstrom; lists are kept until an atom has moved half of it
    int threads = 1;    // inside one evaluation; results do not depend on it
    bool mixed = false; // pairs in single precision where the potential can: for dynamics; not for saddles and Hessians
    std::shared_ptr<Workspace> workspace = nullptr;  // of the potential, shared with surfaces of it that are never evaluated at the same time; nothing: its own
    std::shared_ptr<Models> models = nullptr;  // shared with surfaces that are alike (models.hpp); nothing: its own
  };

  /// Throws InputError when the potential does not know an element, FormatError for a configuration that `check` refuses.
  Surface(std::shared_ptr<const Potential> potential, const Configuration& frame, Options options);
  Surface(std::shared_ptr<const Potential> potential, const Configuration& frame) : Surface(std::move(potential), frame, Options{}) {}
  /// Of the atoms of `frame` in surroundings. Energies and virials lack a constant where these have a background.
  Surface(std::shared_ptr<const Potential> potential, const Configuration& frame, Options options, Surroundings around);

  Surface(Surface&&) = default;  // a copy would share the workspace

  /// Energy, forces (0 on frozen coordinates) and what is wanted at these positions. Where a coordinate is no number or
  /// beyond 1e8 Angstrom, energy and forces are no numbers either.
  Evaluation evaluate(const Positions& x, Want want = {});
  /// The Hessian at x restricted to free coordinates. Its products count as force calls of this surface while it lives.
  std::unique_ptr<Hessian> hessian(const Positions& x);
  /// The springs between near neighbours, to 1.5 times their typical distance; none when the law is not made of pairs.
  std::vector<Spring> near_springs(const Positions& x);

  /// Its elastic network (elastic_network.hpp) at x, kept for those who ask for the same again: of all searches from one start. Nothing when
  /// the law is not made of pairs. Counts as a call each time, so that no count depends on what came before.
  std::shared_ptr<const ElasticNetwork> network(const Positions& x);
  /// In the same way how all atoms give way around x (medium.hpp). Nothing when the law is not made of pairs, an atom is frozen, or the
  /// cell is not periodic all around.
  std::shared_ptr<const Medium> medium(const Positions& x);

  /// Keeps these atoms where they are; replaces any earlier choice.
  void freeze(const std::vector<Eigen::Index>& atoms);
  /// 1 for a coordinate that may move, 0 for a frozen one. 3 x atoms.
  const Positions& free() const { return free_; }
  /// Whether the energy stays the same when all atoms move together.
  bool floats() const;

  /// Another cell, as a barostat or a shear sets it.
  void set_cell(const Cell& cell);
  /// Builds the lists at these positions, so that what follows does not depend on what came before.
  void restart(const Positions& x);
  /// Where the lists were built: with it, `restart` continues a run bit for bit.
  const Positions& list_origin() const { return origin_; }
  const Cell& list_cell() const { return origin_cell_; }

  const Cell& cell() const { return cell_; }
  const std::shared_ptr<const Species>& species() const { return species_; }
  const Potential& potential() const { return *potential_; }
  std::shared_ptr<const Potential> shared_potential() const { return potential_; }
  Eigen::Index atoms() const { return species_->atoms(); }
  int most_threads() const { return options_.threads; }
  double skin() const { return options_.skin; }
  Configuration at(Positions x) const { return {species_, cell_, std::move(x), {}}; }
  /// What a call costs: the pairs that are listed, in those that an atom of such a surface without surroundings brings.
  double atoms_worth() const;
  std::int64_t calls() const { return calls_; }
  void count_call() { ++calls_; }

 private:
  Atoms neighbours_at(const Positions& x);
  void forget_models();
  template <typename Model, typename Make>
  std::shared_ptr<const Model> known(Kept<Model>& model, const Positions& x, Make make);
  std::vector<Eigen::Index> order_of(const Positions& x) const;
  /// These positions in the order of the lists, and those of the surroundings.
  const Positions& all(const Positions& x);
  /// Of the pairs no further apart than `reach`; nothing when the potential has none.
  std::unique_ptr<Hessian> exact_hessian(const Atoms& all, double reach) const;
  /// How many threads an evaluation is worth.
  int threads() const;
  bool lists_hold(const Positions& x) const;

  std::shared_ptr<const Potential> potential_;
  std::shared_ptr<const Species> species_;
  Options options_;
  Cell cell_, origin_cell_;
  Positions free_, origin_;
  Surroundings around_;
  std::vector<int> kinds_;  // of its atoms and the surroundings
  std::vector<Eigen::Index> order_;  // the atoms as the lists have them; surroundings follow
  Positions all_;
  Neighbours neighbours_;
  std::shared_ptr<Workspace> workspace_;  // the potential's
  std::int64_t calls_ = 0;
  std::shared_ptr<Models> models_;
};

/// Largest force on an atom, eV/Angstrom.
inline double fmax(const Positions& forces) { return forces.cols() == 0 ? 0.0 : forces.colwise().norm().maxCoeff(); }

}  // namespace glasscape
