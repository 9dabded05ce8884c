// The list of queues, in alphabetical order.
#include "apps/queues/parallel.hpp"
#include "apps/queues/slurm.hpp"

namespace glasscape {

Queues builtin_queues() {
  Queues queues("queue");
  queues.add<Parallel>();
  queues.add<Slurm>();
  return queues;
}

}  // namespace glasscape
