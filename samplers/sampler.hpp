// What an author of a sampler reads: a sampler turns a surface, a start and random numbers into events.
// `step` is the smallest work after which a run may stop. It must depend on its arguments alone: the loop gives every
// step its own random stream, so results do not depend on threads, restarts or the order of completion.
#pragma once

#include "landscape/event.hpp"
#include "md/support/random.hpp"
#include "md/support/registry.hpp"
#include "md/surface.hpp"

namespace glasscape {

/// What a step may use.
struct Run {
  Surface& surface;
  const BasinFound& start;  // a converged minimum
  EventRef start_ref;       // its name, for `from`
  Rng& rng;
};

class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual Events step(Run& run) = 0;
  /// How many steps the user asked for.
  virtual std::int64_t steps() const = 0;
  /// What a step is, in the plural, for progress.
  virtual std::string unit() const { return "steps"; }
  /// Refuses, with `in.expect(condition, key, expected)`, options that do not fit the atoms of the start. Asked when the
  /// study is read, before anything has run, if the atoms are known by then.
  virtual void check_start(const Species& /*start*/, const Input& /*in*/) const {}
};

using Samplers = Registry<Sampler>;

/// Every sampler of the tree, in alphabetical order.
Samplers builtin_samplers();

}  // namespace glasscape
