#include "apps/stages/sampling.hpp"

namespace glasscape {

Events Sampling::run(std::int64_t task, TaskContext& context) const {
  Surface surface(context.potential, context.start->configuration, {.threads = context.threads});
  Events events;
  for (std::int64_t step = first_of(task); step < end_of(task); ++step) {
    if (context.stopped()) throw Interrupted{};
    Rng rng = context.stream(fmt::format("step {}", step));
    Run run{surface, *context.start, context.start_ref, rng};
    try {
      for (Event& event : sampler_->step(run)) events.push_back(std::move(event));
    } catch (const InputError& error) {
      throw InputError("stage '{}': {}", context.stage, error.what());
    }
  }
  return events;
}

std::string Sampling::describe_task(std::int64_t task) const {
  return fmt::format("steps {} to {}", first_of(task) + 1, end_of(task));
}

}  // namespace glasscape
