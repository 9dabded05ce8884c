// Facts of a sampling as the analysis takes them.
#pragma once

#include "analysis/free_energy_profile.hpp"
#include "landscape/event.hpp"
#include "md/support/error.hpp"

namespace glasscape::test {

template <typename Fact>
const Fact& fact(const Events& events) {
  for (const Event& event : events)
    if (const auto* found = std::get_if<Fact>(&event)) return *found;
  throw Error("no such fact");
}

inline BiasedSampling sampling_of(const Events& events) { return biased_sampling(fact<HillsDeposited>(events), fact<TraceRecorded>(events)); }

}  // namespace glasscape::test
