#include "apps/stages/normal_modes.hpp"

#include <iterator>

#include "landscape/journal.hpp"

namespace glasscape {

Events NormalModes::run(std::int64_t, TaskContext& context) const {
  if (context.saddles.empty()) return {};
  if (context.stopped()) throw Interrupted{};
  const NamedBasin& start = context.starts.front();
  Surface surface(context.potential, start.found.configuration, {.threads = context.threads});
  Journal journal(context.checkpoint, context.task);
  std::vector<Events> made = journal.steps();  // the start, then one passage after the other
  const auto make = [&](Events step) {
    journal.append(step);
    made.push_back(std::move(step));
  };
  if (made.empty()) make({modes_of_start(surface, start)});
  const Event at_start = made.front().front();
  for (std::size_t k = made.size() - 1; k < context.saddles.size(); ++k) {
    if (context.stopped()) throw Interrupted{};
    const NamedSaddle& saddle = context.saddles[k];
    make(modes_of_passage(surface, saddle.ref, saddle.found, std::get_if<ModesFound>(&at_start), options_));
  }
  Events events;
  for (Events& step : made) std::move(step.begin(), step.end(), std::back_inserter(events));
  return events;
}

Event NormalModes::modes_of_start(Surface& surface, const NamedBasin& start) const {
  KnownStart& known = [&]() -> KnownStart& {
    const std::lock_guard lookup(known_starts_mutex_);
    return known_starts_[start.ref];
  }();
  const std::lock_guard one_at_a_time(known.mutex);
  if (!known.modes) known.modes = modes_of_point(surface, start.ref, "start", start.found.configuration.positions, 0, options_);
  return *known.modes;
}

}  // namespace glasscape
