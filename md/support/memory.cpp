#include "md/support/memory.hpp"

#include <cstdlib>  // says whether this is glibc

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace glasscape {

void keep_memory() {
#ifdef __GLIBC__
  constexpr int never = -1, largest = 32 * 1024 * 1024;  // bytes: the largest that mallopt takes; larger arrays are the system's all the same
  mallopt(M_TRIM_THRESHOLD, never);
  mallopt(M_MMAP_THRESHOLD, largest);
#endif
}

}  // namespace glasscape
