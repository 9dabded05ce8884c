#include "apps/stages/sampling.hpp"

#include "landscape/journal.hpp"

namespace glasscape {

Events Sampling::run(std::int64_t task, TaskContext& context) const {
  const auto basin = static_cast<std::size_t>(basin_of(task));
  if (basin >= context.starts.size()) return {};
  const auto& [ref, start] = context.starts[basin];
  const std::string stream = basins_ ? fmt::format("basin {} step", basin) : "step";
  Surface surface(context.potential, start.configuration, {.threads = context.threads, .models = context.models->of(ref)});
  Journal journal(context.checkpoint, context.task);
  Events events;
  for (const Events& made : journal.steps()) events.insert(events.end(), made.begin(), made.end());
  for (std::int64_t step = first_of(task) + static_cast<std::int64_t>(journal.steps().size()); step < end_of(task); ++step) {
    if (context.stopped()) throw Interrupted{};
    Rng rng = context.stream(fmt::format("{} {}", stream, step));
    Run run{surface, start, ref, rng};
    try {
      const Events made = sampler_->step(run);
      journal.append(made);
      events.insert(events.end(), made.begin(), made.end());
    } catch (const InputError& error) {
      throw InputError("stage '{}': {}", context.stage, error.what());
    }
  }
  return events;
}

std::string Sampling::describe_task(std::int64_t task) const {
  const std::string steps = fmt::format("steps {} to {}", first_of(task) + 1, end_of(task));
  return basins_ ? fmt::format("basin {}, {}", basin_of(task) + 1, steps) : steps;
}

}  // namespace glasscape
