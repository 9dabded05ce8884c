// Many replicas of one glass, evaluated in one call: the same species and cell, different positions. A Surface walks one of
// them; whoever moves many in step asks for all at once, and the engine chooses how: threads across replicas here, a grid of
// thread blocks on another device. This is the header an author of an engine reads:
//   class MyEngine final : public Engine {
//     static constexpr Plugin about{"my-engine", "one line"};
//     static Options read(Input& in);
//     explicit MyEngine(Options options);
//     std::unique_ptr<Replicas> replicas(...) const override;
//   };
// then engines.add<MyEngine>(). Positions and forces of all replicas lie beside each other in one array, replica after replica,
// so that they travel in one copy. Units: eV, Angstrom.
#pragma once

#include <memory>
#include <vector>

#include "md/potential.hpp"

namespace glasscape {

struct ReplicaEvaluation {
  Eigen::VectorXd energy;        // eV, per replica
  Positions forces;              // eV/Angstrom, 3 x (replicas * atoms)
  std::vector<Matrix3d> virial;  // eV, per replica; empty unless wanted
};

class Replicas {
 public:
  virtual ~Replicas() = default;
  /// x is 3 x (replicas * atoms), `atoms` columns for each; Error for another size. Of what may be wanted: virial and mixed. `out`
  /// keeps its memory from call to call. A replica's result depends on its positions and on where its lists were made, never on the
  /// other replicas or on how many of them share a processor.
  virtual void evaluate(const Positions& x, Want want, ReplicaEvaluation& out) = 0;
  virtual Eigen::Index count() const = 0;
  virtual Eigen::Index atoms() const = 0;  // of one
};

/// Where replicas are evaluated.
class Engine {
 public:
  virtual ~Engine() = default;
  /// So many of them, all at the positions of `frame` at first. Throws as Surface does.
  virtual std::unique_ptr<Replicas> replicas(std::shared_ptr<const Potential> potential, const Configuration& frame, Eigen::Index count) const = 0;
};

using Engines = Registry<Engine>;

/// Every engine of this build, in alphabetical order.
Engines builtin_engines();

}  // namespace glasscape
