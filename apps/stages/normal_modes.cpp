#include "apps/stages/normal_modes.hpp"

namespace glasscape {

Events NormalModes::run(std::int64_t, TaskContext& context) const {
  if (context.saddles.empty()) return {};
  if (context.stopped()) throw Interrupted{};
  const NamedBasin& start = context.starts.front();
  Surface surface(context.potential, start.found.configuration, {.threads = context.threads});
  const Event at_start = modes_of_start(surface, start);
  Events events{at_start};
  for (const NamedSaddle& saddle : context.saddles) {
    if (context.stopped()) throw Interrupted{};
    for (Event& event : modes_of_passage(surface, saddle.ref, saddle.found, std::get_if<ModesFound>(&at_start), options_))
      events.push_back(std::move(event));
  }
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
