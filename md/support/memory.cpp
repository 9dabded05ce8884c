#include "md/support/memory.hpp"

#include <cstdint>
#include <cstdlib>  // says whether this is glibc

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace glasscape {
namespace {

/// Asks for large pages where the heap grows first: memory that is taken and given back at once, of which nothing is used before it is asked for.
void prefer_large_pages() {
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
  constexpr std::size_t most = std::size_t{2} << 30, page = std::size_t{2} << 20;  // bytes
  void* memory = std::malloc(most);
  if (!memory) return;
  const std::uintptr_t first = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
  madvise(reinterpret_cast<void*>(first), most - page, MADV_HUGEPAGE);  // a hint
  std::free(memory);
#endif
}

}  // namespace

void keep_memory() {
#ifdef __GLIBC__
  constexpr int never = -1, none = 0;
  mallopt(M_TRIM_THRESHOLD, never);
  mallopt(M_MMAP_MAX, none);  // large arrays lie in the heap too
#endif
  prefer_large_pages();
}

}  // namespace glasscape
