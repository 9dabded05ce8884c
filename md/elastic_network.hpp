// A cheap model of the Hessian near a configuration, whose inverse speeds up minimisers and mode searches: the springs
// between near neighbours, made positive, factorised: incompletely where there are many atoms, with long waves beside where there are
// very many. A good step on a glass is stiff across bonds and long along collective motions, and the network knows which is which
// before a single force was learnt. Sources: Packwood et al., JCP 144, 164109 (2016); Mones, Ortner, Csanyi, Sci. Rep. 8, 13991
// (2018). It changes how fast a method converges, never to what it converges. eV, Angstrom.
#pragma once

#include <Eigen/Cholesky>
#include <memory>
#include <optional>

#include "md/incomplete_cholesky.hpp"
#include "md/long_waves.hpp"
#include "md/surface.hpp"

namespace glasscape {

constexpr double first_shell = 1.5;  // spacings: of a dense phase

/// The long waves of springs between so many atoms that some are too long for incomplete factors; else nothing. `spacing` of near neighbours.
std::optional<LongWaves> long_waves_of(const std::vector<Spring>& springs, const Positions& x, const Cell& cell, const Positions& free, double spacing);

class ElasticNetwork {
 public:
  /// Springs longer than the first shell are left out. `free` is 1 for coordinates
  /// that may move and 0 for frozen ones, 3 x atoms.
  /// A network that floats has no frozen coordinate and no outer field, so its steps do not shift it as a whole.
  ElasticNetwork(const std::vector<Spring>& springs, const Positions& free, bool floats);

  /// Of the springs of a surface at x; with long waves where there are many atoms.
  ElasticNetwork(const std::vector<Spring>& springs, const Surface& surface, const Positions& x);

  /// Of a surface at x; nothing for a potential that is not made of pairs. Counts as a call.
  static std::shared_ptr<const ElasticNetwork> of(Surface& surface, const Positions& x);

  /// About K^-1 f: the step, in Angstrom, that would relax a force on the free coordinates (0 on the others).
  Positions solve(const Positions& force) const;
  /// The typical distance of nearest neighbours, Angstrom.
  double spacing() const { return spacing_; }

 private:
  double spacing_;
  bool floats_;
  /// Complete for a small cluster: what an incomplete factorisation drops depends on the order of the atoms, and breaks the
  /// symmetry that a cluster may have.
  Eigen::LLT<Eigen::MatrixXd> complete_;
  IncompleteCholesky incomplete_;
  std::optional<LongWaves> long_waves_;
};

/// The network of a walker: made anew, at the price of one Hessian, when an atom has moved by more than a fifth of the
/// spacing since the last time. The surface must outlive it.
class FollowingNetwork {
 public:
  explicit FollowingNetwork(Surface& surface) : surface_(&surface) {}

  /// Nothing for a potential that is not made of pairs.
  std::shared_ptr<const ElasticNetwork> at(const Positions& x);
  /// This one, or the next that is made, is kept once and for all: where only few atoms of many will move.
  void keep(std::shared_ptr<const ElasticNetwork> network = nullptr) {
    is_kept_ = true;
    if (network) network_ = std::move(network);
  }

 private:
  Surface* surface_;
  std::shared_ptr<const ElasticNetwork> network_;
  Positions made_at_;
  bool is_kept_ = false;
};

}  // namespace glasscape
