// Facts of a sampling as the analysis takes them.
#pragma once

#include "analysis/free_energy_profile.hpp"
#include "landscape/event.hpp"
#include "md/support/error.hpp"
#include "samplers/metadynamics.hpp"

namespace glasscape::test {

template <typename Fact>
const Fact& fact(const Events& events) {
  for (const Event& event : events)
    if (const auto* found = std::get_if<Fact>(&event)) return *found;
  throw Error("no such fact");
}

/// All that a run finds from where it is to its end.
inline Events run_all(MetadynamicsRun& run) {
  while (!run.ended()) run.step();
  return run.events();
}
inline Events events_of(SamplingStart start, const Metadynamics& options) {
  MetadynamicsRun run(std::move(start), options);
  return run_all(run);
}

inline BiasedSampling sampling_of(const Events& events) { return biased_sampling(fact<HillsDeposited>(events), fact<TraceRecorded>(events)); }

}  // namespace glasscape::test
