// Local minimisation on a surface: L-BFGS and FIRE 2.0. Options -> minimise -> Quenched.
// Units: eV, Angstrom. Frozen coordinates do not move. An unconverged quench is a result, not an error.
#pragma once

#include <functional>
#include <limits>

#include "md/elastic_network.hpp"

namespace glasscape {

/// How an iterative method ended.
enum class Ended { converged, step_limit, stopped, stuck };
std::string to_string(Ended ended);

/// A step, in Angstrom, and by how much it changed the gradient, in eV/Angstrom.
struct Learnt {
  Positions step, change;
};

struct Minimise {
  enum class Method { lbfgs, fire };
  Method method = Method::lbfgs;
  double fmax = 1e-3;             // largest force on an atom at which it has converged, eV/Angstrom
  std::int64_t max_calls = 20000; // force calls
  double gain = std::numeric_limits<double>::infinity();  // L-BFGS has not converged while a step promises to gain more, or has learnt from less than three, eV
  double max_step = 0.2;          // largest move of an atom in one iteration, Angstrom
  int memory = 20;                // pairs that L-BFGS keeps
  /// What L-BFGS takes for the Hessian before it has learnt; nothing: one of its own.
  FollowingNetwork* network = nullptr;
  /// What is known of the Hessian before: L-BFGS begins with it.
  std::optional<Learnt> known = {};
  /// Asked after each accepted step; true ends the minimisation with Ended::stopped.
  std::function<bool(const Positions& x, const Evaluation& at)> stop = {};

  /// Reads method, fmax and max_calls.
  static Minimise read(Input& in);
};

struct Quenched {
  Positions positions;
  double energy = 0;  // eV
  double fmax = 0;    // eV/Angstrom
  Ended ended = Ended::step_limit;
  std::int64_t calls = 0;

  bool converged() const { return ended == Ended::converged; }
};

Quenched minimise(Surface& surface, Positions x, const Minimise& options = {});

/// Limited-memory BFGS directions (Nocedal, Math. Comp. 35, 773 (1980)): the two-loop product of the inverse Hessian
/// estimate with a gradient, for minimisers and saddle refiners alike.
class QuasiNewton {
 public:
  explicit QuasiNewton(int memory) : memory_(memory) {}
  /// Learns from a step s and the change y of the gradient along it; a pair of negative curvature is left out.
  void learn(const Positions& s, const Positions& y);
  /// -H^-1 g, built upon a network, or without one upon a multiple of 1: 0.02 A^2/eV at first, stiffer than any metallic
  /// bond.
  Positions direction(const Positions& gradient, const ElasticNetwork* network) const;
  void forget() { pairs_.clear(); }
  /// Whether it has learnt from so many steps that what a step is to gain, half of it times the force, means something.
  bool can_promise() const { return pairs_.size() >= 3; }

 private:
  struct Pair {
    Positions s, y;
    double inverse;  // 1 / (s . y)
  };
  int memory_;
  std::vector<Pair> pairs_;
};

/// Scales a step down so that no atom moves further than `longest`.
void shorten(Positions& step, double longest);

inline double dot(const Positions& a, const Positions& b) { return a.cwiseProduct(b).sum(); }

}  // namespace glasscape
