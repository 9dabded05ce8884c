// What the loops over pairs are built with: numbers in a register, memory that is kept, and one binary for any processor.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

// A function that is built for several instruction sets and chosen when the program starts. The sanitizers start before such a
// choice can be made; other compilers build it once. Lanes are always as many, and no operation is fused or reordered, so that all
// give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GLASSCAPE_PER_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GLASSCAPE_PER_PROCESSOR
#endif
#define GLASSCAPE_INLINE [[gnu::always_inline]] inline

namespace glasscape {

/// Numbers in a register.
using FourDoubles = double __attribute__((vector_size(32)));
using FourFloats = float __attribute__((vector_size(16)));
/// x y z 0 of one vector, and of another.
using TwoVectors = float __attribute__((vector_size(32)));

/// Memory that is only ever written anew: it grows and is never cleared.
template <typename Value>
class Room {
 public:
  Value* of(std::size_t most) {
    if (most > size_) {
      const std::size_t size = most + most / 8;
      values_.reset(new (std::align_val_t{64}) Value[size]);
      size_ = size;
    }
    return values_.get();
  }
  Value* begin() const { return values_.get(); }

 private:
  struct Free {
    void operator()(Value* values) const { ::operator delete[](values, std::align_val_t{64}); }
  };
  std::unique_ptr<Value[], Free> values_;
  std::size_t size_ = 0;
};

}  // namespace glasscape
