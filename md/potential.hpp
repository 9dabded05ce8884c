// The law: energy as a function of positions. This is the header an author of a potential reads.
// A Potential is immutable and may be shared between threads; lists, frozen atoms and call counts belong to Surface.
// Sign conventions: force = -dE/dx; virial W_ab = -dE/d(strain_ab) = sum of x_a f_b, so a positive trace pushes the
// cell outward and pressure = (2 kinetic + trace W) / (3 volume). Units: eV, Angstrom.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "md/hessian.hpp"
#include "md/neighbours.hpp"
#include "md/support/registry.hpp"

namespace glasscape {

/// What an evaluation should fill beside the energy and the forces.
struct Want {
  bool virial = false;
  bool per_atom = false;  // energy and virial of each atom
  bool mixed = false;     // pairs in single precision, sums in double, where the potential can; for dynamics, not for saddles
};

/// Symmetric tensors of all atoms; rows xx, yy, zz, xy, xz, yz.
using AtomTensors = Eigen::Matrix<double, 6, Eigen::Dynamic>;
/// One of them: a stress is positive under tension.
using StressComponents = Eigen::Matrix<double, 6, 1>;

struct Evaluation {
  double energy = 0.0;          // eV
  Positions forces;             // eV/Angstrom
  Matrix3d virial = Matrix3d::Zero();  // eV; filled if wanted
  Eigen::VectorXd atom_energy;  // eV, sums to energy; filled if wanted
  AtomTensors atom_virial;      // eV, sums to virial; filled if wanted
};

class Potential {
 public:
  virtual ~Potential() = default;

  /// Memory that it wants to keep from one call of `add` to the next; of one surface, and of one call at a time. Nothing: none.
  virtual std::unique_ptr<Workspace> workspace() const { return nullptr; }

  /// Largest distance at which two atoms feel each other; 0 for a potential that acts on single atoms.
  virtual double cutoff() const = 0;
  /// The same of two kinds: pairs of them further apart need not be listed.
  virtual double cutoff_of(int /*kind*/, int /*other*/) const { return cutoff(); }
  /// Largest distance at which an atom counts for what another and a third one feel of each other: that of densities, or of three-body terms. 0: pairs alone.
  virtual double many_body_cutoff() const { return cutoff(); }
  /// How far from an atom that moves forces change, through one other at most.
  double influence() const { return std::max(cutoff(), 2.0 * many_body_cutoff()); }
  /// The potential's own index for each element. Throws InputError for an element it does not know.
  virtual std::vector<int> kinds(const std::vector<Element>& elements) const = 0;
  /// Adds energy, forces and whatever is wanted; all members of `out` that are wanted have their size.
  virtual void add(const Atoms& atoms, Want want, Evaluation& out) const = 0;
  /// The exact Hessian, made of its pairs unless said otherwise, or nullptr: then differences of forces serve. Pairs further apart than `reach` (Angstrom) are left out: with
  /// less than the cutoff it is a rough one.
  virtual std::unique_ptr<Hessian> hessian(const Atoms& atoms, double reach) const;
  /// Of a law that is made of pairs: gives those not further apart than `reach`, each once, in the order of the lists, and returns F'' of the
  /// atoms' densities; `hessian` then need not be written. Nothing: it is not made of pairs.
  virtual std::optional<EmbeddingCurvature> pair_terms(const Atoms&, double /*reach*/, const TakePair& /*take*/) const { return std::nullopt; }
  /// What it must know of atoms that stay where they are, the first of which are listed to `many_body_cutoff`, when pairs of two of them are not listed: found
  /// once, from lists of these alone. `add`, `hessian` and `pair_terms` get it back with these first after the atoms that are listed, more of those that stay
  /// behind them, and the energy then lacks a constant. Nothing: it wants all pairs in each call.
  virtual std::shared_ptr<const Background> background(const Atoms& /*staying*/) const { return nullptr; }
  /// The neighbour lists that `add`, `hessian` and `pair_terms` walk.
  virtual ListKind lists() const { return ListKind::full; }
  /// True when the energy does not change if all atoms move together.
  virtual bool translation_invariant() const { return true; }
  /// How many coordinates of an atom the potential acts on: 3, or 2 for a surface over the plane.
  virtual int dimension() const { return 3; }
  /// The name, conventions (cutoff, truncation) and source of the parameters, to stand beside every number.
  virtual std::string provenance() const = 0;
  /// SHA-256 of the parameter file, or of the provenance text when there is no file.
  virtual std::string checksum() const;
  /// The elements it was made for, with their masses; empty when any element will do.
  virtual std::vector<Element> elements() const { return {}; }
};

using Potentials = Registry<Potential>;

/// Every potential of the tree, in alphabetical order.
Potentials builtin_potentials();

/// The folders where Debian's lammps-data and openkim-models install potential files.
SearchPath installed_potentials();

}  // namespace glasscape
