// What stages with runs of many time steps share: times as numbers of steps, and a run stepped to its end, with checkpoints.
#pragma once

#include <algorithm>
#include <cmath>

#include "apps/stage.hpp"
#include "md/restart.hpp"

namespace glasscape {

enum class Steps { rounded, whole };

/// A time as a number of time steps, one at least unless it may be none.
inline std::int64_t steps_of(Input& in, const std::string& key, const std::string& fallback, std::string_view meaning, double timestep, Range range = positive, Steps kind = Steps::rounded) {
  constexpr double most = 1e12;
  const double time = in.time(key, fallback, meaning, range);
  in.expect(time / timestep <= most, key, fmt::format("at most {:g} time steps", most));
  const auto steps = std::llround(time / timestep);
  in.expect(kind == Steps::rounded || std::abs(time / timestep - static_cast<double>(steps)) < 1e-6 * time / timestep, key, "a whole number of time steps");
  return range == positive ? std::max<std::int64_t>(1, steps) : steps;
}

/// Steps a run to its end, writes checkpoints, tells how far it is. Throws Interrupted when told to stop, and Error with what `broken`
/// says when the dynamics breaks down.
template <typename Run, typename Broken>
void run_to_its_end(Run& run, TaskContext& context, Checkpoints& checkpoints, Broken broken) {
  constexpr std::int64_t checkpoint_every = 20'000;  // steps
  for (std::int64_t k = 1; !run.ended(); ++k) {
    try {
      run.step();
    } catch (const DynamicsBroken& error) {
      throw Error("{}", broken(error));
    }
    if (k % 100 == 0 && context.progress) context.progress(run.part());
    const bool stopped = context.stopped();
    if (stopped || k % checkpoint_every == 0) checkpoints.save(run.checkpoint());
    if (stopped) throw Interrupted{};
  }
}

}  // namespace glasscape
