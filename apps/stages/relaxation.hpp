// A minimisation inside a task: it ends when the run is told to stop.
#pragma once

#include "apps/stage.hpp"
#include "md/minimise.hpp"

namespace glasscape {

/// As `minimise`; throws Interrupted when the run was told to stop before it converged.
inline Quenched relax(Surface& surface, const Positions& from, Minimise options, const TaskContext& context) {
  options.stop = [&context](const Positions&, const Evaluation&) { return context.stopped(); };
  Quenched q = minimise(surface, from, options);
  if (q.ended == Ended::stopped) throw Interrupted{};
  return q;
}

}  // namespace glasscape
